-- What: one step of one release
-- Why: grain: one step; rows are only ever added, and a step that somebody else took at the same time violates the key
-- Cost: one insert
INSERT INTO meta.release_event (
    release_id,
    event_number,
    event_code,
    staff_id,
    at_utc,
    note_text
)
VALUES (
    @release_id,
    @event_number,
    @event_code,
    @staff_id,
    @now_utc,
    @note_text
)
