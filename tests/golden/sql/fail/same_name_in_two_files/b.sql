-- expect: b.sql:2: x stands in a.sql already
-- name: x :exec  role: write
DELETE FROM label;
