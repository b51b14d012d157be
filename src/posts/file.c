/*
 * The reader of post files: bytes in, a checked content out, or every fault
 * with its line and column.
 *
 * Promises: nothing is guessed and nothing is dropped. A name in the head that
 * is not known is a fault, because a misspelt "speeker" would otherwise be a
 * statement that nobody stands behind. The text must be what the Markdown
 * renderer takes, so that a post that imports can also be shown.
 *
 * What a hostile file could try: YAML that grows (base/yaml.h bounds it),
 * control characters for a terminal or a page, a picture's name that climbs to
 * other folders, sizes. Each is refused here.
 */
#include "posts/file.h"

#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/entropy.h"
#include "base/file.h"
#include "base/yaml.h"
#include "base/zone.h"
#include "html/html.h"
#include "posts/edition.h"
#include "posts/facts.h"

#include "base/banned.h"

enum { ARENA_SPARE = 64 * 1024, DOCUMENT_ROOM = 16 * 1024 * 1024 };

struct reader {
    struct arena *arena;
    struct str file;
    const struct post_source *source;
    struct post_faults *faults;
};

/* A map of the head, and how a message names what stands in it: "" or "image.". */
struct place {
    const struct yaml *map;
    const char *head;
};

#define FAULT(r, node, ...) post_faults_add((r)->faults, (r)->file, (node)->line, (node)->column, __VA_ARGS__)

bool post_key_good(struct str key)
{
    if (key.n == 0 || key.n > POST_KEY_MAX || key.p[0] == '.')
        return false;
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
              c == '.'))
            return false;
    }
    return true;
}

/* ---- Values ---- */

/* The value under a name; NULL where it is absent or null. */
static const struct yaml *value_of(struct place at, struct str name)
{
    const struct yaml *node = yaml_get(at.map, name);
    return node == NULL || node->kind == YAML_NULL ? NULL : node;
}

static void missing(struct reader *r, struct place at, struct str name, const char *what)
{
    FAULT(r, at.map, "\"%s%.*s\" is missing: add %s.", at.head, STR_ARG(name), what);
}

static struct str take_line_node(struct reader *r, const struct yaml *node, const char *head, struct str name,
                                 size_t most)
{
    if (node->kind != YAML_SCALAR) {
        FAULT(r, node, "\"%s%.*s\" must be one line of words.", head, STR_ARG(name));
        return STR_NONE;
    }
    struct str text = str_trim(node->text);
    if (text.n == 0) {
        FAULT(r, node, "\"%s%.*s\" is empty: write the words, or leave the line out.", head, STR_ARG(name));
        return STR_NONE;
    }
    struct str wrong = post_line_wrong(r->arena, text);
    if (wrong.p != NULL) {
        FAULT(r, node, "\"%s%.*s\" %.*s", head, STR_ARG(name), STR_ARG(wrong));
        return STR_NONE;
    }
    if (str_code_points(text) > most) {
        FAULT(r, node, "\"%s%.*s\" has %zu characters; at most %zu fit. Shorten it.", head, STR_ARG(name),
              str_code_points(text), most);
        return STR_NONE;
    }
    return text;
}

static struct str take_line(struct reader *r, struct place at, struct str name, size_t most, const char *needed)
{
    const struct yaml *node = value_of(at, name);
    if (node != NULL)
        return take_line_node(r, node, at.head, name, most);
    if (needed != NULL)
        missing(r, at, name, needed);
    return STR_NONE;
}

static int take_word_node(struct reader *r, const struct yaml *node, const char *head, struct str name,
                          const struct word_set *set)
{
    int found = node->kind == YAML_SCALAR ? word_find(set, node->text) : -1;
    if (found >= 0)
        return found;
    FAULT(r, node, "\"%s%.*s\" must be %.*s.", head, STR_ARG(name), STR_ARG(word_list(r->arena, set)));
    return -1;
}

/* -1 where it is absent or wrong. */
static int take_word(struct reader *r, struct place at, struct str name, const struct word_set *set, bool needed)
{
    const struct yaml *node = value_of(at, name);
    if (node != NULL)
        return take_word_node(r, node, at.head, name, set);
    if (needed)
        FAULT(r, at.map, "\"%s%.*s\" is missing: add one of %.*s.", at.head, STR_ARG(name),
              STR_ARG(word_list(r->arena, set)));
    return -1;
}

