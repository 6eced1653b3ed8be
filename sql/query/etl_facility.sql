-- Grain: one facility
-- What: facilities by code
-- Why: new facilities get the next key
-- Cost: one pass over dim.facility
SELECT f.facility_key, f.facility_code, f.facility_kind, f.facility_name, f.district_code
FROM dim.facility AS f
ORDER BY f.facility_key
