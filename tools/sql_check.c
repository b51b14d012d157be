/*
 * Checks every statement of the rooms against the fresh schema, while we build.
 *
 * Reads the list that tools/sql.py writes, makes the schema in memory from all
 * its steps, prepares each statement there and compares what SQLite knows with
 * what the head declares: parameters, columns and their types, whether they may
 * be NULL, whether it writes. Each fault is one line, file:line: words; any
 * fault ends with 1. Nothing from outside comes in here: the list is our own tree.
 */
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

enum { FIELDS_MAX = 9, COLUMNS_MAX = 128, TABLES_MAX = 64 };

struct column {
    char *file, *name, *type, *cast;
    int line, at;
    bool optional;
};

struct statement {
    char *file, *name, *kind, *sql;
    int line, head_line, parameters, columns_n;
    bool writes;
    struct column columns[COLUMNS_MAX];
};

static int faults;

__attribute__((format(printf, 3, 4))) static void fault_at(const char *file, int line, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "%s:%d: ", file, line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    faults++;
}

static _Noreturn void end_with(const char *words)
{
    fprintf(stderr, "sql_check: %s\n", words);
    exit(2);
}

static void *room_for(size_t n)
{
    void *p = calloc(1, n);
    if (!p)
        end_with("no memory");
    return p;
}

static char *copy(const char *s)
{
    size_t n = strlen(s) + 1;
    char *p = room_for(n);
    memcpy(p, s, n);
    return p;
}

/* Takes the list's escapes out, in place. */
static void unescape(char *s)
{
    char *to = s;
    for (; *s; s++) {
        if (*s != '\\' || !s[1]) {
            *to++ = *s;
            continue;
        }
        s++;
        *to++ = *s == 'n' ? '\n' : *s == 't' ? '\t' : *s == 'r' ? '\r' : *s;
    }
    *to = '\0';
}

static int number(const char *s)
{
    return (int)strtol(s, NULL, 10);
}

static int line_after(int line, const char *sql, long offset)
{
    for (long i = 0; i < offset && sql[i]; i++)
        line += sql[i] == '\n';
    return line;
}

/* BEGIN, SAVEPOINT, COMMIT, PRAGMA and other files are the database room's own. */
static int allow(void *self, int act, const char *a, const char *b, const char *c, const char *d)
{
    (void)self, (void)b, (void)c, (void)d;
    if (act == SQLITE_TRANSACTION || act == SQLITE_SAVEPOINT || act == SQLITE_ATTACH || act == SQLITE_DETACH)
        return SQLITE_DENY;
    /* A virtual table asks for the first one itself, and a new column with a CHECK for the second; both only read. */
    if (act == SQLITE_PRAGMA && strcmp(a, "data_version") != 0 && strcmp(a, "quick_check") != 0)
        return SQLITE_DENY;
    if (act == SQLITE_READ && strncmp(a, "pragma_", 7) == 0 && strcmp(a, "pragma_quick_check") != 0)
        return SQLITE_DENY;
    return SQLITE_OK;
}

static const char *words_of(sqlite3 *db)
{
    if (sqlite3_errcode(db) == SQLITE_AUTH)
        return "transactions, PRAGMA and ATTACH belong to src/db/ alone";
    return sqlite3_errmsg(db);
}

/* Where SQLite gives no place, that of the name which its words end with. */
static long place_of(sqlite3 *db, const char *sql)
{
    long offset = sqlite3_error_offset(db);
    const char *name = strrchr(sqlite3_errmsg(db), ' ');
    const char *found = offset < 0 && name ? strstr(sql, name + 1) : NULL;
    return found ? found - sql : offset;
}

/* ---- Schema ---- */

static void strict_tables(sqlite3 *db, const char *file, int line)
{
    static char *said[TABLES_MAX];
    static int said_n;
    sqlite3_stmt *s = NULL;
    sqlite3_set_authorizer(db, NULL, NULL);
    int code = sqlite3_prepare_v2(db,
                                  "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
                                  " AND strict = 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
                                  -1, &s, NULL);
    if (code != SQLITE_OK)
        end_with(sqlite3_errmsg(db));
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(s, 0);
        bool known = false;
        for (int i = 0; i < said_n; i++)
            known = known || strcmp(said[i], name) == 0;
        if (known || said_n == TABLES_MAX)
            continue;
        said[said_n++] = copy(name);
        fault_at(file, line, "table %s is not STRICT", name);
    }
    sqlite3_finalize(s);
    sqlite3_set_authorizer(db, allow, NULL);
}

