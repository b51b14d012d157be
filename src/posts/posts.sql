-- Every statement of the room. Public ones join post_public, so that nothing unpublished can come out of them.
-- Wherever it is asked whether an edition is approved, the approval of somebody who has a hand in it does not count:
-- the hand may have come after the approval.

-- name: live :many  role: read
-- What is live on the site, newest first, before (time, slug).
-- in: time time, before text, most int
-- out: year int, slug text, published time, kind text, title text, labels text, dated time?, dated_has_time bool,
--      copy bool
SELECT u.year, u.slug, u.published, e.kind, e.title, e.labels, e.dated, e.dated_has_time,
       CAST(EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post) AS INTEGER)
  FROM post_public u JOIN post_edition e ON e.id = u.edition
 WHERE u.withdrawn IS NULL AND u.ended IS NULL AND (u.published, u.slug) < ($1, $2)
 ORDER BY u.published DESC, u.slug DESC LIMIT $3;

-- name: gone :many  role: read
-- What was withdrawn, newest first.
-- in: time time, before text, most int
-- out: year int, slug text, published time, withdrawn time?, ground text?, reason text?, kind text, title text,
--      labels text, dated time?, dated_has_time bool, copy bool
SELECT u.year, u.slug, u.published, u.withdrawn, u.ground, u.reason, e.kind, e.title, e.labels, e.dated,
       e.dated_has_time, CAST(EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post) AS INTEGER)
  FROM post_public u JOIN post_edition e ON e.id = u.edition
 WHERE u.withdrawn IS NOT NULL AND (u.withdrawn, u.slug) < ($1, $2)
 ORDER BY u.withdrawn DESC, u.slug DESC LIMIT $3;

-- name: public :maybe  role: read
-- One public post, whole.
-- in: year int, slug text
-- out: post int, edition int, published time, withdrawn time?, ground text?, reason text?, corrected time?,
--      ended time?, ending text?, elsewhere text?, elsewhere_made time?, confirmed time?, labels text, document json,
--      beside json, key text, kind text, erased time?
SELECT u.post, u.edition, u.published, u.withdrawn, u.ground, u.reason, u.corrected, u.ended, u.ending, o.url, o.made,
       s.made, e.labels, e.document, r.beside, p.key, e.kind, p.erased
  FROM post_public u JOIN post_edition e ON e.id = u.edition JOIN post_record r ON r.edition = e.id
       JOIN post p ON p.id = u.post
       LEFT JOIN post_elsewhere o ON o.post = u.post LEFT JOIN post_speaker s ON s.edition = u.edition
 WHERE u.year = $1 AND u.slug = $2;

-- name: about :many  role: read
-- Public posts that an edition is about, in its order.
-- in: edition int, most int
-- out: year int, slug text, published time, withdrawn time?, ground text?, ended time?, kind text, title text,
--      copy bool
SELECT u.year, u.slug, u.published, u.withdrawn, u.ground, u.ended, e.kind, e.title,
       CAST(EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post) AS INTEGER)
  FROM post_about a JOIN post p ON p.key = a.key JOIN post_public u ON u.post = p.id
       JOIN post_edition e ON e.id = u.edition
 WHERE a.edition = $1 ORDER BY a.position LIMIT $2;

-- name: about_by :many  role: read
-- Public posts whose public edition is about the post of this key, newest first.
-- in: key text, most int
-- out: year int, slug text, published time, withdrawn time?, ground text?, ended time?, kind text, title text,
--      copy bool
SELECT u.year, u.slug, u.published, u.withdrawn, u.ground, u.ended, e.kind, e.title,
       CAST(EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post) AS INTEGER)
  FROM post_about a JOIN post_public u ON u.edition = a.edition JOIN post_edition e ON e.id = u.edition
 WHERE a.key = $1 ORDER BY u.published DESC, u.slug DESC LIMIT $2;

-- name: entries :many  role: read
-- For staff: posts from this key on but for that one, each with its newest edition.
-- in: first text, except text, most int
-- out: key text, number int, hash bytes, kind text, title text, made time, year int?, slug text?, published time?,
--      withdrawn time?, ended time?, edition int, state text, due time?, why text?, erased time?
SELECT p.key, e.number, e.hash, e.kind, e.title, e.made, u.year, u.slug, u.published, u.withdrawn, u.ended, e.id,
       w.state, w.due, w.why, p.erased
  FROM post p JOIN post_edition e ON e.post = p.id
       AND e.number = (SELECT max(x.number) FROM post_edition x WHERE x.post = p.id)
       JOIN post_work w ON w.edition = e.id
       LEFT JOIN post_public u ON u.post = p.id
 WHERE p.key >= $1 AND p.key <> $2 ORDER BY p.key LIMIT $3;

