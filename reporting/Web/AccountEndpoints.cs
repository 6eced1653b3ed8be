using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Warehouse.Etl.Extract;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Web;

/// <summary>Somebody whose password fitted and who is not signed in yet; or who is, and makes a second factor.</summary>
/// <param name="StaffId">The account.</param>
/// <param name="From">Where to go after.</param>
/// <param name="Key">The secret of a factor that is not stored yet, in base 64; empty where a code of the stored one is asked for.</param>
/// <param name="IssuedUtc">When the password fitted.</param>
internal sealed record HalfSignIn(string StaffId, string From, string Key, DateTime IssuedUtc);

/// <summary>Seals what a browser carries between the password and the code; it can neither read nor change it.</summary>
public sealed class HalfSignIns(IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>How long the code may take.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly IDataProtector _protector = protection.CreateProtector("Warehouse.SignIn.Half");

    internal string Issue(string staffId, string from, byte[]? key) => _protector.Protect(JsonSerializer.Serialize(
        new HalfSignIn(staffId, from, key is null ? "" : Convert.ToBase64String(key), time.GetUtcNow().UtcDateTime)));

    internal HalfSignIn? Open(string? text)
    {
        if (text is not { Length: > 0 and <= 4000 })
        {
            return null;
        }

        try
        {
            HalfSignIn half = JsonSerializer.Deserialize<HalfSignIn>(_protector.Unprotect(text))!;
            TimeSpan age = time.GetUtcNow().UtcDateTime - half.IssuedUtc;
            return age >= TimeSpan.Zero && age <= Lifetime ? half : null;
        }
        catch (CryptographicException)
        {
            // Not sealed by this service, or under keys that are gone.
            return null;
        }
    }
}

/// <summary>Sign-in with its second step, one's own account, and the administration of accounts.</summary>
internal static class AccountEndpoints
{
    internal const string Issuer = "Warehouse";

    private const int LeastPassword = 12;

    internal static void Map(WebApplication app)
    {
        RouteGroupBuilder open = app.MapGroup("/sign-in").AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/sign-in", (Delegate)SignIn).AllowAnonymous().ExcludeFromDescription();
        open.MapPost("/code", (Delegate)Code);
        open.MapPost("/factor", (Delegate)Enrol);

        RouteGroupBuilder own = app.MapGroup("/account").RequireAuthorization(Policies.Staff).ExcludeFromDescription();
        own.MapGet("", (HttpContext context) => Own(context, null));
        own.MapPost("/factor", (Delegate)BeginOwn);
        own.MapPost("/factor/confirm", (Delegate)Enrol);
        own.MapPost("/password", (Delegate)ChangePassword);

        RouteGroupBuilder all = app.MapGroup("/accounts").RequireAuthorization(Policies.Accounts).ExcludeFromDescription();
        all.MapGet("", (HttpContext context) => All(context, null, null));
        all.MapPost("", (Delegate)Add);
        foreach (string change in new[] { "close", "password", "factor-off" })
        {
            all.MapPost("/{staffId}/" + change, (string staffId, HttpContext context) => Change(staffId, change, context));
        }
    }

    private static async Task<IResult> SignIn(HttpContext context)
    {
        WebParts parts = Parts(context);
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string staffId = form["staff_id"].ToString().Trim();
        string password = form["password"].ToString();
        string from = WebServer.Local(form["from"].ToString());
        bool isOpen = parts.Oidc is not { Only: true };
        (SignInOutcome outcome, StaffMember? member) = !isOpen || password.Length is 0 or > 200 ? (SignInOutcome.Refused, null) : parts.Accounts.SignIn(staffId, password);
        string said = outcome switch { SignInOutcome.SignedIn => "allowed", SignInOutcome.CodeNeeded or SignInOutcome.FactorMissing => "half", _ => "refused" };
        await parts.Audit.Record(new AuditEntry(staffId, member?.RoleCode ?? "", "sign-in", said), context.RequestAborted).ConfigureAwait(false);
        return await Next(context, outcome, member, from, outcome switch
        {
            SignInOutcome.Locked => LockedWords,
            SignInOutcome.Refused => isOpen ? "職員IDまたはパスワードが違います。" : "パスワードでのサインインは止められています。庁内の認証を使ってください。",
            _ => null,
        }).ConfigureAwait(false);
    }

