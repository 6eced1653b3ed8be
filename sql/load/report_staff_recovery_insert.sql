-- What: one recovery code, hashed
-- Why: grain: one code; signs in once without the device
-- Cost: one insert
INSERT INTO casework.staff_recovery (
    staff_id,
    code_hash,
    used_utc
)
VALUES (
    @staff_id,
    @code_hash,
    NULL
)
