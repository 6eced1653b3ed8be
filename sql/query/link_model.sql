-- Grain: one frozen model of linkage
-- What: all models with their numbers, without their texts
-- Why: the linker takes the newest of each system
-- Cost: ident.link_model, a few rows
SELECT
    m.system_code,
    m.model_number,
    m.model_version,
    m.reason_code,
    m.register_count,
    m.record_count,
    m.born_from,
    m.one_to_one_bits,
    m.within_same_share,
    m.within_multiple_share,
    m.within_household_share
FROM ident.link_model AS m
ORDER BY m.system_code, m.model_number
