using System.Text;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Tests.Link;

/// <summary>What files are read as: mapping, encodings, dates, faults.</summary>
public sealed class LinkFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("warehouse-link-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("unique_id,first_name,surname,dob,city,email,cluster", "ignore given surname birth_date town email ignore")]
    [InlineData("rec_id, given_name, surname, street_number, address_1, suburb, postcode, state, date_of_birth, soc_sec_id", "ignore given surname house street town postcode region birth_date number")]
    [InlineData("id,full_name,first_and_surname,first_name,surname,gender", "ignore ignore ignore given surname sex")]
    [InlineData("宛名番号,氏名,氏名カナ,生年月日,性別,住所,保護者氏名,電話番号", "number full_name full_kana birth_date sex address household phone")]
    [InlineData("整理番号,姓,名,セイ,メイ,姓名,郵便番号", "ignore surname given surname_kana given_kana ignore postcode")]
    public void Headers_say_what_columns_are(string headers, string kinds)
    {
        string[] names = [.. headers.Split(',').Select(header => header.Trim())];
        (int[], IReadOnlyList<string>)[] columns = [.. names.Select((_, i) => (Enumerable.Range(0, 100).Select(row => row % 40).ToArray(), (IReadOnlyList<string>)[.. Enumerable.Range(0, 40).Select(v => v == 0 ? "" : $"v{i}{v}")]))];

        LinkMapping mapping = LinkMapping.Guess(names, columns, 100);

        Assert.Equal(kinds, string.Join(' ', mapping.Columns.Select(use => LinkMapping.NameOf(use.Kind))));
    }

    [Fact]
    public void A_mapping_that_was_guessed_can_be_given_back()
    {
        LinkFile file = LinkFile.Read(Write("a.csv", "番号,氏名,生年月日,備考\n1,本間 太郎,H28.5.3,x y\n2,本間 花,R1.6.1,z\n"));
        LinkMapping guessed = LinkMapping.Guess(file.Headers, file.Columns, file.Rows);

        LinkMapping read = LinkMapping.FromJson(guessed.ToJson(), file.Headers, "left");

        Assert.Equal(guessed.Id, read.Id);
        Assert.Equal(guessed.Columns.Select(use => (use.Header, use.Kind)), read.Columns.Select(use => (use.Header, use.Kind)));
    }

    [Theory]
    [InlineData("{}", "no mapping")]
    [InlineData("{\"columns\": {\"nobody\": \"surname\"}}", "'nobody'")]
    [InlineData("{\"columns\": {\"a\": \"nonsense\"}}", "expected one of")]
    [InlineData("[1]", "no mapping")]
    [InlineData("{", "no mapping")]
    public void A_wrong_mapping_is_refused_by_what_is_wrong(string json, string part)
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => LinkMapping.FromJson(json, ["a", "b"], "left"));
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_encodings_give_the_same_cells()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        const string Text = "番号,氏名,住所\r\n1,髙橋 一郎,\"中町1丁目2番3号\"\r\n2,佐藤 花,浜町4-5\r\n";
        string path = Path.Combine(_folder, "sjis.csv");
        File.WriteAllBytes(path, Encoding.GetEncoding(932).GetBytes(Text));

        LinkFile shiftJis = LinkFile.Read(path);
        LinkFile utf8 = LinkFile.Read(Write("utf8.csv", Text));

        Assert.Equal(utf8.Headers, shiftJis.Headers);
        Assert.Equal(utf8.Columns.SelectMany(column => column.Values), shiftJis.Columns.SelectMany(column => column.Values));
        Assert.StartsWith("cp932", shiftJis.Form, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_rows_are_counted_and_many_of_them_are_refused()
    {
        StringBuilder text = new("id,name,dob\n");
        for (int i = 0; i < 100; i++)
        {
            text.Append(i).Append(",Ann Lee,2001-02-03\n");
        }

        LinkFile good = LinkFile.Read(Write("some.csv", text + "100,too,many,cells\n"));
        Assert.Equal((100, 1), (good.Rows, good.BrokenRows));

        string bad = Write("bad.csv", text + string.Concat(Enumerable.Repeat("1,2\n", 20)));
        ArgumentException fault = Assert.Throws<ArgumentException>(() => LinkFile.Read(bad));
        Assert.Contains("line 102", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LinkFile.Read(Write("none.csv", "id,name,dob\n")));
    }

    [Theory]
    [InlineData("2001-02-03", 20010203)]
    [InlineData("20010203", 20010203)]
    [InlineData("2001/2/3 00:00:00", 20010203)]
    [InlineData("03/02/2001", 20010203)]
    [InlineData("平成13年2月3日", 20010203)]
    [InlineData("H13.2.3", 20010203)]
    [InlineData("20011332", 20011332)]
    [InlineData("1900-01-01", 0)]
    [InlineData("unknown", 0)]
    public void Dates_are_read_as_they_are_written(string text, int expected)
    {
        Assert.Equal(expected, LinkDate.Read(text));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
