-- What the cases beside this are about: posts with labels.
CREATE TABLE post (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    made INTEGER NOT NULL,
    withdrawn INTEGER,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE label (
    post INTEGER NOT NULL REFERENCES post (id),
    word TEXT NOT NULL,
    PRIMARY KEY (post, word)
) STRICT, WITHOUT ROWID;
