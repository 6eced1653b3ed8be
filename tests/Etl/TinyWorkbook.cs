using System.IO.Compression;
using System.Security;
using System.Text;

namespace Warehouse.Tests.Etl;

/// <summary>Makes workbooks by hand, part by part, so that the reader is not tested against a writer of its own kind.</summary>
internal static class TinyWorkbook
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>Returns a workbook of sheets: name, state and the XML of its rows. Style 1 is a day, 2 a Japanese day, 3 a time, 4 plain.</summary>
    public static byte[] Of(IEnumerable<string> shared, params (string Name, string State, string Rows)[] sheets)
    {
        StringBuilder list = new();
        StringBuilder relations = new();
        StringBuilder types = new();
        Dictionary<string, string> parts = [];
        for (int i = 1; i <= sheets.Length; i++)
        {
            (string name, string state, string rows) = sheets[i - 1];
            list.Append(System.Globalization.CultureInfo.InvariantCulture, $"<sheet name=\"{name}\" sheetId=\"{i}\" state=\"{state}\" r:id=\"rId{i}\"/>");
            relations.Append(System.Globalization.CultureInfo.InvariantCulture, $"<Relationship Id=\"rId{i}\" Type=\"{Relation}/worksheet\" Target=\"worksheets/sheet{i}.xml\"/>");
            types.Append(System.Globalization.CultureInfo.InvariantCulture, $"<Override PartName=\"/xl/worksheets/sheet{i}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>");
            parts[$"xl/worksheets/sheet{i}.xml"] = $"<worksheet xmlns=\"{Main}\"><sheetData>{rows}</sheetData></worksheet>";
        }

        relations.Append(System.Globalization.CultureInfo.InvariantCulture, $"<Relationship Id=\"s1\" Type=\"{Relation}/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"s2\" Type=\"{Relation}/styles\" Target=\"styles.xml\"/>");
        parts["xl/workbook.xml"] = $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relation}\"><sheets>{list}</sheets></workbook>";
        parts["xl/_rels/workbook.xml.rels"] = $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}</Relationships>";
        parts["xl/sharedStrings.xml"] = $"<sst xmlns=\"{Main}\">{string.Concat(shared)}</sst>";
        parts["xl/styles.xml"] = $"""
            <styleSheet xmlns="{Main}"><numFmts count="3"><numFmt numFmtId="164" formatCode="[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="165" formatCode="[h]:mm"/><numFmt numFmtId="166" formatCode="0&quot;day&quot;"/></numFmts>
            <fonts><font/></fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>
            """;
        parts["_rels/.rels"] = $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"{Relation}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
        parts["[Content_Types].xml"] = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
            + "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
            + "<Override PartName=\"/xl/sharedStrings.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml\"/>"
            + "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>" + types + "</Types>";
        return Zip(parts.Select(part => (part.Key, Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + part.Value))));
    }

    /// <summary>Returns an archive of parts.</summary>
    public static byte[] Zip(IEnumerable<(string Name, byte[] Content)> parts)
    {
        MemoryStream bytes = new();
        using (ZipArchive archive = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in parts)
            {
                using Stream stream = archive.CreateEntry(name, CompressionLevel.SmallestSize).Open();
                stream.Write(content);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Returns the XML of a row of texts.</summary>
    public static string Row(int line, params string[] texts) =>
        $"<row r=\"{line}\">" + string.Concat(texts.Select(text => text.StartsWith("<c", StringComparison.Ordinal) ? text : $"<c t=\"inlineStr\"><is><t>{SecurityElement.Escape(text)}</t></is></c>")) + "</row>";
}
