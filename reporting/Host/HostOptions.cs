using System.Collections;
using Microsoft.Extensions.Configuration;
using Quartz;
using Warehouse.Model.Govern;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Host.ModelCards;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host;

/// <summary>Section <c>Warehouse</c>: where the data is.</summary>
public sealed class DatabaseSection
{
    /// <summary>The engine: DuckDb or SqlServer.</summary>
    public Engine Engine { get; set; } = Engine.DuckDb;

    /// <summary>The warehouse database; empty on DuckDB means a file in the output folder.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The identity database; empty on DuckDB means a file in the output folder.</summary>
    public string IdentityConnectionString { get; set; } = "";

    /// <summary>Whether the program brings the schema up to date by itself; unset means yes on DuckDB and no on SQL Server, where a DBA does.</summary>
    public bool? MigrateOnStart { get; set; }

    /// <summary>DuckDB: memory of the warehouse before it spills to disk, such as 2GB; the identity database gets half of it. Empty means by the count of cores (<see cref="WarehouseOptions.UsualMemoryLimit"/>).</summary>
    public string MemoryLimit { get; set; } = "";

    /// <summary>The installation secret from which person keys are made; only from the environment, as WAREHOUSE__SECRET.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The folder of approved mappings of vendors' files; empty means <c>mappings</c> in the output folder.</summary>
    public string Mappings { get; set; } = "";
}

/// <summary>Section <c>Etl</c>: taking files in.</summary>
public sealed class EtlSection
{
    /// <summary>The folder that departments hand files into; empty means <c>inbox</c> in the output folder.</summary>
    public string FeedFolder { get; set; } = "";
}

/// <summary>Where the scheduler keeps its triggers.</summary>
public enum ScheduleStore
{
    /// <summary>In the memory of one process; missed turns are caught up from the history.</summary>
    Memory,

    /// <summary>In the warehouse database, shared by several hosts; SQL Server only.</summary>
    Database,
}

/// <summary>Section <c>Schedule</c>: cron expressions of Quartz; an empty one switches the job off.</summary>
public sealed class ScheduleSection
{
    /// <summary>The time zone of the expressions.</summary>
    public string TimeZone { get; set; } = "Asia/Tokyo";

    /// <summary>Where the scheduler keeps its triggers.</summary>
    public ScheduleStore Store { get; set; } = ScheduleStore.Memory;

    /// <summary>Whether the program creates the scheduler's own tables where they are missing; otherwise a DBA does.</summary>
    public bool ProvisionStore { get; set; }

    /// <summary>Load, which also links the new records.</summary>
    public string Load { get; set; } = "";

    /// <summary>Decide links again.</summary>
    public string Link { get; set; } = "";

    /// <summary>Score with the current model.</summary>
    public string Score { get; set; } = "";

    /// <summary>Briefs for the top of the list.</summary>
    public string Brief { get; set; } = "";

    /// <summary>Statistics.</summary>
    public string Statistics { get; set; } = "";

    /// <summary>The jobs with their expressions, in the order in which a night needs them.</summary>
    internal IEnumerable<(string Job, string Setting, string Cron)> Crons =>
    [
        ("load", nameof(Load), Load), ("link", nameof(Link), Link), ("score", nameof(Score), Score), ("brief", nameof(Brief), Brief), ("statistics", nameof(Statistics), Statistics),
    ];
}

/// <summary>Section <c>Statistics</c>: disclosure control.</summary>
public sealed class StatisticsSection
{
    /// <summary>The profile: jp-ndb, nhs-round5 or controlled5.</summary>
    public string Profile { get; set; } = DisclosureProfile.JpNdb.Name;

    /// <summary>A city figure below this is hidden; 0 leaves the profile as it is, a number below the profile's changes nothing.</summary>
    public int MinimumCell { get; set; }

    /// <summary>A figure of a district or school below this is hidden; 0 leaves the profile as it is, a number below the profile's changes nothing.</summary>
    public int MinimumDistrictCell { get; set; }

    /// <summary>The profile with its thresholds.</summary>
    public DisclosureProfile ToProfile() => DisclosureProfile.All.Single(profile => profile.Name == Profile).AtLeast(MinimumCell, MinimumDistrictCell);
}

