/*
 * Settings: the file's tree is walked beside the rows, and every fault is
 * noted with its place and the cure.
 *
 * Promises: with one fault nothing is taken. A secret's value stands in no
 * fault. Values that go into pages and headers later are checked here as far
 * as their type says: text is one line, a URL has no user, no fragment and no
 * character that would need escaping.
 */
#include "base/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/yaml.h"
#include "base/banned.h"

enum { SETTINGS_MAX_LIST = 64, SETTINGS_MAX_URL = 2000, SETTINGS_NAME_MAX = 128 };

struct settings {
    const struct setting_table *tables; /* a copy that ends where rows is NULL */
    struct setting_value **values;      /* for each table one array, for each row one value */
};

struct reading {
    struct arena *arena;
    struct settings *settings;
    struct setting_fault *faults;
    size_t faults_n;
};

/* A row together with where its value goes. */
struct target {
    const struct setting *row;
    struct setting_value *value;
};

/* ---- Faults ---- */

__attribute__((format(printf, 3, 4))) static void wrong(struct reading *r, const struct yaml *node, const char *format,
                                                        ...)
{
    if (r->faults_n == SETTINGS_MAX_FAULTS)
        return;
    struct setting_fault *f = &r->faults[r->faults_n++];
    char words[FAULT_TEXT_SIZE];
    va_list ap;
    va_start(ap, format);
    vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    struct fault fault;
    fault_set(&fault, STATUS_INVALID, "%s", words); /* cuts at a whole character */
    memcpy(f->text, fault.text, sizeof f->text);
    f->line = node->line;
    f->column = node->column;
}

/* What a value may be, for a message: "a whole number from 1 to 65535 (seconds)". */
static void describe_type(const struct setting *row, char *out, size_t n)
{
    long long min = (long long)row->min, max = (long long)row->max;
    const char *unit = row->unit ? row->unit : "";
    switch (row->type) {
    case SETTING_BOOL: snprintf(out, n, "true or false"); break;
    case SETTING_INT: snprintf(out, n, "a whole number from %lld to %lld%s%s", min, max, *unit ? " " : "", unit); break;
    case SETTING_TEXT: snprintf(out, n, "one line of %lld to %lld characters", min, max); break;
    case SETTING_CHOICE: snprintf(out, n, "one of: %s", row->choices); break;
    case SETTING_URL: snprintf(out, n, "an address such as https://www.example.org"); break;
    case SETTING_COLOUR: snprintf(out, n, "a colour in quotes, such as \"#1d70b8\""); break;
    case SETTING_CONTACT:
        snprintf(out, n,
                 "an address such as mailto:security@example.org, https://www.example.org/ or tel:+44-20-7946-0000");
        break;
    case SETTING_LIST: snprintf(out, n, "a list of at most 64 texts of %lld to %lld characters", min, max); break;
    }
}

/* "site.port must be …, not "80x"." The value is shown only where it is short, printable and no secret. */
static bool wrong_value(struct reading *r, const struct setting *row, const struct yaml *node)
{
    char type[256];
    describe_type(row, type, sizeof type);
    bool shown = !row->secret && node->kind == YAML_SCALAR && node->text.n > 0 && node->text.n <= 40;
    for (size_t i = 0; shown && i < node->text.n; i++)
        shown = (unsigned char)node->text.p[i] >= 0x20;
    if (shown)
        wrong(r, node, "%s is \"%.*s\"; write %s.", row->name, STR_ARG(node->text), type);
    else
        wrong(r, node, "%s is not as it must be; write %s.", row->name, type);
    return false;
}

/* ---- Values ---- */

static bool is_line(struct str s)
{
    return s.n == 0 || str_is_line(s);
}

