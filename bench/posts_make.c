/*
 * Fills a demonstration's data folder with made-up posts, for bench/posts.py:
 *
 *     bench/posts_make DATA POSTS WORK PICTURE RENDITION.jpg WIDTH HEIGHT RENDITION.webp
 *
 * Everything goes through the program's own acts: import, hand in, approve,
 * publish, correct, withdraw, restore, end, promise, keep; so checks, audit,
 * register and counts are as they would be. Two things are done otherwise, for
 * time: a batch of posts shares a commit, and a picture is not decoded (every
 * tenth post has one of its own, the same pixels under another name and hash;
 * its renditions are those that candour-media made of the first).
 *
 * Every post has three editions, and every hundred have 30 corrections, 21
 * withdrawals (one taken back), an ending, an emergency and 10 promises, of
 * which the newest five of all stay open. Half of the posts lie in the month
 * before this one, the others in the two years before: so a page of the list,
 * of the register and of its month is full with 100 posts as with 100,000.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/zone.h"
#include "db/blob.h"
#include "media/media.h"
#include "media/media_sql.h"
#include "migrations.h"
#include "posts/acts.h"
#include "posts/erasure.h"
#include "posts/file.h"
#include "base/banned.h"

enum { BATCH = 100, OPEN_PROMISES = 5, EDITIONS = 3, TEXT_MAX = 4096, PATH_ROOM = 4096, MINUTE = 60 * 1000 };

static struct db *db;
static struct arena *arena; /* of one batch */
static struct actor author, approver, duty;
static const char *work;
static struct str original, jpeg, webp;
static int64_t width, height;
static size_t posts;
static int64_t begins, month, month_ms;

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "bench/posts_make: %s: %s\n", what, why);
    exit(2);
}

static void must(enum status status, const char *what, const struct fault *fault)
{
    if (status != STATUS_OK)
        die(what, fault->text[0] != '\0' ? fault->text : status_name(status));
}

static void *room(size_t n)
{
    void *p = arena_alloc(arena, n, 16);
    if (p == NULL)
        die("memory", "a batch does not fit");
    return p;
}

/* ---- What a post says ---- */

static bool is_corrected(size_t i)
{
    return i % 10 == 1 || i % 10 == 4 || i % 10 == 7;
}

static bool is_withdrawn(size_t i)
{
    return i % 10 == 3 || i % 10 == 8 || i % 100 == 9;
}

static bool promises(size_t i)
{
    return i % 10 == 2;
}

static bool keeps(size_t i)
{
    return promises(i) && i + (size_t)10 * OPEN_PROMISES < posts;
}

static bool has_picture(size_t i)
{
    return i % 10 == 0;
}

static int64_t time_of(size_t i)
{
    size_t half = posts / 2;
    if (i < half)
        return begins + (month - begins) / (int64_t)half * (int64_t)i;
    return month + month_ms / (int64_t)(posts - half) * (int64_t)(i - half);
}

static const char *const words[] = {
    "street", "lamps",  "market", "river",   "path",    "bridge", "evening", "council", "open",  "closed",  "people",
    "walk",   "cycle",  "bus",    "station", "morning", "school", "park",    "hours",   "tell",  "mended",  "light",
    "dark",   "corner", "square", "meeting", "library", "notice", "week",    "month",   "early", "weather", "roads",
    "ice",    "works",  "begin",  "end",     "until",   "when",   "near",    "behind",  "along", "around",  "before",
};
enum { WORDS = sizeof words / sizeof words[0] };

/* The same for the same seed; editions of a post differ in a few words. */
static const char *word(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return words[(*seed >> 33) % WORDS];
}

