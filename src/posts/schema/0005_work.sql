-- The work on editions, and all that the public is told of what was wrong.

-- Where the work on each edition stands; the edition itself never changes. why: what is asked for, or what held it.
CREATE TABLE post_work (
    edition INTEGER PRIMARY KEY REFERENCES post_edition (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'in-review', 'changes-requested', 'approved', 'scheduled',
                                         'publishing', 'published', 'failed', 'discarded', 'superseded')),
    since INTEGER NOT NULL,
    due INTEGER,
    scheduled_by INTEGER,
    why TEXT,
    CHECK (state <> 'scheduled' OR (due IS NOT NULL AND scheduled_by IS NOT NULL))
) STRICT;

INSERT INTO post_work (edition, state, since)
SELECT e.id,
       CASE WHEN EXISTS (SELECT 1 FROM post_public u WHERE u.edition = e.id) THEN 'published'
            WHEN e.number < (SELECT max(x.number) FROM post_edition x WHERE x.post = e.post) THEN 'superseded'
            WHEN EXISTS (SELECT 1 FROM post_approval a WHERE a.edition = e.id AND NOT EXISTS (
                   SELECT 1 FROM post_hand h WHERE h.edition = a.edition AND h.account = a.account)) THEN 'approved'
            ELSE 'in-review' END,
       e.made
  FROM post_edition e;

CREATE INDEX post_work_failed ON post_work (edition) WHERE state = 'failed';

-- What the checks said, each time that an act asked them; results is JSON and goes with the edition at an erasure.
CREATE TABLE post_check (
    id INTEGER PRIMARY KEY,
    edition INTEGER NOT NULL REFERENCES post_edition (id),
    account INTEGER NOT NULL,
    made INTEGER NOT NULL,
    results TEXT NOT NULL
) STRICT;
CREATE INDEX post_check_edition ON post_check (edition, id);

-- A person's answer to what only a person can know. check_id is a word of the checks.
CREATE TABLE post_confirmation (
    edition INTEGER NOT NULL REFERENCES post_edition (id),
    check_id TEXT NOT NULL,
    account INTEGER NOT NULL,
    made INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (edition, check_id)
) STRICT, WITHOUT ROWID;

-- The renditions that an edition shows; which words they carry follows from the edition and its record.
CREATE TABLE post_picture (
    edition INTEGER PRIMARY KEY REFERENCES post_edition (id),
    picture_set INTEGER NOT NULL REFERENCES picture_set (id)
) STRICT;
CREATE INDEX post_picture_set ON post_picture (picture_set);

-- The speaker's own word, for one edition.
CREATE TABLE post_speaker (
    edition INTEGER PRIMARY KEY REFERENCES post_edition (id),
    account INTEGER NOT NULL,
    made INTEGER NOT NULL
) STRICT;

-- Where approvals and late reviews were given. Until there is a desk, all of them at the console.
ALTER TABLE post_approval ADD COLUMN place TEXT NOT NULL DEFAULT 'console' CHECK (place IN ('console', 'desk'));
CREATE INDEX post_approval_made ON post_approval (made);
CREATE INDEX post_public_published ON post_public (published);

-- reason and told are for staff; the public is told that there was one, and whether it was looked at in time.
CREATE TABLE post_emergency (
    id INTEGER PRIMARY KEY,
    post INTEGER NOT NULL REFERENCES post (id),
    edition INTEGER NOT NULL REFERENCES post_edition (id),
    account INTEGER NOT NULL,
    made INTEGER NOT NULL,
    due INTEGER NOT NULL,
    reason TEXT NOT NULL,
    told TEXT NOT NULL,
    overridden TEXT NOT NULL,
    reviewed INTEGER,
    reviewer INTEGER,
    finding TEXT,
    CHECK ((reviewed IS NULL) = (reviewer IS NULL))
) STRICT;
CREATE INDEX post_emergency_post ON post_emergency (post, id);
CREATE INDEX post_emergency_made ON post_emergency (made);
CREATE INDEX post_emergency_open ON post_emergency (due) WHERE reviewed IS NULL;

-- words NULL: the ground lets only it and the day be told.
CREATE TABLE post_correction (
    id INTEGER PRIMARY KEY,
    post INTEGER NOT NULL REFERENCES post (id),
    kind TEXT NOT NULL,
    ground TEXT,
    words TEXT,
    before_edition INTEGER NOT NULL REFERENCES post_edition (id),
    after_edition INTEGER NOT NULL REFERENCES post_edition (id),
    before_salted BLOB NOT NULL CHECK (length(before_salted) = 32),
    after_salted BLOB NOT NULL CHECK (length(after_salted) = 32),
    account INTEGER NOT NULL,
    made INTEGER NOT NULL,
    CHECK ((ground IS NULL) = (words IS NOT NULL))
) STRICT;
CREATE INDEX post_correction_post ON post_correction (post, id);

