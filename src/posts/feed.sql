-- What feeds need to know beside what lists show. Public: each statement joins post_public.

-- name: register_hid :maybe  role: read
-- When words of a register's row may have ceased to be shown: by a withdrawal, an end, or an erasing correction.
-- in: id int
-- out: withdrawn time?, ended time?, corrected time?
SELECT u.withdrawn, u.ended, u.corrected FROM post_register g JOIN post_public u ON u.post = g.post WHERE g.id = $1;

-- name: feed :many  role: read
-- The public posts of which there was news last: published, corrected, withdrawn, restored or ended. Behind the newest of
-- each kind of act none can be that belongs here. (NOT IN, so that the acts are found by their post and not by their kind.)
-- in: most int
-- out: post int, edition int, year int, slug text, published time, withdrawn time?, ground text?, reason text?,
--      erased time?, ended time?, ending text?, kind text, title text, labels text, elsewhere time?, bytes int, changed time
SELECT u.post, u.edition, u.year, u.slug, u.published, u.withdrawn, u.ground, u.reason, p.erased, u.ended,
       u.ending, e.kind, e.title, e.labels, o.made, CAST(length(CAST(e.document AS BLOB)) AS INTEGER),
       CAST(coalesce((SELECT max(g.made) FROM post_register g WHERE g.post = u.post
                         AND g.what NOT IN ('emergency', 'promise', 'kept')), u.published) AS INTEGER)
  FROM post_public u JOIN post_edition e ON e.id = u.edition JOIN post p ON p.id = u.post
       LEFT JOIN post_elsewhere o ON o.post = u.post
 WHERE u.post IN (SELECT a.post FROM (SELECT post FROM post_public ORDER BY published DESC LIMIT $1) AS a
                  UNION SELECT b.post FROM (SELECT post FROM post_register WHERE what = 'correction'
                                             ORDER BY made DESC, id DESC LIMIT $1) AS b
                  UNION SELECT c.post FROM (SELECT post FROM post_register WHERE what = 'withdrawal'
                                             ORDER BY made DESC, id DESC LIMIT $1) AS c
                  UNION SELECT d.post FROM (SELECT post FROM post_register WHERE what = 'restoration'
                                             ORDER BY made DESC, id DESC LIMIT $1) AS d
                  UNION SELECT f.post FROM (SELECT post FROM post_register WHERE what = 'ending'
                                             ORDER BY made DESC, id DESC LIMIT $1) AS f)
 ORDER BY 17 DESC, u.post DESC LIMIT $1;

-- name: feed_text :one  role: read
-- in: edition int
-- out: document json
SELECT e.document FROM post_edition e JOIN post_public u ON u.edition = e.id WHERE e.id = $1;
