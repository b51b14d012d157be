-- name: x :exec  role: write
DELETE FROM post;
