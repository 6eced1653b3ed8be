-- What: second factors of accounts and their recovery codes
-- Why: a password that was seen or guessed opens nothing alone
-- Cost: two empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one account with a second factor. secret_box: the shared secret, encrypted under a key made from the installation secret, which is in no database.
-- last_step: the newest time step whose code was used; a code opens once
CREATE TABLE casework.staff_factor (
    staff_id VARCHAR(40) NOT NULL,
    secret_box VARCHAR(200) NOT NULL,
    last_step BIGINT NOT NULL,
    enrolled_utc DATETIME2 NOT NULL,
    CONSTRAINT pk_staff_factor PRIMARY KEY (staff_id)
)
GO
-- Grain: one recovery code, by its keyed hash
CREATE TABLE casework.staff_recovery (
    staff_id VARCHAR(40) NOT NULL,
    code_hash CHAR(64) NOT NULL,
    used_utc DATETIME2 NULL,
    CONSTRAINT pk_staff_recovery PRIMARY KEY (staff_id, code_hash)
)
GO
