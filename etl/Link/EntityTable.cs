using System.Globalization;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Etl.Link;

/// <summary>The register and the records of one system as a table of the engine to train a model on: one row a record, as it stands now.</summary>
/// <remarks>
/// Frequencies and readings come from the register alone. Household numbers and guardians are left out: only the register has the former and only the others the
/// latter, and co-multiples share both.
/// </remarks>
internal static class EntityTable
{
    private static readonly (LinkKind Kind, string Name)[] Fields =
    [
        (LinkKind.Surname, "surname"), (LinkKind.Given, "given_name"), (LinkKind.SurnameKana, "surname_kana"), (LinkKind.GivenKana, "given_kana"),
        (LinkKind.BirthDate, "birth_date"), (LinkKind.Sex, "sex"), (LinkKind.Address, "address"),
    ];

    /// <summary>Returns the table, or null where one side has nothing to compare.</summary>
    /// <param name="people">Persons of the register.</param>
    /// <param name="entities">Records of the system.</param>
    /// <param name="bornFrom">Persons who were born before are left out; null for none.</param>
    /// <param name="lexicon">Parts names that came without a blank.</param>
    public static LinkTable? Build(LinkEntity[] people, LinkEntity[] entities, DateOnly? bornFrom, NameLexicon lexicon)
    {
        (List<string> ids, List<string?[]> cells) left = Rows(people, lexicon, version => version.BirthDate is null || bornFrom is null || version.BirthDate >= bornFrom);
        (List<string> ids, List<string?[]> cells) right = Rows(entities, lexicon, static _ => true);
        if (left.ids.Count == 0 || right.ids.Count == 0)
        {
            return null;
        }

        try
        {
            return LinkTable.Build(Register("resident", left.ids, left.cells), Register("system", right.ids, right.cells), countsLeftOnly: true);
        }
        catch (NothingToCompareException)
        {
            // A file that states one name and one day for everybody must not keep the others from loading.
            return null;
        }
    }

    private static (List<string>, List<string?[]>) Rows(LinkEntity[] entities, NameLexicon lexicon, Func<IdentityRecord, bool> isIn)
    {
        List<string> ids = [];
        List<string?[]> rows = [];
        foreach (LinkEntity entity in entities)
        {
            if (entity.Versions.Any(version => version.HasIdentity && isIn(version)))
            {
                IdentityRecord version = entity.Versions.Last(static version => version.HasIdentity);
                (string surname, string given, string surnameKana, string givenKana) = lexicon.Part(version);
                ids.Add(entity.Key.ToString(CultureInfo.InvariantCulture));
                rows.Add(
                [
                    surname, given, surnameKana, givenKana, version.BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), version.SexCode switch { 1 => "M", 2 => "F", _ => null },
                    version.Address ?? version.AddressNorm,
                ]);
            }
        }

        return (ids, rows);
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
