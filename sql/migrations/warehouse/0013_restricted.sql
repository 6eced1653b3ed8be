-- What: the schema of the restricted class and its first fact
-- Why: consultations about violence are for contact safety only; no model, brief or statistics may read them
-- Cost: one schema, one empty table
-- Compatible with release: 0.1
-- Undo: DROP the table, then the schema
CREATE SCHEMA restricted
GO
-- Grain: one person on one day: whether the women's desk was consulted; read by the role for contact safety only
CREATE TABLE restricted.dv_flag (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    as_of_date DATE NOT NULL,
    has_consulted SMALLINT NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL
)
GO
