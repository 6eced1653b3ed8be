-- Grain: one child with a child-rearing allowance spell so far, as known at the snapshot.
-- What: the running spell, and a spell that ended in the last 12 months
-- Why: features of the allowance group
-- Cost: one pass over fact.benefit_spell
WITH known_spell AS (
    SELECT
        b.person_key,
        b.reason_code,
        b.payment_class,
        b.valid_from,
        b.valid_to,
        ROW_NUMBER() OVER (
            PARTITION BY b.person_key
            ORDER BY b.valid_to DESC, b.valid_from DESC, b.record_key DESC, b.certificate_key DESC) AS spell_rank
    FROM fact.benefit_spell AS b
    WHERE b.person_key <> 0
        AND b.benefit_code = 'child_rearing_allowance'
        AND b.valid_from <= @snapshot_date
        AND b.known_from_utc <= @as_known_utc
        AND b.known_to_utc > @as_known_utc
)
SELECT
    s.person_key AS child_key,
    CAST(CASE WHEN s.valid_to > @snapshot_date THEN 1 ELSE 0 END AS SMALLINT) AS has_allowance,
    CASE WHEN s.valid_to > @snapshot_date THEN s.payment_class END AS allowance_class,
    CASE WHEN s.valid_to > @snapshot_date THEN s.reason_code END AS allowance_reason,
    CASE WHEN s.valid_to > @snapshot_date THEN s.valid_from END AS allowance_from_date,
    CAST(CASE WHEN s.valid_to > @from_12m AND s.valid_to <= @snapshot_date THEN 1 ELSE 0 END AS SMALLINT) AS allowance_ended_12m
FROM known_spell AS s
WHERE s.spell_rank = 1
ORDER BY s.person_key
