-- What: one member of a meeting
-- Why: grain: one form; written once, however often it is sent
-- Cost: one insert and one key look-up
INSERT INTO casework.conference_member (
    conference_id,
    member_number,
    agency,
    member_name,
    duty_code,
    form_id,
    added_utc,
    staff_id
)
SELECT
    @conference_id,
    @member_number,
    @agency,
    @member_name,
    @duty_code,
    @form_id,
    @added_utc,
    @staff_id
WHERE NOT EXISTS (SELECT 1 FROM casework.conference_member AS t WHERE t.form_id = @form_id)
