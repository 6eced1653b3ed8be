using System.Text.RegularExpressions;

namespace Warehouse.Reporting.Host;

/// <summary>Makes the commands that messages advise such that they can be pasted: with the way in which the program was called, and the same folder.</summary>
public static partial class Hints
{
    /// <summary>The variable in which a launcher says how it was called.</summary>
    public const string CommandVariable = "WAREHOUSE_COMMAND";

    /// <summary>How this program is called.</summary>
    public static string Command => Environment.GetEnvironmentVariable(CommandVariable) is { Length: > 0 } command ? command : "warehouse";

    /// <summary>Returns a message with its quoted commands completed.</summary>
    /// <param name="message">A text with commands such as <c>'warehouse load'</c>.</param>
    /// <param name="command">How the program is called.</param>
    /// <param name="folder">The folder that the user named, or null for the default.</param>
    public static string Complete(string message, string command, string? folder) => Quoted().Replace(message ?? "", match =>
    {
        string rest = match.Groups["rest"].Value;
        bool needsFolder = folder is not null && rest.Length > 0
            && !rest.Contains("--output", StringComparison.Ordinal) && !rest.Contains("--help", StringComparison.Ordinal) && !rest.Contains("--script", StringComparison.Ordinal);
        return "'" + command + rest + (needsFolder ? " --output " + Argument(folder!) : "") + "'";
    });

    /// <summary>Returns a path as one argument of a shell.</summary>
    public static string Argument(string path) => (path ?? "").Any(sign => char.IsWhiteSpace(sign) || sign is '(' or ')' or '&' or ';' or '$') ? "\"" + path + "\"" : path ?? "";

    [GeneratedRegex(@"'warehouse(?<rest>(?: [^']*)?)'")]
    private static partial Regex Quoted();
}
