namespace Warehouse.Reporting.Security;

/// <summary>Something in the access log that a person should look at; it says nothing of its reason.</summary>
/// <param name="Code"><c>many_children</c>, <c>refusals</c>, <c>night</c> or <c>same_child</c>.</param>
/// <param name="StaffId">Whose accesses.</param>
/// <param name="Day">The day in Japan.</param>
/// <param name="Count">How many: children opened, refusals, accesses at night, days in a row of thirty on which one child was opened.</param>
public sealed record AuditAnomaly(string Code, string StaffId, DateOnly Day, int Count);

/// <summary>Goes through the access log for what is unusual.</summary>
/// <remarks>
/// Only accesses to a named child count; lines of a worklist carry no name. The thresholds are ours: more children in a day than a caseworker can think about, more refusals than
/// slips of a finger, hours at which the office is closed, one child again and again. Whether somebody looks at relatives or neighbours cannot be seen here, because no address of staff is known.
/// Cost: one pass, memory by child and member of staff.
/// </remarks>
public static class AuditAnomalies
{
    /// <summary>More children than this in a day are told.</summary>
    public const int MostChildren = 40;

    /// <summary>So many refusals in a day are told.</summary>
    public const int FewestRefusals = 5;

    /// <summary>One child opened on so many different days within thirty is told.</summary>
    public const int FewestDays = 10;

    private static readonly HashSet<string> Named = new(StringComparer.Ordinal) { "child", "analysis", "brief", "brief-open", "brief-rebuild", "contacts", "contact-record", "link_view" };

    /// <summary>Returns what is unusual, newest day first.</summary>
    public static IReadOnlyList<AuditAnomaly> Find(IEnumerable<AuditRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Dictionary<(string Staff, DateOnly Day), HashSet<long>> children = [];
        Dictionary<(string Staff, DateOnly Day), int> refusals = [];
        Dictionary<(string Staff, DateOnly Day), int> night = [];
        Dictionary<(string Staff, long Child), SortedSet<DateOnly>> days = [];
        foreach (AuditRow row in rows)
        {
            DateTime local = row.AtUtc.AddHours(9);
            (string, DateOnly) key = (row.StaffId, DateOnly.FromDateTime(local));
            if (row.OutcomeCode == "refused")
            {
                refusals[key] = refusals.GetValueOrDefault(key) + 1;
            }
            else if (row.ChildKey != 0 && Named.Contains(row.ActionCode))
            {
                Of(children, key).Add(row.ChildKey);
                Of(days, (row.StaffId, row.ChildKey)).Add(key.Item2);
                if (local.Hour is < 6 or >= 22)
                {
                    night[key] = night.GetValueOrDefault(key) + 1;
                }
            }
        }

        List<AuditAnomaly> found =
        [
            .. children.Where(pair => pair.Value.Count > MostChildren).Select(pair => new AuditAnomaly("many_children", pair.Key.Staff, pair.Key.Day, pair.Value.Count)),
            .. refusals.Where(pair => pair.Value >= FewestRefusals).Select(pair => new AuditAnomaly("refusals", pair.Key.Staff, pair.Key.Day, pair.Value)),
            .. night.Select(pair => new AuditAnomaly("night", pair.Key.Staff, pair.Key.Day, pair.Value)),
            .. days.Select(pair => (pair.Key.Staff, Last: pair.Value.Max, Count: pair.Value.Count(day => day > pair.Value.Max.AddDays(-30))))
                .Where(one => one.Count >= FewestDays).Select(one => new AuditAnomaly("same_child", one.Staff, one.Last, one.Count)),
        ];
        return found.OrderByDescending(one => one.Day).ThenBy(one => one.Code, StringComparer.Ordinal).ThenBy(one => one.StaffId, StringComparer.Ordinal).ToList();

        static TValue Of<TKey, TValue>(Dictionary<TKey, TValue> map, TKey key)
            where TKey : notnull
            where TValue : new()
        {
            if (!map.TryGetValue(key, out TValue? value))
            {
                value = new TValue();
                map[key] = value;
            }

            return value;
        }
    }
}
