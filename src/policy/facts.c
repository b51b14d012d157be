/*
 * Facts from JSON, held against the vocabulary.
 *
 * Promises: see facts.h. The JSON is hostile: names and texts from it go into messages only cut, and as lines that hold
 * nothing unfit.
 */
#include "policy/facts.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/banned.h"

enum { SHOWN_MAX = 60, NEAR = 3, YEAR_LEAST = 1900, YEAR_MOST = 2199 };

struct reading {
    struct arena *arena;
    struct fault *fault;
};

/* ---- Words for people ---- */

/* So much of a text from outside as a message may hold. */
static struct str shown(struct str text)
{
    if (!str_is_line(text))
        return STR("?");
    size_t n = text.n > SHOWN_MAX ? SHOWN_MAX : text.n;
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xC0U) == 0x80)
        n--;
    return str_slice(text, 0, n);
}

static struct str below(struct arena *arena, struct str path, struct str name)
{
    return path.n ? str_format(arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(name)) : name;
}

static struct str words_of(struct arena *arena, const struct policy_fact *fact)
{
    struct str list = STR("");
    for (size_t i = 0; i < fact->values_n; i++)
        list = str_format(arena, "%.*s%s%.*s", STR_ARG(list), i ? ", " : "", STR_ARG(fact->values[i].word));
    return list;
}

/* ---- The vocabulary ---- */

/* "conduct[]" of "conduct"; the group itself where it is no list. */
static bool is_group(struct str group, struct str name)
{
    return str_equal(group, name) || (str_ends(group, STR("[]")) && str_equal(str_slice(group, 0, group.n - 2), name));
}

/* The name that follows `group` in the path of another, "court" of evidence.court; STR_NONE where it is none of it. */
static struct str inner_name(struct str group, struct str other)
{
    if (group.n == 0)
        return str_slice(other, 0, str_find_byte(other, '.') < 0 ? other.n : (size_t)str_find_byte(other, '.'));
    if (!str_starts(other, group) || other.n <= group.n || other.p[group.n] != '.')
        return STR_NONE;
    return str_slice(other, group.n + 1, other.n);
}

/* The names that an object of `group` may have, each once: facts, and groups inside it. */
static size_t names_of(struct str group, struct str *names, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < policy_vocabulary_n && n < max; i++) {
        const struct policy_fact *fact = &policy_vocabulary[i];
        struct str name = str_equal(fact->group, group) ? fact->name : inner_name(group, fact->group);
        if (name.p && (n == 0 || !str_equal(names[n - 1], name)))
            names[n++] = name;
    }
    return n;
}

static const struct policy_fact *fact_of(struct str group, struct str name)
{
    for (size_t i = 0; i < policy_vocabulary_n; i++)
        if (str_equal(policy_vocabulary[i].group, group) && str_equal(policy_vocabulary[i].name, name))
            return &policy_vocabulary[i];
    return NULL;
}

/* Steps over "[…]". */
static size_t over_index(struct str path, size_t at)
{
    if (at < path.n && path.p[at] == '[')
        while (at < path.n && path.p[at++] != ']')
            ;
    return at;
}

/* The same path, whatever stands in brackets, and whether or not there are any; an item of a list is its list. */
static bool same_path(struct str a, struct str b)
{
    size_t i = 0, j = 0;
    while (i < a.n && j < b.n) {
        i = over_index(a, i);
        j = over_index(b, j);
        if (i == a.n || j == b.n || a.p[i] != b.p[j])
            break;
        i++;
        j++;
    }
    return over_index(a, i) == a.n && over_index(b, j) == b.n;
}

const struct policy_fact *policy_fact_find(struct str path)
{
    for (size_t i = 0; i < policy_vocabulary_n; i++)
        if (same_path(policy_vocabulary[i].path, path))
            return &policy_vocabulary[i];
    return NULL;
}

/* ---- One value ---- */