    // Whoever is known by now gets a session, the next question, or a reason why not.
    private static async Task<IResult> Next(HttpContext context, SignInOutcome outcome, StaffMember? member, string from, string? fault)
    {
        switch (outcome)
        {
            case SignInOutcome.SignedIn:
                await Enter(context, member!).ConfigureAwait(false);
                return Results.LocalRedirect(from);
            case SignInOutcome.CodeNeeded:
                return WebServer.Page<CodePage>(new { Ticket = Half(context).Issue(member!.StaffId, from, null) });
            case SignInOutcome.FactorMissing when Parts(context).Accounts.CanKeepFactors:
                return FactorForm(context, member!.StaffId, from, Totp.NewKey(), "/sign-in/factor", null, null);
            case SignInOutcome.FactorMissing:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return WebServer.Page<SignInPage>(new { Message = Text(context, "この役割には二段階目の確認が必要ですが、サーバーの設定が済んでいません。管理者に連絡してください。"), From = from });
            default:
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return WebServer.Page<SignInPage>(new { Message = Text(context, fault ?? ""), From = from });
        }
    }

    /// <summary>Answers somebody who comes back from an identity provider.</summary>
    /// <param name="context">The request.</param>
    /// <param name="outcome">How far they are.</param>
    /// <param name="member">The account; null where there is none.</param>
    /// <param name="from">Where they wanted to go.</param>
    /// <param name="fault">Why they are refused, in Japanese.</param>
    internal static async Task Answer(HttpContext context, SignInOutcome outcome, StaffMember? member, string from, string? fault)
    {
        IResult answer = await Next(context, outcome, member, from, fault).ConfigureAwait(false);
        if (outcome == SignInOutcome.SignedIn)
        {
            // The cookie of the session is not sent along a way that began at another site: a page of ours goes on from here.
            string to = new Uri("http://here" + from).PathAndQuery;
            context.Response.Headers["Refresh"] = "0; url=" + to;
            answer = WebServer.Page<MovingPage>(new { To = to });
        }

        await answer.ExecuteAsync(context).ConfigureAwait(false);
    }

    private static async Task<IResult> Code(HttpContext context)
    {
        WebParts parts = Parts(context);
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string ticket = form["ticket"].ToString();
        if (Half(context).Open(ticket) is not { Key: "" } half)
        {
            return Again(context);
        }

        (SignInOutcome outcome, StaffMember? member) = parts.Accounts.CheckCode(half.StaffId, form["code"].ToString());
        await parts.Audit.Record(
            new AuditEntry(half.StaffId, member?.RoleCode ?? "", "sign-in-code", outcome == SignInOutcome.SignedIn ? "allowed" : "refused"), context.RequestAborted).ConfigureAwait(false);
        if (outcome == SignInOutcome.SignedIn)
        {
            await Enter(context, member!).ConfigureAwait(false);
            return Results.LocalRedirect(half.From);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return WebServer.Page<CodePage>(new { Ticket = ticket, Message = outcome == SignInOutcome.Locked ? LockedWords : "確認コードが違うか、すでに使われています。次のコードが出るのを待って入力してください。" });
    }

    // The same for somebody whose role asks for a factor at sign-in and for somebody who makes one of their own accord.
    private static async Task<IResult> Enrol(HttpContext context)
    {
        WebParts parts = Parts(context);
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        StaffMember? signedIn = context.User.Member();
        if (Half(context).Open(form["ticket"].ToString()) is not { Key.Length: > 0 } half || (signedIn is not null && signedIn.StaffId != half.StaffId))
        {
            return Again(context);
        }

        byte[] key = Convert.FromBase64String(half.Key);
        IReadOnlyList<string>? codes = parts.Accounts.Enrol(half.StaffId, key, form["code"].ToString().Trim());
        StaffMember? member = parts.Accounts.Find(half.StaffId);
        await parts.Audit.Record(new AuditEntry(half.StaffId, member?.RoleCode ?? "", "factor-enrol", codes is null ? "refused" : "allowed"), context.RequestAborted).ConfigureAwait(false);
        if (codes is null || member is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return FactorForm(context, half.StaffId, half.From, key, context.Request.Path, signedIn, "確認コードが合いません。端末の時刻を確かめ、いま表示されているコードを入力してください。");
        }

        if (signedIn is null)
        {
            await Enter(context, member).ConfigureAwait(false);
        }

        // The form to sign out on this page would be for somebody who was not signed in when the request began.
        return WebServer.Page<RecoveryPage>(new { Member = signedIn, Codes = codes, half.From });
    }

    private static IResult Own(HttpContext context, (string Text, bool IsFault)? message)
    {
        WebParts parts = Parts(context);
        StaffMember member = context.User.Member()!;
        if (message is { IsFault: true })
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }

        return WebServer.Page<AccountPage>(new
        {
            Member = member,
            Since = parts.Accounts.FactorSince(member.StaffId),
            Left = parts.Accounts.RecoveryLeft(member.StaffId),
            CanEnrol = parts.Accounts.CanKeepFactors,
            Message = message?.Text,
            IsFault = message?.IsFault ?? false,
        });
    }

