-- Grain: one person born since the vaccinations are on record, as known at the snapshot.
-- What: doses of all vaccines and of that against measles; 0 where none is on record
-- Why: features of the vaccination group; of those born earlier nobody can say what they were given
-- Cost: one pass over dim.person and two over fact.vaccination
SELECT
    p.person_key AS child_key,
    CAST(COUNT(v.vaccine_code) AS INTEGER) AS vaccine_dose_count,
    CAST(SUM(CASE WHEN v.vaccine_code = 'mr' THEN 1 ELSE 0 END) AS INTEGER) AS measles_dose_count
FROM (
    SELECT DISTINCT d.person_key
    FROM dim.person AS d
    WHERE d.person_key <> 0
        AND d.birth_year_month >= @birth_month_from
        AND d.birth_year_month >= (
            SELECT MIN(YEAR(f.vaccination_date) * 100 + MONTH(f.vaccination_date))
            FROM fact.vaccination AS f
            WHERE f.known_from_utc <= @as_known_utc
                AND f.known_to_utc > @as_known_utc)
        AND d.known_from_utc <= @as_known_utc
        AND d.known_to_utc > @as_known_utc) AS p
LEFT JOIN fact.vaccination AS v
    ON v.person_key = p.person_key
    AND v.vaccination_date <= @snapshot_date
    AND v.known_from_utc <= @as_known_utc
    AND v.known_to_utc > @as_known_utc
GROUP BY p.person_key
ORDER BY p.person_key
