using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Warehouse.Bench;

/// <summary>Writes one attendance file of one or more school years: a row per pupil and school day, eight in a hundred of them not simply present. All numbers are made up.</summary>
internal static class IntakeFile
{
    /// <summary>The days of a school year.</summary>
    public const int SchoolDays = 200;

    private const int PupilsPerSchool = 400;

    /// <summary>Returns the path of the file in the folder of a measurement.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, "inbox", "attendance.csv");

    /// <summary>Writes the file with its manifest and returns its length in bytes; the same arguments give the same bytes. Two letters make schools and pupils of their own.</summary>
    public static long Write(string folder, long rows, int daysOfPupil = SchoolDays, char school = 'E', char pupilSign = 'G')
    {
        string path = PathIn(folder);
        Directory.CreateDirectory(Path.Combine(folder, "inbox", "reference"));
        int years = ((daysOfPupil - 1) / SchoolDays) + 1;
        DateOnly from = new(2024 - years, 4, 1);
        string[] days = Enumerable.Range(0, years).SelectMany(year => Enumerable.Range(0, 365).Select(from.AddYears(year).AddDays)
            .Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)).Take(SchoolDays)).Take(daysOfPupil)
            .Select(day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).ToArray();
        using (StreamWriter writer = new(path, false, new UTF8Encoding(true), 1 << 16) { NewLine = "\r\n" })
        {
            writer.WriteLine("学校コード,学籍番号,年月日,出欠区分,理由");
            Random random = new(20190401);
            for (long row = 0; row < rows; row++)
            {
                long pupil = row / days.Length;
                string code = random.Next(100) switch { < 92 => "出席,", < 95 => "欠席,発熱", < 96 => "欠席,理由不明", < 98 => "遅刻,", _ => "早退," };
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{school}{pupil / PupilsPerSchool:D4},{pupilSign}{pupil:D7},{days[row % days.Length]},{code}"));
            }
        }

        string hash;
        using (FileStream stream = File.OpenRead(path))
        {
            hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        File.WriteAllText(path + ".manifest.json", JsonSerializer.Serialize(new
        {
            feed = "attendance",
            file_name = Path.GetFileName(path),
            row_count = rows,
            sha256 = hash,
            encoding = "utf-8-bom",
            extracted_at = "2024-04-02T02:00:00+09:00",
            period_from = from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            period_to = "2024-03-31",
            part = 1,
            parts = 1,
        }));
        return new FileInfo(path).Length;
    }
}
