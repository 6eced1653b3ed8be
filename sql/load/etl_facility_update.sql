-- Grain: one facility
-- What: writes the changed description of one facility
-- Why: reference files may correct a name
-- Cost: one row by key
UPDATE dim.facility
SET facility_kind = @facility_kind,
    facility_name = @facility_name,
    district_code = @district_code
WHERE facility_key = @facility_key
