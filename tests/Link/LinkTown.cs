using System.Globalization;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Tests.Link;

/// <summary>Two small registers of fictitious children (架空データ) with known truth, a tenth of them twins.</summary>
internal sealed class LinkTown
{
    private static readonly string[] Syllables = ["カ", "キ", "ク", "ケ", "コ", "サ", "シ", "ス", "タ", "ツ", "ナ", "ニ", "ノ", "ハ", "ヒ", "マ", "ミ", "ム", "ヤ", "ユ", "ヨ", "ラ", "リ", "ル", "ワ"];
    private const string Characters = "山田川本村中木林森野原上下東西南北石井谷池沢島崎橋高松竹梅桜藤花月星海空光明正美和幸恵子太郎次一二三大小春夏秋冬";
    private readonly Random _random;

    internal LinkTown(int children, int seed = 1)
    {
        _random = new Random(seed);
        (string Form, string Kana)[] surnames = [.. Enumerable.Range(0, 150).Select(_ => Name())];
        (string Form, string Kana)[] givens = [.. Enumerable.Range(0, 300).Select(_ => Name())];
        while (Children.Count < children)
        {
            (string Form, string Kana) surname = surnames[_random.Next(surnames.Length)];
            string address = string.Create(CultureInfo.InvariantCulture, $"町{Characters[_random.Next(20)]}{_random.Next(1, 6)}丁目{_random.Next(1, 30)}番{_random.Next(1, 20)}号");
            string date = new DateOnly(2008, 4, 2).AddDays(_random.Next(5000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            bool isTwin = _random.Next(20) == 0;
            for (int i = 0; i < (isTwin ? 2 : 1); i++)
            {
                (string Form, string Kana) given = givens[_random.Next(givens.Length)];
                Children.Add(new Child(Children.Count, isTwin, [surname.Form, given.Form, surname.Kana, given.Kana, date, _random.Next(2) == 0 ? "男" : "女", address]));
            }
        }
    }

    internal sealed record Child(int Number, bool IsTwin, string[] Cells);

    internal static readonly (LinkKind Kind, string Name)[] Fields =
    [
        (LinkKind.Surname, "surname"), (LinkKind.Given, "given"), (LinkKind.SurnameKana, "surname_kana"), (LinkKind.GivenKana, "given_kana"),
        (LinkKind.BirthDate, "birth_date"), (LinkKind.Sex, "sex"), (LinkKind.Address, "address"),
    ];

    internal List<Child> Children { get; } = [];

    /// <summary>Rows of a register: id and cells; the id ends with the number of the child.</summary>
    internal List<(string Id, string[] Cells)> Rows(string prefix, double share, bool isDirty)
    {
        List<(string Id, string[] Cells)> rows = [];
        foreach (Child child in Children)
        {
            if (_random.NextDouble() < share)
            {
                rows.Add((prefix + child.Number.ToString(CultureInfo.InvariantCulture), isDirty ? Spoilt(child.Cells) : [.. child.Cells]));
            }
        }

        return rows;
    }

    internal static LinkRegister Register(string name, IReadOnlyList<(string Id, string[] Cells)> rows, IReadOnlyList<(LinkKind Kind, string Name)>? fields = null)
    {
        fields ??= Fields;
        List<LinkColumn> columns = [];
        for (int f = 0; f < fields.Count; f++)
        {
            Dictionary<string, int> codes = new(StringComparer.Ordinal) { [""] = 0 };
            List<string> values = [""];
            int[] cells = new int[rows.Count];
            for (int i = 0; i < rows.Count; i++)
            {
                if (!codes.TryGetValue(rows[i].Cells[f], out cells[i]))
                {
                    codes[rows[i].Cells[f]] = cells[i] = values.Count;
                    values.Add(rows[i].Cells[f]);
                }
            }

            columns.Add(new LinkColumn(fields[f].Kind, fields[f].Name, cells, values));
        }

        return new LinkRegister(name, [.. rows.Select(row => row.Id)], columns);
    }

    /// <summary>The number of the child that an id stands for.</summary>
    internal static int Number(string id) => int.Parse(new string([.. id.Where(char.IsAsciiDigit)]), CultureInfo.InvariantCulture);

    private string[] Spoilt(string[] cells)
    {
        string[] own = [.. cells];
        switch (_random.Next(20))
        {
            case 0:
                own[3] = own[3][..^1] + "ン";
                break;
            case 1:
                own[2] = own[3] = "";
                break;
            case 2:
                own[0] = own[1] = "";
                break;
            case 3:
                own[4] = own[4][..^1] + (own[4][^1] == '1' ? '2' : '1');
                break;
            case 4 or 5:
                own[6] = "";
                break;
            case 6:
                own[6] = "町東1丁目1番1号";
                break;
            default:
                break;
        }

        return own;
    }

    private (string Form, string Kana) Name()
    {
        string kana = string.Concat(Enumerable.Range(0, _random.Next(2, 5)).Select(_ => Syllables[_random.Next(Syllables.Length)]));
        return (string.Concat(Characters[_random.Next(Characters.Length)], Characters[_random.Next(Characters.Length)]), kana);
    }
}