static bool digits(struct str text, size_t at, size_t n, int *out)
{
    int64_t number;
    if (!str_to_i64(str_slice(text, at, n), &number) || text.p[at] == '-')
        return false;
    *out = (int)number;
    return true;
}

static bool date_of(struct str text, struct feel_date *out)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int year, month, day;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' || !digits(text, 0, 4, &year) ||
        !digits(text, 5, 2, &month) || !digits(text, 8, 2, &day))
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (year < YEAR_LEAST || year > YEAR_MOST || month < 1 || month > 12 || day < 1 ||
        day > days[month - 1] + (month == 2 && leap))
        return false;
    *out = (struct feel_date){ year, (uint8_t)month, (uint8_t)day };
    return true;
}

static enum status read_word(struct reading *r, const struct policy_fact *fact, const struct json *json,
                             struct str path, struct feel_value *out)
{
    for (size_t i = 0; json->kind == JSON_STRING && i < fact->values_n; i++)
        if (str_equal(fact->values[i].word, json->text)) {
            *out = feel_string(fact->values[i].word);
            return STATUS_OK;
        }
    return fault_set(r->fault, STATUS_INVALID, "%.*s: write one of: %.*s.", STR_ARG(path),
                     STR_ARG(words_of(r->arena, fact)));
}

static enum status read_line(struct reading *r, const struct json *json, struct str path, struct feel_value *out)
{
    if (json->kind != JSON_STRING || !str_is_line(json->text) || str_code_points(json->text) > POLICY_TEXT_MAX)
        return fault_set(r->fault, STATUS_INVALID, "%.*s: write one line of text in quotes, of at most %d characters.",
                         STR_ARG(path), (int)POLICY_TEXT_MAX);
    *out = feel_string(json->text);
    return STATUS_OK;
}

static enum status read_list(struct reading *r, const struct policy_fact *fact, const struct json *json,
                             struct str path, struct feel_value *out)
{
    if (json->kind != JSON_ARRAY)
        return fault_set(r->fault, STATUS_INVALID, "%.*s: write a list in square brackets.", STR_ARG(path));
    if (fact->type == POLICY_TEXTS && json->n > POLICY_TEXTS_MAX)
        return fault_set(r->fault, STATUS_LIMIT, "%.*s: a list has at most %d texts.", STR_ARG(path),
                         (int)POLICY_TEXTS_MAX);
    struct feel_value *items = ARENA_ARRAY(r->arena, json->n + 1, struct feel_value);
    if (!items)
        return fault_no_memory(r->fault);
    for (size_t i = 0; i < json->n; i++) {
        struct str inner = str_format(r->arena, "%.*s[%zu]", STR_ARG(path), i);
        enum status status = fact->type == POLICY_TEXTS ? read_line(r, &json->items[i], inner, &items[i])
                                                        : read_word(r, fact, &json->items[i], inner, &items[i]);
        if (status != STATUS_OK)
            return status;
        for (size_t j = 0; j < i; j++)
            if (str_equal(items[i].string, items[j].string))
                return fault_set(r->fault, STATUS_INVALID, "%.*s: this stands in the list twice.", STR_ARG(inner));
    }
    *out = feel_list(items, json->n);
    return STATUS_OK;
}

