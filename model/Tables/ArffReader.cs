using System.Globalization;
using System.Text;
using Warehouse.Model.Items;

namespace Warehouse.Model.Tables;

/// <summary>Reads the attribute-relation format of Weka: nominal, numeric, string and date attributes, quoted names, sparse rows, <c>?</c> for missing.</summary>
/// <remarks>
/// Source: the ARFF page of the Weka manual (stable version of 2008, with sparse rows). Relational attributes are refused. A weight behind a row,
/// <c>{2}</c>, is refused too: rows count alike here. Errors: MDL-063 with the line.
/// </remarks>
public static class ArffReader
{
    /// <summary>Returns the table.</summary>
    public static TextTable Read(TextReader reader, string name)
    {
        ArgumentNullException.ThrowIfNull(reader);
        List<Attribute> attributes = [];
        bool inData = false;
        int line = 0, rows = 0;
        while (reader.ReadLine() is { } text)
        {
            line++;
            string trimmed = text.Trim().TrimStart('\uFEFF');
            if (trimmed.Length == 0 || trimmed[0] == '%')
            {
                continue;
            }

            if (inData)
            {
                Row(trimmed, attributes, name, line);
                rows++;
                continue;
            }

            var scanner = new Scanner(trimmed, name, line);
            switch (scanner.Word().ToUpperInvariant())
            {
                case "@RELATION":
                    break;
                case "@ATTRIBUTE":
                    attributes.Add(ReadAttribute(scanner, name, line));
                    break;
                case "@DATA":
                    inData = true;
                    break;
                default:
                    throw Fault(name, line, $"'{Shorten(trimmed)}'", "@relation, @attribute or @data", "check the header");
            }
        }

        if (!inData || attributes.Count == 0)
        {
            throw Fault(name, line, attributes.Count == 0 ? "no @attribute" : "no @data", "a header and data", "check that the file is whole");
        }

        return new TextTable(name, [.. attributes.Select(a => new TextColumn(a.Name, [.. a.Codes], a.Values, a.Kind))]);
    }

    private static Attribute ReadAttribute(Scanner scanner, string name, int line)
    {
        string attribute = scanner.Word();
        scanner.Space();
        if (scanner.Peek == '{')
        {
            scanner.Next();
            List<string> values = [];
            while (true)
            {
                scanner.Space();
                if (scanner.Peek == '}')
                {
                    break;
                }

                values.Add(scanner.Cell(",}"));
                scanner.Space();
                if (scanner.Peek == ',')
                {
                    scanner.Next();
                }
                else if (scanner.Peek != '}')
                {
                    throw Fault(name, line, $"an open list of values of '{attribute}'", "}", "check the header");
                }
            }

            return new Attribute(attribute, DeclaredKind.Category, null, values.Count > 0 ? values[0] : "");
        }

        string type = scanner.Word();
        switch (type.ToUpperInvariant())
        {
            case "NUMERIC" or "REAL" or "INTEGER":
                return new Attribute(attribute, DeclaredKind.Number, null, "0");
            case "STRING":
                return new Attribute(attribute, DeclaredKind.Category, null, "");
            case "DATE":
                scanner.Space();
                return new Attribute(attribute, DeclaredKind.Date, scanner.AtEnd ? "yyyy-MM-ddTHH:mm:ss" : scanner.Word().Replace("'T'", "T", StringComparison.Ordinal), "");
            default:
                throw Fault(name, line, $"attribute '{attribute}' of type '{Shorten(type)}'", "numeric, real, integer, string, date or a list of values", "convert it before");
        }
    }

    private static void Row(string text, List<Attribute> attributes, string name, int line)
    {
        var scanner = new Scanner(text, name, line);
        if (scanner.Peek == '{')
        {
            SparseRow(scanner, attributes, name, line);
            return;
        }

        int at = 0;
        do
        {
            scanner.Space();
            string cell = scanner.Cell(",");
            if (at >= attributes.Count)
            {
                throw Fault(name, line, $"more than {attributes.Count} values", "one for each attribute", "check for a sign between values that is not a comma, and for weights");
            }

            attributes[at++].Add(cell);
            scanner.Space();
        }
        while (scanner.Take(','));
        if (at != attributes.Count || !scanner.AtEnd)
        {
            throw Fault(name, line, $"{at} values", $"{attributes.Count}, one for each attribute", "correct the row");
        }
    }

