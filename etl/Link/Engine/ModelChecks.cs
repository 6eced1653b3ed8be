using System.Globalization;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Alarms about a model: what EM found must look like persons, and more agreement must weigh more.</summary>
public static class ModelChecks
{
    /// <summary>Returns what is implausible.</summary>
    public static IReadOnlyList<LinkFinding> Find(LinkModel model, LinkTable table)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(table);
        List<LinkFinding> findings = [];
        double links = model.SameShare * table.PairCount;
        double most = table.IsLink ? 1.5 * Math.Min(table.LeftCount, table.Count - table.LeftCount) : 20.0 * table.Count;
        if (links > most)
        {
            findings.Add(new LinkFinding("LNK-020", string.Create(CultureInfo.InvariantCulture, $"The model expects {links:N0} links, more than these records can have; what it found may be households or towns, not persons. Nothing is linked without review."), true,
                string.Create(CultureInfo.InvariantCulture, $"モデルは {links:N0} 組の同一人を見込みましたが、この件数ではありえません。人ではなく世帯や町をまとめた可能性があります。確認なしに同一人とすることはしません。列の割り当てを確かめてください。")));
        }

        for (int f = 0; f < model.Fields.Count; f++)
        {
            FieldModel field = model.Fields[f];
            FieldRole role = table.Fields[f].Role;
            double agrees = Agrees(field, role);
            if (role is FieldRole.Given or FieldRole.Birth && agrees < 0.5)
            {
                findings.Add(new LinkFinding("LNK-021", string.Create(CultureInfo.InvariantCulture, $"Records taken for one person agree on {field.Name} in {agrees:P0} of cases only; expected at least half. The columns may hold something else, or no records match. Nothing is linked without review."), true,
                    string.Create(CultureInfo.InvariantCulture, $"同一人とみなした記録の {field.Name} は {agrees:P0} しか一致しません（期待：半分以上）。列の中身が違うか、共通の人がいません。確認なしに同一人とすることはしません。")));
            }

            if (field.Kind is LinkKind.Surname or LinkKind.Given)
            {
                continue;
            }

            for (int level = 2; level < field.Levels.Count; level++)
            {
                double lower = Math.Log2(field.Same[0][level - 1] / field.Unrelated[0][level - 1]);
                double higher = Math.Log2(field.Same[0][level] / field.Unrelated[0][level]);
                bool isSeen = field.Same[0][level] > 0.01 && field.Same[0][level - 1] > 0.01;
                if (isSeen && higher < lower - 1.5 && level == field.Levels.Count - 1)
                {
                    findings.Add(new LinkFinding("LNK-022", string.Create(CultureInfo.InvariantCulture, $"{field.Name}: '{field.Levels[level]}' weighs {higher:0.0} bits, less than '{field.Levels[level - 1]}' with {lower:0.0}; look at this column."),
                        Japanese: string.Create(CultureInfo.InvariantCulture, $"{field.Name}：「{field.Levels[level]}」の重み {higher:0.0} ビットが「{field.Levels[level - 1]}」の {lower:0.0} ビットより小さくなりました。この列を確かめてください。")));
                }
            }
        }

        return findings;
    }

    private static double Agrees(FieldModel field, FieldRole role) => role == FieldRole.Given
        ? field.Same[0].Skip(NameField.Alike).Sum()
        : field.Same[0].Skip(2).Sum();
}