static struct post_source source(size_t i, int edition)
{
    static const char *const kinds[] = { "update", "advice", "awareness" };
    struct post_source out = { .name = str_format(arena, "post-%06zu.md", i), .folder = work };
    char *text = room(TEXT_MAX);
    uint64_t seed = i * 2654435761U + 1;
    size_t n = 0;
#define ADD(...) n += (size_t)snprintf(text + n, TEXT_MAX - n, __VA_ARGS__)
    const char *one = word(&seed);
    const char *other = word(&seed);
    ADD("---\nkind: %s\n", kinds[i % 3]);
    if (i % 50 == 9)
        ADD("title: \"The road at the %s is closed\"\n", one);
    else
        ADD("title: \"The %s and the %s, notice %zu\"\n", one, other, i);
    ADD("channels: [site]\nauthors: [press-officer-1]\ntopics: [%s, %s]\n", word(&seed), "notices");
    if (i % 5 == 4 && i > 10)
        ADD("about: [post-%06zu]\n", i - 7);
    if (promises(i))
        ADD("promises:\n  - { what: \"The %s will be looked at again\", owner: duty-communications, due: 2098-03-01 "
            "}\n",
            word(&seed));
    if (has_picture(i))
        ADD("image:\n  file: picture-%06zu.jpg\n  made: illustration\n  alt: \"A %s beside a %s\"\n  credit: Made-up "
            "Pictures\n  licence: { id: MP-%zu, licensor: Made-up Pictures, expires: 2098-01-01, sensitive_use: true "
            "}\n",
            i, word(&seed), word(&seed), i);
    ADD("---\n");
    for (int paragraph = 0; paragraph < 4; paragraph++) {
        ADD("In the %s", word(&seed));
        for (int k = 0; k < 40; k++)
            ADD(" %s", paragraph == 1 && k == edition * 7 ? "again" : word(&seed));
        ADD(".\n\n");
    }
#undef ADD
    if (n >= TEXT_MAX)
        die("a post", "is longer than its room");
    out.text = (struct str){ text, n };
    return out;
}

/* ---- Pictures ---- */

/* The bytes with a number that nobody sees: a comment behind the first marker of a JPEG. */
static struct str jpeg_of(struct str base, size_t i)
{
    char mark[13];
    snprintf(mark, sizeof mark, "\xFF\xFE%c%c%08zu", 0, 10, i % 100000000);
    char *p = room(base.n + 12);
    memcpy(p, base.p, 2);
    memcpy(p + 2, mark, 12);
    memcpy(p + 14, base.p + 2, base.n - 2);
    return (struct str){ p, base.n + 12 };
}

/* The same for WebP: a chunk of its own at the end. */
static struct str webp_of(struct str base, size_t i)
{
    char *p = room(base.n + 16);
    uint32_t size = 0;
    memcpy(p, base.p, base.n);
    memcpy(&size, p + 4, 4);
    size += 16;
    memcpy(p + 4, &size, 4);
    snprintf(p + base.n, 5, "CNDR");
    memcpy(p + base.n + 4, "\x08\0\0\0", 4);
    char digits[9];
    snprintf(digits, sizeof digits, "%08zu", i % 100000000);
    memcpy(p + base.n + 8, digits, 8);
    return (struct str){ p, base.n + 16 };
}

static const char *picture_path(size_t i)
{
    return str_format(arena, "%s/picture-%06zu.jpg", work, i).p;
}

/* What the helper would say of the file: that it has a size, and nothing else. */
static void keep(struct import_file *file, size_t i)
{
    unsigned char hash[BLOB_HASH];
    struct fault fault = { 0 };
    struct str bytes = jpeg_of(original, i);
    must(blob_put(db, bytes, hash, &fault), "a picture", &fault);
    file->kept = true;
    file->picture_bytes = (int64_t)bytes.n;
    file->facts = (struct media_facts){ .format = MEDIA_JPEG, .width = width, .height = height };
}

struct rendered {
    struct job job;
    int64_t set;
    struct str jpeg, webp;
    unsigned char jpeg_hash[BLOB_HASH], webp_hash[BLOB_HASH];
};

enum { PICTURES = BATCH / 10 };

