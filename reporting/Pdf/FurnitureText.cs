using System.Globalization;

namespace Warehouse.Reporting.Pdf;

/// <summary>Words of the page furniture, the same for every engine.</summary>
public static class FurnitureText
{
    /// <summary>Returns recipient and copy number, e.g. <c>配布先 教育委員会　3/7部</c>.</summary>
    public static string Copy(PageFurniture furniture)
    {
        ArgumentNullException.ThrowIfNull(furniture);
        var recipient = string.IsNullOrEmpty(furniture.Recipient) ? null : $"配布先 {furniture.Recipient}";
        var copy = furniture.CopyNumber is { } number
            ? string.Create(CultureInfo.InvariantCulture, $"部数番号 {number}/{furniture.CopyCount ?? number}")
            : null;
        return string.Join("　", new[] { recipient, copy }.Where(part => part is not null));
    }

    /// <summary>Returns data date, identifier and hash.</summary>
    public static string Origin(PageFurniture furniture)
    {
        ArgumentNullException.ThrowIfNull(furniture);
        var parts = new[]
        {
            $"{furniture.DateLabel ?? "データ基準日"} {furniture.DataDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}",
            string.IsNullOrEmpty(furniture.BriefId) ? null : $"資料ID {furniture.BriefId}",
            string.IsNullOrEmpty(furniture.ShortHash) ? null : $"照合値 {furniture.ShortHash}",
        };
        return string.Join("　", parts.Where(part => part is not null));
    }

    /// <summary>Returns the page number, e.g. <c>2/4</c>.</summary>
    public static string Page(int number, int count) => string.Create(CultureInfo.InvariantCulture, $"{number}/{count}");
}
