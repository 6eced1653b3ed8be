-- Grain: one person
-- What: writes the changed identity of one person
-- Why: profiles follow the latest register record
-- Cost: one row by key
UPDATE ident.person_profile
SET name_kanji = @name_kanji,
    name_kana = @name_kana,
    birth_date = @birth_date,
    sex_code = @sex_code,
    address = @address,
    resident_number = @resident_number,
    household_number = @household_number,
    profile_record_key = @profile_record_key
WHERE person_key = @person_key