static struct post_date take_date(struct reader *r, struct place at, struct str name, const char *needed)
{
    struct post_date date = { 0 };
    const struct yaml *node = value_of(at, name);
    if (node == NULL && needed != NULL)
        missing(r, at, name, needed);
    if (node != NULL && (node->kind != YAML_SCALAR || !post_date_read(node->text, &date)))
        FAULT(r, node, "\"%s%.*s\" must be a date such as 2026-03-02, or 2026-03-02T19:11 in local time.", at.head,
              STR_ARG(name));
    struct civil c = { 0 };
    if (date.set)
        zone_local(date.at, &c);
    if (date.set && (c.year < POST_YEAR_FIRST || c.year > POST_YEAR_LAST))
        FAULT(r, node, "\"%s%.*s\" must lie between %d and %d: look at the year.", at.head, STR_ARG(name),
              POST_YEAR_FIRST, POST_YEAR_LAST);
    return date;
}

/* False where it is absent or wrong. */
static bool take_bool(struct reader *r, struct place at, struct str name, bool *out)
{
    const struct yaml *node = value_of(at, name);
    if (node == NULL)
        return false;
    if (yaml_bool(node, out))
        return true;
    FAULT(r, node, "\"%s%.*s\" must be true or false, without quotes.", at.head, STR_ARG(name));
    return false;
}

/* A list with at least one item; NULL where absent, empty or wrong. */
static const struct yaml *take_list(struct reader *r, struct place at, struct str name, const char *example,
                                    bool needed)
{
    const struct yaml *node = value_of(at, name);
    if (node == NULL || (node->kind == YAML_LIST && node->n == 0)) {
        if (needed)
            FAULT(r, node == NULL ? at.map : node, "\"%s%.*s\" is missing: add it, for example %s.", at.head,
                  STR_ARG(name), example);
        return NULL;
    }
    if (node->kind != YAML_LIST) {
        FAULT(r, node, "\"%s%.*s\" must be a list: write it as %s.", at.head, STR_ARG(name), example);
        return NULL;
    }
    if (node->n > POST_LIST_ITEMS_MAX) {
        FAULT(r, node, "\"%s%.*s\" has %zu entries; at most %d fit.", at.head, STR_ARG(name), node->n,
              POST_LIST_ITEMS_MAX);
        return NULL;
    }
    return node;
}

static bool take_map(struct reader *r, struct place at, struct str name, struct place *out)
{
    const struct yaml *node = value_of(at, name);
    if (node == NULL)
        return false;
    if (node->kind != YAML_MAP) {
        FAULT(r, node, "\"%s%.*s\" must hold names with values, such as \"{ name: value }\".", at.head, STR_ARG(name));
        return false;
    }
    out->map = node;
    return true;
}

static void refuse_unknown(struct reader *r, struct place at, const struct str *names, size_t n)
{
    for (size_t i = 0; i < at.map->n; i++) {
        const struct yaml *key = &at.map->keys[i];
        struct word_set set = { names, n };
        if (word_find(&set, key->text) >= 0)
            continue;
        struct str near = word_nearest(names, n, key->text);
        if (near.p != NULL)
            FAULT(r, key, "\"%s%.*s\" is not a name that may stand here; did you mean \"%.*s\"?", at.head,
                  STR_ARG(post_quote(r->arena, key->text)), STR_ARG(near));
        else
            FAULT(r, key, "\"%s%.*s\" is not a name that may stand here; these may: %.*s.", at.head,
                  STR_ARG(post_quote(r->arena, key->text)), STR_ARG(word_list(r->arena, &set)));
    }
}

#define REFUSE_UNKNOWN(r, at, ...)                                                                                     \
    do {                                                                                                               \
        static const struct str names_here[] = { __VA_ARGS__ };                                                        \
        refuse_unknown((r), (at), names_here, sizeof names_here / sizeof names_here[0]);                               \
    } while (0)

/* ---- Parts of the head ---- */

