-- Erasure: what is left of a post that had to go, and what keeps it from coming back.

-- When every word of it was erased. Its row, its numbers and its times stay, so that what was counted stays counted.
ALTER TABLE post ADD COLUMN erased INTEGER;

-- What was done here of the list of erasures, which is a file (db/erasures.h); n is the number of an entry there.
-- finished: when the bytes, too, had gone from the database's files.
CREATE TABLE post_erasure (
    n INTEGER PRIMARY KEY,
    post INTEGER NOT NULL REFERENCES post (id),
    ground TEXT NOT NULL,
    made INTEGER NOT NULL,
    finished INTEGER
) STRICT;
CREATE INDEX post_erasure_unfinished ON post_erasure (n) WHERE finished IS NULL;

-- Addresses that an erased post had, as HMACs under a key that is not here: they answer that it is gone, and name nothing.
CREATE TABLE post_gone (
    mac BLOB PRIMARY KEY CHECK (length(mac) = 32),
    post INTEGER NOT NULL REFERENCES post (id),
    ground TEXT NOT NULL,
    made INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Keys, editions and pictures that are not taken in again, likewise. `what` is part of what is under the HMAC, too.
CREATE TABLE post_refused (
    mac BLOB PRIMARY KEY CHECK (length(mac) = 32),
    what TEXT NOT NULL CHECK (what IN ('key', 'edition', 'picture')),
    post INTEGER NOT NULL REFERENCES post (id)
) STRICT, WITHOUT ROWID;
