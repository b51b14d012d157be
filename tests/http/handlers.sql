-- Statements of the test build.

-- name: count :one  role: read
-- How many rows /test/write has made.
-- out: n int
SELECT count(*) FROM job WHERE kind = 'test.count';
