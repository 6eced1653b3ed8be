using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Warehouse.Reporting.Pdf;

/// <summary>A face in a font file.</summary>
/// <param name="Family">Family as named in the catalogue.</param>
/// <param name="Path">File.</param>
/// <param name="FaceIndex">Index in a collection, 0 otherwise.</param>
public sealed record FontFile(string Family, string Path, int FaceIndex);

/// <summary>The fonts of a document: the main one in two weights, and those asked for characters it lacks.</summary>
public sealed record FontSelection(FontFile Regular, FontFile Bold, IReadOnlyList<FontFile> Fallbacks);

/// <summary>Finds Japanese fonts on the machine.</summary>
public sealed class FontCatalog
{
    private static readonly (string Family, string[] Regular, string[] Bold, string Face)[] Main =
    [
        ("BIZ UDPGothic", ["BIZUDPGothic-Regular.ttf", "BIZ-UDGothicR.ttc"], ["BIZUDPGothic-Bold.ttf", "BIZ-UDGothicB.ttc"], "BIZ UDPGothic"),
        ("Yu Gothic", ["YuGothM.ttc", "YuGothR.ttc"], ["YuGothB.ttc"], "Yu Gothic"),
        ("Hiragino Sans", ["ヒラギノ角ゴシック W3.ttc"], ["ヒラギノ角ゴシック W6.ttc"], "Hiragino Sans"),
        ("MS PGothic", ["msgothic.ttc"], ["msgothic.ttc"], "MS PGothic"),
    ];

    private static readonly (string Family, string[] Files, string Face)[] Fallback =
    [
        ("Noto Sans JP", ["NotoSansJP-Regular.otf", "NotoSansJP-Regular.ttf"], "Noto Sans JP"),
        ("Noto Sans CJK JP", ["NotoSansCJK-Regular.ttc", "NotoSansCJKjp-Regular.otf"], "Noto Sans CJK JP"),
        ("IPAmj Mincho", ["ipamjm.ttf"], "IPAmjMincho"),
        ("Yu Gothic", ["YuGothM.ttc", "YuGothR.ttc"], "Yu Gothic"),
        ("MS Gothic", ["msgothic.ttc"], "MS Gothic"),
        ("Hiragino Sans", ["ヒラギノ角ゴシック W3.ttc"], "Hiragino Sans"),
    ];

    private readonly IReadOnlyList<string> _folders;

    /// <summary>Creates a catalogue of the given folders, or of the standard ones where none are given.</summary>
    public FontCatalog(IReadOnlyList<string>? folders = null) =>
        _folders = folders is { Count: > 0 } ? folders : StandardFolders();

    /// <summary>Gets the folders searched, with their sub-folders.</summary>
    public IReadOnlyList<string> Folders => _folders;

    /// <summary>Returns the fonts to draw with.</summary>
    /// <exception cref="PdfFontException">No main font is in the folders.</exception>
    public FontSelection Select()
    {
        var files = Index();
        foreach (var (family, regular, bold, face) in Main)
        {
            if (Find(files, family, regular, face) is { } regularFile)
            {
                var boldFile = Find(files, family, bold, face) ?? regularFile;
                var fallbacks = Fallback.Select(entry => Find(files, entry.Family, entry.Files, entry.Face))
                    .OfType<FontFile>().Where(file => file != regularFile).ToList();
                return new FontSelection(regularFile, boldFile, fallbacks);
            }
        }

        throw new PdfFontException(
            $"No Japanese font for PDF output was found: looked for {string.Join(", ", Main.Select(entry => entry.Family))} " +
            $"in {string.Join(", ", _folders)}. On Debian or Ubuntu install the package fonts-morisawa-bizud-gothic " +
            "(and fonts-noto-cjk for rare kanji), or set Pdf:FontFolders to the folder that holds the font files.");
    }

    private static List<string> StandardFolders()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            return [Environment.GetFolderPath(Environment.SpecialFolder.Fonts), Path.Combine(local, "Microsoft", "Windows", "Fonts")];
        }

        return RuntimeInformation.IsOSPlatform(OSPlatform.OSX)
            ? ["/System/Library/Fonts", "/Library/Fonts", Path.Combine(home, "Library", "Fonts")]
            : ["/usr/share/fonts", "/usr/local/share/fonts", Path.Combine(home, ".local", "share", "fonts"), Path.Combine(home, ".fonts")];
    }

    private Dictionary<string, string> Index()
    {
        var wanted = Main.SelectMany(entry => entry.Regular.Concat(entry.Bold)).Concat(Fallback.SelectMany(entry => entry.Files))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var files = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0, MaxRecursionDepth = 6 };
        foreach (var folder in _folders.Where(Directory.Exists))
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*", options).Order(StringComparer.Ordinal))
            {
                // macOS stores file names decomposed.
                var name = Path.GetFileName(path).Normalize(NormalizationForm.FormC);
                if (wanted.Contains(name))
                {
                    files.TryAdd(name, path);
                }
            }
        }

        return files;
    }

    private static FontFile? Find(Dictionary<string, string> files, string family, string[] names, string face)
    {
        foreach (var name in names)
        {
            if (files.TryGetValue(name, out var path))
            {
                return new FontFile(family, path, FaceIndex(path, face));
            }
        }

        return null;
    }

    private static int FaceIndex(string path, string face)
    {
        using var stream = File.OpenRead(path);
        var head = new byte[12];
        stream.ReadExactly(head);
        if (!head.AsSpan(0, 4).SequenceEqual("ttcf"u8))
        {
            return 0;
        }

        var count = (int)BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(8));
        var offsets = new byte[4 * count];
        stream.ReadExactly(offsets);
        for (var i = 0; i < count; i++)
        {
            if (FamilyNames(stream, BinaryPrimitives.ReadUInt32BigEndian(offsets.AsSpan(4 * i))).Contains(face, StringComparer.Ordinal))
            {
                return i;
            }
        }

        return 0;
    }

    private static List<string> FamilyNames(FileStream stream, uint offset)
    {
        const int family = 1;
        const int typographicFamily = 16;
        var names = new List<string>();
        stream.Position = offset + 4;
        var header = new byte[8];
        stream.ReadExactly(header);
        var records = new byte[16 * BinaryPrimitives.ReadUInt16BigEndian(header)];
        stream.ReadExactly(records);
        for (var i = 0; i < records.Length; i += 16)
        {
            if (!records.AsSpan(i, 4).SequenceEqual("name"u8))
            {
                continue;
            }

            stream.Position = BinaryPrimitives.ReadUInt32BigEndian(records.AsSpan(i + 8));
            var table = new byte[BinaryPrimitives.ReadUInt32BigEndian(records.AsSpan(i + 12))];
            stream.ReadExactly(table);
            var count = BinaryPrimitives.ReadUInt16BigEndian(table.AsSpan(2));
            var storage = BinaryPrimitives.ReadUInt16BigEndian(table.AsSpan(4));
            for (var r = 0; r < count; r++)
            {
                var record = table.AsSpan(6 + (12 * r), 12);
                var id = BinaryPrimitives.ReadUInt16BigEndian(record[6..]);
                if (BinaryPrimitives.ReadUInt16BigEndian(record) == 3 && id is family or typographicFamily)
                {
                    var length = BinaryPrimitives.ReadUInt16BigEndian(record[8..]);
                    var start = storage + BinaryPrimitives.ReadUInt16BigEndian(record[10..]);
                    names.Add(Encoding.BigEndianUnicode.GetString(table, start, length));
                }
            }
        }

        return names;
    }
}
