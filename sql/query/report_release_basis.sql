-- What: the earlier releases that a release was protected against
-- Why: an approval must know whether something became public since
-- Cost: a key range
SELECT
    b.earlier_release_id AS earlier_release_id
FROM meta.release_basis AS b
WHERE b.release_id = @release_id
ORDER BY
    b.earlier_release_id