-- A promise stays as it was first made; a later edition can move its day, which shows, but not take it away.
CREATE TABLE post_promise (
    id INTEGER PRIMARY KEY,
    post INTEGER NOT NULL REFERENCES post (id),
    position INTEGER NOT NULL,
    what TEXT NOT NULL,
    owner TEXT NOT NULL,
    due INTEGER NOT NULL,
    due_has_time INTEGER NOT NULL CHECK (due_has_time IN (0, 1)),
    first_due INTEGER NOT NULL,
    made INTEGER NOT NULL,
    kept INTEGER,
    kept_by INTEGER REFERENCES post (id),
    UNIQUE (post, position),
    CHECK ((kept IS NULL) = (kept_by IS NULL))
) STRICT;
CREATE INDEX post_promise_open ON post_promise (due, id) WHERE kept IS NULL;

-- The register, in the order of its acts. word: the kind of a correction, the ground of a withdrawal, why it ended.
-- words: what the public is told; NULL where the ground forbids it.
CREATE TABLE post_register (
    id INTEGER PRIMARY KEY,
    made INTEGER NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('correction', 'withdrawal', 'restoration', 'ending', 'emergency', 'promise',
                                       'kept')),
    post INTEGER NOT NULL REFERENCES post (id),
    word TEXT,
    words TEXT,
    correction INTEGER REFERENCES post_correction (id),
    emergency INTEGER REFERENCES post_emergency (id),
    promise INTEGER REFERENCES post_promise (id)
) STRICT;
CREATE INDEX post_register_made ON post_register (made, id);
CREATE INDEX post_register_what ON post_register (what, made, id);
CREATE INDEX post_register_post ON post_register (post, id);

INSERT INTO post_register (made, what, post, word, words)
SELECT withdrawn, 'withdrawal', post, ground, reason FROM post_public WHERE withdrawn IS NOT NULL ORDER BY withdrawn, post;

-- When a correction last changed what is public; when and why it ended (name and picture go).
ALTER TABLE post_public ADD COLUMN corrected INTEGER;
ALTER TABLE post_public ADD COLUMN ended INTEGER;
ALTER TABLE post_public ADD COLUMN ending TEXT;

-- A post that was first made on an account elsewhere. Known from its import on.
CREATE TABLE post_elsewhere (
    post INTEGER PRIMARY KEY REFERENCES post (id),
    url TEXT NOT NULL,
    made INTEGER NOT NULL
) STRICT;

DROP INDEX post_public_live;
CREATE INDEX post_public_live ON post_public (published, slug) WHERE withdrawn IS NULL AND ended IS NULL;

-- The words of events are those of the acts; the old list of them could not grow.
CREATE TABLE post_event_new (
    id INTEGER PRIMARY KEY,
    made INTEGER NOT NULL,
    what TEXT NOT NULL,
    post INTEGER NOT NULL REFERENCES post (id),
    number INTEGER NOT NULL,
    salted BLOB NOT NULL CHECK (length(salted) = 32)
) STRICT;
INSERT INTO post_event_new SELECT id, made, what, post, number, salted FROM post_event;
DROP TABLE post_event;
ALTER TABLE post_event_new RENAME TO post_event;
CREATE INDEX post_event_post ON post_event (post, id);

-- Promises that were made before there was a table of them. A day as the moment of its beginning in UTC, which is the
-- same day in local time.
INSERT INTO post_promise (post, position, what, owner, due, due_has_time, first_due, made)
SELECT u.post, CAST(j.key AS INTEGER), json_extract(j.value, '$.what'), json_extract(j.value, '$.owner'),
       CAST(strftime('%s', json_extract(j.value, '$.due')) AS INTEGER) * 1000, length(json_extract(j.value, '$.due')) > 10,
       CAST(strftime('%s', json_extract(j.value, '$.due')) AS INTEGER) * 1000, u.published
  FROM post_public u JOIN post_edition e ON e.id = u.edition, json_each(e.document, '$.promises') j;
INSERT INTO post_register (made, what, post, promise)
SELECT made, 'promise', post, id FROM post_promise ORDER BY made, id;