-- name: head :maybe  role: read
-- A post with all that an act needs to know of its newest edition.
-- in: key text
-- out: post int, edition int, number int, hash bytes, salt bytes, labels text, title text, document json, beside json,
--      public_edition int?, year int?, slug text?, withdrawn time?, ground text?, corrected time?, ended time?,
--      elsewhere text?, state text, due time?, scheduled_by int?, erased time?
SELECT p.id, e.id, e.number, e.hash, e.salt, e.labels, e.title, e.document, r.beside, u.edition, u.year, u.slug,
       u.withdrawn, u.ground, u.corrected, u.ended, o.url, w.state, w.due, w.scheduled_by, p.erased
  FROM post p JOIN post_edition e ON e.post = p.id
       AND e.number = (SELECT max(x.number) FROM post_edition x WHERE x.post = p.id)
       JOIN post_record r ON r.edition = e.id JOIN post_work w ON w.edition = e.id
       LEFT JOIN post_public u ON u.post = p.id LEFT JOIN post_elsewhere o ON o.post = p.id
 WHERE p.key = $1;

-- name: key_of :maybe  role: read
-- in: edition int
-- out: key text
SELECT p.key FROM post_edition e JOIN post p ON p.id = e.post WHERE e.id = $1;

-- name: edition_hash :one  role: read
-- in: edition int
-- out: number int, hash bytes, salt bytes
SELECT number, hash, salt FROM post_edition WHERE id = $1;

