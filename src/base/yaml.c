/*
 * The small YAML, taken from libfyaml's events: anchors, aliases and tags are
 * seen where they stand and refused before anything is resolved or built.
 *
 * Promises: bounds are counted event by event, so a text of many brackets ends
 * at its ninth; the tree is ours, in the arena, and holds no pointer into
 * libfyaml. Every text is valid UTF-8 without NUL, also after escapes.
 */
#include "base/yaml.h"

#include <libfyaml.h>
#include <string.h>

#include "base/arena.h"
#include "base/banned.h"

struct reader {
    struct arena *arena;
    struct fy_parser *parser;
    struct fy_diag *diag;
    struct yaml_fault *fault;
    int first_line;
    int nodes;
    struct fy_event *event; /* the one in hand; owned */
};

/* A child while its parent is still open and the number of children unknown. */
struct link {
    struct link *next;
    struct yaml key, value;
};

/* ---- Faults ---- */

static enum status wrong(struct reader *r, enum status status, int line, int column, const char *words)
{
    r->fault->line = line;
    r->fault->column = column;
    return fault_set(&r->fault->fault, status, "%s", words);
}

static enum status wrong_at(struct reader *r, enum status status, const struct yaml *node, const char *words)
{
    return wrong(r, status, node->line, node->column, words);
}

static enum status no_memory(struct reader *r)
{
    r->fault->line = r->fault->column = 0;
    return fault_no_memory(&r->fault->fault);
}

/* Where libfyaml stopped, with its words. Marks count from 0. */
static enum status wrong_syntax(struct reader *r)
{
    void *at = NULL;
    struct fy_diag_error *error = fy_diag_errors_iterate(r->diag, &at);
    if (!error)
        return wrong(r, STATUS_INVALID, r->first_line, 1,
                     "This is not YAML that can be read; look at the indentation and at quotes.");
    r->fault->line = r->first_line + (error->line > 0 ? error->line - 1 : 0);
    r->fault->column = error->column > 0 ? error->column : 1;
    /* The library's words may run over several lines, and may end in anything that the file holds. */
    char words[200];
    size_t n = 0;
    for (const char *p = error->msg ? error->msg : ""; *p && n + 1 < sizeof words; p++)
        if (*p >= 0x20 && *p < 0x7F)
            words[n++] = *p;
    words[n] = '\0';
    return fault_set(&r->fault->fault, STATUS_INVALID, "This is not YAML (%s); look at the indentation and at quotes.",
                     words);
}

/* ---- Events ---- */

static bool next_event(struct reader *r)
{
    fy_parser_event_free(r->parser, r->event);
    r->event = fy_parser_parse(r->parser);
    return r->event != NULL;
}

/*
 * Line and column of a token; line 0 where it has none (an empty value). The
 * marks of quoted texts, anchors and aliases stand behind their first character.
 */
static void place_of(const struct reader *r, struct fy_token *token, bool behind_first, struct yaml *node)
{
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
    node->line = mark ? r->first_line + mark->line : 0;
    node->column = mark ? mark->column + 1 - (behind_first && mark->column > 0) : 0;
}

static bool stands_in_quotes(struct fy_token *token)
{
    enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;
    return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
}

/* The three tokens that an event of a node has; NULL where it has none. */
static void tokens_of(struct fy_event *event, struct fy_token **anchor, struct fy_token **tag, struct fy_token **self)
{
    *anchor = *tag = *self = NULL;
    if (event->type == FYET_SCALAR) {
        *anchor = event->scalar.anchor;
        *tag = event->scalar.tag;
        *self = event->scalar.value;
    } else if (event->type == FYET_SEQUENCE_START) {
        *anchor = event->sequence_start.anchor;
        *tag = event->sequence_start.tag;
        *self = event->sequence_start.sequence_start;
    } else if (event->type == FYET_MAPPING_START) {
        *anchor = event->mapping_start.anchor;
        *tag = event->mapping_start.tag;
        *self = event->mapping_start.mapping_start;
    } else if (event->type == FYET_ALIAS) {
        *self = event->alias.anchor;
    }
}

static bool is_null_word(struct str s)
{
    return s.n == 0 || str_equal(s, STR("~")) || str_equal(s, STR("null")) || str_equal(s, STR("Null")) ||
           str_equal(s, STR("NULL"));
}

static enum status take_scalar(struct reader *r, struct yaml *node)
{
    struct fy_token *value = r->event->scalar.value;
    size_t n = 0;
    const char *p = value ? fy_token_get_text(value, &n) : "";
    if (!p)
        return no_memory(r);
    node->quoted = value && fy_token_scalar_style(value) != FYSS_PLAIN;
    node->text = str_copy(r->arena, (struct str){ p, n });
    if (!node->text.p)
        return no_memory(r);
    if (!str_is_text(node->text))
        return wrong_at(r, STATUS_INVALID, node, "This text holds a NUL or half a character; take the escape out.");
    node->kind = !node->quoted && is_null_word(node->text) ? YAML_NULL : YAML_SCALAR;
    return STATUS_OK;
}

