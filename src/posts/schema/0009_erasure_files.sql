-- Files of erased pictures that are still to be deleted, by the name of their blob. Written with the act, so that they go
-- also where the process that did it was killed before it came to them; a row goes with its file.
CREATE TABLE post_erasure_file (
    sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32)
) STRICT, WITHOUT ROWID;
