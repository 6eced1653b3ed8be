using System.Globalization;
using System.IO.Compression;

namespace Warehouse.Etl.Extract;

/// <summary>Says whether a workbook can be opened without harm: nothing is expanded beyond the limits.</summary>
/// <remarks>Each part is inflated once and thrown away while it is counted; what the archive states about its sizes is not believed. Cost: one inflation, one buffer.</remarks>
public static class WorkbookGuard
{
    /// <summary>The most bytes of a workbook as it lies in the inbox.</summary>
    public const long MaxFileBytes = 64L << 20;

    /// <summary>The most bytes of all parts together.</summary>
    public const long MaxExpandedBytes = 512L << 20;

    /// <summary>The most parts.</summary>
    public const int MaxEntries = 1000;

    /// <summary>The most times that a part of some size may grow.</summary>
    public const int MaxRatio = 100;

    // A small part may repeat itself as it likes.
    private const long FreeBytes = 4L << 20;

    /// <summary>Checks the archive and returns the bytes of all parts.</summary>
    /// <exception cref="FeedException">The bytes are no archive, or expand beyond a limit.</exception>
    public static long Check(byte[] bytes, string where)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        try
        {
            using ZipArchive archive = new(new MemoryStream(bytes, writable: false), ZipArchiveMode.Read);
            if (archive.Entries.Count > MaxEntries)
            {
                throw Bomb(where, string.Create(CultureInfo.InvariantCulture, $"{archive.Entries.Count} parts"), string.Create(CultureInfo.InvariantCulture, $"at most {MaxEntries} parts"));
            }

            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                using Stream stream = entry.Open();
                long size = 0;
                int read;
                while ((read = stream.Read(buffer, 0, buffer.Length)) > 0)
                {
                    size += read;
                    total += read;
                    if (total > MaxExpandedBytes)
                    {
                        throw Bomb(where, "a workbook that grows beyond " + Megabytes(MaxExpandedBytes), "at most " + Megabytes(MaxExpandedBytes));
                    }

                    if (size > FreeBytes && size / MaxRatio > Math.Max(1, entry.CompressedLength))
                    {
                        throw Bomb(where, string.Create(CultureInfo.InvariantCulture, $"a part that grows more than {MaxRatio} times"), string.Create(CultureInfo.InvariantCulture, $"at most {MaxRatio} times"));
                    }
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw FeedException.Of("FEED-013", where, "a file that is no workbook or is damaged", "a workbook (XLSX)", "Ask the sender for the file again; a protected workbook is to be sent without its password.", exception);
        }

        return total;
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MB");

    private static FeedException Bomb(string where, string found, string expected) =>
        FeedException.Of("FEED-012", where, found, expected, "The file was not opened: such archives are made to do harm. Ask the sender for the data as CSV.");
}