static enum status rendered_write(struct db_tx *tx, void *arg)
{
    enum status status = STATUS_OK;
    for (const struct rendered *r = arg, *end = r + PICTURES; r < end && status == STATUS_OK; r++) {
        status = sql_media_rendition_add(tx, r->set, STR("webp"), width, height, (int64_t)r->webp.n,
                                         (struct str){ (const char *)r->webp_hash, BLOB_HASH }, NULL);
        if (status == STATUS_OK)
            status = sql_media_rendition_add(tx, r->set, STR("jpeg"), width, height, (int64_t)r->jpeg.n,
                                             (struct str){ (const char *)r->jpeg_hash, BLOB_HASH }, NULL);
        if (status == STATUS_OK)
            status = sql_media_set_state(tx, r->set, STR("ready"), STR_NONE, NULL);
        if (status == STATUS_OK)
            status = db_job_end(tx, &r->job, JOB_OK, STR(""));
    }
    return status;
}

/* What the job of each picture would do, with renditions that were made before. */
static void render(size_t first)
{
    struct fault fault = { 0 };
    struct rendered all[PICTURES];
    for (size_t i = 0; i < PICTURES; i++) {
        struct rendered *r = &all[i];
        *r = (struct rendered){ .jpeg = jpeg_of(jpeg, first + i), .webp = webp_of(webp, first + i) };
        must(db_job_take(db, arena, &r->job, &fault), "the job of a picture", &fault);
        if (!str_equal(r->job.kind, STR(MEDIA_RENDER_JOB)) || !str_to_i64(r->job.key, &r->set))
            die("the job of a picture", "is another one");
        must(blob_put(db, r->jpeg, r->jpeg_hash, &fault), "a rendition", &fault);
        must(blob_put(db, r->webp, r->webp_hash, &fault), "a rendition", &fault);
    }
    must(db_write(db, rendered_write, all, &fault), "renditions", &fault);
}

/* ---- Acts ---- */

struct batch {
    size_t first;
    struct str hashes[BATCH]; /* of the newest edition of each */
};

/* One edition of those posts of the batch that `wanted` names. */
static void take_in(struct batch *b, int edition, bool corrected, bool plain, bool submit)
{
    struct fault fault = { 0 };
    struct post_source sources[BATCH];
    size_t at[BATCH];
    size_t n = 0;
    struct act act = { .by = &author, .now = time_of(b->first) + edition };
    struct post_import import;
    struct post_faults *faults = room(sizeof *faults);
    *faults = (struct post_faults){ .arena = arena };
    for (size_t k = 0; k < BATCH; k++)
        if (is_corrected(b->first + k) ? corrected : plain) {
            sources[n] = source(b->first + k, edition);
            at[n++] = k;
        }
    enum status status = posts_import_read(arena, sources, n, &act, faults, &import, &fault);
    if (status != STATUS_OK && faults->n > 0)
        die("a post", str_z(arena, faults->list[0].text));
    must(status, "reading posts", &fault);
    import.submit = submit;
    for (size_t k = 0; k < n; k++)
        if (has_picture(b->first + at[k]))
            keep(&import.files[k], b->first + at[k]);
    must(db_write(db, posts_import_write, &import, &fault), "importing posts", &fault);
    for (size_t k = 0; k < n; k++)
        b->hashes[at[k]] = import.results[k].hash_hex;
}

static struct post_step step_of(const struct batch *b, size_t k, struct act *act, struct str said)
{
    return (struct post_step){ .arena = arena,
                               .act = act,
                               .key = str_format(arena, "post-%06zu", b->first + k),
                               .hash_hex = b->hashes[k],
                               .words = said };
}

