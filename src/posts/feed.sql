-- What feeds need to know beside what lists show. Public: each statement joins post_public.

-- name: register_hid :maybe  role: read
-- When the words of a register's row ceased to be shown.
-- in: id int
-- out: withdrawn time?, ended time?
SELECT u.withdrawn, u.ended FROM post_register g JOIN post_public u ON u.post = g.post WHERE g.id = $1;
