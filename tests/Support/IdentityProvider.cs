using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Warehouse.Tests.Support;

/// <summary>A small identity provider over HTTP: authorisation code with PKCE, codes that are good once, tokens signed with RSA. Each field spoils one thing.</summary>
public sealed class IdentityProvider : IAsyncDisposable
{
    public const string ClientId = "warehouse";

    public const string ClientSecret = "a client secret for tests only";

    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _foreign = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge, string Redirect)> _codes = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private IdentityProvider(WebApplication app) => _app = app;

    /// <summary>The claims of whoever signs in.</summary>
    public JsonObject Claims { get; set; } = new() { ["preferred_username"] = "caseworker" };

    /// <summary>Changes the payload of a token before it is signed.</summary>
    public Action<JsonObject> Spoil { get; set; } = _ => { };

    /// <summary>Whether tokens are signed with a key that the provider does not publish.</summary>
    public bool SignsWithForeignKey { get; set; }

    /// <summary>The algorithm that a token names; <c>none</c> leaves the signature out.</summary>
    public string Algorithm { get; set; } = "RS256";

    /// <summary>Whether a code is taken again.</summary>
    public bool TakesCodesTwice { get; set; }

    /// <summary>Changes the description of the provider.</summary>
    public Action<JsonObject> Describe { get; set; } = _ => { };

    /// <summary>What the last sign-in asked for.</summary>
    public IQueryCollection? Asked { get; private set; }

    /// <summary>Requests for tokens that were refused.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    public string Issuer => _app.Urls.First();

    public static async Task<IdentityProvider> Start()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        IdentityProvider provider = new(app);
        app.MapGet("/.well-known/openid-configuration", provider.Description);
        app.MapGet("/keys", provider.Keys);
        app.MapGet("/authorize", provider.Authorize);
        app.MapPost("/token", (Delegate)provider.Token);
        await app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
        _foreign.Dispose();
    }

    private IResult Description()
    {
        JsonObject description = new()
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["jwks_uri"] = Issuer + "/keys",
            ["end_session_endpoint"] = Issuer + "/logout",
            ["response_types_supported"] = new JsonArray("code"),
            ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
        };
        Describe(description);
        return Results.Json(description);
    }

    private IResult Keys()
    {
        RSAParameters key = _key.ExportParameters(includePrivateParameters: false);
        return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = "one", alg = "RS256", n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) } } });
    }

    private IResult Authorize(HttpContext context)
    {
        Asked = context.Request.Query;
        string code = Guid.NewGuid().ToString("N");
        _codes[code] = (Asked["nonce"].ToString(), Asked["code_challenge"].ToString(), Asked["redirect_uri"].ToString());
        return Results.Redirect($"{Asked["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(Asked["state"].ToString())}");
    }

    private async Task<IResult> Token(HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync();
        string code = form["code"].ToString();
        bool isKnown = TakesCodesTwice ? _codes.TryGetValue(code, out (string Nonce, string Challenge, string Redirect) asked) : _codes.TryRemove(code, out asked);
        string? fault = form["client_id"] != ClientId || form["client_secret"] != ClientSecret ? "invalid_client"
            : !isKnown ? "invalid_grant"
            : form["redirect_uri"] != asked.Redirect || Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != asked.Challenge ? "invalid_grant"
            : null;
        if (fault is not null)
        {
            Refused.Enqueue(fault);
            return Results.Json(new { error = fault }, statusCode: (int)HttpStatusCode.BadRequest);
        }

        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        JsonObject payload = new() { ["iss"] = Issuer, ["aud"] = ClientId, ["sub"] = "subject-1", ["nonce"] = asked.Nonce, ["iat"] = now, ["nbf"] = now, ["exp"] = now + 300 };
        foreach ((string name, JsonNode? value) in Claims)
        {
            payload[name] = value?.DeepClone();
        }

        Spoil(payload);
        return Results.Json(new { access_token = "unused", token_type = "Bearer", expires_in = 300, id_token = Signed(payload) });
    }

    private string Signed(JsonObject payload)
    {
        string text = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new { alg = Algorithm, kid = "one", typ = "JWT" })) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.ToJsonString()));
        byte[] signature = Algorithm == "none" ? []
            // A public key taken for a secret: the oldest of such attacks.
            : Algorithm == "HS256" ? HMACSHA256.HashData(Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(text))
            : (SignsWithForeignKey ? _foreign : _key).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return text + "." + Base64Url.EncodeToString(signature);
    }
}
