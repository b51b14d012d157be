/*
 * candour image: the register of pictures. Where each is used, what was said of
 * it and what its own file says, its licence's end, and whether the same bytes
 * have stood in another post.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/post_call.h"
#include "main/posts_said.h"
#include "main/rows_said.h"
#include "posts/images.h"
#include "base/banned.h"

enum { IMAGE_DATA, IMAGE_JSON, IMAGE_OPTIONS };

/* A page of rows, in a snapshot of its own; the arena is reset first. */
static enum status read_page(struct db *db, struct arena *arena, int64_t after, int64_t limit, struct image_row **rows,
                             size_t *n, struct fault *fault)
{
    struct db_tx *tx = NULL;
    arena_reset(arena);
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = posts_images(tx, arena, after, limit, rows, n);
    db_read_end(tx);
    return status == STATUS_OK ? status
                               : fault_set(fault, status, "The pictures could not be read (%s): run candour doctor.",
                                           status_name(status));
}

static struct str day_of(struct arena *arena, const struct post_date *date)
{
    return date->set ? zone_day(arena, date->at) : STR_NONE;
}

static void put_facts(struct json_writer *w, const struct media_facts *f)
{
    json_open_object(w);
    post_call_put(w, "creator", f->creator);
    post_call_put(w, "credit", f->credit);
    post_call_put(w, "source", f->source);
    post_call_put(w, "rights", f->rights);
    post_call_put(w, "licensor", f->licensor);
    post_call_put(w, "usage_terms", f->usage_terms);
    post_call_put(w, "web_statement", f->web_statement);
    post_call_put(w, "source_type", f->source_type);
    post_call_put(w, "model_release", f->model_release);
    post_call_put(w, "person_shown", f->person_shown);
    json_name(w, STR("position"));
    json_put_bool(w, f->position);
    json_close_object(w);
}

static void put_number(struct json_writer *w, const char *name, int64_t number)
{
    json_name(w, str_of(name));
    json_put_i64(w, number);
}

static void put_members(struct json_writer *w, struct arena *arena, const struct image_row *row)
{
    post_call_put(w, "sha256", row->sha256_hex);
    post_call_put(w, "name", row->picture.name);
    post_call_put(w, "format", media_format_word(row->picture.facts.format));
    put_number(w, "width", row->picture.facts.width);
    put_number(w, "height", row->picture.facts.height);
    put_number(w, "bytes", row->picture.bytes);
    post_call_put_time(w, arena, "made", (struct db_opt_int){ true, row->picture.made });
    put_number(w, "posts", row->used);
    put_number(w, "public", row->seen);
    post_call_put(w, "licence_ends", day_of(arena, &row->licence_ends));
    json_name(w, STR("labels"));
    posts_said_labels(w, row->labels);
    json_name(w, STR("file_says"));
    put_facts(w, &row->picture.facts);
}

static void say_row(struct arena *arena, const struct image_row *row)
{
    struct str ends = day_of(arena, &row->licence_ends);
    printf("%.12s  %-28.*s %5lld x %-5lld in %lld %s, %lld public%s%.*s\n", row->sha256_hex.p,
           STR_ARG(row->picture.name), (long long)row->picture.facts.width, (long long)row->picture.facts.height,
           (long long)row->used, row->used == 1 ? "post" : "posts", (long long)row->seen,
           ends.p == NULL ? "" : "; licence ends ", STR_ARG(ends.p == NULL ? STR("") : ends));
}

struct listing {
    struct db *db;
    int64_t after;
};

static enum status list_page(void *self, struct arena *arena, struct json_writer *w, size_t *n, struct fault *fault)
{
    struct listing *l = self;
    struct image_row *rows = NULL;
    enum status status = read_page(l->db, arena, l->after, POST_LIST_MAX, &rows, n, fault);
    for (size_t i = 0; i < *n && status == STATUS_OK; i++) {
        if (w == NULL) {
            say_row(arena, &rows[i]);
        } else {
            json_open_object(w);
            put_members(w, arena, &rows[i]);
            json_close_object(w);
        }
        l->after = rows[i].picture.id;
    }
    return status;
}

static int list(struct db *db, struct arena *arena, bool json)
{
    struct listing l = { db, 0 };
    return rows_say(arena, json, POST_LIST_MAX, list_page, &l,
                    "There are no pictures. They come with posts: candour post import FILE.md.");
}

static void say_fact(const char *name, struct str claimed, struct str file)
{
    if (claimed.p == NULL && file.p == NULL)
        return;
    printf("  %-14s claimed: %.*s; the file says: %.*s\n", name, STR_ARG(claimed.p == NULL ? STR("nothing") : claimed),
           STR_ARG(file.p == NULL ? STR("nothing") : file));
}

