/*
 * Registers that checks look up, in the database. See rolls.h.
 *
 * Promises: an import is whole or absent; what it says of itself in the audit
 * are counts.
 */
#include "posts/rolls.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "posts/act.h"
#include "posts/content.h"
#include "posts/names.h"
#include "posts/posts_sql.h"

#include "base/banned.h"

enum { KEYS_BYTES_MAX = 16 * 1024 * 1024, PAGE = 5000 /* rows read at once */ };

/* ---- Entries as rows ---- */

static struct str fields_json(struct arena *arena, enum roll roll, const struct roll_entry *entry)
{
    struct buf out;
    struct json_writer w;
    size_t columns;
    roll_columns(roll, &columns);
    buf_init(&out, arena, (size_t)ROLL_COLUMNS_MAX * ROLL_FIELD_MAX * 8);
    json_writer_init(&w, &out);
    json_open_array(&w);
    for (size_t i = 0; i < columns; i++)
        json_put_str(&w, entry->fields[i]);
    json_close_array(&w);
    return buf_str(&out);
}

/* STATUS_DAMAGED where the row is not what was written. */
static enum status fields_read(struct arena *arena, enum roll roll, struct str json, struct roll_entry *out)
{
    const struct json *tree = NULL;
    struct fault why;
    size_t columns;
    roll_columns(roll, &columns);
    *out = (struct roll_entry){ 0 };
    enum status status = json_read(arena, json, &tree, &why);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY ? status : STATUS_DAMAGED;
    if (tree->kind != JSON_ARRAY || tree->n != columns)
        return STATUS_DAMAGED;
    for (size_t i = 0; i < columns; i++) {
        if (tree->items[i].kind != JSON_STRING)
            return STATUS_DAMAGED;
        out->fields[i] = tree->items[i].text.n == 0 ? STR("") : tree->items[i].text;
    }
    return STATUS_OK;
}

static struct str day_of(enum roll roll, const struct roll_entry *entry, const char *name)
{
    if (roll == ROLL_REFERENCES)
        return STR_NONE;
    struct str day = entry->fields[roll_column(roll, name)];
    return day.n == 0 ? STR_NONE : day;
}

/* ---- Keys ---- */

struct key_adding {
    struct db_tx *tx;
    enum roll roll;
    int64_t entry;
    enum status status;
};

static bool key_add(void *self, struct str key)
{
    struct key_adding *a = self;
    a->status = sql_posts_roll_key_add(a->tx, roll_word(a->roll), key, a->entry, NULL);
    return a->status == STATUS_OK;
}

static enum status name_add(struct key_adding *a, struct arena *arena, struct str text)
{
    struct name name;
    if (!names_read(arena, text, &name))
        return STATUS_NO_MEMORY;
    names_keys_of_name(&name, key_add, a);
    return a->status;
}

static enum status keys_add(struct db_tx *tx, struct arena *arena, const struct roll_entry *entry, int64_t id)
{
    struct key_adding a = { tx, ROLL_ORDERS, id, STATUS_OK };
    struct str *aliases;
    size_t n = 0;
    enum status status = roll_names(arena, entry->fields[roll_column(ROLL_ORDERS, "aliases")], &aliases, &n);
    if (status == STATUS_OK)
        status = name_add(&a, arena, entry->fields[roll_column(ROLL_ORDERS, "name")]);
    if (status == STATUS_OK)
        status = name_add(&a, arena, names_reference(arena, entry->fields[roll_column(ROLL_ORDERS, "case")]));
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = name_add(&a, arena, aliases[i]);
    return arena_failed(arena) ? STATUS_NO_MEMORY : status;
}

/* ---- Import ---- */

static enum status put_entry(struct db_tx *tx, const struct roll_import *in, const struct roll_entry *entry,
                             struct str key, struct str fields, int64_t id)
{
    struct str first = day_of(in->roll, entry, "from");
    struct str last = day_of(in->roll, entry, "to");
    struct posts_roll_entry_add row = { .id = id };
    enum status status = id != 0 ? sql_posts_roll_entry_change(tx, id, first, last, fields, in->act->now, NULL)
                                 : sql_posts_roll_entry_add(tx, in->arena, roll_word(in->roll), key, first, last,
                                                            fields, in->act->now, &row);
    if (status == STATUS_OK && in->roll == ROLL_ORDERS) {
        status = sql_posts_roll_keys_remove(tx, row.id, NULL);
        if (status == STATUS_OK)
            status = keys_add(tx, in->arena, entry, row.id);
    }
    return status;
}

static enum status take_away(struct db_tx *tx, int64_t id)
{
    enum status status = sql_posts_roll_keys_remove(tx, id, NULL);
    return status == STATUS_OK ? sql_posts_roll_entry_remove(tx, id, NULL) : status;
}

