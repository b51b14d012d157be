/*
 * What "candour post" says of posts: the list, one post with its history, and
 * what the checks say of it now. Reads only.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/post_call.h"
#include "main/posts_said.h"
#include "main/rows_said.h"
#include "base/banned.h"

const char *post_call_time(struct arena *arena, int64_t at)
{
    struct civil c;
    zone_local(at, &c);
    struct str text = str_format(arena, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
    return text.p == NULL ? "" : text.p;
}

void post_call_say(const struct buf *out)
{
    struct str text = buf_str(out);
    fwrite(text.p, 1, text.n, stdout);
    putchar('\n');
}

bool post_call_flush(struct buf *out)
{
    struct str text = buf_str(out);
    if (!buf_ok(out))
        return false;
    fwrite(text.p, 1, text.n, stdout);
    buf_clear(out);
    return true;
}

void post_call_put(struct json_writer *w, const char *name, struct str value)
{
    json_name(w, str_of(name));
    if (value.p == NULL)
        json_put_null(w);
    else
        json_put_str(w, value);
}

void post_call_put_time(struct json_writer *w, struct arena *arena, const char *name, struct db_opt_int at)
{
    post_call_put(w, name, at.set ? zone_utc(arena, at.value) : STR_NONE);
}

struct str post_call_address(struct arena *arena, const struct post_address *address)
{
    if (address->year == 0)
        return STR_NONE;
    return str_format(arena, "/news/%lld/%.*s", (long long)address->year, STR_ARG(address->slug));
}

bool post_call_at(const struct option *option, int64_t *out)
{
    struct civil c;
    bool has_time = false;
    return option->seen && zone_parse(str_of(option->value), &c, &has_time) == STATUS_OK && has_time &&
           zone_moment(&c, out) == STATUS_OK;
}

static void put_entry(struct json_writer *w, struct arena *arena, const struct post_entry *entry)
{
    post_call_put(w, "key", entry->key);
    post_call_put(w, "kind", post_kind_word(entry->kind));
    post_call_put(w, "title", entry->title);
    post_call_put(w, "state", edition_state_word(entry->state));
    json_name(w, STR("number"));
    json_put_i64(w, entry->number);
    post_call_put(w, "edition", entry->hash_hex);
    post_call_put(w, "changed", zone_utc(arena, entry->changed));
    post_call_put(w, "address", post_call_address(arena, &entry->address));
    post_call_put_time(w, arena, "published", entry->published);
    post_call_put_time(w, arena, "withdrawn", entry->withdrawn);
    post_call_put_time(w, arena, "ended", entry->ended);
    json_name(w, STR("erased"));
    json_put_bool(w, entry->erased);
    post_call_put_time(w, arena, "due", entry->due);
    post_call_put(w, "why", entry->why);
}

static struct str title_of(const struct post_entry *entry)
{
    return entry->erased ? STR("(erased)") : entry->title;
}

static void say_entry(const struct post_entry *entry)
{
    struct str state = entry->withdrawn.set ? STR("withdrawn")
                       : entry->ended.set   ? STR("ended")
                                            : edition_state_word(entry->state);
    printf("%-32.*s %-17.*s %-11.*s %3lld  %.*s\n", STR_ARG(entry->key), STR_ARG(state),
           STR_ARG(post_kind_word(entry->kind)), (long long)entry->number, STR_ARG(title_of(entry)));
}

struct listing {
    struct db *db;
    char last[POST_KEY_MAX + 1]; /* "": from the first */
};

