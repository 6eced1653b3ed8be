using Warehouse.Etl.Link;
using Warehouse.Tests.Etl;

namespace Warehouse.Tests.Link;

/// <summary>Records of several systems for whom the register has nobody.</summary>
public sealed class UnregisteredRecordsTests
{
    private static readonly RecordTown Town = new(600, 21);

    [Fact]
    public void A_child_whom_two_departments_write_alike_and_the_register_does_not_have_is_one_child()
    {
        IdentityRecord school = Stranger("school", 1);
        IdentityRecord nursery = Stranger("nursery", 2);
        IdentityRecord twin = Stranger("nursery", 3) with { Given = "蔵之進", GivenKana = "クラノシン" };

        LinkOutcome outcome = Decide(nursery, twin, school);

        Assert.Equal((null, "NEW"), Of(outcome, school));
        Assert.Equal((school.RecordKey, "DET-5"), Of(outcome, nursery));
        Assert.Equal((null, "NEW"), Of(outcome, twin));
        Assert.DoesNotContain(outcome.Candidates, candidate => candidate.RecordKey >= 8_000_000);
    }

    [Fact]
    public void A_record_of_a_sensitive_department_changes_no_link_of_the_others()
    {
        IdentityRecord school = Stranger("school", 1);
        IdentityRecord nursery = Stranger("nursery", 2);
        IdentityRecord health = Stranger("health", 3);

        LinkOutcome outcome = Decide(health, nursery, school);

        Assert.Equal((school.RecordKey, "DET-5"), Of(outcome, nursery));
        Assert.Equal((null, "NEW"), Of(outcome, health));
        Assert.Equal([nursery.RecordKey, school.RecordKey], outcome.Candidates.Where(pair => pair.RecordKey == health.RecordKey).Select(pair => pair.OtherRecordKey).OrderDescending());
    }