static enum status take(struct reader *r, struct yaml *node, int depth);

/* Moves the chain into arrays. */
static enum status close_children(struct reader *r, struct yaml *node, const struct link *first)
{
    node->items = ARENA_ARRAY(r->arena, node->n, struct yaml);
    node->keys = node->kind == YAML_MAP ? ARENA_ARRAY(r->arena, node->n, struct yaml) : NULL;
    if (!node->items || (node->kind == YAML_MAP && !node->keys))
        return no_memory(r);
    size_t i = 0;
    for (const struct link *l = first; l; l = l->next, i++) {
        node->items[i] = l->value;
        if (node->keys)
            node->keys[i] = l->key;
    }
    return STATUS_OK;
}

static enum status check_key(struct reader *r, const struct link *first, const struct yaml *key)
{
    if (key->kind == YAML_LIST || key->kind == YAML_MAP)
        return wrong_at(r, STATUS_INVALID, key, "A name before the colon must be one word, not a list or a map.");
    if (key->kind == YAML_NULL)
        return wrong_at(r, STATUS_INVALID, key, "There is no name before the colon; write one.");
    if (!key->quoted && str_equal(key->text, STR("<<")))
        return wrong_at(r, STATUS_INVALID, key, "Merge keys (<<) are not taken; write the lines out.");
    for (const struct link *l = first; l; l = l->next)
        if (str_equal(l->key.text, key->text))
            return wrong_at(r, STATUS_INVALID, key, "This name stands twice; keep one of them.");
    return STATUS_OK;
}

static enum status take_children(struct reader *r, struct yaml *node, int depth, enum fy_event_type end)
{
    struct link *first = NULL;
    struct link **last = &first;
    for (;;) {
        if (!next_event(r))
            return wrong_syntax(r);
        if (r->event->type == end)
            return close_children(r, node, first);
        struct link *l = ARENA_NEW(r->arena, struct link);
        if (!l)
            return no_memory(r);
        enum status status = STATUS_OK;
        if (node->kind == YAML_MAP) {
            status = take(r, &l->key, depth);
            if (l->key.line == 0) {
                l->key.line = node->line;
                l->key.column = node->column;
            }
            if (status == STATUS_OK)
                status = check_key(r, first, &l->key);
            if (status == STATUS_OK && !next_event(r))
                status = wrong_syntax(r);
        }
        if (status == STATUS_OK)
            status = take(r, &l->value, depth);
        if (status != STATUS_OK)
            return status;
        if (l->value.line == 0) { /* an empty value stands nowhere: its name, or its list, does */
            l->value.line = node->kind == YAML_MAP ? l->key.line : node->line;
            l->value.column = node->kind == YAML_MAP ? l->key.column : node->column;
        }
        *last = l;
        last = &l->next;
        node->n++;
    }
}

/* The node whose first event is in hand; afterwards its last one is. */
static enum status take(struct reader *r, struct yaml *node, int depth)
{
    struct fy_token *anchor, *tag, *self;
    enum fy_event_type type = r->event->type;
    tokens_of(r->event, &anchor, &tag, &self);
    place_of(r,
             anchor ? anchor
             : tag  ? tag
                    : self,
             anchor || type == FYET_ALIAS || (!tag && stands_in_quotes(self)), node);
    if (type == FYET_ALIAS)
        return wrong_at(r, STATUS_INVALID, node, "Aliases (*name) are not taken; write the value out.");
    if (anchor)
        return wrong_at(r, STATUS_INVALID, node,
                        "Anchors (&name) are not taken; write the value out where it is used.");
    if (tag)
        return wrong_at(r, STATUS_INVALID, node, "Tags (!name) are not taken; put the text in quotes if it begins so.");
    if (++r->nodes > YAML_MAX_NODES)
        return wrong_at(r, STATUS_LIMIT, node, "There are more than 4,096 values; make the file shorter.");
    if (type == FYET_SCALAR)
        return take_scalar(r, node);
    if (type != FYET_MAPPING_START && type != FYET_SEQUENCE_START)
        return wrong_syntax(r);
    if (depth >= YAML_MAX_DEPTH)
        return wrong_at(r, STATUS_LIMIT, node, "Lists and maps are nested deeper than 8; make it flatter.");
    node->kind = type == FYET_MAPPING_START ? YAML_MAP : YAML_LIST;
    return take_children(r, node, depth + 1, type == FYET_MAPPING_START ? FYET_MAPPING_END : FYET_SEQUENCE_END);
}

/* ---- The document ---- */

static enum status take_document(struct reader *r, struct yaml *root)
{
    struct fy_document_state *state = r->event->document_start.document_state;
    if (state && (fy_document_state_version_explicit(state) || fy_document_state_tags_explicit(state)))
        return wrong(r, STATUS_INVALID, r->first_line, 1, "Directives (lines with %) are not taken; take them out.");
    if (!next_event(r))
        return wrong_syntax(r);
    enum status status = take(r, root, 0);
    if (status != STATUS_OK)
        return status;
    if (root->line == 0) {
        root->line = r->first_line;
        root->column = 1;
    }
    if (!next_event(r) || r->event->type != FYET_DOCUMENT_END)
        return wrong_syntax(r);
    return STATUS_OK;
}

