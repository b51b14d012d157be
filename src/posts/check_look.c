/* What the checks ask a database for: registers, campaigns, and other posts with the same picture. */
#include "posts/check_look.h"

#include "base/arena.h"
#include "base/zone.h"
#include "posts/act.h"
#include "posts/campaign.h"

#include "base/banned.h"

enum { ELSEWHERE_MAX = 200, SHA256_SIZE = 32 };

/* What the database could not do is no answer: the act ends with it. */
static enum status noted(struct check_looking *l, enum status status)
{
    bool answer = status == STATUS_OK || status == STATUS_NOT_FOUND || status == STATUS_LIMIT;
    if (!answer && l->failed == STATUS_OK)
        l->failed = status;
    return status;
}

static enum status find(void *self, struct arena *arena, enum roll roll, const struct str *keys, size_t keys_n,
                        struct roll_entry **entries, size_t *n)
{
    struct check_looking *l = self;
    return noted(l, rolls_find(l->tx, arena, roll, l->today, keys, keys_n, entries, n));
}

static enum status read_people(struct arena *arena, struct str document, struct picture_elsewhere *out)
{
    struct post_content content;
    enum status status = edition_read(arena, document, STR("{}"), &content);
    if (status != STATUS_OK)
        return status;
    struct str *people = ARENA_ARRAY(arena, content.people_n + 1, struct str);
    if (people == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < content.people_n; i++)
        people[i] = content.people[i].as_written;
    out->people = people;
    out->people_n = content.people_n;
    return STATUS_OK;
}

static enum status elsewhere(void *self, struct arena *arena, struct picture_elsewhere **posts, size_t *n)
{
    struct check_looking *l = self;
    struct posts_post_of of;
    struct posts_picture_elsewhere *rows;
    *n = 0;
    if (l->sha256.p == NULL)
        return STATUS_UNAVAILABLE; /* its bytes were not kept */
    enum status status = sql_posts_post_of(l->tx, arena, l->edition, &of);
    if (status == STATUS_OK)
        status = sql_posts_picture_elsewhere(l->tx, arena, l->sha256, of.post, ELSEWHERE_MAX, &rows, n);
    if (status != STATUS_OK)
        return noted(l, status);
    *posts = ARENA_ARRAY(arena, *n + 1, struct picture_elsewhere);
    if (*posts == NULL)
        return noted(l, STATUS_NO_MEMORY);
    for (size_t i = 0; i < *n && status == STATUS_OK; i++) {
        (*posts)[i] = (struct picture_elsewhere){ .key = rows[i].key, .withdrawn = rows[i].withdrawn.set };
        status = read_people(arena, rows[i].document, &(*posts)[i]);
    }
    if (status == STATUS_NO_MEMORY)
        noted(l, status);
    return status;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* STR_NONE where it is none. */
static struct str raw_of(struct arena *arena, struct str hex)
{
    char *out = hex.n == (size_t)2 * SHA256_SIZE ? arena_alloc(arena, SHA256_SIZE, 1) : NULL;
    for (size_t i = 0; out != NULL && i < SHA256_SIZE; i++) {
        int high = digit(hex.p[2 * i]);
        int low = digit(hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return STR_NONE;
        out[i] = (char)(high * 16 + low);
    }
    return out == NULL ? STR_NONE : (struct str){ out, SHA256_SIZE };
}

enum status check_looking_begin(struct check_looking *l, struct db_tx *tx, struct arena *arena, int64_t edition,
                                const struct post_content *content, int64_t now)
{
    struct campaign campaign;
    *l = (struct check_looking){ .tx = tx, .today = zone_day(arena, now), .sha256 = STR_NONE, .edition = edition };
    l->registers =
        (struct check_registers){ .self = l, .find = find, .elsewhere = elsewhere, .campaign_begins = STR_NONE };
    if (content->picture.set && content->picture.sha256_hex.p != NULL)
        l->sha256 = raw_of(arena, content->picture.sha256_hex);
    if (content->campaign.p != NULL && noted(l, posts_campaign(tx, arena, content->campaign, &campaign)) == STATUS_OK)
        l->registers.campaign_begins = campaign.first_day;
    if (l->failed != STATUS_OK)
        return l->failed;
    return arena_failed(arena) || l->today.p == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}
