using System.Text.Json;
using System.Text.Json.Nodes;
using Warehouse.Reporting.Pdf;

namespace Warehouse.Reporting.Briefs;

/// <summary>Blanks out words wherever a document contains them.</summary>
internal static class Redaction
{
    private const int ShortestPart = 4;

    /// <summary>Returns the words that would give away where a restricted child lives or learns, longest first.</summary>
    public static IReadOnlyList<string> WordsOf(CaseBrief brief)
    {
        if (brief.Restriction is not { HidesAddressAndSchool: true } restriction)
        {
            return [];
        }

        string?[] whole = [brief.Child.Address, brief.Child.Facility, .. restriction.HiddenWords];
        var parts = new[] { brief.Child.Address, brief.Child.Facility }.OfType<string>()
            .SelectMany(text => text.Split([' ', '　'], StringSplitOptions.RemoveEmptyEntries)).Where(part => part.Length >= ShortestPart);
        return whole.OfType<string>().Where(word => word.Trim().Length > 0).Concat(parts)
            .Distinct(StringComparer.Ordinal).OrderByDescending(word => word.Length).ThenBy(word => word, StringComparer.Ordinal).ToList();
    }

    /// <summary>Returns the document with each of the words replaced.</summary>
    public static BriefDocument Apply(BriefDocument document, IReadOnlyList<string> words, string replacement)
    {
        if (words.Count == 0)
        {
            return document;
        }

        var root = JsonNode.Parse(document.ToCanonicalBytes())!;
        Visit(root);
        return BriefDocument.FromCanonicalBytes(JsonSerializer.SerializeToUtf8Bytes(root));

        void Visit(JsonNode node)
        {
            switch (node)
            {
                case JsonObject map:
                    foreach (var (key, value) in map.ToList())
                    {
                        if (key != "$type" && Replaced(value) is { } text)
                        {
                            map[key] = text;
                        }
                        else if (value is not null)
                        {
                            Visit(value);
                        }
                    }

                    break;
                case JsonArray list:
                    for (var i = 0; i < list.Count; i++)
                    {
                        if (Replaced(list[i]) is { } text)
                        {
                            list[i] = text;
                        }
                        else if (list[i] is { } value)
                        {
                            Visit(value);
                        }
                    }

                    break;
            }
        }

        string? Replaced(JsonNode? node)
        {
            if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
            {
                return null;
            }

            var before = value.GetValue<string>();
            var after = words.Aggregate(before, (text, word) => text.Replace(word, replacement, StringComparison.Ordinal));
            return after == before ? null : after;
        }
    }
}
