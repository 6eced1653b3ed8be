namespace Warehouse.Etl.City;

/// <summary>What services know about a child.</summary>
internal sealed class Child
{
    public double Vulnerability { get; set; }

    public double Residual { get; set; }

    public double Frailty { get; set; }

    public double Tendency { get; set; }

    public double LateTendency { get; set; }

    public bool IsSpecialSupport { get; set; }

    /// <summary>Absence and lateness regime per half-year: bits 0-1 absence (0 usual, 1 raised, 2 truant), bit 2 often late.</summary>
    public byte[] Regime { get; set; } = [];

    public List<NurserySpell> Nursery { get; } = [];

    public List<Checkup> Checkups { get; } = [];

    public List<AllowanceSpell> Allowances { get; } = [];

    public List<Enrolment> Enrolments { get; } = [];

    public List<Consultation> Consultations { get; } = [];

    public List<int> GrandparentUntil { get; } = [];

    public ulong[] Conditions { get; set; } = [];

    public ulong[] Rules { get; set; } = [];

    public float[] Score { get; set; } = [];

    public float[] Seen { get; set; } = [];

    public float[] Probability { get; set; } = [];

    public bool[] Need { get; set; } = [];

    public bool[] Labelled { get; set; } = [];
}

/// <summary>A time in one nursery.</summary>
internal sealed class NurserySpell
{
    public required Facility Facility { get; init; }

    public required int Start { get; init; }

    public int End { get; set; } = int.MaxValue;

    public string Reason { get; set; } = "";

    public bool IsShort { get; init; }
}

/// <summary>A health checkup that was due.</summary>
internal sealed class Checkup
{
    public required int Type { get; init; }

    public required int Due { get; init; }

    public int Visit { get; set; } = int.MaxValue;

    public double HeightCm { get; set; }

    public double WeightKg { get; set; }

    public string Judgement { get; set; } = "";

    public int Caries { get; set; }

    public List<int> Reminders { get; } = [];
}

/// <summary>A time in which a guardian received child-rearing allowance for a child.</summary>
internal sealed class AllowanceSpell
{
    public required Person Recipient { get; init; }

    public required int Start { get; init; }

    public required int Notified { get; init; }

    public int End { get; set; } = int.MaxValue;

    public string EndReason { get; set; } = "";

    public string Reason { get; set; } = "1";

    public int PaymentClass { get; set; }

    public required string Certificate { get; init; }
}

/// <summary>A time in one school.</summary>
internal sealed class Enrolment
{
    public required Person Pupil { get; init; }

    public required Facility Facility { get; init; }

    public required int Start { get; init; }

    public int End { get; set; } = int.MaxValue;

    /// <summary>The number that the school gave at first.</summary>
    public string PupilNumber { get; set; } = "";

    /// <summary>The day from which another vendor's number stands for the pupil; no day where it never does.</summary>
    public int RenumberedOn { get; set; } = int.MaxValue;

    /// <summary>The number of another vendor.</summary>
    public string OtherNumber => "R" + PupilNumber;

    /// <summary>Returns the number under which the school writes the pupil on a day.</summary>
    public string NumberAt(int day) => day >= RenumberedOn ? OtherNumber : PupilNumber;
}

/// <summary>A case of the consultation desk about one child.</summary>
internal sealed class Consultation
{
    public required Person Child { get; init; }

    public string Case { get; set; } = "";

    public string Branch { get; set; } = "01";

    public required int Received { get; init; }

    public string Type { get; set; } = "";

    public string Route { get; set; } = "";

    public string Urgency { get; set; } = "";

    public int SafetyCheck { get; set; } = int.MaxValue;

    public int Decided { get; set; } = int.MaxValue;

    public string Decision { get; set; } = "";

    public int Closed { get; set; } = int.MaxValue;

    public int Half { get; set; }

    public bool IsTrueNeed { get; set; }
}