static enum status publish_write(struct db_tx *tx, void *arg)
{
    const struct batch *b = arg;
    enum status status = STATUS_OK;
    for (size_t k = 0; k < BATCH && status == STATUS_OK; k++) {
        bool emergency = k == 15;
        int64_t now = time_of(b->first + k);
        struct act approval = { .by = &approver, .now = now - MINUTE };
        struct act publication = { .by = &duty, .now = now };
        struct act review = { .by = &approver, .now = now + MINUTE };
        struct post_step first = step_of(b, k, &approval, STR_NONE);
        struct post_step late = step_of(b, k, &review, STR_NONE);
        struct post_release release = { .step = step_of(b, k, &publication, STR_NONE), .emergency = emergency };
        release.step.words = emergency ? STR("The road gives way now.") : STR_NONE;
        release.told = emergency ? STR("A. Officer, the duty office") : STR_NONE;
        if (!emergency)
            status = posts_approve_write(tx, &first);
        if (status == STATUS_OK)
            status = posts_publish_write(tx, &release);
        if (status == STATUS_OK && emergency)
            status = posts_review_late_write(tx, &late);
    }
    return status;
}

static enum status correct_write(struct db_tx *tx, void *arg)
{
    const struct batch *b = arg;
    enum status status = STATUS_OK;
    for (size_t k = 0; k < BATCH && status == STATUS_OK; k++) {
        if (!is_corrected(b->first + k))
            continue;
        struct act approval = { .by = &approver, .now = time_of(b->first + k) + 2 * MINUTE };
        struct act correction = { .by = &duty, .now = approval.now + 1 };
        struct post_step first = step_of(b, k, &approval, STR_NONE);
        struct post_correct correct = { .step = step_of(b, k, &correction, STR("A word was wrong and is right now.")),
                                        .kind = CORRECTION_FACTUAL };
        status = posts_approve_write(tx, &first);
        if (status == STATUS_OK)
            status = posts_correct_write(tx, &correct);
    }
    return status;
}

static enum status end_write(struct db_tx *tx, void *arg)
{
    const struct batch *b = arg;
    enum status status = STATUS_OK;
    for (size_t k = 0; k < BATCH && status == STATUS_OK; k++) {
        struct act act = { .by = &duty, .now = time_of(b->first + k) + 3 * MINUTE };
        struct act after = { .by = &duty, .now = act.now + MINUTE };
        struct post_step restore = step_of(b, k, &after, STR("It was right after all."));
        struct post_end over = { .step = step_of(b, k, &act, STR_NONE), .ending = ENDING_EVENT_OVER };
        struct post_address address;
        struct post_withdrawal withdrawal = { .arena = arena,
                                              .act = &act,
                                              .keys = &restore.key,
                                              .keys_n = 1,
                                              .hash_hex = STR_NONE,
                                              .ground = GROUND_ERROR,
                                              .reason = STR("The day was wrong."),
                                              .addresses = &address };
        struct promise_keep kept = { .arena = arena,
                                     .act = &act,
                                     .key = restore.key,
                                     .position = 1,
                                     .followup = str_format(arena, "post-%06zu", b->first + k + 4) };
        if (is_withdrawn(b->first + k))
            status = posts_withdraw_write(tx, &withdrawal);
        if (k == 43 && status == STATUS_OK)
            status = posts_restore_write(tx, &restore);
        if (k == 5 && status == STATUS_OK)
            status = posts_end_write(tx, &over);
        if (keeps(b->first + k) && status == STATUS_OK)
            status = posts_promise_keep_write(tx, &kept);
    }
    return status;
}

static void put_file(const char *path, struct str bytes)
{
    FILE *f = fopen(path, "we");
    if (f == NULL || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0)
        die(path, "cannot be written");
}

static void make_batch(size_t first)
{
    struct fault fault = { 0 };
    struct batch b = { .first = first };
    arena_reset(arena);
    for (size_t i = first; i < first + BATCH; i += 10)
        put_file(picture_path(i), jpeg_of(original, i));
    take_in(&b, 0, true, true, false);
    render(first);
    take_in(&b, 1, false, true, false);
    take_in(&b, 1, true, false, true);
    take_in(&b, 2, false, true, true);
    must(db_write(db, publish_write, &b, &fault), "publishing", &fault);
    take_in(&b, 2, true, false, true);
    must(db_write(db, correct_write, &b, &fault), "correcting", &fault);
    must(db_write(db, end_write, &b, &fault), "withdrawing", &fault);
    for (size_t i = first; i < first + BATCH; i += 10)
        unlink(picture_path(i));
}