    private static async Task<IResult> BeginOwn(HttpContext context)
    {
        StaffMember member = context.User.Member()!;
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        WebParts parts = Parts(context);
        bool fits = parts.Accounts.CanKeepFactors && parts.Accounts.SignIn(member.StaffId, form["password"].ToString()).Outcome is SignInOutcome.SignedIn or SignInOutcome.FactorMissing;
        await Note(context, "factor-begin", fits, member.StaffId).ConfigureAwait(false);
        return fits
            ? FactorForm(context, member.StaffId, "/account", Totp.NewKey(), "/account/factor/confirm", member, null)
            : Own(context, ("パスワードが違うか、二段階目の確認がすでに登録されています。", true));
    }

    private static async Task<IResult> ChangePassword(HttpContext context)
    {
        StaffMember member = context.User.Member()!;
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string next = form["new_password"].ToString();
        bool isGood = next.Length is >= LeastPassword and <= 200 && next == form["again"].ToString() && next != form["password"].ToString() && !next.Contains(member.StaffId, StringComparison.OrdinalIgnoreCase);
        WebParts parts = Parts(context);
        bool isChanged = isGood && parts.Accounts.ChangePassword(member.StaffId, form["password"].ToString(), next);
        await Note(context, "password-change", isChanged, member.StaffId).ConfigureAwait(false);
        if (!isChanged)
        {
            return Own(context, (isGood ? "いまのパスワードが違います。" : "新しいパスワードは12文字以上で、同じものを二度入力してください。職員IDを含むものや、いまと同じものは使えません。", true));
        }

        // Other sessions of the account end with their next request; this one goes on.
        await Enter(context, member).ConfigureAwait(false);
        return Own(context, ("パスワードを変えました。ほかの端末のサインインは終わります。", false));
    }

    private static IResult All(HttpContext context, (string StaffId, string Password)? made, string? fault)
    {
        WebParts parts = Parts(context);
        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
        }

