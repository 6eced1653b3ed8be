-- What: what a stored document is; a child taken off an agenda and put back; when a support begins; members of a meeting with an account
-- Why: the family's hand-out of a support plan is kept and opened like a brief and holds no analysis; an agenda, a beginning and a member are said as they are
-- Cost: nullable columns, one empty table
-- Compatible with release: 0.1
-- Undo: DROP TABLE casework.conference_item_change; ALTER TABLE … DROP COLUMN for the columns named here
-- document_code: plan for a hand-out; NULL for a brief
ALTER TABLE casework.brief ADD document_code VARCHAR(12) NULL
GO
-- begins_date: when a support begins; NULL on the day of the meeting
ALTER TABLE casework.conference_task ADD begins_date DATE NULL
GO
-- staff_id: the account of a member who has one
ALTER TABLE casework.conference_member ADD staff_id VARCHAR(40) NULL
GO
-- Grain: one change of one child on one agenda; the last by its number in the meeting holds, nothing is ever changed. change_code: off | on
CREATE TABLE casework.conference_item_change (
    change_id CHAR(32) NOT NULL,
    conference_id CHAR(32) NOT NULL,
    child_key BIGINT NOT NULL,
    change_number INTEGER NOT NULL,
    change_code VARCHAR(4) NOT NULL,
    reason_text NVARCHAR(400) NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    changed_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_conference_item_change PRIMARY KEY (change_id),
    CONSTRAINT ck_conference_item_change_code CHECK (change_code IN ('off', 'on'))
)
GO
