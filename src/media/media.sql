-- Every statement of the room. sha256 is the name of a blob.

-- name: row_picture :maybe  role: read
-- in: sha256 bytes
-- out: id int, bytes int, name text, made time, facts json
SELECT id, bytes, name, made, facts FROM picture WHERE sha256 = $1;

-- name: picture_add :exec  role: write
-- in: sha256 bytes, bytes int, format text, width int, height int, facts json, name text, made time
INSERT INTO picture (sha256, bytes, format, width, height, facts, name, made)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (sha256) DO NOTHING;

-- name: picture_rename :exec  role: write
-- in: id int, name text
UPDATE picture SET name = $2 WHERE id = $1;

-- name: set_of :maybe  role: read
-- in: picture int, wish_hash bytes
-- out: id int, state text
SELECT id, state FROM picture_set WHERE picture = $1 AND wish_hash = $2;

-- name: set_add :one  role: write
-- in: picture int, wish_hash bytes, wish json, made time
-- out: id int
INSERT INTO picture_set (picture, wish_hash, wish, state, why, made)
VALUES ($1, $2, $3, 'waiting', NULL, $4) RETURNING id;

-- name: row_set :maybe  role: read
-- in: id int
-- out: state text, why text?, wish json, sha256 bytes, bytes int
SELECT s.state, s.why, s.wish, p.sha256, p.bytes
  FROM picture_set s JOIN picture p ON p.id = s.picture WHERE s.id = $1;

-- name: set_state :exec  role: write
-- in: id int, state text, why text?
UPDATE picture_set SET state = $2, why = $3 WHERE id = $1;

-- name: row_renditions :many  role: read
-- in: id int, most int
-- out: format text, width int, height int, bytes int, sha256 bytes
SELECT format, width, height, bytes, sha256 FROM picture_rendition
 WHERE picture_set = $1 ORDER BY width, format DESC LIMIT $2;

-- name: rendition_add :exec  role: write
-- in: id int, format text, width int, height int, bytes int, sha256 bytes
INSERT INTO picture_rendition (picture_set, format, width, height, bytes, sha256)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: renditions_drop :exec  role: write
-- in: id int
DELETE FROM picture_rendition WHERE picture_set = $1;

-- name: blobs_of :many  role: read
-- Every blob of a picture: its original and all renditions.
-- in: picture int, most int
-- out: sha256 bytes
SELECT sha256 FROM picture WHERE id = $1
 UNION SELECT r.sha256 FROM picture_rendition r JOIN picture_set s ON s.id = r.picture_set WHERE s.picture = $1
 ORDER BY 1 LIMIT $2;

-- name: blobs_named :many  role: read
-- Every blob that a row names, behind one, in their order.
-- in: after bytes, most int
-- out: sha256 bytes
SELECT sha256 FROM picture WHERE sha256 > $1
 UNION SELECT sha256 FROM picture_rendition WHERE sha256 > $1
 ORDER BY 1 LIMIT $2;

-- name: wanted :one  role: read
-- in: sha256 bytes
-- out: wanted bool
SELECT CAST(EXISTS (SELECT 1 FROM picture WHERE sha256 = $1)
            OR EXISTS (SELECT 1 FROM picture_rendition WHERE sha256 = $1) AS INTEGER);

-- name: picture_renditions_drop :exec  role: write
-- in: picture int
DELETE FROM picture_rendition WHERE picture_set IN (SELECT id FROM picture_set WHERE picture = $1);

-- name: picture_sets_drop :exec  role: write
-- in: picture int
DELETE FROM picture_set WHERE picture = $1;

-- name: picture_drop :exec  role: write
-- in: id int
DELETE FROM picture WHERE id = $1;

-- name: set_drop :exec  role: write
-- in: id int
DELETE FROM picture_set WHERE id = $1;
