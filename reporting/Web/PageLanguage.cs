using Microsoft.AspNetCore.Components;
using Warehouse.Reporting.Briefs;

namespace Warehouse.Reporting.Web;

/// <summary>The language of one request: Japanese unless the reader asks for English.</summary>
public sealed class PageLanguage
{
    /// <summary>The cookie that keeps the choice.</summary>
    public const string CookieName = "warehouse-lang";

    /// <summary>Whether pages are in English.</summary>
    public bool IsEnglish { get; private set; }

    /// <summary>The path of the request.</summary>
    public string Path { get; private set; } = "/";

    /// <summary>The link to the same page in the other language.</summary>
    public string Switch { get; private set; } = "?";

    /// <summary>Returns a text of the pages in the language of the request; a text without a translation stays as it is.</summary>
    public string Text(string japanese) => IsEnglish && PageText.English.TryGetValue(japanese, out string? english) ? english : japanese;

    /// <summary>Reads the language from <c>?lang=</c>, which is kept in a cookie, then from the cookie, then from what the browser prefers.</summary>
    internal static Task Choose(HttpContext context, RequestDelegate next)
    {
        string? asked = context.Request.Query["lang"];
        string? kept = context.Request.Cookies[CookieName];
        if (asked is "ja" or "en")
        {
            bool secure = context.Request.IsHttps || context.RequestServices.GetRequiredService<WebParts>().RequireHttps;
            context.Response.Cookies.Append(CookieName, asked, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = secure, MaxAge = TimeSpan.FromDays(365) });
        }

        context.RequestServices.GetRequiredService<PageLanguage>().IsEnglish = asked is "ja" or "en" ? asked == "en"
            : kept is "ja" or "en" ? kept == "en"
            : context.Request.GetTypedHeaders().AcceptLanguage is { Count: > 0 } languages
                && languages.OrderByDescending(language => language.Quality ?? 1).First().Value.StartsWith("en", StringComparison.OrdinalIgnoreCase);
        PageLanguage language = context.RequestServices.GetRequiredService<PageLanguage>();
        language.Path = context.Request.Path;
        language.Switch = QueryString.Create(context.Request.Query.Where(pair => pair.Key != "lang").Append(new("lang", language.IsEnglish ? "ja" : "en"))).Value!;
        return next(context);
    }
}

/// <summary>What all pages share: the language.</summary>
public abstract class PageBase : ComponentBase
{
    /// <summary>The language of the request.</summary>
    [Inject]
    public PageLanguage Language { get; set; } = null!;

    /// <summary>Returns a text in the language of the request.</summary>
    protected string T(string japanese) => Language.Text(japanese);

    /// <summary>Returns a text with places for values in the language of the request.</summary>
    protected string T(string japanese, params object[] values) => string.Format(System.Globalization.CultureInfo.InvariantCulture, Language.Text(japanese), values);

    /// <summary>Returns a date: of the Japanese era, or ISO in English.</summary>
    protected string Day(DateOnly date) => Language.IsEnglish ? date.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : Wording.Date(date);

    /// <summary>Returns an instant in Japan, where there is no summer time.</summary>
    protected static string Time(DateTime utc) => utc.AddHours(9).ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
