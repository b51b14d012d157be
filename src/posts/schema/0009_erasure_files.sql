-- Posts that were erased elsewhere in time: an older backup that was restored has never seen them. The name of such a post
-- is not taken in, as HMAC under a key that is not here.
CREATE TABLE post_erasure_unseen (
    mac BLOB PRIMARY KEY CHECK (length(mac) = 32)
) STRICT, WITHOUT ROWID;

-- Files of erased pictures that are still to be deleted, by the name of their blob. Written with the act, so that they go
-- also where the process that did it was killed before it came to them; a row goes with its file.
CREATE TABLE post_erasure_file (
    sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32)
) STRICT, WITHOUT ROWID;
