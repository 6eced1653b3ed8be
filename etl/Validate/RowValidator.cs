using FluentValidation;
using FluentValidation.Results;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Validate;

/// <summary>The rules of one feed, made from its contract; runs on every row.</summary>
/// <remarks>Cost: about a microsecond per row; one validator per feed serves all workers.</remarks>
public sealed class RowValidator : AbstractValidator<FeedRow>
{
    private const string OnlyTheCodeIsKept = "see the rule code";

    /// <summary>Makes the rules of a feed.</summary>
    public RowValidator(FeedContract contract)
    {
        RuleFor(row => row).Cascade(CascadeMode.Stop)
            .Must(row => !row.IsMalformed).OverridePropertyName("row").WithErrorCode(RuleCatalog.Code(contract, RuleCatalog.Quote)).WithMessage(OnlyTheCodeIsKept)
            .Must(row => row.RowFault != RuleCatalog.TooLong).WithErrorCode(RuleCatalog.Code(contract, RuleCatalog.TooLong)).WithMessage(OnlyTheCodeIsKept)
            .Must(row => row.RowFault != RuleCatalog.Blank).WithErrorCode(RuleCatalog.Code(contract, RuleCatalog.Blank)).WithMessage(OnlyTheCodeIsKept)
            .Must(row => row.CellCount == row.ExpectedCellCount).WithErrorCode(RuleCatalog.Code(contract, RuleCatalog.CellCount)).WithMessage(OnlyTheCodeIsKept);
        foreach (FeedColumn column in contract.Columns.Where(column => column.Parser != ParserKind.Dropped))
        {
            Add(contract, column);
        }

        foreach (OrderRule rule in contract.Rules)
        {
            int early = contract.OrdinalOf(rule.Early);
            int late = rule.Late.Length == 0 ? -1 : contract.OrdinalOf(rule.Late);
            int slack = rule.SlackDays;
            RuleFor(row => row)
                .Must(row => !row.HasValue[early]
                    || (late >= 0 && !row.HasValue[late])
                    || row.Number[early] - slack <= (late >= 0 ? row.Number[late] : row.ExtractedDay))
                .OverridePropertyName(rule.Early)
                .WithErrorCode(RuleCatalog.Code(contract, rule.Number)).WithMessage(OnlyTheCodeIsKept);
        }

        int recipient = contract.OrdinalOf("recipient_resident_number");
        int child = contract.OrdinalOf("child_resident_number");
        if (recipient >= 0 && child >= 0)
        {
            RuleFor(row => row)
                .Must(row => row.Text[recipient] is null || !string.Equals(row.Text[recipient], row.Text[child], StringComparison.Ordinal))
                .OverridePropertyName("recipient_resident_number")
                .WithErrorCode(RuleCatalog.Code(contract, RuleCatalog.SamePerson)).WithMessage(OnlyTheCodeIsKept);
        }
    }

    /// <summary>Returns a context that serves all rows of a worker: the row object is reused, and a context without failures is as new.</summary>
    public static ValidationContext<FeedRow> Context(FeedRow row) => new(row);

    private void Add(FeedContract contract, FeedColumn column)
    {
        int at = column.Ordinal;
        IRuleBuilderOptions<FeedRow, FeedRow> rule = RuleFor(row => row).Cascade(CascadeMode.Stop)
            .Must(row => row.Fault[at] == CellFault.None || !row.IsWhole).OverridePropertyName(column.Name).WithErrorCode(RuleCatalog.Code(contract, at, 2)).WithMessage(OnlyTheCodeIsKept);
        if (column.IsRequired)
        {
            rule.Must(row => row.HasValue[at] || !row.IsWhole)
                .WithErrorCode(RuleCatalog.Code(contract, at, 1)).WithMessage(OnlyTheCodeIsKept);
        }
    }

    /// <summary>Returns the code of a failure: the general code of a faulty cell is made exact by the fault.</summary>
    internal static string CodeOf(ValidationFailure failure, FeedRow row)
    {
        int at = row.Contract.OrdinalOf(failure.PropertyName);
        if (at < 0 || row.Fault[at] == CellFault.None || failure.ErrorCode != RuleCatalog.Code(row.Contract, at, 2))
        {
            return failure.ErrorCode;
        }

        return RuleCatalog.Code(row.Contract, at, row.Fault[at] switch
        {
            CellFault.TooLong => 3,
            CellFault.UnknownCode => 4,
            CellFault.OutOfRange => 5,
            CellFault.ImpossibleDate => 6,
            CellFault.CheckDigit => 7,
            CellFault.Undecodable => 8,
            CellFault.Forbidden => 9,
            CellFault.Formula => 0,
            _ => 2,
        });
    }
}
