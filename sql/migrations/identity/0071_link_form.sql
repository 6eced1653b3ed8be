-- What: forms of the page on which links are decided
-- Why: a form sent twice decides once; who could not say, and who looked at the score first, stays on record
-- Cost: one empty table
-- Compatible with release: 0.1
-- Undo: DROP TABLE ident.link_form
-- Grain: one form that a reviewer sent; never changed.
-- outcome_code: same | different | unsure | undo. event_id: the decision that it made; null where the reviewer could not say
CREATE TABLE ident.link_form (
    form_id CHAR(32) NOT NULL,
    event_id BIGINT NULL,
    record_key BIGINT NOT NULL,
    other_record_key BIGINT NOT NULL,
    outcome_code VARCHAR(12) NOT NULL,
    is_score_shown SMALLINT NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    reason NVARCHAR(400) NOT NULL,
    sent_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_link_form PRIMARY KEY (form_id),
    CONSTRAINT ck_link_form_outcome CHECK (outcome_code IN ('same', 'different', 'unsure', 'undo')),
    CONSTRAINT ck_link_form_score CHECK (is_score_shown IN (0, 1))
)
GO