static const struct str *take_lines(struct reader *r, struct place at, struct str name, const char *example,
                                    size_t *out_n)
{
    const struct yaml *list = take_list(r, at, name, example, false);
    *out_n = 0;
    if (list == NULL)
        return NULL;
    struct str *out = ARENA_ARRAY(r->arena, list->n, struct str);
    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < list->n; i++) {
        out[i] = take_line_node(r, &list->items[i], at.head, name, POST_WORD_MAX);
        for (size_t j = 0; j < i; j++)
            if (out[i].p != NULL && out[j].p != NULL && str_equal(out[i], out[j])) {
                FAULT(r, &list->items[i], "\"%.*s\" stands twice in \"%.*s\"; leave one out.", STR_ARG(out[i]),
                      STR_ARG(name));
                break;
            }
    }
    *out_n = list->n;
    return out;
}

static void take_channels(struct reader *r, struct place top, struct post_content *out)
{
    const struct yaml *list = take_list(r, top, STR("channels"), "[site, fediverse]", true);
    if (list == NULL)
        return;
    enum post_channel *channels = ARENA_ARRAY(r->arena, list->n, enum post_channel);
    if (channels == NULL)
        return;
    bool seen[CHANNELS] = { false };
    for (size_t i = 0; i < list->n; i++) {
        int word = take_word_node(r, &list->items[i], top.head, STR("channels"), &post_channel_words);
        if (word < 0)
            continue;
        if (seen[word])
            FAULT(r, &list->items[i], "\"%.*s\" stands twice in \"channels\"; leave one out.",
                  STR_ARG(list->items[i].text));
        seen[word] = true;
        channels[i] = (enum post_channel)word;
    }
    out->channels = channels;
    out->channels_n = list->n;
}

static void take_authors(struct reader *r, struct place top, struct import_file *out)
{
    const struct yaml *list = take_list(r, top, STR("authors"), "[press-officer-1]", true);
    if (list == NULL)
        return;
    struct post_author *authors = ARENA_ARRAY(r->arena, list->n, struct post_author);
    if (authors == NULL)
        return;
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *item = &list->items[i];
        authors[i].user = take_line_node(r, item, top.head, STR("authors"), USER_NAME_MAX);
        authors[i].line = item->line;
        authors[i].column = item->column;
        for (size_t j = 0; j < i; j++)
            if (authors[i].user.p != NULL && authors[j].user.p != NULL && str_equal(authors[i].user, authors[j].user)) {
                FAULT(r, item, "\"%.*s\" stands twice in \"authors\"; leave one out.", STR_ARG(authors[i].user));
                break;
            }
    }
    out->authors = authors;
    out->authors_n = list->n;
}

static void take_people(struct reader *r, struct place top, struct post_content *out)
{
    const struct yaml *list =
        take_list(r, top, STR("people"), "- { as_written: \"Sam, 30\", kind: fictitious }", false);
    if (list == NULL)
        return;
    struct post_person *people = ARENA_ARRAY(r->arena, list->n, struct post_person);
    if (people == NULL)
        return;
    for (size_t i = 0; i < list->n; i++) {
        struct place at = { &list->items[i], "people." };
        if (at.map->kind != YAML_MAP) {
            FAULT(r, at.map, "Each entry of \"people\" must be like { as_written: \"Sam, 30\", kind: fictitious }.");
            continue;
        }
        REFUSE_UNKNOWN(r, at, STR_INIT("as_written"), STR_INIT("kind"), STR_INIT("consent"));
        people[i].as_written = take_line(r, at, STR("as_written"), POST_LINE_MAX, "the name as the post writes it");
        int kind = take_word(r, at, STR("kind"), &person_kind_words, true);
        people[i].kind = (enum person_kind)(kind < 0 ? 0 : kind);
        people[i].consent = take_line(r, at, STR("consent"), POST_LINE_MAX, NULL);
    }
    out->people = people;
    out->people_n = list->n;
}

