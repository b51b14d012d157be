-- Every statement of the room. Public ones join post_public, so that nothing unpublished can come out of them.
-- Wherever it is asked whether an edition is approved, the approval of somebody who has a hand in it does not count:
-- the hand may have come after the approval.

-- name: live :many  role: read
-- What is live on the site, newest first, before (time, slug).
-- in: time time, before text, most int
-- out: year int, slug text, published time, kind text, title text, labels text, dated time?, dated_has_time bool
SELECT u.year, u.slug, u.published, e.kind, e.title, e.labels, e.dated, e.dated_has_time
  FROM post_public u JOIN post_edition e ON e.id = u.edition
 WHERE u.withdrawn IS NULL AND (u.published, u.slug) < ($1, $2)
 ORDER BY u.published DESC, u.slug DESC LIMIT $3;

-- name: gone :many  role: read
-- What was withdrawn, newest first.
-- in: time time, before text, most int
-- out: year int, slug text, published time, withdrawn time?, ground text?, reason text?, kind text, title text,
--      labels text, dated time?, dated_has_time bool
SELECT u.year, u.slug, u.published, u.withdrawn, u.ground, u.reason, e.kind, e.title, e.labels, e.dated,
       e.dated_has_time
  FROM post_public u JOIN post_edition e ON e.id = u.edition
 WHERE u.withdrawn IS NOT NULL AND (u.withdrawn, u.slug) < ($1, $2)
 ORDER BY u.withdrawn DESC, u.slug DESC LIMIT $3;

-- name: public :maybe  role: read
-- One public post, whole.
-- in: year int, slug text
-- out: post int, edition int, published time, withdrawn time?, ground text?, reason text?, labels text, document json,
--      beside json, key text
SELECT u.post, u.edition, u.published, u.withdrawn, u.ground, u.reason, e.labels, e.document, r.beside, p.key
  FROM post_public u JOIN post_edition e ON e.id = u.edition JOIN post_record r ON r.edition = e.id
       JOIN post p ON p.id = u.post
 WHERE u.year = $1 AND u.slug = $2;

-- name: about :many  role: read
-- Public posts that an edition is about, in its order.
-- in: edition int, most int
-- out: year int, slug text, published time, withdrawn time?, ground text?, kind text, title text
SELECT u.year, u.slug, u.published, u.withdrawn, u.ground, e.kind, e.title
  FROM post_about a JOIN post p ON p.key = a.key JOIN post_public u ON u.post = p.id
       JOIN post_edition e ON e.id = u.edition
 WHERE a.edition = $1 ORDER BY a.position LIMIT $2;

-- name: about_by :many  role: read
-- Public posts whose public edition is about the post of this key, newest first.
-- in: key text, most int
-- out: year int, slug text, published time, withdrawn time?, ground text?, kind text, title text
SELECT u.year, u.slug, u.published, u.withdrawn, u.ground, e.kind, e.title
  FROM post_about a JOIN post_public u ON u.edition = a.edition JOIN post_edition e ON e.id = u.edition
 WHERE a.key = $1 ORDER BY u.published DESC, u.slug DESC LIMIT $2;

-- name: entries :many  role: read
-- For staff: posts from this key on but for that one, each with its newest edition.
-- in: first text, except text, most int
-- out: key text, number int, hash bytes, kind text, title text, made time, year int?, slug text?, published time?,
--      withdrawn time?, public_edition int?, edition int, approved bool
SELECT p.key, e.number, e.hash, e.kind, e.title, e.made, u.year, u.slug, u.published, u.withdrawn, u.edition, e.id,
       CAST(EXISTS (SELECT 1 FROM post_approval a WHERE a.edition = e.id AND NOT EXISTS (
              SELECT 1 FROM post_hand h WHERE h.edition = a.edition AND h.account = a.account)) AS INTEGER)
  FROM post p JOIN post_edition e ON e.post = p.id
       AND e.number = (SELECT max(x.number) FROM post_edition x WHERE x.post = p.id)
       LEFT JOIN post_public u ON u.post = p.id
 WHERE p.key >= $1 AND p.key <> $2 ORDER BY p.key LIMIT $3;

-- name: head :maybe  role: read
-- A post with all that an act needs to know of its newest edition.
-- in: key text
-- out: post int, edition int, number int, hash bytes, salt bytes, labels text, title text, document json, beside json,
--      public_edition int?, year int?, slug text?, withdrawn time?
SELECT p.id, e.id, e.number, e.hash, e.salt, e.labels, e.title, e.document, r.beside, u.edition, u.year, u.slug,
       u.withdrawn
  FROM post p JOIN post_edition e ON e.post = p.id
       AND e.number = (SELECT max(x.number) FROM post_edition x WHERE x.post = p.id)
       JOIN post_record r ON r.edition = e.id
       LEFT JOIN post_public u ON u.post = p.id
 WHERE p.key = $1;

-- name: edition_hash :one  role: read
-- in: edition int
-- out: number int, hash bytes, salt bytes
SELECT number, hash, salt FROM post_edition WHERE id = $1;

