using Warehouse.Sql;

namespace Warehouse.Model.Features;

/// <summary>Reads what is known about all children at a snapshot.</summary>
public static class FeatureReader
{
    /// <summary>Returns one row per child living in the city at the snapshot, by child key.</summary>
    /// <remarks>Cost: one set-based query a group, each one pass over its tables.</remarks>
    public static IReadOnlyList<ChildFacts> Read(WarehouseSession session, Snapshot snapshot, FeatureCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(snapshot);
        SnapshotParameters parameters = snapshot.Parameters(catalogue);
        IReadOnlyList<PopulationRow> population = session.Query<PopulationRow>("query/features_population", parameters);
        Dictionary<long, ResidenceRow> residence = Rows<ResidenceRow>("residence");
        Dictionary<long, HouseholdRow> household = Rows<HouseholdRow>("household");
        Dictionary<long, AllowanceRow> allowance = Rows<AllowanceRow>("allowance");
        Dictionary<long, NurseryRow> nursery = Rows<NurseryRow>("nursery");
        Dictionary<long, CheckupRow> checkup = Rows<CheckupRow>("checkup");
        Dictionary<long, SchoolRow> school = Rows<SchoolRow>("school");
        Dictionary<long, AttendanceRow> attendance = Rows<AttendanceRow>("attendance");
        Dictionary<long, AbsenceReasonRow> absenceReason = Rows<AbsenceReasonRow>("absence_reason");
        Dictionary<long, ConsultationRow> consultation = Rows<ConsultationRow>("consultation");
        Dictionary<long, BenefitRow> benefit = Rows<BenefitRow>("benefit");
        Dictionary<long, ServiceRow> service = Rows<ServiceRow>("service");
        Dictionary<long, LivelihoodRow> livelihood = Rows<LivelihoodRow>("livelihood");
        Dictionary<long, PregnancyRow> pregnancy = Rows<PregnancyRow>("pregnancy");
        Dictionary<long, VaccinationRow> vaccination = Rows<VaccinationRow>("vaccination");
        Dictionary<long, NurseryAttendanceRow> nurseryAttendance = Rows<NurseryAttendanceRow>("nursery_attendance");
        Dictionary<long, NurseVisitRow> nurseVisit = Rows<NurseVisitRow>("nurse_visit");
        Dictionary<long, TestScoreRow> testScore = Rows<TestScoreRow>("test_score");
        Dictionary<long, GuidanceRow> guidance = Rows<GuidanceRow>("guidance");
        Dictionary<long, SchoolHealthRow> schoolHealth = Rows<SchoolHealthRow>("school_health");
        Dictionary<long, CounsellingRow> counselling = Rows<CounsellingRow>("counselling");
        Dictionary<long, MoodRow> mood = Rows<MoodRow>("mood");
        Dictionary<long, SiblingRow> sibling = Rows<SiblingRow>("sibling");
        Dictionary<long, SourceRow> source = Rows<SourceRow>("source");
        return [.. population.Select(child => new ChildFacts
        {
            Snapshot = snapshot,
            Population = child,
            Residence = residence.GetValueOrDefault(child.ChildKey),
            Household = household.GetValueOrDefault(child.ChildKey),
            Allowance = allowance.GetValueOrDefault(child.ChildKey),
            Nursery = nursery.GetValueOrDefault(child.ChildKey),
            Checkup = checkup.GetValueOrDefault(child.ChildKey),
            School = school.GetValueOrDefault(child.ChildKey),
            Attendance = attendance.GetValueOrDefault(child.ChildKey),
            AbsenceReason = absenceReason.GetValueOrDefault(child.ChildKey),
            Consultation = consultation.GetValueOrDefault(child.ChildKey),
            Benefit = benefit.GetValueOrDefault(child.ChildKey),
            Service = service.GetValueOrDefault(child.ChildKey),
            Livelihood = livelihood.GetValueOrDefault(child.ChildKey),
            Pregnancy = pregnancy.GetValueOrDefault(child.ChildKey),
            Vaccination = vaccination.GetValueOrDefault(child.ChildKey),
            NurseryAttendance = nurseryAttendance.GetValueOrDefault(child.ChildKey),
            NurseVisit = nurseVisit.GetValueOrDefault(child.ChildKey),
            TestScore = testScore.GetValueOrDefault(child.ChildKey),
            Guidance = guidance.GetValueOrDefault(child.ChildKey),
            SchoolHealth = schoolHealth.GetValueOrDefault(child.ChildKey),
            Counselling = counselling.GetValueOrDefault(child.ChildKey),
            Mood = mood.GetValueOrDefault(child.ChildKey),
            Sibling = sibling.GetValueOrDefault(child.ChildKey),
            SourceCount = source.GetValueOrDefault(child.ChildKey)?.SourceCount ?? 0,
        })];

        Dictionary<long, T> Rows<T>(string group)
            where T : IChildRow => session.Query<T>("query/features_" + group, parameters).ToDictionary(row => row.ChildKey);
    }

    /// <summary>Returns the keys of everybody of any age living in the city on a date, as known at a time.</summary>
    public static HashSet<long> ReadPresent(WarehouseSession session, DateOnly date, DateTime asKnownUtc)
    {
        ArgumentNullException.ThrowIfNull(session);
        var parameters = new { SnapshotDate = date, AsKnownUtc = asKnownUtc, BirthMonthFrom = 0 };
        return [.. session.Query<PopulationRow>("query/features_population", parameters).Select(row => row.ChildKey)];
    }
}
