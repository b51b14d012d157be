/*
 * An upload: a form with files on its way in, and afterwards in the hands of
 * its request. Inside the web room; handlers see request_file of web.h.
 */
#ifndef CANDOUR_WEB_UPLOAD_H
#define CANDOUR_WEB_UPLOAD_H

#include "web/inside.h"
#include "web/multipart.h"

/* Where the bytes of the part that is coming in go. */
enum upload_part { UPLOAD_TOKEN, UPLOAD_TEXT, UPLOAD_FILE };

struct upload_text {
    size_t from, n; /* in `text` */
    bool sent;
};

struct upload {
    struct web *web;
    const struct route *route;
    struct form_binding binding; /* of who began it */
    bool token_good;
    struct multipart multipart;
    enum upload_part part;
    size_t field; /* that the part belongs to */
    size_t began; /* parts */
    struct buf text;
    struct upload_text texts[UPLOAD_FIELDS_MAX];
    struct upload_file files[UPLOAD_FILES_MAX];
    size_t file_fields[UPLOAD_FILES_MAX];
    struct upload_text file_names[UPLOAD_FILES_MAX];
    size_t files_n;
    uint64_t kept; /* bytes on the disk, counted in web->upload_bytes */
};

/* For routes with BODY_UPLOAD; the state it leaves is a struct upload. */
extern const struct http_sink upload_sink;
/* Closes and thus removes its files. NULL is allowed. */
void upload_free(struct upload *upload);
/* Whether files can be made in that folder. */
bool upload_folder_good(const char *folder);

#endif
