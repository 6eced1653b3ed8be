namespace Warehouse.Etl.City.Feeds;

/// <summary>What the welfare, tax and consultation offices know about a family.</summary>
internal sealed class Welfare
{
    /// <summary>Gets or sets how poor the family is: mean 0, about 1 wide; the tax class, benefits and arrears follow from it.</summary>
    public double Poverty { get; set; }

    public List<TaxYear> Taxes { get; } = [];

    public List<ArrearsMark> Arrears { get; } = [];

    public List<ChildAllowanceSpell> ChildAllowances { get; } = [];

    public List<AssistanceSpell> Assistance { get; } = [];

    public List<StatusSpell> Disability { get; } = [];

    public List<StatusSpell> CareNeed { get; } = [];

    public List<SchoolAid> SchoolAid { get; } = [];

    public List<ServiceUse> Services { get; } = [];

    public List<LivelihoodVisit> Livelihood { get; } = [];

    public List<ViolenceMark> Violence { get; } = [];
}

/// <summary>The tax class of one adult in one year, and what a revision made of it.</summary>
internal sealed record TaxYear(Person Person, int Year, string Class, string Band, bool IsUndeclared, int Revised, string RevisedClass, string RevisedBand);

/// <summary>Whether something is overdue at the end of a quarter.</summary>
internal sealed record ArrearsMark(Person Person, int Day, string Kind, bool Has, string Band);

/// <summary>A time in which child allowance is paid for a child.</summary>
internal sealed record ChildAllowanceSpell(Person Child, Person Recipient, string Certificate, int Start, int End, string EndReason, string Class)
{
    /// <summary>Gets the yearly reports: fiscal year, state, and the days between which payment is held back.</summary>
    public List<(int Year, string State, int StopFrom, int StopTo)> Reports { get; } = [];

    public bool IsStopped(int day) => Reports.Exists(r => day >= r.StopFrom && day < r.StopTo);

    public string Report(int day)
    {
        string state = "";
        foreach (var report in Reports)
        {
            if (new DateOnly(report.Year, 6, 30).DayNumber <= day)
            {
                state = report.State == "未提出" && day >= report.StopTo && report.StopTo != int.MaxValue ? "提出済" : report.State;
            }
        }

        return state;
    }
}

/// <summary>A time in which the children's household is assisted.</summary>
internal sealed record AssistanceSpell(string Case, int Household, int Start, int End, string EndReason, string Type, IReadOnlyList<Person> Members);

/// <summary>A certificate, a service or a certified time of care need.</summary>
internal sealed record StatusSpell(Person Person, string Kind, string Grade, int Start, int End, int? Amount);

/// <summary>An application for school aid and what came of it.</summary>
internal sealed record SchoolAid(Person Child, int Year, int Applied, int Decided, bool IsApproved, int End, string Category, string Reason);

/// <summary>The uses of one service by one child in one month.</summary>
internal sealed record ServiceUse(Person Child, string Service, int Day, int Count);

/// <summary>A consultation about livelihood.</summary>
internal sealed record LivelihoodVisit(Person Adult, string Case, int Day, string Topic, bool HasPlan);

/// <summary>Whether the women's desk was consulted, at the end of a quarter.</summary>
internal sealed record ViolenceMark(Person Adult, string Case, int Day, bool Has);
