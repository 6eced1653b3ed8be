using Microsoft.SqlServer.TransactSql.ScriptDom;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Sql;

/// <summary>The file for DBAs is whole, guarded and gives the same schema as the program.</summary>
public sealed class DeployBundleTests
{
    [Theory]
    [InlineData(DatabaseKind.Identity)]
    [InlineData(DatabaseKind.Warehouse)]
    public void Bundle_is_in_the_grammar_and_holds_every_script_with_its_hash(DatabaseKind kind)
    {
        string text = Write(kind);

        Assert.Empty(SqlSyntax.Parse(text).Errors);
        foreach (MigrationScript script in MigrationScript.List(kind, Engine.SqlServer))
        {
            Assert.Contains("sql/" + script.Name, text, StringComparison.Ordinal);
            Assert.True(script.Kind == ScriptKind.Permission || text.Contains(script.Sha256, StringComparison.Ordinal), script.Name);
        }
    }

    [Theory]
    [InlineData(DatabaseKind.Identity)]
    [InlineData(DatabaseKind.Warehouse)]
    public void Every_batch_of_every_script_is_executed_as_it_stands(DatabaseKind kind)
    {
        StringCollector executed = new();
        SqlSyntax.Parse(Write(kind)).Script!.Accept(executed);

        IEnumerable<string> expected = MigrationScript.List(kind, Engine.SqlServer)
            .SelectMany(script => SqlText.Split(script.Text, Engine.SqlServer)).Select(batch => batch.Text);

        Assert.Equal(["CREATE SCHEMA meta", .. expected], executed.Texts);
    }

    [Theory]
    [EngineData]
    public void Bundle_and_program_give_the_same_catalogue_and_the_bundle_runs_twice(Engine engine)
    {
        Assert.SkipWhen(engine == Engine.DuckDb, "the bundle is for SQL Server");
        using WarehouseFixture byProgram = WarehouseFixture.Create(engine);
        using WarehouseFixture byBundle = WarehouseFixture.Empty(engine);
        foreach (DatabaseKind kind in Enum.GetValues<DatabaseKind>())
        {
            using WarehouseSession session = byBundle.Databases.Open(kind, SessionRole.Migrator);
            session.ExecuteText(Write(kind));
            session.ExecuteText(Write(kind));
            using WarehouseSession expected = byProgram.Databases.Open(kind, SessionRole.Migrator);
            Assert.Equal(Catalogue(expected), Catalogue(session));
        }

        Migrator.Verify(byBundle.Databases);
    }

    private static string Write(DatabaseKind kind)
    {
        using StringWriter writer = new();
        DeployBundle.Write(writer, kind);
        return writer.ToString();
    }

    private static IReadOnlyList<string> Catalogue(WarehouseSession session) => session.QueryText<string>(
        """
        SELECT CONCAT("TABLE_SCHEMA", '.', "TABLE_NAME", '.', "COLUMN_NAME", ' ', "DATA_TYPE", ' ', "CHARACTER_MAXIMUM_LENGTH", ' ', "IS_NULLABLE") AS c
        FROM INFORMATION_SCHEMA.COLUMNS
        ORDER BY "TABLE_SCHEMA", "TABLE_NAME", "ORDINAL_POSITION"
        """);

    private sealed class StringCollector : TSqlFragmentVisitor
    {
        public List<string> Texts { get; } = [];

        public override void Visit(ExecutableStringList node) => Texts.AddRange(node.Strings.OfType<StringLiteral>().Select(text => text.Value));
    }
}
