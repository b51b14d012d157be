/*
 * Models as people read them in a terminal: what each element needs, and its expression. A table is as wide as the
 * terminal: long cells go on in the next line, and a table with too many columns is a list of its rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <unistr.h>
#include <uniwidth.h>

#include "base/arena.h"
#include "dmn/limits.h"
#include "dmn/view.h"
#include "main/dmn_said.h"
#include "base/banned.h"

enum { WIDTH_LEAST = 40, WIDTH_USUAL = 100, WIDTH_MOST = 400, COLUMN_LEAST = 8, COLUMN_MOST = 60, INDENT = 2 };

/* Columns of the terminal; of $COLUMNS where the output goes elsewhere. */
static size_t terminal_width(void)
{
    struct winsize size = { 0 };
    const char *said = getenv("COLUMNS");
    int64_t width = WIDTH_USUAL;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    else if (said)
        str_to_i64(str_of(said), &width);
    return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : (size_t)width;
}

static void indent(size_t n)
{
    printf("%*s", (int)n, "");
}

/* ---- Lines ---- */

/* Columns of the terminal that the first character takes: two for a wide one, none for a mark upon the one before. */
static size_t character_columns(struct str text, size_t *bytes)
{
    ucs4_t character;
    uint32_t unfit;
    int n = u8_mbtouc(&character, (const uint8_t *)text.p, text.n), columns = uc_width(character, "UTF-8");
    *bytes = n > 0 ? (size_t)n : 1;
    /* What must not be printed becomes a space (dmn_said_clean). */
    return columns < 0 || str_find_unfit(str_slice(text, 0, *bytes), &unfit) >= 0 ? 1 : (size_t)columns;
}

/* Bytes of what fits into so many columns, with the marks upon it; how many it takes goes to `*taken`. */
static size_t bytes_of(struct str text, size_t columns, size_t *taken)
{
    size_t at = 0, bytes;
    for (*taken = 0; at < text.n; at += bytes) {
        size_t more = character_columns(str_slice(text, at, text.n), &bytes);
        if (*taken + more > columns)
            break;
        *taken += more;
    }
    return at;
}

static size_t columns_of(struct str text)
{
    size_t taken;
    bytes_of(text, SIZE_MAX, &taken);
    return taken;
}

/* Takes the words that fit off the front, up to a space or behind a comma; a word that is too long is broken. */
static struct str next_line(struct str *rest, size_t width)
{
    struct str line = *rest;
    size_t taken, n = bytes_of(*rest, width, &taken), space = n;
    if (n == rest->n) {
        *rest = STR_NONE;
        return line;
    }
    while (space > 0 && rest->p[space] != ' ' && rest->p[space - 1] != ',')
        space--;
    if (n == 0) /* not even one */
        character_columns(*rest, &n);
    line = str_slice(*rest, 0, space > 0 ? space : n);
    *rest = str_trim(str_slice(*rest, line.n, rest->n));
    return line;
}

/* A text with its own line ends: its first line from where the cursor is, `from`, the others indented by `at`. */
static void print_text(struct str text, size_t from, size_t at, size_t width)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        do {
            dmn_said_clean(next_line(&line, width > from + COLUMN_LEAST ? width - from : COLUMN_LEAST));
            printf("\n");
            if (line.p || text.p)
                indent(at);
            from = at;
        } while (line.p);
    }
}

/* The same of a line in parts. */
static bool print_words(const struct str *parts, size_t n, size_t from, size_t at, size_t width)
{
    struct buf line;
    buf_init(&line, NULL, 2 * DMN_MODEL_MAX);
    for (size_t i = 0; i < n; i++)
        buf_add(&line, parts[i]);
    bool good = buf_ok(&line);
    if (good) {
        indent(from);
        print_text(buf_str(&line), from, at, width);
    }
    buf_free(&line);
    return good;
}
#define PRINT_WORDS(from, at, width, ...)                                                                              \
    print_words((const struct str[]){ __VA_ARGS__ }, sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str), \
                from, at, width)

/* ---- Tables ---- */

