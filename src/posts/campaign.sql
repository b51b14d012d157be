-- Campaigns. A post belongs to the one that its public edition names, by slug or by name.

-- name: campaign_add :exec  role: write
-- in: slug text, name text, purpose text, first_day date, last_day date, changed_at time
INSERT INTO campaign (slug, name, purpose, first_day, last_day, version, changed) VALUES ($1, $2, $3, $4, $5, 1, $6);

-- name: campaign_change :exec  role: write
-- Changes nothing where somebody else was first.
-- in: slug text, name text, purpose text, first_day date, last_day date, version int, changed_at time
UPDATE campaign SET name = $2, purpose = $3, first_day = $4, last_day = $5, version = version + 1, changed = $7
 WHERE slug = $1 AND version = $6;

-- name: campaign_remove :exec  role: write
-- in: slug text, version int
DELETE FROM campaign WHERE slug = $1 AND version = $2;

-- name: campaign_named :maybe  role: read
-- The one that these words name, as its slug or as its name; none has the name of another's slug.
-- in: words text
-- out: slug text, name text, purpose text, first_day date, last_day date, version int
SELECT slug, name, purpose, first_day, last_day, version FROM campaign WHERE slug = $1 OR name = $1
 ORDER BY slug = $1 DESC LIMIT 1;

-- name: campaigns :many  role: read
-- The one that begins last first.
-- in: most int
-- out: slug text, name text, purpose text, first_day date, last_day date, version int
SELECT slug, name, purpose, first_day, last_day, version FROM campaign ORDER BY first_day DESC, slug LIMIT $1;

-- name: campaigns_running :many  role: read
-- in: today date, most int
-- out: slug text, name text, purpose text, first_day date, last_day date, version int
SELECT slug, name, purpose, first_day, last_day, version FROM campaign WHERE first_day <= $1 AND last_day >= $1
 ORDER BY first_day DESC, slug LIMIT $2;

-- name: campaign_naming :one  role: read
-- Editions that have these words for their campaign, public or not.
-- in: words text
-- out: editions int
SELECT CAST(count(*) AS INTEGER) FROM post_edition WHERE campaign = $1;

-- name: campaign_count :one  role: read
-- out: campaigns int
SELECT CAST(count(*) AS INTEGER) FROM campaign;

-- name: campaign_live :many  role: read
-- What is live of a campaign, newest first, before (time, slug).
-- in: campaign text, campaign_name text, time time, before text, most int
-- out: year int, slug text, published time, kind text, title text, labels text, dated time?, dated_has_time bool,
--      copy bool
SELECT u.year, u.slug, u.published, e.kind, e.title, e.labels, e.dated, e.dated_has_time,
       CAST(EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post) AS INTEGER)
  FROM post_edition e JOIN post_public u ON u.edition = e.id
 WHERE e.campaign IN ($1, $2) AND u.withdrawn IS NULL AND u.ended IS NULL AND (u.published, u.slug) < ($3, $4)
 ORDER BY u.published DESC, u.slug DESC LIMIT $5;

