using Warehouse.Reporting.Pdf;

namespace Warehouse.Reporting.Briefs;

/// <summary>A support plan as the family reads it: their wishes, what is aimed at together, who does what, when they meet again.</summary>
/// <param name="Name">The child's name.</param>
/// <param name="Wish">What child and family want; empty where nothing was said.</param>
/// <param name="Goal">What is aimed at together.</param>
/// <param name="Helps">What the city does, a line each.</param>
/// <param name="Request">What the family is asked to do; empty for nothing.</param>
/// <param name="Review">When they meet again; null where that is open.</param>
/// <param name="Contact">Whom to ask, with a telephone number.</param>
/// <param name="Made">The day on which it was made.</param>
/// <param name="Number">Which plan of the child it is, from 1.</param>
public sealed record FamilyPlan(string Name, string Wish, string Goal, IReadOnlyList<string> Helps, string Request, DateOnly? Review, string Contact, DateOnly Made, int Number);

/// <summary>Writes a support plan in plain words and large type; nothing of an analysis can get into it, because none is given to it.</summary>
public static class FamilyPlanComposer
{
    /// <summary>Returns the plan as a sealed document.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="documentId">The number printed on it.</param>
    /// <param name="watermark">Text across the pages, or null.</param>
    public static BriefDocument Compose(FamilyPlan plan, string documentId, string? watermark)
    {
        ArgumentNullException.ThrowIfNull(plan);
        List<Block> blocks =
        [
            new ParagraphBlock(RichText.Of($"{plan.Name}さんと　ご家族へ", Emphasis.Strong), ParagraphSize.Display),
            new ParagraphBlock("この紙は、みなさんと　いっしょに考えたことを　書いたものです。変えたいことや、わからないことがあれば、いつでも　話してください。", ParagraphSize.Large),
        ];
        Part("みなさんの　のぞみ", Lines(plan.Wish.Length > 0 ? plan.Wish : "これから　聞かせてください。"));
        Part("いっしょに　めざすこと", Lines(plan.Goal));
        Part("わたしたちが　すること", plan.Helps.Select(line => "・" + line));
        if (plan.Request.Length > 0)
        {
            Part("みなさんに　お願いしたいこと", Lines(plan.Request));
        }

        Part("次に　会って　話す日", [plan.Review is { } day ? JapaneseDate.Medium(day) + "ごろ" : "いっしょに　決めましょう。"]);
        Part("こまったとき・聞きたいとき", Lines(plan.Contact));
        PageFurniture furniture = new(null, $"サポートプラン　{plan.Number}回目", "ご家族", null, null, plan.Made, documentId, null, watermark) { DateLabel = "作った日" };
        return new BriefDocument("サポートプラン", "ja-JP", furniture, blocks).Seal();

        void Part(string title, IEnumerable<string> lines)
        {
            blocks.Add(new SpacerBlock(6));
            blocks.Add(new BoxBlock(null, [new ParagraphBlock(RichText.Of(title, Emphasis.Strong), ParagraphSize.Large), .. lines.Select(line => new ParagraphBlock(line, ParagraphSize.Large))]));
        }

        static IEnumerable<string> Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