-- name: editions :many  role: read
-- The newest first.
-- in: key text, most int
-- out: edition int, number int, hash bytes, made time, made_by int, state text
SELECT e.id, e.number, e.hash, e.made, e.made_by, w.state
  FROM post p JOIN post_edition e ON e.post = p.id JOIN post_work w ON w.edition = e.id
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
--     dated_has_time bool, campaign text?, document json, made time, made_by int
-- out: id int
INSERT INTO post_edition (post, number, hash, salt, kind, title, labels, dated, dated_has_time, campaign, document, made,
                          made_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id;

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
-- in: edition int, salted bytes, account int, made time, place text
INSERT INTO post_approval (edition, salted, account, made, place) VALUES ($1, $2, $3, $4, $5);

-- ---- The work on an edition ----

-- name: work_put :exec  role: write
-- in: edition int, state text, since time, due time?, scheduled_by int?, why text?
INSERT INTO post_work (edition, state, since, due, scheduled_by, why) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (edition) DO UPDATE SET state = excluded.state, since = excluded.since, due = excluded.due,
  scheduled_by = excluded.scheduled_by, why = excluded.why;

-- name: check_add :exec  role: write
-- in: edition int, account int, made time, results json
INSERT INTO post_check (edition, account, made, results) VALUES ($1, $2, $3, $4);

-- name: check_last :maybe  role: read
-- in: edition int
-- out: results json
SELECT results FROM post_check WHERE edition = $1 ORDER BY id DESC LIMIT 1;

-- name: confirmation_put :exec  role: write
-- The last answer is the one that counts; who gave an earlier one stands in the audit.
-- in: edition int, check_id text, account int, made time, reason text, finding text
INSERT INTO post_confirmation (edition, check_id, account, made, reason, finding) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (edition, check_id) DO UPDATE SET account = excluded.account, made = excluded.made,
  reason = excluded.reason, finding = excluded.finding;

-- name: confirmations :many  role: read
-- in: edition int, most int
-- out: check_id text, finding text
SELECT check_id, finding FROM post_confirmation WHERE edition = $1 ORDER BY check_id LIMIT $2;

-- name: speaker_put :exec  role: write
-- in: edition int, account int, made time
INSERT INTO post_speaker (edition, account, made) VALUES ($1, $2, $3) ON CONFLICT (edition) DO NOTHING;

-- name: speaker_of :maybe  role: read
-- in: edition int
-- out: account int, made time
SELECT account, made FROM post_speaker WHERE edition = $1;

-- name: author_on :one  role: read
-- How often this account stands among the authors of the post's editions up to this one, since the last approved one
-- before it.
-- in: post int, account int, number int
-- out: hands int
SELECT CAST(count(*) AS INTEGER)
  FROM post_hand h JOIN post_edition e ON e.id = h.edition
 WHERE e.post = $1 AND h.account = $2 AND e.number <= $3
   AND e.number > coalesce((SELECT max(x.number) FROM post_edition x JOIN post_approval a ON a.edition = x.id
                             WHERE x.post = $1 AND x.number < $3 AND NOT EXISTS (
                                   SELECT 1 FROM post_hand o WHERE o.edition = a.edition AND o.account = a.account)),
                            0);

-- ---- Emergency publication ----

-- name: emergency_add :one  role: write
-- in: post int, edition int, account int, made time, due time, reason text, told text, overridden text
-- out: id int
INSERT INTO post_emergency (post, edition, account, made, due, reason, told, overridden)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id;

-- name: emergency_open :maybe  role: read
-- The one that still waits for a second pair of eyes.
-- in: post int
-- out: id int, edition int, account int, made time, due time
SELECT id, edition, account, made, due FROM post_emergency WHERE post = $1 AND reviewed IS NULL ORDER BY id LIMIT 1;

-- name: emergency_review :exec  role: write
-- in: id int, reviewed time, reviewer int, finding text?
UPDATE post_emergency SET reviewed = $2, reviewer = $3, finding = $4 WHERE id = $1 AND reviewed IS NULL;

-- name: trouble :one  role: read
-- What waits for a person: releases that were held, emergencies that nobody has looked at in time, promises whose day
-- is past.
-- in: now time, today time
-- out: held int, overdue int, late int
SELECT CAST(coalesce((SELECT count(*) FROM post_work WHERE state = 'failed'), 0) AS INTEGER),
       CAST(coalesce((SELECT count(*) FROM post_emergency WHERE reviewed IS NULL AND due < $1), 0) AS INTEGER),
       CAST(coalesce((SELECT count(*) FROM post_promise WHERE kept IS NULL AND due < $2), 0) AS INTEGER);

-- ---- Corrections, promises and the register ----

-- name: correction_add :one  role: write
-- in: post int, kind text, ground text?, words text?, before_edition int, after_edition int, before_salted bytes,
--     after_salted bytes, account int, made time
-- out: id int
INSERT INTO post_correction (post, kind, ground, words, before_edition, after_edition, before_salted, after_salted,
                             account, made)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id;

-- name: corrections_of :many  role: read
-- Newest first.
-- in: post int, most int
-- out: id int, kind text, ground text?, words text?, made time
SELECT id, kind, ground, words, made FROM post_correction WHERE post = $1 ORDER BY id DESC LIMIT $2;

-- name: correction_texts :one  role: read
-- The two documents that a correction stands between. Not for one whose ground forbids what was said, nor for an older
-- one of the same post, which may still hold it.
-- in: id int
-- out: before_document json, after_document json
SELECT b.document, a.document
  FROM post_correction c JOIN post_edition b ON b.id = c.before_edition JOIN post_edition a ON a.id = c.after_edition
 WHERE c.id = $1;

-- name: promises_of :many  role: read
-- in: post int, most int
-- out: id int, position int, what text, owner text, due time, due_has_time bool, first_due time, kept time?
SELECT id, position, what, owner, due, due_has_time, first_due, kept
  FROM post_promise WHERE post = $1 ORDER BY position LIMIT $2;

-- name: promise_add :one  role: write
-- in: post int, position int, what text, owner text, due time, due_has_time bool, made time
-- out: id int
INSERT INTO post_promise (post, position, what, owner, due, due_has_time, first_due, made)
VALUES ($1, $2, $3, $4, $5, $6, $5, $7) RETURNING id;

-- name: promise_move :exec  role: write
-- in: id int, owner text, due time, due_has_time bool
UPDATE post_promise SET owner = $2, due = $3, due_has_time = $4 WHERE id = $1 AND kept IS NULL;

-- name: promise_keep :exec  role: write
-- in: id int, kept time, kept_by int
UPDATE post_promise SET kept = $2, kept_by = $3 WHERE id = $1 AND kept IS NULL;

-- name: promises :many  role: read
-- The open ones by their day, then those that were kept; behind (kept, due, id).
-- in: kept int, due time, id int, most int
-- out: id int, key text, position int, what text, owner text, due time, due_has_time bool, first_due time, made time,
--      kept time?, kept_key text?
SELECT q.id, p.key, q.position, q.what, q.owner, q.due, q.due_has_time, q.first_due, q.made, q.kept,
       CAST((SELECT k.key FROM post k WHERE k.id = q.kept_by) AS TEXT)
  FROM post_promise q JOIN post p ON p.id = q.post
 WHERE (q.kept IS NOT NULL) >= $1 AND (q.kept IS NOT NULL, q.due, q.id) > ($1, $2, $3)
 ORDER BY q.kept IS NOT NULL, q.due, q.id LIMIT $4;

-- name: register_add :exec  role: write
-- in: made time, what text, post int, word text?, words text?, correction int?, emergency int?, promise int?
INSERT INTO post_register (made, what, post, word, words, correction, emergency, promise)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: elsewhere_add :exec  role: write
-- in: post int, url text, made time
INSERT INTO post_elsewhere (post, url, made) VALUES ($1, $2, $3);

-- name: publish :exec  role: write
-- in: post int, edition int, year int, slug text, published time
INSERT INTO post_public (post, edition, year, slug, published) VALUES ($1, $2, $3, $4, $5);

-- name: withdraw :exec  role: write
-- in: post int, withdrawn time, ground text, reason text?
UPDATE post_public SET withdrawn = $2, ground = $3, reason = $4 WHERE post = $1 AND withdrawn IS NULL;

-- name: restore :exec  role: write
-- in: post int
UPDATE post_public SET withdrawn = NULL, ground = NULL, reason = NULL WHERE post = $1 AND withdrawn IS NOT NULL;

-- name: correct :exec  role: write
-- Another edition of the same post is public from now on, at the same address.
-- in: post int, edition int, corrected time
UPDATE post_public SET edition = $2, corrected = $3 WHERE post = $1;

-- name: end :exec  role: write
-- in: post int, ended time, ending text
UPDATE post_public SET ended = $2, ending = $3 WHERE post = $1 AND ended IS NULL;

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

-- name: register :many  role: read
-- Newest first, before (made, id), between two moments; with the promise and the post that kept it, and the emergency.
-- in: since time, until time, made time, id int, most int
-- out: id int, made time, what text, word text?, words text?, kind text?, title text?, year int?, slug text?,
--      ground text?, ended time?, promise int?, promised text?, owner text?, owner_name text?, due time?, due_has_time bool?,
--      first_due time?, kept time?, kept_year int?, kept_slug text?, kept_kind text?, kept_title text?,
--      kept_ground text?, kept_ended time?, review_due time?, reviewed time?
SELECT g.id, g.made, g.what, g.word, g.words, e.kind, e.title, u.year, u.slug, u.ground, u.ended, g.promise, q.what,
       q.owner, a.name, q.due, q.due_has_time, q.first_due, q.kept, f.year, f.slug, fe.kind, fe.title, f.ground, f.ended,
       x.due, x.reviewed
  FROM post_register g JOIN post_public u ON u.post = g.post JOIN post_edition e ON e.id = u.edition
       LEFT JOIN post_promise q ON q.id = g.promise LEFT JOIN account a ON a.login = q.owner
       LEFT JOIN post_public f ON f.post = q.kept_by LEFT JOIN post_edition fe ON fe.id = f.edition
       LEFT JOIN post_emergency x ON x.id = g.emergency
 WHERE g.made >= $1 AND g.made < $2 AND (g.made, g.id) < ($3, $4)
 ORDER BY g.made DESC, g.id DESC LIMIT $5;

-- name: register_of :many  role: read
-- The same of one kind.
-- in: what text, since time, until time, made time, id int, most int
-- out: id int, made time, what text, word text?, words text?, kind text?, title text?, year int?, slug text?,
--      ground text?, ended time?, promise int?, promised text?, owner text?, owner_name text?, due time?, due_has_time bool?,
--      first_due time?, kept time?, kept_year int?, kept_slug text?, kept_kind text?, kept_title text?,
--      kept_ground text?, kept_ended time?, review_due time?, reviewed time?
SELECT g.id, g.made, g.what, g.word, g.words, e.kind, e.title, u.year, u.slug, u.ground, u.ended, g.promise, q.what,
       q.owner, a.name, q.due, q.due_has_time, q.first_due, q.kept, f.year, f.slug, fe.kind, fe.title, f.ground, f.ended,
       x.due, x.reviewed
  FROM post_register g JOIN post_public u ON u.post = g.post JOIN post_edition e ON e.id = u.edition
       LEFT JOIN post_promise q ON q.id = g.promise LEFT JOIN account a ON a.login = q.owner
       LEFT JOIN post_public f ON f.post = q.kept_by LEFT JOIN post_edition fe ON fe.id = f.edition
       LEFT JOIN post_emergency x ON x.id = g.emergency
 WHERE g.what = $1 AND g.made >= $2 AND g.made < $3 AND (g.made, g.id) < ($4, $5)
 ORDER BY g.made DESC, g.id DESC LIMIT $6;

-- name: register_open :many  role: read
-- The promises that nothing has closed, by their day.
-- in: most int
-- out: id int, made time, what text, word text?, words text?, kind text?, title text?, year int?, slug text?,
--      ground text?, ended time?, promise int?, promised text?, owner text?, owner_name text?, due time?, due_has_time bool?,
--      first_due time?, kept time?, kept_year int?, kept_slug text?, kept_kind text?, kept_title text?,
--      kept_ground text?, kept_ended time?, review_due time?, reviewed time?
SELECT g.id, g.made, g.what, g.word, g.words, e.kind, e.title, u.year, u.slug, u.ground, u.ended, g.promise, q.what,
       q.owner, a.name, q.due, q.due_has_time, q.first_due, q.kept, f.year, f.slug, fe.kind, fe.title, f.ground, f.ended,
       x.due, x.reviewed
  FROM post_promise q CROSS JOIN post_register g JOIN post_public u ON u.post = g.post
       JOIN post_edition e ON e.id = u.edition LEFT JOIN account a ON a.login = q.owner
       LEFT JOIN post_public f ON f.post = q.kept_by LEFT JOIN post_edition fe ON fe.id = f.edition
       LEFT JOIN post_emergency x ON x.id = g.emergency
 WHERE q.kept IS NULL AND g.promise = q.id AND g.what = 'promise' ORDER BY q.due, q.id LIMIT $1;

-- name: months :many  role: read
-- What happened in each month of UTC from the first to the last named, "2026-11".
-- in: first text, last text, most int
-- out: month text, published int, copied int, console int, corrections int, withdrawals int, restorations int,
--      endings int, emergencies int, overdue int, promises int, kept int
SELECT month, published, copied, console, corrections, withdrawals, restorations, endings, emergencies, overdue,
       promises, kept
  FROM post_month WHERE month >= $1 AND month <= $2 ORDER BY month LIMIT $3;

-- name: counts :one  role: read
-- The same between two moments, by counting: for the hours between a month of UTC and a local one. Approvals are counted
-- by where they were given; overdue are emergencies that were reviewed after their time.
-- in: since time, until time
-- out: published int, copied int, console int, corrections int, withdrawals int, restorations int, endings int,
--      emergencies int, overdue int, promises int, kept int
SELECT CAST(coalesce((SELECT count(*) FROM post_public u WHERE u.published >= $1 AND u.published < $2
                        AND NOT EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post)), 0) AS INTEGER),
       CAST(coalesce((SELECT count(*) FROM post_public u JOIN post_elsewhere o ON o.post = u.post
                       WHERE u.published >= $1 AND u.published < $2), 0) AS INTEGER),
       CAST(coalesce((SELECT count(*) FROM post_approval a WHERE a.place = 'console' AND a.made >= $1
                        AND a.made < $2), 0) AS INTEGER),
       CAST(coalesce(sum(what = 'correction'), 0) AS INTEGER), CAST(coalesce(sum(what = 'withdrawal'), 0) AS INTEGER),
       CAST(coalesce(sum(what = 'restoration'), 0) AS INTEGER), CAST(coalesce(sum(what = 'ending'), 0) AS INTEGER),
       CAST(coalesce(sum(what = 'emergency'), 0) AS INTEGER),
       CAST(coalesce((SELECT count(*) FROM post_emergency x WHERE x.made >= $1 AND x.made < $2
                        AND x.reviewed > x.due), 0) AS INTEGER),
       CAST(coalesce(sum(what = 'promise'), 0) AS INTEGER), CAST(coalesce(sum(what = 'kept'), 0) AS INTEGER)
  FROM post_register WHERE made >= $1 AND made < $2;