static bool has_length(const struct setting *row, struct str s)
{
    int64_t n = (int64_t)str_code_points(s);
    return n >= row->min && n <= row->max;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_colour(struct str s)
{
    if (s.n != 7 || s.p[0] != '#')
        return false;
    for (size_t i = 1; i < 7; i++)
        if (!is_hex(s.p[i]))
            return false;
    return true;
}

static bool is_choice(const struct setting *row, struct str s)
{
    struct str rest = str_of(row->choices), word;
    while (str_cut(&rest, ' ', &word))
        if (word.n && str_equal(word, s))
            return true;
    return false;
}

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* "name", "name:port", "[::1]:port" (RFC 3986 3.2, without a user). */
static bool is_authority(struct str s)
{
    size_t host = 0;
    if (s.n && s.p[0] == '[') {
        host = 1;
        while (host < s.n && (is_hex(s.p[host]) || s.p[host] == ':' || s.p[host] == '.'))
            host++;
        if (host < 3 || host == s.n || s.p[host++] != ']')
            return false;
    } else {
        while (host < s.n && is_host_char(s.p[host]))
            host++;
        if (host == 0 || s.p[0] == '.' || s.p[0] == '-')
            return false;
    }
    if (host == s.n)
        return true;
    int64_t port;
    struct str digits = str_slice(s, host + 1, s.n);
    return s.p[host] == ':' && digits.n <= 5 && str_to_i64(digits, &port) && port >= 1 && port <= 65535;
}

static bool is_url(struct str s)
{
    struct str rest = str_starts(s, STR("https://"))  ? str_slice(s, 8, s.n)
                      : str_starts(s, STR("http://")) ? str_slice(s, 7, s.n)
                                                      : STR_NONE;
    if (!rest.p || s.n > SETTINGS_MAX_URL)
        return false;
    for (size_t i = 0; i < rest.n; i++)
        if (rest.p[i] <= 0x20 || rest.p[i] == 0x7F || strchr("\"<>\\^`{|}#", rest.p[i]))
            return false;
    size_t end = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
        end++;
    return is_authority(str_slice(rest, 0, end));
}

static bool only_of(struct str s, const char *marks)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == 0 || strchr(marks, c) == NULL))
            return false;
    }
    return s.n > 0;
}

/* An address at which people are reached (RFC 6068, RFC 3966, https), without the parts that hardly anybody needs. */
static bool is_contact(struct str s)
{
    struct str rest = s;
    struct str user;
    if (s.n > SETTINGS_MAX_URL)
        return false;
    if (str_starts(s, STR("https://")))
        return is_url(s);
    if (str_starts(s, STR("tel:")))
        return str_starts(s, STR("tel:+")) && only_of(str_slice(s, 5, s.n), "-.()") && s.n <= 40;
    if (!str_starts(s, STR("mailto:")))
        return false;
    rest = str_slice(s, 7, s.n);
    return str_cut(&rest, '@', &user) && only_of(user, ".!#$*+-/=_~") && rest.p != NULL && only_of(rest, ".-") &&
           is_authority(rest);
}

static bool take_list(struct reading *r, const struct setting *row, const struct yaml *node,
                      struct setting_value *value)
{
    if (node->kind != YAML_LIST || node->n > SETTINGS_MAX_LIST)
        return wrong_value(r, row, node);
    struct str *list = ARENA_ARRAY(r->arena, node->n, struct str);
    bool good = list != NULL;
    for (size_t i = 0; list && i < node->n; i++) {
        const struct yaml *item = &node->items[i];
        if (item->kind != YAML_SCALAR || !is_line(item->text) || !has_length(row, item->text))
            good = wrong_value(r, row, item);
        else
            list[i] = item->text;
    }
    value->list = list;
    value->list_n = node->n;
    return good;
}

/* False after a fault, or where memory is gone (the arena remembers). */
static bool take_value(struct reading *r, const struct setting *row, const struct yaml *node,
                       struct setting_value *value)
{
    if (row->type == SETTING_LIST)
        return take_list(r, row, node, value);
    if (node->kind != YAML_SCALAR)
        return wrong_value(r, row, node);
    value->text = node->text;
    bool good = false;
    switch (row->type) {
    case SETTING_BOOL: good = yaml_bool(node, &value->boolean); break;
    case SETTING_INT:
        good = yaml_i64(node, &value->number) && value->number >= row->min && value->number <= row->max;
        break;
    case SETTING_TEXT: good = is_line(node->text) && has_length(row, node->text); break;
    case SETTING_CHOICE: good = is_choice(row, node->text); break;
    case SETTING_URL: good = is_url(node->text) || (node->text.n == 0 && !*row->preset); break;
    case SETTING_COLOUR: good = is_colour(node->text); break;
    case SETTING_CONTACT: good = is_contact(node->text) || (node->text.n == 0 && !*row->preset); break;
    case SETTING_LIST: break;
    }
    return good || wrong_value(r, row, node);
}

