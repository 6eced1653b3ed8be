using Warehouse.Etl.Link.Engine;
using Warehouse.Sql;

namespace Warehouse.Etl.Link;

/// <summary>Keeps frozen models in the identity database; writes within the caller's transaction.</summary>
internal sealed class IdentityLinkModels : ILinkModels
{
    private const int PartLength = 4000;

    private static readonly string[] Columns =
    [
        "system_code", "model_number", "model_version", "reason_code", "linker_version", "trained_utc", "register_count", "record_count", "born_from", "one_to_one_bits",
        "within_same_share", "within_multiple_share", "within_household_share",
    ];

    private readonly WarehouseSession _session;
    private readonly string _linkerVersion;
    private readonly DateTime _nowUtc;
    private readonly Dictionary<string, (int Number, FrozenModel Model)> _newest = new(StringComparer.Ordinal);

    /// <summary>Reads the newest model of each system.</summary>
    public IdentityLinkModels(WarehouseSession session, string linkerVersion, DateTime nowUtc)
    {
        (_session, _linkerVersion, _nowUtc) = (session, linkerVersion, nowUtc);
        foreach (ModelRow row in session.Query<ModelRow>("query/link_model").GroupBy(row => row.SystemCode, StringComparer.Ordinal).Select(group => group.Last()))
        {
            _newest[row.SystemCode] = (row.ModelNumber, Read(row));
        }
    }

    /// <inheritdoc/>
    public FrozenModel? Find(string system) => _newest.TryGetValue(system, out (int Number, FrozenModel Model) found) ? found.Model : null;

    /// <inheritdoc/>
    public void Keep(FrozenModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        int number = _newest.TryGetValue(model.System, out (int Number, FrozenModel Model) before) ? before.Number + 1 : 1;
        _session.BulkInsert("ident.link_model", Columns, [
        [
            model.System, number, model.Version, model.Reason, _linkerVersion, _nowUtc, (long)model.RegisterCount, (long)model.RecordCount, model.BornFrom, model.OneToOneBits,
            model.WithinSame, model.WithinMultiple, model.WithinHousehold,
        ]]);
        _session.BulkInsert(
            "ident.link_model_part",
            ["system_code", "model_number", "part_number", "model_json"],
            model.Model.ToJson().Chunk(PartLength).Select((part, i) => new object?[] { model.System, number, i + 1, new string(part) }));
        _newest[model.System] = (number, model);
    }

    private FrozenModel Read(ModelRow row)
    {
        string json = string.Concat(_session.Query<PartRow>("query/link_model_part", new { row.SystemCode, row.ModelNumber }).Select(part => part.ModelJson));
        FrozenModel model = new()
        {
            System = row.SystemCode,
            Model = LinkModel.FromJson(json),
            BornFrom = row.BornFrom,
            OneToOneBits = row.OneToOneBits,
            WithinSame = row.WithinSameShare,
            WithinMultiple = row.WithinMultipleShare,
            WithinHousehold = row.WithinHouseholdShare,
            RegisterCount = (int)row.RegisterCount,
            RecordCount = (int)row.RecordCount,
            Reason = row.ReasonCode,
        };
        return model.Version == row.ModelVersion ? model : throw new WarehouseException(
            $"The model of linkage {row.ModelNumber} of {row.SystemCode} was changed: found version {model.Version}, expected {row.ModelVersion}. Restore the identity database, or train anew with 'warehouse link --train'.");
    }

    private sealed record ModelRow(
        string SystemCode,
        int ModelNumber,
        string ModelVersion,
        string ReasonCode,
        long RegisterCount,
        long RecordCount,
        DateOnly? BornFrom,
        double OneToOneBits,
        double WithinSameShare,
        double WithinMultipleShare,
        double WithinHouseholdShare);

    private sealed record PartRow(int PartNumber, string ModelJson);
}
