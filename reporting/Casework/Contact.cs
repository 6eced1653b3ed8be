namespace Warehouse.Reporting.Casework;

/// <summary>One entry about a contact; never changed after it was written.</summary>
public sealed record Contact(
    string ContactId, long ChildKey, string StaffId, string EventCode, string DetailCode, string ResultCode, DateOnly EventDate, DateOnly? DueDate, int IsSafetyChecked, DateTime RecordedUtc)
{
    /// <summary>What was written beside it; null where nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>What a caseworker enters about a contact.</summary>
/// <param name="Ticket">What the page gave.</param>
/// <param name="EventCode">One of <see cref="ContactCodes.Details"/>.</param>
/// <param name="DetailCode">A code of that list.</param>
/// <param name="ResultCode">Of an attempt or an outcome, else empty.</param>
/// <param name="EventDate">When it was, not later than today; null for today.</param>
/// <param name="DueDate">Of a plan or a review, not before today.</param>
/// <param name="IsSafetyChecked">Whether the office in charge of a protective measure was asked.</param>
/// <param name="Note">Words.</param>
public sealed record ContactInput(
    string Ticket, string EventCode, string DetailCode, string ResultCode, DateOnly? EventDate, DateOnly? DueDate, bool IsSafetyChecked, string? Note);

/// <summary>The menus of contacts, with their Japanese.</summary>
public static class ContactCodes
{
    private static readonly Dictionary<string, string> Ways = new(StringComparer.Ordinal)
    {
        ["visit"] = "家庭訪問",
        ["phone"] = "電話",
        ["affiliation"] = "所属（学校・保育所等）を通じて",
        ["office"] = "窓口・来所",
        ["letter"] = "手紙",
    };

    /// <summary>The kinds of entry.</summary>
    public static readonly IReadOnlyDictionary<string, string> Events = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["plan"] = "連絡の計画",
        ["attempt"] = "連絡の実施",
        ["refusal"] = "断り",
        ["support"] = "支援の開始",
        ["outcome"] = "支援後の状況",
        ["review"] = "次の見直し",
    };

    /// <summary>The menu of each kind.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Details = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal)
    {
        ["plan"] = Ways,
        ["attempt"] = Ways,
        ["refusal"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["guardian"] = "保護者", ["child"] = "本人", ["both"] = "本人と保護者" },
        ["support"] = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["counselling"] = "継続相談",
            ["home_visit"] = "家庭訪問支援",
            ["temporary_care"] = "一時預かり",
            ["short_stay"] = "ショートステイ",
            ["school_social"] = "スクールソーシャルワーカー",
            ["health_nurse"] = "保健師の支援",
            ["benefit"] = "手当・給付の申請支援",
            ["food"] = "食料・生活物資",
            ["young_carer"] = "家事・介護の負担軽減",
            ["other"] = "その他の支援",
        },
        ["outcome"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["m6"] = "6か月後", ["m12"] = "12か月後" },
        ["review"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["review"] = "見直しの期日" },
    };

    /// <summary>The results of an attempt.</summary>
    public static readonly IReadOnlyDictionary<string, string> Attempts = new Dictionary<string, string>(StringComparer.Ordinal) { ["reached"] = "会えた・話せた", ["missed"] = "会えなかった" };

    /// <summary>The results of support.</summary>
    public static readonly IReadOnlyDictionary<string, string> Outcomes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["better"] = "良くなった",
        ["same"] = "変わらない",
        ["worse"] = "悪くなった",
        ["unknown"] = "分からない",
    };

    /// <summary>Returns whether an entry is one of the menus, with the dates that its kind needs.</summary>
    public static bool IsKnown(ContactInput input, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(input);
        bool isDue = input.EventCode is "plan" or "review";
        return Details.TryGetValue(input.EventCode, out IReadOnlyDictionary<string, string>? menu) && menu.ContainsKey(input.DetailCode)
            && (input.EventCode switch { "attempt" => Attempts.ContainsKey(input.ResultCode), "outcome" => Outcomes.ContainsKey(input.ResultCode), _ => input.ResultCode.Length == 0 })
            && (input.EventDate is not { } day || (day <= today && day > today.AddYears(-5)))
            && (isDue ? input.DueDate is { } due && due >= today && due <= today.AddYears(3) : input.DueDate is null);
    }
}

/// <summary>How an attempt to record a contact ended.</summary>
public enum ContactOutcome
{
    /// <summary>It is on record; also where the same form came before.</summary>
    Recorded,

    /// <summary>A choice is not of its menu, a date does not fit, or the note is too long.</summary>
    Invalid,

    /// <summary>A protective measure is in force: contact needs the word of the office in charge first.</summary>
    SafetyFirst,

    /// <summary>The form is too old, was changed, or belongs to somebody else.</summary>
    TicketRefused,
}

/// <summary>What is open with a child because of earlier contacts.</summary>
public sealed record Reminder(long ChildKey, DateOnly? ReviewDate, DateOnly? SupportDate, int HasOutcome6, int HasOutcome12)
{
    /// <summary>Returns the first thing that is due on a day: <c>review</c>, <c>m6</c>, <c>m12</c>, or empty.</summary>
    public string Due(DateOnly today) =>
        ReviewDate <= today ? "review"
        : SupportDate?.AddMonths(6) <= today && HasOutcome6 == 0 && SupportDate?.AddMonths(12) > today ? "m6"
        : SupportDate?.AddMonths(12) <= today && HasOutcome12 == 0 ? "m12"
        : "";
}
