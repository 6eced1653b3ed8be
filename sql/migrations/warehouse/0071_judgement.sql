-- What: judgements of caseworkers, before and after the analysis was shown
-- Why: whether the analysis helps can be measured only where a judgement without it is on record
-- Cost: one empty table
-- Compatible with release: 0.1
-- Undo: DROP TABLE fact.judgement
-- Grain: one judgement of one member of staff about one child in one scoring; never changed. A final one is revised by a row of its own.
-- stage_code: first (nothing of the analysis was shown) | final. decision_code: need | no_need | pending
-- model_run_id 0 where no model had scored the child; band_code: what the model said then, also where nobody was shown it
CREATE TABLE fact.judgement (
    judgement_id CHAR(32) NOT NULL,
    child_key BIGINT NOT NULL,
    snapshot_date DATE NOT NULL,
    model_run_id BIGINT NOT NULL,
    staff_id VARCHAR(40) NOT NULL,
    stage_code VARCHAR(10) NOT NULL,
    revision_number INTEGER NOT NULL,
    decision_code VARCHAR(12) NOT NULL,
    reason_code VARCHAR(20) NOT NULL,
    band_code VARCHAR(12) NOT NULL,
    is_band_shown SMALLINT NOT NULL,
    spent_seconds INTEGER NOT NULL,
    judged_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_judgement PRIMARY KEY (child_key, snapshot_date, model_run_id, staff_id, stage_code, revision_number),
    CONSTRAINT uq_judgement_id UNIQUE (judgement_id),
    CONSTRAINT ck_judgement_stage CHECK ((stage_code = 'first' AND revision_number = 1 AND is_band_shown = 0) OR (stage_code = 'final' AND revision_number >= 1 AND is_band_shown = 1)),
    CONSTRAINT ck_judgement_decision CHECK (decision_code IN ('need', 'no_need', 'pending'))
)
GO
