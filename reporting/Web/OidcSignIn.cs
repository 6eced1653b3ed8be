using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Web;

/// <summary>Sign-in by an identity provider: authorisation code with PKCE; who somebody is comes from there, what they may do from the account here.</summary>
internal static class OidcSignIn
{
    internal const string Scheme = "oidc";

    private const string Callback = "/sign-in/oidc/callback";

    private const string SignedOut = "/sign-out/oidc/callback";

    // Clocks of servers differ a little; a token is not good for longer than it says.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private static readonly string[] Signatures =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    internal static void Add(AuthenticationBuilder authentication, OidcOptions oidc, WebParts parts) => authentication.AddOpenIdConnect(Scheme, options =>
    {
        options.Authority = oidc.Authority;
        options.RequireHttpsMetadata = oidc.Authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        options.ClientId = oidc.ClientId;
        options.ClientSecret = oidc.ClientSecret.Length > 0 ? oidc.ClientSecret : null;
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.UsePkce = true;
        // The answer comes as a link that is followed, so that cookies need not be sent with forms of other sites.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.CallbackPath = Callback;
        options.SignedOutCallbackPath = SignedOut;
        options.SignedOutRedirectUri = "/sign-in";
        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = false;
        options.SaveTokens = false;
        options.ClaimActions.Remove("acr");
        options.Scope.Clear();
        foreach (string scope in oidc.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Prepend("openid").Distinct(StringComparer.Ordinal))
        {
            options.Scope.Add(scope);
        }

        foreach (CookieBuilder cookie in new[] { options.CorrelationCookie, options.NonceCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.HttpOnly = true;
            cookie.SecurePolicy = parts.RequireHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        }

        options.BackchannelTimeout = TimeSpan.FromSeconds(15);
        options.RemoteAuthenticationTimeout = TimeSpan.FromMinutes(15);
        // Browsers judge the cookies of the way out and back by the clock of the world.
        options.TimeProvider = TimeProvider.System;
        options.TokenValidationParameters.ValidAlgorithms = Signatures;
        options.TokenValidationParameters.ClockSkew = Skew;
        options.Events.OnRedirectToIdentityProvider = context =>
        {
            context.ProtocolMessage.AcrValues = oidc.AcrValues.Length > 0 ? oidc.AcrValues : null;
            return Task.CompletedTask;
        };
        options.Events.OnRedirectToIdentityProviderForSignOut = context =>
        {
            context.ProtocolMessage.ClientId = oidc.ClientId;
            return Task.CompletedTask;
        };
        // The framework takes an unsigned token from the token endpoint, as the standard allows; here every token is signed.
        options.Events.OnTokenValidated = context =>
        {
            if (context.SecurityToken is not { RawSignature.Length: > 0 } token || !Signatures.Contains(token.Header.Alg))
            {
                context.Fail(new SecurityTokenInvalidSignatureException("the token is not signed"));
            }

            return Task.CompletedTask;
        };
        options.Events.OnTicketReceived = context => Receive(context, oidc, parts);
        options.Events.OnRemoteFailure = context => Refuse(context, parts);
    });