        return WebServer.Page<AccountsPage>(new
        {
            Member = context.User.Member(),
            Accounts = parts.Accounts.List(),
            Districts = Districts(parts),
            Systems = FeedCatalog.Default.Contracts.Select(feed => feed.System).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList(),
            Now = parts.Time.GetUtcNow().UtcDateTime,
            Made = made,
            Fault = fault,
        });
    }

    private static async Task<IResult> Add(HttpContext context)
    {
        WebParts parts = Parts(context);
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        string role = form["role"].ToString();
        StaffMember member = new(form["staff_id"].ToString().Trim(), form["name"].ToString().Trim(), role, role == Roles.Caseworker ? form["remit"].ToString() : "");
        bool isGood = member.StaffId.Length is > 0 and <= 40 && member.StaffId.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_' or '.')
            && member.DisplayName.Length is > 0 and <= 100 && !member.DisplayName.Any(char.IsControl) && Roles.IsKnown(role)
            && (Roles.SystemOf(role) is not { } system || FeedCatalog.Default.Contracts.Any(feed => feed.System == system))
            && (role != Roles.Caseworker || member.RemitCode == Roles.CityRemit || Districts(parts).Any(district => district.Code == member.RemitCode));
        string? fault = !isGood ? "職員IDは半角の英数字と - _ . で40字まで、氏名は100字までです。活用・支援主体には担当の範囲を選んでください。"
            : parts.Accounts.List().Any(account => account.StaffId == member.StaffId) ? "その職員IDはすでにあります。閉じたアカウントのIDも、記録のために使い回せません。"
            : null;
        await Note(context, "account-add", fault is null, member.StaffId).ConfigureAwait(false);
        if (fault is not null)
        {
            return All(context, null, fault);
        }

        string password = StaffAccounts.NewPassword();
        parts.Accounts.Save(member, password);
        return All(context, (member.StaffId, password), null);
    }

    private static async Task<IResult> Change(string staffId, string change, HttpContext context)
    {
        WebParts parts = Parts(context);
        StaffMember? account = parts.Accounts.Find(staffId);
        string action = change switch { "close" => "account-close", "password" => "account-password", _ => "factor-off" };
        (string, string)? made = null;
        string? fault = account is null ? "そのアカウントは開いていません。" : null;
        if (account is not null)
        {
            try
            {
                switch (change)
                {
                    case "close":
                        parts.Accounts.Close(staffId);
                        break;
                    case "password":
                        string password = StaffAccounts.NewPassword();
                        parts.Accounts.Save(account, password);
                        made = (staffId, password);
                        break;
                    default:
                        fault = parts.Accounts.RemoveFactor(staffId) ? null : "二段階目の確認は登録されていません。";
                        break;
                }
            }
            catch (AccountRefusedException)
            {
                fault = "最後のアカウント管理者は閉じられません。先に別のアカウント管理者を作ってください。";
            }
        }

        await Note(context, action, fault is null, staffId).ConfigureAwait(false);
        return fault is null && made is null ? Results.Redirect("/accounts") : All(context, made, fault);
    }

    private static List<(string Code, string Name)> Districts(WebParts parts)
    {
        using WarehouseSession session = parts.Databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return [.. session.Query<District>("query/statistics_districts").Where(district => district.DistrictCode.Length > 0).Select(district => (district.DistrictCode, district.DistrictName))];
    }

    private sealed record District(string DistrictCode, string DistrictName);

    internal const string LockedWords = "続けて失敗したため、一時的にサインインを止めています。15分ほど待ってからやり直してください。";

    private static IResult FactorForm(HttpContext context, string staffId, string from, byte[] key, string action, StaffMember? member, string? fault) => WebServer.Page<FactorPage>(new
    {
        Member = member,
        Ticket = Half(context).Issue(staffId, from, key),
        Secret = Totp.Base32(key),
        Address = Totp.Address(Issuer, staffId, key),
        Action = action,
        Fault = fault,
    });

    private static IResult Again(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return WebServer.Page<SignInPage>(new { Message = Text(context, "時間が経ったため、最初からやり直してください。"), From = "/" });
    }

    private static Task Enter(HttpContext context, StaffMember member) => context.SignInAsync(
        Policies.Principal(member, CookieAuthenticationDefaults.AuthenticationScheme, Parts(context).Accounts.Stamp(member.StaffId)));

    private static Task Note(HttpContext context, string action, bool isAllowed, string about)
    {
        StaffMember member = context.User.Member()!;
        return Parts(context).Audit.Record(new AuditEntry(member.StaffId, member.RoleCode, action, isAllowed ? "allowed" : "refused", 0, "", about), context.RequestAborted);
    }

    private static string Text(HttpContext context, string japanese) => context.RequestServices.GetRequiredService<PageLanguage>().Text(japanese);

    private static HalfSignIns Half(HttpContext context) => context.RequestServices.GetRequiredService<HalfSignIns>();

    private static WebParts Parts(HttpContext context) => context.RequestServices.GetRequiredService<WebParts>();
}