static enum status read_value(struct reading *r, const struct policy_fact *fact, const struct json *json,
                              struct str path, struct feel_value *out)
{
    int64_t number;
    struct feel_date date;
    switch (fact->type) {
    case POLICY_BOOLEAN:
        if (json->kind != JSON_BOOL)
            return fault_set(r->fault, STATUS_INVALID, "%.*s: write true or false, without quotes.", STR_ARG(path));
        *out = feel_boolean(json->boolean);
        return STATUS_OK;
    case POLICY_NUMBER:
        if (!json_i64(json, &number) || number < 1 || number > POLICY_NUMBER_MAX)
            return fault_set(r->fault, STATUS_INVALID, "%.*s: write a whole number from 1 to %d, without quotes.",
                             STR_ARG(path), (int)POLICY_NUMBER_MAX);
        *out = feel_integer(number);
        return STATUS_OK;
    case POLICY_DATE:
        if (json->kind != JSON_STRING || !date_of(json->text, &date))
            return fault_set(r->fault, STATUS_INVALID,
                             "%.*s: there is no such day; write year, month and day as \"2022-10-16\".", STR_ARG(path));
        *out = (struct feel_value){ .kind = FEEL_DATE, .date = date };
        return STATUS_OK;
    case POLICY_TEXT: return read_line(r, json, path, out);
    case POLICY_TEXTS:
    case POLICY_SOME_OF: return read_list(r, fact, json, path, out);
    case POLICY_ONE_OF: return read_word(r, fact, json, path, out);
    }
    return STATUS_OK;
}

/* What counts while nothing is known. */
static struct feel_value unless_known(const struct policy_fact *fact)
{
    if (!fact->unless_known.p)
        return FEEL_NONE;
    return fact->type == POLICY_BOOLEAN ? feel_boolean(str_equal(fact->unless_known, STR("true")))
                                        : feel_string(fact->unless_known);
}

/* ---- Groups ---- */

static enum status refuse_name(struct reading *r, struct str path, struct str name, const struct str *names, size_t n)
{
    const struct str *nearest = NULL;
    size_t least = NEAR + 1;
    for (size_t i = 0; i < n; i++) {
        size_t distance = str_distance(name, names[i]);
        if (distance < least) {
            least = distance;
            nearest = &names[i];
        }
    }
    struct str where = below(r->arena, path, shown(name));
    if (nearest)
        return fault_set(r->fault, STATUS_INVALID, "%.*s: there is no fact of this name; did you mean \"%.*s\"?",
                         STR_ARG(where), STR_ARG(*nearest));
    return fault_set(r->fault, STATUS_INVALID,
                     "%.*s: there is no fact of this name; candour policy facts lists those that there are.",
                     STR_ARG(where));
}

/* An object of `group`; NULL: of nothing known. With every member that the vocabulary has. */
static enum status read_group(struct reading *r, struct str group, const struct json *json, struct str path,
                              struct feel_value *out)
{
    enum { NAMES_MAX = 64 };
    struct str names[NAMES_MAX];
    size_t n = names_of(group, names, NAMES_MAX);
    struct feel_entry *entries = ARENA_ARRAY(r->arena, n + 1, struct feel_entry);
    if (!entries)
        return fault_no_memory(r->fault);
    if (json && json->kind == JSON_NULL)
        json = NULL;
    if (json && json->kind != JSON_OBJECT)
        return fault_set(r->fault, STATUS_INVALID, "%.*s: write an object in curly brackets.", STR_ARG(path));
    for (size_t i = 0; json && i < json->n; i++) {
        bool found = false;
        for (size_t j = 0; j < n && !found; j++)
            found = str_equal(names[j], json->names[i]);
        if (!found)
            return refuse_name(r, path, json->names[i], names, n);
    }
    for (size_t i = 0; i < n; i++) {
        const struct policy_fact *fact = fact_of(group, names[i]);
        const struct json *member = json_get(json, names[i]);
        struct str inner = below(r->arena, path, names[i]);
        enum status status = STATUS_OK;
        entries[i] = (struct feel_entry){ names[i], FEEL_NONE };
        if (!fact)
            status = read_group(r, below(r->arena, group, names[i]), member, inner, &entries[i].value);
        else if (member && member->kind != JSON_NULL)
            status = read_value(r, fact, member, inner, &entries[i].value);
        else
            entries[i].value = unless_known(fact);
        if (status != STATUS_OK)
            return status;
    }
    *out = feel_context(r->arena, entries, n);
    return arena_failed(r->arena) ? fault_no_memory(r->fault) : STATUS_OK;
}

