/*
 * The bounds of a post, in one place. docs/posts.md names the same figures.
 */
#ifndef CANDOUR_POSTS_LIMITS_H
#define CANDOUR_POSTS_LIMITS_H

enum {
    POST_FILE_MAX = 256 * 1024,               /* bytes: head and text together */
    POST_HEAD_MAX = 64 * 1024,                /* bytes of front matter: what base/yaml.h takes */
    POST_BODY_MAX = 128 * 1024,               /* bytes of Markdown: what html/html.h takes */
    POST_PICTURE_MAX = 32 * 1024 * 1024,      /* bytes of a picture file */
    POST_IMPORT_FILES_MAX = 200,              /* files in one act */
    POST_IMPORT_BYTES_MAX = 12 * 1024 * 1024, /* bytes of those files together */
    POST_IMPORT_ARENA = 96 * 1024 * 1024,     /* bytes of memory for one import */

    POST_KEY_MAX = 100,       /* bytes of a file name without .md */
    POST_TITLE_MAX = 200,     /* code points, from here on */
    POST_LINE_MAX = 300,      /* any other single line */
    POST_ALT_MAX = 2000,      /* a text alternative; the check on its length comes far earlier */
    POST_REASON_MAX = 1000,   /* the public reason of a withdrawal */
    POST_WORD_MAX = 60,       /* a topic or a name of a file */
    POST_LIST_ITEMS_MAX = 50, /* topics, people, promises, about … of one post */
    POST_YEAR_FIRST = 1970,   /* of a date in the head; a scenario's may lie earlier */
    POST_YEAR_LAST = 2099,
    POST_SLUG_MAX = 60, /* bytes of an address's last part, before "-2" */

    POST_FAULTS_MAX = 64, /* faults that one call collects */
    POST_LIST_MAX = 101,  /* rows that one reading gives */
};

#endif