-- name: unreviewed :one  role: read
-- Emergencies of the time between two moments that nobody has reviewed, and whose time is past.
-- in: since time, until time, now time
-- out: overdue int
SELECT CAST(count(*) AS INTEGER)
  FROM post_emergency WHERE reviewed IS NULL AND due < $3 AND made >= $1 AND made < $2;

-- name: register_first :maybe  role: read
-- When the register begins.
-- out: made time
SELECT made FROM post_register ORDER BY made, id LIMIT 1;

-- name: picture_put :exec  role: write
-- in: edition int, picture_set int
INSERT INTO post_picture (edition, picture_set) VALUES ($1, $2)
ON CONFLICT (edition) DO UPDATE SET picture_set = excluded.picture_set;

-- name: picture_of :maybe  role: read
-- in: edition int
-- out: picture_set int
SELECT picture_set FROM post_picture WHERE edition = $1;

-- name: rendition_shown :many  role: read
-- A rendition of a picture that stands in a post which the public sees with its picture: not where a ground forbids
-- it, and not in a copy of a post made elsewhere, whose picture nobody here has checked.
-- in: sha256 bytes, most int
-- out: format text
SELECT r.format
  FROM picture_rendition r JOIN post_picture x ON x.picture_set = r.picture_set
       JOIN post_public u ON u.edition = x.edition
 WHERE r.sha256 = $1 AND u.ended IS NULL
   AND (u.ground IS NULL OR u.ground NOT IN ('court-order', 'personal-data', 'safety', 'licence-or-consent'))
   AND (u.corrected IS NOT NULL OR NOT EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post))
 LIMIT $2;

