-- Pictures: what was given, what was made of it, and what it says of itself. The bytes are blobs.

-- An original. facts is what the file says of itself, as src/media/facts.h has it.
CREATE TABLE picture (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    bytes INTEGER NOT NULL CHECK (bytes > 0),
    format TEXT NOT NULL CHECK (format IN ('jpeg', 'png', 'webp')),
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    facts TEXT NOT NULL,
    name TEXT NOT NULL,
    made INTEGER NOT NULL
) STRICT;

-- An original with the words that its renditions carry. wish_hash is the SHA-256 of wish.
CREATE TABLE picture_set (
    id INTEGER PRIMARY KEY,
    picture INTEGER NOT NULL REFERENCES picture (id),
    wish_hash BLOB NOT NULL CHECK (length(wish_hash) = 32),
    wish TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'failed')),
    why TEXT,
    made INTEGER NOT NULL,
    UNIQUE (picture, wish_hash),
    CHECK ((state = 'failed') = (why IS NOT NULL))
) STRICT;

-- What is served. A set that is ready has two or four, any other none.
CREATE TABLE picture_rendition (
    picture_set INTEGER NOT NULL REFERENCES picture_set (id),
    format TEXT NOT NULL CHECK (format IN ('jpeg', 'webp')),
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    bytes INTEGER NOT NULL CHECK (bytes > 0),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    PRIMARY KEY (picture_set, width, format)
) STRICT;

CREATE INDEX picture_rendition_sha256 ON picture_rendition (sha256);