static void take_promises(struct reader *r, struct place top, struct post_content *out)
{
    const struct yaml *list =
        take_list(r, top, STR("promises"),
                  "- { what: \"publish what we find\", owner: press-officer-1, due: 2026-04-01 }", false);
    if (list == NULL)
        return;
    struct post_promise *promises = ARENA_ARRAY(r->arena, list->n, struct post_promise);
    if (promises == NULL)
        return;
    for (size_t i = 0; i < list->n; i++) {
        struct place at = { &list->items[i], "promises." };
        if (at.map->kind != YAML_MAP) {
            FAULT(r, at.map, "Each entry of \"promises\" must be like { what: …, owner: …, due: 2026-04-01 }.");
            continue;
        }
        REFUSE_UNKNOWN(r, at, STR_INIT("what"), STR_INIT("owner"), STR_INIT("due"));
        promises[i].what = take_line(r, at, STR("what"), POST_LINE_MAX, "what is promised");
        promises[i].owner = take_line(r, at, STR("owner"), POST_WORD_MAX, "who is to keep it");
        promises[i].due = take_date(r, at, STR("due"), "the day by which it is kept");
    }
    out->promises = promises;
    out->promises_n = list->n;
}

static void take_about(struct reader *r, struct place top, struct str key, struct post_content *out)
{
    const struct yaml *list = value_of(top, STR("about"));
    out->about = take_lines(r, top, STR("about"), "[01-former-name]", &out->about_n);
    for (size_t i = 0; list != NULL && i < out->about_n; i++) {
        if (out->about[i].p != NULL && !post_key_good(out->about[i]))
            FAULT(r, &list->items[i],
                  "\"about\" names other posts by their file without \".md\"; \"%.*s\" cannot be one.",
                  STR_ARG(post_quote(r->arena, out->about[i])));
        else if (out->about[i].p != NULL && key.p != NULL && str_equal(out->about[i], key))
            FAULT(r, &list->items[i], "\"about\" names other posts, and \"%.*s\" is this one: leave it out.",
                  STR_ARG(key));
    }
}

static void take_case(struct reader *r, struct place top, struct post_content *out)
{
    struct place at = { NULL, "case." };
    if (!take_map(r, top, STR("case"), &at))
        return;
    REFUSE_UNKNOWN(r, at, STR_INIT("status"), STR_INIT("reference"), STR_INIT("naming_decision"), STR_INIT("decision"),
                   STR_INIT("reason"), STR_INIT("ends"));
    struct post_case *crime = &out->crime;
    int status = take_word(r, at, STR("status"), &case_status_words, false);
    crime->status_set = status >= 0;
    crime->status = (enum case_status)(status < 0 ? 0 : status);
    crime->reference = take_line(r, at, STR("reference"), POST_LINE_MAX, NULL);
    crime->naming_decision = take_line(r, at, STR("naming_decision"), POST_LINE_MAX, NULL);
    crime->decision = take_line(r, at, STR("decision"), POST_LINE_MAX, NULL);
    crime->reason = take_line(r, at, STR("reason"), POST_LINE_MAX, NULL);
    crime->ends = take_line(r, at, STR("ends"), POST_LINE_MAX, NULL);
    crime->set = crime->status_set || crime->reference.p != NULL || crime->naming_decision.p != NULL ||
                 crime->decision.p != NULL || crime->reason.p != NULL || crime->ends.p != NULL;
}

static void take_speaker(struct reader *r, struct place top, struct post_content *out)
{
    struct place at = { NULL, "speaker." };
    if (!take_map(r, top, STR("speaker"), &at))
        return;
    REFUSE_UNKNOWN(r, at, STR_INIT("name"), STR_INIT("office"), STR_INIT("confirmed"));
    out->speaker.set = true;
    out->speaker.name = take_line(r, at, STR("name"), POST_LINE_MAX, "who speaks");
    out->speaker.office = take_line(r, at, STR("office"), POST_LINE_MAX, "the office they hold");
    out->speaker.confirmed = take_date(r, at, STR("confirmed"), NULL);
}

/* ---- The picture ---- */

static struct str hash_of(struct arena *arena, struct str bytes)
{
    unsigned char hash[EDITION_HASH];
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    return edition_hex(arena, (struct str){ (const char *)hash, sizeof hash });
}

