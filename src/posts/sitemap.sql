-- Posts that have a page with their words, by their number. Public: each statement starts from post_public.

-- name: sitemap :many  role: read
-- Those with numbers behind `after`, up to `until`; a ground that hides is the reader's to see.
-- in: after int, until int, most int
-- out: post int, year int, slug text, ground text?, news time
SELECT u.post, u.year, u.slug, u.ground, u.news FROM post_public u JOIN post p ON p.id = u.post
 WHERE u.post > $1 AND u.post <= $2 AND u.ended IS NULL AND p.erased IS NULL ORDER BY u.post LIMIT $3;
