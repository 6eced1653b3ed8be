-- Grain: one link run that decided links
-- What: how link runs signed their decisions
-- Why: decisions of a run that was never published are taken back
-- Cost: one pass over ident.crosswalk
SELECT DISTINCT x.decided_by
FROM ident.crosswalk AS x
WHERE x.decided_by LIKE 'link-run %'
ORDER BY x.decided_by
