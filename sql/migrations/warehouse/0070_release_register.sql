-- What: register of the statistics that were released, figure by figure
-- Why: a new release may not tell, together with an earlier one, what either hides
-- Cost: three empty tables
-- Compatible with release: 0.1
-- Undo: DROP TABLE fact.release_sum; DROP TABLE fact.release_cell; DROP TABLE meta.statistics_release
-- Grain: one release of the tables of the catalogue.
-- thresholds_text: the thresholds in force, so that the same rules can be told from others of the same name.
CREATE TABLE meta.statistics_release (
    release_id BIGINT NOT NULL,
    released_utc DATETIME2 NOT NULL,
    as_of_date DATE NOT NULL,
    as_known_utc DATETIME2 NOT NULL,
    profile_name VARCHAR(40) NOT NULL,
    thresholds_text VARCHAR(400) NOT NULL,
    figure_count INTEGER NOT NULL,
    hidden_count INTEGER NOT NULL,
    audited_count INTEGER NOT NULL,
    secondary_cost BIGINT NOT NULL,
    secondary_bound BIGINT NULL,
    CONSTRAINT pk_statistics_release PRIMARY KEY (release_id)
)
GO
-- Grain: one figure of one release, hidden ones too; cell_count is never shown from here.
-- state_code: shown | rounded | primary | secondary | unpublished (in no table, but the difference of two figures that are). need_width: how wide its interval has to stay. shown_lower, shown_upper: between which what was printed says that the figure lies; null where hidden.
CREATE TABLE fact.release_cell (
    release_id BIGINT NOT NULL,
    figure_key NVARCHAR(400) NOT NULL,
    cell_count BIGINT NOT NULL,
    state_code VARCHAR(12) NOT NULL,
    printed_count BIGINT NULL,
    shown_lower BIGINT NULL,
    shown_upper BIGINT NULL,
    need_width BIGINT NOT NULL,
    CONSTRAINT pk_release_cell PRIMARY KEY (release_id, figure_key)
)
GO
-- Grain: one figure of one sum of one release; part_number 0 is the total.
CREATE TABLE fact.release_sum (
    release_id BIGINT NOT NULL,
    sum_number INTEGER NOT NULL,
    part_number INTEGER NOT NULL,
    figure_key NVARCHAR(400) NOT NULL,
    CONSTRAINT pk_release_sum PRIMARY KEY (release_id, sum_number, part_number)
)
GO