/* SHA-256 of the file beside the post, or in ../images. The bytes go with the arena made here. */
static enum status hash_picture(struct reader *r, const struct yaml *node, struct str name, struct post_picture *out)
{
    static const char *const folders[] = { "", "../images/" };
    for (size_t i = 0; i < r->source->pictures_n; i++)
        if (str_equal(r->source->pictures[i].name, name)) {
            out->bytes = r->source->pictures[i].bytes;
            out->sha256_hex = hash_of(r->arena, out->bytes);
            return out->sha256_hex.p == NULL ? STATUS_NO_MEMORY : STATUS_OK;
        }
    if (r->source->folder == NULL) {
        FAULT(r, node, "A picture cannot come this way; import the post from a folder that holds \"%.*s\".",
              STR_ARG(name));
        return STATUS_OK;
    }
    struct arena *room = arena_new(POST_PICTURE_MAX + 1024 * 1024);
    if (room == NULL)
        return STATUS_NO_MEMORY;
    enum status status = STATUS_NOT_FOUND;
    struct fault why = { 0 };
    for (size_t i = 0; i < 2 && status == STATUS_NOT_FOUND; i++) {
        struct str path = str_format(room, "%s/%s%.*s", r->source->folder, folders[i], STR_ARG(name));
        struct str bytes;
        if (path.p == NULL) {
            status = STATUS_NO_MEMORY;
            break;
        }
        status = file_read(room, path.p, POST_PICTURE_MAX, &bytes, &why);
        if (status != STATUS_OK)
            continue;
        out->sha256_hex = hash_of(r->arena, bytes);
        out->path = str_copy(r->arena, path);
    }
    if (status == STATUS_NOT_FOUND)
        FAULT(r, node, "There is no picture \"%.*s\" in the post's folder, nor in ../images; put it there.",
              STR_ARG(name));
    else if (status != STATUS_OK && status != STATUS_NO_MEMORY)
        FAULT(r, node, "The picture \"%.*s\" cannot be read: %s", STR_ARG(name), why.text);
    arena_free(room);
    return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

static void take_licence(struct reader *r, struct place image, struct post_picture *out)
{
    struct place at = { NULL, "image.licence." };
    if (!take_map(r, image, STR("licence"), &at))
        return;
    REFUSE_UNKNOWN(r, at, STR_INIT("id"), STR_INIT("licensor"), STR_INIT("expires"), STR_INIT("sensitive_use"));
    out->licensed = true;
    out->licence_id = take_line(r, at, STR("id"), POST_LINE_MAX, NULL);
    out->licensor = take_line(r, at, STR("licensor"), POST_LINE_MAX, NULL);
    out->licence_expires = take_date(r, at, STR("expires"), NULL);
    out->sensitive_use_set = take_bool(r, at, STR("sensitive_use"), &out->sensitive_use);
}

static enum status take_picture(struct reader *r, struct place top, struct post_picture *out)
{
    struct place at = { NULL, "image." };
    if (!take_map(r, top, STR("image"), &at))
        return STATUS_OK;
    REFUSE_UNKNOWN(r, at, STR_INIT("file"), STR_INIT("made"), STR_INIT("source"), STR_INIT("licence"),
                   STR_INIT("release"), STR_INIT("credit"), STR_INIT("alt"), STR_INIT("decorative"),
                   STR_INIT("persons"));
    out->set = true;
    int made = take_word(r, at, STR("made"), &picture_made_words, true);
    out->made = (enum picture_made)(made < 0 ? 0 : made);
    const struct yaml *persons = value_of(at, STR("persons"));
    out->nobody = take_word(r, at, STR("persons"), &picture_persons_words, false) == PERSONS_NONE;
    if (persons != NULL && out->nobody && (out->made == PICTURE_POSED || out->made == PICTURE_CUSTODY))
        FAULT(r, persons, "A %.*s picture shows somebody; leave \"image.persons\" out.",
              STR_ARG(picture_made_words.words[out->made]));
    out->source = take_line(r, at, STR("source"), POST_LINE_MAX, NULL);
    out->release = take_line(r, at, STR("release"), POST_LINE_MAX, NULL);
    out->credit = take_line(r, at, STR("credit"), POST_LINE_MAX, NULL);
    out->alt = take_line(r, at, STR("alt"), POST_ALT_MAX, NULL);
    const struct yaml *decorative = value_of(at, STR("decorative"));
    (void)take_bool(r, at, STR("decorative"), &out->decorative);
    if (decorative != NULL && out->decorative && out->alt.p != NULL)
        FAULT(r, decorative,
              "A picture has a text alternative (\"image.alt\") or is decorative, not both; leave one out.");
    take_licence(r, at, out);
    out->file = take_line(r, at, STR("file"), POST_KEY_MAX, "the name of the picture's file");
    if (out->file.p == NULL)
        return STATUS_OK;
    const struct yaml *node = value_of(at, STR("file"));
    if (out->file.p[0] == '.' || str_find_byte(out->file, '/') >= 0 || str_find_byte(out->file, '\\') >= 0) {
        FAULT(r, node, "\"image.file\" is the name of a file without folders, such as street-lamps.jpg.");
        return STATUS_OK;
    }
    return hash_picture(r, node, out->file, out);
}

/* ---- The whole file ---- */

static enum status take_head(struct reader *r, const struct yaml *map, struct import_file *out)
{
    struct place top = { map, "" };
    struct post_content *content = &out->content;
    REFUSE_UNKNOWN(r, top, STR_INIT("kind"), STR_INIT("title"), STR_INIT("date"), STR_INIT("campaign"),
                   STR_INIT("topics"), STR_INIT("channels"), STR_INIT("authors"), STR_INIT("image"), STR_INIT("people"),
                   STR_INIT("case"), STR_INIT("replies"), STR_INIT("speaker"), STR_INIT("promises"), STR_INIT("about"),
                   STR_INIT("scenario"), STR_INIT("claims"));
    int kind = take_word(r, top, STR("kind"), &post_kind_words, true);
    content->kind = (enum post_kind)(kind < 0 ? 0 : kind);
    content->language = STR("en");
    content->title = take_line(r, top, STR("title"), POST_TITLE_MAX, "the headline");
    content->dated = take_date(r, top, STR("date"), NULL);
    content->campaign = take_line(r, top, STR("campaign"), POST_LINE_MAX, NULL);
    content->topics = take_lines(r, top, STR("topics"), "[hate-crime, race]", &content->topics_n);
    take_channels(r, top, content);
    take_authors(r, top, out);
    take_people(r, top, content);
    take_case(r, top, content);
    take_speaker(r, top, content);
    take_promises(r, top, content);
    take_about(r, top, out->key, content);

