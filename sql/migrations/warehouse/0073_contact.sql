-- What: plans, attempts, refusals, supports, outcomes and reviews of caseworkers
-- Why: what came of a judgement, and when somebody looks again
-- Cost: one empty table
-- Compatible with release: 0.1
-- Undo: DROP TABLE fact.contact
-- Grain: one entry of one member of staff about one child; never changed, the newest of its kind holds.
-- event_code: plan | attempt | refusal | support | outcome | review. due_date: of a plan and of a review. is_safety_checked: asked the office in charge of a protective measure
CREATE TABLE fact.contact (
    contact_id CHAR(32) NOT NULL,
    child_key BIGINT NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    event_code VARCHAR(12) NOT NULL,
    detail_code VARCHAR(20) NOT NULL,
    result_code VARCHAR(20) NOT NULL,
    event_date DATE NOT NULL,
    due_date DATE NULL,
    is_safety_checked SMALLINT NOT NULL,
    recorded_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_contact PRIMARY KEY (contact_id),
    CONSTRAINT ck_contact_event CHECK (event_code IN ('plan', 'attempt', 'refusal', 'support', 'outcome', 'review'))
)
GO
