-- db's own tables: the public generation and the job queue.

CREATE TABLE public_generation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    n INTEGER NOT NULL
) STRICT;

INSERT INTO public_generation (id, n) VALUES (1, 1);

-- A job waits (lease is NULL), is being done (lease is the taker's token, run_at is when the lease ends),
-- failed for good, or is held until a person looks. One that went well leaves no row.
CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    argument TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'failed', 'held')),
    step INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    lease INTEGER,
    again INTEGER NOT NULL CHECK (again IN (0, 1)),
    why TEXT
) STRICT;

CREATE UNIQUE INDEX job_one_open ON job (kind, key) WHERE state IN ('open', 'held');
CREATE INDEX job_due ON job (run_at, id) WHERE state = 'open';
