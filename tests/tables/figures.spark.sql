-- tasks_done_on_time, regular_met, filings_on_time_rate
-- period 2026-01-01..2026-03-31, as of 2026-04-20, dialect spark
WITH
-- meeting as of 2026-04-20
meeting_seen AS (
SELECT r.*
FROM meeting r
WHERE NOT r.retracted AND r.starts <= DATE '2026-04-20'
),

-- updates of task that have happened, the last first, since_X: how many that are not X stand here or came later
task_step AS (
SELECT u.record,
       u.`on` AS day,
       u.status,
       ROW_NUMBER() OVER (PARTITION BY u.record ORDER BY u.`on` DESC, u.n DESC) AS back,
       SUM(CASE WHEN u.status IN ('done', 'closed') THEN 0 ELSE 1 END)
         OVER (PARTITION BY u.record ORDER BY u.`on` DESC, u.n DESC ROWS UNBOUNDED PRECEDING) AS since_finished
FROM task_update u
WHERE u.`on` <= DATE '2026-04-20' AND u.status IN ('not-started', 'in-progress', 'ongoing', 'done', 'closed', 'returned', 'dropped', 'no-data')
),

-- what the updates of each task come to
task_life AS (
SELECT t.record,
       MAX(CASE WHEN t.back = 1 THEN t.status END) AS state,
       MIN(CASE WHEN t.since_finished = 0 THEN t.day END) AS finished
FROM task_step t
GROUP BY t.record
),

-- task as of 2026-04-20
task_seen AS (
SELECT r.*,
       COALESCE(l.state, 'not-started') AS state,
       l.finished AS finished,
       COALESCE(r.extended_to, r.due) AS effective_due
FROM task r
LEFT JOIN task_life l ON l.record = r.id
WHERE NOT r.retracted AND r.starts <= DATE '2026-04-20'
),

-- updates of filing that have happened, the last first
filing_step AS (
SELECT u.record,
       u.`on` AS day,
       u.status,
       ROW_NUMBER() OVER (PARTITION BY u.record ORDER BY u.`on` DESC, u.n DESC) AS back
FROM filing_update u
WHERE u.`on` <= DATE '2026-04-20' AND u.status IN ('filed', 'returned', 'approved')
),

-- what the updates of each filing come to
filing_life AS (
SELECT t.record,
       MAX(CASE WHEN t.back = 1 THEN t.status END) AS state,
       MAX(CASE WHEN t.status = 'returned' THEN 1 ELSE 0 END) AS ever_returned
FROM filing_step t
GROUP BY t.record
),

-- filing as of 2026-04-20
filing_seen AS (
SELECT r.*,
       COALESCE(l.ever_returned, 0) AS ever_returned
FROM filing r
LEFT JOIN filing_life l ON l.record = r.id
WHERE NOT r.retracted AND r.starts <= DATE '2026-04-20'
),

-- which organisations each row covers
scope (role, org, member) AS (
SELECT 'own', 'jianxi', 'jianxi'
UNION ALL
SELECT 'total', 'jianxi', a.org
FROM org_above a WHERE a.above = 'jianxi'
UNION ALL
SELECT 'org', o.id, a.org
FROM org o
LEFT JOIN org_above u ON u.org = o.id AND u.above = 'jianxi' AND u.distance > 0
JOIN org_above a ON a.above = o.id
WHERE u.org IS NOT NULL AND o.depth <= 2
),

-- task: what each organisation has
task_own AS (
SELECT r.org,
       COUNT(*) FILTER (WHERE r.effective_due BETWEEN DATE '2026-01-01' AND DATE '2026-03-31'
         AND r.finished <= r.effective_due
         AND r.state IN ('done', 'closed')) AS tasks_done_on_time
FROM task_seen r
GROUP BY r.org
),

