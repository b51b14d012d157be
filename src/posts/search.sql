-- Finding words in what is public. Only here do the two databases speak differently.

-- name: search_place :maybe  role: read
-- The post at a place of the list of what was found.
-- in: published time, slug text
-- out: post int
SELECT post FROM post_public WHERE published = $1 AND slug = $2 LIMIT 1;

-- name: search :many  role: read
-- Newest first, before a position. `words`: as search.c writes them, never as they were typed. Found words stand between
-- the bytes 2 and 3.
-- in: words text, position int, most int
-- out: year int, slug text, published time, withdrawn time?, ground text?, reason text?, kind text, labels text,
--      copy bool, title text, part text
-- sqlite:
SELECT u.year, u.slug, u.published, u.withdrawn, u.ground, u.reason, e.kind, e.labels,
       CAST(EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post) AS INTEGER),
       CAST(highlight(post_search, 0, char(2), char(3)) AS TEXT),
       CAST(snippet(post_search, 1, char(2), char(3), '…', 32) AS TEXT)
  FROM post_search CROSS JOIN post_public u ON u.post = CAST(post_search.post AS INTEGER)
       JOIN post_edition e ON e.id = u.edition JOIN post p ON p.id = u.post
 WHERE post_search MATCH $1 AND post_search.rowid < $2 AND u.ended IS NULL AND p.erased IS NULL
   AND (u.ground IS NULL OR u.ground NOT IN ('court-order', 'personal-data', 'safety'))
 ORDER BY post_search.rowid DESC LIMIT $3;
-- postgres:
SELECT u.year, u.slug, u.published, u.withdrawn, u.ground, u.reason, e.kind, e.labels,
       EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post),
       ts_headline('english', s.title, q, 'HighlightAll=true,StartSel=' || chr(2) || ',StopSel=' || chr(3)),
       ts_headline('english', s.body, q, 'MaxWords=32,MinWords=16,StartSel=' || chr(2) || ',StopSel=' || chr(3))
  FROM websearch_to_tsquery('english', $1) q
       JOIN post_search s ON to_tsvector('english', s.title || ' ' || s.body) @@ q
       JOIN post_public u ON u.post = s.post
       JOIN post_edition e ON e.id = u.edition JOIN post p ON p.id = u.post
 WHERE s.position < $2 AND u.ended IS NULL AND p.erased IS NULL
   AND (u.ground IS NULL OR u.ground NOT IN ('court-order', 'personal-data', 'safety'))
 ORDER BY s.position DESC LIMIT $3;

-- name: search_published :maybe  role: read
-- in: post int
-- out: published time
SELECT published FROM post_public WHERE post = $1;

-- name: search_drop :exec  role: write
-- in: position int
-- sqlite:
DELETE FROM post_search WHERE rowid = $1;
-- postgres:
DELETE FROM post_search WHERE position = $1;

-- name: search_add :exec  role: write
-- in: position int, title text, body text, post int
-- sqlite:
INSERT INTO post_search (rowid, title, body, post) VALUES ($1, $2, $3, $4);
-- postgres:
INSERT INTO post_search (position, title, body, post) VALUES ($1, $2, $3, $4);

-- name: search_merge :exec  role: write
-- Some of the index is written anew, without what was deleted. PostgreSQL keeps no words of a row that is gone.
-- in: pages int
-- sqlite:
INSERT INTO post_search (post_search, rank) VALUES ('merge', -$1);
-- postgres:
UPDATE post_search SET title = title WHERE $1 < 0;

-- name: search_pieces :one  role: read
-- Whether the index is in more than one piece; in a single one nothing is left that was deleted.
-- out: several bool
-- sqlite:
SELECT CAST(EXISTS (SELECT 1 FROM post_search_idx
                     WHERE segid > (SELECT min(segid) FROM post_search_idx)) AS INTEGER);
-- postgres:
SELECT false;
