-- Grain: one child with entries of the daily mood in the 3 months before the snapshot, as known then.
-- What: days with an entry, and days called rain or thunder
-- Why: features of the mood group; answers given in trust, for no model until approved
-- Cost: one pass over 3 months of fact.mood_month
SELECT
    m.person_key AS child_key,
    CAST(SUM(m.entry_days) AS INTEGER) AS mood_entry_days_3m,
    CAST(SUM(m.rain_days + m.thunder_days) AS INTEGER) AS mood_low_days_3m
FROM fact.mood_month AS m
WHERE m.person_key <> 0
    AND m.month_key >= @month_3m
    AND m.month_key < @month_0m
    AND m.known_from_utc <= @as_known_utc
    AND m.known_to_utc > @as_known_utc
GROUP BY m.person_key
ORDER BY m.person_key