    [Fact]
    public void Where_a_department_is_sensitive_a_person_decides()
    {
        IdentityRecord school = Stranger("school", 1);
        IdentityRecord consultation = Stranger("consultation", 2);

        LinkOutcome outcome = Decide(consultation, school);

        Assert.All([school, consultation], record => Assert.Equal((null, "NEW"), Of(outcome, record)));
        LinkCandidate pair = Assert.Single(outcome.Candidates, candidate => candidate.RecordKey >= 8_000_000);
        Assert.Equal((consultation.RecordKey, school.RecordKey), (pair.RecordKey, pair.OtherRecordKey));
        Assert.InRange(pair.Posterior, 0.9, 1);
        Assert.StartsWith("register=0;", pair.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("address")]
    [InlineData("surname")]
    [InlineData("sex")]
    [InlineData("kanji")]
    public void Whatever_differs_is_for_a_person(string what)
    {
        IdentityRecord school = Stranger("school", 1);
        IdentityRecord nursery = Stranger("nursery", 2);
        nursery = what switch
        {
            "address" => nursery with { Address = "遠町9丁目9番9号", AddressNorm = Normalise.Address("遠町9丁目9番9号") },
            "surname" => nursery with { Surname = "別村", SurnameKana = "ベツムラ" },
            "sex" => nursery with { SexCode = 0 },
            _ => nursery with { Surname = "", Given = "" },
        };

        LinkOutcome outcome = Decide(school, nursery);

        Assert.Equal((null, "NEW"), Of(outcome, nursery));
        Assert.Single(outcome.Candidates, candidate => candidate.RecordKey == nursery.RecordKey && candidate.OtherRecordKey == school.RecordKey);
    }

    [Theory]
    [InlineData("birth")]
    [InlineData("given")]
    [InlineData("number")]
    [InlineData("other sex")]
    public void Whoever_is_somebody_else_is_not_even_asked_about(string what)
    {
        IdentityRecord school = Stranger("school", 1) with { ResidentNumber = what == "number" ? TinyInbox.Number(1) : null };
        IdentityRecord nursery = Stranger("nursery", 2);
        nursery = what switch
        {
            "birth" => nursery with { BirthDate = nursery.BirthDate!.Value.AddDays(1) },
            "given" => nursery with { Given = "蔵之進", GivenKana = "クラノシン" },
            "number" => nursery with { ResidentNumber = TinyInbox.Number(2) },
            _ => nursery with { SexCode = 2 },
        };

        LinkOutcome outcome = Decide(school, nursery);

        Assert.Equal((null, "NEW"), Of(outcome, nursery));
        Assert.DoesNotContain(outcome.Candidates, candidate => candidate.RecordKey >= 8_000_000);
    }

    [Fact]
    public void A_number_that_the_register_does_not_have_links_sensitive_departments_too()
    {
        IdentityRecord consultation = Stranger("consultation", 1) with { ResidentNumber = TinyInbox.Number(1), Address = null, AddressNorm = "", Surname = "", SurnameKana = "" };
        IdentityRecord health = Stranger("health", 2) with { ResidentNumber = TinyInbox.Number(1) };

        LinkOutcome outcome = Decide(health, consultation);

        Assert.Equal((consultation.RecordKey, "DET-5"), Of(outcome, health));
    }

    [Fact]
    public void Two_children_of_one_department_who_could_both_be_the_one_are_for_a_person()
    {
        IdentityRecord school = Stranger("school", 1);
        IdentityRecord one = Stranger("nursery", 2);
        // What nobody can tell apart, and nobody would call sent twice: both claim another number.
        IdentityRecord other = Stranger("nursery", 3) with { ResidentNumber = TinyInbox.Number(5) };
        one = one with { ResidentNumber = TinyInbox.Number(6) };

        LinkOutcome outcome = Decide(school, one, other);

        Assert.All([one, other], record => Assert.NotEqual("DET-5", Of(outcome, record).Rule));
        Assert.Equal((null, "NEW"), Of(outcome, school));
    }

    [Fact]
    public void A_name_that_everybody_has_fills_no_queue()
    {
        IdentityRecord[] many = [.. Enumerable.Range(0, 60).Select(i => Stranger(i % 2 == 0 ? "livelihood" : "women_support", i + 1) with { Address = null, AddressNorm = "" })];

        LinkOutcome outcome = Decide(many);

        Assert.DoesNotContain(outcome.Candidates, candidate => candidate.RecordKey >= 8_000_000);
        Assert.DoesNotContain(outcome.Decisions, decision => decision.RuleCode == "DET-5");
    }

    [Fact]
    public void Any_order_of_the_records_gives_the_same()
    {
        IdentityRecord[] records =
        [
            Stranger("school", 1), Stranger("nursery", 2), Stranger("nursery", 3) with { Given = "蔵之進", GivenKana = "クラノシン" },
            Stranger("consultation", 4) with { Given = "蔵之進", GivenKana = "クラノシン" }, Stranger("health", 5), Stranger("school", 6) with { Given = "蔵之進", GivenKana = "クラノシン", Address = "" , AddressNorm = "" },
        ];

        string[] texts = [.. Enumerable.Range(0, 6).Select(seed =>
        {
            IdentityRecord[] shuffled = [.. records];
            new Random(seed).Shuffle(shuffled);
            LinkOutcome outcome = Decide(shuffled);
            return string.Join('\n', outcome.Decisions.OrderBy(static decision => decision.RecordKey).Select(static decision => decision.ToString())
                .Concat(outcome.Candidates.OrderBy(static pair => pair.RecordKey).ThenBy(static pair => pair.OtherRecordKey).Select(static pair => pair.ToString())));
        }).Distinct()];

        Assert.Contains("DET-5", Assert.Single(texts), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_found_in_the_register_later_goes_there()
    {
        IdentityRecord school = Stranger("school", 1);
        IdentityRecord nursery = Stranger("nursery", 2);
        IdentityRecord entry = school with { RecordKey = 1_999_999, System = "resident", Feed = "resident", SourceId = "R9" };

        LinkOutcome outcome = Decide(school, nursery, entry);

        Assert.All([school, nursery], record => Assert.Equal(entry.RecordKey, Of(outcome, record).SameAs));
        Assert.DoesNotContain(outcome.Decisions, decision => decision.RuleCode == "DET-5");
    }

    private static IdentityRecord Stranger(string system, int number) =>
        Town.Stranger(8_000_000 + number, "蔵之介", "クラノスケ") with { System = system, Feed = system, SourceId = $"{system}-{number}" };

    private static LinkOutcome Decide(params IdentityRecord[] records) => new EngineLinker(new MemoryLinkModels()).Decide(new LinkInput([.. Town.Input.Subjects, .. records], []));

    private static (long? SameAs, string Rule) Of(LinkOutcome outcome, IdentityRecord record)
    {
        LinkDecision decision = outcome.Decisions.Single(decision => decision.RecordKey == record.RecordKey);
        return (decision.SameAsRecordKey, decision.RuleCode);
    }
}
