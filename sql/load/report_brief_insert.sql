-- What: one brief
-- Why: grain: one copy of one brief
-- Cost: one insert
INSERT INTO casework.brief (
    brief_id,
    child_key,
    snapshot_date,
    as_known_utc,
    created_utc,
    created_by,
    recipient,
    copy_number,
    copy_count,
    document_sha256,
    renderer,
    document_code
)
VALUES (
    @brief_id,
    @child_key,
    @snapshot_date,
    @as_known_utc,
    @created_utc,
    @created_by,
    @recipient,
    @copy_number,
    @copy_count,
    @document_sha256,
    @renderer,
    @document_code
)
