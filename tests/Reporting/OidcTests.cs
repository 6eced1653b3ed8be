using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Warehouse.Reporting.Host;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Web;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>Sign-in by an identity provider over real HTTP: who gets in, with what rights, and which answers of a provider open nothing.</summary>
public sealed class OidcTests : IAsyncLifetime
{
    private IdentityProvider _provider = null!;

    public async ValueTask InitializeAsync() => _provider = await IdentityProvider.Start();

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Fact]
    public async Task Whoever_the_provider_vouches_for_has_the_rights_of_the_account_here()
    {
        await using DeskHost host = await Host();
        using HttpClient client = host.Client();
        string form = await DeskHost.Text(client, "/sign-in?from=/conferences");
        // What the provider says of roles means nothing here.
        _provider.Claims = new() { ["preferred_username"] = "caseworker", ["role"] = "steward", ["roles"] = new JsonArray("steward"), ["remit"] = "city" };

        using HttpResponseMessage back = await SignIn(client, "/conferences");
        string moving = await back.Content.ReadAsStringAsync();

        Assert.Contains("href=\"/sign-in/oidc?from=%2Fconferences\"", form, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.Equal("0; url=/conferences", back.Headers.GetValues("Refresh").Single());
        Assert.Contains("href=\"/conferences\"", moving, StringComparison.Ordinal);
        Assert.Equal(("code", "S256", "openid profile", "query"), (_provider.Asked!["response_type"].ToString(), _provider.Asked["code_challenge_method"].ToString(), _provider.Asked["scope"].ToString(), Mode()));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/conferences")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/statistics")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/children/102?purpose=support")).StatusCode);
        Assert.Equal(1, host.Count("audit.access_log", "staff_id = 'caseworker' AND role_code = 'caseworker' AND action_code = 'sign-in-oidc' AND outcome_code = 'allowed'"));
        string session = back.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("warehouse=", StringComparison.Ordinal));
        Assert.Contains("samesite=strict", session, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", session, StringComparison.OrdinalIgnoreCase);

        // The way out names the provider, and the session is over.
        using HttpResponseMessage left = await DeskHost.Post(client, "/conferences", "/sign-out", []);
        using HttpResponseMessage away = await client.GetAsync("/sign-out/oidc");
        Assert.Contains("href=\"/sign-out/oidc\"", await left.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.StartsWith(_provider.Issuer + "/logout?", away.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Contains("client_id=warehouse", away.Headers.Location.Query, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/conferences")).StatusCode);

        string Mode() => _provider.Asked!["response_mode"] is { Count: > 0 } mode ? mode.ToString() : "query";
    }

    [Fact]
    public async Task Whoever_has_no_account_here_gets_a_clear_answer_and_a_row_in_the_log()
    {
        await using DeskHost host = await Host();
        foreach ((JsonObject claims, string words, string why) in new[]
        {
            (new JsonObject { ["preferred_username"] = "stranger" }, "アカウントがここにありません", "no account"),
            (new JsonObject { ["preferred_username"] = "CASEWORKER" }, "アカウントがここにありません", "no account"),
            (new JsonObject { ["name"] = "x" }, "職員を特定する項目がありません", "no claim"),
            (new JsonObject { ["preferred_username"] = new JsonArray("caseworker", "steward") }, "職員を特定する項目がありません", "several accounts"),
        })
        {
            using HttpClient client = host.Client();
            _provider.Claims = claims;
            using HttpResponseMessage back = await SignIn(client);
            Assert.Equal(HttpStatusCode.Unauthorized, back.StatusCode);
            Assert.Contains(words, await back.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/worklist")).StatusCode);
            Assert.True(host.Count("audit.access_log", $"action_code = 'sign-in-oidc' AND outcome_code = 'refused' AND object_id = '{why}'") >= 1, why);
        }

        Assert.True(new StaffAccounts(host.Fixture.Databases, host.Time).Close("western"));
        using HttpClient gone = host.Client();
        _provider.Claims = new() { ["preferred_username"] = "western" };
        using HttpResponseMessage closed = await SignIn(gone);
        Assert.Equal(HttpStatusCode.Unauthorized, closed.StatusCode);
    }

    public static TheoryData<string> Spoiled { get; } = ["signature", "algorithm none", "algorithm by secret", "nonce", "no nonce", "issuer", "audience", "expired", "not yet", "no key"];

    [Theory]
    [MemberData(nameof(Spoiled))]
    public async Task A_token_with_one_thing_wrong_opens_nothing(string what)
    {
        await using DeskHost host = await Host();
        using HttpClient client = host.Client();
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        switch (what)
        {
            case "signature":
                _provider.SignsWithForeignKey = true;
                break;
            case "algorithm none":
                _provider.Algorithm = "none";
                break;
            case "algorithm by secret":
                _provider.Algorithm = "HS256";
                break;
            default:
                _provider.Spoil = token => _ = what switch
                {
                    "nonce" => token["nonce"] = "another",
                    "no nonce" => token.Remove("nonce") ? null : null,
                    "issuer" => token["iss"] = "http://127.0.0.1:1",
                    "audience" => token["aud"] = "another-service",
                    "expired" => token["exp"] = now - 120,
                    "not yet" => token["nbf"] = now + 600,
                    _ => token.Remove("exp") ? null : null,
                };
                break;
        }

        using HttpResponseMessage back = await SignIn(client);

        Assert.Equal(HttpStatusCode.Unauthorized, back.StatusCode);
        string page = await back.Content.ReadAsStringAsync();
        Assert.Contains("認証の結果を確かめられなかった", page, StringComparison.Ordinal);
        Assert.DoesNotContain("IDX", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/worklist")).StatusCode);
        Assert.Equal(1, host.Count("audit.access_log", "action_code = 'sign-in-oidc' AND outcome_code = 'refused' AND object_id <> ''"));
    }

    [Fact]
    public async Task An_answer_that_was_used_that_belongs_to_another_browser_or_that_nobody_asked_for_opens_nothing()
    {
        await using DeskHost host = await Host();
        using HttpClient client = host.Client();
        Uri answer = await Answer(client, "/");
        using HttpClient thief = host.Client();
        using HttpResponseMessage stolen = await thief.GetAsync(answer);
        using HttpResponseMessage first = await client.GetAsync(answer);
        using HttpResponseMessage replayed = await client.GetAsync(answer);
        using HttpResponseMessage unasked = await thief.GetAsync("/sign-in/oidc/callback?code=x&state=y");
        // A code that the provider has taken already comes with a state of the browser's own.
        using HttpClient other = host.Client();
        Uri fresh = await Answer(other, "/");
        string used = System.Web.HttpUtility.ParseQueryString(answer.Query)["code"]!;
        string own = System.Web.HttpUtility.ParseQueryString(fresh.Query)["state"]!;
        using HttpResponseMessage mixed = await other.GetAsync($"/sign-in/oidc/callback?code={used}&state={Uri.EscapeDataString(own)}");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.All([stolen, replayed, unasked, mixed], response => Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode));
        Assert.Equal(["invalid_grant"], _provider.Refused);
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.GetAsync("/worklist")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/worklist")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/worklist")).StatusCode);
    }

    [Fact]
    public async Task A_code_of_another_sign_in_fails_by_its_proof_even_where_the_provider_takes_codes_twice()
    {
        _provider.TakesCodesTwice = true;
        await using DeskHost host = await Host();
        using HttpClient victim = host.Client();
        string code = System.Web.HttpUtility.ParseQueryString((await Answer(victim, "/")).Query)["code"]!;
        using HttpClient thief = host.Client();
        string own = System.Web.HttpUtility.ParseQueryString((await Answer(thief, "/")).Query)["state"]!;

        using HttpResponseMessage injected = await thief.GetAsync($"/sign-in/oidc/callback?code={code}&state={Uri.EscapeDataString(own)}");

        Assert.Equal(HttpStatusCode.Unauthorized, injected.StatusCode);
        Assert.Equal(["invalid_grant"], _provider.Refused);
    }

    [Theory]
    [InlineData("", "[\"mfa\"]", false)]
    [InlineData("mfa, loa3", "[\"pwd\"]", false)]
    [InlineData("mfa, loa3", "[\"pwd\", \"mfa\"]", true)]
    [InlineData("mfa, loa3", "\"loa3\"", true)]
    public async Task Whoever_needs_a_second_factor_is_asked_for_it_unless_the_provider_proves_one(string proofs, string said, bool isEnough)
    {
        await using DeskHost host = await Host(oidc => oidc.SecondFactorProof = proofs, roles: [Roles.Caseworker]);
        using HttpClient client = host.Client();
        JsonNode value = JsonNode.Parse(said)!;
        _provider.Claims = new() { ["preferred_username"] = "caseworker", [value is JsonArray ? "amr" : "acr"] = value };

        using HttpResponseMessage back = await SignIn(client);
        string page = await back.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.Equal(isEnough, back.Headers.Contains("Refresh"));
        Assert.Equal(isEnough ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await client.GetAsync("/worklist")).StatusCode);
        Assert.Equal(!isEnough, page.Contains("action=\"/sign-in/factor\"", StringComparison.Ordinal));
        if (!isEnough)
        {
            // The account has a factor from now on: the next sign-in asks for its code, and the code opens.
            byte[] key = Totp.NewKey();
            new StaffAccounts(host.Fixture.Databases, host.Time, DeskHost.Keys).Enrol("caseworker", key);
            using HttpResponseMessage again = await SignIn(client);
            Dictionary<string, string> form = DeskHost.Hidden(WebUtility.HtmlDecode(await again.Content.ReadAsStringAsync()), "/sign-in/code");
            form["code"] = Totp.Code(key, Totp.StepOf(host.Time.GetUtcNow().UtcDateTime));
            using HttpResponseMessage opened = await client.PostAsync("/sign-in/code", new FormUrlEncodedContent(form));
            Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/worklist")).StatusCode);
        }
    }

    [Fact]
    public async Task Where_only_the_provider_may_sign_in_passwords_open_nothing()
    {
        await using DeskHost host = await Host(oidc => oidc.Only = true);
        using HttpClient client = host.Client();
        string page = await DeskHost.Text(client, "/sign-in");
        Assert.DoesNotContain("name=\"password\"", page, StringComparison.Ordinal);

        // Another form has a token too; the password is right.
        using HttpClient seen = host.Client();
        using HttpResponseMessage entered = await SignIn(seen);
        Dictionary<string, string> token = DeskHost.Hidden(await DeskHost.Text(seen, "/worklist"), "/sign-out");
        using HttpResponseMessage tried = await seen.PostAsync("/sign-in", new FormUrlEncodedContent(token.Concat([new("staff_id", "steward"), new("password", "steward")])));

        Assert.Equal(HttpStatusCode.Unauthorized, tried.StatusCode);
        Assert.Contains("止められています", await tried.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, host.Count("audit.access_log", "staff_id = 'steward' AND action_code = 'sign-in' AND outcome_code = 'refused'"));
    }

    [Theory]
    [InlineData("//evil.example/", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("/worklist?judged=no", "/worklist?judged=no")]
    public async Task The_way_back_leads_to_a_page_of_this_service_only(string from, string expected)
    {
        await using DeskHost host = await Host();
        using HttpClient client = host.Client();

        using HttpResponseMessage back = await SignIn(client, from);

        Assert.Equal("0; url=" + expected, back.Headers.GetValues("Refresh").Single());
    }

    [Theory]
    [InlineData("Oidc:Authority", "http://login.example.lg.jp", "https address")]
    [InlineData("Oidc:Authority", "login", "https address")]
    [InlineData("Oidc:Authority", "", "Oidc:Authority is empty")]
    [InlineData("Oidc:ClientId", "", "Oidc:ClientId is empty")]
    [InlineData("Oidc:AccountClaim", "a b", "Oidc:AccountClaim")]
    [InlineData("Oidc:Secret", "x", "Oidc:Secret is not a setting")]
    public void A_wrong_setting_is_told_at_start(string key, string value, string expected)
    {
        Dictionary<string, string?> settings = new(StringComparer.Ordinal) { ["Oidc:Authority"] = "https://login.example.lg.jp", ["Oidc:ClientId"] = "warehouse", [key] = value };

        UsageException fault = Assert.Throws<UsageException>(() => HostOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("issuer", "http://127.0.0.1:1", true, "calls itself 'http://127.0.0.1:1'")]
    [InlineData("token_endpoint", "", true, "no endpoint for sign-in, tokens or keys")]
    [InlineData("response_types_supported", "id_token", true, "authorisation code flow")]
    public async Task A_provider_that_cannot_be_used_is_told_at_start(string field, string value, bool isFinal, string expected)
    {
        OidcOptions oidc = new() { Authority = _provider.Issuer, ClientId = IdentityProvider.ClientId };
        Assert.Null(await OidcProbe.Look(oidc, TestContext.Current.CancellationToken));
        _provider.Describe = description => description[field] = field == "response_types_supported" ? new JsonArray(value) : value;

        (string fault, bool final) = (await OidcProbe.Look(oidc, TestContext.Current.CancellationToken))!.Value;

        Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.Equal(isFinal, final);
        (fault, final) = (await OidcProbe.Look(new OidcOptions { Authority = _provider.Issuer + "/elsewhere", ClientId = "x" }, TestContext.Current.CancellationToken))!.Value;
        Assert.True(final && fault.Contains("answers with 404", StringComparison.Ordinal), fault);
        (fault, final) = (await OidcProbe.Look(new OidcOptions { Authority = "http://127.0.0.1:1", ClientId = "x" }, TestContext.Current.CancellationToken))!.Value;
        Assert.True(!final && fault.Contains("does not answer", StringComparison.Ordinal), fault);
    }

    [Theory]
    [InlineData("Oidc:ClientSecret", "WAREHOUSE__OIDC__CLIENTSECRET")]
    [InlineData("Warehouse:Secret", "WAREHOUSE__SECRET")]
    public void A_secret_in_a_file_is_a_fault_and_in_the_environment_it_is_taken(string key, string variable)
    {
        Dictionary<string, string?> settings = new(StringComparer.Ordinal) { ["Oidc:Authority"] = "https://login.example.lg.jp", ["Oidc:ClientId"] = "warehouse" };
        string secret = new('s', 40);

        HostOptions options = HostOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings), HostOptions.FromEnvironment(new Dictionary<string, string> { [variable] = secret }));
        settings[key] = secret;
        UsageException fault = Assert.Throws<UsageException>(() => HostOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings), []));

        Assert.Contains(secret, new[] { options.Oidc.ClientSecret, options.Warehouse.Secret });
        Assert.Contains($"{key} stands in a file", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, fault.Message, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SignIn(HttpClient client, string from = "/") => await client.GetAsync(await Answer(client, from));

    // Goes to the provider as a browser does and returns where it sends it back to.
    private static async Task<Uri> Answer(HttpClient client, string from)
    {
        using HttpResponseMessage away = await client.GetAsync("/sign-in/oidc?from=" + Uri.EscapeDataString(from));
        Assert.Equal(HttpStatusCode.Redirect, away.StatusCode);
        using HttpResponseMessage answer = await client.GetAsync(away.Headers.Location);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!;
    }

    private Task<DeskHost> Host(Action<OidcOptions>? change = null, string[]? roles = null)
    {
        OidcOptions oidc = new() { Authority = _provider.Issuer, ClientId = IdentityProvider.ClientId, ClientSecret = IdentityProvider.ClientSecret };
        change?.Invoke(oidc);
        return DeskHost.Start(change: parts => parts with
        {
            Oidc = oidc,
            Accounts = roles is null ? parts.Accounts : new StaffAccounts(parts.Databases, parts.Time, DeskHost.Keys, roles),
        });
    }
}