-- name: editions :many  role: read
-- The newest first.
-- in: key text, most int
-- out: edition int, number int, hash bytes, made time, made_by int, approved bool
SELECT e.id, e.number, e.hash, e.made, e.made_by,
       CAST(EXISTS (SELECT 1 FROM post_approval a WHERE a.edition = e.id AND NOT EXISTS (
              SELECT 1 FROM post_hand h WHERE h.edition = a.edition AND h.account = a.account)) AS INTEGER)
  FROM post p JOIN post_edition e ON e.post = p.id
 WHERE p.key = $1 ORDER BY e.number DESC LIMIT $2;

-- name: authors :many  role: read
-- in: edition int, most int
-- out: account int
SELECT account FROM post_hand WHERE edition = $1 AND how = 'author' ORDER BY account LIMIT $2;

-- name: approvals :many  role: read
-- in: key text, most int
-- out: number int, made time, account int
SELECT e.number, a.made, a.account
  FROM post p JOIN post_edition e ON e.post = p.id JOIN post_approval a ON a.edition = e.id
 WHERE p.key = $1 ORDER BY a.id DESC LIMIT $2;

-- name: presences :many  role: read
-- in: key text, most int
-- out: channel text, state text, wanted bool, since time
SELECT s.channel, s.state, s.wanted, s.since
  FROM post p JOIN post_presence s ON s.post = p.id
 WHERE p.key = $1 ORDER BY s.channel LIMIT $2;

-- name: ground :maybe  role: read
-- in: key text
-- out: ground text?, reason text?
SELECT u.ground, u.reason FROM post p JOIN post_public u ON u.post = p.id WHERE p.key = $1;

-- name: hands_on :one  role: read
-- How often this account had a hand in the post since the last edition that was approved.
-- in: post int, account int
-- out: hands int
SELECT CAST(count(*) AS INTEGER)
  FROM post_hand h JOIN post_edition e ON e.id = h.edition
 WHERE e.post = $1 AND h.account = $2
   AND e.number > coalesce((SELECT max(x.number) FROM post_edition x JOIN post_approval a ON a.edition = x.id
                             WHERE x.post = $1 AND NOT EXISTS (
                                   SELECT 1 FROM post_hand o WHERE o.edition = a.edition AND o.account = a.account)),
                            0);

-- name: approval_of :many  role: read
-- in: edition int, most int
-- out: salted bytes
SELECT a.salted
  FROM post_approval a
 WHERE a.edition = $1
   AND NOT EXISTS (SELECT 1 FROM post_hand h WHERE h.edition = a.edition AND h.account = a.account)
 ORDER BY a.id LIMIT $2;

-- name: address_taken :maybe  role: read
-- in: year int, slug text
-- out: post int
SELECT post FROM post_public WHERE year = $1 AND slug = $2;

-- name: post_add :one  role: write
-- in: key text, made time
-- out: id int
INSERT INTO post (key, made) VALUES ($1, $2) RETURNING id;

-- name: edition_add :one  role: write
-- in: post int, number int, hash bytes, salt bytes, kind text, title text, labels text, dated time?,
--     dated_has_time bool, document json, made time, made_by int
-- out: id int
INSERT INTO post_edition (post, number, hash, salt, kind, title, labels, dated, dated_has_time, document, made, made_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id;

-- name: record_put :exec  role: write
-- in: edition int, beside json, changed_at time
INSERT INTO post_record (edition, beside, changed) VALUES ($1, $2, $3)
ON CONFLICT (edition) DO UPDATE SET beside = excluded.beside, changed = excluded.changed;

-- name: hand_add :exec  role: write
-- Changes nothing where the hand is known already.
-- in: edition int, account int, how text
INSERT INTO post_hand (edition, account, how) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: about_add :exec  role: write
-- in: edition int, position int, key text
INSERT INTO post_about (edition, position, key) VALUES ($1, $2, $3);

-- name: approval_add :exec  role: write
-- in: edition int, salted bytes, account int, made time
INSERT INTO post_approval (edition, salted, account, made) VALUES ($1, $2, $3, $4);

-- name: publish :exec  role: write
-- in: post int, edition int, year int, slug text, published time
INSERT INTO post_public (post, edition, year, slug, published) VALUES ($1, $2, $3, $4, $5);

-- name: withdraw :exec  role: write
-- in: post int, withdrawn time, ground text, reason text?
UPDATE post_public SET withdrawn = $2, ground = $3, reason = $4 WHERE post = $1 AND withdrawn IS NULL;

-- name: presence_put :exec  role: write
-- in: post int, channel text, state text, wanted bool, since time
INSERT INTO post_presence (post, channel, state, wanted, since) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (post, channel) DO UPDATE SET state = excluded.state, wanted = excluded.wanted, since = excluded.since;

-- name: presence_end :exec  role: write
-- Where somebody had still to bring it: nobody is to any more.
-- in: post int, since time
UPDATE post_presence SET wanted = 0, since = $2 WHERE post = $1 AND wanted = 1;

-- name: event_add :exec  role: write
-- in: made time, what text, post int, number int, salted bytes
INSERT INTO post_event (made, what, post, number, salted) VALUES ($1, $2, $3, $4, $5);
