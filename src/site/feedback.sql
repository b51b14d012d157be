-- What people say about the site.

-- name: feedback_known :maybe  role: read
-- in: once text, words text
-- out: id int
SELECT id FROM feedback WHERE once = $1 AND words = $2 LIMIT 1;

-- name: feedback_today :one  role: read
-- in: day text
-- out: n int
SELECT CAST(count(*) AS INTEGER) FROM feedback WHERE day = $1;

-- name: feedback_add :exec  role: write
-- in: day text, once text, words text, page text?
INSERT INTO feedback (day, once, words, page) VALUES ($1, $2, $3, $4);

-- name: feedback_list :many  role: read
-- Newest first, before a number.
-- in: before int, most int
-- out: id int, day text, page text?, outcome text?, words text, note text?
SELECT id, day, page, outcome, words, note FROM feedback WHERE id < $1 ORDER BY id DESC LIMIT $2;

-- name: feedback_act :exec  role: write
-- in: id int, outcome text, note text?
UPDATE feedback SET outcome = $2, note = $3 WHERE id = $1;

-- name: feedback_old :maybe  role: read
-- in: before text
-- out: id int
SELECT id FROM feedback WHERE day < $1 LIMIT 1;

-- name: feedback_delete :exec  role: write
-- in: before text
DELETE FROM feedback WHERE day < $1;