/* The defaults are ours: one that does not fit its own row is a mistake in the code. */
static void take_preset(struct reading *r, const struct setting *row, struct setting_value *value)
{
    struct str preset = str_of(row->preset);
    struct yaml node = { .kind = YAML_SCALAR, .text = preset };
    if (!preset.p)
        bug("the setting %s has no default", row->name);
    if (row->type == SETTING_LIST || preset.n == 0) {
        value->text = STR("");
        if (row->type != SETTING_LIST && row->type != SETTING_TEXT && row->type != SETTING_URL &&
            row->type != SETTING_CONTACT)
            bug("the setting %s has an empty default", row->name);
        return;
    }
    size_t before = r->faults_n;
    if (!take_value(r, row, &node, value))
        bug("the default of the setting %s does not fit it", row->name);
    r->faults_n = before;
}

/* ---- Names ---- */

static struct target find_row(struct reading *r, struct str name)
{
    for (size_t t = 0; r->settings->tables[t].rows; t++)
        for (size_t i = 0; i < r->settings->tables[t].n; i++)
            if (str_equal(str_of(r->settings->tables[t].rows[i].name), name))
                return (struct target){ &r->settings->tables[t].rows[i], &r->settings->values[t][i] };
    return (struct target){ NULL, NULL };
}

/* Whether rows lie under this name: "site" where there is a "site.name". */
static bool is_group(const struct reading *r, struct str name)
{
    for (size_t t = 0; r->settings->tables[t].rows; t++)
        for (size_t i = 0; i < r->settings->tables[t].n; i++) {
            struct str row = str_of(r->settings->tables[t].rows[i].name);
            if (str_starts(row, name) && row.n > name.n && row.p[name.n] == '.')
                return true;
        }
    return false;
}

/* How many letters must be put in, taken out or changed to make a of b. */
static size_t distance(struct str a, struct str b)
{
    size_t row[SETTINGS_NAME_MAX + 1];
    a = str_slice(a, 0, SETTINGS_NAME_MAX);
    b = str_slice(b, 0, SETTINGS_NAME_MAX);
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t change = diagonal + (a.p[i - 1] != b.p[j - 1]);
            size_t other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < other ? change : other;
        }
    }
    return row[b.n];
}

static struct str last_part(struct str name)
{
    size_t i = name.n;
    while (i && name.p[i - 1] != '.')
        i--;
    return str_slice(name, i, name.n);
}

/* The known name that was most likely meant, or NULL. */
static const char *nearest(const struct reading *r, struct str name)
{
    const char *best = NULL;
    size_t best_distance = 3 > name.n / 3 ? 3 : name.n / 3;
    for (size_t t = 0; r->settings->tables[t].rows; t++)
        for (size_t i = 0; i < r->settings->tables[t].n; i++) {
            const char *known = r->settings->tables[t].rows[i].name;
            size_t d = distance(name, str_of(known));
            /* The right word in the wrong group is a near miss too. */
            if (d > 2 && str_equal(last_part(name), last_part(str_of(known))))
                d = 2;
            if (d < best_distance) {
                best = known;
                best_distance = d;
            }
        }
    return best;
}

/* A name from the file as it may stand in a message. */
static struct str shown(struct str name)
{
    return is_line(name) && name.n <= SETTINGS_NAME_MAX ? name : STR("(a name that is too long or not printable)");
}

static void unknown_name(struct reading *r, const struct yaml *key, struct str name)
{
    struct str words = shown(name);
    const char *near = nearest(r, name);
    if (find_row(r, name).row)
        wrong(r, key,
              "Settings nest: for \"%.*s\" write the part before each dot on a line of its own, ending in a "
              "colon, and the rest indented below it.",
              STR_ARG(words));
    else if (near)
        wrong(r, key, "There is no setting \"%.*s\"; did you mean \"%s\"?", STR_ARG(words), near);
    else
        wrong(r, key, "There is no setting \"%.*s\"; take it out.", STR_ARG(words));
}

/* ---- The walk ---- */

