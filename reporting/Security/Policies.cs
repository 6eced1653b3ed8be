using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Warehouse.Reporting.Security;

/// <summary>Who may call what: an endpoint that names no policy serves nobody.</summary>
public static class Policies
{
    /// <summary>Everybody who is signed in.</summary>
    public const string Staff = "staff";

    /// <summary>Caseworkers.</summary>
    public const string Casework = "casework";

    /// <summary>Stewards and analysts: drafting and checking releases of statistics.</summary>
    public const string Statistics = "statistics";

    /// <summary>Stewards: approving, withdrawing and handing out releases of statistics.</summary>
    public const string Approval = "approval";

    /// <summary>Stewards, analysts and auditors: the register of releases, drafts among them.</summary>
    public const string Register = "register";

    /// <summary>Policymakers and whoever sees the register: public releases of statistics.</summary>
    public const string Released = "released";

    /// <summary>Stewards and auditors.</summary>
    public const string Oversight = "oversight";

    /// <summary>Stewards, and source departments for what is theirs.</summary>
    public const string Sources = "sources";

    /// <summary>Those who decide which records are one person.</summary>
    public const string Linkage = "linkage";

    /// <summary>Those who make and close accounts.</summary>
    public const string Accounts = "accounts";

    /// <summary>Source departments, for the rows that they sent.</summary>
    public const string Corrections = "corrections";

    /// <summary>The claim that changes with the password.</summary>
    public const string StampClaim = "stamp";

    /// <summary>The claim that holds the remit.</summary>
    public const string RemitClaim = "remit";

    /// <summary>Adds the policies and the rule for endpoints without one.</summary>
    public static void Configure(AuthorizationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AddPolicy(Staff, policy => policy.RequireAuthenticatedUser());
        options.AddPolicy(Casework, policy => policy.RequireRole(Roles.Caseworker));
        options.AddPolicy(Statistics, policy => policy.RequireRole(Roles.Steward, Roles.Analyst));
        options.AddPolicy(Approval, policy => policy.RequireRole(Roles.Steward));
        options.AddPolicy(Register, policy => policy.RequireRole(Roles.Steward, Roles.Analyst, Roles.Auditor));
        options.AddPolicy(Released, policy => policy.RequireRole(Roles.Steward, Roles.Analyst, Roles.Auditor, Roles.Policymaker));
        options.AddPolicy(Oversight, policy => policy.RequireRole(Roles.Steward, Roles.Auditor));
        options.AddPolicy(Linkage, policy => policy.RequireRole(Roles.Linkage));
        options.AddPolicy(Accounts, policy => policy.RequireRole(Roles.Administrator));
        options.AddPolicy(Corrections, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.Member() is { } member && Roles.SystemOf(member.RoleCode) is not null));
        options.AddPolicy(Sources, policy => policy.RequireAuthenticatedUser().RequireAssertion(context =>
            context.User.Member() is { } member && (member.RoleCode == Roles.Steward || Roles.SystemOf(member.RoleCode) is not null)));
        options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(_ => false).Build();

        // A path that leads nowhere is "not found" for staff; an endpoint that somebody forgot to protect is closed.
        options.FallbackPolicy = new AuthorizationPolicyBuilder()
            .RequireAuthenticatedUser()
            .RequireAssertion(context => context.Resource is HttpContext http && http.GetEndpoint() is null)
            .Build();
    }

    /// <summary>Returns who is signed in, or null.</summary>
    public static StaffMember? Member(this ClaimsPrincipal user) =>
        user?.Identity is { IsAuthenticated: true, Name: { } id }
            ? new StaffMember(id, user.FindFirstValue(ClaimTypes.GivenName) ?? id, user.FindFirstValue(ClaimTypes.Role) ?? "", user.FindFirstValue(RemitClaim) ?? "")
            : null;

    /// <summary>Returns the identity of a member for a cookie.</summary>
    public static ClaimsPrincipal Principal(StaffMember member, string scheme, string stamp)
    {
        ArgumentNullException.ThrowIfNull(member);
        return new ClaimsPrincipal(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, member.StaffId),
                new Claim(ClaimTypes.GivenName, member.DisplayName),
                new Claim(ClaimTypes.Role, member.RoleCode),
                new Claim(RemitClaim, member.RemitCode),
                new Claim(StampClaim, stamp),
            ],
            scheme));
    }
}

/// <summary>Writes every refusal to the access log before the answer goes out.</summary>
public sealed class RefusalRecorder(AuditTrail audit) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _next = new();

    /// <inheritdoc/>
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Forbidden && context.User.Member() is { } member)
        {
            string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
            _ = long.TryParse(context.GetRouteValue("childKey") as string, out long childKey);
            AuditEntry entry = new(member.StaffId, member.RoleCode, "refusal", "refused", childKey, "", context.Request.Method + " " + route);
            await audit.Record(entry, context.RequestAborted).ConfigureAwait(false);
        }

        await _next.HandleAsync(next, context, policy, authorizeResult).ConfigureAwait(false);
    }
}
