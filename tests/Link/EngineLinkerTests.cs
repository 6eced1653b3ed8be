using System.Globalization;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Tests.Etl;

namespace Warehouse.Tests.Link;

/// <summary>The linker over the engine: whom it links, what it leaves to a person, and that order, threads and batches change nothing. All children are fictitious (架空データ).</summary>
public sealed class EngineLinkerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_links_more_than_the_passes_and_nobody_wrongly_twins_among_them(int seed)
    {
        RecordTown town = new(1_500, seed);

        LinkOutcome engine = new EngineLinker(new MemoryLinkModels()).Decide(town.Input);
        LinkOutcome passes = new DeterministicLinker().Decide(town.Input);

        Assert.Empty(town.Wrong(engine));
        Assert.True(town.Linked(engine) > town.Linked(passes) && town.Linked(engine) > 0.95 * town.Registered, $"engine {town.Linked(engine)}, passes {town.Linked(passes)} of {town.Registered}");
        Assert.True(town.Found(engine) > 0.99 * town.Registered, $"{town.Found(engine)} of {town.Registered} with the queue");
        Assert.Equal(engine.Decisions.Count, engine.Decisions.Select(decision => decision.RecordKey).Distinct().Count());
        Assert.All(engine.Decisions, decision => Assert.InRange(decision.Evidence.Length, 1, 400));
        Assert.All(engine.Candidates, candidate => Assert.True(candidate.Posterior is > 0.04 and <= 1 && candidate.Evidence.Contains("model=", StringComparison.Ordinal)));
    }

    [Fact]
    public void Order_of_the_input_and_threads_change_nothing()
    {
        RecordTown town = new(800, 4);
        MemoryLinkModels models = new();
        string expected = Text(new EngineLinker(models, threads: 1).Decide(town.Input));
        Random random = new(9);
        MemoryLinkModels others = new();

        for (int threads = 1; threads <= 4; threads += 3)
        {
            IdentityRecord[] shuffled = [.. town.Input.Subjects];
            random.Shuffle(shuffled);
            Assert.Equal(expected, Text(new EngineLinker(others, threads).Decide(new LinkInput(shuffled, []))));
        }

        Assert.Equal(models.All.Select(model => model.Version), others.All.Select(model => model.Version));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Batches_decide_as_one_run_does_but_for_links_that_a_later_rival_throws_doubt_on(int seed)
    {
        RecordTown town = new(900, seed);
        Random random = new(seed);
        IdentityRecord[] register = [.. town.Input.Subjects.Where(record => record.System == "resident")];
        long[] keys = [.. town.Input.Subjects.Where(record => record.System == "school").Select(record => record.RecordKey).Distinct()];
        random.Shuffle(keys);
        MemoryLinkModels models = new();
        Dictionary<long, LinkDecision> linked = [];
        Dictionary<long, int> batchOf = [];
        LinkOutcome last = null!;
        long[][] batches = [keys[..(keys.Length / 2)], keys[(keys.Length / 2)..(keys.Length * 3 / 4)], keys[(keys.Length * 3 / 4)..]];
        HashSet<long> sent = [];
        for (int batch = 0; batch < batches.Length; batch++)
        {
            sent.UnionWith(batches[batch]);
            List<IdentityRecord> known = [.. register.Where(_ => batch > 0).Select(record => record with { PersonKey = record.RecordKey })];
            List<IdentityRecord> subjects = [.. register.Where(_ => batch == 0)];
            foreach (IdentityRecord record in town.Input.Subjects.Where(record => sent.Contains(record.RecordKey)))
            {
                bool isLinked = linked.TryGetValue(record.RecordKey, out LinkDecision? link);
                (isLinked ? known : subjects).Add(isLinked ? record with { PersonKey = link!.SameAsRecordKey } : record);
            }

            last = new EngineLinker(models).Decide(new LinkInput(subjects, known));
            foreach (LinkDecision decision in last.Decisions.Where(decision => decision.RuleCode is "PRB-1" or "PRB-2"))
            {
                linked[decision.RecordKey] = decision;
                batchOf[decision.RecordKey] = batch;
            }
        }

        string version = Assert.Single(models.All).Version;
        Dictionary<long, LinkDecision> whole = new EngineLinker(models).Decide(town.Input).Decisions.ToDictionary(decision => decision.RecordKey);

        // Whatever the last batch decided is word for word what one run over everything decides.
        Assert.True(last.Decisions.Count > keys.Length / 8);
        Assert.All(last.Decisions.Where(decision => decision.RuleCode != "REGISTER" && decision.RuleCode != "PRB-3"), decision => Assert.Equal(whole[decision.RecordKey], decision));
        Assert.All(whole.Values.Where(decision => decision.RuleCode is "PRB-1" or "PRB-2"), decision => Assert.Equal(decision.SameAsRecordKey, linked.GetValueOrDefault(decision.RecordKey)?.SameAsRecordKey));

        // A link that one run would not make was made before a rival came, and one run says so.
        LinkDecision[] early = [.. linked.Values.Where(decision => whole[decision.RecordKey].RuleCode is not ("PRB-1" or "PRB-2"))];
        Assert.All(early, decision => Assert.True(batchOf[decision.RecordKey] < 2 && whole[decision.RecordKey].Evidence is var text && (text.EndsWith("tie", StringComparison.Ordinal) || text.EndsWith("twice", StringComparison.Ordinal))));
        Assert.True(early.Length <= linked.Count / 100, $"{early.Length} of {linked.Count}");
        Assert.All(linked.Values, decision => Assert.Contains(version, decision.Evidence, StringComparison.Ordinal));
    }

    [Fact]
    public void A_namesake_of_the_same_birthday_who_lives_elsewhere_takes_no_link_and_turns_none_to_somebody_else()
    {
        RecordTown town = new(600, 5);
        MemoryLinkModels models = new();
        LinkOutcome first = new EngineLinker(models).Decide(town.Input);
        LinkDecision link = first.Decisions.First(decision => decision.RuleCode == "PRB-1" && town.Of(decision.RecordKey).Count == 1);
        IdentityRecord own = town.Of(link.RecordKey)[0];
        IdentityRecord namesake = own with { RecordKey = 5_000_000, SourceId = "N1", Address = "遠町9丁目9番9号", AddressNorm = Normalise.Address("遠町9丁目9番9号") };

        // All at once: the child is linked where the home tells, or neither is. Later: the link stands. The namesake is for review.
        Dictionary<long, LinkDecision> together = new EngineLinker(models).Decide(new LinkInput([.. town.Input.Subjects, namesake], [])).Decisions.ToDictionary(decision => decision.RecordKey);
        LinkOutcome later = new EngineLinker(models).Decide(town.Later(first, namesake));

        Assert.Equal("NEW", together[namesake.RecordKey].RuleCode);
        Assert.EndsWith("reason=tie", together[namesake.RecordKey].Evidence, StringComparison.Ordinal);
        Assert.True(
            together[own.RecordKey].SameAsRecordKey == link.SameAsRecordKey || together[own.RecordKey].Evidence.EndsWith("reason=tie", StringComparison.Ordinal), together[own.RecordKey].ToString());
        LinkDecision decision = later.Decisions.Single(decision => decision.RecordKey == namesake.RecordKey);
        Assert.Equal(together[namesake.RecordKey], decision);
        Assert.Contains(later.Candidates, candidate => candidate.RecordKey == namesake.RecordKey && candidate.OtherRecordKey == link.SameAsRecordKey);
        Assert.DoesNotContain(later.Decisions, decision => decision.RecordKey == own.RecordKey);
    }

    [Fact]
    public void A_second_number_of_a_record_that_staff_took_out_of_a_person_is_for_review()
    {
        RecordTown town = new(600, 5);
        MemoryLinkModels models = new();
        LinkOutcome first = new EngineLinker(models).Decide(town.Input);
        LinkDecision link = first.Decisions.First(decision => decision.RuleCode == "PRB-1" && town.Of(decision.RecordKey).Count == 1);
        IdentityRecord again = town.Of(link.RecordKey)[0] with { RecordKey = 5_000_000, SourceId = "N1" };
        LinkInput later = town.Later(first, again);
        LinkInput split = later with { Known = [.. later.Known.Select(record => record.RecordKey == link.RecordKey ? record with { PersonKey = 4711 } : record)] };

        LinkDecision before = new EngineLinker(models).Decide(later).Decisions.Single(decision => decision.RecordKey == again.RecordKey);
        LinkDecision after = new EngineLinker(models).Decide(split).Decisions.Single(decision => decision.RecordKey == again.RecordKey);

        Assert.Equal(("PRB-1", link.SameAsRecordKey), (before.RuleCode, before.SameAsRecordKey));
        Assert.Equal("NEW", after.RuleCode);
        Assert.EndsWith("reason=twice", after.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_who_moved_has_a_number_for_each_school_and_both_are_linked()
    {
        RecordTown town = new(600, 6);
        LinkOutcome first = new EngineLinker(new MemoryLinkModels()).Decide(town.Input);
        LinkDecision link = first.Decisions.First(decision => decision.RuleCode == "PRB-1" && town.Of(decision.RecordKey) is [{ Address.Length: > 0 }]);
        IdentityRecord own = town.Of(link.RecordKey)[0];
        IdentityRecord home = town.Of(link.SameAsRecordKey!.Value)[^1];
        const string New = "新町3丁目4番5号";
        IdentityRecord moved = home with { Address = New, AddressNorm = Normalise.Address(New), KnownFromUtc = home.KnownFromUtc.AddYears(1), Line = 9_999_999 };
        IdentityRecord renumbered = own with { RecordKey = 5_000_000, SourceId = "N1", Address = New, AddressNorm = Normalise.Address(New), Surname = home.Surname, Given = home.Given, SurnameKana = home.SurnameKana, GivenKana = home.GivenKana, BirthDate = home.BirthDate };

        LinkOutcome again = new EngineLinker(new MemoryLinkModels()).Decide(new LinkInput([.. town.Input.Subjects, moved, renumbered], []));

        Assert.Equal([home.RecordKey, home.RecordKey], again.Decisions.Where(decision => decision.RecordKey == own.RecordKey || decision.RecordKey == renumbered.RecordKey).Select(decision => decision.SameAsRecordKey));
    }

    [Fact]
    public void A_record_never_competes_with_its_own_versions()
    {
        RecordTown town = new(600, 7);
        LinkOutcome first = new EngineLinker(new MemoryLinkModels()).Decide(town.Input);
        LinkDecision link = first.Decisions.First(decision => decision.RuleCode == "PRB-1" && town.Of(decision.RecordKey).Count == 1);
        IdentityRecord own = town.Of(link.RecordKey)[0];
        IdentityRecord[] versions = [.. Enumerable.Range(1, 5).Select(i => own with { Address = $"町東{i}丁目1番1号", KnownFromUtc = own.KnownFromUtc.AddDays(i), Line = 9_000_000 + i })];

        LinkDecision decision = new EngineLinker(new MemoryLinkModels()).Decide(new LinkInput([.. town.Input.Subjects, .. versions], [])).Decisions.Single(decision => decision.RecordKey == own.RecordKey);

        Assert.Equal((link.SameAsRecordKey, "PRB-1"), (decision.SameAsRecordKey, decision.RuleCode));
    }

    [Fact]
    public void Two_numbers_of_a_child_whom_the_register_does_not_have_are_one_child_and_twins_are_two()
    {
        RecordTown town = new(600, 8);
        IdentityRecord one = town.Stranger(6_000_000, "蔵之介", "クラノスケ");
        IdentityRecord again = one with { RecordKey = 6_000_001, SourceId = "X2" };
        IdentityRecord twin = town.Stranger(6_000_002, "蔵之進", "クラノシン");
        IdentityRecord alike = town.Stranger(6_000_003, "倉ノ助", "クラノスケ");

        LinkOutcome outcome = new EngineLinker(new MemoryLinkModels()).Decide(new LinkInput([.. town.Input.Subjects, again, twin, one, alike], []));

        Dictionary<long, LinkDecision> decisions = outcome.Decisions.ToDictionary(decision => decision.RecordKey);
        Assert.Null(decisions[one.RecordKey].SameAsRecordKey);
        Assert.Equal((one.RecordKey, "PRB-3"), (decisions[again.RecordKey].SameAsRecordKey!.Value, decisions[again.RecordKey].RuleCode));
        Assert.All([twin, alike], other => Assert.Equal((null, "NEW"), (decisions[other.RecordKey].SameAsRecordKey, decisions[other.RecordKey].RuleCode)));
    }

    [Fact]
    public void A_system_with_few_records_goes_through_the_passes_and_the_evidence_says_so()
    {
        RecordTown town = new(150, 9);
        MemoryLinkModels models = new();

        LinkOutcome engine = new EngineLinker(models).Decide(town.Input);
        LinkOutcome passes = new DeterministicLinker().Decide(town.Input);

        Assert.Empty(models.All);
        Assert.Equal(
            passes.Decisions.Select(decision => (decision.RecordKey, decision.SameAsRecordKey, decision.RuleCode)).Order(),
            engine.Decisions.Select(decision => (decision.RecordKey, decision.SameAsRecordKey, decision.RuleCode)).Order());
        Assert.All(engine.Decisions.Where(decision => decision.RuleCode != "REGISTER"), decision => Assert.StartsWith("model=none;", decision.Evidence, StringComparison.Ordinal));
    }

    [Fact]
    public void A_frozen_model_stays_until_a_new_one_is_asked_for()
    {
        RecordTown town = new(800, 10);
        MemoryLinkModels models = new();
        IdentityRecord[] half = [.. town.Input.Subjects.Where(record => record.System == "resident" || record.RecordKey % 2 == 0)];
        new EngineLinker(models).Decide(new LinkInput(half, []));
        new EngineLinker(models).Decide(town.Input);

        FrozenModel first = Assert.Single(models.All);
        Assert.Equal("first", first.Reason);
        new EngineLinker(models, trainsAnew: true).Decide(town.Input);

        Assert.Equal(["first", "asked"], models.All.Select(model => model.Reason));
        Assert.NotEqual(first.Version, models.All[1].Version);
        Assert.True(models.All[1].RecordCount > first.RecordCount);
        Assert.Same(models.All[1], models.Find("school"));
    }

    [Fact]
    public void A_model_of_another_normaliser_is_replaced()
    {
        RecordTown town = new(600, 11);
        MemoryLinkModels models = new();
        new EngineLinker(models).Decide(town.Input);
        FrozenModel old = models.All[0] with { Model = models.All[0].Model with { Normaliser = "n0" } };
        MemoryLinkModels others = new();
        others.Keep(old);

        new EngineLinker(others).Decide(town.Input);

        Assert.Equal(["first", "misfit"], others.All.Select(model => model.Reason));
    }

    [Fact]
    public void A_valid_number_comes_first_unless_it_is_contradicted()
    {
        RecordTown town = new(600, 12);
        IdentityRecord child = town.Input.Subjects.First(record => record.System == "resident");
        string number = TinyInbox.Number(1);
        IdentityRecord[] subjects = [.. town.Input.Subjects.Select(record => record.RecordKey == child.RecordKey ? record with { ResidentNumber = number } : record)];
        IdentityRecord numbered = child with { RecordKey = 7_000_000, System = "school", SourceId = "Z1", ResidentNumber = number, Surname = "他所", SurnameKana = "ヨソ" };
        IdentityRecord other = numbered with { RecordKey = 7_000_001, Given = "別人", GivenKana = "ベツジン" };

        Dictionary<long, LinkDecision> decisions = new EngineLinker(new MemoryLinkModels()).Decide(new LinkInput([.. subjects, numbered, other], [])).Decisions.ToDictionary(decision => decision.RecordKey);

        Assert.Equal((child.RecordKey, "DET-1"), (decisions[numbered.RecordKey].SameAsRecordKey!.Value, decisions[numbered.RecordKey].RuleCode));
        Assert.NotEqual("DET-1", decisions[other.RecordKey].RuleCode);
    }

    [Fact]
    public void Every_system_of_the_feeds_has_a_policy_with_a_reason()
    {
        string[] systems = [.. FeedCatalog.Default.Contracts.Select(feed => feed.System).Where(system => system != "resident").Distinct().Order(StringComparer.Ordinal)];

        Assert.Equal(systems, LinkPolicy.All.Select(policy => policy.System).Order(StringComparer.Ordinal));
        Assert.All(LinkPolicy.All, policy => Assert.True(policy.Reason.Length > 10));
        Assert.True(LinkPolicy.Of("consultation").IsSensitive && LinkPolicy.Of("unheard of").IsSensitive && !LinkPolicy.Of("school").IsSensitive);
    }

    private static string Text(LinkOutcome outcome) => string.Join('\n',
        outcome.Decisions.OrderBy(decision => decision.RecordKey).Select(decision => decision.ToString())
            .Concat(outcome.Candidates.OrderBy(candidate => candidate.RecordKey).ThenBy(candidate => candidate.OtherRecordKey).Select(candidate => candidate.ToString())));
}
