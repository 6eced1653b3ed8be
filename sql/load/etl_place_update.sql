-- Grain: one town
-- What: writes the changed names of one town
-- Why: reference files may correct a name
-- Cost: one row by key
UPDATE dim.place
SET town_name = @town_name,
    district_code = @district_code,
    district_name = @district_name,
    city_name = @city_name
WHERE place_key = @place_key
