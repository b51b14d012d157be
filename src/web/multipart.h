/*
 * multipart/form-data (RFC 7578, RFC 2046 5.1) as it streams in: a pure
 * function of bytes with three callbacks. No memory of its own, no clock, no
 * file; the same calls, but for where part_bytes is cut, however the bytes come.
 *
 * It never holds more than one part's head. It takes what browsers and curl
 * send and refuses what two readers could read differently:
 *  - lines end in CRLF; a head is one to MULTIPART_FIELDS_MAX fields without folding;
 *  - nothing before the first boundary, nothing behind a boundary in its line,
 *    so no part may hold a line that begins with the boundary;
 *  - a part's head is closed by an empty line of its own;
 *  - Content-Disposition stands once, is form-data, and has a name, perhaps a
 *    filename, nothing else; filename* is refused (RFC 7578 4.2);
 *  - Content-Transfer-Encoding is binary, 8bit or 7bit, or absent (RFC 7578 4.7);
 *  - a part that is itself multipart is refused (RFC 7578 4.3);
 *  - behind the closing boundary: nothing, or CRLF and an epilogue without
 *    another boundary, which is passed over.
 * Other fields of a part are passed over (RFC 7578 4.8). Inside quotes \" and
 * \\ are one character each, any other backslash is itself, and %22 stays as
 * it was sent.
 */
#ifndef CANDOUR_WEB_MULTIPART_H
#define CANDOUR_WEB_MULTIPART_H

#include "base/status.h"
#include "base/str.h"

/* Beyond any of these: STATUS_LIMIT. */
enum {
    MULTIPART_BOUNDARY_MAX = 70, /* RFC 2046 5.1.1; a longer one is STATUS_INVALID */
    MULTIPART_PARTS_MAX = 100,
    MULTIPART_HEAD_MAX = 2 * 1024, /* bytes of a part's head, with its empty line */
    MULTIPART_FIELDS_MAX = 8,      /* fields of a part's head */
    MULTIPART_NAME_MAX = 64,       /* bytes */
    MULTIPART_FILE_NAME_MAX = 255, /* bytes */
    MULTIPART_EPILOGUE_MAX = 1024, /* bytes behind the closing boundary */
};

/* Good while part_begin runs. All are text without control characters. */
struct multipart_part {
    struct str name;         /* never empty */
    struct str file_name;    /* as sent: a path may stand in it; STR_NONE: the part is no file */
    struct str content_type; /* as sent, for what it is worth; STR_NONE: none */
};

/* What a callback returns other than STATUS_OK ends the parse with it. */
struct multipart_events {
    enum status (*part_begin)(void *self, const struct multipart_part *part);
    enum status (*part_bytes)(void *self, struct str bytes); /* never empty */
    enum status (*part_end)(void *self);
};

enum multipart_state {
    MULTIPART_START,  /* before the first boundary */
    MULTIPART_BEHIND, /* behind a boundary: CRLF, or the two hyphens of the last */
    MULTIPART_HEAD,
    MULTIPART_BODY,
    MULTIPART_CLOSED, /* behind the last boundary */
    MULTIPART_EPILOGUE,
    MULTIPART_FAILED,
};

struct multipart {
    const struct multipart_events *events;
    void *self;
    enum multipart_state state;
    enum status failed;
    char delimiter[4 + MULTIPART_BOUNDARY_MAX]; /* CRLF, two hyphens, boundary */
    size_t delimiter_n;
    size_t matched; /* bytes of the delimiter that were the last to come */
    bool implied;   /* the CRLF among them belongs to the part's head, or to nothing */
    char behind;    /* the first of two bytes behind a boundary; 0: none yet */
    size_t parts;
    size_t epilogue;
    char head[MULTIPART_HEAD_MAX];
    size_t head_n;
};

/*
 * Reads the boundary out of a Content-Type: "multipart/form-data" and that one
 * parameter, plain or in quotes. Else STATUS_INVALID.
 */
enum status multipart_begin(struct multipart *m, struct str content_type, const struct multipart_events *events,
                            void *self);
/* STATUS_INVALID, STATUS_LIMIT or what a callback returned; from then on always the same. */
enum status multipart_take(struct multipart *m, struct str bytes);
/* No more will come. STATUS_INVALID where it is not whole. */
enum status multipart_end(struct multipart *m);

#endif
