-- What: when the usual route came to a child: a consultation received (route), a need decided or a case registered by the council (need), a support begun (support)
-- Why: lead time before it, and what came of children at the end of the list
-- Cost: one pass each over three facts
SELECT
    r.child_key AS child_key,
    r.event_code AS event_code,
    r.event_date AS event_date
FROM (
    SELECT o.person_key AS child_key, 'route' AS event_code, o.received_date AS event_date, o.known_from_utc AS known_from_utc, o.known_to_utc AS known_to_utc
    FROM fact.consultation AS o
    UNION ALL
    SELECT n.person_key AS child_key, 'need' AS event_code, n.decision_date AS event_date, n.known_from_utc AS known_from_utc, n.known_to_utc AS known_to_utc
    FROM fact.consultation AS n
    WHERE n.decision_code = 'need'
        AND n.decision_date IS NOT NULL
    UNION ALL
    SELECT c.person_key AS child_key, 'route' AS event_code, c.registered_date AS event_date, c.known_from_utc AS known_from_utc, c.known_to_utc AS known_to_utc
    FROM fact.council_case AS c
    UNION ALL
    SELECT w.person_key AS child_key, 'need' AS event_code, w.registered_date AS event_date, w.known_from_utc AS known_from_utc, w.known_to_utc AS known_to_utc
    FROM fact.council_case AS w
    UNION ALL
    SELECT t.child_key AS child_key, 'support' AS event_code, t.event_date AS event_date, t.recorded_utc AS known_from_utc, CAST('9999-12-31' AS DATETIME2) AS known_to_utc
    FROM fact.contact AS t
    WHERE t.event_code = 'support'
) AS r
WHERE r.child_key <> 0
    AND (r.event_code = 'support' OR r.known_from_utc <= @as_known_utc)
    AND r.known_to_utc > @as_known_utc
ORDER BY
    r.child_key,
    r.event_date,
    r.event_code
