/*
 * candour post: from a file to the public and back, one act a call.
 *
 * Promises: every act names who acts and is refused in plain words where a
 * rule forbids it; an import of several files is one act; an approval, a
 * release and a withdrawal hold for the edition that was read here, and fail
 * where somebody changed it meanwhile. A command cannot set an act in the past.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/options.h"
#include "main/posts_said.h"
#include "base/banned.h"

enum { SAID_MAX = 8 * 1024 * 1024, HASH_SHORTEST = 8, HASH_DIGITS = 64 };

enum { OPTION_DATA, OPTION_AS, OPTION_USER, OPTION_REASON, OPTION_GROUND, OPTION_EDITION, OPTION_JSON, OPTIONS };

struct call {
    struct installation in;
    struct arena *arena; /* of its own: an import may need more than the installation has */
    struct option *options;
    int argc; /* positional arguments behind the subcommand */
    char **argv;
    bool json;
};

static const char *day_and_time(struct arena *arena, int64_t at)
{
    struct civil c;
    zone_local(at, &c);
    struct str text = str_format(arena, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
    return text.p == NULL ? "" : text.p;
}

static void say_buf(const struct buf *out)
{
    struct str text = buf_str(out);
    fwrite(text.p, 1, text.n, stdout);
    putchar('\n');
}

static void put(struct json_writer *w, const char *name, struct str value)
{
    json_name(w, str_of(name));
    if (value.p == NULL)
        json_put_null(w);
    else
        json_put_str(w, value);
}

static void put_time(struct json_writer *w, struct arena *arena, const char *name, struct db_opt_int at)
{
    put(w, name, at.set ? zone_utc(arena, at.value) : STR_NONE);
}

static struct str address_text(struct arena *arena, const struct post_address *address)
{
    if (address->year == 0)
        return STR_NONE;
    return str_format(arena, "/news/%lld/%.*s", (long long)address->year, STR_ARG(address->slug));
}

/* ---- Import ---- */

static const char *outcome_words(enum import_outcome outcome)
{
    switch (outcome) {
    case IMPORT_POST: return "new post";
    case IMPORT_EDITION: return "new edition";
    case IMPORT_RECORD: return "same edition, its record brought up to date";
    case IMPORT_SAME: return "nothing changed";
    }
    return "";
}

static const char *outcome_word(enum import_outcome outcome)
{
    switch (outcome) {
    case IMPORT_POST: return "post";
    case IMPORT_EDITION: return "edition";
    case IMPORT_RECORD: return "record";
    case IMPORT_SAME: return "same";
    }
    return "";
}

static void say_import(const struct call *call, const struct post_import *import, const struct post_faults *faults)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, call->arena, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    json_name(&w, STR("imported"));
    json_open_array(&w);
    for (size_t i = 0; import != NULL && i < import->files_n; i++) {
        const struct import_result *r = &import->results[i];
        json_open_object(&w);
        put(&w, "key", r->key);
        put(&w, "outcome", str_of(outcome_word(r->outcome)));
        json_name(&w, STR("number"));
        json_put_i64(&w, r->number);
        put(&w, "edition", r->hash_hex);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_name(&w, STR("faults"));
    posts_said_faults_json(&w, faults);
    json_close_object(&w);
    say_buf(&out);
}

static int import(struct call *call)
{
    struct fault fault;
    struct actor actor = { 0 };
    struct act act = { .by = &actor };
    struct post_import import;
    struct post_faults *faults = ARENA_NEW(call->arena, struct post_faults);
    size_t n = (size_t)call->argc;
    struct post_source *sources = ARENA_ARRAY(call->arena, n + 1, struct post_source);
    if (faults == NULL || sources == NULL) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    if (n > POST_IMPORT_FILES_MAX)
        return options_wrong(&command_post, "Give at most %d files at once.", POST_IMPORT_FILES_MAX);
    for (size_t i = 0; i < n; i++)
        if (posts_said_source(call->arena, call->argv[i], &sources[i], &fault) != STATUS_OK) {
            command_fail(&fault);
            return EXIT_CANNOT;
        }
    enum status status = posts_import_read(call->arena, sources, n, &act, faults, &import, &fault);
    if (status == STATUS_OK) { /* nobody types a passphrase for a file that has faults */
        int code = command_actor(&call->in, &call->options[OPTION_AS], &call->options[OPTION_USER], &actor);
        if (code != EXIT_DONE)
            return code;
        act.now = clock_now_ms();
        status = db_write(call->in.db, posts_import_write, &import, &fault);
    }
    if (call->json && (status == STATUS_OK || status == STATUS_INVALID))
        say_import(call, status == STATUS_OK ? &import : NULL, faults);
    if (status != STATUS_OK) {
        if (!call->json)
            posts_said_faults(faults);
        return command_fail(&fault);
    }
    for (size_t i = 0; i < import.files_n && !call->json; i++)
        printf("%.*s: %s, edition %lld %.*s\n", STR_ARG(import.results[i].key),
               outcome_words(import.results[i].outcome), (long long)import.results[i].number,
               STR_ARG(import.results[i].hash_hex));
    return EXIT_DONE;
}

/* ---- Reading ---- */

static void put_entry(struct json_writer *w, struct arena *arena, const struct post_entry *entry)
{
    put(w, "key", entry->key);
    put(w, "kind", post_kind_word(entry->kind));
    put(w, "title", entry->title);
    put(w, "state", edition_state_word(entry->state));
    json_name(w, STR("number"));
    json_put_i64(w, entry->number);
    put(w, "edition", entry->hash_hex);
    put(w, "changed", zone_utc(arena, entry->changed));
    put(w, "address", address_text(arena, &entry->address));
    put_time(w, arena, "published", entry->published);
    put_time(w, arena, "withdrawn", entry->withdrawn);
}

static enum status read_entries(struct call *call, struct str after, struct post_entry **rows, size_t *n,
                                struct fault *fault)
{
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(call->in.db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = posts_entries(tx, call->arena, after, POST_LIST_MAX, rows, n);
    db_read_end(tx);
    if (status != STATUS_OK)
        return fault_set(fault, status, "The posts could not be read (%s): run candour doctor.", status_name(status));
    return STATUS_OK;
}

static int list(struct call *call)
{
    struct fault fault;
    struct buf out;
    struct json_writer w;
    struct str after = STR_NONE;
    size_t all = 0;
    buf_init(&out, NULL, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_array(&w);
    for (;;) {
        struct post_entry *rows = NULL;
        size_t n = 0;
        if (read_entries(call, after, &rows, &n, &fault) != STATUS_OK) {
            buf_free(&out);
            return command_fail(&fault);
        }
        for (size_t i = 0; i < n; i++) {
            const struct post_entry *entry = &rows[i];
            if (call->json) {
                json_open_object(&w);
                put_entry(&w, call->arena, entry);
                json_close_object(&w);
                continue;
            }
            struct str state = entry->withdrawn.set ? STR("withdrawn") : edition_state_word(entry->state);
            printf("%-32.*s %-10.*s %-11.*s %3lld  %.*s\n", STR_ARG(entry->key), STR_ARG(state),
                   STR_ARG(post_kind_word(entry->kind)), (long long)entry->number, STR_ARG(entry->title));
        }
        all += n;
        if (n < POST_LIST_MAX)
            break;
        char last[POST_KEY_MAX + 1];
        snprintf(last, sizeof last, "%.*s", STR_ARG(rows[n - 1].key));
        arena_reset(call->arena);
        after = str_copy(call->arena, str_of(last));
    }
    json_close_array(&w);
    bool whole = buf_ok(&out);
    if (call->json && whole)
        say_buf(&out);
    else if (!call->json && all == 0)
        printf("There are no posts. Bring one in with candour post import FILE.md.\n");
    buf_free(&out);
    if (whole)
        return EXIT_DONE;
    fault_set(&fault, STATUS_LIMIT, "There are too many posts for one list in JSON.");
    return command_fail(&fault);
}

static void show_json(struct call *call, const struct post_detail *d)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, call->arena, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    put_entry(&w, call->arena, &d->entry);
    put(&w, "ground", d->entry.withdrawn.set ? post_ground_word(d->ground) : STR_NONE);
    put(&w, "reason", d->reason);
    json_name(&w, STR("editions"));
    json_open_array(&w);
    for (size_t i = 0; i < d->editions_n; i++) {
        json_open_object(&w);
        json_name(&w, STR("number"));
        json_put_i64(&w, d->editions[i].number);
        put(&w, "edition", d->editions[i].hash_hex);
        put(&w, "state", edition_state_word(d->editions[i].state));
        put(&w, "made", zone_utc(call->arena, d->editions[i].made));
        put(&w, "by", d->editions[i].by);
        put(&w, "authors", d->editions[i].authors);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_name(&w, STR("approvals"));
    json_open_array(&w);
    for (size_t i = 0; i < d->approvals_n; i++) {
        json_open_object(&w);
        json_name(&w, STR("number"));
        json_put_i64(&w, d->approvals[i].number);
        put(&w, "by", d->approvals[i].by);
        put(&w, "made", zone_utc(call->arena, d->approvals[i].at));
        json_close_object(&w);
    }
    json_close_array(&w);
    json_name(&w, STR("presences"));
    json_open_array(&w);
    for (size_t i = 0; i < d->presences_n; i++) {
        json_open_object(&w);
        put(&w, "channel", post_channel_word(d->presences[i].channel));
        put(&w, "state", presence_state_word(d->presences[i].state));
        json_name(&w, STR("wanted"));
        json_put_bool(&w, d->presences[i].wanted);
        put(&w, "since", zone_utc(call->arena, d->presences[i].since));
        json_close_object(&w);
    }
    json_close_array(&w);
    json_name(&w, STR("document"));
    json_put_raw(&w, d->document);
    json_name(&w, STR("beside"));
    json_put_raw(&w, d->beside);
    json_close_object(&w);
    say_buf(&out);
}

static void show_text(struct call *call, const struct post_detail *d)
{
    const struct post_entry *e = &d->entry;
    printf("%.*s\n%.*s, edition %lld, %.*s\n", STR_ARG(e->title), STR_ARG(post_kind_word(e->kind)),
           (long long)e->number, STR_ARG(edition_state_word(e->state)));
    if (e->published.set)
        printf("address    /news/%lld/%.*s\npublished  %s\n", (long long)e->address.year, STR_ARG(e->address.slug),
               day_and_time(call->arena, e->published.value));
    if (e->withdrawn.set)
        printf("withdrawn  %s, %.*s%s%.*s\n", day_and_time(call->arena, e->withdrawn.value),
               STR_ARG(post_ground_word(d->ground)), d->reason.p == NULL ? "" : ": ", STR_ARG(d->reason));
    for (size_t i = 0; i < d->editions_n; i++)
        printf("edition    %lld  %.*s  %s  %.*s; authors %.*s, brought in by %.*s\n", (long long)d->editions[i].number,
               STR_ARG(d->editions[i].hash_hex), day_and_time(call->arena, d->editions[i].made),
               STR_ARG(edition_state_word(d->editions[i].state)), STR_ARG(d->editions[i].authors),
               STR_ARG(d->editions[i].by));
    for (size_t i = 0; i < d->approvals_n; i++)
        printf("approval   edition %lld by %.*s, %s\n", (long long)d->approvals[i].number, STR_ARG(d->approvals[i].by),
               day_and_time(call->arena, d->approvals[i].at));
    for (size_t i = 0; i < d->presences_n; i++)
        printf("channel    %.*s: %.*s%s, since %s\n", STR_ARG(post_channel_word(d->presences[i].channel)),
               STR_ARG(presence_state_word(d->presences[i].state)), d->presences[i].wanted ? " (wanted)" : "",
               day_and_time(call->arena, d->presences[i].since));
    /* The whole hash: of a few digits an author with time could make two editions that share them. */
    if (!e->withdrawn.set && (e->state == EDITION_IN_REVIEW || e->state == EDITION_APPROVED))
        printf("to %s candour post %s %.*s --edition %.*s\n", e->state == EDITION_APPROVED ? "publish" : "approve",
               e->state == EDITION_APPROVED ? "publish" : "approve", STR_ARG(e->key), STR_ARG(e->hash_hex));
    const struct json *document = NULL;
    struct fault fault;
    if (json_read(call->arena, d->document, &document, &fault) != STATUS_OK)
        return;
    const struct json *body = json_get(document, STR("body"));
    if (body != NULL)
        printf("\n%.*s", STR_ARG(body->text));
}

static int show(struct call *call)
{
    struct fault fault;
    struct post_detail detail;
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(call->in.db, &tx, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    status = posts_detail(tx, call->arena, str_of(call->argv[0]), &detail);
    db_read_end(tx);
    if (status == STATUS_NOT_FOUND)
        fault_set(&fault, status, "There is no post of that name: candour post list names those there are.");
    else if (status != STATUS_OK)
        fault_set(&fault, status, "The post could not be read (%s): run candour doctor.", status_name(status));
    if (status != STATUS_OK)
        return command_fail(&fault);
    if (call->json)
        show_json(call, &detail);
    else
        show_text(call, &detail);
    return EXIT_DONE;
}

/* ---- Acts on one post ---- */

static bool edition_good(struct str asked)
{
    for (size_t i = 0; i < asked.n; i++) {
        char c = asked.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return false;
    }
    return asked.n >= HASH_SHORTEST && asked.n <= HASH_DIGITS;
}

/* Looks at the post as it stands and asks who acts. With --edition only that edition will do. */
static int begin_act(struct call *call, struct actor *actor, struct act *act, struct post_entry *entry)
{
    struct fault fault;
    struct db_tx *tx = NULL;
    struct str asked = call->options[OPTION_EDITION].seen ? str_of(call->options[OPTION_EDITION].value) : STR_NONE;
    if (asked.p != NULL && !edition_good(asked))
        return options_wrong(&command_post,
                             "--edition takes the hash of the edition as post show gives it: %d digits (0 to 9, a to "
                             "f), or its first %d or more.",
                             HASH_DIGITS, HASH_SHORTEST);
    enum status status = db_read_begin(call->in.db, &tx, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    status = posts_entry(tx, call->arena, str_of(call->argv[0]), entry);
    db_read_end(tx);
    if (status == STATUS_NOT_FOUND)
        fault_set(&fault, status, "There is no post of that name: candour post list names those there are.");
    else if (status != STATUS_OK)
        fault_set(&fault, status, "The post could not be read (%s): run candour doctor.", status_name(status));
    else if (asked.p != NULL && !str_equal_nocase(str_slice(entry->hash_hex, 0, asked.n), asked))
        status = fault_set(&fault, STATUS_CONFLICT,
                           "That is not the newest edition, which is number %lld, %.*s. Read it with post show and try "
                           "again.",
                           (long long)entry->number, STR_ARG(entry->hash_hex));
    if (status != STATUS_OK)
        return command_fail(&fault);
    int code = command_actor(&call->in, &call->options[OPTION_AS], &call->options[OPTION_USER], actor);
    *act = (struct act){ .by = actor, .now = clock_now_ms() };
    return code;
}

static int approve(struct call *call)
{
    struct fault fault;
    struct actor actor;
    struct act act;
    struct post_entry entry;
    int code = begin_act(call, &actor, &act, &entry);
    if (code != EXIT_DONE)
        return code;
    struct post_approval approval = { .arena = call->arena, .act = &act, .key = entry.key, .hash_hex = entry.hash_hex };
    if (db_write(call->in.db, posts_approve_write, &approval, &fault) != STATUS_OK)
        return command_fail(&fault);
    printf("%.*s: edition %lld approved, \"%.*s\", %.*s\n", STR_ARG(entry.key), (long long)approval.number,
           STR_ARG(entry.title), STR_ARG(entry.hash_hex));
    return EXIT_DONE;
}

static int publish(struct call *call)
{
    struct fault fault;
    struct actor actor;
    struct act act;
    struct post_entry entry;
    int code = begin_act(call, &actor, &act, &entry);
    if (code != EXIT_DONE)
        return code;
    struct post_release release = { .arena = call->arena, .act = &act, .key = entry.key, .hash_hex = entry.hash_hex };
    if (db_write(call->in.db, posts_publish_write, &release, &fault) != STATUS_OK)
        return command_fail(&fault);
    printf("%.*s: published at %.*s\n", STR_ARG(entry.key), STR_ARG(address_text(call->arena, &release.address)));
    return EXIT_DONE;
}

/* "Court order" and "court_order" mean it too: what a ground hides must not come out for a capital or a blank. */
static struct str ground_spelt(struct arena *arena, struct str word)
{
    char *p = arena_alloc(arena, word.n + 1, 1);
    for (size_t i = 0; p != NULL && i < word.n; i++) {
        char c = word.p[i];
        p[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == ' ' || c == '_' ? '-' : c;
    }
    return (struct str){ p, p == NULL ? 0 : word.n };
}

/*
 * "--reason 'error: words'" names the ground too, and a ground alone needs no words where it hides them; "--ground"
 * does it by itself, and leaves the reason as it was written. One word with a colon behind it that is no ground is
 * refused: a ground written wrongly would publish what it was to hide.
 */
static bool ground_of(const struct call *call, enum post_ground *ground, struct str *reason)
{
    struct str all = str_trim(str_of(call->options[OPTION_REASON].value));
    *ground = GROUND_OTHER;
    *reason = all;
    if (call->options[OPTION_GROUND].seen)
        return post_ground_of_word(ground_spelt(call->arena, str_of(call->options[OPTION_GROUND].value)), ground);
    ptrdiff_t colon = str_find_byte(all, ':');
    struct str word = str_trim(str_slice(all, 0, colon < 0 ? all.n : (size_t)colon));
    if (post_ground_of_word(ground_spelt(call->arena, word), ground)) {
        *reason = colon < 0 ? STR("") : str_trim(str_slice(all, (size_t)colon + 1, all.n));
        return true;
    }
    return word.n == 0 || str_find_byte(word, ' ') >= 0;
}

static int withdraw(struct call *call)
{
    struct fault fault;
    struct actor actor;
    struct act act;
    struct post_entry entry;
    enum post_ground ground;
    struct str reason;
    if (!call->options[OPTION_REASON].seen)
        return options_wrong(&command_post, "A withdrawal has a reason for the public: --reason TEXT.");
    if (!ground_of(call, &ground, &reason))
        return options_wrong(&command_post,
                             "Grounds are error, disclosure, policy, licence-or-consent, court-order, personal-data, "
                             "safety and other. Where the reason begins with another word and a colon, or is one "
                             "word, add --ground.");
    int code = begin_act(call, &actor, &act, &entry);
    if (code != EXIT_DONE)
        return code;
    struct post_withdrawal withdrawal = {
        .arena = call->arena, .act = &act, .key = entry.key, .ground = ground, .reason = reason
    };
    if (db_write(call->in.db, posts_withdraw_write, &withdrawal, &fault) != STATUS_OK)
        return command_fail(&fault);
    printf("%.*s: withdrawn; a notice stands at %.*s\n", STR_ARG(entry.key),
           STR_ARG(address_text(call->arena, &withdrawal.address)));
    if (post_ground_hides(ground))
        printf(
            "On this ground the public sees the date and the ground only, and your words were not kept. The old text "
            "is still in the database and in backups, and its title in the address: this version cannot erase it.\n");
    return EXIT_DONE;
}

/* ---- The command ---- */

struct subcommand {
    const char *name;
    int least, most; /* positional arguments */
    int (*run)(struct call *call);
    unsigned options; /* bits of those it takes beside --data */
};

#define BIT(option)   (1U << (option))
#define ACTOR_OPTIONS (BIT(OPTION_AS) | BIT(OPTION_USER))

static const struct subcommand subcommands[] = {
    { "import", 1, 1 << 20, import, ACTOR_OPTIONS | BIT(OPTION_JSON) },
    { "list", 0, 0, list, BIT(OPTION_JSON) },
    { "show", 1, 1, show, BIT(OPTION_JSON) },
    { "approve", 1, 1, approve, ACTOR_OPTIONS | BIT(OPTION_EDITION) },
    { "publish", 1, 1, publish, ACTOR_OPTIONS | BIT(OPTION_EDITION) },
    { "withdraw", 1, 1, withdraw, ACTOR_OPTIONS | BIT(OPTION_REASON) | BIT(OPTION_GROUND) },
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0] };

static int wrong_subcommand(const char *word)
{
    const char *names[SUBCOMMANDS + 1] = { NULL };
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        names[i] = subcommands[i].name;
    if (word == NULL)
        return options_wrong(&command_post, "Say what to do: import, list, show, approve, publish or withdraw.");
    const char *nearest = options_nearest(word, names);
    if (nearest != NULL)
        return options_wrong(&command_post, "post cannot %.40s; did you mean %s?", word, nearest);
    return options_wrong(&command_post, "post cannot %.40s: say import, list, show, approve, publish or withdraw.",
                         word);
}

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = {
        [OPTION_DATA] = { .name = "--data", .takes_value = true },
        [OPTION_AS] = { .name = "--as", .takes_value = true },
        [OPTION_USER] = { .name = "--user", .takes_value = true },
        [OPTION_REASON] = { .name = "--reason", .takes_value = true },
        [OPTION_GROUND] = { .name = "--ground", .takes_value = true },
        [OPTION_EDITION] = { .name = "--edition", .takes_value = true },
        [OPTION_JSON] = { .name = "--json" },
    };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_post, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    const struct subcommand *sub = NULL;
    for (size_t i = 0; rest > 0 && i < SUBCOMMANDS; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            sub = &subcommands[i];
    if (sub == NULL)
        return wrong_subcommand(rest > 0 ? argv[1] : NULL);
    for (unsigned i = OPTION_AS; i < OPTIONS; i++)
        if (options[i].seen && (sub->options & BIT(i)) == 0)
            return options_wrong(&command_post, "post %s takes no %s.", sub->name, options[i].name);
    if (rest - 1 < sub->least)
        return options_wrong(&command_post, "post %s needs %s.", sub->name,
                             sub->run == import ? "at least one file" : "the name of a post");
    if (rest - 1 > sub->most)
        return options_wrong(&command_post, "post %s takes %s.", sub->name, sub->most == 0 ? "no name" : "one name");
    struct call call = { .options = options, .argc = rest - 1, .argv = argv + 2, .json = options[OPTION_JSON].seen };
    int code = installation_open(&call.in, options[OPTION_DATA].value);
    if (code != EXIT_DONE)
        return code;
    struct fault fault;
    fault_no_memory(&fault);
    call.arena = arena_new(POST_IMPORT_ARENA);
    code = call.arena == NULL ? command_fail(&fault) : sub->run(&call);
    arena_free(call.arena);
    installation_close(&call.in);
    return code;
}

const struct command command_post = {
    .name = "post",
    .usage = "post import FILE.md… [--as USER | --user USER] [--json]\n"
             "post list [--json]\n"
             "post show KEY [--json]\n"
             "post approve KEY [--edition HASH] [--as USER | --user USER]\n"
             "post publish KEY [--edition HASH] [--as USER | --user USER]\n"
             "post withdraw KEY --reason TEXT [--ground GROUND] [--as USER | --user USER]",
    .help =
        "Brings posts in from files, shows them, and takes them to the public and back. A post's key is its file's "
        "name without .md. Several files are one act: with a fault in any, nothing is imported. Who approves must be "
        "none of those who wrote or imported the post; an approval holds for one edition. Name it with --edition, as "
        "post show gives it: without it the newest one is taken, whatever it says by then. The reason of a withdrawal "
        "is shown to the public. It may begin with its ground and a colon, as in \"error: the day was wrong\"; the "
        "ground and the colon are not shown as words of the reason; one word and a colon that is no ground is refused, "
        "unless --ground is given. Grounds: error, disclosure, policy, "
        "licence-or-consent, court-order, personal-data, safety, other. With court-order, personal-data and safety no "
        "reason is shown, and the ground alone will do. Without --as or --user the terminal is asked for user and "
        "passphrase; with --user the passphrase is read from standard input; --as works on demonstration data only.",
    .run = run,
};
