-- What: says that the facts of an entry are still to be written
-- Why: grain: one entry; once, however often the form is sent
-- Cost: one insert and one key look-up
INSERT INTO casework.unfinished_entry (
    entry_id,
    facts_json,
    begun_utc
)
SELECT
    @entry_id,
    @facts_json,
    @begun_utc
WHERE NOT EXISTS (SELECT 1 FROM casework.unfinished_entry AS u WHERE u.entry_id = @entry_id)