    static const struct str reply_words[] = { STR_INIT("open"), STR_INIT("closed") };
    static const struct word_set replies_set = { reply_words, 2 };
    int replies = take_word(r, top, STR("replies"), &replies_set, false);
    content->replies_set = replies >= 0;
    content->replies_closed = replies == 1;
    int claims = take_word(r, top, STR("claims"), &post_claim_words, false);
    content->claims_set = claims >= 0;
    content->claims = (enum post_claim)(claims < 0 ? 0 : claims);
    const struct yaml *scenario = value_of(top, STR("scenario"));
    if (scenario != NULL)
        content->scenario = facts_read(r->arena, r->file, scenario, r->faults);
    return take_picture(r, top, &content->picture);
}

/* Where the first byte stands that may not be in a file; false where there is none. */
static bool bad_byte(struct str text, int64_t *line, int64_t *column)
{
    size_t at = 0;
    int64_t row = 1;
    size_t row_start = 0;
    for (; at < text.n; at++) {
        unsigned char c = (unsigned char)text.p[at];
        if (c == '\n') {
            row++;
            row_start = at + 1;
        }
        if ((c < 0x20 && c != '\n' && c != '\t' && !(c == '\r' && at + 1 < text.n && text.p[at + 1] == '\n')) ||
            c == 0x7F || (c == 0xC2 && at + 1 < text.n && (unsigned char)text.p[at + 1] < 0xA0))
            break;
        /* A whole character: the shortest run from here that is text. */
        size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        if (at + n > text.n || !str_is_text(str_slice(text, at, n)))
            break;
        at += n - 1;
    }
    *line = row;
    *column = (int64_t)str_code_points(str_slice(text, row_start, at - row_start)) + 1;
    return at < text.n;
}

/* Takes one line off the front, without its end. */
static struct str next_line(struct str *rest)
{
    struct str line = STR_NONE;
    (void)str_cut(rest, '\n', &line);
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    while (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
        line.n--;
    return line;
}

/* Cuts the file in two. False, with a fault, where it has no head. */
static bool split(struct reader *r, struct str text, struct str *head, struct str *body, int *body_line)
{
    struct str rest = text;
    struct str first = next_line(&rest);
    if (!str_equal(first, STR("---"))) {
        post_faults_add(r->faults, r->file, 1, 1,
                        "A post begins with a line of three hyphens (---), then kind, title and the rest of its head.");
        return false;
    }
    const char *start = rest.p;
    int line = 1;
    while (rest.p != NULL) {
        const char *here = rest.p;
        line++;
        if (!str_equal(next_line(&rest), STR("---")))
            continue;
        *head = (struct str){ start, (size_t)(here - start) };
        *body = rest.p == NULL ? STR("") : rest;
        *body_line = line + 1;
        return true;
    }
    post_faults_add(r->faults, r->file, 1, 1, "The head has no end: close it with a line of three hyphens (---).");
    return false;
}

/* Renders the text as the site will, and looks at what comes out. What is rendered here is given back on return. */
static enum status look_at_page(struct reader *r, struct str body, int first_line)
{
    struct arena *room = arena_new(2 * (size_t)MARKDOWN_MAX_HTML + ARENA_SPARE);
    if (room == NULL)
        return STATUS_NO_MEMORY;
    struct html html;
    struct str words = STR_NONE;
    struct markdown_fault wrong = { 0 };
    uint32_t character = 0;
    enum status status = markdown_html(room, body, &html, &wrong);
    if (status == STATUS_OK)
        status = markdown_words(room, body, &words, &wrong);
    if (status == STATUS_OK && !str_is_visible(words))
        post_faults_add(r->faults, r->file, first_line, 1,
                        "The post has no text that can be seen: write it under the second ---.");
    else if (status == STATUS_OK && str_find_turning(html.s, &character) >= 0)
        post_faults_add(r->faults, r->file, first_line, 1,
                        "A character reference (such as &#x%04X;) in the text stands for U+%04X, which nobody sees and "
                        "which turns the direction of the text: take it out.",
                        (unsigned)character, (unsigned)character);
    else if (status != STATUS_OK && status != STATUS_NO_MEMORY)
        post_faults_add(r->faults, r->file, first_line + (wrong.line > 0 ? wrong.line - 1 : 0), 1, "%s",
                        wrong.fault.text);
    arena_free(room);
    return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

static enum status take_body(struct reader *r, struct str body, int first_line, struct post_content *out)
{
    if (str_trim(body).n == 0) {
        post_faults_add(r->faults, r->file, first_line, 1, "The post has no text: write it under the second ---.");
        return STATUS_OK;
    }
    if (body.n > POST_BODY_MAX) {
        post_faults_add(r->faults, r->file, first_line, 1, "The text has %zu bytes; at most %d fit. Shorten it.",
                        body.n, POST_BODY_MAX);
        return STATUS_OK;
    }
    uint32_t character = 0;
    ptrdiff_t turning = str_find_turning(body, &character);
    if (turning >= 0) {
        struct str before = str_slice(body, 0, (size_t)turning);
        struct str line = STR_NONE;
        int64_t row = first_line - 1;
        while (str_cut(&before, '\n', &line))
            row++;
        post_faults_add(r->faults, r->file, row, (int64_t)str_code_points(line) + 1,
                        "Here stands U+%04X, which nobody sees and which turns the direction of the text: take it out.",
                        (unsigned)character);
        return STATUS_OK;
    }
    out->body = body;
    return look_at_page(r, body, first_line);
}

/* The last part of a path, without ".md". */
static bool take_key(struct reader *r, struct str name, struct str *key)
{
    struct str last = name;
    for (size_t i = name.n; i > 0; i--)
        if (name.p[i - 1] == '/') {
            last = str_slice(name, i, name.n);
            break;
        }
    if (str_ends(last, STR(".md")))
        *key = str_slice(last, 0, last.n - 3);
    if (key->p != NULL && post_key_good(*key))
        return true;
    post_faults_add(r->faults, r->file, 1, 1,
                    "A post's file is named like 07-charge.md: letters without accents, digits, - _ and ., at most %d, "
                    "then .md. Rename it.",
                    POST_KEY_MAX);
    return false;
}

/* Documents grow in a room of their own: what they leave behind there is several times what is kept. */
static enum status make_edition(struct arena *arena, struct import_file *out)
{
    struct arena *room = arena_new(DOCUMENT_ROOM);
    if (room == NULL)
        return STATUS_NO_MEMORY;
    enum status status = edition_document(room, &out->content, &out->document);
    if (status == STATUS_OK)
        status = edition_beside(room, &out->content, &out->beside);
    if (arena_failed(room))
        status = STATUS_NO_MEMORY; /* whatever it came to after that */
    if (status == STATUS_OK) {
        out->document = str_copy(arena, out->document);
        out->beside = str_copy(arena, out->beside);
    }
    arena_free(room);
    char *bytes = arena_alloc(arena, EDITION_HASH + EDITION_SALT, 1);
    if (status != STATUS_OK)
        return status;
    if (out->document.p == NULL || out->beside.p == NULL || bytes == NULL)
        return STATUS_NO_MEMORY;
    unsigned char hash[EDITION_HASH];
    edition_hash(out->document, hash);
    memcpy(bytes, hash, sizeof hash);
    entropy_fill(bytes + EDITION_HASH, EDITION_SALT);
    out->hash = (struct str){ bytes, EDITION_HASH };
    out->salt = (struct str){ bytes + EDITION_HASH, EDITION_SALT };
    return STATUS_OK;
}

static enum status read_all(struct arena *arena, const struct post_source *source, struct post_faults *faults,
                            struct import_file *out)
{
    struct reader r = { .arena = arena, .file = source->name, .source = source, .faults = faults };
    size_t before = faults->n;
    *out = (struct import_file){ .name = source->name, .base = source->base };
    (void)take_key(&r, source->name, &out->key);

