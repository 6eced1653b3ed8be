using System.Globalization;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Etl.Link;

/// <summary>The register and the records of one system as a table of the engine: one row a version.</summary>
/// <remarks>
/// Frequencies and readings come from the register alone. Household numbers and guardians are left out: only the register has the former and only the others the
/// latter, and co-multiples share both.
/// </remarks>
internal sealed class EntityTable
{
    private static readonly (LinkKind Kind, string Name)[] Fields =
    [
        (LinkKind.Surname, "surname"), (LinkKind.Given, "given_name"), (LinkKind.SurnameKana, "surname_kana"), (LinkKind.GivenKana, "given_kana"),
        (LinkKind.BirthDate, "birth_date"), (LinkKind.Sex, "sex"), (LinkKind.Address, "address"),
    ];

    private EntityTable(LinkTable table, LinkEntity[] people, LinkEntity[] entities, int[] owners)
    {
        Table = table;
        People = people;
        Entities = entities;
        Owners = owners;
    }

    /// <summary>The rows; first those of the register.</summary>
    public LinkTable Table { get; }

    /// <summary>Persons of the register, by key.</summary>
    public LinkEntity[] People { get; }

    /// <summary>Records of the system, by key.</summary>
    public LinkEntity[] Entities { get; }

    /// <summary>For each row the place of its person or its record.</summary>
    public int[] Owners { get; }

    /// <summary>Returns the table, or null where one side has nothing to compare.</summary>
    /// <param name="people">Persons of the register.</param>
    /// <param name="entities">Records of the system.</param>
    /// <param name="bornFrom">Persons who were born before are left out; null for none.</param>
    /// <param name="lexicon">Parts names that came without a blank.</param>
    /// <param name="lastOnly">Whether a record comes with its last version only.</param>
    public static EntityTable? Build(LinkEntity[] people, LinkEntity[] entities, DateOnly? bornFrom, NameLexicon lexicon, bool lastOnly)
    {
        (List<string> ids, List<string?[]> cells, Dictionary<string, int> owners) left = Rows(people, lexicon, lastOnly, version => version.BirthDate is null || bornFrom is null || version.BirthDate >= bornFrom);
        (List<string> ids, List<string?[]> cells, Dictionary<string, int> owners) right = Rows(entities, lexicon, lastOnly, static _ => true);
        if (left.ids.Count == 0 || right.ids.Count == 0)
        {
            return null;
        }

        LinkTable table;
        try
        {
            table = LinkTable.Build(Register("resident", left.ids, left.cells), Register("system", right.ids, right.cells), countsLeftOnly: true);
        }
        catch (NothingToCompareException)
        {
            // A file that states one name and one day for everybody must not keep the others from loading.
            return null;
        }

        return new EntityTable(table, people, entities, [.. table.Ids.Select((id, row) => (row < table.LeftCount ? left.owners : right.owners)[id])]);
    }

    private static (List<string>, List<string?[]>, Dictionary<string, int>) Rows(LinkEntity[] entities, NameLexicon lexicon, bool lastOnly, Func<IdentityRecord, bool> isIn)
    {
        List<string> ids = [];
        List<string?[]> rows = [];
        Dictionary<string, int> owners = new(StringComparer.Ordinal);
        for (int place = 0; place < entities.Length; place++)
        {
            LinkEntity entity = entities[place];
            if (!entity.Versions.Any(version => version.HasIdentity && isIn(version)))
            {
                continue;
            }

            List<IdentityRecord> versions = [.. entity.Versions.Where(static version => version.HasIdentity)];
            for (int i = lastOnly ? versions.Count - 1 : 0; i < versions.Count; i++)
            {
                IdentityRecord version = versions[i];
                (string surname, string given, string surnameKana, string givenKana) = lexicon.Part(version);
                string id = string.Create(CultureInfo.InvariantCulture, $"{entity.Key}#{i}");
                ids.Add(id);
                owners[id] = place;
                rows.Add(
                [
                    surname, given, surnameKana, givenKana, version.BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), version.SexCode switch { 1 => "M", 2 => "F", _ => null },
                    version.Address ?? version.AddressNorm,
                ]);
            }
        }

        return (ids, rows, owners);
    }

    private static LinkRegister Register(string name, List<string> ids, List<string?[]> rows)
    {
        LinkColumn[] columns = new LinkColumn[Fields.Length];
        for (int field = 0; field < columns.Length; field++)
        {
            Dictionary<string, int> codes = new(StringComparer.Ordinal) { [string.Empty] = 0 };
            List<string> values = [string.Empty];
            int[] cells = new int[rows.Count];
            for (int row = 0; row < cells.Length; row++)
            {
                string value = rows[row][field] ?? string.Empty;
                if (!codes.TryGetValue(value, out cells[row]))
                {
                    codes[value] = cells[row] = values.Count;
                    values.Add(value);
                }
            }

            columns[field] = new LinkColumn(Fields[field].Kind, Fields[field].Name, cells, values);
        }

        return new LinkRegister(name, [.. ids], columns);
    }
}
