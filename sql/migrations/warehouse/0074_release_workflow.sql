-- What: steps, approvals, bases and documents of releases of statistics
-- Why: what is public was checked and approved by a second person, is frozen, and can be withdrawn or corrected
-- Cost: four empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one step of one release; rows are only ever added. A release without any step was made before steps were kept and counts as public.
-- event_code: draft | check | approve | reject | handout (files left before the release was public) | notice | withdraw. note_text is published with the release: no names.
CREATE TABLE meta.release_event (
    release_id BIGINT NOT NULL,
    event_number INTEGER NOT NULL,
    event_code VARCHAR(12) NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    at_utc DATETIME2 NOT NULL,
    note_text NVARCHAR(1000) NOT NULL,
    CONSTRAINT pk_release_event PRIMARY KEY (release_id, event_number),
    CONSTRAINT ck_release_event_code CHECK (event_code IN ('draft', 'check', 'approve', 'reject', 'handout', 'notice', 'withdraw'))
)
GO
-- Grain: one approved release. public_from_utc: end of the embargo. corrects_number: the release whose place it takes.
CREATE TABLE meta.release_approval (
    release_number INTEGER NOT NULL,
    release_id BIGINT NOT NULL,
    public_from_utc DATETIME2 NOT NULL,
    document_sha256 CHAR(64) NOT NULL,
    corrects_number INTEGER NULL,
    CONSTRAINT pk_release_approval PRIMARY KEY (release_number),
    CONSTRAINT uq_release_approval_release UNIQUE (release_id)
)
GO
-- Grain: one earlier release that a release was protected against.
CREATE TABLE meta.release_basis (
    release_id BIGINT NOT NULL,
    earlier_release_id BIGINT NOT NULL,
    CONSTRAINT pk_release_basis PRIMARY KEY (release_id, earlier_release_id)
)
GO
-- Grain: one part of the document of one release, of at most 4,000 characters. Hidden figures are not in it.
CREATE TABLE meta.release_part (
    release_id BIGINT NOT NULL,
    part_number INTEGER NOT NULL,
    document_json NVARCHAR(4000) NOT NULL,
    CONSTRAINT pk_release_part PRIMARY KEY (release_id, part_number)
)
GO
