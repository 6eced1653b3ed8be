using Warehouse.Etl.Link;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Tests.Link;

/// <summary>What the version of a frozen model depends on.</summary>
public sealed class FrozenModelTests
{
    [Fact]
    public void The_version_changes_with_whatever_a_score_depends_on_and_with_nothing_else()
    {
        FrozenModel model = Some("school");

        Assert.Equal(model.Version, Some("school").Version);
        Assert.Equal(model.Version, (model with { Reason = "asked", RecordCount = 9 }).Version);
        Assert.NotEqual(model.Version, Some("nursery").Version);
        Assert.NotEqual(model.Version, (model with { OneToOneBits = 2 }).Version);
        Assert.NotEqual(model.Version, (model with { WithinSame = 0.5 }).Version);
        Assert.NotEqual(model.Version, (model with { BornFrom = null }).Version);
        Assert.NotEqual(model.Version, (model with { Model = model.Model with { SameShare = 0.002 } }).Version);
        Assert.Matches("^[0-9a-f]{12}$", model.Version);
    }

    internal static FrozenModel Some(string system) => new()
    {
        System = system,
        Model = new LinkModel
        {
            Format = LinkModel.CurrentFormat,
            Normaliser = "test",
            SameShare = 0.001,
            MultipleShare = 0.0001,
            HouseholdShare = 0.0003,
            Fields = [new FieldModel { Name = "sex", Kind = LinkKind.Sex, Levels = ["differs", "equal"], Same = [[0.01, 0.99]], Unrelated = [[0.5, 0.5]] }],
        },
        BornFrom = new DateOnly(2001, 1, 1),
        OneToOneBits = 1.0 / 3,
        WithinSame = 0.0002,
        WithinMultiple = 0.00001,
        WithinHousehold = 0.00001,
        RegisterCount = 1000,
        RecordCount = 500,
        Reason = "first",
    };
}