/// <summary>Section <c>Model</c>: what a new model must reach to be used.</summary>
public sealed class ModelSection
{
    private static readonly ModelMarks Standard = new();

    /// <summary>Least upper end of the interval of the area under the ROC curve.</summary>
    public double LeastAucHigh { get; set; } = Standard.LeastAucHigh;

    /// <summary>Least lower end of its interval; 0 asks for nothing.</summary>
    public double LeastAucLow { get; set; } = Standard.LeastAucLow;

    /// <summary>Greatest expected calibration error beyond chance.</summary>
    public double MostCalibrationError { get; set; } = Standard.MostCalibrationError;

    /// <summary>A feature that alone orders the rows this well is taken for one that is known only after the decision.</summary>
    public double LeakAuc { get; set; } = Standard.LeakAuc;

    /// <summary>Most by which a new model may be worse than the one in use.</summary>
    public double MostLoss { get; set; } = Standard.MostLoss;

    /// <summary>Least upper end of the interval of the area under the curve in any group.</summary>
    public double LeastGroupAuc { get; set; } = Standard.LeastGroupAuc;

    /// <summary>The marks.</summary>
    public ModelMarks ToMarks() => Standard with
    {
        LeastAucHigh = LeastAucHigh,
        LeastAucLow = LeastAucLow,
        MostCalibrationError = MostCalibrationError,
        LeakAuc = LeakAuc,
        MostLoss = MostLoss,
        LeastGroupAuc = LeastGroupAuc,
    };
}

/// <summary>Section <c>Briefs</c>: what the scheduled job makes.</summary>
public sealed class BriefSection
{
    /// <summary>How many children from the top of the list.</summary>
    public int Top { get; set; } = 10;

    /// <summary>The caseworker on whose behalf the job reads; written to the access log.</summary>
    public string Staff { get; set; } = "";

    /// <summary>Who receives them.</summary>
    public string Recipient { get; set; } = "個別ケース検討会議";

    /// <summary>How many numbered copies of each.</summary>
    public int Copies { get; set; } = 1;
}

/// <summary>Section <c>Web</c>: the reporting service.</summary>
public sealed class WebSection
{
    /// <summary>Where the service listens.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:5080";

    /// <summary>Whether the sign-in cookie is sent over HTTPS only; switch off only for a demo on one machine.</summary>
    public bool RequireHttps { get; set; }

    /// <summary>Minutes without a request after which a session ends.</summary>
    public int SessionMinutes { get; set; } = 30;

    /// <summary>Roles that sign in with a second factor, with commas between them; <c>all</c> for everybody, empty for nobody.</summary>
    public string SecondFactor { get; set; } = "";

    /// <summary>The folder of the keys that protect cookies and forms; empty keeps them in memory, so that a restart signs everybody out.</summary>
    public string KeyFolder { get; set; } = "";

    /// <summary>The roles that sign in with a second factor, but for departments, which <c>all</c> and <c>source</c> name.</summary>
    internal string[] FactorRoles => [.. SecondFactor.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}

/// <summary>Says that somebody used the program wrongly: exit code 2.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>All configuration of the program.</summary>
public sealed class HostOptions
{
    /// <summary>Where the data is.</summary>
    public DatabaseSection Warehouse { get; } = new();

    /// <summary>Taking files in.</summary>
    public EtlSection Etl { get; } = new();

    /// <summary>When jobs run.</summary>
    public ScheduleSection Schedule { get; } = new();

    /// <summary>Disclosure control.</summary>
    public StatisticsSection Statistics { get; } = new();

    /// <summary>Scheduled briefs.</summary>
    public BriefSection Briefs { get; } = new();

    /// <summary>Marks of new models.</summary>
    public ModelSection Model { get; } = new();

    /// <summary>What the municipality says of its use of the model.</summary>
    public RegisterSection Register { get; } = new();

    /// <summary>PDF output.</summary>
    public PdfOptions Pdf { get; } = new();

    /// <summary>The reporting service.</summary>
    public WebSection Web { get; } = new();

    /// <summary>The identity provider.</summary>
    public OidcOptions Oidc { get; } = new();

