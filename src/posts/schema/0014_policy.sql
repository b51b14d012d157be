-- Sign-offs of versions of the policy, a pack of the force's own, and what the live posts are answered with.

-- The newest of a version counts; rows are only added. sha256: over the version as it was signed (src/policy/sign.h).
CREATE TABLE policy_signature (
    id INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    made INTEGER NOT NULL,
    account INTEGER NOT NULL,
    role TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

-- The files as they were signed: so that it can be said which one was changed.
CREATE TABLE policy_signature_file (
    signature INTEGER NOT NULL REFERENCES policy_signature (id),
    position INTEGER NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    PRIMARY KEY (signature, position)
) STRICT, WITHOUT ROWID;

-- A pack that counts instead of the one in the program; no row: the program's. sha256: over all files.
CREATE TABLE policy_local (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    made INTEGER NOT NULL,
    account INTEGER NOT NULL
) STRICT;
CREATE TABLE policy_local_file (
    path TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- The re-check of the live posts: the one under way, or the last. state: what was in force (policy_pack_state).
CREATE TABLE policy_recheck (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    state TEXT NOT NULL,
    begun INTEGER NOT NULL,
    finished INTEGER,
    upto INTEGER NOT NULL,
    total INTEGER NOT NULL,
    done INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    failed INTEGER NOT NULL
) STRICT;

CREATE INDEX job_failed ON job (kind) WHERE state = 'failed';

-- What the last re-check answered of a live post. held: the checks that block it now. before_*: what the re-check before
-- had answered, of the same edition. Only outcomes and names of checks and versions stand here, nothing of the post.
CREATE TABLE policy_post (
    post INTEGER PRIMARY KEY REFERENCES post (id),
    edition INTEGER NOT NULL,
    state TEXT NOT NULL,
    answer TEXT NOT NULL,
    versions TEXT NOT NULL,
    answer_today TEXT NOT NULL,
    versions_today TEXT NOT NULL,
    held TEXT NOT NULL,
    before_answer TEXT,
    before_today TEXT,
    before_held TEXT,
    changed INTEGER NOT NULL CHECK (changed IN (0, 1))
) STRICT;
CREATE INDEX policy_post_changed ON policy_post (post) WHERE changed = 1;
