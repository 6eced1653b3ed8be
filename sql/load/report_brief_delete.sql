-- What: takes a brief away before it is written again under the same id
-- Why: grain: one brief; the same request twice gives the same brief once
-- Cost: two key ranges
DELETE FROM casework.brief_part
WHERE brief_id = @brief_id
GO
DELETE FROM casework.brief
WHERE brief_id = @brief_id
