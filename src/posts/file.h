/*
 * A post as a file: a head of YAML between two lines "---", then Markdown.
 * docs/posts.md describes it for those who write one.
 */
#ifndef CANDOUR_POSTS_FILE_H
#define CANDOUR_POSTS_FILE_H

#include "media/facts.h"
#include "posts/content.h"

/* Who the head names, and where, so that an unknown one can be pointed at. */
struct post_author {
    struct str user;
    int line, column;
};

/* What one source came to: everything that a write needs, made before the transaction. */
struct import_file {
    struct str name, key;
    int64_t base;
    struct post_content content;
    const struct post_author *authors;
    size_t authors_n;
    struct str document, beside;
    struct str hash, salt; /* raw bytes */
    bool kept;             /* the picture's bytes are a blob, and this is what they say of themselves */
    int64_t picture_bytes;
    struct media_facts facts;
};

/*
 * Reads, checks, and makes document and hash. Every fault found is added to
 * `faults`; STATUS_INVALID where there was one. STATUS_NO_MEMORY otherwise.
 */
enum status post_file_read(struct arena *arena, const struct post_source *source, struct post_faults *faults,
                           struct import_file *out);

/* Whether it may be a post's key: letters, digits, "-", "_" and ".", no dot in front, at most POST_KEY_MAX. */
bool post_key_good(struct str key);

#endif
