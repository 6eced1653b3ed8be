-- Grain: one link run
-- What: ends a link run as published, with its counts
-- Why: the outcome and the moved links become visible together
-- Cost: one row by key
UPDATE meta.link_run
SET status_code = 'succeeded',
    is_published = 1,
    finished_utc = @now_utc,
    reviewed_count = @reviewed_count,
    moved_count = @moved_count,
    confirmed_count = @confirmed_count,
    unmatched_count = @unmatched_count,
    kept_count = @kept_count,
    handed_over_count = @handed_over_count
WHERE link_run_id = @link_run_id
