using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;

namespace Warehouse.Sql;

/// <summary>One batch of a script as an engine takes it.</summary>
/// <param name="Text">The statement text.</param>
/// <param name="Parameters">The names that the text refers to, without their sign, in order of appearance.</param>
/// <param name="Line">The line of the script, from 1, on which the batch starts.</param>
internal sealed record SqlBatch(string Text, IReadOnlyList<string> Parameters, int Line);

/// <summary>A script by its name, in batches.</summary>
internal sealed record SqlScript(string Name, string Resource, IReadOnlyList<SqlBatch> Batches);

/// <summary>Loads the scripts embedded in this assembly and turns them into what an engine takes.</summary>
/// <remarks>
/// Nothing else hands text to an engine: in DuckDB <c>@p</c> is the absolute value of a column <c>p</c>, so a parameter
/// that is not rewritten to <c>$p</c> selects every row, without an error.
/// </remarks>
internal static class SqlText
{
    private const string Root = "sql/";

    private static readonly FrozenDictionary<string, string> Resources = typeof(SqlText).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Root, StringComparison.Ordinal) || name.StartsWith("sql\\", StringComparison.Ordinal))
        .ToFrozenDictionary(name => name.Replace('\\', '/'), name => name, StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<(string Name, Engine Engine), SqlScript> Cache = new();

    /// <summary>The names of all embedded scripts below a folder, such as <c>migrations/warehouse</c>, sorted by code point.</summary>
    internal static IReadOnlyList<string> List(string folder) => Resources.Keys
        .Where(key => key.StartsWith(Root + folder + "/", StringComparison.Ordinal) && key.EndsWith(".sql", StringComparison.Ordinal))
        .Select(key => key[Root.Length..])
        .Order(StringComparer.Ordinal)
        .ToList();

    /// <summary>Returns the text of an embedded file, named with its extension, with line ends as LF.</summary>
    internal static string Read(string path)
    {
        using Stream stream = typeof(SqlText).Assembly.GetManifestResourceStream(Resources[Root + path])!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>Returns the script of this name for this engine; a file for one engine wins over the common one.</summary>
    internal static SqlScript Load(string name, Engine engine) => Cache.GetOrAdd((name, engine), static key =>
    {
        string suffix = key.Engine == Engine.DuckDb ? ".duckdb.sql" : ".sqlserver.sql";
        string? path = new[] { key.Name + suffix, key.Name + ".sql" }.FirstOrDefault(candidate => Resources.ContainsKey(Root + candidate));
        if (path is null)
        {
            throw new WarehouseException(
                $"There is no script '{key.Name}' for {key.Engine}. Near names: {string.Join(", ", Near(key.Name))}. "
                + "A script is named by its path under sql/, without the extension.");
        }

        return new SqlScript(key.Name, Root + path, Split(Read(path), key.Engine));
    });

    /// <summary>Returns the batches of a text: the parts between lines that hold only <c>GO</c>, without empty ones.</summary>
    internal static IReadOnlyList<SqlBatch> Split(string text, Engine engine)
    {
        List<SqlBatch> batches = [];
        StringBuilder batch = new();
        List<string> parameters = [];
        HashSet<string> declared = new(StringComparer.OrdinalIgnoreCase);
        int line = 1;
        int batchLine = 0;
        bool declaring = false;

        void End()
        {
            string content = batch.ToString().Trim();
            if (batchLine > 0 && content.Length > 0)
            {
                batches.Add(new SqlBatch(content, parameters.Where(name => !declared.Contains(name)).ToList(), batchLine));
            }

            batch.Clear();
            parameters = [];
            declared.Clear();
            declaring = false;
            batchLine = 0;
        }

        foreach (Token token in Tokenize(text))
        {
            ReadOnlySpan<char> span = text.AsSpan(token.Start, token.Length);
            switch (token.Kind)
            {
                case TokenKind.Go:
                    End();
                    break;
                case TokenKind.Parameter:
                    string name = span[1..].ToString();
                    if (declaring)
                    {
                        declared.Add(name);
                    }

                    declaring = false;
                    if (!parameters.Contains(name, StringComparer.OrdinalIgnoreCase))
                    {
                        parameters.Add(name);
                    }

                    batchLine = batchLine == 0 ? line : batchLine;
                    batch.Append(engine == Engine.DuckDb ? "$" : "@").Append(name);
                    break;
                case TokenKind.Comment or TokenKind.Space:
                    // Comments stay: a DBA who looks at a running statement sees where it comes from.
                    batch.Append(span);
                    break;
                default:
                    batchLine = batchLine == 0 ? line : batchLine;
                    if (token.Kind == TokenKind.Word)
                    {
                        declaring = span.Equals("DECLARE", StringComparison.OrdinalIgnoreCase);
                    }

                    batch.Append(span);
                    break;
            }

            line += span.Count('\n');
        }

        End();
        return batches;
    }

    /// <summary>The kinds of piece that a text falls into.</summary>
    internal enum TokenKind
    {
        /// <summary>White space.</summary>
        Space,

        /// <summary>A comment, to the end of the line or between <c>/*</c> and <c>*/</c>, which may nest.</summary>
        Comment,

        /// <summary>A string, a quoted or a bracketed name.</summary>
        Quoted,

        /// <summary>A parameter such as <c>@load_id</c>.</summary>
        Parameter,

        /// <summary>A name, a keyword or a number.</summary>
        Word,

        /// <summary>A line that holds only <c>GO</c>.</summary>
        Go,

        /// <summary>Any other sign.</summary>
        Sign,
    }

    /// <summary>A piece of a text.</summary>
    internal readonly record struct Token(TokenKind Kind, int Start, int Length);

    /// <summary>Returns the pieces of a text in order; together they are the text.</summary>
    internal static IEnumerable<Token> Tokenize(string text)
    {
        int at = 0;
        while (at < text.Length)
        {
            int start = at;
            char sign = text[at];
            char next = at + 1 < text.Length ? text[at + 1] : '\0';
            TokenKind kind;
            if (char.IsWhiteSpace(sign))
            {
                kind = TokenKind.Space;
                while (at < text.Length && char.IsWhiteSpace(text[at]))
                {
                    at++;
                }
            }
            else if (sign == '-' && next == '-')
            {
                kind = TokenKind.Comment;
                int end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
            }
            else if (sign == '/' && next == '*')
            {
                kind = TokenKind.Comment;
                at = EndOfBlockComment(text, at);
            }
            else if (sign is '\'' or '"' or '[')
            {
                kind = TokenKind.Quoted;
                at = EndOfQuoted(text, at, sign == '[' ? ']' : sign);
            }
            else if (sign == '@' && next == '@')
            {
                kind = TokenKind.Word;
                at = EndOfWord(text, at + 2);
            }
            else if (sign == '@' && IsWordSign(next))
            {
                kind = TokenKind.Parameter;
                at = EndOfWord(text, at + 1);
            }
            else if (IsWordSign(sign))
            {
                kind = TokenKind.Word;
                at = EndOfWord(text, at);
                if (at - start == 2 && text.AsSpan(start, 2).Equals("GO", StringComparison.OrdinalIgnoreCase) && IsAloneOnLine(text, start, at))
                {
                    kind = TokenKind.Go;
                }
            }
            else
            {
                kind = TokenKind.Sign;
                at++;
            }

            yield return new Token(kind, start, at - start);
        }
    }

    private static bool IsWordSign(char sign) => char.IsLetterOrDigit(sign) || sign is '_' or '#' or '$';

    private static int EndOfWord(string text, int at)
    {
        while (at < text.Length && IsWordSign(text[at]))
        {
            at++;
        }

        return at;
    }

    private static int EndOfQuoted(string text, int at, char close)
    {
        at++;
        while (at < text.Length)
        {
            if (text[at] == close)
            {
                // A doubled sign stands for itself.
                if (at + 1 < text.Length && text[at + 1] == close)
                {
                    at += 2;
                    continue;
                }

                return at + 1;
            }

            at++;
        }

        return at;
    }

    private static int EndOfBlockComment(string text, int at)
    {
        int depth = 0;
        while (at < text.Length)
        {
            if (text.AsSpan(at).StartsWith("/*"))
            {
                depth++;
                at += 2;
            }
            else if (text.AsSpan(at).StartsWith("*/"))
            {
                depth--;
                at += 2;
                if (depth == 0)
                {
                    return at;
                }
            }
            else
            {
                at++;
            }
        }

        return at;
    }

    private static bool IsAloneOnLine(string text, int start, int end)
    {
        int before = start - 1;
        while (before >= 0 && text[before] is ' ' or '\t')
        {
            before--;
        }

        int after = end;
        while (after < text.Length && text[after] is ' ' or '\t' or '\r')
        {
            after++;
        }

        return (before < 0 || text[before] == '\n') && (after >= text.Length || text[after] == '\n');
    }

    private static IEnumerable<string> Near(string name)
    {
        string last = name[(name.LastIndexOf('/') + 1)..];
        return Resources.Keys
            .Where(key => key.EndsWith(".sql", StringComparison.Ordinal) && !key.StartsWith(Root + "migrations/", StringComparison.Ordinal))
            .Select(key => key[Root.Length..^".sql".Length])
            .OrderBy(candidate => Distance(candidate[(candidate.LastIndexOf('/') + 1)..], last))
            .ThenBy(candidate => candidate, StringComparer.Ordinal)
            .Take(5);
    }

    // Edit distance by rows; names are short.
    private static int Distance(string left, string right)
    {
        int[] row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int cost = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = cost;
            }
        }

        return row[right.Length];
    }
}