    internal static void Map(WebApplication app)
    {
        // A link and no form: what a form leads to may not be another site.
        app.MapGet("/sign-in/oidc", (string? from) => Results.Challenge(new AuthenticationProperties { RedirectUri = WebServer.Local(from) }, [Scheme])).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/sign-out/oidc", async (HttpContext context, Microsoft.Extensions.Options.IOptionsMonitor<OpenIdConnectOptions> options) =>
        {
            OpenIdConnectConfiguration provider = await options.Get(Scheme).ConfigurationManager!.GetConfigurationAsync(context.RequestAborted).ConfigureAwait(false);
            return string.IsNullOrEmpty(provider.EndSessionEndpoint) ? Results.Redirect("/sign-in") : Results.SignOut(new AuthenticationProperties { RedirectUri = "/sign-in" }, [Scheme]);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    // The token is good: whose account is it, and is more asked for?
    private static async Task Receive(TicketReceivedContext context, OidcOptions oidc, WebParts parts)
    {
        context.HandleResponse();
        HttpContext http = context.HttpContext;
        string[] names = [.. (context.Principal?.FindAll(oidc.AccountClaim) ?? []).Select(claim => claim.Value)];
        string staffId = names.Length == 1 ? names[0] : "";
        bool hasProof = Proves(context.Principal, oidc);
        (SignInOutcome outcome, StaffMember? member) = parts.Accounts.Vouched(staffId, hasProof);
        string said = outcome switch { SignInOutcome.SignedIn => "allowed", SignInOutcome.CodeNeeded or SignInOutcome.FactorMissing => "half", _ => "refused" };
        string why = names.Length switch { 0 => "no claim", 1 => outcome == SignInOutcome.Locked ? "locked" : member is null ? "no account" : hasProof ? "second factor by the provider" : "", _ => "several accounts" };
        await parts.Audit.Record(new AuditEntry(staffId, member?.RoleCode ?? "", "sign-in-oidc", said, 0, "", why), http.RequestAborted).ConfigureAwait(false);
        await AccountEndpoints.Answer(http, outcome, member, WebServer.Local(context.ReturnUri), outcome switch
        {
            SignInOutcome.Locked => AccountEndpoints.LockedWords,
            SignInOutcome.Refused when names.Length == 1 => "認証はできましたが、この利用者のアカウントがここにありません。アカウント管理者に登録を依頼してください。",
            SignInOutcome.Refused => "認証の結果に職員を特定する項目がありません。管理者に設定を確かめてもらってください。",
            _ => null,
        }).ConfigureAwait(false);
    }

    // Nothing of the reason is shown: it is in the log for whoever keeps the service.
    private static async Task Refuse(RemoteFailureContext context, WebParts parts)
    {
        context.HandleResponse();
        HttpContext http = context.HttpContext;
        bool isDenied = context.Request.Query["error"].ToString() == "access_denied";
        await parts.Audit.Record(new AuditEntry("", "", "sign-in-oidc", "refused", 0, "", isDenied ? "denied at the provider" : Reason(context.Failure)), http.RequestAborted).ConfigureAwait(false);
        await AccountEndpoints.Answer(http, SignInOutcome.Refused, null, "/", isDenied
            ? "認証が取りやめられました。"
            : "認証の結果を確かめられなかったため、サインインできません。最初からやり直してください。続くときは管理者に連絡してください。").ConfigureAwait(false);
    }

    private static string Reason(Exception? failure) => failure switch
    {
        null => "unknown",
        SecurityTokenException => failure.GetType().Name,
        { InnerException: SecurityTokenException inner } => inner.GetType().Name,
        _ => failure.GetType().Name is "AuthenticationFailureException" ? failure.Message : failure.GetType().Name,
    };

    // amr is an array or one text, acr one text.
    private static bool Proves(ClaimsPrincipal? principal, OidcOptions oidc) => oidc.Proofs is { Length: > 0 } proofs
        && (principal?.Claims ?? []).Where(claim => claim.Type is "amr" or "acr").SelectMany(claim => Values(claim.Value)).Any(value => proofs.Contains(value, StringComparer.Ordinal));

    private static IEnumerable<string> Values(string value) => value.StartsWith('[') ? JsonSerializer.Deserialize<string[]>(value) ?? [] : [value];
}

/// <summary>Looks at an identity provider before the service starts.</summary>
internal static class OidcProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Returns what is wrong with the provider, and whether that cannot pass by itself; null where it can be used.</summary>
    internal static async Task<(string Fault, bool IsFinal)?> Look(OidcOptions oidc, CancellationToken stop)
    {
        string address = oidc.Authority.TrimEnd('/') + "/.well-known/openid-configuration";
        using HttpClient client = new() { Timeout = Patience };
        string text;
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(address), stop).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
            {
                return ($"Oidc:Authority: {address} answers with {((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture)}; expected the description of a provider. Correct the address", (int)answer.StatusCode is >= 400 and < 500);
            }

            text = await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is TaskCanceledException && !stop.IsCancellationRequested))
        {
            return ($"the identity provider does not answer at {address} ({fault.Message}); nobody can sign in by it until it does", false);
        }

        OpenIdConnectConfiguration provider;
        try
        {
            provider = OpenIdConnectConfiguration.Create(text);
        }
        catch (Exception fault) when (fault is ArgumentException or JsonException or InvalidOperationException)
        {
            return ($"Oidc:Authority: {address} gives no description of a provider. Correct the address", true);
        }

        return provider.Issuer != oidc.Authority.TrimEnd('/') && provider.Issuer != oidc.Authority ? ($"Oidc:Authority is '{oidc.Authority}', but the provider calls itself '{provider.Issuer}'. Set the issuer as the provider writes it", true)
            : string.IsNullOrEmpty(provider.AuthorizationEndpoint) || string.IsNullOrEmpty(provider.TokenEndpoint) || string.IsNullOrEmpty(provider.JwksUri)
                ? ($"{address} names no endpoint for sign-in, tokens or keys; expected all three. Choose a provider with the authorisation code flow", true)
            : provider.ResponseTypesSupported.Count > 0 && !provider.ResponseTypesSupported.Contains("code") ? ($"{address} does not offer the authorisation code flow (response type 'code')", true)
            : null;
    }
}
