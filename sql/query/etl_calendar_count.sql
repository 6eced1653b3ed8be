-- Grain: one row
-- What: days in the calendar
-- Why: the calendar is filled once
-- Cost: one pass over dim.calendar_date
SELECT CAST(COUNT(*) AS BIGINT) AS day_count
FROM dim.calendar_date AS d
