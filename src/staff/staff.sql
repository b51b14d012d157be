-- The statements of accounts, sessions and the audit.

-- name: account_add :one  role: write
-- in: login text, name text, passphrase text, roles int, demonstration bool, made time
-- out: id int
INSERT INTO account (login, name, passphrase, roles, demonstration, made, disabled)
VALUES ($1, $2, $3, $4, $5, $6, NULL)
RETURNING id;

-- name: account_taken :one  role: read
-- in: login text
-- out: taken bool
SELECT CAST(EXISTS (SELECT 1 FROM account WHERE login = $1) AS INTEGER);

-- name: account_by_login :maybe  role: read
-- in: login text
-- out: id int, login text, name text, roles int, demonstration bool, disabled time?
SELECT id, login, name, roles, demonstration, disabled FROM account WHERE login = $1;

-- name: account_by_id :maybe  role: read
-- in: id int
-- out: id int, login text, name text, roles int, demonstration bool, disabled time?
SELECT id, login, name, roles, demonstration, disabled FROM account WHERE id = $1;

-- name: account_all :many  role: read
-- in: most int
-- out: id int, login text, name text, roles int, demonstration bool, disabled time?
SELECT id, login, name, roles, demonstration, disabled FROM account ORDER BY login LIMIT $1;

-- name: account_secret :maybe  role: read
-- What a passphrase is checked against; nothing else reads this column.
-- in: login text
-- out: passphrase text
SELECT passphrase FROM account WHERE login = $1;

-- name: account_secret_set :exec  role: write
-- in: id int, passphrase text
UPDATE account SET passphrase = $2 WHERE id = $1;

-- name: account_disable :exec  role: write
-- in: id int, at time
UPDATE account SET disabled = $2 WHERE id = $1 AND disabled IS NULL;

-- name: account_others :one  role: read
-- How many accounts in use, besides this one, have any of these roles.
-- in: id int, roles int
-- out: others int
SELECT CAST(count(*) AS INTEGER) FROM account WHERE id <> $1 AND disabled IS NULL AND (roles & $2) <> 0;

-- name: session_add :exec  role: write
-- in: token bytes, account int, started time, ends time
INSERT INTO staff_session (token, account, started, ends) VALUES ($1, $2, $3, $4);

-- name: session_find :maybe  role: read
-- in: token bytes, now time
-- out: account int, login text, name text, roles int, ends time
SELECT a.id, a.login, a.name, a.roles, s.ends
  FROM staff_session s
  JOIN account a ON a.id = s.account
 WHERE s.token = $1 AND s.ends > $2 AND a.disabled IS NULL;

-- name: session_remove :exec  role: write
-- in: token bytes
DELETE FROM staff_session WHERE token = $1;

-- name: session_remove_all :exec  role: write
-- in: account int
DELETE FROM staff_session WHERE account = $1;

-- name: session_remove_ended :exec  role: write
-- in: now time
DELETE FROM staff_session WHERE ends <= $1;

-- name: audit_head :one  role: read
-- out: n int, hash bytes
SELECT n, hash FROM audit_head WHERE id = 1;

-- name: audit_head_set :exec  role: write
-- in: n int, hash bytes, before int
UPDATE audit_head SET n = $1, hash = $2 WHERE id = 1 AND n = $3;

-- name: audit_add :exec  role: write
-- in: n int, made time, actor int, act text, post int, salted bytes, previous bytes, hash bytes
INSERT INTO audit (n, made, actor, act, post, salted, previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: audit_words_add :exec  role: write
-- in: n int, salt bytes, words text
INSERT INTO audit_words (n, salt, words) VALUES ($1, $2, $3);

-- name: audit_words_erase :exec  role: write
-- in: post int
DELETE FROM audit_words WHERE n IN (SELECT n FROM audit WHERE post = $1 AND post <> 0);

-- name: audit_page :many  role: read
-- Entries behind this one, oldest first, with what is left of their words.
-- in: after int, most int
-- out: n int, made time, actor int, act text, post int, salted bytes, previous bytes, hash bytes, salt bytes?, words text?
SELECT a.n, a.made, a.actor, a.act, a.post, a.salted, a.previous, a.hash, w.salt, w.words
  FROM audit a
  LEFT JOIN audit_words w ON w.n = a.n
 WHERE a.n > $1
 ORDER BY a.n
 LIMIT $2;

-- name: audit_shown :many  role: read
-- The same for people, newest first, with the actor's login.
-- in: before int, most int
-- out: n int, made time, login text?, act text, post int, words text?
SELECT a.n, a.made, c.login, a.act, a.post, w.words
  FROM audit a
  LEFT JOIN audit_words w ON w.n = a.n
  LEFT JOIN account c ON c.id = a.actor
 WHERE a.n < $1
 ORDER BY a.n DESC
 LIMIT $2;
