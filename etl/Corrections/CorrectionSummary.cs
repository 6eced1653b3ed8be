namespace Warehouse.Etl.Corrections;

/// <summary>A row of a report that was not taken.</summary>
/// <param name="Line">The line of the report.</param>
/// <param name="Code">A stable code.</param>
/// <param name="Reason">Why, in Japanese.</param>
public sealed record RefusedRow(int Line, string Code, string Reason);

/// <summary>A row that is still wrong.</summary>
/// <param name="Line">The line of the report.</param>
/// <param name="Rules">The rules that it breaks now.</param>
public sealed record WrongRow(int Line, IReadOnlyList<string> Rules);

/// <summary>What became of a correction report.</summary>
/// <param name="File">Its name.</param>
/// <param name="Feed">The feed that it corrects.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Corrected">Rows that left the quarantine.</param>
/// <param name="Known">Rows that had left it before, by the same correction.</param>
/// <param name="StillWrong">Rows that stay, with their reasons now.</param>
/// <param name="Refused">Rows that were not looked at, and why.</param>
/// <param name="Loads">What became of the loads that brought the corrected rows in.</param>
public sealed record CorrectionSummary(
    string File, string Feed, int Rows, int Corrected, int Known, IReadOnlyList<WrongRow> StillWrong, IReadOnlyList<RefusedRow> Refused, IReadOnlyList<LoadedFile> Loads)
{
    /// <summary>0 all rows are done, 1 a load failed, 3 rows are still wrong or were refused.</summary>
    public int ExitCode => Loads.Any(load => load.Status == "failed") ? 1 : StillWrong.Count + Refused.Count > 0 ? 3 : 0;
}