-- name: campaign_register :many  role: read
-- What the register has of a campaign's posts, newest first, before (made, id). A post that a correction took out of the
-- campaign keeps its entries there; but not one where the ground of a correction forbids what it said before.
-- in: campaign text, campaign_name text, made time, id int, most int
-- out: id int, made time, what text, word text?, words text?, kind text?, title text?, year int?, slug text?,
--      ground text?, ended time?, promise int?, promised text?, owner text?, owner_name text?, due time?, due_has_time bool?,
--      first_due time?, kept time?, kept_year int?, kept_slug text?, kept_kind text?, kept_title text?,
--      kept_ground text?, kept_ended time?, review_due time?, reviewed time?
SELECT g.id, g.made, g.what, g.word, g.words, e.kind, e.title, u.year, u.slug, u.ground, u.ended, g.promise, q.what,
       q.owner, a.name, q.due, q.due_has_time, q.first_due, q.kept, f.year, f.slug, fe.kind, fe.title, f.ground, f.ended,
       y.due, y.reviewed
  FROM post_register g JOIN post_public u ON u.post = g.post JOIN post_edition e ON e.id = u.edition
       LEFT JOIN post_promise q ON q.id = g.promise LEFT JOIN account a ON a.login = q.owner
       LEFT JOIN post_public f ON f.post = q.kept_by LEFT JOIN post_edition fe ON fe.id = f.edition
       LEFT JOIN post_emergency y ON y.id = g.emergency
 WHERE g.post IN (SELECT x.post FROM post_edition x
                   WHERE x.campaign IN ($1, $2)
                     AND (EXISTS (SELECT 1 FROM post_public p WHERE p.edition = x.id)
                          OR (EXISTS (SELECT 1 FROM post_correction k WHERE k.post = x.post AND k.before_edition = x.id)
                              AND NOT EXISTS (SELECT 1 FROM post_correction h
                                               WHERE h.post = x.post AND h.ground IS NOT NULL))))
   AND (g.made, g.id) < ($3, $4)
 ORDER BY g.made DESC, g.id DESC LIMIT $5;

-- name: campaign_counts :one  role: read
-- The posts of the same set, and what the register has of them.
-- in: campaign text, campaign_name text
-- out: published int, copied int, corrections int, withdrawals int, restorations int, endings int, emergencies int,
--      promises int, kept int
SELECT CAST(coalesce((SELECT count(*) FROM post_public u
                       WHERE NOT EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post) AND u.post IN
                       (SELECT x.post FROM post_edition x
                         WHERE x.campaign IN ($1, $2)
                           AND (EXISTS (SELECT 1 FROM post_public p WHERE p.edition = x.id)
                                OR (EXISTS (SELECT 1 FROM post_correction k
                                             WHERE k.post = x.post AND k.before_edition = x.id)
                                    AND NOT EXISTS (SELECT 1 FROM post_correction h
                                                     WHERE h.post = x.post AND h.ground IS NOT NULL))))), 0) AS INTEGER),
       CAST(coalesce((SELECT count(*) FROM post_public u
                       WHERE EXISTS (SELECT 1 FROM post_elsewhere o WHERE o.post = u.post) AND u.post IN
                       (SELECT x.post FROM post_edition x
                         WHERE x.campaign IN ($1, $2)
                           AND (EXISTS (SELECT 1 FROM post_public p WHERE p.edition = x.id)
                                OR (EXISTS (SELECT 1 FROM post_correction k
                                             WHERE k.post = x.post AND k.before_edition = x.id)
                                    AND NOT EXISTS (SELECT 1 FROM post_correction h
                                                     WHERE h.post = x.post AND h.ground IS NOT NULL))))), 0) AS INTEGER),
       CAST(coalesce(sum(g.what = 'correction'), 0) AS INTEGER),
       CAST(coalesce(sum(g.what = 'withdrawal'), 0) AS INTEGER),
       CAST(coalesce(sum(g.what = 'restoration'), 0) AS INTEGER),
       CAST(coalesce(sum(g.what = 'ending'), 0) AS INTEGER),
       CAST(coalesce(sum(g.what = 'emergency'), 0) AS INTEGER),
       CAST(coalesce(sum(g.what = 'promise'), 0) AS INTEGER), CAST(coalesce(sum(g.what = 'kept'), 0) AS INTEGER)
  FROM post_register g
 WHERE g.post IN
                       (SELECT x.post FROM post_edition x
                         WHERE x.campaign IN ($1, $2)
                           AND (EXISTS (SELECT 1 FROM post_public p WHERE p.edition = x.id)
                                OR (EXISTS (SELECT 1 FROM post_correction k
                                             WHERE k.post = x.post AND k.before_edition = x.id)
                                    AND NOT EXISTS (SELECT 1 FROM post_correction h
                                                     WHERE h.post = x.post AND h.ground IS NOT NULL))));
