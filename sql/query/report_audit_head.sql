-- What: the last row of the access log
-- Why: the next row follows its hash
-- Cost: one aggregate and one key look-up
SELECT
    l.access_id AS access_id,
    l.row_hash AS row_hash
FROM audit.access_log AS l
WHERE l.access_id = (SELECT MAX(m.access_id) FROM audit.access_log AS m)
ORDER BY l.access_id
