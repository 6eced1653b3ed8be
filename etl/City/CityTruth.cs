using System.Globalization;
using Warehouse.Etl.City.Feeds;

namespace Warehouse.Etl.City;

/// <summary>Writes the truth files, which never enter the warehouse: tests and evaluations compare against them.</summary>
internal sealed class CityTruth(
    CityOptions options, string directory, Family[] withChildren, Family[] families,
    List<Consultation> consultations, List<Fault> faults, NeedModel need, FeedGroup[] groups)
{
    /// <summary>Writes all truth files.</summary>
    public void Write()
    {
        Persons();
        Records();
        Snapshots();
        RulesFile();
        using (var file = Open("faults.csv"))
        {
            Line(file, "file", "line", "column", "kind", "expected", "code", "clean");
            foreach (var fault in faults)
            {
                Line(file, fault.File, Number(fault.Line), fault.Column, fault.Kind, fault.Expected, fault.Code, fault.Clean);
            }
        }

        using (var file = Open("labels.csv"))
        {
            Line(file, "person_id", "case_number", "child_branch", "received_date", "decision_date", "decision_code", "is_true_need", "is_decided_in_window");
            foreach (var c in consultations)
            {
                Line(
                    file, Id(c.Child), c.Case, c.Branch, Iso(c.Received), Iso(c.Decided), c.Decision, Flag(c.IsTrueNeed), Flag(c.Decided < options.EndDay));
            }
        }

        using (var file = Open("sources.csv"))
        {
            Line(file, "feed", "source_id", "key", "person_id", "from", "to", "detail");
            foreach (var fact in groups.SelectMany(g => g.Facts()))
            {
                Line(file, fact.Feed, fact.SourceId, fact.Key, Id(fact.Person), Iso(fact.From), fact.To == int.MaxValue ? "" : Iso(fact.To), fact.Detail);
            }
        }

        using (var file = Open("leak.csv"))
        {
            Line(file, "feed", "column", "case_number", "child_branch", "decision_date", "filled_from_month");
            foreach (var c in consultations.Where(c => c.Decided < options.EndDay))
            {
                Line(file, "consultation", "intake_class", c.Case, c.Branch, Iso(c.Decided), Iso(c.Decided)[..7]);
            }
        }
    }

    private void Persons()
    {
        using var file = Open("persons.csv");
        Line(
            file, "person_id", "family_id", "surname", "given_name", "surname_kana", "given_kana", "new_surname", "renamed_on", "birth_date", "sex",
            "resident_number", "is_child", "is_foreign", "is_restricted", "resident_from", "resident_to", "hardship", "stress", "vulnerability", "support",
            "visibility", "need_by_half", "label_by_half");
        foreach (var family in families)
        {
            foreach (var p in family.Persons.Where(p => p.WasResident))
            {
                bool isChild = p.Child is not null && CityDates.AddYears(p.Birth, 18) > options.FirstDay;
                Line(
                    file, Id(p), Number(family.Index), p.Surname.Kanji, p.Given.Kanji, p.Surname.Kana, p.Given.Kana, p.NewSurname?.Kanji ?? "",
                    p.NewSurname is null ? "" : Iso(p.RenamedOn), Iso(p.Birth), Number(p.Sex), p.ResidentNumber, Flag(isChild), Flag(p.IsForeign),
                    Flag(family.IsRestricted), Iso(p.From), Iso(p.To), Hidden(family.Hardship), Hidden(family.Stress), isChild ? Hidden(p.Child!.Vulnerability) : "",
                    Hidden(family.Support), Hidden(family.Visibility),
                    isChild ? Bits(p, p.Child!.Need) : "", isChild ? Bits(p, p.Child!.Labelled) : "");
            }
        }
    }

    private void Records()
    {
        using var file = Open("records.csv");
        Line(file, "system", "source_id", "person_id", "noise");
        var health = new SystemView(options, SystemView.Health, true, true);
        var nursery = new SystemView(options, SystemView.Nursery, false, false);
        var school = new SystemView(options, SystemView.School, false, true);
        var desk = new SystemView(options, SystemView.Consultation, false, true);
        foreach (var family in families)
        {
            foreach (var p in family.Persons.Where(p => p.WasResident))
            {
                Line(file, "resident", p.ResidentNumber, Id(p), "");
                if (p.Child is null)
                {
                    continue;
                }

                int last = Math.Min(options.EndDay, p.To) - 1;
                if (p.Child.Checkups.Count > 0)
                {
                    Line(file, "health", CityNumbers.Health(p.Id), Id(p), health.Write(p, last).Noise);
                }

                if (p.Child.Nursery.Count > 0)
                {
                    Line(file, "nursery", CityNumbers.Nursery(p.Id), Id(p), nursery.Write(p, last).Noise);
                }

                foreach (var enrolment in p.Child.Enrolments)
                {
                    Line(file, "school", enrolment.PupilNumber, Id(p), school.Write(p, Math.Min(last, enrolment.End)).Noise);
                    if (enrolment.RenumberedOn != int.MaxValue)
                    {
                        Line(file, "school", enrolment.OtherNumber, Id(p), school.Write(p, Math.Min(last, enrolment.End)).Noise + "renumbered ");
                    }
                }
            }
        }

        foreach (var c in consultations)
        {
            Line(file, "consultation", c.Case + "+" + c.Branch, Id(c.Child), desk.Write(c.Child, c.Received).Noise);
        }

        foreach (var record in groups.SelectMany(g => g.Records()))
        {
            Line(file, record.System, record.SourceId, Id(record.Person), record.Noise);
        }
    }

    private void Snapshots()
    {
        using var file = Open("snapshots.csv");
        Line(file, "person_id", "snapshot_date", "probability_of_label", "is_true_need", "is_labelled_in_half", "conditions", "rules");
        foreach (var p in withChildren.SelectMany(f => f.Children).Where(p => p.WasResident))
        {
            var child = p.Child!;
            for (int h = 0; h < need.Halves; h++)
            {
                if (!NeedModel.IsActive(p, need.HalfStart(h)))
                {
                    continue;
                }

                int half = h;
                string conditions = string.Join(' ', NeedModel.Conditions.Where((_, i) => (child.Conditions[half] >> i & 1) != 0).Select(c => c.Name));
                string rules = string.Join(' ', NeedModel.Rules.Where((_, i) => (child.Rules[half] >> i & 1) != 0).Select(r => r.Name));
                Line(
                    file, Id(p), Iso(need.HalfStart(h)), child.Probability[h].ToString("F5", CultureInfo.InvariantCulture), Flag(child.Need[h]),
                    Flag(child.Labelled[h]), conditions, rules);
            }
        }
    }

    private void RulesFile()
    {
        using var file = Open("rules.csv");
        Line(file, "rule", "kind", "conditions", "weight", "weight_last_year", "child_halves", "labelled_halves", "need_halves");
        var counts = new (long All, long Labelled, long Need)[NeedModel.Rules.Length];
        foreach (var p in withChildren.SelectMany(f => f.Children).Where(p => p.WasResident))
        {
            for (int h = 0; h < need.Halves; h++)
            {
                for (int r = 0; r < counts.Length; r++)
                {
                    if ((p.Child!.Rules[h] >> r & 1) != 0)
                    {
                        counts[r] = (counts[r].All + 1, counts[r].Labelled + (p.Child.Labelled[h] ? 1 : 0), counts[r].Need + (p.Child.Need[h] ? 1 : 0));
                    }
                }
            }
        }

        for (int r = 0; r < counts.Length; r++)
        {
            var rule = NeedModel.Rules[r];
            Line(
                file, rule.Name, rule.Kind, string.Join(' ', rule.If), Hidden(rule.Weight), Hidden(rule.LastYear), Number(counts[r].All),
                Number(counts[r].Labelled), Number(counts[r].Need));
        }

        foreach (var (name, weight) in NeedModel.Conditions)
        {
            Line(file, name, "condition", name, Hidden(weight), Hidden(weight), "", "", "");
        }
    }

    private StreamWriter Open(string name)
    {
        var file = new StreamWriter(Path.Combine(directory, name)) { NewLine = "\n" };
        file.WriteLine("# " + FeedFile.Notice);
        return file;
    }

    private static void Line(StreamWriter file, params ReadOnlySpan<string> fields)
    {
        for (int i = 0; i < fields.Length; i++)
        {
            if (i > 0)
            {
                file.Write(',');
            }

            if (fields[i].Contains(',', StringComparison.Ordinal))
            {
                file.Write('"');
                file.Write(fields[i]);
                file.Write('"');
            }
            else
            {
                file.Write(fields[i]);
            }
        }

        file.WriteLine();
    }

    private string Bits(Person person, bool[] values) =>
        string.Concat(values.Select((v, h) => !NeedModel.IsActive(person, need.HalfStart(h)) ? "-" : v ? "1" : "0"));

    private static string Id(Person person) => "P" + person.Id.ToString("D9", CultureInfo.InvariantCulture);

    private static string Iso(int day) => CityDates.Format(day, DateShape.Iso);

    private static string Flag(bool value) => value ? "1" : "0";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Hidden(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
