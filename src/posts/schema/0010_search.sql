-- Words of what is public, so that they are found. Acts write it (search.c); whatever is found joins post_public.

-- position: the time of publication and, below it, the end of the post's number, so that the newest stands last and a
-- page of what was found begins where the one before it ended. body: the words without their marks.
CREATE VIRTUAL TABLE post_search USING fts5 (
    title, body, post UNINDEXED, tokenize = 'porter unicode61 remove_diacritics 2'
);

-- What was public before is here with its marks, until it is corrected.
INSERT INTO post_search (rowid, title, body, post)
SELECT u.published * 1048576 + u.post % 1048576, e.title, json_extract(e.document, '$.body'), u.post
  FROM post_public u JOIN post_edition e ON e.id = u.edition JOIN post p ON p.id = u.post
 WHERE u.ended IS NULL AND p.erased IS NULL
   AND (u.ground IS NULL OR u.ground NOT IN ('court-order', 'personal-data', 'safety'))
 ORDER BY 1;
