-- Staff: who may act, who is signed in, and the chain of what was done.

-- Never deleted: acts of the past name it by id.
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    passphrase TEXT NOT NULL,
    roles INTEGER NOT NULL CHECK (roles > 0),
    demonstration INTEGER NOT NULL CHECK (demonstration IN (0, 1)),
    made INTEGER NOT NULL,
    disabled INTEGER
) STRICT;

-- token is the SHA-256 of what the browser holds.
CREATE TABLE staff_session (
    token BLOB PRIMARY KEY CHECK (length(token) = 32),
    account INTEGER NOT NULL REFERENCES account (id),
    started INTEGER NOT NULL,
    ends INTEGER NOT NULL
) STRICT;

CREATE INDEX staff_session_account ON staff_session (account);
CREATE INDEX staff_session_ends ON staff_session (ends);

-- The chain. actor 0 is the console, post 0 is none. Rows are only ever added.
CREATE TABLE audit (
    n INTEGER PRIMARY KEY,
    made INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    act TEXT NOT NULL,
    post INTEGER NOT NULL,
    salted BLOB NOT NULL CHECK (length(salted) = 32),
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX audit_post ON audit (post, n) WHERE post <> 0;

-- What can be erased. Without its row an entry still verifies, but nobody can say what its words were.
CREATE TABLE audit_words (
    n INTEGER PRIMARY KEY REFERENCES audit (n),
    salt BLOB NOT NULL CHECK (length(salt) = 32),
    words TEXT NOT NULL
) STRICT;

-- Where the chain ends, so that entries cut off its end are missed.
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    n INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

INSERT INTO audit_head (id, n, hash)
VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');
