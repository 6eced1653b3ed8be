namespace Warehouse.Etl.City.Feeds;

/// <summary>What schools know of the children of a family beside enrolment and attendance.</summary>
internal sealed class SchoolRecords
{
    public List<NurseVisit> Visits { get; } = [];

    public List<SchoolExam> Exams { get; } = [];

    public List<SurveyResult> Survey { get; } = [];

    public List<Incident> Incidents { get; } = [];

    public List<CounsellingSession> Sessions { get; } = [];
}

/// <summary>A visit to the school nurse's room; <paramref name="Time"/> is hours times 100 plus minutes.</summary>
internal sealed record NurseVisit(Enrolment Enrolment, int Day, int Time, string Category, string Complaint, string Treatment, bool HasGoneHome);

/// <summary>A yearly health and dental check; <see cref="Reported"/> is open where the family reported no visit.</summary>
internal sealed class SchoolExam
{
    public required Enrolment Enrolment { get; init; }

    public required int Year { get; init; }

    public required int Day { get; init; }

    public required double HeightCm { get; init; }

    public required double ObesityPercent { get; init; }

    public required double WeightKg { get; init; }

    public required string Vision { get; init; }

    public required int Untreated { get; init; }

    public required int Treated { get; init; }

    public int Reported { get; set; } = int.MaxValue;

    public string Advice => (Untreated > 0, Vision is "C" or "D") switch { (true, true) => "歯科・眼科", (true, false) => "歯科", (false, true) => "眼科", _ => "無" };
}

/// <summary>A pupil's result in one subject of the yearly survey.</summary>
internal sealed record SurveyResult(
    Enrolment Enrolment, int Year, int Grade, string Subject, double Percent, int Level, double Deviation, double? Change, string Breakfast, string Bedtime, int SelfEsteem);

/// <summary>An incident that the school noticed.</summary>
internal sealed class Incident
{
    public required Enrolment Enrolment { get; init; }

    public required int Day { get; init; }

    public required string Kind { get; init; }

    public required string Role { get; init; }

    public required string Form { get; init; }

    public required int Watched { get; init; }

    public required int Resolved { get; init; }
}

/// <summary>A session of counselling or support.</summary>
internal sealed record CounsellingSession(Enrolment Enrolment, int Day, string Channel, string Topic, string Requester, bool IsLast);