static const char *policy_words(const struct dmn_view_table *table)
{
    static const char *const words[] = {
        [HIT_UNIQUE] = "one rule matches (UNIQUE)",
        [HIT_ANY] = "rules that match agree (ANY)",
        [HIT_PRIORITY] = "the output that comes first counts (PRIORITY)",
        [HIT_FIRST] = "the first rule that matches counts (FIRST)",
        [HIT_COLLECT] = "all rules that match (COLLECT)",
        [HIT_RULE_ORDER] = "all rules that match, in their order (RULE ORDER)",
        [HIT_OUTPUT_ORDER] = "all rules that match, in the order of their outputs (OUTPUT ORDER)",
    };
    static const char *const sums[] = { [AGGREGATE_NOT] = "",
                                        [AGGREGATE_SUM] = "the sum of all rules that match (COLLECT, SUM)",
                                        [AGGREGATE_COUNT] = "the number of rules that match (COLLECT, COUNT)",
                                        [AGGREGATE_MIN] = "the least of all rules that match (COLLECT, MIN)",
                                        [AGGREGATE_MAX] = "the greatest of all rules that match (COLLECT, MAX)" };
    return table->aggregation == AGGREGATE_NOT ? words[table->policy] : sums[table->aggregation];
}

/* What stands between this column and the one before it. */
static const char *before(const struct dmn_view_table *table, size_t column)
{
    bool outputs = column > 0 && table->columns[column].kind != table->columns[column - 1].kind;
    return outputs ? " || " : column > 0 || !table->relation ? " | " : "  ";
}

static size_t longest(const struct dmn_view_table *table, size_t column)
{
    size_t n = columns_of(table->columns[column].head);
    for (size_t r = 0; r < table->rows_n; r++) {
        size_t cell = columns_of(table->rows[r].cells[column]);
        n = cell > n ? cell : n;
    }
    return n > COLUMN_MOST ? COLUMN_MOST : n < 1 ? 1 : n;
}

/* Widths that fit; false where there is no room for so many columns. */
static bool fit(const struct dmn_view_table *table, size_t *widths, size_t room)
{
    size_t all = 0;
    for (size_t i = 0; i < table->columns_n; i++) {
        widths[i] = longest(table, i);
        all += widths[i] + str_of(before(table, i)).n;
    }
    while (all > room) {
        size_t widest = 0;
        for (size_t i = 1; i < table->columns_n; i++)
            widest = widths[i] > widths[widest] ? i : widest;
        if (widths[widest] <= COLUMN_LEAST)
            return false;
        widths[widest]--;
        all--;
    }
    return true;
}

/* One row of cells, in as many lines as the longest needs. `rest` is used up. */
static void print_row(const struct dmn_view_table *table, const char *number, struct str *rest, const size_t *widths,
                      size_t at)
{
    for (bool more = true, first = true; more; first = false) {
        more = false;
        indent(at);
        printf("%-4s", first ? number : "");
        for (size_t i = 0; i < table->columns_n; i++) {
            struct str line = rest[i].n > 0 ? next_line(&rest[i], widths[i]) : STR("");
            bool last = i + 1 == table->columns_n;
            struct str mark = str_of(before(table, i));
            dmn_said_clean(last && line.n == 0 ? str_slice(mark, 0, mark.n - 1) : mark);
            dmn_said_clean(line);
            if (!last)
                indent(widths[i] - columns_of(line));
            more = more || rest[i].n > 0;
        }
        printf("\n");
    }
}

static void print_grid(const struct dmn_view_table *table, struct str *rest, const size_t *widths, size_t at)
{
    char number[24];
    for (size_t i = 0; i < table->columns_n; i++)
        rest[i] = table->columns[i].head;
    print_row(table, table->relation ? "row" : "rule", rest, widths, at);
    indent(at);
    printf("----");
    for (size_t i = 0; i < table->columns_n; i++) {
        for (const char *p = before(table, i); *p; p++)
            putchar(*p == '|' ? '+' : '-');
        for (size_t k = 0; k < widths[i]; k++)
            putchar('-');
    }
    printf("\n");
    for (size_t r = 0; r < table->rows_n; r++) {
        for (size_t i = 0; i < table->columns_n; i++)
            rest[i] = table->rows[r].cells[i];
        snprintf(number, sizeof number, "%zu", r + 1);
        print_row(table, number, rest, widths, at);
    }
}

/* Each rule with its cells under each other; those that are not looked at are left out. */
static bool print_rules(const struct dmn_view_table *table, size_t at, size_t width)
{
    for (size_t r = 0; r < table->rows_n; r++) {
        indent(at);
        printf("%s %zu\n", table->relation ? "row" : "rule", r + 1);
        for (size_t i = 0; i < table->columns_n; i++) {
            const struct dmn_view_column *column = &table->columns[i];
            struct str cell = table->rows[r].cells[i];
            bool output = column->kind == DMN_COLUMN_OUTPUT && !table->relation;
            if (cell.n == 0 || (column->kind == DMN_COLUMN_INPUT && str_equal(cell, STR("-"))))
                continue;
            if (!PRINT_WORDS(at + INDENT, at + 2 * INDENT, width, output ? STR("=> ") : STR(""), column->head,
                             STR(": "), cell))
                return false;
        }
    }
    return true;
}

