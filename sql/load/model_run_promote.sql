-- Grain: one model run.
-- What: makes a run that ended the current one, by decision of a person
-- Why: a mark may have been set wrongly, or an earlier model may be wanted back; the marks stay as they were measured
-- Cost: all model runs, a few rows
-- Undo: promote the run before
UPDATE meta.model_run
SET is_current = 0
WHERE is_current = 1
    AND model_run_id <> @model_run_id
GO
UPDATE meta.model_run
SET is_current = 1,
    verdict_code = CASE WHEN verdict_code = 'refused' THEN 'promoted' ELSE verdict_code END
WHERE model_run_id = @model_run_id
    AND status_code = 'succeeded'
GO
INSERT INTO meta.model_promotion (promotion_id, model_run_id, decided_utc, staff_id, reason_text)
SELECT
    COALESCE((SELECT MAX(p.promotion_id) FROM meta.model_promotion AS p), 0) + 1,
    @model_run_id,
    @decided_utc,
    @staff_id,
    @reason_text
