-- What: links held for review, decisions of staff about links, pairs that are decided for good
-- Why: a person decides where the program is not sure, and any decision can be taken back
-- Cost: four empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one pair of records that the linker leaves to a person; written anew with every run of linkage
CREATE TABLE ident.link_candidate (
    record_key BIGINT NOT NULL,
    other_record_key BIGINT NOT NULL,
    posterior DOUBLE PRECISION NOT NULL,
    weight_bits DOUBLE PRECISION NOT NULL,
    evidence NVARCHAR(1000) NOT NULL,
    linker_version VARCHAR(40) NOT NULL,
    made_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_link_candidate PRIMARY KEY (record_key, other_record_key)
)
GO
-- Grain: one decision of a member of staff; never changed, an undo is a decision of its own
CREATE TABLE ident.link_event (
    event_id BIGINT NOT NULL,
    event_code VARCHAR(20) NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    reason NVARCHAR(400) NOT NULL,
    decided_utc DATETIME2 NOT NULL,
    undone_event_id BIGINT NULL,
    CONSTRAINT pk_link_event PRIMARY KEY (event_id),
    CONSTRAINT ck_link_event_code CHECK (event_code IN ('assign', 'split', 'merge', 'reject', 'undo'))
)
GO
-- Grain: one record that a decision moved from one person to another
CREATE TABLE ident.link_event_record (
    event_id BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    person_before BIGINT NOT NULL,
    person_after BIGINT NOT NULL,
    CONSTRAINT pk_link_event_record PRIMARY KEY (event_id, record_key)
)
GO
-- Grain: one pair of records that a decision put into one person (same) or keeps apart (different)
CREATE TABLE ident.link_constraint (
    event_id BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    other_record_key BIGINT NOT NULL,
    constraint_code VARCHAR(20) NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_link_constraint PRIMARY KEY (event_id, record_key, other_record_key),
    CONSTRAINT ck_link_constraint_code CHECK (constraint_code IN ('same', 'different'))
)
GO
