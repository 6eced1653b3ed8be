-- What: frozen models of linkage, one or more for each source system
-- Why: later loads decide about new records as the first one did, and every link names the model that it rests on
-- Cost: two empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one model, trained once and never changed; of one system the highest number is used
CREATE TABLE ident.link_model (
    system_code VARCHAR(20) NOT NULL,
    model_number INTEGER NOT NULL,
    model_version VARCHAR(20) NOT NULL,
    reason_code VARCHAR(20) NOT NULL,
    linker_version VARCHAR(40) NOT NULL,
    trained_utc DATETIME2 NOT NULL,
    register_count BIGINT NOT NULL,
    record_count BIGINT NOT NULL,
    born_from DATE NULL,
    one_to_one_bits DOUBLE PRECISION NOT NULL,
    within_same_share DOUBLE PRECISION NOT NULL,
    within_multiple_share DOUBLE PRECISION NOT NULL,
    within_household_share DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_link_model PRIMARY KEY (system_code, model_number),
    CONSTRAINT ck_link_model_reason CHECK (reason_code IN ('first', 'asked', 'misfit'))
)
GO
-- Grain: one piece of the text of a model
CREATE TABLE ident.link_model_part (
    system_code VARCHAR(20) NOT NULL,
    model_number INTEGER NOT NULL,
    part_number INTEGER NOT NULL,
    model_json NVARCHAR(4000) NOT NULL,
    CONSTRAINT pk_link_model_part PRIMARY KEY (system_code, model_number, part_number)
)
GO
