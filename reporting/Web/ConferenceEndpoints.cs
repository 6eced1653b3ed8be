using System.Globalization;
using System.IO.Compression;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Web;

/// <summary>Pages of case conferences.</summary>
internal static class ConferenceEndpoints
{
    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder group = app.MapGroup("/conferences").RequireAuthorization(Policies.Casework).ExcludeFromDescription();
        group.MapGet("", (Delegate)((HttpContext context) => List(context, null)));
        group.MapPost("", (Delegate)Call);
        group.MapGet("/{conferenceId}", (string conferenceId, HttpContext context) => WebServer.Guarded(context, () => One(conferenceId, context, null)));
        foreach (string sheet in new[] { "agenda", "minutes" })
        {
            group.MapGet("/{conferenceId}/" + sheet, (string conferenceId, HttpContext context) => WebServer.Guarded(context, () => Sheet(conferenceId, sheet, context)));
        }

        group.MapPost("/{conferenceId}/members", (string conferenceId, HttpContext context) => Post(conferenceId, context, AddMember));
        group.MapPost("/{conferenceId}/children/{childKey:long}/decisions", (string conferenceId, long childKey, HttpContext context) => Post(conferenceId, context, (form, member) => Decide(conferenceId, childKey, context, form, member)));
        foreach (string change in new[] { "off", "on" })
        {
            group.MapPost("/{conferenceId}/children/{childKey:long}/" + change, (string conferenceId, long childKey, HttpContext context) => Post(conferenceId, context, (form, member) =>
                Desk(context).ChangeItem(conferenceId, childKey, form["ticket"].ToString(), change == "off", form["reason"].ToString(), member, context.RequestAborted)));
        }

        group.MapPost("/{conferenceId}/minutes", (string conferenceId, HttpContext context) => Post(conferenceId, context, Write));
        group.MapPost("/{conferenceId}/returns", (string conferenceId, HttpContext context) => Post(conferenceId, context, async (form, member) =>
        {
            await Desk(context).Return(conferenceId, [.. form["copy"].OfType<string>()], member, context.RequestAborted).ConfigureAwait(false);
            return ConferenceOutcome.Recorded;
        }));
        group.MapPost("/{conferenceId}/close", (string conferenceId, HttpContext context) => Post(conferenceId, context, (_, member) => Desk(context).Close(conferenceId, member, context.RequestAborted)));
        group.MapPost("/{conferenceId}/briefs", (string conferenceId, HttpContext context) => WebServer.Guarded(context, () => Begin(conferenceId, context)));
        group.MapGet("/{conferenceId}/briefs", (string conferenceId, HttpContext context) => WebServer.Guarded(context, () => Progress(conferenceId, context)));
        group.MapGet("/{conferenceId}/copies.zip", (string conferenceId, HttpContext context) => WebServer.Guarded(context, () => Copies(conferenceId, context)));
        app.MapPost("/children/{childKey:long}/conferences", (long childKey, HttpContext context) => WebServer.Guarded(context, () => AddChild(childKey, context)))
            .RequireAuthorization(Policies.Casework).ExcludeFromDescription();

        Task<ConferenceOutcome> AddMember(IFormCollection form, StaffMember member, HttpContext context, string id) =>
            Join(id, form["ticket"].ToString(), form["agency"].ToString(), form["name"].ToString(), form["duty"].ToString(), form["staff"].ToString(), member, context);