    struct str text = source->text;
    if (text.n > POST_FILE_MAX) {
        post_faults_add(faults, r.file, 1, 1, "The file has %zu bytes; at most %d fit. Shorten it.", text.n,
                        POST_FILE_MAX);
        return STATUS_INVALID;
    }
    if (str_starts(text, STR("\xEF\xBB\xBF"))) /* some editors put a byte order mark in front */
        text = str_slice(text, 3, text.n);
    int64_t line = 0;
    int64_t column = 0;
    if (bad_byte(text, &line, &column)) {
        post_faults_add(faults, r.file, line, column,
                        "There is a byte here that is no text in UTF-8, or a control character; save the file as UTF-8 "
                        "and take it out.");
        return STATUS_INVALID;
    }
    struct str head;
    struct str body;
    int body_line = 0;
    if (!split(&r, text, &head, &body, &body_line))
        return STATUS_INVALID;
    const struct yaml *map = NULL;
    struct yaml_fault wrong = { 0 };
    enum status status = yaml_read(arena, head, 2, &map, &wrong);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK)
        post_faults_add(faults, r.file, wrong.line, wrong.column, "%s", wrong.fault.text);
    else if (map->kind != YAML_MAP)
        post_faults_add(faults, r.file, 2, 1,
                        "The head must hold lines such as \"title: …\"; write kind, title, "
                        "channels and authors.");
    else
        status = take_head(&r, map, out);
    if (status == STATUS_OK || status == STATUS_INVALID) {
        enum status body_status = take_body(&r, body, body_line, &out->content);
        status = body_status == STATUS_OK ? status : body_status;
    }
    if (status == STATUS_NO_MEMORY || arena_failed(arena))
        return STATUS_NO_MEMORY;
    if (status != STATUS_OK || faults->n != before || faults->more)
        return STATUS_INVALID;
    return make_edition(arena, out);
}

/* In the order of the file, as a person mends them. */
static void sort_faults(struct post_fault *list, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct post_fault one = list[i];
        size_t j = i;
        for (; j > 0 &&
               (list[j - 1].line > one.line || (list[j - 1].line == one.line && list[j - 1].column > one.column));
             j--)
            list[j] = list[j - 1];
        list[j] = one;
    }
}

enum status post_file_read(struct arena *arena, const struct post_source *source, struct post_faults *faults,
                           struct import_file *out)
{
    size_t before = faults->n;
    enum status status = read_all(arena, source, faults, out);
    sort_faults(faults->list + before, faults->n - before);
    return status;
}