static void walk(struct reading *r, struct str above, const struct yaml *map)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml *key = &map->keys[i], *node = &map->items[i];
        bool dotted = str_find_byte(key->text, '.') >= 0;
        struct str name = above.n ? str_format(r->arena, "%.*s.%.*s", STR_ARG(above), STR_ARG(key->text)) : key->text;
        if (!name.p)
            return; /* memory is gone; the arena remembers */
        struct target target = find_row(r, name);
        if (target.row && !dotted)
            target.value->given = take_value(r, target.row, node, target.value);
        else if (dotted || !is_group(r, name))
            unknown_name(r, key, name);
        else if (node->kind == YAML_MAP)
            walk(r, name, node);
        else if (node->kind != YAML_NULL)
            wrong(r, node,
                  "\"%.*s\" is a group; write its settings indented on the lines below it, one \"name: value\" "
                  "each.",
                  STR_ARG(shown(name)));
    }
}

static bool make_room(struct reading *r, const struct setting_table *tables)
{
    size_t n = 0;
    while (tables[n].rows)
        n++;
    struct setting_table *copy = ARENA_ARRAY(r->arena, n + 1, struct setting_table);
    r->settings = ARENA_NEW(r->arena, struct settings);
    if (!copy || !r->settings)
        return false;
    if (n)
        memcpy(copy, tables, n * sizeof *copy);
    r->settings->tables = copy;
    r->settings->values = ARENA_ARRAY(r->arena, n, struct setting_value *);
    for (size_t t = 0; r->settings->values && t < n; t++) {
        r->settings->values[t] = ARENA_ARRAY(r->arena, tables[t].n, struct setting_value);
        if (!r->settings->values[t])
            return false;
        for (size_t i = 0; i < tables[t].n; i++)
            take_preset(r, &tables[t].rows[i], &r->settings->values[t][i]);
    }
    return r->settings->values != NULL;
}

enum status settings_read(struct arena *arena, const struct setting_table *tables, struct str text,
                          const struct settings **out, struct setting_fault *faults, size_t *faults_n)
{
    struct reading r = { .arena = arena, .faults = faults };
    *out = NULL;
    *faults_n = 0;
    if (!make_room(&r, tables))
        return STATUS_NO_MEMORY;
    const struct yaml *root;
    struct yaml_fault broken;
    enum status status = yaml_read(arena, text, 1, &root, &broken);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK) {
        struct yaml place = { .line = broken.line, .column = broken.column };
        wrong(&r, &place, "%s", broken.fault.text);
    } else if (root->kind == YAML_MAP) {
        walk(&r, STR(""), root);
    } else if (root->kind != YAML_NULL) {
        wrong(&r, root, "Settings are lines of \"name: value\"; this is none.");
    }
    if (arena_failed(arena))
        return STATUS_NO_MEMORY;
    *faults_n = r.faults_n;
    if (r.faults_n)
        return STATUS_INVALID;
    *out = r.settings;
    return STATUS_OK;
}

const struct setting_value *settings_get(const struct settings *settings, const struct setting *row)
{
    for (size_t t = 0; settings->tables[t].rows; t++) {
        const struct setting_table *table = &settings->tables[t];
        if (row >= table->rows && row < table->rows + table->n)
            return &settings->values[t][row - table->rows];
    }
    bug("a setting was asked for whose table was not given");
}

/* A cell of a Markdown table: a bar would end it. */
static void put_cell(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '|')
            buf_add_byte(out, '\\');
        buf_add_byte(out, s.p[i]);
    }
}

void settings_describe(struct buf *out, const struct setting_table *tables)
{
    buf_add(out, STR("| setting | value | default | meaning |\n| --- | --- | --- | --- |\n"));
    for (size_t t = 0; tables[t].rows; t++) {
        for (size_t i = 0; i < tables[t].n; i++) {
            const struct setting *row = &tables[t].rows[i];
            char type[256];
            describe_type(row, type, sizeof type);
            buf_format(out, "| `%s` | ", row->name);
            put_cell(out, str_of(type));
            buf_add(out, *row->preset ? STR(" | `") : STR(" | none"));
            put_cell(out, str_of(row->preset));
            buf_add(out, *row->preset ? STR("` | ") : STR(" | "));
            put_cell(out, str_of(row->help));
            buf_add(out, row->secret ? STR(" Secret: never printed. |\n") : STR(" |\n"));
        }
    }
}