        Task<ConferenceOutcome> Write(IFormCollection form, StaffMember member, HttpContext context, string id) =>
            Desk(context).Write(id, long.TryParse(form["child"].ToString(), CultureInfo.InvariantCulture, out long child) ? child : 0, form["ticket"].ToString(), form["text"].ToString(), member, context.RequestAborted);
    }

    // Adds a member; an account that is named and not open is a mistake of the form.
    internal static async Task<ConferenceOutcome> Join(string id, string ticket, string agency, string name, string duty, string staffId, StaffMember member, HttpContext context)
    {
        staffId = staffId.Trim();
        StaffMember? account = staffId.Length == 0 ? null : context.RequestServices.GetRequiredService<WebParts>().Accounts.Find(staffId);
        return await Desk(context).AddMember(id, ticket, agency, name, staffId.Length > 0 && account is null ? "" : duty, account, member, context.RequestAborted).ConfigureAwait(false);
    }

    private static Task<IResult> Post(string id, HttpContext context, Func<IFormCollection, StaffMember, HttpContext, string, Task<ConferenceOutcome>> work) =>
        Post(id, context, (form, member) => work(form, member, context, id));

    private static Task<IResult> Post(string id, HttpContext context, Func<IFormCollection, StaffMember, Task<ConferenceOutcome>> work) => WebServer.Guarded(context, async () =>
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        ConferenceOutcome outcome = await work(form, context.User.Member()!).ConfigureAwait(false);
        return outcome == ConferenceOutcome.Recorded ? Results.Redirect("/conferences/" + id) : await One(id, context, outcome).ConfigureAwait(false);
    });

    private static Task<IResult> List(HttpContext context, ConferenceOutcome? fault)
    {
        Conferences desk = Desk(context);
        StaffMember member = context.User.Member()!;
        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }

        return Task.FromResult<IResult>(WebServer.Page<ConferencesPage>(new
        {
            Member = member,
            List = desk.List(member),
            desk.Today,
            Ticket = desk.Ticket("", member),
            Fault = fault is { } kind ? Words(kind) : null,
        }));
    }

    private static async Task<IResult> Call(HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        (ConferenceOutcome outcome, string id) = await Desk(context).Call(
            form["ticket"].ToString(), form["title"].ToString(), Date(form["held"].ToString()), form["starts"].ToString(), form["place"].ToString(), context.User.Member()!, context.RequestAborted).ConfigureAwait(false);
        return outcome == ConferenceOutcome.Recorded ? Results.Redirect("/conferences/" + id) : await List(context, outcome).ConfigureAwait(false);
    }

    private static async Task<IResult> One(string id, HttpContext context, ConferenceOutcome? fault)
    {
        Conferences desk = Desk(context);
        StaffMember member = context.User.Member()!;
        if (await desk.Open(id, member, "conference", context.RequestAborted).ConfigureAwait(false) is not { } view)
        {
            return Results.NotFound();
        }

        if (fault is { } outcome)
        {
            context.Response.StatusCode = Status(outcome);
        }

        return WebServer.Page<ConferencePage>(new { Member = member, View = view, desk.Today, NewTicket = (Func<string>)(() => desk.Ticket(id, member)), Fault = fault is { } kind ? Words(kind) : null });
    }

    private static async Task<IResult> Sheet(string id, string sheet, HttpContext context)
    {
        StaffMember member = context.User.Member()!;
        return await Desk(context).Open(id, member, "conference-" + sheet, context.RequestAborted).ConfigureAwait(false) is { } view
            ? WebServer.Page<ConferenceSheet>(new { Member = member, View = view, IsMinutes = sheet == "minutes" })
            : Results.NotFound();
    }

    private static Task<ConferenceOutcome> Decide(string id, long childKey, HttpContext context, IFormCollection form, StaffMember member)
    {
        List<TaskInput> tasks = [];
        for (int i = 1; i <= ConferenceCodes.TaskLines; i++)
        {
            string line = i.ToString(CultureInfo.InvariantCulture);
            tasks.Add(new TaskInput(form["support" + line].ToString(), form["agency" + line].ToString().Trim(), form["task" + line].ToString().Trim(), Date(form["due" + line].ToString()), Date(form["begin" + line].ToString())));
        }

        DecisionInput input = new(form["decision"].ToString(), form["lead"].ToString(), Date(form["review"].ToString()), form["text"].ToString(), tasks);
        return Desk(context).Decide(id, childKey, form["ticket"].ToString(), input, member, context.RequestAborted);
    }

    private static async Task<IResult> AddChild(long childKey, HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string id = form["conference"].ToString();
        ConferenceOutcome outcome = await Desk(context).AddChild(id, childKey, context.User.Member()!, context.RequestAborted).ConfigureAwait(false);
        return outcome == ConferenceOutcome.Recorded ? Results.Redirect("/conferences/" + id) : Results.StatusCode(Status(outcome));
    }

    private static async Task<IResult> Begin(string id, HttpContext context) => await Order(id, context).ConfigureAwait(false) switch
    {
        null => Results.NotFound(),
        ConferenceOutcome.Recorded => Results.Redirect($"/conferences/{id}/briefs"),
        { } outcome => await One(id, context, outcome).ConfigureAwait(false),
    };

    // Begins the copies of a meeting; null where there is no such meeting.
    internal static async Task<ConferenceOutcome?> Order(string id, HttpContext context)
    {
        StaffMember member = context.User.Member()!;
        if (await Desk(context).Open(id, member, "conference-issue", context.RequestAborted).ConfigureAwait(false) is not { } view)
        {
            return null;
        }

        WebParts parts = context.RequestServices.GetRequiredService<WebParts>();
        return context.RequestServices.GetRequiredService<ConferenceBatches>().Begin(
            view, member, parts.Watermark, judgement => CaseworkEndpoints.Printed(judgement, member), context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
    }

    private static async Task<IResult> Progress(string id, HttpContext context)
    {
        StaffMember member = context.User.Member()!;
        if (await Desk(context).Open(id, member, "conference", context.RequestAborted).ConfigureAwait(false) is not { } view)
        {
            return Results.NotFound();
        }

        BatchState? state = context.RequestServices.GetRequiredService<ConferenceBatches>().State(id);
        if (state is { IsRunning: true })
        {
            // The browser asks again by itself; no script is needed.
            context.Response.Headers["Refresh"] = "2";
        }

        return WebServer.Page<ConferenceBatchPage>(new { Member = member, View = view, State = state });
    }

    // Each copy is drawn from its stored document; whoever has not judged a child first gets no analysis of it, here as anywhere.
    internal static async Task<IResult> Copies(string id, HttpContext context)
    {
        StaffMember member = context.User.Member()!;
        if (await Desk(context).Open(id, member, "conference-copies", context.RequestAborted).ConfigureAwait(false) is not { } view)
        {
            return Results.NotFound();
        }

        WebParts parts = context.RequestServices.GetRequiredService<WebParts>();
        CaseDesk desk = context.RequestServices.GetRequiredService<CaseDesk>();
        HashSet<long> judged = [.. view.Copies.Select(copy => copy.ChildKey).Distinct().Where(child => desk.HasJudged(child, member.StaffId))];
        List<ConferenceCopy> mine = [.. view.Copies.Where(copy => judged.Contains(copy.ChildKey))];
        if (mine.Count == 0)
        {
            return Results.StatusCode(StatusCodes.Status409Conflict);
        }

        // On disk and gone with the answer: fifty children with ten copies each do not fit into memory for everybody at once.
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        FileStream file = new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
        try
        {
            using (ZipArchive archive = new(file, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach (ConferenceCopy copy in mine)
                {
                    if (await parts.Briefs.Rebuild(copy.BriefId, new AccessReason(member, "conference"), context.RequestAborted).ConfigureAwait(false) is { } brief)
                    {
                        int item = view.Children.First(child => child.Item.ChildKey == copy.ChildKey).Item.ItemNumber;
                        ZipArchiveEntry entry = archive.CreateEntry(string.Create(CultureInfo.InvariantCulture, $"{item:00}_{copy.CopyNumber:00}_{copy.BriefId}.pdf"), CompressionLevel.NoCompression);
                        using Stream stream = entry.Open();
                        await stream.WriteAsync(brief.Pdf, context.RequestAborted).ConfigureAwait(false);
                    }
                }
            }

            file.Position = 0;
            return Results.File(file, "application/zip", "conference-" + view.Conference.HeldDate.ToString("yyyyMMdd", CultureInfo.InvariantCulture) + ".zip");
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal static int Status(ConferenceOutcome outcome) => outcome is ConferenceOutcome.Closed or ConferenceOutcome.Empty ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest;

    internal static string Words(ConferenceOutcome outcome) => outcome switch
    {
        ConferenceOutcome.TicketRefused => "この画面は古くなっています。内容を確かめて、もう一度記録してください。",
        ConferenceOutcome.Closed => "この会議は締め切られています。追加はできません（配布物の回収は記録できます）。",
        ConferenceOutcome.TooEarly => "決定は、会議の日から記録できます。",
        ConferenceOutcome.Empty => "参加者と議題の児童を入れてから、資料を作ってください。",
        _ => "入力を確かめてください。期日と見直しの日は今日から3年以内、終結のときは見直しの日を空けます。担当の欄には機関を、期日の欄には日付を入れてください。支援の開始は会議の日から期日までです。職員IDは開いているアカウントのもので、同じ人は一度だけ加えられます。議題から外すとき・戻すときは理由を書きます。",
    };

    private static DateOnly? Date(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;

    private static Conferences Desk(HttpContext context) => context.RequestServices.GetRequiredService<Conferences>();
}
