-- What: one entry about a contact
-- Why: grain: one form; written once, however often it is sent
-- Cost: one insert and one key look-up
INSERT INTO fact.contact (
    contact_id,
    child_key,
    staff_id,
    event_code,
    detail_code,
    result_code,
    event_date,
    due_date,
    is_safety_checked,
    recorded_utc
)
SELECT
    @contact_id,
    @child_key,
    @staff_id,
    @event_code,
    @detail_code,
    @result_code,
    @event_date,
    @due_date,
    @is_safety_checked,
    @recorded_utc
WHERE NOT EXISTS (SELECT 1 FROM fact.contact AS c WHERE c.contact_id = @contact_id)
