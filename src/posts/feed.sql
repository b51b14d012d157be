-- What feeds need to know beside what lists show. Public: each statement joins post_public.

-- name: register_hid :maybe  role: read
-- When words of a register's row may have ceased to be shown: by a withdrawal, an end, or an erasing correction.
-- in: id int
-- out: withdrawn time?, ended time?, corrected time?
SELECT u.withdrawn, u.ended, u.corrected FROM post_register g JOIN post_public u ON u.post = g.post WHERE g.id = $1;

-- name: feed_newest :many  role: read
-- Those of which there was news last: published, corrected, withdrawn, restored or ended (schema 0013).
-- in: most int
-- out: post int
SELECT post FROM post_public ORDER BY news DESC, post DESC LIMIT $1;

-- name: feed_kind :many  role: read
-- in: kind text, most int
-- out: post int
SELECT post FROM post_public WHERE kind = $1 ORDER BY news DESC, post DESC LIMIT $2;

-- name: feed_campaign :many  role: read
-- The posts of a campaign as its page tells of them: also one that a correction took out of it, but not where the ground of a
-- correction forbids what it said before. kind: '' for all.
-- in: campaign text, campaign_name text, kind text, most int
-- out: post int
SELECT u.post FROM post_public u
 WHERE u.post IN (SELECT x.post FROM post_edition x
                   WHERE x.campaign IN ($1, $2)
                     AND (EXISTS (SELECT 1 FROM post_public p WHERE p.edition = x.id)
                          OR (EXISTS (SELECT 1 FROM post_correction k WHERE k.post = x.post AND k.before_edition = x.id)
                              AND NOT EXISTS (SELECT 1 FROM post_correction h
                                               WHERE h.post = x.post AND h.ground IS NOT NULL))))
   AND ($3 = '' OR u.kind = $3)
 ORDER BY u.news DESC, u.post DESC LIMIT $4;

-- name: feed :one  role: read
-- in: post int
-- out: post int, edition int, year int, slug text, published time, withdrawn time?, ground text?, reason text?,
--      erased time?, ended time?, ending text?, kind text, title text, labels text, elsewhere time?, bytes int, changed time
SELECT u.post, u.edition, u.year, u.slug, u.published, u.withdrawn, u.ground, u.reason, p.erased, u.ended,
       u.ending, e.kind, e.title, e.labels, o.made, CAST(length(CAST(e.document AS BLOB)) AS INTEGER), u.news
  FROM post_public u JOIN post_edition e ON e.id = u.edition JOIN post p ON p.id = u.post
       LEFT JOIN post_elsewhere o ON o.post = u.post
 WHERE u.post = $1;

-- name: feed_text :one  role: read
-- in: edition int
-- out: document json
SELECT e.document FROM post_edition e JOIN post_public u ON u.edition = e.id WHERE e.id = $1;
