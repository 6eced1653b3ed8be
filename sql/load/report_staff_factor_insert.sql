-- What: the second factor of one account
-- Why: grain: one account; written when its first code was confirmed
-- Cost: one insert
INSERT INTO casework.staff_factor (
    staff_id,
    secret_box,
    last_step,
    enrolled_utc
)
VALUES (
    @staff_id,
    @secret_box,
    @last_step,
    @enrolled_utc
)