static void migrate(sqlite3 *db, const char *file, int line, const char *sql)
{
    const char *rest = sql;
    while (*rest) {
        sqlite3_stmt *s = NULL;
        const char *tail = NULL;
        int code = sqlite3_prepare_v2(db, rest, -1, &s, &tail);
        long start = rest - sql + (long)strspn(rest, " \t\r\n;");
        if (code == SQLITE_OK && s)
            code = sqlite3_step(s) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
        if (code != SQLITE_OK) {
            long offset = place_of(db, rest);
            fault_at(file, line_after(line, sql, offset < 0 ? start : rest - sql + offset), "%s", words_of(db));
            sqlite3_finalize(s);
            return;
        }
        sqlite3_finalize(s);
        strict_tables(db, file, line_after(line, sql, start));
        rest = tail;
    }
}

/* ---- Statements ---- */

/* What SQLite must say of a column of this type. */
static const char *storage(const char *type)
{
    if (strcmp(type, "int") == 0 || strcmp(type, "bool") == 0 || strcmp(type, "time") == 0)
        return "INTEGER";
    return strcmp(type, "bytes") == 0 ? "BLOB" : "TEXT";
}

/*
 * Tables whose columns may be NULL although the schema forbids it: those at the
 * open side of an outer join. SQLite's program for the statement has a NullRow
 * for their cursor.
 */
static int open_sides(sqlite3 *db, const char *sql, char **tables)
{
    int roots[TABLES_MAX] = { 0 }, nulls[TABLES_MAX], nulls_n = 0, found = 0;
    sqlite3_stmt *s = NULL;
    char *explained = sqlite3_mprintf("EXPLAIN %s", sql);
    if (!explained || sqlite3_prepare_v2(db, explained, -1, &s, NULL) != SQLITE_OK)
        end_with(sqlite3_errmsg(db));
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *code = (const char *)sqlite3_column_text(s, 1);
        int p1 = sqlite3_column_int(s, 2), p2 = sqlite3_column_int(s, 3);
        if (p1 < 0 || p1 >= TABLES_MAX)
            continue;
        if (strcmp(code, "OpenRead") == 0 || strcmp(code, "OpenWrite") == 0)
            roots[p1] = p2;
        else if (strcmp(code, "NullRow") == 0 && nulls_n < TABLES_MAX)
            nulls[nulls_n++] = p1;
    }
    sqlite3_finalize(s);
    sqlite3_free(explained);
    for (int i = 0; i < nulls_n; i++) {
        if (sqlite3_prepare_v2(db, "SELECT tbl_name FROM sqlite_schema WHERE rootpage = ?1", -1, &s, NULL) != SQLITE_OK)
            end_with(sqlite3_errmsg(db));
        sqlite3_bind_int(s, 1, roots[nulls[i]]);
        if (roots[nulls[i]] != 0 && sqlite3_step(s) == SQLITE_ROW && found < TABLES_MAX)
            tables[found++] = copy((const char *)sqlite3_column_text(s, 0));
        sqlite3_finalize(s);
    }
    return found;
}

static void check_column(sqlite3 *db, const struct statement *st, sqlite3_stmt *s, int at, char **open, int open_n)
{
    const struct column *column = &st->columns[at];
    const char *wanted = storage(column->type), *declared = sqlite3_column_decltype(s, at);
    const char *table = sqlite3_column_table_name(s, at), *origin = sqlite3_column_origin_name(s, at);
    if (!declared) {
        if (strcmp(column->cast, "-") == 0) {
            fault_at(column->file, column->at,
                     "column %s of %s is an expression, whose type nobody knows: write CAST(… AS %s)", column->name,
                     st->name, wanted);
        } else if (strcmp(column->cast, wanted) != 0) {
            fault_at(column->file, column->line, "column %s of %s is cast to %s, and %s needs %s", column->name,
                     st->name, column->cast, column->type, wanted);
        }
        return;
    }
    if (sqlite3_stricmp(declared, wanted) != 0 &&
        !(strcmp(wanted, "INTEGER") == 0 && sqlite3_stricmp(declared, "INT") == 0)) {
        fault_at(column->file, column->line, "column %s of %s is %s in the schema, and %s needs %s", column->name,
                 st->name, declared, column->type, wanted);
        return;
    }
    if (!table || !origin || column->optional)
        return;
    int not_null = 0, key = 0;
    const char *type = NULL;
    if (sqlite3_table_column_metadata(db, "main", table, origin, &type, NULL, &not_null, &key, NULL) != SQLITE_OK)
        return;
    /* A column that is the row's own number is never NULL, and SQLite does not say so. */
    bool rowid = key && type && sqlite3_stricmp(type, "INTEGER") == 0;
    if (!not_null && !rowid)
        fault_at(column->file, column->line, "column %s of %s may be NULL in the schema: declare it as \"%s %s?\"",
                 column->name, st->name, column->name, column->type);
    for (int i = 0; i < open_n; i++) {
        if (strcmp(open[i], table) != 0)
            continue;
        fault_at(column->file, column->line,
                 "column %s of %s is NULL where the outer join finds no row of %s: "
                 "declare it as \"%s %s?\"",
                 column->name, st->name, table, column->name, column->type);
        break;
    }
}