-- windows of obligations in the period, computed by the program: judged is the day as of which one is looked at
owed_window (obligation, first_day, last_day, over, judged, on_time_from, on_time_until) AS (
VALUES
  ('regular', DATE '2026-01-01', DATE '2026-01-31', DATE '2026-01-31', DATE '2026-04-20', DATE '2026-01-01', DATE '2026-01-07'),
  ('regular', DATE '2026-02-01', DATE '2026-02-28', DATE '2026-02-28', DATE '2026-04-20', DATE '2026-02-01', DATE '2026-02-07'),
  ('regular', DATE '2026-03-01', DATE '2026-03-31', DATE '2026-03-31', DATE '2026-04-20', DATE '2026-03-01', DATE '2026-03-07'),
  ('filing', DATE '2026-01-01', DATE '2026-03-31', DATE '2026-04-10', DATE '2026-04-20', DATE '2026-01-01', DATE '2026-03-31')
),

-- who is excused from regular
regular_exempt AS (
SELECT DISTINCT e.org, w.first_day
FROM org_exempt e
JOIN owed_window w ON w.obligation = e.obligation AND e.`from` <= w.last_day
WHERE w.obligation = 'regular' AND (e.until IS NULL
         OR (e.until >= w.first_day AND e.until >= e.`from`))
),

-- records that stand in a window of regular
regular_record AS (
SELECT r.org, w.first_day, '' AS asked_by, r.starts, r.seq,
       CASE WHEN r.date BETWEEN w.on_time_from AND w.on_time_until THEN 1 ELSE 0 END AS on_time, 0 AS returned
FROM meeting_seen r
JOIN owed_window w ON r.date >= w.first_day AND r.date <= w.last_day
WHERE w.obligation = 'regular' AND r.type = 'regular'
),

-- who owes regular, exemptions aside
regular_owing AS (
SELECT o.id AS org, w.first_day, w.last_day, w.over, w.judged
FROM org o
JOIN owed_window w ON w.obligation = 'regular'
WHERE o.kind IN ('district-committee', 'party-committee', 'working-committee')
         AND (o.founded IS NULL OR o.founded <= w.first_day)
         AND (o.dissolved IS NULL OR o.dissolved > w.last_day)
),

-- what became of regular
regular_owed AS (
SELECT w.org, COALESCE(r.returned, 0) AS returned, 1 AS times,
       CASE WHEN x.org IS NOT NULL THEN 'exempt' WHEN r.on_time = 1 THEN 'met' WHEN r.on_time = 0 THEN 'late' ELSE 'missed' END AS state
FROM regular_owing w
LEFT JOIN (
  SELECT r.org, r.first_day, MAX(r.on_time) AS on_time, MAX(r.returned) AS returned FROM regular_record r GROUP BY r.org, r.first_day
) r ON r.org = w.org AND r.first_day = w.first_day
LEFT JOIN regular_exempt x ON x.org = w.org AND x.first_day = w.first_day
WHERE x.org IS NOT NULL OR r.org IS NOT NULL OR w.over <= w.judged
),

-- who is excused from filing
filing_exempt AS (
SELECT DISTINCT e.org, w.first_day
FROM org_exempt e
JOIN owed_window w ON w.obligation = e.obligation AND e.`from` <= w.last_day
WHERE w.obligation = 'filing' AND (e.until IS NULL
         OR (e.until >= w.first_day AND e.until >= e.`from`))
),

-- records that stand in a window of filing
filing_record AS (
SELECT r.org, w.first_day, '' AS asked_by, r.starts, r.seq,
       CASE WHEN r.starts <= w.over THEN 1 ELSE 0 END AS on_time, r.ever_returned AS returned
FROM filing_seen r
JOIN owed_window w ON r.quarter_first >= w.first_day AND r.quarter_last <= w.last_day
WHERE w.obligation = 'filing'
),

-- who owes filing, exemptions aside
filing_owing AS (
SELECT o.id AS org, w.first_day, w.last_day, w.over, w.judged
FROM org o
JOIN owed_window w ON w.obligation = 'filing'
WHERE o.kind IN ('party-committee', 'working-committee')
         AND (o.founded IS NULL OR o.founded <= w.first_day)
         AND (o.dissolved IS NULL OR o.dissolved > w.last_day)
),