static enum status read_conduct(struct reading *r, const struct json *json, struct policy_facts *out)
{
    out->conduct_known = json && json->kind != JSON_NULL;
    if (out->conduct_known && json->kind != JSON_ARRAY)
        return fault_set(r->fault, STATUS_INVALID,
                         "conduct: write a list in square brackets, with an object for each thing that was done.");
    size_t n = out->conduct_known ? json->n : 1;
    if (n > POLICY_CONDUCT_MAX)
        return fault_set(r->fault, STATUS_LIMIT, "conduct: a case has at most %d entries.", (int)POLICY_CONDUCT_MAX);
    struct feel_value *entries = ARENA_ARRAY(r->arena, n + 1, struct feel_value);
    if (!entries)
        return fault_no_memory(r->fault);
    for (size_t i = 0; i < n; i++) {
        struct str path = str_format(r->arena, "conduct[%zu]", i);
        enum status status =
            read_group(r, STR("conduct[]"), out->conduct_known ? &json->items[i] : NULL, path, &entries[i]);
        if (status != STATUS_OK)
            return status;
    }
    out->conduct = entries;
    out->conduct_n = n;
    return STATUS_OK;
}

/* ---- All of it ---- */

static enum status check_dates(struct reading *r, const struct policy_facts *facts)
{
    int order;
    struct feel_value incident = policy_facts_get(facts, STR("dates.incident"));
    struct feel_value recorded = policy_facts_get(facts, STR("dates.recorded"));
    if (incident.kind == FEEL_DATE && recorded.kind == FEEL_DATE && feel_order(incident, recorded, &order) && order > 0)
        return fault_set(r->fault, STATUS_INVALID,
                         "dates.incident: this day is after the day of recording in dates.recorded.");
    return STATUS_OK;
}

static enum status read_all(struct reading *r, const struct json *json, struct policy_facts *out)
{
    struct str names[POLICY_GROUPS_MAX];
    size_t n = names_of(STR(""), names, POLICY_GROUPS_MAX);
    *out = (struct policy_facts){ 0 };
    if (json && json->kind == JSON_NULL)
        json = NULL;
    if (json && json->kind != JSON_OBJECT)
        return fault_set(r->fault, STATUS_INVALID, "The facts are one object in curly brackets.");
    for (size_t i = 0; i < n; i++)
        if (str_ends(names[i], STR("[]")))
            names[i].n -= 2;
    for (size_t i = 0; json && i < json->n; i++) {
        bool found = false;
        for (size_t j = 0; j < n && !found; j++)
            found = is_group(names[j], json->names[i]);
        if (!found)
            return refuse_name(r, STR(""), json->names[i], names, n);
    }
    for (size_t i = 0; i < n; i++) {
        const struct json *member = json_get(json, names[i]);
        enum status status;
        if (str_equal(names[i], STR("conduct"))) {
            status = read_conduct(r, member, out);
        } else {
            struct dmn_input *group = &out->groups[out->groups_n++];
            group->name = names[i];
            status = read_group(r, names[i], member, names[i], &group->value);
        }
        if (status != STATUS_OK)
            return status;
    }
    return check_dates(r, out);
}

enum status policy_facts_read(struct arena *arena, const struct json *json, struct policy_facts *out,
                              struct fault *fault)
{
    struct reading r = { arena, fault };
    return read_all(&r, json, out);
}

struct feel_value policy_facts_get(const struct policy_facts *facts, struct str path)
{
    struct str name;
    struct feel_value value = FEEL_NONE;
    bool begun = false;
    while (str_cut(&path, '.', &name)) {
        const struct feel_value *inner = NULL;
        for (size_t i = 0; !begun && i < facts->groups_n; i++)
            if (str_equal(facts->groups[i].name, name))
                inner = &facts->groups[i].value;
        if (begun && value.kind == FEEL_CONTEXT)
            inner = feel_context_get(value.context, name);
        if (!inner)
            return FEEL_NONE;
        value = *inner;
        begun = true;
    }
    return value;
}
