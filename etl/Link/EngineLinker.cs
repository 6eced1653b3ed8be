using System.Globalization;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Etl.Link;

/// <summary>Links by the probabilistic engine: the resident register against each other system, with a frozen model each.</summary>
/// <remarks>
/// In this order: the register's own records; a valid resident number that nothing contradicts (<c>DET-1</c>); then, system by system, <see cref="SystemDecision"/>
/// (<c>PRB-1</c> to <c>PRB-3</c>); last, records of several systems for whom the register has nobody, with each other (<see cref="UnregisteredRecords"/>, <c>DET-5</c>). A system with too few records to train on goes through the passes of <see cref="DeterministicLinker"/> instead, and the evidence
/// says <c>model=none</c>. Decisions rest on all records of the system, linked or not, and on the frozen model, so those about new records come out as they would if
/// everything were decided at once; a link that stands is not decided again. Any order of the input and any count of threads give the same.
/// </remarks>
public sealed class EngineLinker : ILinker
{
    /// <summary>Records of a system, and persons of the register, below which no model is trained: EM cannot tell persons from households in fewer.</summary>
    public const int FewestToTrain = 200;

    private const string Register = "resident";

    private readonly ILinkModels _models;
    private readonly int _threads;
    private readonly bool _trainsAnew;

    /// <summary>Makes a linker.</summary>
    /// <param name="models">Where frozen models are.</param>
    /// <param name="threads">Threads; never changes the result.</param>
    /// <param name="trainsAnew">Whether every system gets a new model first.</param>
    public EngineLinker(ILinkModels models, int threads = 0, bool trainsAnew = false)
    {
        ArgumentNullException.ThrowIfNull(models);
        _models = models;
        _threads = threads > 0 ? threads : Environment.ProcessorCount;
        _trainsAnew = trainsAnew;
    }

    /// <inheritdoc/>
    public string Version => CurrentVersion;

    /// <summary>The version of the method in this release.</summary>
    public static string CurrentVersion { get; } = "prb3-" + new KeyNormaliser().Version;

    /// <inheritdoc/>
    public LinkOutcome Decide(LinkInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        List<LinkDecision> decisions = [];
        List<LinkCandidate> candidates = [];
        List<IdentityRecord> register = [.. input.Known.Concat(input.Subjects).Where(record => record.System == Register)];
        decisions.AddRange(input.Subjects.Where(record => record.System == Register).Select(record => record.RecordKey).Distinct().Select(static key => new LinkDecision(key, null, "REGISTER", "number=1")));
        LinkEntity[] people = LinkEntity.Of(register, static _ => false);
        NameLexicon? lexicon = null;
        ILookup<string, IdentityRecord> known = input.Known.Where(record => record.System != Register).ToLookup(record => record.System, StringComparer.Ordinal);
        foreach (IGrouping<string, IdentityRecord> system in input.Subjects.Where(record => record.System != Register).GroupBy(record => record.System, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            LinkEntity[] entities = Unnumbered(system.Key, register, system, known[system.Key], decisions);
            FrozenModel? model = ModelOf(system.Key, people, entities, () => lexicon ??= new NameLexicon(register), out EntityIndex? index);
            if (model is null)
            {
                Passes(register, entities, decisions);
                continue;
            }

            SystemDecision decision = new(index!, model, LinkPolicy.Of(system.Key), _threads);
            decision.Decide(decisions, candidates);
        }

        new UnregisteredRecords(register, input.Subjects.Where(static record => record.System != Register), decisions, candidates).Decide(decisions, candidates);
        return new LinkOutcome(decisions, candidates);
    }

    // The records of a system that no resident number decides, those of persons that are known among them.
    private static LinkEntity[] Unnumbered(
        string system, List<IdentityRecord> register, IEnumerable<IdentityRecord> subjects, IEnumerable<IdentityRecord> known, List<LinkDecision> decisions)
    {
        LinkEntity[] all = LinkEntity.Of([.. subjects, .. known], record => record.PersonKey is null);
        if (!all.Any(static entity => entity.Versions.Any(static version => version.ResidentNumber is not null)))
        {
            return all;
        }

        Dictionary<long, List<IdentityRecord>> open = all.ToDictionary(entity => entity.Key, entity => entity.Versions.ToList());
        List<LinkDecision> numbered = [];
        DeterministicLinker.ByNumber(register, open, [.. all.Select(entity => entity.Key)], numbered);
        HashSet<long> subjectKeys = [.. all.Where(entity => entity.IsOpen).Select(entity => entity.Key)];
        decisions.AddRange(numbered.Where(decision => subjectKeys.Contains(decision.RecordKey)));
        return [.. all.Where(entity => open.ContainsKey(entity.Key))];
    }

    private FrozenModel? ModelOf(string system, LinkEntity[] people, LinkEntity[] entities, Func<NameLexicon> lexicon, out EntityIndex? index)
    {
        index = null;
        LinkEntity[] named = [.. entities.Where(static entity => entity.HasNameAndBirth)];
        FrozenModel? frozen = _models.Find(system);
        string reason = frozen is null ? "first" : _trainsAnew ? "asked" : "";
        if (frozen is not null && reason.Length == 0 && named.Length > 0)
        {
            index = Index(people, entities, frozen, lexicon());
            if (index.Misfit(frozen.Model) is null)
            {
                return frozen;
            }

            reason = "misfit";
        }

        if (reason.Length == 0 || named.Length < FewestToTrain)
        {
            return null;
        }

        FrozenModel? trained = Train(system, people, named, lexicon(), reason);
        FrozenModel? chosen = trained ?? (reason == "misfit" ? null : frozen);
        index = chosen is null ? null : Index(people, entities, chosen, lexicon());
        if (index is null || index.Misfit(chosen!.Model) is not null)
        {
            return null;
        }

        if (trained is not null)
        {
            _models.Keep(trained);
        }

        return chosen;
    }

    private EntityIndex Index(LinkEntity[] people, LinkEntity[] entities, FrozenModel model, NameLexicon lexicon)
    {
        EntityIndex index = new(people, model.BornFrom, lexicon, model.Model.Fields.Select(static field => field.Kind), _threads);
        index.Add(entities);
        return index;
    }

    // Records as they stand now, one each: versions that were replaced would be taken for links of their own.
    private FrozenModel? Train(string system, LinkEntity[] people, LinkEntity[] named, NameLexicon lexicon, string reason)
    {
        DateOnly? bornFrom = BornFrom(named);
        LinkTable? table = EntityTable.Build(people, named, bornFrom, lexicon);
        if (table is null || table.LeftCount < FewestToTrain)
        {
            return null;
        }

        EntityTraining training = new(table, _threads);
        if (training.Train() is not { } model)
        {
            return null;
        }

        LinkModel within = training.WithinModel(model);
        return new FrozenModel
        {
            System = system,
            Model = model,
            BornFrom = bornFrom,
            OneToOneBits = LinkEngine.OneToOne(model, table),
            WithinSame = within.SameShare,
            WithinMultiple = within.MultipleShare,
            WithinHousehold = within.HouseholdShare,
            RegisterCount = table.LeftCount,
            RecordCount = table.Count - table.LeftCount,
            Reason = reason,
        };
    }

    // Whoever was born long before the oldest of the system (one in a thousand left out, a slip of the pen) comes into question for none of it.
    private static DateOnly? BornFrom(LinkEntity[] named)
    {
        DateOnly[] births = [.. named.SelectMany(static entity => entity.Versions).Select(static version => version.BirthDate).OfType<DateOnly>().Order()];
        int year = births[births.Length / 1000].Year - 2;
        return year > 1 ? new DateOnly(year, 1, 1) : null;
    }

    private static void Passes(List<IdentityRecord> register, LinkEntity[] entities, List<LinkDecision> decisions)
    {
        LinkEntity[] open = [.. entities.Where(static entity => entity.IsOpen)];
        List<LinkDecision> found = [];
        DeterministicLinker.ByNames(register, open.ToDictionary(entity => entity.Key, entity => entity.Versions.ToList()), [.. open.Select(entity => entity.Key)], found);
        decisions.AddRange(found.Select(static decision => decision with { Evidence = "model=none;" + decision.Evidence }));
    }
}

/// <summary>One record with all its versions that differ in what is compared, the last one last.</summary>
internal sealed class LinkEntity
{
    private LinkEntity(long key, IdentityRecord[] versions, bool isOpen)
    {
        Key = key;
        Versions = versions;
        IsOpen = isOpen;
        KnownFromUtc = versions.Min(version => version.KnownFromUtc);
    }