static enum status list_page(void *self, struct arena *arena, struct json_writer *w, size_t *n, struct fault *fault)
{
    struct listing *l = self;
    struct post_entry *rows = NULL;
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(l->db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = posts_entries(tx, arena, str_of(l->last), POST_LIST_MAX, &rows, n);
    db_read_end(tx);
    if (status != STATUS_OK)
        return fault_set(fault, status, "The posts could not be read (%s): run candour doctor.", status_name(status));
    for (size_t i = 0; i < *n; i++) {
        if (w == NULL) {
            say_entry(&rows[i]);
        } else {
            json_open_object(w);
            put_entry(w, arena, &rows[i]);
            json_close_object(w);
        }
    }
    if (*n > 0)
        snprintf(l->last, sizeof l->last, "%.*s", STR_ARG(rows[*n - 1].key));
    return STATUS_OK;
}

int post_list(struct call *call)
{
    struct listing l = { .db = call->in.db };
    return rows_say(call->arena, call->json, POST_LIST_MAX, list_page, &l,
                    "There are no posts. Bring one in with candour post import FILE.md.");
}

static void show_json(struct call *call, const struct post_detail *d)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, call->arena, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    put_entry(&w, call->arena, &d->entry);
    post_call_put(&w, "ground", d->entry.withdrawn.set ? post_ground_word(d->ground) : STR_NONE);
    post_call_put(&w, "reason", d->reason);
    json_name(&w, STR("editions"));
    json_open_array(&w);
    for (size_t i = 0; i < d->editions_n; i++) {
        json_open_object(&w);
        json_name(&w, STR("number"));
        json_put_i64(&w, d->editions[i].number);
        post_call_put(&w, "edition", d->editions[i].hash_hex);
        post_call_put(&w, "state", edition_state_word(d->editions[i].state));
        post_call_put(&w, "made", zone_utc(call->arena, d->editions[i].made));
        post_call_put(&w, "by", d->editions[i].by);
        post_call_put(&w, "authors", d->editions[i].authors);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_name(&w, STR("approvals"));
    json_open_array(&w);
    for (size_t i = 0; i < d->approvals_n; i++) {
        json_open_object(&w);
        json_name(&w, STR("number"));
        json_put_i64(&w, d->approvals[i].number);
        post_call_put(&w, "by", d->approvals[i].by);
        post_call_put(&w, "made", zone_utc(call->arena, d->approvals[i].at));
        json_close_object(&w);
    }
    json_close_array(&w);
    json_name(&w, STR("presences"));
    json_open_array(&w);
    for (size_t i = 0; i < d->presences_n; i++) {
        json_open_object(&w);
        post_call_put(&w, "channel", post_channel_word(d->presences[i].channel));
        post_call_put(&w, "state", presence_state_word(d->presences[i].state));
        json_name(&w, STR("wanted"));
        json_put_bool(&w, d->presences[i].wanted);
        post_call_put(&w, "since", zone_utc(call->arena, d->presences[i].since));
        json_close_object(&w);
    }
    json_close_array(&w);
    json_name(&w, STR("document"));
    json_put_raw(&w, d->document);
    json_name(&w, STR("beside"));
    json_put_raw(&w, d->beside);
    json_close_object(&w);
    post_call_say(&out);
}

/* The act that the newest edition waits for; NULL: none. */
static const char *next_act(const struct post_entry *e)
{
    if (e->withdrawn.set || e->ended.set)
        return NULL;
    switch (e->state) {
    case EDITION_DRAFT:
    case EDITION_CHANGES_REQUESTED: return "submit";
    case EDITION_IN_REVIEW: return "approve";
    case EDITION_APPROVED:
    case EDITION_FAILED: return e->published.set ? "correct" : "publish";
    case EDITION_SCHEDULED:
    case EDITION_PUBLISHING:
    case EDITION_PUBLISHED:
    case EDITION_DISCARDED:
    case EDITION_SUPERSEDED:
    case EDITION_STATES: break;
    }
    return NULL;
}

static void show_text(struct call *call, const struct post_detail *d)
{
    const struct post_entry *e = &d->entry;
    printf("%.*s\n%.*s, edition %lld, %.*s\n", STR_ARG(title_of(e)), STR_ARG(post_kind_word(e->kind)),
           (long long)e->number, STR_ARG(edition_state_word(e->state)));
    if (e->published.set)
        printf("address    /news/%lld/%.*s\npublished  %s\n", (long long)e->address.year, STR_ARG(e->address.slug),
               post_call_time(call->arena, e->published.value));
    if (e->withdrawn.set)
        printf("withdrawn  %s, %.*s%s%.*s\n", post_call_time(call->arena, e->withdrawn.value),
               STR_ARG(post_ground_word(d->ground)), d->reason.p == NULL ? "" : ": ", STR_ARG(d->reason));
    if (e->ended.set)
        printf("ended      %s\n", post_call_time(call->arena, e->ended.value));
    if (e->due.set)
        printf("goes out   %s\n", post_call_time(call->arena, e->due.value));
    if (e->why.p != NULL)
        printf("%s %.*s\n", e->state == EDITION_FAILED ? "held       because:" : "asked for ", STR_ARG(e->why));
    for (size_t i = 0; i < d->editions_n; i++)
        printf("edition    %lld  %.*s  %s  %.*s; authors %.*s, brought in by %.*s\n", (long long)d->editions[i].number,
               STR_ARG(d->editions[i].erased ? STR("(erased)") : d->editions[i].hash_hex),
               post_call_time(call->arena, d->editions[i].made), STR_ARG(edition_state_word(d->editions[i].state)),
               STR_ARG(d->editions[i].authors), STR_ARG(d->editions[i].by));
    for (size_t i = 0; i < d->approvals_n; i++)
        printf("approval   edition %lld by %.*s, %s\n", (long long)d->approvals[i].number, STR_ARG(d->approvals[i].by),
               post_call_time(call->arena, d->approvals[i].at));
    for (size_t i = 0; i < d->presences_n; i++)
        printf("channel    %.*s: %.*s%s, since %s\n", STR_ARG(post_channel_word(d->presences[i].channel)),
               STR_ARG(presence_state_word(d->presences[i].state)), d->presences[i].wanted ? " (wanted)" : "",
               post_call_time(call->arena, d->presences[i].since));
    /* The whole hash: of a few digits an author with time could make two editions that share them. */
    const char *next = next_act(e);
    if (next != NULL)
        printf("to %s it: candour post %s %.*s --edition %.*s\n", next, next, STR_ARG(e->key), STR_ARG(e->hash_hex));
    const struct json *document = NULL;
    struct fault fault;
    if (json_read(call->arena, d->document, &document, &fault) != STATUS_OK)
        return;
    const struct json *body = json_get(document, STR("body"));
    if (body != NULL)
        printf("\n%.*s", STR_ARG(body->text));
}

/* Why one post could not be read. */
static int unread(enum status status)
{
    struct fault fault;
    if (status == STATUS_NOT_FOUND)
        fault_set(&fault, status, "There is no post of that name: candour post list names those there are.");
    else if (status == STATUS_REFUSED)
        fault_set(&fault, status, "It was erased: nothing is left of it that could be read.");
    else
        fault_set(&fault, status, "The post could not be read (%s): run candour doctor.", status_name(status));
    return command_fail(&fault);
}

int post_show(struct call *call)
{
    struct fault fault;
    struct post_detail detail;
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(call->in.db, &tx, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    status = posts_detail(tx, call->arena, str_of(call->argv[0]), &detail);
    db_read_end(tx);
    if (status != STATUS_OK)
        return unread(status);
    if (call->json)
        show_json(call, &detail);
    else
        show_text(call, &detail);
    return EXIT_DONE;
}

/* ---- What the checks say now ---- */

static void check_json(struct call *call, const struct post_checks *c)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, call->arena, SAID_MAX);
    json_writer_init(&w, &out);
    posts_said_checks_json(&w, c);
    post_call_say(&out);
}

int post_check(struct call *call)
{
    struct fault fault;
    struct post_checks checks;
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(call->in.db, &tx, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    status = posts_checks_of(tx, call->arena, str_of(call->argv[0]), clock_now_ms(), &checks);
    db_read_end(tx);
    if (status != STATUS_OK)
        return unread(status);
    if (call->json)
        check_json(call, &checks);
    else
        posts_said_checks(&checks);
    return checks.publishable ? EXIT_DONE : EXIT_REFUSED;
}

/* ---- The file ---- */

int post_export(struct call *call)
{
    struct fault fault;
    struct str text;
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(call->in.db, &tx, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    status = posts_export(tx, call->arena, str_of(call->argv[0]), &text);
    db_read_end(tx);
    if (status != STATUS_OK)
        return unread(status);
    fwrite(text.p, 1, text.n, stdout);
    return EXIT_DONE;
}
