-- Registers that checks look up. See rolls.h.

-- name: roll_imported :maybe  role: read
-- in: roll text
-- out: imported time
SELECT imported FROM roll WHERE word = $1;

-- name: roll_put :exec  role: write
-- in: roll text, imported time
INSERT INTO roll (word, imported) VALUES ($1, $2) ON CONFLICT (word) DO UPDATE SET imported = excluded.imported;

-- name: roll_count :one  role: read
-- in: roll text
-- out: entries int
SELECT CAST(count(*) AS INTEGER) FROM roll_entry WHERE roll = $1;

-- name: roll_entries :many  role: read
-- In the order in which they came, behind an id.
-- in: roll text, after int, most int
-- out: id int, key text, fields json
SELECT id, key, fields FROM roll_entry WHERE roll = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: roll_entry :maybe  role: read
-- in: roll text, key text
-- out: id int, fields json
SELECT id, fields FROM roll_entry WHERE roll = $1 AND key = $2;

-- name: roll_on :many  role: read
-- Those whose days hold this one.
-- in: roll text, today date, most int
-- out: id int, fields json
SELECT id, fields FROM roll_entry WHERE roll = $1 AND first_day <= $2 AND last_day >= $2 ORDER BY id LIMIT $3;

-- name: roll_keyed :many  role: read
-- Those that a key leads to. keys: a JSON array of texts.
-- in: roll text, keys json, most int
-- out: id int, fields json
SELECT id, fields FROM roll_entry
 WHERE id IN (SELECT k.entry FROM roll_key k WHERE k.roll = $1 AND k.key IN (SELECT j.value FROM json_each($2) j))
 ORDER BY id LIMIT $3;

-- name: roll_entry_add :one  role: write
-- in: roll text, key text, first_day date?, last_day date?, fields json, changed time
-- out: id int
INSERT INTO roll_entry (roll, key, first_day, last_day, fields, changed) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: roll_entry_change :exec  role: write
-- in: id int, first_day date?, last_day date?, fields json, changed_at time
UPDATE roll_entry SET first_day = $2, last_day = $3, fields = $4, changed = $5 WHERE id = $1;

-- name: roll_entry_remove :exec  role: write
-- in: id int
DELETE FROM roll_entry WHERE id = $1;

-- name: roll_key_add :exec  role: write
-- in: roll text, key text, entry int
INSERT OR IGNORE INTO roll_key (roll, key, entry) VALUES ($1, $2, $3);

-- name: roll_keys_remove :exec  role: write
-- in: entry int
DELETE FROM roll_key WHERE entry = $1;

-- name: picture_elsewhere :many  role: read
-- Other posts' editions that show these bytes, or a picture whose rendition they are, or one that is a rendition of it:
-- the newest of each post and the public one, unless it was given up. What was withdrawn comes first: the bound never hides it.
-- in: sha256 bytes, post int, most int
-- out: key text, document json, withdrawn time?
SELECT p.key, e.document, u.withdrawn
  FROM post_edition e JOIN post p ON p.id = e.post JOIN post_work w ON w.edition = e.id
       JOIN post_picture x ON x.edition = e.id JOIN picture_set s ON s.id = x.picture_set
       LEFT JOIN post_public u ON u.post = e.post
 WHERE s.picture IN (SELECT a.id FROM picture a WHERE a.sha256 = $1
                     UNION SELECT t.picture FROM picture_rendition r JOIN picture_set t ON t.id = r.picture_set
                            WHERE r.sha256 = $1
                     UNION SELECT b.id FROM picture a JOIN picture_set t ON t.picture = a.id
                                  JOIN picture_rendition r ON r.picture_set = t.id JOIN picture b ON b.sha256 = r.sha256
                            WHERE a.sha256 = $1)
   AND e.post <> $2 AND p.erased IS NULL
   AND (u.edition = e.id
        OR (w.state <> 'discarded' AND e.number = (SELECT max(y.number) FROM post_edition y WHERE y.post = e.post)))
 ORDER BY u.withdrawn IS NULL, e.id DESC LIMIT $3;

-- name: post_of :one  role: read
-- in: edition int
-- out: post int
SELECT post FROM post_edition WHERE id = $1;
