using System.Globalization;
using System.IO.Compression;
using Microsoft.AspNetCore.Mvc;
using Warehouse.Etl;
using Warehouse.Etl.Corrections;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Web;

/// <summary>Quarantined rows of a feed in figures.</summary>
public sealed record QuarantineFigure(string Feed, long RejectedCount, long CorrectedCount);

/// <summary>What came of a correction, for the page.</summary>
/// <param name="Corrected">Rows that left the quarantine.</param>
/// <param name="Known">Rows that had left it before.</param>
/// <param name="StillWrong">Rows that are still wrong.</param>
/// <param name="Refused">Rows that were not taken, each with the reason.</param>
/// <param name="HasFailed">Whether a load failed.</param>
public sealed record CorrectionAnswer(int Corrected, int Known, int StillWrong, IReadOnlyList<string> Refused, bool HasFailed);

/// <summary>Pages on which a department corrects its own quarantined rows; the service behind them is that of <c>warehouse corrections</c>.</summary>
internal static class CorrectionEndpoints
{
    internal const int PageSize = 100;

    internal const long MostBytes = 8 * 1024 * 1024;

    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder group = app.MapGroup("/corrections").RequireAuthorization(Policies.Corrections).ExcludeFromDescription();
        group.MapGet("", (Delegate)((HttpContext context) => List(context, null, null)));
        group.MapPost("", (Delegate)Upload).WithMetadata(new RequestSizeLimitAttribute(MostBytes));
        group.MapGet("/{feed}", (string feed, HttpContext context) => WebServer.Guarded(context, () => Feed(feed, context)));
        group.MapGet("/{feed}/report", (string feed, HttpContext context) => WebServer.Guarded(context, () => Report(feed, context)));
        group.MapGet("/{feed}/rows/{key}", (string feed, string key, HttpContext context) => WebServer.Guarded(context, () => Row(feed, key, null, null, context)));
        group.MapPost("/{feed}/rows/{key}", (string feed, string key, HttpContext context) => WebServer.Guarded(context, () => Correct(feed, key, context)));
    }

    private static async Task<IResult> List(HttpContext context, CorrectionAnswer? answer, string? fault)
    {
        IReadOnlyList<QuarantineFigure> figures = await Figures(context).ConfigureAwait(false);
        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }

        return WebServer.Page<CorrectionsPage>(new { Member = context.User.Member(), Figures = figures, CanCorrect = Parts(context).Corrections is not null, Answer = answer, Fault = fault });
    }

    // Quarantined rows of the department's feeds in figures; the reading is in the log.
    internal static async Task<IReadOnlyList<QuarantineFigure>> Figures(HttpContext context)
    {
        string system = Roles.SystemOf(context.User.Member()!.RoleCode)!;
        await Note(context, "corrections_list", "", true).ConfigureAwait(false);
        using WarehouseSession session = Parts(context).Databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        HashSet<string> own = [.. FeedCatalog.Default.Contracts.Where(contract => contract.System == system).Select(contract => contract.Feed)];
        return [.. session.Query<QuarantineFigure>("query/correction_figure").Where(figure => own.Contains(figure.Feed))];
    }

    private static async Task<IResult> Feed(string feed, HttpContext context)
    {
        IReadOnlyList<OpenRow> rows = await Rows(feed, context).ConfigureAwait(false);
        return WebServer.Page<QuarantinePage>(new { Member = context.User.Member(), Feed = feed, Total = rows.Count, Rows = rows.Take(PageSize).ToList() });
    }

    // The open rows of a feed of the department; the reading is in the log.
    internal static async Task<IReadOnlyList<OpenRow>> Rows(string feed, HttpContext context)
    {
        await Allow(feed, "corrections_show", context).ConfigureAwait(false);
        return OpenRows.Read(Parts(context).Databases, feed, Mappings(context));
    }

    internal static async Task<IResult> Report(string feed, HttpContext context)
    {
        await Allow(feed, "corrections_export", context).ConfigureAwait(false);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("warehouse-report-");
        try
        {
            IReadOnlyList<WrittenReport> written = CorrectionReport.Write(Parts(context).Databases, feed, Mappings(context), Path.Combine(folder.FullName, $"corrections_{feed}.csv"));
            if (written.Count == 0)
            {
                return Results.NotFound();
            }

            if (written.Count == 1)
            {
                return Results.File(await File.ReadAllBytesAsync(written[0].Path, context.RequestAborted).ConfigureAwait(false), "text/csv", Path.GetFileName(written[0].Path));
            }

            using MemoryStream all = new();
            using (ZipArchive archive = new(all, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach (WrittenReport report in written)
                {
                    archive.CreateEntryFromFile(report.Path, Path.GetFileName(report.Path));
                }
            }

            return Results.File(all.ToArray(), "application/zip", $"corrections_{feed}.zip");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IResult> Row(string feed, string key, IReadOnlyList<string>? entered, (CorrectionAnswer? Answer, string? Fault)? outcome, HttpContext context)
    {
        if ((await Rows(feed, context).ConfigureAwait(false)).FirstOrDefault(row => row.Key == key) is not { } found)
        {
            return Results.NotFound();
        }

        if (outcome is not null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }

        return WebServer.Page<RowPage>(new
        {
            Member = context.User.Member(),
            Feed = feed,
            Row = found,
            Entered = entered ?? found.Cells,
            CanCorrect = Parts(context).Corrections is not null,
            outcome?.Answer,
            outcome?.Fault,
        });
    }

    private static async Task<IResult> Correct(string feed, string key, HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string[] entered = [];
        (bool isOpen, CorrectionAnswer? answer, string? fault) = await Put(
            feed, key, count => entered = [.. Enumerable.Range(0, count).Select(i => form["cell" + i.ToString(CultureInfo.InvariantCulture)].ToString())], context).ConfigureAwait(false);
        // Sent twice, or corrected in a report meanwhile: the list shows what is still open.
        return !isOpen || answer is { Corrected: > 0, HasFailed: false } or { Known: > 0 }
            ? Results.Redirect("/corrections/" + feed)
            : await Row(feed, key, entered, (answer, fault), context).ConfigureAwait(false);
    }

    // Puts values in place of those of an open row; cells are asked for by the number of columns.
    internal static async Task<(bool IsOpen, CorrectionAnswer? Answer, string? Fault)> Put(string feed, string key, Func<int, IReadOnlyList<string>> cells, HttpContext context)
    {
        await Allow(feed, "corrections_import", context, key).ConfigureAwait(false);
        if (OpenRows.Read(Parts(context).Databases, feed, Mappings(context)).FirstOrDefault(row => row.Key == key) is not { Cells: not null } found)
        {
            return (false, null, null);
        }

        IReadOnlyList<string> values = cells(found.Headers.Count);
        if (values.Count != found.Headers.Count)
        {
            return (true, null, "項目の数が見出し行と合いません。");
        }

        (CorrectionAnswer? answer, string? fault) = await TakeIn(OpenRows.Report(found, values), "correction.csv", context).ConfigureAwait(false);
        return (true, answer, fault);
    }

    private static async Task<IResult> Upload(HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        if (form.Files.GetFile("report") is not { Length: > 0 } file)
        {
            await Note(context, "corrections_import", "no file", false).ConfigureAwait(false);
            return await List(context, null, "訂正した差戻し表のファイルを選んでください。").ConfigureAwait(false);
        }

        using MemoryStream bytes = new();
        await file.CopyToAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        try
        {
            (CorrectionAnswer? answer, string? fault) = await TakeIn(bytes.ToArray(), "report.csv", context).ConfigureAwait(false);
            return await List(context, answer, fault).ConfigureAwait(false);
        }
        catch (Briefs.AccessRefusedException)
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }
    }

    // Whatever name the file had, it is ours here: a name is no path.
    internal static async Task<(CorrectionAnswer? Answer, string? Fault)> TakeIn(byte[] report, string name, HttpContext context)
    {
        WebParts parts = Parts(context);
        if (parts.Corrections is not { } options)
        {
            return (null, "サーバーの設定が済んでいないため、訂正を受け付けられません。管理者に連絡してください。");
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("warehouse-returned-");
        try
        {
            string path = Path.Combine(folder.FullName, name);
            await File.WriteAllBytesAsync(path, report, context.RequestAborted).ConfigureAwait(false);
            string feed = CorrectionReport.FeedOf(parts.Databases, path);
            bool isOwn = FeedCatalog.Default.Get(feed).System == Roles.SystemOf(context.User.Member()!.RoleCode);
            await Note(context, "corrections_import", feed, isOwn).ConfigureAwait(false);
            if (!isOwn)
            {
                throw new Briefs.AccessRefusedException("the report is of another department");
            }

            CorrectionSummary done = new LoadPipeline(parts.Databases, parts.Time).Correct(path, options(), context.RequestAborted);
            return (new CorrectionAnswer(
                done.Corrected, done.Known, done.StillWrong.Count, [.. done.Refused.Select(row => row.Reason).Distinct(StringComparer.Ordinal)], done.Loads.Any(load => load.Status == "failed")), null);
        }
        catch (FeedException)
        {
            return (null, "これは差戻し表ではないか、最後の列（【差戻】で始まる列）が消えています。取り出した表をそのまま直して提出してください。");
        }
        catch (LockHeldException)
        {
            return (null, "取込みや名寄せの処理が動いています。終わってから、もう一度送ってください。何も変わっていません。");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Own data only: the department that sent the rows sees them again, nobody else.
    private static async Task Allow(string feed, string action, HttpContext context, string? about = null)
    {
        bool isOwn = FeedCatalog.Default.Contracts.Any(contract => contract.Feed == feed && contract.System == Roles.SystemOf(context.User.Member()!.RoleCode));
        await Note(context, action, about is null ? feed : $"{feed} {about}", isOwn).ConfigureAwait(false);
        if (!isOwn)
        {
            throw new Briefs.AccessRefusedException("the feed is of another department");
        }
    }

    private static Task Note(HttpContext context, string action, string about, bool isAllowed)
    {
        StaffMember member = context.User.Member()!;
        return Parts(context).Audit.Record(new AuditEntry(member.StaffId, member.RoleCode, action, isAllowed ? "allowed" : "refused", 0, "", about), context.RequestAborted);
    }

    private static FeedMappings Mappings(HttpContext context) => FeedMappings.Read(Parts(context).Mappings);

    private static WebParts Parts(HttpContext context) => context.RequestServices.GetRequiredService<WebParts>();

}
