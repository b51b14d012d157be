/*
 * What SQLite leaves behind in its pages: where it moves the cells of a page of
 * a table or index (a page that grows too full or too empty shares with its
 * neighbours), their old bytes stay in the room between the cells' pointers and
 * the cells, although `secure_delete` is on. Here that room is filled with
 * zeros, and so are the free blocks between cells.
 *
 * Promises: only bytes that mean nothing to SQLite are written, so that a power
 * cut at any point, and a reader of the page at the same moment, find it whole;
 * what does not look like a page of a table or index in every detail is left
 * alone. Other connections may hold the page as it was and would write the old
 * bytes again: after this the caller makes a commit under the same lock, upon
 * which they all read anew.
 *
 * Source: the file format of SQLite, 1.6 "B-tree Pages".
 */
#include "db/sqlite.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/banned.h"

enum {
    HEAD = 100, /* of the file, before the first page's own */
    PIECE = 1024 * 1024,
    PAGE_LEAST = 512,
    POINTER = 2,
    CELL_LEAST = 4, /* bytes; a free block likewise */
    INNER_INDEX = 2,
    INNER_TABLE = 5,
    LEAF_INDEX = 10,
    LEAF_TABLE = 13,
    PAGES_MAX = 0x2000000, /* from here on the number at the head of another kind of page could look like our kinds */
};

struct blanking {
    sqlite3_file *file;
    size_t page_size, usable;
    bool changed; /* the file */
};

static size_t number(const unsigned char *p)
{
    return (size_t)p[0] << 8 | p[1];
}

static int blank(struct blanking *b, unsigned char *page, int64_t at, size_t from, size_t to)
{
    bool clean = true;
    for (size_t i = from; clean && i < to; i++)
        clean = page[i] == 0;
    if (clean)
        return SQLITE_OK;
    memset(page + from, 0, to - from);
    b->changed = true;
    return b->file->pMethods->xWrite(b->file, page + from, (int)(to - from), at + (int64_t)from);
}

/* Where the cells begin, if all of the page is as it must be; 0: it is no page of a table or index. */
static size_t cells_begin(const struct blanking *b, const unsigned char *page, size_t head, size_t *pointers_end)
{
    unsigned char kind = page[head];
    if (kind != INNER_INDEX && kind != INNER_TABLE && kind != LEAF_INDEX && kind != LEAF_TABLE)
        return 0;
    size_t pointers = head + (kind == INNER_INDEX || kind == INNER_TABLE ? 12 : 8);
    size_t n = number(page + head + 3), begin = number(page + head + 5);
    if (begin == 0)
        begin = 65536;
    *pointers_end = pointers + n * POINTER;
    if (*pointers_end > begin || begin > b->usable)
        return 0;
    for (size_t i = 0; i < n; i++) {
        size_t cell = number(page + pointers + i * POINTER);
        if (cell < begin || cell + CELL_LEAST > b->usable)
            return 0;
    }
    for (size_t block = number(page + head + 1), last = begin; block != 0;) {
        if (block < last || block + CELL_LEAST > b->usable)
            return 0;
        size_t size = number(page + block + 2);
        if (size < CELL_LEAST || block + size > b->usable)
            return 0;
        last = block + size;
        block = number(page + block);
    }
    return begin;
}

static int page_blank(struct blanking *b, unsigned char *page, int64_t at)
{
    size_t pointers_end = 0, head = at == 0 ? HEAD : 0;
    size_t begin = cells_begin(b, page, head, &pointers_end);
    if (begin == 0)
        return SQLITE_OK;
    int code = blank(b, page, at, pointers_end, begin);
    for (size_t block = number(page + head + 1); code == SQLITE_OK && block != 0; block = number(page + block))
        code = blank(b, page, at, block + 4, block + number(page + block + 2));
    return code;
}

static int head_read(struct blanking *b, int64_t *pages)
{
    unsigned char head[HEAD];
    sqlite3_int64 bytes = 0;
    int code = b->file->pMethods->xFileSize(b->file, &bytes);
    if (code == SQLITE_OK)
        code = b->file->pMethods->xRead(b->file, head, HEAD, 0);
    if (code != SQLITE_OK)
        return code;
    b->page_size = number(head + 16) == 1 ? 65536 : number(head + 16);
    b->usable = b->page_size - head[20];
    static const unsigned char no_vacuum[4] = { 0 }; /* else there are pages of yet another kind */
    if (b->page_size < PAGE_LEAST || memcmp(head + 52, no_vacuum, sizeof no_vacuum) != 0)
        return SQLITE_CORRUPT;
    *pages = bytes / (int64_t)b->page_size;
    return *pages < PAGES_MAX ? SQLITE_OK : SQLITE_TOOBIG;
}

static int pages_blank(struct blanking *b)
{
    int64_t pages = 0;
    int code = head_read(b, &pages);
    unsigned char *piece = code == SQLITE_OK ? mem_alloc(PIECE) : NULL;
    if (code == SQLITE_OK && piece == NULL)
        code = SQLITE_NOMEM;
    int64_t size = (int64_t)b->page_size;
    for (int64_t first = 0, most = code == SQLITE_OK ? PIECE / size : 1; code == SQLITE_OK && first < pages;
         first += most) {
        int64_t n = pages - first < most ? pages - first : most;
        code = b->file->pMethods->xRead(b->file, piece, (int)(n * size), first * size);
        for (int64_t i = 0; code == SQLITE_OK && i < n; i++)
            code = page_blank(b, piece + i * size, (first + i) * size);
    }
    mem_free(piece);
    if (code == SQLITE_OK && b->changed)
        code = b->file->pMethods->xSync(b->file, SQLITE_SYNC_NORMAL);
    return code;
}

enum status sqlite_blank(struct sqlite_link *link, struct fault *fault)
{
    struct blanking b = { 0 };
    /* SQLite's own descriptor: closing another one would drop its locks. */
    int code = sqlite3_file_control(link->handle, "main", SQLITE_FCNTL_FILE_POINTER, &b.file);
    if (code == SQLITE_OK && (b.file == NULL || b.file->pMethods == NULL))
        code = SQLITE_MISUSE;
    if (code == SQLITE_OK)
        code = pages_blank(&b);
    return code == SQLITE_OK ? STATUS_OK : sqlite_fault(link, code, "blank", fault);
}
