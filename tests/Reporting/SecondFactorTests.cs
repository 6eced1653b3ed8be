using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Web;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>The second factor: the vectors of RFC 6238, what a code opens and how often, lock-out, recovery, storage.</summary>
public sealed class SecondFactorTests
{
    // RFC 6238, appendix B.
    [Theory]
    [InlineData(59L, "94287082", "46119246", "90693936")]
    [InlineData(1111111109L, "07081804", "68084774", "25091201")]
    [InlineData(1111111111L, "14050471", "67062674", "99943326")]
    [InlineData(1234567890L, "89005924", "91819424", "93441116")]
    [InlineData(2000000000L, "69279037", "90698825", "38618901")]
    [InlineData(20000000000L, "65353130", "77737706", "47863826")]
    public void Codes_are_those_of_the_standard(long seconds, string sha1, string sha256, string sha512)
    {
        long step = Totp.StepOf(DateTime.UnixEpoch.AddSeconds(seconds));

        Assert.Equal(sha1, Totp.Code("12345678901234567890"u8, step, 8, HashAlgorithmName.SHA1));
        Assert.Equal(sha256, Totp.Code("12345678901234567890123456789012"u8, step, 8, HashAlgorithmName.SHA256));
        Assert.Equal(sha512, Totp.Code("1234567890123456789012345678901234567890123456789012345678901234"u8, step, 8, HashAlgorithmName.SHA512));
    }

    // RFC 4648, section 10.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base_32_is_that_of_the_standard(string text, string expected) => Assert.Equal(expected, Totp.Base32(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void An_address_names_service_account_and_secret()
    {
        Assert.Equal("otpauth://totp/Ware%20house:s%3A1?secret=MZXW6&issuer=Ware%20house&algorithm=SHA1&digits=6&period=30", Totp.Address("Ware house", "s:1", "foo"u8));
    }

    [Fact]
    public void A_code_opens_once_and_only_near_its_time_and_wrong_ones_lock_with_wrong_passwords()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        ManualTime time = new(new DateTimeOffset(2025, 4, 10, 1, 0, 0, TimeSpan.Zero));
        StaffAccounts accounts = new(fixture.Databases, time, DeskHost.Keys);
        accounts.Save(new StaffMember("s1", "架空 職員", Roles.Steward, ""), "pass");
        byte[] key = Totp.NewKey();
        accounts.Enrol("s1", key);

        Assert.Equal(SignInOutcome.CodeNeeded, accounts.SignIn("s1", "pass").Outcome);
        Assert.Equal(SignInOutcome.SignedIn, Check(0));
        Assert.Equal(SignInOutcome.Refused, Check(0));
        Assert.Equal(SignInOutcome.Refused, Check(-1));
        Assert.Equal(SignInOutcome.SignedIn, Check(1));
        time.Add(TimeSpan.FromMinutes(5));
        Assert.Equal(SignInOutcome.Refused, Check(-2));
        Assert.Equal(SignInOutcome.Refused, Check(2));
        Assert.Equal(SignInOutcome.SignedIn, Check(-1));
        Assert.Equal(SignInOutcome.SignedIn, Check(0));

