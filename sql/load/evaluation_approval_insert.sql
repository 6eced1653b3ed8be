-- What: the approval of one run
-- Why: grain: one run that a person approved for readers; rows are only ever added
-- Cost: one insert
INSERT INTO meta.evaluation_approval (
    evaluation_id,
    staff_id,
    approved_utc
)
VALUES (
    @evaluation_id,
    @staff_id,
    @now_utc
)
