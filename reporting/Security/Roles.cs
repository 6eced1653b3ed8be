namespace Warehouse.Reporting.Security;

/// <summary>The roles of the national guideline and what each may do.</summary>
public static class Roles
{
    /// <summary>総括管理主体: catalogue, counts, logs, approvals, statistics.</summary>
    public const string Steward = "steward";

    /// <summary>名寄せ担当, a part of 総括管理主体: which records are one person; sees identities, never facts or scores.</summary>
    public const string Linkage = "linkage";

    /// <summary>分析主体: pseudonymous rows and models; never names.</summary>
    public const string Analyst = "analyst";

    /// <summary>活用・支援主体: identified results of children in its remit, one at a time, with a purpose.</summary>
    public const string Caseworker = "caseworker";

    /// <summary>Reads released statistics only.</summary>
    public const string Policymaker = "policymaker";

    /// <summary>Reads the access log and the releases.</summary>
    public const string Auditor = "auditor";

    /// <summary>Makes and closes accounts; sees no data of children.</summary>
    public const string Administrator = "administrator";

    /// <summary>保有・管理主体: the beginning of the role of a department, such as <c>source:school</c>.</summary>
    public const string SourcePrefix = "source:";

    /// <summary>The remit of a caseworker who serves the whole city.</summary>
    public const string CityRemit = "city";

    /// <summary>The roles without those of departments.</summary>
    public static readonly IReadOnlyList<string> Plain = [Steward, Linkage, Analyst, Caseworker, Policymaker, Auditor, Administrator];

    /// <summary>Returns whether this is a role.</summary>
    public static bool IsKnown(string role) =>
        Plain.Contains(role)
        || (role.StartsWith(SourcePrefix, StringComparison.Ordinal) && role.Length > SourcePrefix.Length);

    /// <summary>Returns the source system of a department's role, or null for other roles.</summary>
    public static string? SystemOf(string role) =>
        role is not null && role.StartsWith(SourcePrefix, StringComparison.Ordinal) && role.Length > SourcePrefix.Length ? role[SourcePrefix.Length..] : null;

    /// <summary>Returns the role's title for people.</summary>
    public static string Title(string role) => role switch
    {
        Steward => "総括管理主体",
        Linkage => "名寄せ担当",
        Analyst => "分析主体",
        Caseworker => "活用・支援主体",
        Policymaker => "政策立案",
        Auditor => "監査",
        Administrator => "アカウント管理",
        _ when role.StartsWith(SourcePrefix, StringComparison.Ordinal) => "保有・管理主体",
        _ => role,
    };
}

/// <summary>Why a child's data is opened; a purpose that is not in this list is refused.</summary>
public static class Purposes
{
    /// <summary>The purposes by code with their titles.</summary>
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["assessment"] = "支援要否の検討",
        ["conference"] = "個別ケース検討会議の準備",
        ["support"] = "支援の実施・経過の確認",
        ["inquiry"] = "本人・保護者からの照会への対応",
    };

    /// <summary>Returns whether this is a purpose.</summary>
    public static bool IsKnown(string? purpose) => purpose is not null && All.ContainsKey(purpose);
}