-- name: images :many  role: read
-- The register of pictures, in the order in which they came. used: posts whose editions show it; seen: those of them
-- that are public now.
-- in: after int, most int
-- out: id int, sha256 bytes, used int, seen int
SELECT p.id, p.sha256,
       CAST(coalesce((SELECT count(DISTINCT e.post) FROM picture_set s JOIN post_picture x ON x.picture_set = s.id
                       JOIN post_edition e ON e.id = x.edition WHERE s.picture = p.id), 0) AS INTEGER),
       CAST(coalesce((SELECT count(DISTINCT u.post) FROM picture_set s JOIN post_picture x ON x.picture_set = s.id
                       JOIN post_public u ON u.edition = x.edition
                      WHERE s.picture = p.id AND u.withdrawn IS NULL AND u.ended IS NULL), 0) AS INTEGER)
  FROM picture p WHERE p.id > $1 ORDER BY p.id LIMIT $2;

-- name: image_find :one  role: read
-- How many pictures have this name, or a hash between the two, and the first of them.
-- in: name text, low bytes, high bytes
-- out: found int, id int
SELECT CAST(count(*) AS INTEGER), CAST(coalesce(min(id), 0) AS INTEGER)
  FROM picture WHERE name = $1 OR (sha256 >= $2 AND sha256 <= $3);

