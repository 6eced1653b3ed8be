using System.Globalization;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Warehouse.Sql;

namespace Warehouse.Tests.Support;

/// <summary>What the migrations for SQL Server declare; DuckDB's catalogue forgets the lengths of texts, and DuckDB does not enforce them.</summary>
internal static class DeclaredColumns
{
    /// <summary>Returns type and nullability of every column of a database, by schema.table.column.</summary>
    internal static Dictionary<string, (string Type, bool IsNullable)> Of(DatabaseKind kind)
    {
        Dictionary<string, (string Type, bool IsNullable)> columns = new(StringComparer.Ordinal);
        foreach (MigrationScript script in MigrationScript.List(kind, Engine.SqlServer).Where(script => script.Kind == ScriptKind.Migration))
        {
            foreach (TSqlStatement statement in SqlSyntax.Parse(script.Text).Script!.Batches.SelectMany(batch => batch.Statements))
            {
                if (statement is AlterTableAlterColumnStatement change)
                {
                    columns[Name(change.SchemaObjectName, change.ColumnIdentifier)] =
                        (Squeeze(SqlSyntax.Text(change.DataType)), change.AlterTableAlterColumnOption != AlterTableAlterColumnOption.NotNull);
                    continue;
                }

                (SchemaObjectName? table, TableDefinition? definition) = statement switch
                {
                    CreateTableStatement create => (create.SchemaObjectName, create.Definition),
                    AlterTableAddTableElementStatement add => (add.SchemaObjectName, add.Definition),
                    _ => (null, null),
                };
                foreach (ColumnDefinition column in definition?.ColumnDefinitions ?? [])
                {
                    bool isNullable = column.Constraints.OfType<NullableConstraintDefinition>().FirstOrDefault()?.Nullable ?? true;
                    columns[Name(table!, column.ColumnIdentifier)] = (Squeeze(SqlSyntax.Text(column.DataType)), isNullable);
                }
            }
        }

        return columns;
    }

    /// <summary>Returns a type without the blanks that a writer may leave or not, in capitals.</summary>
    internal static string Squeeze(string type) => type.Replace(", ", ",", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Returns the columns that hold a text that SQL Server would refuse or change: longer than declared, padded, or beyond ASCII in a type of single bytes.</summary>
    internal static IReadOnlyList<string> Unfit(WarehouseSession session, DatabaseKind kind)
    {
        List<string> unfit = [];
        foreach ((string name, (string type, _)) in Of(kind).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string[] parts = type.Split('(', ')');
            if (parts[0] is not ("VARCHAR" or "NVARCHAR" or "CHAR" or "NCHAR"))
            {
                continue;
            }

            int length = int.Parse(parts[1], CultureInfo.InvariantCulture);
            int dot = name.LastIndexOf('.');
            string? worst = session
                .QueryText<string>($"SELECT DISTINCT CAST({name[(dot + 1)..]} AS NVARCHAR(4000)) FROM {name[..dot]} WHERE {name[(dot + 1)..]} IS NOT NULL")
                .FirstOrDefault(text => text.Length > length || (parts[0] is "VARCHAR" or "CHAR" && text.Any(sign => sign > '~')) || (parts[0] is "CHAR" or "NCHAR" && text.Length < length));
            if (worst is not null)
            {
                unfit.Add($"{name} {type}: a text of {worst.Length}");
            }
        }

        return unfit;
    }

    private static string Name(SchemaObjectName table, Identifier column) => $"{table.SchemaIdentifier.Value}.{table.BaseIdentifier.Value}.{column.Value}";
}
