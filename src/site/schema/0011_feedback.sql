-- What people say about the site. Neither who said it nor when in the day is kept; all of it goes after 90 days.

-- once: a number that the form made for itself, so that the same words sent twice are kept once. day: local, "2026-11-27".
-- note: for staff, beside what they decided.
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    once TEXT NOT NULL,
    words TEXT NOT NULL,
    page TEXT,
    outcome TEXT CHECK (outcome IN ('done', 'no-action', 'may-be-a-report')),
    note TEXT,
    CHECK (note IS NULL OR outcome IS NOT NULL)
) STRICT;
CREATE INDEX feedback_once ON feedback (once);
CREATE INDEX feedback_day ON feedback (day);
