-- name: a_clear :exec  role: write
DELETE FROM a;
