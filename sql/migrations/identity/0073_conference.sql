-- What: case conferences: agenda, members, numbered copies, decisions with their tasks, minutes
-- Why: what was decided about a family, by whom and until when, stays where names may be
-- Cost: seven empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one meeting. remit_code: of whoever called it; caseworkers of that remit and of the whole city see it
CREATE TABLE casework.conference (
    conference_id CHAR(32) NOT NULL,
    title NVARCHAR(100) NOT NULL,
    held_date DATE NOT NULL,
    starts_at VARCHAR(5) NOT NULL,
    place NVARCHAR(100) NOT NULL,
    remit_code VARCHAR(40) NOT NULL,
    created_by VARCHAR(40) NOT NULL,
    created_utc DATETIME2 NOT NULL,
    closed_by VARCHAR(40) NULL,
    closed_utc DATETIME2 NULL,
    CONSTRAINT pk_conference PRIMARY KEY (conference_id)
)
GO
-- Grain: one person or agency at one meeting. duty_code: chair | scribe | member
CREATE TABLE casework.conference_member (
    conference_id CHAR(32) NOT NULL,
    member_number INTEGER NOT NULL,
    agency NVARCHAR(100) NOT NULL,
    member_name NVARCHAR(100) NOT NULL,
    duty_code VARCHAR(12) NOT NULL,
    form_id CHAR(32) NOT NULL,
    added_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_conference_member PRIMARY KEY (conference_id, member_number),
    CONSTRAINT ck_conference_member_duty CHECK (duty_code IN ('chair', 'scribe', 'member'))
)
GO
-- Grain: one child on one agenda
CREATE TABLE casework.conference_item (
    conference_id CHAR(32) NOT NULL,
    child_key BIGINT NOT NULL,
    item_number INTEGER NOT NULL,
    added_by VARCHAR(40) NOT NULL,
    added_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_conference_item PRIMARY KEY (conference_id, child_key)
)
GO
-- Grain: one numbered copy of a brief that was handed to one member
CREATE TABLE casework.conference_copy (
    brief_id VARCHAR(40) NOT NULL,
    conference_id CHAR(32) NOT NULL,
    child_key BIGINT NOT NULL,
    member_number INTEGER NOT NULL,
    copy_number INTEGER NOT NULL,
    issued_by VARCHAR(40) NOT NULL,
    issued_utc DATETIME2 NOT NULL,
    returned_to VARCHAR(40) NULL,
    returned_utc DATETIME2 NULL,
    CONSTRAINT pk_conference_copy PRIMARY KEY (brief_id)
)
GO
-- Grain: one decision about one child; never changed, the newest of a meeting holds
CREATE TABLE casework.conference_decision (
    decision_id CHAR(32) NOT NULL,
    conference_id CHAR(32) NOT NULL,
    child_key BIGINT NOT NULL,
    decision_code VARCHAR(12) NOT NULL,
    lead_agency NVARCHAR(100) NOT NULL,
    review_date DATE NULL,
    decision_text NVARCHAR(1000) NOT NULL,
    decided_by VARCHAR(40) NOT NULL,
    decided_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_conference_decision PRIMARY KEY (decision_id),
    CONSTRAINT ck_conference_decision_code CHECK (decision_code IN ('support', 'watch', 'council', 'refer', 'close'))
)
GO
-- Grain: one task of a decision. support_code: a support of the menu of contacts, or none
CREATE TABLE casework.conference_task (
    decision_id CHAR(32) NOT NULL,
    task_number INTEGER NOT NULL,
    support_code VARCHAR(20) NOT NULL,
    agency NVARCHAR(100) NOT NULL,
    task_text NVARCHAR(400) NOT NULL,
    due_date DATE NOT NULL,
    CONSTRAINT pk_conference_task PRIMARY KEY (decision_id, task_number)
)
GO
-- Grain: one entry of the minutes; never changed. child_key: 0 of the whole meeting
CREATE TABLE casework.conference_minute (
    minute_id CHAR(32) NOT NULL,
    conference_id CHAR(32) NOT NULL,
    child_key BIGINT NOT NULL,
    minute_text NVARCHAR(1000) NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    written_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_conference_minute PRIMARY KEY (minute_id)
)
GO