-- name: image_uses :many  role: read
-- Every edition that shows a picture, the newest first.
-- in: picture int, most int
-- out: key text, number int, title text, made time, labels text, document json, beside json, state text,
--      public_edition int?, edition int, withdrawn time?, ended time?
SELECT p.key, e.number, e.title, e.made, e.labels, e.document, r.beside, w.state, u.edition, e.id, u.withdrawn, u.ended
  FROM picture_set s JOIN post_picture x ON x.picture_set = s.id JOIN post_edition e ON e.id = x.edition
       JOIN post p ON p.id = e.post JOIN post_record r ON r.edition = e.id JOIN post_work w ON w.edition = e.id
       LEFT JOIN post_public u ON u.post = p.id
 WHERE s.picture = $1 ORDER BY e.id DESC LIMIT $2;

-- ---- Erasure. `kept`: the edition that stays, 0 for none ----

-- name: erasure_newest :one  role: read
-- out: n int
SELECT CAST(coalesce(max(n), 0) AS INTEGER) FROM post_erasure;

-- name: erasures_unfinished :one  role: read
-- out: n int
SELECT CAST(count(*) AS INTEGER) FROM post_erasure WHERE finished IS NULL;

-- name: erasures_finish :exec  role: write
-- in: finished time, newest int
UPDATE post_erasure SET finished = $1 WHERE finished IS NULL AND n <= $2;

