-- What: the number and the embargo of one approved release
-- Why: grain: one approved release; rows are only ever added
-- Cost: one insert
INSERT INTO meta.release_approval (
    release_number,
    release_id,
    public_from_utc,
    document_sha256,
    corrects_number
)
VALUES (
    @release_number,
    @release_id,
    @public_from_utc,
    @document_sha256,
    @corrects_number
)
