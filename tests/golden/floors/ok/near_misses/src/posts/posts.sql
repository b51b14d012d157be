-- Statements stand here, so SELECT is at home.
-- name: x :exec  role: write
DELETE FROM post;