/* ---- The whole ---- */

static void find(struct db_tx *tx, struct arena *all, const char *user, struct actor *out)
{
    if (account_find(tx, all, str_of(user), out) != STATUS_OK)
        die(user, "is no account: make the folder with init --demonstration");
}

/* The month before this one, and two years before it. */
static void set_times(void)
{
    struct civil c;
    zone_local(clock_now_ms(), &c);
    struct civil last = { .year = c.month == 1 ? c.year - 1 : c.year,
                          .month = c.month == 1 ? 12 : c.month - 1,
                          .day = 1 };
    struct civil early = { .year = last.year - 2, .month = last.month, .day = 1 };
    struct civil end = { .year = last.year, .month = last.month, .day = 28 };
    int64_t ends = 0;
    if (zone_moment(&last, &month) != STATUS_OK || zone_moment(&early, &begins) != STATUS_OK ||
        zone_moment(&end, &ends) != STATUS_OK)
        die("the time zone", "has no such month");
    month += INT64_C(9) * 60 * MINUTE; /* not in the hour that the register counts one by one */
    month_ms = ends - month;
}

static struct str bytes_of(struct arena *all, const char *path)
{
    struct fault fault = { 0 };
    struct str out = STR_NONE;
    must(file_read(all, path, POST_PICTURE_MAX, &out, &fault), path, &fault);
    return out;
}

static bool serves(void *self, struct str path)
{
    (void)self;
    (void)path;
    return true;
}

int main(int argc, char **argv)
{
    struct fault fault = { 0 };
    struct db_tx *tx = NULL;
    if (argc != 9)
        die("use", "posts_make DATA POSTS WORK PICTURE RENDITION.jpg WIDTH HEIGHT RENDITION.webp");
    struct arena *all = arena_new(128 << 20);
    arena = arena_new(POST_IMPORT_ARENA);
    if (all == NULL || arena == NULL || sodium_init() < 0)
        die("memory", "there is none");
    const struct check_site site = { .force = STR("Midshire Police"), .serves = serves };
    posts_checks_site(&site);
    must(zone_use(STR("Europe/London"), &fault), "the time zone", &fault);
    posts = strtoul(argv[2], NULL, 10);
    if (posts == 0 || posts % BATCH != 0)
        die(argv[2], "is no multiple of 100");
    work = argv[3];
    original = bytes_of(all, argv[4]);
    jpeg = bytes_of(all, argv[5]);
    width = (int64_t)strtoul(argv[6], NULL, 10);
    height = (int64_t)strtoul(argv[7], NULL, 10);
    webp = bytes_of(all, argv[8]);
    struct db_options options = { .folder = argv[1],
                                  .migrations = candour_migrations,
                                  .migrations_n = candour_migrations_n };
    unsigned char erasures[POST_ERASURE_KEY];
    struct str key = bytes_of(all, str_format(all, "%s/key", argv[1]).p);
    if (key.n != POST_ERASURE_KEY)
        die(argv[1], "has no key");
    posts_erasure_derive((const unsigned char *)key.p, erasures);
    posts_erasure_key(erasures);
    must(db_open(&db, &options, &fault), argv[1], &fault);
    must(db_read_begin(db, &tx, &fault), argv[1], &fault);
    find(tx, all, "press-officer-1", &author);
    find(tx, all, "approver", &approver);
    find(tx, all, "duty-communications", &duty);
    db_read_end(tx);
    set_times();
    for (size_t i = 0; i < posts; i += BATCH)
        make_batch(i);
    db_close(db);
    arena_free(arena);
    arena_free(all);
    return 0;
}
