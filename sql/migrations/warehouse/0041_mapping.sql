-- What: mappings that load runs read their files through
-- Why: the version of a mapping is part of where a value came from
-- Cost: two empty tables
-- Compatible with release: 0.1
-- Undo: DROP the tables named here
-- Grain: one part of at most 4,000 characters of one version of a mapping, without its approval
CREATE TABLE meta.mapping_document (
    mapping_sha256 CHAR(64) NOT NULL,
    part_number INTEGER NOT NULL,
    feed VARCHAR(40) NOT NULL,
    document_json NVARCHAR(4000) NOT NULL,
    CONSTRAINT pk_mapping_document PRIMARY KEY (mapping_sha256, part_number)
)
GO
-- Grain: one load run whose file was read through a mapping
CREATE TABLE meta.load_mapping (
    load_id BIGINT NOT NULL,
    mapping_sha256 CHAR(64) NOT NULL,
    profile_name NVARCHAR(60) NOT NULL,
    approved_by NVARCHAR(60) NOT NULL
)
GO