    /// <summary>The key of the record.</summary>
    public long Key { get; }

    /// <summary>The versions.</summary>
    public IReadOnlyList<IdentityRecord> Versions { get; }

    /// <summary>Whether it is to be decided.</summary>
    public bool IsOpen { get; }

    /// <summary>The person that it belongs to already; null where it is open.</summary>
    public long? PersonKey => IsOpen ? null : Versions[0].PersonKey;

    /// <summary>When it was first known.</summary>
    public DateTime KnownFromUtc { get; }

    /// <summary>Whether any version can be compared.</summary>
    public bool HasIdentity => Versions.Any(static version => version.HasIdentity);

    /// <summary>Whether a version states a name and a birth date.</summary>
    public bool HasNameAndBirth => Versions.Any(static version => version.BirthDate is not null && (version.Surname.Length > 0 || version.SurnameKana.Length > 0));

    /// <summary>Returns the records, by key, whatever the order of their versions.</summary>
    public static LinkEntity[] Of(IReadOnlyList<IdentityRecord> records, Func<IdentityRecord, bool> isOpen) =>
        [.. records.GroupBy(record => record.RecordKey).OrderBy(group => group.Key).Select(group => new LinkEntity(group.Key, Distinct([.. group]), isOpen(group.First())))];

    // In order of time; of versions that say the same the last one stays.
    private static IdentityRecord[] Distinct(IdentityRecord[] versions) => versions.Length == 1 ? versions :
    [
        .. versions.OrderBy(version => version.KnownFromUtc).ThenBy(version => version.EventDate ?? DateOnly.MinValue).ThenBy(version => version.FileSha256, StringComparer.Ordinal)
            .ThenBy(version => version.Line).ThenBy(Compared).Reverse().DistinctBy(Compared).Reverse(),
    ];

    private static (string Text, DateOnly? Birth, int Sex) Compared(IdentityRecord version) =>
        (string.Join('|', version.Surname, version.Given, version.SurnameKana, version.GivenKana, version.Address), version.BirthDate, version.SexCode);
}