-- name: erasure_add :exec  role: write
-- in: n int, post int, ground text, made time
INSERT INTO post_erasure (n, post, ground, made) VALUES ($1, $2, $3, $4) ON CONFLICT (n) DO NOTHING;

-- name: erasure_done :maybe  role: read
-- in: n int
-- out: post int
SELECT post FROM post_erasure WHERE n = $1;

-- name: erasure_unseen_add :exec  role: write
-- in: mac bytes
INSERT INTO post_erasure_unseen (mac) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: erasure_unseen :maybe  role: read
-- in: mac bytes
-- out: mac bytes
SELECT mac FROM post_erasure_unseen WHERE mac = $1;

-- name: erasure_file_add :exec  role: write
-- in: sha256 bytes
INSERT INTO post_erasure_file (sha256) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: erasure_files :many  role: read
-- in: most int
-- out: sha256 bytes
SELECT sha256 FROM post_erasure_file ORDER BY sha256 LIMIT $1;

-- name: erasure_file_gone :exec  role: write
-- in: sha256 bytes
DELETE FROM post_erasure_file WHERE sha256 = $1;

-- name: gone_at :maybe  role: read
-- Where a post was that has been erased; its address now, where the public may still see it.
-- in: mac bytes
-- out: ground text, made time, year int?, slug text?
SELECT g.ground, g.made, u.year, u.slug
  FROM post_gone g LEFT JOIN post_public u ON u.post = g.post AND u.withdrawn IS NULL AND u.ended IS NULL
 WHERE g.mac = $1;

-- name: gone_add :exec  role: write
-- in: mac bytes, post int, ground text, made time
INSERT INTO post_gone (mac, post, ground, made) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: refused :maybe  role: read
-- in: mac bytes
-- out: key text, erased time?
SELECT p.key, p.erased FROM post_refused r JOIN post p ON p.id = r.post WHERE r.mac = $1;

-- name: refused_add :exec  role: write
-- in: mac bytes, what text, post int
INSERT INTO post_refused (mac, what, post) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: keys :many  role: read
-- in: after text, most int
-- out: id int, key text
SELECT id, key FROM post WHERE key > $1 ORDER BY key LIMIT $2;

-- name: hashes_of :many  role: read
-- The editions of a post that are to go, behind one.
-- in: post int, kept int, after int, most int
-- out: edition int, hash bytes
SELECT id, hash FROM post_edition WHERE post = $1 AND id <> $2 AND id > $3 ORDER BY id LIMIT $4;

-- name: pictures_of :many  role: read
-- The pictures of those editions.
-- in: post int, kept int, most int
-- out: picture int, sha256 bytes
SELECT DISTINCT p.id, p.sha256
  FROM post_edition e JOIN post_picture x ON x.edition = e.id JOIN picture_set s ON s.id = x.picture_set
       JOIN picture p ON p.id = s.picture
 WHERE e.post = $1 AND e.id <> $2 ORDER BY p.id LIMIT $3;

-- name: picture_uses :one  role: read
-- How many editions show it, but for those of posts whose picture went with a withdrawal.
-- in: picture int
-- out: n int
SELECT CAST(count(*) AS INTEGER) FROM picture_set s JOIN post_picture x ON x.picture_set = s.id WHERE s.picture = $1;

-- name: sets_unused :many  role: read
-- in: picture int, most int
-- out: picture_set int
SELECT s.id FROM picture_set s LEFT JOIN post_picture x ON x.picture_set = s.id
 WHERE s.picture = $1 AND x.edition IS NULL ORDER BY s.id LIMIT $2;

-- name: erase_pictures :exec  role: write
-- in: post int, kept int
DELETE FROM post_picture WHERE edition IN (SELECT id FROM post_edition WHERE post = $1 AND id <> $2);

-- name: erase_records :exec  role: write
-- in: post int, kept int
UPDATE post_record SET beside = '{}' WHERE edition IN (SELECT id FROM post_edition WHERE post = $1 AND id <> $2);

-- name: erase_about :exec  role: write
-- in: post int, kept int
DELETE FROM post_about WHERE edition IN (SELECT id FROM post_edition WHERE post = $1 AND id <> $2);

