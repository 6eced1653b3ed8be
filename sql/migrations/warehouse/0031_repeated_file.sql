-- What: files that came with the content of an earlier one
-- Why: a month in which nothing changed is not a missing month
-- Cost: one empty table
-- Compatible with release: 0.1
-- Undo: DROP TABLE meta.repeated_file
-- Grain: one content for one period
CREATE TABLE meta.repeated_file (
    file_sha256 CHAR(64) NOT NULL,
    period_from DATE NOT NULL,
    period_to DATE NOT NULL,
    feed VARCHAR(40) NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_repeated_file PRIMARY KEY (file_sha256, period_from, period_to)
)
GO
