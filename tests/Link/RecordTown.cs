using System.Globalization;
using Warehouse.Etl.Link;

namespace Warehouse.Tests.Link;

/// <summary>A register and a school of <see cref="LinkTown"/> as identity records; the school knows some children under two numbers and some twice over time.</summary>
internal sealed class RecordTown
{
    private static readonly DateTime Start = new(2020, 4, 1);
    private readonly Dictionary<long, int> _child = [];
    private readonly ILookup<long, IdentityRecord> _versions;

    public RecordTown(int children, int seed)
    {
        LinkTown town = new(children, seed);
        Random random = new(seed);
        List<IdentityRecord> records = [];
        foreach ((string id, string[] cells) in town.Rows("R", 0.96, isDirty: false))
        {
            records.Add(Make("resident", id, cells, 1_000_000, records.Count));
        }

        foreach ((string id, string[] cells) in town.Rows("S", 0.8, isDirty: true))
        {
            IdentityRecord record = Make("school", id, cells, 2_000_000, records.Count);
            records.Add(record);
            switch (random.Next(25))
            {
                case 0:
                    // The same child, written anew under another number.
                    records.Add(Make("school", id, town.Children[LinkTown.Number(id)].Cells, 3_000_000, records.Count));
                    break;
                case 1:
                    records.Add(record with { Address = "仮町1丁目2番3号", AddressNorm = Normalise.Address("仮町1丁目2番3号"), KnownFromUtc = Start.AddYears(1), Line = records.Count });
                    break;
                default:
                    break;
            }
        }

        Input = new LinkInput(records, []);
        _versions = records.ToLookup(record => record.RecordKey);
        HashSet<int> registered = [.. records.Where(record => record.System == "resident").Select(record => _child[record.RecordKey])];
        Registered = _versions.Count(group => group.First().System == "school" && registered.Contains(_child[group.Key]));
    }

    public LinkInput Input { get; }

    /// <summary>School records of children whom the register has.</summary>
    public int Registered { get; }

    public IReadOnlyList<IdentityRecord> Of(long key) => [.. _versions[key]];

    public IEnumerable<LinkDecision> Wrong(LinkOutcome outcome) =>
        outcome.Decisions.Where(decision => decision.SameAsRecordKey is { } same && _child[same] != _child[decision.RecordKey]);

    public int Linked(LinkOutcome outcome) => outcome.Decisions.Count(decision => decision.SameAsRecordKey is { } same && _versions[same].First().System == "resident");

    /// <summary>Records that are linked or whose child is among their pairs in the queue.</summary>
    public int Found(LinkOutcome outcome) => Linked(outcome)
        + outcome.Candidates.Where(candidate => _child[candidate.RecordKey] == _child[candidate.OtherRecordKey]).Select(candidate => candidate.RecordKey).Distinct()
            .Count(key => outcome.Decisions.Any(decision => decision.RecordKey == key && decision.RuleCode == "NEW"));

    /// <summary>The input of a later batch with one record more.</summary>
    public LinkInput Later(LinkOutcome first, IdentityRecord more)
    {
        Dictionary<long, LinkDecision> decisions = first.Decisions.ToDictionary(decision => decision.RecordKey);
        bool IsOpen(IdentityRecord record) => decisions[record.RecordKey].RuleCode is "NEW" or "PRB-3";
        return new LinkInput(
            [.. Input.Subjects.Where(IsOpen), more],
            [.. Input.Subjects.Where(record => !IsOpen(record)).Select(record => record with { PersonKey = decisions[record.RecordKey].SameAsRecordKey ?? record.RecordKey })]);
    }

    /// <summary>A pupil whom the register does not have.</summary>
    public IdentityRecord Stranger(long key, string given, string kana) => new()
    {
        RecordKey = key,
        Feed = "school",
        System = "school",
        SourceId = key.ToString(CultureInfo.InvariantCulture),
        FileSha256 = "",
        Line = (int)key,
        KnownFromUtc = Start,
        Surname = "余所村",
        Given = given,
        SurnameKana = "ヨソムラ",
        GivenKana = kana,
        BirthDate = new DateOnly(2014, 7, 7),
        SexCode = 1,
        Address = "村外1丁目1番1号",
        AddressNorm = Normalise.Address("村外1丁目1番1号"),
    };

    private IdentityRecord Make(string system, string id, string[] cells, long from, int line)
    {
        int child = LinkTown.Number(id);
        _child[from + child] = child;
        return new IdentityRecord
        {
            RecordKey = from + child,
            Feed = system,
            System = system,
            SourceId = from == 3_000_000 ? id + "-2" : id,
            FileSha256 = "",
            Line = line,
            KnownFromUtc = Start,
            Surname = cells[0],
            Given = cells[1],
            SurnameKana = cells[2],
            GivenKana = cells[3],
            BirthDate = DateOnly.TryParse(cells[4], CultureInfo.InvariantCulture, out DateOnly birth) ? birth : null,
            SexCode = cells[5] == "男" ? 1 : 2,
            Address = cells[6],
            AddressNorm = Normalise.Address(cells[6]),
        };
    }
}
