-- Grain: one town
-- What: places by code
-- Why: new towns get the next key
-- Cost: one pass over dim.place
SELECT p.place_key, p.town_code, p.town_name, p.district_code, p.district_name, p.city_name
FROM dim.place AS p
ORDER BY p.place_key
