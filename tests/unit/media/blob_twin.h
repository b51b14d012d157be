/* Blobs in memory: see blob_twin.c. */
#ifndef CANDOUR_TESTS_MEDIA_BLOB_TWIN_H
#define CANDOUR_TESTS_MEDIA_BLOB_TWIN_H

#include "db/blob.h"

enum { BLOB_TWIN_MAX = 32 };

struct blob_one {
    unsigned char hash[BLOB_HASH];
    char *bytes;
    size_t n;
};

struct blob_twin {
    struct blob_one each[BLOB_TWIN_MAX];
    size_t n;
    enum status put_fails; /* STATUS_OK: it does not */
};

extern struct blob_twin blob_twin;
void blob_twin_clear(void);

#endif
