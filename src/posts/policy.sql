-- Sign-offs, the pack in force, and the re-check of the live posts.

-- name: signatures :many  role: read
-- The oldest first.
-- in: most int
-- out: id int, version text, sha256 text, made time, role text, login text?, name text?
SELECT s.id, s.version, s.sha256, s.made, s.role, a.login, a.name
  FROM policy_signature s LEFT JOIN account a ON a.id = s.account WHERE s.id > 0 ORDER BY s.id LIMIT $1;

-- name: signature_files :many  role: read
-- in: signature int, most int
-- out: path text, sha256 text
SELECT path, sha256 FROM policy_signature_file WHERE signature = $1 ORDER BY position LIMIT $2;

-- name: signature_add :one  role: write
-- in: version text, sha256 text, made time, account int, role text, reason text
-- out: id int
INSERT INTO policy_signature (version, sha256, made, account, role, reason) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: signature_file_add :exec  role: write
-- in: signature int, position int, path text, sha256 text
INSERT INTO policy_signature_file (signature, position, path, sha256) VALUES ($1, $2, $3, $4);

-- name: local :maybe  role: read
-- out: sha256 text, made time
SELECT sha256, made FROM policy_local WHERE id = 1;

-- name: local_files :many  role: read
-- in: most int
-- out: path text, bytes bytes
SELECT path, bytes FROM policy_local_file WHERE path >= '' ORDER BY path LIMIT $1;

-- name: local_put :exec  role: write
-- in: sha256 text, made time, account int
INSERT INTO policy_local (id, sha256, made, account) VALUES (1, $1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET sha256 = excluded.sha256, made = excluded.made, account = excluded.account;

-- name: local_end :exec  role: write
DELETE FROM policy_local WHERE id = 1;

-- name: local_files_end :exec  role: write
DELETE FROM policy_local_file WHERE path >= '';

-- name: local_file_put :exec  role: write
-- in: path text, bytes bytes
INSERT INTO policy_local_file (path, bytes) VALUES ($1, $2);

-- name: recheck :maybe  role: read
-- out: state text, begun time, finished time?, upto int, total int, done int, changed int, failed int
SELECT state, begun, finished, upto, total, done, changed, failed FROM policy_recheck WHERE id = 1;

-- name: recheck_job :one  role: read
-- Whether its job failed for good.
-- in: kind text
-- out: failed bool
SELECT CAST(EXISTS (SELECT 1 FROM job WHERE kind = $1 AND state = 'failed') AS INTEGER);

-- name: recheck_mended :exec  role: write
-- A re-check that came to its end makes good what its jobs before did not.
-- in: kind text
DELETE FROM job WHERE kind = $1 AND state = 'failed';

-- name: recheck_begin :exec  role: write
-- Anew where another state is in force than the one that the row is about.
-- in: state text, begun time
INSERT INTO policy_recheck (id, state, begun, finished, upto, total, done, changed, failed)
VALUES (1, $1, $2, NULL, 0, (SELECT count(*) FROM post_public WHERE withdrawn IS NULL AND ended IS NULL), 0, 0, 0)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, begun = excluded.begun, finished = NULL, upto = 0,
       total = excluded.total, done = 0, changed = 0, failed = 0 WHERE policy_recheck.state <> excluded.state;

-- name: recheck_again :exec  role: write
DELETE FROM policy_recheck WHERE id = 1;

-- name: recheck_on :exec  role: write
-- Only from where it stood when the posts were read: what two do at once counts once.
-- in: state text, from int, upto int, done int, differ int, failed int, finished time?
UPDATE policy_recheck SET upto = $3, done = done + $4, changed = changed + $5, failed = failed + $6, finished = $7
 WHERE id = 1 AND state = $1 AND upto = $2 AND finished IS NULL;

-- name: live_after :many  role: read
-- Live posts with what a check needs, by number.
-- in: after int, most int
-- out: post int, edition int, key text, published time, labels text, document json, beside json
SELECT u.post, u.edition, p.key, u.published, e.labels, e.document, r.beside
  FROM post_public u JOIN post p ON p.id = u.post JOIN post_edition e ON e.id = u.edition
       JOIN post_record r ON r.edition = u.edition
 WHERE u.post > $1 AND u.withdrawn IS NULL AND u.ended IS NULL ORDER BY u.post LIMIT $2;

-- name: answer_of :maybe  role: read
-- in: post int
-- out: edition int, state text, answer text, answer_today text, held text, differs bool
SELECT edition, state, answer, answer_today, held, CAST(changed AS INTEGER) FROM policy_post WHERE post = $1;

-- name: answer_put :exec  role: write
-- Nothing where the post is live with that edition no more: it may have been erased since it was read.
-- in: post int, edition int, state text, answer text, versions text, answer_today text, versions_today text, held text,
--     before_answer text?, before_today text?, before_held text?, differs bool
INSERT INTO policy_post (post, edition, state, answer, versions, answer_today, versions_today, held, before_answer,
                         before_today, before_held, changed)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
  FROM post_public u WHERE u.post = $1 AND u.edition = $2 AND u.withdrawn IS NULL AND u.ended IS NULL
    ON CONFLICT (post) DO UPDATE SET edition = excluded.edition, state = excluded.state, answer = excluded.answer,
       versions = excluded.versions, answer_today = excluded.answer_today, versions_today = excluded.versions_today,
       held = excluded.held, before_answer = excluded.before_answer, before_today = excluded.before_today,
       before_held = excluded.before_held, changed = excluded.changed;

-- name: erase_answer :exec  role: write
-- Outcomes alone, but they tell what the post was about, and what held it.
-- in: post int, kept int
DELETE FROM policy_post WHERE post = $1 AND edition <> $2;

-- name: answers_changed :many  role: read
-- Of the last re-check, of posts that are still live with that edition.
-- in: after int, most int
-- out: post int, key text, answer text, versions text, answer_today text, versions_today text, held text,
--      before_answer text?, before_today text?, before_held text?
SELECT c.post, p.key, c.answer, c.versions, c.answer_today, c.versions_today, c.held, c.before_answer, c.before_today,
       c.before_held
  FROM policy_post c JOIN post p ON p.id = c.post
       JOIN post_public u ON u.post = c.post AND u.edition = c.edition AND u.withdrawn IS NULL AND u.ended IS NULL
 WHERE c.changed = 1 AND c.post > $1 ORDER BY c.post LIMIT $2;