static void check(sqlite3 *db, const struct statement *st)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db, st->sql, -1, &s, NULL) != SQLITE_OK) {
        long offset = place_of(db, st->sql);
        fault_at(st->file, line_after(st->line, st->sql, offset < 0 ? (long)strspn(st->sql, " \n") : offset), "%s: %s",
                 st->name, words_of(db));
        return;
    }
    if (sqlite3_bind_parameter_count(s) != st->parameters)
        fault_at(st->file, st->head_line, "%s has %d parameters and \"in:\" names %d", st->name,
                 sqlite3_bind_parameter_count(s), st->parameters);
    bool reads_only = sqlite3_stmt_readonly(s) != 0;
    if (!st->writes && !reads_only)
        fault_at(st->file, st->head_line, "%s has role read and writes", st->name);
    if (st->writes && reads_only)
        fault_at(st->file, st->head_line, "%s has role write and only reads", st->name);
    int columns = sqlite3_column_count(s), wanted = st->columns_n;
    bool asks_whether = strcmp(st->kind, "one") == 0 || strcmp(st->kind, "maybe") == 0;
    if (columns != wanted && !(wanted == 0 && columns == 1 && asks_whether)) {
        fault_at(st->file, st->head_line, "%s gives %d columns and \"out:\" names %d", st->name, columns, wanted);
    } else if (wanted > 0) {
        char *open[TABLES_MAX];
        int open_n = open_sides(db, st->sql, open);
        for (int i = 0; i < wanted; i++)
            check_column(db, st, s, i, open, open_n);
        for (int i = 0; i < open_n; i++)
            free(open[i]);
    }
    sqlite3_finalize(s);
}

/* ---- The list ---- */

static int split(char *line, char **fields)
{
    int n = 0;
    line[strcspn(line, "\n")] = '\0';
    while (line && n < FIELDS_MAX)
        fields[n++] = strsep(&line, "\t");
    return n;
}

static void forget(struct statement *st)
{
    for (int i = 0; i < st->columns_n; i++) {
        free(st->columns[i].file);
        free(st->columns[i].name);
        free(st->columns[i].type);
        free(st->columns[i].cast);
    }
    free(st->file);
    free(st->name);
    free(st->kind);
    free(st->sql);
    *st = (struct statement){ 0 };
}

int main(int argc, char **argv)
{
    static struct statement st;
    sqlite3 *db = NULL;
    FILE *list = argc == 2 ? fopen(argv[1], "re") : NULL;
    if (!list)
        end_with("give the list that tools/sql.py writes");
    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        end_with("SQLite does not open");
    /* "live" in double quotes is a column, never text. */
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_set_authorizer(db, allow, NULL);

    char *line = NULL, *f[FIELDS_MAX];
    size_t cap = 0;
    while (getline(&line, &cap, list) > 0) {
        int n = split(line, f);
        if (n == 4 && strcmp(f[0], "M") == 0) {
            unescape(f[3]);
            migrate(db, f[1], number(f[2]), f[3]);
        } else if (n == 9 && strcmp(f[0], "S") == 0) {
            unescape(f[8]);
            st = (struct statement){ .file = copy(f[1]),
                                     .line = number(f[2]),
                                     .name = copy(f[3]),
                                     .kind = copy(f[4]),
                                     .writes = strcmp(f[5], "write") == 0,
                                     .parameters = number(f[6]),
                                     .head_line = number(f[7]),
                                     .sql = copy(f[8]) };
        } else if (n == 8 && strcmp(f[0], "C") == 0 && st.columns_n < COLUMNS_MAX) {
            st.columns[st.columns_n++] = (struct column){ .file = copy(f[1]),
                                                          .line = number(f[2]),
                                                          .name = copy(f[3]),
                                                          .type = copy(f[4]),
                                                          .optional = f[5][0] == '?',
                                                          .cast = copy(f[6]),
                                                          .at = number(f[7]) };
        } else if (n == 1 && strcmp(f[0], "E") == 0) {
            check(db, &st);
            forget(&st);
        } else {
            end_with("the list is not as tools/sql.py writes it");
        }
    }
    free(line);
    fclose(list);
    sqlite3_close(db);
    return faults ? 1 : 0;
}
