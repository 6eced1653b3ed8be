-- What: daily mood of the pilot schools, counted by month
-- Why: the comments and the days are not kept
-- Cost: empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one pupil, one school, one month: days that are alike in everything else
CREATE TABLE stg.mood (
    load_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    record_key BIGINT NOT NULL,
    facility_code VARCHAR(20) NOT NULL,
    month_key INTEGER NOT NULL,
    mood_code VARCHAR(20) NOT NULL,
    is_superseded SMALLINT NOT NULL,
    row_count INTEGER NOT NULL
)
GO
-- Grain: one pupil, one school, one month, as known in a time
CREATE TABLE fact.mood_month (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    facility_key INTEGER NOT NULL,
    month_key INTEGER NOT NULL,
    entry_days SMALLINT NOT NULL,
    cloudy_days SMALLINT NOT NULL,
    rain_days SMALLINT NOT NULL,
    thunder_days SMALLINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
