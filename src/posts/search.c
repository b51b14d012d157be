/*
 * The index of words: see search.h for readers and searched.h for acts.
 *
 * An attacker chooses the words that are looked for. Each is handed over in quotes, inside which the database knows no
 * syntax; a quote is doubled. How much they can cost is bounded by their length and by the limit of a page.
 */
#include "posts/search.h"

#include "base/arena.h"
#include "posts/edition.h"
#include "posts/posts_sql.h"
#include "posts/searched.h"

#include "base/banned.h"

enum { MERGE_PAGES = 500, MERGE_ROUNDS = 100000, BEGIN_MARK = 2, END_MARK = 3 };

/* The time, and the end of the post's number below it, as the step of the schema writes it. */
static int64_t position_of(int64_t published, int64_t post)
{
    enum { NUMBERS = 1 << 20 };
    return published * NUMBERS + post % NUMBERS;
}

/* ---- Acts ---- */

enum status searched_put(struct db_tx *tx, struct arena *arena, int64_t post, const struct post_content *content)
{
    struct posts_search_published row;
    struct str words = STR_NONE;
    struct markdown_fault fault;
    enum status status = sql_posts_search_published(tx, arena, post, &row);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
    status = markdown_words(arena, content->body, &words, &fault);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK) /* a copy of what was made elsewhere need not be Markdown of ours */
        words = content->body;
    int64_t position = position_of(row.published, post);
    status = sql_posts_search_drop(tx, position, NULL);
    return status == STATUS_OK ? sql_posts_search_add(tx, position, content->title, words, post, NULL) : status;
}

enum status searched_drop(struct db_tx *tx, struct arena *arena, int64_t post)
{
    struct posts_search_published row;
    enum status status = sql_posts_search_published(tx, arena, post, &row);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    return status == STATUS_OK ? sql_posts_search_drop(tx, position_of(row.published, post), NULL) : status;
}

static enum status merge_write(struct db_tx *tx, void *arg)
{
    (void)arg;
    return sql_posts_search_merge(tx, MERGE_PAGES, NULL);
}

static enum status pieces_read(struct db *db, struct arena *arena, bool *several, struct fault *fault)
{
    struct posts_search_pieces row = { 0 };
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = sql_posts_search_pieces(tx, arena, &row);
    db_read_end(tx);
    *several = row.several;
    return status == STATUS_OK ? status
                               : fault_set(fault, status, "The index of words could not be read: run candour doctor.");
}

enum status posts_search_forget(struct db *db, struct arena *arena, struct fault *fault)
{
    bool several = false;
    for (int i = 0; i < MERGE_ROUNDS; i++) {
        enum status status = pieces_read(db, arena, &several, fault);
        if (status != STATUS_OK || !several)
            return status;
        status = db_write(db, merge_write, NULL, fault);
        if (status != STATUS_OK)
            return status;
    }
    return fault_set(fault, STATUS_BUSY, "The index of words could not be made anew: run candour doctor.");
}

/* ---- Readers ---- */

/* How many bytes of what stands between words begin here; 0 within a word. */
static size_t gap_at(struct str words, size_t at)
{
    unsigned char c = (unsigned char)words.p[at];
    if (c <= ' ' || c == 0x7F)
        return 1;
    /* U+2066 to U+2069, which come with copied text and which the index, older than they are, takes for letters. */
    bool isolate = words.n - at >= 3 && c == 0xE2 && (unsigned char)words.p[at + 1] == 0x81 &&
                   (unsigned char)words.p[at + 2] >= 0xA6 && (unsigned char)words.p[at + 2] <= 0xA9;
    return isolate ? 3 : 0;
}

/* Each word in quotes, a space between them: all of them have to be there. "" where there is none. */
static struct str asked_for(struct arena *arena, struct str words)
{
    struct buf out;
    buf_init(&out, arena, 4 * words.n + 4);
    for (size_t i = 0; i < words.n;) {
        size_t from = i, gap = gap_at(words, i);
        if (gap > 0) {
            i += gap;
            continue;
        }
        while (i < words.n && gap_at(words, i) == 0)
            i++;
        buf_add(&out, out.n > 0 ? STR(" \"") : STR("\""));
        for (; from < i; from++) {
            if (words.p[from] == '"')
                buf_add_byte(&out, '"');
            buf_add_byte(&out, words.p[from]);
        }
        buf_add_byte(&out, '"');
    }
    return !buf_ok(&out) ? STR_NONE : out.n == 0 ? STR("") : buf_str(&out);
}

static enum status position_behind(struct db_tx *tx, struct arena *arena, const struct post_cursor *after, int64_t *out)
{
    static const int64_t last_time = INT64_C(1) << 42; /* beyond it a position does not fit; it is the year 2109 */
    struct posts_search_place row;
    *out = INT64_MAX;
    if (after == NULL || after->time > last_time)
        return STATUS_OK;
    enum status status = sql_posts_search_place(tx, arena, after->time, after->slug, &row);
    /* It has another address now: what was published in the same ms is passed over. */
    *out = position_of(after->time, status == STATUS_OK ? row.post : 0);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status take(const struct posts_search *row, struct post_found *out)
{
    int kind = word_find(&post_kind_words, row->kind);
    *out = (struct post_found){ .row = { .address = { row->year, row->slug },
                                         .published = row->published,
                                         .withdrawn = row->withdrawn,
                                         .reason = row->reason,
                                         .copy = row->copy,
                                         .cursor = { row->published, row->slug } },
                                .title = row->title,
                                .part = row->part };
    if (kind < 0 || (row->withdrawn.set && !post_ground_of_word(row->ground, &out->row.ground)))
        return STATUS_DAMAGED;
    out->row.kind = (enum post_kind)kind;
    return edition_labels_read(row->labels, &out->row.labels);
}

enum status posts_search(struct db_tx *tx, struct arena *arena, struct str words, const struct post_cursor *after,
                         int64_t limit, struct post_found **rows, size_t *n)
{
    struct posts_search *found;
    int64_t position = 0;
    *rows = NULL;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX || str_code_points(words) > POST_SEARCH_POINTS)
        return STATUS_LIMIT;
    struct str asked = asked_for(arena, words);
    if (asked.p == NULL)
        return STATUS_NO_MEMORY;
    if (asked.n == 0)
        return STATUS_OK;
    enum status status = position_behind(tx, arena, after, &position);
    if (status == STATUS_OK)
        status = sql_posts_search(tx, arena, asked, position, limit, &found, n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, *n + 1, struct post_found);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n && status == STATUS_OK; i++)
        status = take(&found[i], &(*rows)[i]);
    return status;
}

bool post_found_pieces(struct arena *arena, struct str marked, const struct post_found_piece **out, size_t *n)
{
    struct post_found_piece *list = ARENA_ARRAY(arena, POST_SEARCH_PIECES, struct post_found_piece);
    *n = 0;
    if (list == NULL)
        return false;
    bool found = false;
    size_t from = 0;
    for (size_t i = 0; i <= marked.n; i++) {
        bool mark = i < marked.n && (marked.p[i] == BEGIN_MARK || marked.p[i] == END_MARK);
        if (i < marked.n && (!mark || *n == POST_SEARCH_PIECES - 1)) /* a mark that is left over is written by nobody */
            continue;
        if (i > from)
            list[(*n)++] = (struct post_found_piece){ str_slice(marked, from, i - from), found };
        found = mark && marked.p[i] == BEGIN_MARK;
        from = i + 1;
    }
    *out = list;
    return true;
}
