using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;

namespace Warehouse.Tests.Etl;

/// <summary>Writes a few hand-made delivery files; all names are made up.</summary>
internal sealed class TinyInbox : IDisposable
{
    public TinyInbox() => Directory.CreateDirectory(System.IO.Path.Combine(Path, "reference"));

    public string Path { get; } = Directory.CreateTempSubdirectory("inbox-").FullName;

    public static string Number(int id)
    {
        string nine = (123_000_000 + id).ToString(CultureInfo.InvariantCulture);
        return nine + ResidentNumber.CheckDigit(nine).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Two parents and a child, at school, with a check-up, a consultation and a month of attendance.</summary>
    public static TinyInbox Family()
    {
        TinyInbox inbox = new();
        File.WriteAllText(System.IO.Path.Combine(inbox.Path, "reference", "place.csv"), "town_code,town_name,district_code,district_name,city_name\nT01,中町,D1,中央,架空市\nT02,浜町,D2,浜,架空市\n");
        File.WriteAllText(System.IO.Path.Combine(inbox.Path, "reference", "facility.csv"), "facility_code,facility_kind,facility_name,district_code\nE0001,primary,中央小,D1\n");
        inbox.Add("resident", "2023-04-02T02:00:00+09:00", "2023-03-31",
            Resident(1, "本間 一郎", "ホンマ イチロウ", "S60.1.1", "1", "01", "00", "H25.5.5"),
            Resident(2, "本間 花子", "ホンマ ハナコ", "S62.2.2", "2", "02", "00", "H25.5.5"),
            Resident(3, "本間 太郎", "ホンマ タロウ", "H25.5.5", "1", "03", "01", "H25.5.5"));
        inbox.Add("household", "2023-04-02T02:00:00+09:00", "2023-03-31",
            [["1000000001", Number(1), "01", "2013-05-05", "", "1"], ["1000000001", Number(2), "02", "2013-05-05", "", "0"], ["1000000001", Number(3), "03", "2013-05-05", "", "0"]]);
        inbox.Add("school", "2023-04-10T02:00:00+09:00", "2023-04-30",
            [["G0001", "E0001", "2023", "4", "1", "本間　太郎", "ﾎﾝﾏ ﾀﾛｳ", "H25.5.5", "男", "中町1-1", "本間 一郎", "R5.4.1", "R6.3.31"]]);
        inbox.Add("attendance", "2023-05-02T02:00:00+09:00", "2023-04-30",
            [["E0001", "G0001", "2023-04-10", "出席", ""], ["E0001", "G0001", "2023-04-11", "欠席", "発熱"], ["E0001", "G0001", "2023-04-12", "遅刻", ""]]);
        inbox.Add("checkup", "2023-05-03T02:00:00+09:00", "2023-04-30",
            [["H0001", "", "ﾎﾝﾏ ﾀﾛｳ", "H25.5.5", "1", "中町１－１", "", "3歳", "H28.5.5", "", "", "", "", "", "1"]]);
        inbox.Add("consultation", "2023-05-04T02:00:00+09:00", "2023-04-30",
            [["K0001", "01", "本間 太郎", "ホンマ タロウ", "H25.5.5", "男", "中町1-1", "", "R5.4.20", "育成", "学校", "B", "", "", "", "", "", "自由記述は読まれない"]]);
        return inbox;
    }

    public static string[] Resident(int id, string kanji, string kana, string birth, string sex, string relation, string move, string date, string town = "T01", string restricted = "0") =>
        [Number(id), "1000000001", kanji, kana, birth, sex, relation, town, town == "T01" ? "中町1-1" : "浜町2-2", "", town == "T01" ? "D1" : "D2", move, date, date, "日本", restricted];

    public string Add(string feed, string extractedAt, string periodTo, params string[][] rows)
    {
        FeedContract contract = FeedCatalog.Default.Get(feed);
        StringBuilder text = new(string.Join(',', contract.Columns.Select(column => column.Header)) + "\r\n");
        foreach (string[] row in rows)
        {
            text.Append(string.Join(',', row)).Append("\r\n");
        }

        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        byte[] bytes = contract.Encoding == "cp932" ? Encoding.GetEncoding(932).GetBytes(text.ToString()) : [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text.ToString())];
        return AddBytes(feed, extractedAt, periodTo, bytes, rows.Length);
    }

    public string AddBytes(string feed, string extractedAt, string periodTo, byte[] bytes, int rowCount)
    {
        string name = feed + "_" + Directory.GetFiles(Path).Length.ToString("D3", CultureInfo.InvariantCulture) + ".csv";
        File.WriteAllBytes(System.IO.Path.Combine(Path, name), bytes);
        File.WriteAllText(System.IO.Path.Combine(Path, name + ".manifest.json"), JsonSerializer.Serialize(new
        {
            feed,
            file_name = name,
            row_count = rowCount,
            sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            encoding = FeedCatalog.Default.Get(feed).Encoding,
            extracted_at = extractedAt,
            period_from = periodTo[..8] + "01",
            period_to = periodTo,
            part = 1,
            parts = 1,
        }));
        return name;
    }

    /// <summary>Says in the manifest of a file which part of its extract it is.</summary>
    public void SetPart(string name, int part)
    {
        string manifest = System.IO.Path.Combine(Path, name + ".manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"part\":1,\"parts\":1", $"\"part\":{part},\"parts\":{part}", StringComparison.Ordinal));
    }

    /// <summary>Gives every file another name, so that the order on disk is another one.</summary>
    public void Rename(int seed)
    {
        Random random = new(seed);
        foreach (string manifest in Directory.GetFiles(Path, "*.manifest.json").Order(StringComparer.Ordinal))
        {
            string json = File.ReadAllText(manifest);
            string old = System.IO.Path.GetFileName(manifest)[..^".manifest.json".Length];
            string name = random.Next().ToString("D10", CultureInfo.InvariantCulture) + ".csv";
            File.Move(System.IO.Path.Combine(Path, old), System.IO.Path.Combine(Path, name));
            File.Delete(manifest);
            File.WriteAllText(System.IO.Path.Combine(Path, name + ".manifest.json"), json.Replace(old, name, StringComparison.Ordinal));
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
