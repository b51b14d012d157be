-- Posts, their editions, who had a hand in them, approvals, what is public, and where.

CREATE TABLE post (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    made INTEGER NOT NULL
) STRICT;

-- One row a save, never changed. kind, title, labels and dated stand in the document too; they are here for lists,
-- and a release compares them with the document.
CREATE TABLE post_edition (
    id INTEGER PRIMARY KEY,
    post INTEGER NOT NULL REFERENCES post (id),
    number INTEGER NOT NULL CHECK (number > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    labels TEXT NOT NULL,
    dated INTEGER,
    dated_has_time INTEGER NOT NULL CHECK (dated_has_time IN (0, 1)),
    document TEXT NOT NULL,
    made INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    UNIQUE (post, number)
) STRICT;

-- What is not under the hash and may be brought up to date: licence, release, the speaker's confirmation, replies.
CREATE TABLE post_record (
    edition INTEGER PRIMARY KEY REFERENCES post_edition (id),
    beside TEXT NOT NULL,
    changed INTEGER NOT NULL
) STRICT;

-- Who wrote an edition, and who brought it in. Rows are only added: nobody gets out of having been an author.
CREATE TABLE post_hand (
    edition INTEGER NOT NULL REFERENCES post_edition (id),
    account INTEGER NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('author', 'import')),
    PRIMARY KEY (edition, account, how)
) STRICT, WITHOUT ROWID;

CREATE TABLE post_about (
    edition INTEGER NOT NULL REFERENCES post_edition (id),
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (edition, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_about_key ON post_about (key);

-- salted is SHA-256(salt || hash) of the edition: outside the edition's own row nothing says what it said.
CREATE TABLE post_approval (
    id INTEGER PRIMARY KEY,
    edition INTEGER NOT NULL REFERENCES post_edition (id),
    salted BLOB NOT NULL CHECK (length(salted) = 32),
    account INTEGER NOT NULL,
    made INTEGER NOT NULL
) STRICT;
CREATE INDEX post_approval_edition ON post_approval (edition);

-- There from the first publication on. The address is permanent.
CREATE TABLE post_public (
    post INTEGER PRIMARY KEY REFERENCES post (id),
    edition INTEGER NOT NULL UNIQUE REFERENCES post_edition (id),
    year INTEGER NOT NULL,
    slug TEXT NOT NULL,
    published INTEGER NOT NULL,
    withdrawn INTEGER,
    ground TEXT,
    reason TEXT,
    UNIQUE (year, slug),
    CHECK ((withdrawn IS NULL) = (ground IS NULL)),
    CHECK (reason IS NULL OR withdrawn IS NOT NULL)
) STRICT;
CREATE INDEX post_public_live ON post_public (published, slug) WHERE withdrawn IS NULL;
CREATE INDEX post_public_withdrawn ON post_public (withdrawn, slug) WHERE withdrawn IS NOT NULL;

CREATE TABLE post_presence (
    post INTEGER NOT NULL REFERENCES post (id),
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)),
    since INTEGER NOT NULL,
    PRIMARY KEY (post, channel)
) STRICT, WITHOUT ROWID;

-- What happened, for rooms that act on it later; written in the transaction of the act.
CREATE TABLE post_event (
    id INTEGER PRIMARY KEY,
    made INTEGER NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('imported', 'recorded', 'approved', 'published', 'withdrawn')),
    post INTEGER NOT NULL REFERENCES post (id),
    number INTEGER NOT NULL,
    salted BLOB NOT NULL CHECK (length(salted) = 32)
) STRICT;
CREATE INDEX post_event_post ON post_event (post, id);
