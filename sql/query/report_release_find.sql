-- What: releases of a month, a state of knowledge and rules, the last first
-- Why: what was drafted or released is given again as it was
-- Cost: meta.statistics_release
SELECT
    r.release_id AS release_id
FROM meta.statistics_release AS r
WHERE r.as_of_date = @as_of_date
    AND r.as_known_utc = @as_known_utc
    AND r.profile_name = @profile_name
    AND r.thresholds_text = @thresholds_text
ORDER BY
    r.release_id DESC