    private static readonly string[] Sections = ["Warehouse", "Etl", "Schedule", "Statistics", "Briefs", "Model", "Register", "Pdf", "Web", "Oidc"];

    /// <summary>Reads appsettings.json beside the program, one in the working folder, then WAREHOUSE__* from the environment.</summary>
    /// <exception cref="UsageException">Something is wrong; the message lists every fault.</exception>
    public static HostOptions Read() => Read(
        new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "warehouse.json"), optional: true),
        FromEnvironment(Environment.GetEnvironmentVariables()));

    /// <summary>Binds and checks what files say, and over it what the environment says; a secret in a file is a fault.</summary>
    /// <exception cref="UsageException">Something is wrong; the message lists every fault.</exception>
    internal static HostOptions Read(IConfigurationBuilder files, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        IConfiguration written = files.Build();
        foreach (string secret in new[] { "Warehouse:Secret", "Oidc:ClientSecret" })
        {
            if (!string.IsNullOrEmpty(written[secret]))
            {
                throw new UsageException($"{secret} stands in a file; expected it in the environment only. Take it out of the file, set {(secret == "Oidc:ClientSecret" ? "WAREHOUSE__OIDC__CLIENTSECRET" : "WAREHOUSE__SECRET")}, and have a new one issued.");
            }
        }

        return Read(files.AddInMemoryCollection(environment).Build());
    }

    /// <summary>Binds and checks a configuration.</summary>
    /// <exception cref="UsageException">Something is wrong; the message lists every fault.</exception>
    public static HostOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        HostOptions options = new();
        List<string> faults = [];
        void Bind(string name, object section)
        {
            foreach (IConfigurationSection entry in configuration.GetSection(name).GetChildren())
            {
                try
                {
                    // One key at a time, so that one bad value does not hide another.
                    IConfiguration single = new ConfigurationBuilder()
                        .AddInMemoryCollection(entry.AsEnumerable().Select(pair => KeyValuePair.Create(pair.Key[(name.Length + 1)..], pair.Value))).Build();
                    single.Bind(section, binder => binder.ErrorOnUnknownConfiguration = true);
                }
                catch (InvalidOperationException cause)
                {
                    bool unknown = section.GetType().GetProperties().All(property => !string.Equals(property.Name, entry.Key, StringComparison.OrdinalIgnoreCase));
                    faults.Add(unknown ? $"{name}:{entry.Key} is not a setting" : $"{name}:{entry.Key} has a value that cannot be read ({(cause.InnerException ?? cause).Message.Split('.')[0]})");
                }
            }
        }

        Bind("Warehouse", options.Warehouse);
        Bind("Etl", options.Etl);
        Bind("Schedule", options.Schedule);
        Bind("Statistics", options.Statistics);
        Bind("Briefs", options.Briefs);
        Bind("Model", options.Model);
        Bind("Register", options.Register);
        Bind("Pdf", options.Pdf);
        Bind("Web", options.Web);
        Bind("Oidc", options.Oidc);
        faults.AddRange(options.Faults());
        return faults.Count == 0
            ? options
            : throw new UsageException("The configuration has faults: " + string.Join("; ", faults) + ". Correct appsettings.json or WAREHOUSE__* in the environment.");
    }

    /// <summary>Returns settings from variables such as <c>WAREHOUSE__WEB__URLS</c>; a name without a section belongs to <c>Warehouse</c>.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> FromEnvironment(IDictionary variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        const string Prefix = "WAREHOUSE__";
        foreach (DictionaryEntry variable in variables)
        {
            string name = (string)variable.Key;
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            string key = name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal);
            string section = key.Split(':')[0];
            bool known = key.Contains(':', StringComparison.Ordinal) && Sections.Contains(section, StringComparer.OrdinalIgnoreCase);
            yield return KeyValuePair.Create(known ? key : "Warehouse:" + key.Replace("_", "", StringComparison.Ordinal), (string?)variable.Value);
        }
    }

    /// <summary>Returns where the databases are: as configured, or two files in the output folder.</summary>
    public WarehouseOptions Databases(string output)
    {
        bool files = Warehouse.Engine == Engine.DuckDb && Warehouse.ConnectionString.Length == 0;
        WarehouseOptions options = Warehouse.Engine == Engine.SqlServer
            ? WarehouseOptions.SqlServer(Warehouse.ConnectionString, Warehouse.IdentityConnectionString)
            : files ? WarehouseOptions.DuckDb(Path.Combine(output, "warehouse.duckdb"), Path.Combine(output, "identity.duckdb"))
            : new WarehouseOptions { ConnectionString = Warehouse.ConnectionString, IdentityConnectionString = Warehouse.IdentityConnectionString };
        return options with { MigrateOnStart = Warehouse.MigrateOnStart ?? Warehouse.Engine == Engine.DuckDb, MemoryLimit = Warehouse.MemoryLimit.Length > 0 ? Warehouse.MemoryLimit : WarehouseOptions.UsualMemoryLimit };
    }

    /// <summary>Returns the folder of mappings: as configured, or beside the databases.</summary>
    public string Mappings(string output) => Warehouse.Mappings.Length > 0 ? Warehouse.Mappings : Path.Combine(output, "mappings");

    private IEnumerable<string> Faults()
    {
        if ((Warehouse.ConnectionString.Length == 0) != (Warehouse.IdentityConnectionString.Length == 0))
        {
            yield return "Warehouse:ConnectionString and Warehouse:IdentityConnectionString go together, but only one is set";
        }

        if (Warehouse.Engine == Engine.SqlServer && Warehouse.ConnectionString.Length == 0)
        {
            yield return "Warehouse:ConnectionString is empty; SQL Server needs one";
        }

        if (Warehouse.Secret.Length is > 0 and < 32)
        {
            yield return "WAREHOUSE__SECRET is shorter than 32 characters";
        }

        if (DisclosureProfile.All.All(profile => profile.Name != Statistics.Profile))
        {
            yield return $"Statistics:Profile is '{Statistics.Profile}'; expected {string.Join(", ", DisclosureProfile.All.Select(profile => profile.Name))}";
        }

        if (Statistics.MinimumCell is < 0 or 1 or 2 || Statistics.MinimumDistrictCell < 0 || (Statistics.MinimumDistrictCell > 0 && Statistics.MinimumDistrictCell < Statistics.MinimumCell))
        {
            yield return "Statistics:MinimumCell is neither 0 nor at least 3, or Statistics:MinimumDistrictCell is below it";
        }

        foreach (string fault in Model.ToMarks().Faults())
        {
            yield return fault;
        }

        if (Briefs.Top is < 0 or > 200)
        {
            yield return "Briefs:Top is not between 0 and 200";
        }

        if (Briefs.Copies is < 1 or > 50)
        {
            yield return "Briefs:Copies is not between 1 and 50";
        }

        if (Schedule.Brief.Length > 0 && Briefs.Staff.Length == 0)
        {
            yield return "Briefs:Staff is empty; scheduled briefs are made on behalf of a caseworker";
        }

        if (Web.SessionMinutes is < 1 or > 720)
        {
            yield return "Web:SessionMinutes is not between 1 and 720";
        }

        foreach (string role in Web.FactorRoles.Where(role => role is not ("all" or "source") && !Roles.IsKnown(role)))
        {
            yield return $"Web:SecondFactor holds '{role}', which is not a role; expected all, source, or some of {string.Join(", ", Roles.Plain)}";
        }

        foreach (string fault in Oidc.Faults())
        {
            yield return fault;
        }

        foreach (string url in Web.Urls.Split(';'))
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            {
                yield return $"Web:Urls holds '{url}', which is not an http or https address";
            }
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(Schedule.TimeZone, out _))
        {
            yield return $"Schedule:TimeZone is '{Schedule.TimeZone}', which this machine does not know";
        }

        if (Schedule.Store == ScheduleStore.Database && Warehouse.Engine != Engine.SqlServer)
        {
            yield return "Schedule:Store is Database, which needs SQL Server; on DuckDB it is Memory";
        }

        foreach ((_, string name, string cron) in Schedule.Crons)
        {
            if (cron.Length > 0 && !CronExpression.TryParse(cron, out _))
            {
                yield return $"Schedule:{name} is '{cron}', which is not a cron expression of Quartz (seconds first, e.g. '0 0 3 * * ?')";
            }
        }
    }
}
