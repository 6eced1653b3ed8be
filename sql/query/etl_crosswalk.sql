-- Grain: one link of one record, for the time it was believed
-- What: all that linkage hands over
-- Why: the warehouse gets keys and times and nothing else
-- Cost: one pass over ident.crosswalk, in no order: sorting a city's links would take memory that the warehouse needs at that moment
SELECT
    x.record_key,
    x.person_key,
    x.known_from_utc,
    x.known_to_utc
FROM ident.crosswalk AS x
