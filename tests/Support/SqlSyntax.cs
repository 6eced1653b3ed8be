using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Warehouse.Tests.Support;

/// <summary>Reads scripts by the grammar of SQL Server 2019 and finds what the portable core leaves out.</summary>
public static class SqlSyntax
{
    /// <summary>Returns the syntax tree of a text and the errors found in it.</summary>
    public static (TSqlScript? Script, IReadOnlyList<string> Errors) Parse(string text)
    {
        TSql150Parser parser = new(initialQuotedIdentifiers: true);
        using StringReader reader = new(text);
        TSqlFragment? fragment = parser.Parse(reader, out IList<ParseError> errors);
        return (fragment as TSqlScript, errors.Select(error => $"line {error.Line}: {error.Message}").ToList());
    }

    /// <summary>Returns what a portable script uses although one of the engines refuses it or means something else.</summary>
    public static IReadOnlyList<string> Banned(string text)
    {
        (TSqlScript? script, IReadOnlyList<string> errors) = Parse(text);
        if (script is null || errors.Count > 0)
        {
            return errors;
        }

        PortableVisitor visitor = new();
        script.Accept(visitor);
        List<string> found = visitor.Found;
        foreach (TSqlBatch batch in script.Batches)
        {
            if (batch.Statements.Count > 1)
            {
                found.Add($"line {batch.StartLine}: {batch.Statements.Count} statements in one batch; expected one, each ended with GO");
            }

            foreach (TSqlStatement statement in batch.Statements)
            {
                if (!PortableVisitor.Statements.Contains(statement.GetType()))
                {
                    found.Add($"line {statement.StartLine}: {statement.GetType().Name} is not in the portable core");
                }
            }
        }

        return found;
    }

    /// <summary>Returns the text that a fragment stands for.</summary>
    public static string Text(TSqlFragment fragment) => string.Concat(
        Enumerable.Range(fragment.FirstTokenIndex, fragment.LastTokenIndex - fragment.FirstTokenIndex + 1)
            .Select(index => fragment.ScriptTokenStream[index].Text));

    private sealed class PortableVisitor : TSqlFragmentVisitor
    {
        public static readonly HashSet<Type> Statements =
        [
            typeof(CreateSchemaStatement), typeof(CreateTableStatement), typeof(CreateViewStatement), typeof(CreateIndexStatement),
            typeof(AlterTableAddTableElementStatement), typeof(DropViewStatement), typeof(DropTableStatement), typeof(DropIndexStatement),
            typeof(InsertStatement), typeof(UpdateStatement), typeof(DeleteStatement), typeof(MergeStatement), typeof(SelectStatement),
        ];

        private static readonly HashSet<string> Types = new(StringComparer.OrdinalIgnoreCase)
        {
            "INTEGER", "INT", "BIGINT", "SMALLINT", "DECIMAL", "DATE", "NVARCHAR", "VARCHAR", "CHAR", "NCHAR", "DOUBLE", "DATETIME2",
        };

        private static readonly HashSet<string> Functions = new(StringComparer.OrdinalIgnoreCase)
        {
            "ISNULL", "DATEDIFF", "DATEDIFF_BIG", "DATEADD", "DATEPART", "DATENAME", "GETDATE", "GETUTCDATE", "SYSDATETIME", "SYSUTCDATETIME",
            "EOMONTH", "HASHBYTES", "CHECKSUM", "NEWID", "RAND", "LEN", "DATALENGTH", "CHARINDEX", "PATINDEX", "STUFF", "FORMAT", "STRING_SPLIT", "LOG",
            "LEVENSHTEIN", "JACCARD", "HAMMING", "CHOOSE", "CONVERT", "SCOPE_IDENTITY",
        };

        public List<string> Found { get; } = [];

        public override void Visit(SelectStarExpression node) => Add(node, "SELECT *; name the columns");

        public override void Visit(TopRowFilter node) => Add(node, "TOP; write OFFSET … FETCH");

        public override void Visit(IIfCall node) => Add(node, "IIF; write CASE");

        public override void Visit(ParameterlessCall node) => Add(node, $"{Text(node)}; time comes as @now_utc");

        public override void Visit(ConvertCall node) => Add(node, "CONVERT; write CAST");

        public override void Visit(FunctionCall node)
        {
            string name = node.FunctionName.Value;
            if (Functions.Contains(name))
            {
                Add(node, $"the function {name}");
            }

            if (name.Equals("AVG", StringComparison.OrdinalIgnoreCase)
                && node.Parameters.Count == 1
                && !Holds<CastCall>(node.Parameters[0]))
            {
                Add(node, "AVG without a cast inside; it is whole in T-SQL and real in DuckDB");
            }
        }

