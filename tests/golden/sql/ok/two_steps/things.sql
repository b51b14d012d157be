-- name: thing_name :one  role: read
-- in: id int
-- out: name text
SELECT name FROM thing WHERE id = $1;
