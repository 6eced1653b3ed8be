using System.Globalization;
using Warehouse.Etl.Link;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Tests.Link;

/// <summary>Scoring of open records and those near them alone: the same as scoring everything, for any deliveries in any order. All children are fictitious (架空データ).</summary>
public sealed class EntityIndexTests
{
    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(34)]
    [InlineData(35)]
    [InlineData(36)]
    public void Any_deliveries_in_any_order_decide_as_if_everything_were_scored(int seed)
    {
        // Small towns compare all, larger ones by rules.
        RecordTown town = new(seed % 2 == 0 ? 900 : 400, seed);
        Random random = new(seed);
        (FrozenModel model, LinkEntity[] people, NameLexicon lexicon) = Trained(town);
        IdentityRecord[] records = [.. town.Input.Subjects.Where(record => record.System == "school")];
        random.Shuffle(records);
        Queue<IdentityRecord> waiting = new(records);
        List<IdentityRecord> sent = [];
        Dictionary<long, long> linked = [];
        int deliveries = 0;
        int far = 0;
        while (waiting.Count > 0)
        {
            deliveries++;
            for (int size = Math.Min(waiting.Count, random.Next(5) switch { 0 => 1, 1 => random.Next(1, 20), _ => random.Next(1, 1 + (records.Length / 3)) }); size > 0; size--)
            {
                sent.Add(waiting.Dequeue());
            }

            if (random.Next(2) == 0)
            {
                // A record that came before comes again and says something else: another address, or another name by marriage.
                IdentityRecord old = sent[random.Next(sent.Count)];
                sent.Add(random.Next(2) == 0
                    ? old with { Address = $"新町{deliveries}丁目1番1号", AddressNorm = "", KnownFromUtc = old.KnownFromUtc.AddDays(deliveries), Line = 9_000_000 + deliveries }
                    : old with { Surname = "新姓", SurnameKana = "シンセイ", KnownFromUtc = old.KnownFromUtc.AddDays(deliveries), Line = 9_000_000 + deliveries });
            }

            LinkEntity[] entities = Entities(sent, linked);
            (string near, int scored) = Decided(Index(people, lexicon, model, 1, entities), model, scoresAll: false);
            (string all, int every) = Decided(Index(people, lexicon, model, 2, entities), model, scoresAll: true);

            // The same records, those of this delivery added to an index of the others.
            int cut = entities.Length / 2;
            random.Shuffle(entities);
            (string grown, _) = Decided(Index(people, lexicon, model, 2, entities[..cut], entities[cut..]), model, scoresAll: false);

            Assert.Equal(all, near);
            Assert.Equal(all, grown);
            far += every - scored;
            foreach (LinkDecision decision in Decisions(Index(people, lexicon, model, 2, entities), model, scoresAll: true).Decisions.Where(decision => decision.RuleCode is "PRB-1" or "PRB-2"))
            {
                linked[decision.RecordKey] = decision.SameAsRecordKey!.Value;
            }
        }

        Assert.True(deliveries > 3 && linked.Count > records.Length / 2, $"{deliveries} deliveries, {linked.Count} of {records.Length} linked");
        Assert.True(far > 0, "every record was scored each time");
    }

    [Fact]
    public void Of_a_few_new_records_only_those_near_them_are_scored()
    {
        RecordTown town = new(3_000, 41);
        (FrozenModel model, LinkEntity[] people, NameLexicon lexicon) = Trained(town);
        List<IdentityRecord> records = [.. town.Input.Subjects.Where(record => record.System == "school")];
        HashSet<long> fresh = [.. records.Select(record => record.RecordKey).Distinct().Take(20)];
        Dictionary<long, long> linked = records.Where(record => !fresh.Contains(record.RecordKey)).Select(record => record.RecordKey).Distinct().ToDictionary(key => key, key => 1_000_000 + (key % 1_000_000));

        (string near, int scored) = Decided(Index(people, lexicon, model, 2, Entities(records, linked)), model, scoresAll: false);
        (string all, int every) = Decided(Index(people, lexicon, model, 2, Entities(records, linked)), model, scoresAll: true);

        Assert.Equal(all, near);
        Assert.True(every > 2_000 && scored < 100, $"{scored} of {every} records scored");
    }

    [Fact]
    public void A_pair_scores_in_the_index_as_in_a_table_of_all_records()
    {
        RecordTown town = new(700, 42);
        (FrozenModel model, LinkEntity[] people, NameLexicon lexicon) = Trained(town);
        LinkEntity[] entities = [.. Entities([.. town.Input.Subjects.Where(record => record.System == "school")], []).Where(entity => entity.Versions.Count == 1)];
        EntityIndex index = Index(people, lexicon, model, 2, entities[..100], entities[100..]);
        LinkTable table = EntityTable.Build(people, entities, model.BornFrom, lexicon)!;
        Dictionary<string, int> places = Enumerable.Range(0, table.Count).ToDictionary(row => (row < table.LeftCount ? "R" : "S") + table.Ids[row]);
        LinkScorer scorer = new(table);
        LinkWeights weights = new(model.Model, table);
        LevelCache cache = new();

        List<LinkPair> pairs = index.Between([.. Enumerable.Range(index.Table.LeftCount, index.Table.Count - index.Table.LeftCount)], model.Model, 0, -20);

        Assert.True(pairs.Count > entities.Length, $"{pairs.Count} pairs");
        foreach (LinkPair pair in pairs)
        {
            int left = places["R" + index.People[index.Owners[pair.Left]].Key.ToString(CultureInfo.InvariantCulture)];
            int right = places["S" + index.Entities[index.Owners[pair.Right]].Key.ToString(CultureInfo.InvariantCulture)];
            ulong pattern = scorer.Pattern(left, right, cache);
            Assert.Equal(pattern, pair.Pattern);
            Assert.Equal(LinkWeights.Evidence(weights.Logs(left, right, pattern), weights.Priors).Weight, pair.Evidence.Weight, 5);
        }
    }

    [Fact]
    public void A_day_that_turns_out_to_be_a_default_of_a_form_says_nothing_from_then_on()
    {
        RecordTown town = new(700, 43);
        (FrozenModel model, LinkEntity[] people, NameLexicon lexicon) = Trained(town);
        IdentityRecord[] records = [.. town.Input.Subjects.Where(record => record.System == "school")];
        LinkEntity[] before = Entities([.. records.Take(300)], []);
        LinkEntity[] after = Entities([.. records.Skip(300).Where(record => before.All(entity => entity.Key != record.RecordKey)).Select((record, i) => i % 2 == 0 ? record with { BirthDate = new DateOnly(2011, 1, 1) } : record)], []);
        Assert.True(after.Length > 150);

        (string grown, _) = Decided(Index(people, lexicon, model, 2, before, after), model, scoresAll: false);
        (string whole, _) = Decided(Index(people, lexicon, model, 2, [.. before.Concat(after).OrderBy(entity => entity.Key)]), model, scoresAll: true);

        Assert.Equal(whole, grown);
        Assert.Contains(";birth_date=7:", whole, StringComparison.Ordinal);
        LinkDecision[] defaulted = [.. Decisions(Index(people, lexicon, model, 2, before, after), model, scoresAll: false).Decisions
            .Where(decision => after.Any(entity => entity.Key == decision.RecordKey && entity.Versions.All(static version => version.BirthDate == new DateOnly(2011, 1, 1))))];
        Assert.True(defaulted.Length > 50);
        Assert.DoesNotContain(defaulted, decision => decision.Evidence.Contains(";birth_date=", StringComparison.Ordinal));
    }

    private static (FrozenModel Model, LinkEntity[] People, NameLexicon Lexicon) Trained(RecordTown town)
    {
        MemoryLinkModels models = new();
        new EngineLinker(models).Decide(town.Input);
        List<IdentityRecord> register = [.. town.Input.Subjects.Where(record => record.System == "resident")];
        return (Assert.Single(models.All), LinkEntity.Of([.. register.Select(record => record with { PersonKey = record.RecordKey })], static _ => false), new NameLexicon(register));
    }

    private static LinkEntity[] Entities(List<IdentityRecord> records, Dictionary<long, long> linked) =>
        LinkEntity.Of([.. records.Select(record => linked.TryGetValue(record.RecordKey, out long person) ? record with { PersonKey = person } : record)], static record => record.PersonKey is null);

    private static EntityIndex Index(LinkEntity[] people, NameLexicon lexicon, FrozenModel model, int threads, params LinkEntity[][] deliveries)
    {
        EntityIndex index = new(people, model.BornFrom, lexicon, model.Model.Fields.Select(static field => field.Kind), threads);
        foreach (LinkEntity[] delivery in deliveries)
        {
            index.Add(delivery);
        }

        Assert.Null(index.Misfit(model.Model));
        return index;
    }

    private static (List<LinkDecision> Decisions, List<LinkCandidate> Candidates, int Scored) Decisions(EntityIndex index, FrozenModel model, bool scoresAll)
    {
        List<LinkDecision> decisions = [];
        List<LinkCandidate> candidates = [];
        SystemDecision decision = new(index, model, LinkPolicy.Of("school"), 2, scoresAll);
        decision.Decide(decisions, candidates);
        return (decisions, candidates, decision.Scored);
    }

    private static (string Text, int Scored) Decided(EntityIndex index, FrozenModel model, bool scoresAll)
    {
        (List<LinkDecision> decisions, List<LinkCandidate> candidates, int scored) = Decisions(index, model, scoresAll);
        return (string.Join('\n', decisions.Select(decision => decision.ToString()).Concat(candidates.Select(candidate => candidate.ToString()))), scored);
    }
}