-- name: erase_checks :exec  role: write
-- in: post int, kept int
DELETE FROM post_check WHERE edition IN (SELECT id FROM post_edition WHERE post = $1 AND id <> $2);

-- name: erase_confirmations :exec  role: write
-- in: post int, kept int
DELETE FROM post_confirmation WHERE edition IN (SELECT id FROM post_edition WHERE post = $1 AND id <> $2);

-- name: erase_work :exec  role: write
-- in: post int, kept int
UPDATE post_work SET why = NULL, due = NULL, scheduled_by = NULL,
       state = CASE WHEN state IN ('published', 'superseded') THEN state ELSE 'discarded' END
 WHERE edition IN (SELECT id FROM post_edition WHERE post = $1 AND id <> $2);

-- name: erase_emergencies :exec  role: write
-- in: post int, kept int
UPDATE post_emergency SET reason = '', told = '', finding = CASE WHEN finding IS NULL THEN NULL ELSE '' END
 WHERE post = $1 AND edition <> $2;

-- name: erase_editions :exec  role: write
-- That it was in a campaign which is public by itself stays, so that what was withdrawn there stays counted there; any
-- other word for one goes.
-- in: post int, kept int
UPDATE post_edition SET hash = zeroblob(32), salt = zeroblob(16), title = '', labels = '', dated = NULL,
       dated_has_time = 0, document = '{}',
       campaign = (SELECT c.slug FROM campaign c WHERE c.slug = post_edition.campaign OR c.name = post_edition.campaign)
 WHERE post = $1 AND id <> $2;

-- name: erase_corrections :exec  role: write
-- in: post int
UPDATE post_correction SET words = '' WHERE post = $1 AND words IS NOT NULL;

-- name: erase_register :exec  role: write
-- in: post int
UPDATE post_register SET words = '' WHERE post = $1 AND words IS NOT NULL;

-- name: erase_promise :exec  role: write
-- in: id int
UPDATE post_promise SET what = '', owner = '' WHERE id = $1;

-- name: erase_promise_owner :exec  role: write
-- Whom the edition that stays names; also of a promise that was kept.
-- in: id int, owner text
UPDATE post_promise SET owner = $2 WHERE id = $1;

-- name: erase_elsewhere :exec  role: write
-- in: post int
UPDATE post_elsewhere SET url = '' WHERE post = $1;

-- name: erase_key :exec  role: write
-- in: post int, key text, erased time?
UPDATE post SET key = $2, erased = $3 WHERE id = $1;

-- name: erase_address :exec  role: write
-- in: post int, slug text
UPDATE post_public SET slug = $2 WHERE post = $1;

-- name: mention :maybe  role: read
-- The next edition that is about the post of this key, behind one.
-- in: key text, after int
-- out: edition int, document json, hash bytes, salt bytes
SELECT e.id, e.document, e.hash, e.salt
  FROM post_about a JOIN post_edition e ON e.id = a.edition
 WHERE a.key = $1 AND a.edition > $2 ORDER BY a.edition LIMIT 1;

-- name: mention_move :exec  role: write
-- in: edition int, key text, to text
UPDATE post_about SET key = $3 WHERE edition = $1 AND key = $2;

-- name: mention_write :exec  role: write
-- in: edition int, document json, hash bytes, salt bytes
UPDATE post_edition SET document = $2, hash = $3, salt = $4 WHERE id = $1;

-- name: mention_approvals :exec  role: write
-- An approval of the edition stays one: nothing that was read has changed.
-- in: edition int, before bytes, after bytes
UPDATE post_approval SET salted = $3 WHERE edition = $1 AND salted = $2;

-- name: mention_corrections :exec  role: write
-- in: edition int, before bytes, after bytes
UPDATE post_correction SET before_salted = CASE WHEN before_edition = $1 AND before_salted = $2 THEN $3 ELSE before_salted END,
       after_salted = CASE WHEN after_edition = $1 AND after_salted = $2 THEN $3 ELSE after_salted END
 WHERE post = (SELECT post FROM post_edition WHERE id = $1);

-- name: withdraw_again :exec  role: write
-- Whether or not it was withdrawn before: on a ground that takes more, or by an erasure that is done once more.
-- in: post int, withdrawn time, ground text, reason text?
UPDATE post_public SET withdrawn = $2, ground = $3, reason = $4 WHERE post = $1;
