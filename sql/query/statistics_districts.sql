-- What: districts with their names
-- Why: lines of the district tables
-- Cost: dim.place
SELECT
    p.district_code AS district_code,
    MAX(p.district_name) AS district_name
FROM dim.place AS p
GROUP BY
    p.district_code
ORDER BY
    p.district_code
