-- What: a benefit's code gets room for 40 characters instead of 20
-- Why: child_rearing_allowance has 23; SQL Server enforces lengths, DuckDB keeps any
-- Cost: the rows of one fact are written twice. Not ALTER COLUMN … NOT NULL, because not every server that speaks TDS takes it.
-- Compatible with release: 0.1
-- Undo: the same with 20 characters, once no longer code is kept
SELECT person_key, record_key, recipient_key, recipient_record_key, benefit_code, certificate_key, reason_code, payment_class, valid_from, valid_to, known_from_utc, known_to_utc, load_id, status_code
INTO fact.benefit_spell_kept
FROM fact.benefit_spell
GO
DROP TABLE fact.benefit_spell
GO
-- Grain: one version of one child of one benefit
CREATE TABLE fact.benefit_spell (
    person_key BIGINT NOT NULL,
    record_key BIGINT NOT NULL,
    recipient_key BIGINT NOT NULL,
    recipient_record_key BIGINT NOT NULL,
    benefit_code VARCHAR(40) NOT NULL,
    certificate_key BIGINT NOT NULL,
    reason_code VARCHAR(20) NOT NULL,
    payment_class VARCHAR(20) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    known_from_utc DATETIME2 NOT NULL,
    known_to_utc DATETIME2 NOT NULL,
    load_id BIGINT NOT NULL,
    status_code VARCHAR(20) NULL
)
GO
INSERT INTO fact.benefit_spell (person_key, record_key, recipient_key, recipient_record_key, benefit_code, certificate_key, reason_code, payment_class, valid_from, valid_to, known_from_utc, known_to_utc, load_id, status_code)
SELECT b.person_key, b.record_key, b.recipient_key, b.recipient_record_key, b.benefit_code, b.certificate_key, b.reason_code, b.payment_class, b.valid_from, b.valid_to, b.known_from_utc, b.known_to_utc, b.load_id, b.status_code
FROM fact.benefit_spell_kept AS b
GO
DROP TABLE fact.benefit_spell_kept
GO
