-- What: releases of a month, a state of knowledge and rules, the last first
-- Why: what was released is given again as it was
-- Cost: meta.statistics_release
SELECT
    r.release_id AS release_id,
    r.audited_count AS audited_count,
    r.secondary_cost AS secondary_cost,
    r.secondary_bound AS secondary_bound
FROM meta.statistics_release AS r
WHERE r.as_of_date = @as_of_date
    AND r.as_known_utc = @as_known_utc
    AND r.profile_name = @profile_name
    AND r.thresholds_text = @thresholds_text
ORDER BY
    r.release_id DESC