static bool print_named(size_t at, const char *words, struct str name, struct str text, size_t width)
{
    return PRINT_WORDS(at, at + INDENT, width, name, STR(" "), str_of(words), STR(" "), text);
}

static bool print_table(struct arena *arena, const struct dmn_view_table *table, size_t at, size_t width)
{
    size_t *widths = ARENA_ARRAY(arena, table->columns_n + 1, size_t);
    struct str *rest = ARENA_ARRAY(arena, table->columns_n + 1, struct str);
    if (!widths || !rest)
        return false;
    if (!table->relation && !PRINT_WORDS(at, at + INDENT, width, str_of(policy_words(table))))
        return false;
    for (size_t i = 0; i < table->columns_n; i++) {
        const struct dmn_view_column *column = &table->columns[i];
        if ((column->expression.p && !print_named(at, "is", column->head, column->expression, width)) ||
            (column->values.n > 0 && !print_named(at, "may be", column->head, column->values, width)) ||
            (column->preset.p && !print_named(at, "without a rule that matches:", column->head, column->preset, width)))
            return false;
    }
    if (!fit(table, widths, width > at + 4 ? width - at - 4 : 0))
        return print_rules(table, at, width);
    print_grid(table, rest, widths, at);
    return true;
}

/* ---- Elements ---- */

static bool print_part(struct arena *arena, const struct dmn_view_part *part, size_t width)
{
    size_t at = INDENT + (size_t)part->depth * INDENT;
    if (at > width / 2)
        at = width / 2;
    if (part->label.n > 0 || part->text.n > 0 || !part->table) {
        struct str sign = part->text.n == 0 ? STR(":") : part->label.n > 0 ? STR(" = ") : STR("= ");
        size_t from = at + columns_of(part->label) + sign.n;
        if (!PRINT_WORDS(at, from < width / 2 ? from : at + 2 * INDENT, width, part->label, sign, part->text))
            return false;
    }
    return !part->table || print_table(arena, part->table, part->label.n > 0 ? at + INDENT : at, width);
}

static bool print_element(struct arena *arena, const struct dmn_element *element, size_t width)
{
    static const char *const kinds[] = { [DMN_INPUT_DATA] = "input",
                                         [DMN_DECISION] = "decision",
                                         [DMN_BUSINESS_KNOWLEDGE_MODEL] = "function",
                                         [DMN_DECISION_SERVICE] = "decision service" };
    struct dmn_view view;
    if (!dmn_view(arena, element, NULL, &view))
        return false;
    if (!PRINT_WORDS(0, INDENT, width, str_of(kinds[view.kind]), STR(" "), view.name,
                     view.type.n > 0 ? STR(": ") : STR(""), view.type))
        return false;
    const struct str words[] = { view.question, view.description };
    for (size_t i = 0; i < 2; i++)
        if (words[i].n > 0) {
            indent(INDENT);
            print_text(words[i], INDENT, INDENT, width);
        }
    if (view.needs_n > 0) {
        struct buf needs;
        buf_init(&needs, arena, WIDTH_MOST * WIDTH_MOST);
        for (size_t i = 0; i < view.needs_n; i++) {
            buf_add(&needs, i > 0 ? STR(", ") : STR("needs "));
            buf_add(&needs, view.needs[i].name);
        }
        indent(INDENT);
        print_text(buf_ok(&needs) ? buf_str(&needs) : STR("needs many others"), INDENT, INDENT + 6, width);
    }
    for (size_t i = 0; i < view.parts_n; i++)
        if (!print_part(arena, &view.parts[i], width))
            return false;
    return true;
}

bool dmn_said_model(struct arena *arena, const struct dmn_model *model, const char *decision)
{
    size_t width = terminal_width();
    bool any = false;
    for (size_t i = 0; i < dmn_model_elements(model); i++) {
        const struct dmn_element *element = dmn_model_element(model, i);
        if (decision && !str_equal(dmn_element_name(element), str_of(decision)))
            continue;
        if (any)
            printf("\n");
        any = true;
        if (!print_element(arena, element, width))
            return false;
    }
    return any || !decision;
}
