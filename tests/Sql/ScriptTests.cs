using System.Text.RegularExpressions;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Sql;

/// <summary>Every script keeps to the form that both engines and the people who read it expect.</summary>
public sealed partial class ScriptTests
{
    public static TheoryData<string> Scripts { get; } = new(Repository.Files("sql", ".sql"));

    public static TheoryData<string> ForSqlServer { get; } = new(Repository.Files("sql", ".sql").Where(path => !IsFor(path, "duckdb")));

    public static TheoryData<string> Portable { get; } = new(Repository.Files("sql", ".sql").Where(path => !IsFor(path, "duckdb") && !IsFor(path, "sqlserver")));

    public static TheoryData<string> Migrations { get; } = new(Repository.Files("sql/migrations", ".sql"));

    [Theory]
    [MemberData(nameof(ForSqlServer))]
    public void Script_is_in_the_grammar_of_sql_server_2019(string path)
    {
        Assert.Empty(SqlSyntax.Parse(Repository.Text(path)).Errors);
    }

    [Theory]
    [MemberData(nameof(Portable))]
    public void Portable_script_uses_nothing_that_an_engine_refuses_or_takes_differently(string path)
    {
        Assert.Empty(SqlSyntax.Banned(Repository.Text(path)));
    }

    [Theory]
    [InlineData("SELECT * FROM a.t", "SELECT *")]
    [InlineData("SELECT TOP (1) k FROM a.t", "TOP")]
    [InlineData("SELECT IIF(k = 1, 1, 0) AS x FROM a.t", "IIF")]
    [InlineData("SELECT ISNULL(k, 0) AS x FROM a.t", "ISNULL")]
    [InlineData("SELECT DATEDIFF(day, a_date, b_date) AS x FROM a.t", "DATEDIFF")]
    [InlineData("SELECT DATEADD(day, 1, a_date) AS x FROM a.t", "DATEADD")]
    [InlineData("SELECT GETDATE() AS x", "GETDATE")]
    [InlineData("SELECT CURRENT_TIMESTAMP AS x", "CURRENT_TIMESTAMP")]
    [InlineData("SELECT k FROM a.t WITH (NOLOCK)", "NOLOCK")]
    [InlineData("SELECT AVG(k) AS x FROM a.t", "AVG")]
    [InlineData("SELECT a / b AS x FROM a.t", "division")]
    [InlineData("SELECT 'a' + b AS x FROM a.t", "CONCAT")]
    [InlineData("SELECT k FROM #t", "temporary")]
    [InlineData("SELECT [k] FROM a.t", "quoted")]
    [InlineData("CREATE TABLE a.t (k INTEGER IDENTITY(1, 1))", "IDENTITY")]
    [InlineData("CREATE TABLE a.t (k FLOAT)", "FLOAT")]
    [InlineData("CREATE TABLE a.t (k REAL)", "REAL")]
    [InlineData("CREATE TABLE a.t (k BIT)", "BIT")]
    [InlineData("CREATE TABLE a.t (k BOOLEAN)", "BOOLEAN")]
    [InlineData("CREATE TABLE a.t (k DATETIME)", "DATETIME")]
    [InlineData("CREATE TABLE a.t (k DATETIME2(3))", "DATETIME2(3)")]
    [InlineData("CREATE TABLE a.t (k NVARCHAR(MAX))", "MAX")]
    [InlineData("CREATE TABLE a.t (k UNIQUEIDENTIFIER)", "UNIQUEIDENTIFIER")]
    [InlineData("CREATE TABLE a.t (k INTEGER REFERENCES a.s (k))", "foreign key")]
    [InlineData("CREATE CLUSTERED INDEX ix_t ON a.t (k)", "CLUSTERED")]
    [InlineData("ALTER TABLE a.t ADD k INTEGER NOT NULL", "NOT NULL")]
    [InlineData("ALTER TABLE a.t ADD k INTEGER NULL, l INTEGER NULL", "one column")]
    [InlineData("UPDATE x SET k = 1 FROM a.t AS x INNER JOIN a.s AS s ON s.k = x.k", "JOIN")]
    [InlineData("INSERT INTO a.t (k) OUTPUT inserted.k VALUES (1)", "OUTPUT")]
    [InlineData("SELECT 1 AS x\nSELECT 2 AS x", "2 statements")]
    [InlineData("EXEC a.b", "ExecuteStatement")]
    public void A_banned_construct_is_found(string text, string expected)
    {
        Assert.Contains(SqlSyntax.Banned(text), found => found.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CREATE TABLE a.t (k BIGINT NOT NULL, x DOUBLE PRECISION NULL, u DATETIME2, CONSTRAINT pk_t PRIMARY KEY (k))")]
    [InlineData("SELECT CAST(COUNT(*) AS BIGINT) AS n, CAST(SUM(a) AS DOUBLE PRECISION) / SUM(b) AS s FROM a.t GROUP BY ROLLUP (c)")]
    [InlineData("UPDATE a.t SET k = s.k FROM a.s AS s WHERE a.t.j = s.j")]
    [InlineData("SELECT k FROM a.t ORDER BY k OFFSET 0 ROWS FETCH NEXT 1 ROWS ONLY")]
    [InlineData("ALTER TABLE a.t ADD k INTEGER NULL")]
    public void The_portable_core_is_allowed(string text)
    {
        Assert.Empty(SqlSyntax.Banned(text));
    }

    [Theory]
    [MemberData(nameof(Migrations))]
    public void Migration_has_a_header_and_a_numbered_name(string path)
    {
        MigrationScript script = MigrationScript.FromText(path["sql/".Length..], ScriptKind.Migration, Repository.Text(path));

        Assert.Matches(@"^sql/migrations/(identity|warehouse)/\d{4}_[a-z0-9_]+(\.(duckdb|sqlserver))?\.sql$", path);
        foreach (string title in new[] { "What", "Why", "Cost", "Compatible with release", "Undo" })
        {
            Assert.False(string.IsNullOrWhiteSpace(script.Header(title)), $"{path} has no header line '-- {title}: …'");
        }

        Assert.True(Version.TryParse(script.Header("Compatible with release"), out _), $"{path}: 'Compatible with release' is not a version such as 0.1");
    }

    [Theory]
    [InlineData(Engine.DuckDb)]
    [InlineData(Engine.SqlServer)]
    public void Migration_numbers_are_unique_for_an_engine(Engine engine)
    {
        foreach (DatabaseKind kind in Enum.GetValues<DatabaseKind>())
        {
            int[] numbers = MigrationScript.List(kind, engine).Where(script => script.Kind == ScriptKind.Migration).Select(script => script.Number).ToArray();
            Assert.Equal(numbers.Distinct(), numbers);
            Assert.DoesNotContain(0, numbers);
        }
    }

    [Theory]
    [MemberData(nameof(Migrations))]
    public void Migration_has_a_row_on_the_page_for_database_administrators(string path)
    {
        Assert.Contains($"| `{path["sql/".Length..]}` |", Repository.Text("sql/README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_for_database_administrators_names_no_migration_that_is_not_there()
    {
        IEnumerable<string> named = Regex.Matches(Repository.Text("sql/README.md"), @"`(migrations/[a-z0-9_./]+\.sql)`").Select(match => "sql/" + match.Groups[1].Value);

        Assert.Equal([], named.Except(Repository.Files("sql/migrations", ".sql")));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Script_starts_with_a_comment_has_a_plain_name_and_is_embedded(string path)
    {
        string text = Repository.Text(path);

        Assert.StartsWith("--", text, StringComparison.Ordinal);
        Assert.Matches(@"^sql/([A-Za-z]+/)+[a-z0-9_]+(\.(duckdb|sqlserver))?\.sql$", path);
        Assert.Equal(text, SqlText.Read(path["sql/".Length..]));
        Assert.DoesNotContain('\t', text);
    }

    [Theory]
    [MemberData(nameof(ForSqlServer))]
    public void Tables_columns_and_constraints_have_names_of_the_agreed_form(string path)
    {
        TSqlScript script = SqlSyntax.Parse(Repository.Text(path)).Script!;
        NameVisitor visitor = new();
        script.Accept(visitor);

        Assert.Empty(visitor.Faults);
    }

    [Fact]
    public void Loads_and_queries_bind_to_the_migrated_schema()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        using WarehouseSession warehouse = fixture.Warehouse(SessionRole.Migrator);
        using WarehouseSession identity = fixture.Identity(SessionRole.Migrator);
        List<string> faults = [];
        foreach (string name in SqlText.List("load").Concat(SqlText.List("query")).Where(name => !name.EndsWith(".sqlserver.sql", StringComparison.Ordinal)))
        {
            foreach (SqlBatch batch in SqlText.Split(SqlText.Read(name), Engine.DuckDb))
            {
                string? first = Bind(warehouse, batch);
                string? second = first is null ? null : Bind(identity, batch);
                if (second is not null)
                {
                    faults.Add($"sql/{name} line {batch.Line}: warehouse: {first}; identity: {second}");
                }
            }
        }

        Assert.Empty(faults);
    }

    // EXPLAIN binds every name and type and runs nothing.
    private static string? Bind(WarehouseSession session, SqlBatch batch)
    {
        SqlScript script = new("explain", "explain", [batch with { Text = "EXPLAIN " + batch.Text }]);
        try
        {
            session.Query<object>(script, batch.Parameters.ToDictionary(name => name, _ => (object?)null));
            return null;
        }
        catch (WarehouseException failure)
        {
            return failure.InnerException?.Message.Split('\n')[0] ?? failure.Message;
        }
    }

    private static bool IsFor(string path, string engine) => path.EndsWith($".{engine}.sql", StringComparison.Ordinal);

    [GeneratedRegex("^[a-z][a-z0-9_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    private sealed class NameVisitor : TSqlFragmentVisitor
    {
        public List<string> Faults { get; } = [];

        public override void Visit(CreateTableStatement node)
        {
            Check(node.SchemaObjectName.BaseIdentifier.Value, node);
            foreach (ColumnDefinition column in node.Definition.ColumnDefinitions)
            {
                CheckColumn(column);
            }

            foreach (ConstraintDefinition constraint in node.Definition.TableConstraints.Concat(node.Definition.ColumnDefinitions.SelectMany(column => column.Constraints)))
            {
                string? prefix = constraint switch
                {
                    UniqueConstraintDefinition { IsPrimaryKey: true } => "pk_",
                    UniqueConstraintDefinition => "uq_",
                    CheckConstraintDefinition => "ck_",
                    ForeignKeyConstraintDefinition => "fk_",
                    _ => null,
                };
                if (prefix is not null && constraint.ConstraintIdentifier?.Value.StartsWith(prefix, StringComparison.Ordinal) != true)
                {
                    Faults.Add($"line {constraint.StartLine}: a constraint is not named {prefix}…");
                }
            }
        }

        public override void Visit(CreateIndexStatement node)
        {
            if (!node.Name.Value.StartsWith("ix_", StringComparison.Ordinal))
            {
                Faults.Add($"line {node.StartLine}: the index {node.Name.Value} is not named ix_…");
            }
        }

        private void CheckColumn(ColumnDefinition column)
        {
            string name = column.ColumnIdentifier.Value;
            string type = SqlSyntax.Text(column.DataType).ToUpperInvariant();
            Check(name, column);
            CheckType(column, name, type, "_utc", "DATETIME2");
            CheckType(column, name, type, "_date", "DATE");
            CheckType(column, name, type, "_sha256", "CHAR(64)");
            if (name.StartsWith("is_", StringComparison.Ordinal) && type != "SMALLINT")
            {
                Faults.Add($"line {column.StartLine}: {name} is {type}; expected SMALLINT");
            }
        }

        private void CheckType(ColumnDefinition column, string name, string type, string ending, string expected)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal) && type != expected)
            {
                Faults.Add($"line {column.StartLine}: {name} is {type}; expected {expected}");
            }
        }

        private void Check(string name, TSqlFragment node)
        {
            if (!Plain().IsMatch(name))
            {
                Faults.Add($"line {node.StartLine}: the name {name} is not lower_snake_case");
            }
        }
    }
}