-- what became of filing
filing_owed AS (
SELECT w.org, COALESCE(r.returned, 0) AS returned, 1 AS times,
       CASE WHEN x.org IS NOT NULL THEN 'exempt' WHEN r.on_time = 1 THEN 'met' WHEN r.on_time = 0 THEN 'late' ELSE 'missed' END AS state
FROM filing_owing w
LEFT JOIN (
  SELECT r.org, r.first_day, MAX(r.on_time) AS on_time, MAX(r.returned) AS returned FROM filing_record r GROUP BY r.org, r.first_day
) r ON r.org = w.org AND r.first_day = w.first_day
LEFT JOIN filing_exempt x ON x.org = w.org AND x.first_day = w.first_day
WHERE x.org IS NOT NULL OR r.org IS NOT NULL OR w.over <= w.judged
),

-- windows of all obligations, how many times each is owed so
owed AS (
SELECT 'regular' AS obligation, w.org, w.state, w.returned, w.times FROM regular_owed w
UNION ALL
SELECT 'filing' AS obligation, w.org, w.state, w.returned, w.times FROM filing_owed w
),

-- what each organisation owed, and what became of it
owed_own AS (
SELECT w.org,
       SUM(w.times) FILTER (WHERE w.obligation = 'regular' AND w.state = 'met') AS regular_met,
       SUM(w.times) FILTER (WHERE w.obligation = 'filing' AND w.state = 'met') AS filings_on_time,
       SUM(w.times) FILTER (WHERE w.obligation = 'filing' AND w.state <> 'exempt') AS filings_owed
FROM owed w
GROUP BY w.org
),

-- own figures, one row an organisation
own AS (
SELECT o.id AS org,
       COALESCE(task_own.tasks_done_on_time, 0) AS tasks_done_on_time,
       COALESCE(owed_own.regular_met, 0) AS regular_met,
       COALESCE(owed_own.filings_on_time, 0) AS filings_on_time,
       COALESCE(owed_own.filings_owed, 0) AS filings_owed
FROM org o
LEFT JOIN task_own ON task_own.org = o.id
LEFT JOIN owed_own ON owed_own.org = o.id
),

-- the figures of each row, those of its organisations put together
rolled AS (
SELECT s.role,
       s.org,
       SUM(w.tasks_done_on_time) AS tasks_done_on_time,
       SUM(w.regular_met) AS regular_met,
       SUM(w.filings_on_time) AS filings_on_time,
       SUM(w.filings_owed) AS filings_owed
FROM scope s JOIN own w ON w.org = s.member
GROUP BY s.role, s.org
),

-- the rows of the report, with all that their figures are made of
figure AS (
SELECT g.*,
       o.n AS place,
       CASE g.role WHEN 'own' THEN '涧西区委 (own)' WHEN 'total' THEN 'total' ELSE COALESCE(NULLIF(o.short, ''), COALESCE(NULLIF(o.name, ''), REGEXP_REPLACE(o.id, '^.*/', ''))) END AS name
FROM rolled g
LEFT JOIN org o ON o.id = g.org
),

-- quotients, above and below the line
quotient AS (
SELECT f.*,
       CAST(f.filings_on_time AS DECIMAL(38, 0)) AS filings_on_time_rate_above,
       CAST(f.filings_owed AS DECIMAL(38, 0)) AS filings_on_time_rate_below
FROM figure f
)

SELECT f.role AS `row`, f.org, f.name,
       f.tasks_done_on_time,
       f.regular_met,
       CASE WHEN f.filings_on_time_rate_below <> 0 THEN CAST((2 * f.filings_on_time_rate_above * 1000000 + f.filings_on_time_rate_below) div (2 * f.filings_on_time_rate_below) AS DECIMAL(30, 0)) * 0.000001 END AS filings_on_time_rate
FROM quotient f
WHERE f.role IN ('own', 'org', 'total')
ORDER BY CASE f.role WHEN 'own' THEN 0 WHEN 'org' THEN 1 ELSE 2 END, SPLIT_PART(f.org, '/', 1), f.place
