using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Map;

/// <summary>How sure a proposed code is.</summary>
public enum CodeEvidence
{
    /// <summary>The contract has the very same code or label.</summary>
    Same,

    /// <summary>A label that means the same in the table of terms.</summary>
    Term,

    /// <summary>The same digits but for leading zeros; nobody said that they mean the same.</summary>
    Digits,
}

/// <summary>Finds the warehouse code that a vendor's code stands for.</summary>
public static class CodeMatcher
{
    /// <summary>Returns the code with its evidence, or null where nothing is known.</summary>
    public static (string Code, CodeEvidence Evidence)? Match(FeedColumn column, string value, Terms terms)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(terms);
        if (column.Codes.TryGetValue(value, out string? same) && value.Length > 0)
        {
            return (same, CodeEvidence.Same);
        }

        // "01:世帯主" names its code and its label; the label says more.
        int cut = value.IndexOfAny([':', '：', '.', '．', ' ', '　']);
        foreach (string label in cut > 0 && cut < value.Length - 1 ? new[] { value, value[(cut + 1)..], value[..cut] } : [value])
        {
            if (ByLabel(column, label, terms) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static (string Code, CodeEvidence Evidence)? ByLabel(FeedColumn column, string label, Terms terms)
    {
        string folded = Terms.Fold(label);
        foreach ((string own, string code) in column.Codes)
        {
            if (own.Length > 0 && Terms.Fold(own) == folded)
            {
                return (code, CodeEvidence.Same);
            }
        }

        if (terms.CodesOf(column.Name, label).FirstOrDefault(code => column.Codes.Values.Contains(code, StringComparer.Ordinal)) is { } meant)
        {
            return (meant, CodeEvidence.Term);
        }

        if (folded.Length > 0 && folded.All(char.IsAsciiDigit))
        {
            foreach ((string own, string code) in column.Codes)
            {
                if (own.Length > 0 && own.All(char.IsAsciiDigit) && own.TrimStart('0') == folded.TrimStart('0'))
                {
                    return (code, CodeEvidence.Digits);
                }
            }
        }

        return null;
    }
}