        // Three wrong codes and two wrong passwords make five; a right password between them forgives nothing.
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(SignInOutcome.Refused, accounts.CheckCode("s1", "abcdef").Outcome);
            Assert.Equal(SignInOutcome.CodeNeeded, accounts.SignIn("s1", "pass").Outcome);
        }

        Assert.Equal(SignInOutcome.Refused, accounts.SignIn("s1", "wrong").Outcome);
        Assert.Equal(SignInOutcome.Locked, accounts.SignIn("s1", "wrong").Outcome);
        time.Add(TimeSpan.FromMinutes(1));
        Assert.Equal(SignInOutcome.Locked, Check(0));
        Assert.Equal(SignInOutcome.Locked, accounts.SignIn("s1", "pass").Outcome);
        time.Add(StaffAccounts.LockTime);
        Assert.Equal(SignInOutcome.SignedIn, Check(0));

        SignInOutcome Check(int steps) => accounts.CheckCode("s1", Totp.Code(key, Totp.StepOf(time.GetUtcNow().UtcDateTime) + steps)).Outcome;
    }

    [Fact]
    public async Task Of_many_who_send_one_code_at_once_one_gets_in()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        ManualTime time = new(new DateTimeOffset(2025, 4, 10, 1, 0, 0, TimeSpan.Zero));
        byte[] key = Totp.NewKey();
        // Two services over one database, as two processes on a server are.
        StaffAccounts[] services = [new(fixture.Databases, time, DeskHost.Keys), new(fixture.Databases, time, DeskHost.Keys)];
        services[0].Save(new StaffMember("s1", "架空 職員", Roles.Steward, ""), "pass");
        services[0].Enrol("s1", key);
        string code = Totp.Code(key, Totp.StepOf(time.GetUtcNow().UtcDateTime));

        SignInOutcome[] outcomes = await Task.WhenAll(services.Concat(services).Select(service => Task.Run(() => service.CheckCode("s1", code).Outcome)));

        Assert.Single(outcomes, SignInOutcome.SignedIn);
    }

    [Fact]
    public void A_recovery_code_opens_once_and_neither_it_nor_the_secret_is_in_the_database()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        ManualTime time = new(new DateTimeOffset(2025, 4, 10, 1, 0, 0, TimeSpan.Zero));
        StaffAccounts accounts = new(fixture.Databases, time, DeskHost.Keys);
        accounts.Save(new StaffMember("s1", "架空 職員", Roles.Steward, ""), "pass");
        accounts.Save(new StaffMember("s2", "架空 職員", Roles.Steward, ""), "pass");
        byte[] key = Totp.NewKey();
        IReadOnlyList<string> codes = accounts.Enrol("s1", key);
        accounts.Enrol("s2", Totp.NewKey());

        Assert.Equal(10, codes.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(SignInOutcome.Refused, accounts.CheckCode("s2", codes[0]).Outcome);
        Assert.Equal(SignInOutcome.SignedIn, accounts.CheckCode("s1", codes[0].ToUpperInvariant().Replace('-', ' ')).Outcome);
        Assert.Equal(SignInOutcome.Refused, accounts.CheckCode("s1", codes[0]).Outcome);
        Assert.Equal(9, accounts.RecoveryLeft("s1"));
        using (WarehouseSession session = fixture.Identity(SessionRole.Migrator))
        {
            string stored = string.Concat(session.QueryText<string>("SELECT CONCAT(secret_box, ' ') FROM casework.staff_factor")) + string.Concat(session.QueryText<string>("SELECT code_hash FROM casework.staff_recovery"));
            Assert.DoesNotContain(Totp.Base32(key), stored, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(key), stored, StringComparison.Ordinal);
            Assert.All(codes, code => Assert.DoesNotContain(code.Replace("-", "", StringComparison.Ordinal), stored, StringComparison.Ordinal));
            // A box that was put in another account's row opens nothing.
            session.ExecuteText("UPDATE casework.staff_factor SET secret_box = (SELECT MAX(f.secret_box) FROM casework.staff_factor AS f WHERE f.staff_id = 's1') WHERE staff_id = 's2'");
        }

        Assert.Throws<AuthenticationTagMismatchException>(() => accounts.CheckCode("s2", Totp.Code(key, Totp.StepOf(time.GetUtcNow().UtcDateTime))));
        Assert.Throws<AuthenticationTagMismatchException>(() => new StaffAccounts(fixture.Databases, time, new FactorKeys("another secret"u8.ToArray())).CheckCode("s1", "123456"));
        Assert.True(accounts.RemoveFactor("s1"));
        Assert.Equal(SignInOutcome.SignedIn, accounts.SignIn("s1", "pass").Outcome);
        Assert.Equal(0, accounts.RecoveryLeft("s1"));
    }

    [Fact]
    public async Task A_role_that_needs_a_factor_sets_it_up_at_its_first_sign_in_and_uses_it_ever_after()
    {
        await using DeskHost host = await DeskHost.Start(change: parts => parts with { Accounts = new StaffAccounts(parts.Databases, parts.Time, DeskHost.Keys, ["caseworker", "source"]) });
        using HttpClient other = await host.SignedIn("steward");
        using HttpClient client = host.Client();
        using HttpResponseMessage half = await Password(client);
        string page = WebUtility.HtmlDecode(await half.Content.ReadAsStringAsync());
        string secret = Regex.Match(page, "<code class=\"secret\">([A-Z2-7 ]+)</code>").Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/worklist")).StatusCode);
        Assert.Equal(32, secret.Length);
        Assert.Contains("otpauth://totp/Warehouse:caseworker?secret=" + secret, page, StringComparison.Ordinal);
        byte[] key = FromBase32(secret);

        using HttpResponseMessage wrong = await Send(client, page, "/sign-in/factor", "000000");
        using HttpResponseMessage done = await Send(client, page, "/sign-in/factor", Code(host, key));
        string recovery = await done.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        string[] codes = [.. Regex.Matches(recovery, "<code>([a-z0-9-]{11})</code>").Select(match => match.Groups[1].Value)];
        Assert.Equal(10, codes.Length);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/worklist")).StatusCode);

        // The form of the first sign-in, sent again, makes no second factor; its code opens nothing.
        using HttpClient thief = host.Client();
        string start = await DeskHost.Text(thief, "/sign-in");
        using HttpResponseMessage stolen = await Send(thief, page, "/sign-in/factor", Code(host, key), DeskHost.Hidden(start, "/sign-in")["__RequestVerificationToken"]);
        Assert.Equal(HttpStatusCode.BadRequest, stolen.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.GetAsync("/worklist")).StatusCode);

        using HttpClient next = host.Client();
        using HttpResponseMessage asked = await Password(next);
        string codePage = WebUtility.HtmlDecode(await asked.Content.ReadAsStringAsync());
        using HttpResponseMessage replayed = await Send(next, codePage, "/sign-in/code", Code(host, key));
        host.Time.Add(TimeSpan.FromSeconds(30));
        using HttpResponseMessage let = await Send(next, codePage, "/sign-in/code", Code(host, key));
        Assert.Equal(HttpStatusCode.Unauthorized, replayed.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, let.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await next.GetAsync("/worklist")).StatusCode);

        using HttpClient lost = host.Client();
        using HttpResponseMessage third = await Password(lost);
        string thirdPage = WebUtility.HtmlDecode(await third.Content.ReadAsStringAsync());
        host.Time.Add(HalfSignIns.Lifetime + TimeSpan.FromSeconds(1));
        using HttpResponseMessage tooLate = await Send(lost, thirdPage, "/sign-in/code", codes[0]);
        using HttpResponseMessage fourth = await Password(lost);
        using HttpResponseMessage recovered = await Send(lost, WebUtility.HtmlDecode(await fourth.Content.ReadAsStringAsync()), "/sign-in/code", codes[0]);
        Assert.Equal(HttpStatusCode.BadRequest, tooLate.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, recovered.StatusCode);
        Assert.Equal(1, host.Count("audit.access_log", "staff_id = 'caseworker' AND action_code = 'factor-enrol' AND outcome_code = 'allowed'"));
        Assert.Equal(2, host.Count("audit.access_log", "staff_id = 'caseworker' AND action_code = 'sign-in-code' AND outcome_code = 'allowed'"));
        Assert.Equal(1, host.Count("audit.access_log", "staff_id = 'caseworker' AND action_code = 'sign-in-code' AND outcome_code = 'refused'"));

        static Task<HttpResponseMessage> Password(HttpClient browser) =>
            DeskHost.Post(browser, "/sign-in", "/sign-in", new() { ["staff_id"] = "caseworker", ["password"] = "caseworker", ["from"] = "/worklist" });
    }

    [Fact]
    public async Task Whoever_is_signed_in_sets_up_a_factor_with_the_password_and_changes_the_password()
    {
        await using DeskHost host = await DeskHost.Start();
        using HttpClient client = await host.SignedIn("steward");
        using HttpClient elsewhere = await host.SignedIn("steward");
        using HttpResponseMessage refused = await DeskHost.Post(client, "/account", "/account/factor", new() { ["password"] = "wrong" });
        using HttpResponseMessage begun = await DeskHost.Post(client, "/account", "/account/factor", new() { ["password"] = "steward" });
        string page = WebUtility.HtmlDecode(await begun.Content.ReadAsStringAsync());
        byte[] key = FromBase32(Regex.Match(page, "<code class=\"secret\">([A-Z2-7 ]+)</code>").Groups[1].Value.Replace(" ", "", StringComparison.Ordinal));
        using HttpResponseMessage done = await Send(client, page, "/account/factor/confirm", Code(host, key));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Contains("使える回復コード 10 個", await DeskHost.Text(client, "/account"), StringComparison.Ordinal);

        foreach ((string old, string next, string again) in new[] { ("wrong", "a long new password", "a long new password"), ("steward", "short", "short"), ("steward", "a long new password", "another long password"), ("steward", "my steward password", "my steward password") })
        {
            using HttpResponseMessage no = await DeskHost.Post(client, "/account", "/account/password", new() { ["password"] = old, ["new_password"] = next, ["again"] = again });
            Assert.Equal(HttpStatusCode.BadRequest, no.StatusCode);
        }

        using HttpResponseMessage changed = await DeskHost.Post(client, "/account", "/account/password", new() { ["password"] = "steward", ["new_password"] = "a long new password", ["again"] = "a long new password" });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/jobs")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.GetAsync("/jobs")).StatusCode);
        Assert.Equal(SignInOutcome.CodeNeeded, new StaffAccounts(host.Fixture.Databases, host.Time).SignIn("steward", "a long new password").Outcome);
    }

    private static string Code(DeskHost host, byte[] key) => Totp.Code(key, Totp.StepOf(host.Time.GetUtcNow().UtcDateTime));

    private static Task<HttpResponseMessage> Send(HttpClient client, string page, string action, string code, string? token = null)
    {
        Dictionary<string, string> form = DeskHost.Hidden(page, action);
        form["code"] = code;
        form["__RequestVerificationToken"] = token ?? form["__RequestVerificationToken"];
        return client.PostAsync(action, new FormUrlEncodedContent(form));
    }

    private static byte[] FromBase32(string text)
    {
        List<byte> bytes = [];
        int bits = 0;
        int held = 0;
        foreach (char sign in text)
        {
            held = ((held << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(sign, StringComparison.Ordinal)) & 0xFFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(held >> bits));
            }
        }

        return [.. bytes];
    }
}