        public override void Visit(IdentityOptions node) => Add(node, "IDENTITY; the loader gives keys");

        public override void Visit(NextValueForExpression node) => Add(node, "NEXT VALUE FOR; the loader gives keys");

        public override void Visit(TableHint node) => Add(node, $"the table hint {Text(node)}");

        public override void Visit(OutputClause node) => Add(node, "OUTPUT");

        public override void Visit(ForeignKeyConstraintDefinition node) => Add(node, "a foreign key; put it into a .sqlserver.sql file");

        public override void Visit(IndexType node)
        {
            if (node.IndexTypeKind is not null)
            {
                Add(node, $"{node.IndexTypeKind}; put it into a .sqlserver.sql file");
            }
        }

        public override void Visit(CreateIndexStatement node)
        {
            if (node.IncludeColumns.Count > 0 || node.FilterPredicate is not null || node.Clustered is not null)
            {
                Add(node, "INCLUDE, a filter or CLUSTERED on an index; put it into a .sqlserver.sql file");
            }
        }

        public override void Visit(AlterTableAddTableElementStatement node)
        {
            TableDefinition definition = node.Definition;
            if (definition.ColumnDefinitions.Count != 1 || definition.TableConstraints.Count > 0)
            {
                Add(node, "ALTER TABLE ADD of anything but one column");
            }

            foreach (ColumnDefinition column in definition.ColumnDefinitions)
            {
                if (column.DefaultConstraint is not null || column.Constraints.OfType<NullableConstraintDefinition>().Any(constraint => !constraint.Nullable))
                {
                    Add(column, "ADD with DEFAULT or NOT NULL; add NULL, then UPDATE");
                }
            }
        }

        public override void Visit(UpdateSpecification node)
        {
            if (node.FromClause is { } from && from.TableReferences.Any(table => table is QualifiedJoin))
            {
                Add(node, "UPDATE … FROM a JOIN b at the top; write FROM src AS s WHERE t.k = s.k");
            }
        }

        public override void Visit(MergeActionClause node)
        {
            if (node.Condition == MergeCondition.NotMatchedBySource)
            {
                Add(node, "WHEN NOT MATCHED BY SOURCE; write a statement of its own");
            }
        }

        public override void Visit(BinaryExpression node)
        {
            if (node.BinaryExpressionType == BinaryExpressionType.Divide
                && !Holds<CastCall>(node.FirstExpression)
                && !Holds<NumericLiteral>(node.FirstExpression)
                && !Holds<RealLiteral>(node.FirstExpression))
            {
                Add(node, "a bare division; cast the left side");
            }

            if (node.BinaryExpressionType == BinaryExpressionType.Add && (node.FirstExpression is StringLiteral || node.SecondExpression is StringLiteral))
            {
                Add(node, "+ on strings; write CONCAT");
            }
        }

        public override void Visit(DataTypeReference node)
        {
            string text = Text(node).Trim();
            string name = new(text.TakeWhile(char.IsLetterOrDigit).ToArray());
            if (!Types.Contains(name))
            {
                Add(node, $"the type {text}");
            }

            if (node is ParameterizedDataTypeReference typed
                && (typed.Parameters.Any(parameter => parameter is MaxLiteral)
                    || (name.Equals("DATETIME2", StringComparison.OrdinalIgnoreCase) && typed.Parameters.Count > 0)))
            {
                Add(node, $"the type {text}");
            }
        }

        public override void Visit(SchemaObjectName node)
        {
            if (node.BaseIdentifier.Value.StartsWith('#'))
            {
                Add(node, "a temporary table; use a stg table keyed by load_id");
            }
        }

        public override void Visit(Identifier node)
        {
            // Columns of INFORMATION_SCHEMA, in capitals, stand in double quotes for servers that fold what is not quoted; both engines read them.
            bool isCatalogueName = node.QuoteType == QuoteType.DoubleQuote && node.Value.All(c => c == '_' || char.IsAsciiLetterUpper(c));
            if (node.QuoteType != QuoteType.NotQuoted && !isCatalogueName)
            {
                Add(node, $"the quoted name {node.Value}");
            }
        }

        private void Add(TSqlFragment node, string what) => Found.Add($"line {node.StartLine}: {what}");

        private static bool Holds<T>(TSqlFragment fragment)
            where T : TSqlFragment
        {
            Finder<T> finder = new();
            fragment.Accept(finder);
            return finder.IsFound;
        }

        private sealed class Finder<T> : TSqlFragmentVisitor
            where T : TSqlFragment
        {
            public bool IsFound { get; private set; }

            public override void Visit(TSqlFragment node) => IsFound |= node is T;
        }
    }
}