static enum status take_stream(struct reader *r, struct yaml *root)
{
    bool seen = false;
    *root = (struct yaml){ .kind = YAML_NULL, .line = r->first_line, .column = 1, .text = STR("") };
    while (next_event(r)) {
        enum status status = STATUS_OK;
        if (r->event->type == FYET_STREAM_END)
            return fy_parser_get_stream_error(r->parser) ? wrong_syntax(r) : STATUS_OK;
        if (r->event->type != FYET_DOCUMENT_START)
            continue;
        if (seen) {
            struct yaml place;
            place_of(r, r->event->document_start.document_start, false, &place);
            return wrong_at(r, STATUS_INVALID, &place, "A second document begins here; one file holds one document.");
        }
        seen = true;
        status = take_document(r, root);
        if (status != STATUS_OK)
            return status;
    }
    return wrong_syntax(r);
}

/* Control characters and broken UTF-8, before libfyaml sees them. */
static enum status check_bytes(struct reader *r, struct str text)
{
    int line = r->first_line, column = 1;
    for (size_t at = 0; at < text.n;) {
        unsigned char c = (unsigned char)text.p[at];
        size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
        struct str one = str_slice(text, at, n);
        bool control = (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F;
        if (one.n != n || !str_is_text(one) || control)
            return wrong(r, STATUS_INVALID, line, column,
                         control ? "A control character; take it out."
                                 : "A byte that is not UTF-8; save the file as UTF-8.");
        column = c == '\n' ? 1 : column + 1;
        line += c == '\n';
        at += n;
    }
    return STATUS_OK;
}

enum status yaml_read(struct arena *arena, struct str text, int first_line, const struct yaml **out,
                      struct yaml_fault *fault)
{
    struct yaml_fault unwanted;
    struct reader r = { .arena = arena, .fault = fault ? fault : &unwanted, .first_line = first_line };
    *out = NULL;
    if (text.n > YAML_MAX_BYTES)
        return wrong(&r, STATUS_LIMIT, first_line, 1, "This is longer than 65,536 bytes, the most that is read.");
    enum status status = check_bytes(&r, text);
    if (status != STATUS_OK)
        return status;
    struct yaml *root = ARENA_NEW(arena, struct yaml);
    if (!root)
        return no_memory(&r);
    struct fy_diag_cfg diag_settings;
    fy_diag_cfg_default(&diag_settings);
    diag_settings.fp = NULL;
    diag_settings.colorize = false;
    r.diag = fy_diag_create(&diag_settings);
    if (!r.diag)
        return no_memory(&r);
    fy_diag_set_collect_errors(r.diag, true);
    struct fy_parse_cfg settings = { .flags = FYPCF_QUIET | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2,
                                     .diag = r.diag };
    r.parser = fy_parser_create(&settings);
    if (!r.parser)
        status = no_memory(&r);
    else if (fy_parser_set_string(r.parser, text.p ? text.p : "", text.n) != 0)
        status = wrong_syntax(&r);
    else
        status = take_stream(&r, root);
    if (r.parser) {
        fy_parser_event_free(r.parser, r.event);
        fy_parser_destroy(r.parser);
    }
    fy_diag_destroy(r.diag);
    if (status == STATUS_OK)
        *out = root;
    return status;
}

/* ---- Looking at the tree ---- */

static ptrdiff_t position_of(const struct yaml *map, struct str key)
{
    if (!map || map->kind != YAML_MAP)
        return -1;
    for (size_t i = 0; i < map->n; i++)
        if (str_equal(map->keys[i].text, key))
            return (ptrdiff_t)i;
    return -1;
}

const struct yaml *yaml_get(const struct yaml *map, struct str key)
{
    ptrdiff_t at = position_of(map, key);
    return at < 0 ? NULL : &map->items[at];
}

const struct yaml *yaml_key(const struct yaml *map, struct str key)
{
    ptrdiff_t at = position_of(map, key);
    return at < 0 ? NULL : &map->keys[at];
}

static bool is_plain(const struct yaml *node)
{
    return node && node->kind == YAML_SCALAR && !node->quoted;
}

bool yaml_bool(const struct yaml *node, bool *out)
{
    if (!is_plain(node))
        return false;
    bool yes =
        str_equal(node->text, STR("true")) || str_equal(node->text, STR("True")) || str_equal(node->text, STR("TRUE"));
    bool no = str_equal(node->text, STR("false")) || str_equal(node->text, STR("False")) ||
              str_equal(node->text, STR("FALSE"));
    if (yes || no)
        *out = yes;
    return yes || no;
}

bool yaml_i64(const struct yaml *node, int64_t *out)
{
    if (!is_plain(node))
        return false;
    struct str digits = node->text;
    if (digits.n > 1 && digits.p[0] == '+' && digits.p[1] != '-')
        digits = str_slice(digits, 1, digits.n);
    return str_to_i64(digits, out);
}