    // What a sparse row leaves out is 0 for a number and the first value of a list.
    private static void SparseRow(Scanner scanner, List<Attribute> attributes, string name, int line)
    {
        scanner.Next();
        var given = new string?[attributes.Count];
        while (true)
        {
            scanner.Space();
            if (scanner.Take('}'))
            {
                break;
            }

            string index = scanner.Word();
            scanner.Space();
            if (!int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out int at) || at >= given.Length || given[at] is not null)
            {
                throw Fault(name, line, $"'{Shorten(index)}' as the number of an attribute", $"0 to {given.Length - 1}, each once", "correct the row");
            }

            given[at] = scanner.Cell(",}");
            scanner.Space();
            if (!scanner.Take(',') && scanner.Peek != '}')
            {
                throw Fault(name, line, "a sparse row without its end", "}", "correct the row");
            }
        }

        for (int i = 0; i < given.Length; i++)
        {
            attributes[i].Add(given[i] ?? attributes[i].Default);
        }
    }

    private static string Shorten(string text) => text.Length > 30 ? text[..30] + "…" : text;

    private static ModelException Fault(string name, int line, string found, string expected, string action) =>
        new("MDL-063", string.Create(CultureInfo.InvariantCulture, $"{found} in line {line} of {name}"), expected, action);

    private sealed class Attribute(string name, DeclaredKind kind, string? dateForm, string missingInSparse)
    {
        private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

        public string Name => name;

        public DeclaredKind Kind => kind;

        public string Default => missingInSparse;

        public List<int> Codes { get; } = [];

        public List<string> Values { get; } = [];

        public void Add(string cell)
        {
            string text = dateForm is not null && DateTime.TryParseExact(cell, dateForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day)
                ? day.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
                : cell;
            if (!_index.TryGetValue(text, out int code))
            {
                code = Values.Count;
                Values.Add(text);
                _index[text] = code;
            }

            Codes.Add(code);
        }
    }

    private sealed class Scanner(string text, string name, int line)
    {
        private int _at;

        public char Peek => _at < text.Length ? text[_at] : '\0';

        public bool AtEnd => _at >= text.Length;

        public void Next() => _at++;

        public bool Take(char sign)
        {
            bool found = Peek == sign && !AtEnd;
            _at += found ? 1 : 0;
            return found;
        }

        public void Space()
        {
            while (!AtEnd && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
        }

        /// <summary>Returns the next word, or what is quoted.</summary>
        public string Word()
        {
            Space();
            if (Peek is '\'' or '"')
            {
                return Quoted();
            }

            int start = _at;
            while (!AtEnd && !char.IsWhiteSpace(text[_at]) && text[_at] is not ('{' or '}' or ','))
            {
                _at++;
            }

            return text[start.._at];
        }

        /// <summary>Returns the text up to one of the ends, or what is quoted.</summary>
        public string Cell(string ends)
        {
            if (Peek is '\'' or '"')
            {
                return Quoted().Trim();
            }

            int start = _at;
            while (!AtEnd && !ends.Contains(text[_at], StringComparison.Ordinal))
            {
                _at++;
            }

            return text[start.._at].Trim();
        }

        private string Quoted()
        {
            char quote = Peek;
            _at++;
            var content = new StringBuilder();
            while (!AtEnd && Peek != quote)
            {
                // A backslash takes the next sign as it is.
                _at += Peek == '\\' && _at + 1 < text.Length ? 1 : 0;
                content.Append(Peek);
                _at++;
            }

            if (AtEnd)
            {
                throw Fault(name, line, "a quote that is not closed", quote.ToString(), "correct the line");
            }

            _at++;
            return content.ToString();
        }
    }
}