static int compare(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* What is there and the file does not name: counted, and taken away where it is asked for. */
static enum status settle_others(struct db_tx *tx, struct roll_import *in, struct str *keys)
{
    struct posts_roll_entries *rows;
    size_t n = PAGE;
    int64_t after = 0;
    enum status status = STATUS_OK;
    if (in->n > 0)
        qsort(keys, in->n, sizeof *keys, compare);
    while (n == PAGE && status == STATUS_OK) {
        status = sql_posts_roll_entries(tx, in->arena, roll_word(in->roll), after, PAGE, &rows, &n);
        for (size_t i = 0; i < n && status == STATUS_OK; i++) {
            after = rows[i].id;
            if (in->n > 0 && bsearch(&rows[i].key, keys, in->n, sizeof *keys, compare) != NULL)
                continue;
            if (in->replaces)
                in->removed++;
            else
                in->left++;
            if (in->replaces && !in->looks)
                status = take_away(tx, rows[i].id);
        }
    }
    return status;
}

static enum status import(struct db_tx *tx, struct roll_import *in)
{
    struct str *keys = ARENA_ARRAY(in->arena, in->n + 1, struct str);
    enum status status = keys == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    in->added = in->changed = in->unchanged = in->removed = in->left = 0;
    for (size_t i = 0; i < in->n && status == STATUS_OK; i++) {
        struct posts_roll_entry row = { 0 };
        struct str fields = fields_json(in->arena, in->roll, &in->entries[i]);
        keys[i] = names_reference(in->arena, in->entries[i].fields[0]);
        if (fields.p == NULL || keys[i].p == NULL)
            return STATUS_NO_MEMORY;
        status = sql_posts_roll_entry(tx, in->arena, roll_word(in->roll), keys[i], &row);
        bool there = status == STATUS_OK;
        if (status != STATUS_OK && status != STATUS_NOT_FOUND)
            return status;
        status = STATUS_OK;
        if (there && str_equal(row.fields, fields)) {
            in->unchanged++;
            continue;
        }
        if (there)
            in->changed++;
        else
            in->added++;
        if (!in->looks)
            status = put_entry(tx, in, &in->entries[i], keys[i], fields, row.id);
    }
    if (status == STATUS_OK)
        status = settle_others(tx, in, keys);
    size_t all = in->added + in->changed + in->unchanged + in->left;
    if (status == STATUS_OK && all > ROLL_ROWS_MAX)
        return in->looks ? STATUS_LIMIT
                         : db_refuse(tx, STATUS_LIMIT,
                                     "The register would have %zu entries; at most %d fit. Take away what is over, or "
                                     "import with --replace.",
                                     all, (int)ROLL_ROWS_MAX);
    return status;
}

enum status rolls_import_look(struct db_tx *tx, struct roll_import *in)
{
    in->looks = true;
    return import(tx, in);
}

enum status rolls_import_write(struct db_tx *tx, void *arg)
{
    struct roll_import *in = arg;
    struct actor actor;
    in->looks = false;
    enum status status = act_may(tx, in->arena, in->act, PERMISSION_POST_PUBLISH, "keep registers", &actor);
    if (status == STATUS_OK)
        status = sql_posts_roll_put(tx, roll_word(in->roll), in->act->now, NULL);
    if (status == STATUS_OK)
        status = import(tx, in);
    if (status != STATUS_OK)
        return status;
    struct act act = { .by = &actor, .now = in->act->now };
    struct str words =
        str_format(in->arena, "%.*s: %zu added, %zu changed, %zu unchanged, %zu taken away, %zu left",
                   STR_ARG(roll_word(in->roll)), in->added, in->changed, in->unchanged, in->removed, in->left);
    return words.p == NULL ? STATUS_NO_MEMORY : audit_add(tx, &act, STR("register.imported"), 0, words);
}

/* ---- Steps ---- */

static enum status not_there(struct db_tx *tx, const struct roll_step *step)
{
    struct str word = roll_word(step->roll);
    return db_refuse(tx, STATUS_NOT_FOUND,
                     "The register of %.*s has no entry of that number: \"candour register %.*s list\" names those "
                     "there are.",
                     STR_ARG(word), STR_ARG(word));
}

static enum status find(struct db_tx *tx, const struct roll_step *step, struct posts_roll_entry *row)
{
    struct str key = names_reference(step->arena, step->number);
    enum status status =
        key.p == NULL ? STATUS_NO_MEMORY : sql_posts_roll_entry(tx, step->arena, roll_word(step->roll), key, row);
    return status == STATUS_NOT_FOUND ? not_there(tx, step) : status;
}

/* The number of an order may be a name: the audit says which register, and no more. */
static enum status trace(struct db_tx *tx, const struct roll_step *step, const struct actor *actor, const char *what)
{
    struct act act = { .by = actor, .now = step->act->now };
    return audit_add(tx, &act, str_of(what), 0, roll_word(step->roll));
}

enum status rolls_remove_write(struct db_tx *tx, void *arg)
{
    const struct roll_step *step = arg;
    struct posts_roll_entry row;
    struct actor actor;
    enum status status = act_may(tx, step->arena, step->act, PERMISSION_POST_PUBLISH, "keep registers", &actor);
    if (status == STATUS_OK)
        status = find(tx, step, &row);
    if (status == STATUS_OK)
        status = take_away(tx, row.id);
    return status == STATUS_OK ? trace(tx, step, &actor, "register.removed") : status;
}

static enum status all(struct db_tx *tx, struct roll_step *step)
{
    struct posts_roll_entries *rows;
    size_t n = PAGE;
    int64_t after = 0;
    enum status status = STATUS_OK;
    step->entries = ARENA_ARRAY(step->arena, ROLL_ROWS_MAX, struct roll_entry);
    if (step->entries == NULL)
        return STATUS_NO_MEMORY;
    while (n == PAGE && step->n < ROLL_ROWS_MAX && status == STATUS_OK) {
        status = sql_posts_roll_entries(tx, step->arena, roll_word(step->roll), after, PAGE, &rows, &n);
        for (size_t i = 0; i < n && step->n < ROLL_ROWS_MAX && status == STATUS_OK; i++) {
            after = rows[i].id;
            status = fields_read(step->arena, step->roll, rows[i].fields, &step->entries[step->n++]);
        }
    }
    return status;
}

enum status rolls_show_write(struct db_tx *tx, void *arg)
{
    struct roll_step *step = arg;
    struct posts_roll_entry row;
    struct actor actor;
    enum status status = STATUS_OK;
    step->n = 0;
    if (step->roll == ROLL_ORDERS)
        status = act_may(tx, step->arena, step->act, PERMISSION_POST_PUBLISH, "read the register of orders", &actor);
    if (status == STATUS_OK && step->roll == ROLL_ORDERS)
        status = trace(tx, step, &actor, "register.read");
    if (status != STATUS_OK || step->number.p == NULL)
        return status == STATUS_OK ? all(tx, step) : status;
    status = find(tx, step, &row);
    step->entries = ARENA_NEW(step->arena, struct roll_entry);
    if (step->entries == NULL)
        return STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = fields_read(step->arena, step->roll, row.fields, step->entries);
    step->n = status == STATUS_OK;
    return status;
}

/* ---- Looking up ---- */

enum status rolls_imported(struct db_tx *tx, struct arena *arena, enum roll roll, struct db_opt_int *out)
{
    struct posts_roll_imported row;
    enum status status = sql_posts_roll_imported(tx, arena, roll_word(roll), &row);
    *out = (struct db_opt_int){ status == STATUS_OK, status == STATUS_OK ? row.imported : 0 };
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status read_rows(struct arena *arena, enum roll roll, const struct str *fields, size_t n,
                             struct roll_entry **entries)
{
    enum status status = STATUS_OK;
    *entries = ARENA_ARRAY(arena, n + 1, struct roll_entry);
    if (*entries == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = fields_read(arena, roll, fields[i], &(*entries)[i]);
    return status;
}

static struct str keys_json(struct arena *arena, const struct str *keys, size_t n)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, arena, KEYS_BYTES_MAX);
    json_writer_init(&w, &out);
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        json_put_str(&w, keys[i]);
    json_close_array(&w);
    return buf_str(&out);
}

enum status rolls_find(struct db_tx *tx, struct arena *arena, enum roll roll, struct str today, const struct str *keys,
                       size_t keys_n, struct roll_entry **entries, size_t *n)
{
    struct db_opt_int imported;
    struct posts_roll_on *on = NULL;
    struct posts_roll_keyed *keyed = NULL;
    *n = 0;
    *entries = NULL;
    enum status status = rolls_imported(tx, arena, roll, &imported);
    if (status != STATUS_OK || !imported.set)
        return status == STATUS_OK ? STATUS_NOT_FOUND : status;
    struct str *fields = ARENA_ARRAY(arena, ROLL_FOUND_MAX + 1, struct str);
    if (fields == NULL)
        return STATUS_NO_MEMORY;
    switch (roll) {
    case ROLL_ORDERS: {
        struct str json = keys_json(arena, keys, keys_n);
        status = json.p == NULL ? STATUS_NO_MEMORY
                                : sql_posts_roll_keyed(tx, arena, roll_word(roll), json, ROLL_FOUND_MAX + 1, &keyed, n);
        for (size_t i = 0; i < *n && status == STATUS_OK; i++)
            fields[i] = keyed[i].fields;
        break;
    }
    case ROLL_ELECTIONS:
        status = sql_posts_roll_on(tx, arena, roll_word(roll), today, ROLL_FOUND_MAX + 1, &on, n);
        for (size_t i = 0; i < *n && status == STATUS_OK; i++)
            fields[i] = on[i].fields;
        break;
    case ROLL_REFERENCES:
        for (size_t i = 0; i < keys_n && *n <= ROLL_FOUND_MAX && status == STATUS_OK; i++) {
            struct posts_roll_entry row;
            status = sql_posts_roll_entry(tx, arena, roll_word(roll), keys[i], &row);
            if (status == STATUS_OK)
                fields[(*n)++] = row.fields;
            else if (status == STATUS_NOT_FOUND)
                status = STATUS_OK;
        }
        break;
    case ROLLS: return STATUS_NOT_FOUND;
    }
    if (status == STATUS_OK && *n > ROLL_FOUND_MAX) { /* what was not read may be what is looked for */
        *n = 0;
        return STATUS_LIMIT;
    }
    return status == STATUS_OK ? read_rows(arena, roll, fields, *n, entries) : status;
}
