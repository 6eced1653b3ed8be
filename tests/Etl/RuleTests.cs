using System.Globalization;
using System.Text;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Etl.Stage;
using Warehouse.Etl.Validate;

namespace Warehouse.Tests.Etl;

/// <summary>Each rule of each contract is broken once; what may stand in a row follows from the contract alone.</summary>
public sealed class RuleTests
{
    private static readonly DateOnly Day = new(2023, 4, 10);
    private static readonly DateOnly Birth = new(2015, 5, 5);

    public static TheoryData<string> Feeds => [.. FeedCatalog.Default.Contracts.Select(contract => contract.Feed)];

    [Theory]
    [MemberData(nameof(Feeds))]
    public async Task A_row_that_breaks_a_rule_is_quarantined_under_the_code_of_the_rule(string feed)
    {
        FeedContract contract = FeedCatalog.Default.Get(feed);
        string[] good = [.. contract.Columns.Select(Good)];
        List<(byte[] Row, string Code)> bad = [.. BadCells(contract, good), .. BadOrders(contract, good)];
        bad.Add((Bytes(contract, string.Join(',', good) + ",1"), RuleCatalog.Code(contract, RuleCatalog.CellCount)));
        bad.Add((Bytes(contract, "\"a\"b" + string.Join(',', good)), RuleCatalog.Code(contract, RuleCatalog.Quote)));
        if (contract.WithdrawalColumn >= 0)
        {
            // A row that withdraws one of its key, with none after it; told when the file has been read.
            string sign = contract.Columns[contract.WithdrawalColumn].Codes.First(code => code.Value == contract.WithdrawalCode).Key;
            bad.Add((Row(contract, good, contract.WithdrawalColumn, Bytes(contract, sign)), RuleCatalog.Code(contract, RuleCatalog.Withdrawn)));
        }

        using TinyInbox inbox = new();
        byte[] line = "\r\n"u8.ToArray();
        byte[] header = Bytes(contract, string.Join(',', contract.Columns.Select(column => column.Header)));
        byte[] mark = contract.Encoding == "utf-8-bom" ? [0xEF, 0xBB, 0xBF] : [];
        byte[] file = [.. mark, .. header, .. line, .. Bytes(contract, string.Join(',', good)), .. line, .. bad.SelectMany(row => row.Row.Concat(line))];
        string path = Path.Combine(inbox.Path, inbox.AddBytes(feed, "2023-06-01T02:00:00+09:00", "2023-05-31", file, bad.Count + 1));
        InboxFile entry = new(path, FileReader.Hash(path), FeedManifest.Read(path + ".manifest.json"), contract);

        FileReading reading = FileReading.Start(entry, new KeyMint(Encoding.ASCII.GetBytes("a secret for tests only")), new DateTime(2023, 6, 1), 1, 8, TestContext.Current.CancellationToken);
        List<RejectedRow> rejects = [.. reading.Blocks().SelectMany(block => block.Rejects)];
        StagedFile staged = await reading.Completion;

        Assert.Equal(1, staged.RowCount);
        Assert.Equal(bad.Count, rejects.Count);
        for (int i = 0; i < bad.Count; i++)
        {
            Assert.Contains(bad[i].Code, rejects[i].Faults.Select(fault => fault.Rule));
            Assert.Equal(bad[i].Row, rejects[i].Raw);
        }
    }

    private static string Good(FeedColumn column) => column.Parser switch
    {
        ParserKind.Date or ParserKind.EraDate => Text(column.Name == "birth_date" ? Birth : Day),
        ParserKind.YearMonth => "2023-04",
        ParserKind.Integer => (column.Min ?? 1).ToString(CultureInfo.InvariantCulture),
        ParserKind.Decimal => (column.Min ?? 1).ToString(CultureInfo.InvariantCulture),
        ParserKind.Code => column.Codes.First(code => code.Key.Length > 0 && code.Value != "withdrawn").Key,
        ParserKind.ResidentNumber => TinyInbox.Number(column.Ordinal + 1),
        ParserKind.Name => "本間 太郎",
        ParserKind.KanaName => "ホンマ タロウ",
        _ => "A1",
    };

    private static IEnumerable<(byte[] Row, string Code)> BadCells(FeedContract contract, string[] good)
    {
        foreach (FeedColumn column in contract.Columns.Where(column => column.Parser != ParserKind.Dropped))
        {
            bool isDate = column.Parser is ParserKind.Date or ParserKind.EraDate;
            (int Kind, string? Cell)[] cells =
            [
                (1, column.IsRequired && !(column.Parser == ParserKind.Code && column.Codes.ContainsKey("")) ? "" : null),
                (2, isDate || column.Parser is ParserKind.YearMonth or ParserKind.Integer or ParserKind.Decimal or ParserKind.ResidentNumber ? "x" : null),
                (3, column.MaxLength > 0 ? new string('1', column.MaxLength + 1) : null),
                (4, column.Parser == ParserKind.Code ? "no such code" : null),
                (5, column.Max is { } max ? (max + 1).ToString(CultureInfo.InvariantCulture) : null),
                (5, column.Min is { } min ? (min - 1).ToString(CultureInfo.InvariantCulture) : null),
                (6, isDate ? "2023-02-30" : column.Parser == ParserKind.YearMonth ? "2023-13" : null),
                (7, column.Parser == ParserKind.ResidentNumber ? TinyInbox.Number(1)[..9] + (char)('0' + ((TinyInbox.Number(1)[9] - '0' + 1) % 10)) : null),
            ];
            foreach ((int kind, string? cell) in cells)
            {
                if (cell is not null)
                {
                    yield return (Row(contract, good, column.Ordinal, Bytes(contract, cell)), RuleCatalog.Code(contract, column.Ordinal, kind));
                }
            }

            yield return (Row(contract, good, column.Ordinal, contract.Encoding == "cp932" ? [0x81, 0x20] : [0xFF]), RuleCatalog.Code(contract, column.Ordinal, 8));
        }
    }

    private static IEnumerable<(byte[] Row, string Code)> BadOrders(FeedContract contract, string[] good)
    {
        foreach (OrderRule rule in contract.Rules)
        {
            int early = contract.OrdinalOf(rule.Early);
            DateOnly late = rule.Late.Length == 0 ? new DateOnly(2023, 6, 1) : rule.Late == "birth_date" ? Birth : Day;
            yield return (Row(contract, good, early, Bytes(contract, Text(late.AddDays(rule.SlackDays + 1)))), RuleCatalog.Code(contract, rule.Number));
        }
    }

    private static byte[] Row(FeedContract contract, string[] good, int at, byte[] cell)
    {
        List<byte> row = [];
        for (int i = 0; i < good.Length; i++)
        {
            if (i > 0)
            {
                row.Add((byte)',');
            }

            row.AddRange(i == at ? cell : Bytes(contract, good[i]));
        }

        return [.. row];
    }

    private static byte[] Bytes(FeedContract contract, string text)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return contract.Encoding == "cp932" ? Encoding.GetEncoding(932).GetBytes(text) : Encoding.UTF8.GetBytes(text);
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
