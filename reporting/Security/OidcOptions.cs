namespace Warehouse.Reporting.Security;

/// <summary>Section <c>Oidc</c>: sign-in by the identity provider of the municipality; empty leaves local accounts alone.</summary>
public sealed class OidcOptions
{
    /// <summary>The issuer, such as <c>https://login.example.lg.jp/realms/city</c>; empty switches the provider off.</summary>
    public string Authority { get; set; } = "";

    /// <summary>The name under which the provider knows this service.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The secret shared with the provider; from the environment only, as WAREHOUSE__OIDC__CLIENTSECRET. Empty for a client without one, which PKCE alone protects.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>The claim whose value is the id of a local account.</summary>
    public string AccountClaim { get; set; } = "preferred_username";

    /// <summary>What is asked for besides <c>openid</c>, with blanks between.</summary>
    public string Scopes { get; set; } = "profile";

    /// <summary>What stands on the button; Japanese.</summary>
    public string Label { get; set; } = "庁内の認証でサインイン";

    /// <summary>
    /// Values of <c>amr</c> or <c>acr</c> by which the provider says that it has asked for a second factor itself, with commas between; empty: whoever needs one is asked for the code
    /// of the own account, whatever the provider says.
    /// </summary>
    public string SecondFactorProof { get; set; } = "";

    /// <summary>What the provider is asked for as <c>acr_values</c>; empty for nothing.</summary>
    public string AcrValues { get; set; } = "";

    /// <summary>Whether passwords of local accounts open nothing any more.</summary>
    public bool Only { get; set; }

    /// <summary>Whether there is a provider.</summary>
    public bool IsOn => Authority.Length > 0;

    /// <summary>The values that prove a second factor.</summary>
    internal string[] Proofs => SecondFactorProof.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What is wrong with the section; nothing where it is empty or right.</summary>
    internal IEnumerable<string> Faults()
    {
        if (!IsOn)
        {
            if (ClientId.Length > 0 || ClientSecret.Length > 0 || Only)
            {
                yield return "Oidc:Authority is empty though other settings of the provider are made; expected the issuer, such as https://login.example.lg.jp/realms/city";
            }

            yield break;
        }

        if (!Uri.TryCreate(Authority, UriKind.Absolute, out Uri? address) || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)) || address.Query.Length > 0)
        {
            yield return $"Oidc:Authority is '{Authority}'; expected an https address without a query (http only on this machine itself)";
        }

        if (ClientId.Length == 0)
        {
            yield return "Oidc:ClientId is empty; expected the name under which the provider knows this service";
        }

        if (AccountClaim.Length == 0 || AccountClaim.Any(char.IsWhiteSpace))
        {
            yield return $"Oidc:AccountClaim is '{AccountClaim}'; expected the claim that holds the id of a local account, such as preferred_username";
        }

        if (Label.Length is 0 or > 40)
        {
            yield return "Oidc:Label is not 1 to 40 characters long";
        }
    }
}