static void say_image(struct arena *arena, const struct image_row *row, const struct image_use *uses, size_t n)
{
    const struct media_facts *f = &row->picture.facts;
    printf("%.*s\n%.*s, %lld x %lld, %lld bytes, came %s\n", STR_ARG(row->picture.name),
           STR_ARG(media_format_word(f->format)), (long long)f->width, (long long)f->height,
           (long long)row->picture.bytes, post_call_time(arena, row->picture.made));
    printf("sha256     %.*s\n", STR_ARG(row->sha256_hex));
    if (f->position)
        printf("position   the file says where it was taken\n");
    if (row->used > 1)
        printf("used again the same bytes stand in %lld posts\n", (long long)row->used);
    for (size_t i = 0; i < n; i++) {
        const struct image_use *u = &uses[i];
        struct str ends = day_of(arena, &u->licence_ends);
        printf("in         %.*s, edition %lld, %.*s%s: %.*s\n", STR_ARG(u->key), (long long)u->number,
               STR_ARG(edition_state_word(u->state)), u->seen ? ", public now" : "", STR_ARG(u->title));
        say_fact("made", u->made_word, f->source_type);
        say_fact("source", u->source, f->source);
        say_fact("credit", u->credit, f->credit);
        say_fact("licensor", u->licensor, f->licensor);
        say_fact("release", u->release, f->model_release);
        if (u->licence.p != NULL || ends.p != NULL)
            printf("  %-14s %.*s%s%.*s\n", "licence", STR_ARG(u->licence.p == NULL ? STR("(no number)") : u->licence),
                   ends.p == NULL ? "" : ", ends ", STR_ARG(ends.p == NULL ? STR("") : ends));
    }
    say_fact("creator", STR_NONE, f->creator);
    say_fact("rights", STR_NONE, f->rights);
    say_fact("usage terms", STR_NONE, f->usage_terms);
}

static void put_uses(struct json_writer *w, struct arena *arena, const struct image_use *uses, size_t n)
{
    json_open_array(w);
    for (size_t i = 0; i < n; i++) {
        const struct image_use *u = &uses[i];
        json_open_object(w);
        post_call_put(w, "post", u->key);
        put_number(w, "number", u->number);
        post_call_put(w, "title", u->title);
        post_call_put(w, "state", edition_state_word(u->state));
        json_name(w, STR("public"));
        json_put_bool(w, u->seen);
        json_name(w, STR("labels"));
        posts_said_labels(w, u->labels);
        post_call_put(w, "made", u->made_word);
        post_call_put(w, "source", u->source);
        post_call_put(w, "credit", u->credit);
        post_call_put(w, "release", u->release);
        post_call_put(w, "licence", u->licence);
        post_call_put(w, "licensor", u->licensor);
        post_call_put(w, "licence_ends", day_of(arena, &u->licence_ends));
        post_call_put(w, "alt", u->alt);
        json_close_object(w);
    }
    json_close_array(w);
}

static bool show_json(struct arena *arena, const struct image_row *row, const struct image_use *uses, size_t n)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, arena, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    put_members(&w, arena, row);
    json_name(&w, STR("uses"));
    put_uses(&w, arena, uses, n);
    json_close_object(&w);
    if (buf_ok(&out))
        post_call_say(&out);
    return buf_ok(&out);
}

static int show(struct db *db, struct arena *arena, const char *what, bool json)
{
    struct fault fault;
    struct image_row *rows = NULL;
    struct image_use *uses = NULL;
    struct db_tx *tx = NULL;
    int64_t id = 0;
    int64_t found = 0;
    size_t rows_n = 0;
    size_t n = 0;
    enum status status = db_read_begin(db, &tx, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    status = posts_image_find(tx, arena, str_of(what), &id, &found);
    db_read_end(tx);
    if (status != STATUS_OK)
        fault_set(&fault, status, "The pictures could not be read (%s): run candour doctor.", status_name(status));
    else if (found == 0)
        status = fault_set(&fault, STATUS_NOT_FOUND,
                           "There is no picture of that name or hash: candour image list names them.");
    else if (found > 1)
        status = fault_set(&fault, STATUS_CONFLICT,
                           "%lld pictures have that name: say which by its hash, as candour image list gives it.",
                           (long long)found);
    if (status == STATUS_OK)
        status = read_page(db, arena, id - 1, 1, &rows, &rows_n, &fault);
    if (status == STATUS_OK)
        status = db_read_begin(db, &tx, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    status = posts_image_uses(tx, arena, id, &uses, &n);
    db_read_end(tx);
    if (status == STATUS_OK && rows_n == 1 && !json)
        say_image(arena, &rows[0], uses, n);
    else if (status != STATUS_OK || rows_n != 1 || !show_json(arena, &rows[0], uses, n)) {
        fault_set(&fault, STATUS_IO, "The picture could not be read: run candour doctor.");
        return command_fail(&fault);
    }
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct option options[IMAGE_OPTIONS] = {
        [IMAGE_DATA] = { .name = "--data", .takes_value = true }, [IMAGE_JSON] = { .name = "--json" }
    };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_image, argc, argv, options, IMAGE_OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    bool listing = rest > 0 && strcmp(argv[1], "list") == 0;
    if (!listing && (rest == 0 || strcmp(argv[1], "show") != 0))
        return options_wrong(&command_image, "Say what to do: list or show.");
    if (rest != (listing ? 1 : 2))
        return options_wrong(&command_image,
                             listing ? "image list takes no name." : "image show needs one picture, by name or hash.");
    struct installation in;
    struct fault fault;
    int code = installation_open(&in, options[IMAGE_DATA].value);
    if (code != EXIT_DONE)
        return code;
    struct arena *arena = arena_new(POST_IMPORT_ARENA);
    fault_no_memory(&fault);
    if (arena == NULL)
        code = command_fail(&fault);
    else
        code = listing ? list(in.db, arena, options[IMAGE_JSON].seen)
                       : show(in.db, arena, argv[2], options[IMAGE_JSON].seen);
    arena_free(arena);
    installation_close(&in);
    return code;
}

const struct command command_image = {
    .name = "image",
    .usage = "image list [--json]\n"
             "image show HASH|NAME [--json]",
    .help =
        "The register of pictures that came with posts: where each is used, how it was said to be made and what its "
        "own file says of itself, its labels, when its licence ends, and whether the same bytes stand in several "
        "posts. The first 8 digits or more of a hash are enough.",
    .run = run,
};
