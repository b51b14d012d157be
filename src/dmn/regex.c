/*
 * From XPath's regular expressions to PCRE2's. Promises: see regex.h.
 *
 * The pattern may come from anybody: depth is bounded, and so are the steps of a match and the memory of the compiled
 * pattern (PCRE2 refuses what is too large).
 */
#include "dmn/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>
#include <time.h>

#include <unictype.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "dmn/limits.h"
#include "base/banned.h"

enum { OUT_OF_MEMORY = 121 }; /* of pcre2_compile */
enum { PATTERN_MAX = 8 * 1024, GROUP_DEPTH_MAX = 50, REPEAT_MAX = 1000 };

struct regex {
    pcre2_code *code;
    bool literal;
};

struct translating {
    struct str in;
    size_t at;
    struct buf *out;
    int groups, depth;
    bool dot_all; /* flag s */
    bool failed;
};

static bool fail(struct translating *t)
{
    t->failed = true;
    return false;
}

static char peek(const struct translating *t)
{
    return t->at < t->in.n ? t->in.p[t->at] : '\0';
}

static bool take(struct translating *t, char c)
{
    if (t->at >= t->in.n || t->in.p[t->at] != c)
        return false;
    t->at++;
    return true;
}

/* One code point as it is, with a backslash where PCRE2 would read something into it. */
static void add_plain(struct translating *t)
{
    static const char special[] = "\\^$.|?*+()[]{}-#/&~!@\"'=:;<>,% ";
    unsigned char c = (unsigned char)t->in.p[t->at];
    if (c < 0x80 && strchr(special, (char)c) && c != ' ')
        buf_add_byte(t->out, '\\');
    size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    buf_add(t->out, str_slice(t->in, t->at, n));
    t->at += n;
}

#define NAME_START                                                                                                     \
    ":A-Z_a-z\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{2FF}\\x{370}-\\x{37D}\\x{37F}-\\x{1FFF}\\x{200C}-\\x{200D}"     \
    "\\x{2070}-\\x{218F}\\x{2C00}-\\x{2FEF}\\x{3001}-\\x{D7FF}\\x{F900}-\\x{FDCF}\\x{FDF0}-\\x{FFFD}\\x{10000}-\\x{"   \
    "EFFFF}"
#define NAME_MORE NAME_START "\\-.0-9\\x{B7}\\x{300}-\\x{36F}\\x{203F}-\\x{2040}"

/* The classes of one letter, as what stands between brackets; `negated` where the letter is a capital. */
static const char *class_of(char letter, bool *negated)
{
    *negated = letter >= 'A' && letter <= 'Z';
    switch (letter) {
    case 's':
    case 'S': return " \\t\\n\\r";
    case 'd':
    case 'D': return "\\p{Nd}";
    case 'i':
    case 'I': return NAME_START;
    case 'c':
    case 'C': return NAME_MORE;
    default: return NULL;
    }
}

/* Whether they are the same without spaces, hyphens and underscores, which a block's name in a pattern does not have.
 */
static bool same_block(const char *block, struct str name)
{
    size_t i = 0;
    for (; *block; block++) {
        if (*block == ' ' || *block == '_' || *block == '-')
            continue;
        while (i < name.n && name.p[i] == '-')
            i++;
        if (i == name.n || name.p[i] != *block)
            return false;
        i++;
    }
    return i == name.n;
}

/* \p{IsBasicLatin}: a block of Unicode, which PCRE2 does not know by name. */
static bool block(struct translating *t, bool negated, bool in_class, struct str name)
{
    const uc_block_t *blocks;
    size_t n;
    uc_all_blocks(&blocks, &n);
    for (size_t i = 0; i < n; i++) {
        if (!same_block(blocks[i].name, name))
            continue;
        unsigned first = blocks[i].start > 0 ? blocks[i].start : 1, last = blocks[i].end;
        if (negated && in_class)
            buf_format(t->out, "\\x{1}-\\x{%X}\\x{%X}-\\x{10FFFF}", first > 1 ? first - 1 : 1,
                       last < 0x10FFFF ? last + 1 : last);
        else
            buf_format(t->out, "%s\\x{%X}-\\x{%X}%s",
                       in_class  ? ""
                       : negated ? "[^"
                                 : "[",
                       first, last, in_class ? "" : "]");
        return true;
    }
    return fail(t);
}

/* \p{Lu}: a general category. */
static bool category(struct translating *t, struct str *name)
{
    if (!take(t, '{'))
        return fail(t);
    size_t from = t->at;
    while (t->at < t->in.n && t->in.p[t->at] != '}')
        t->at++;
    *name = str_slice(t->in, from, t->at - from);
    if (!take(t, '}') || name->n < 1)
        return fail(t);
    if (str_starts(*name, STR("Is")))
        return true;
    return (name->n <= 2 && strchr("LMNPZSC", name->p[0]) && (name->n == 1 || strchr("ultmonecdiskpfc", name->p[1]))) ||
           fail(t);
}

/* After the backslash, inside a class or not. What is a single character is answered true in *single. */
static bool escape(struct translating *t, bool in_class, bool *single)
{
    bool negated;
    struct str name;
    char c = peek(t);
    *single = false;
    if (t->at >= t->in.n)
        return fail(t);
    t->at++;
    if (strchr("\\|.-^?*+{}()[]$", c)) {
        *single = true;
        buf_add_byte(t->out, '\\');
        buf_add_byte(t->out, c);
        return true;
    }
    if (c == 'n' || c == 'r' || c == 't') {
        *single = true;
        buf_add_byte(t->out, '\\');
        buf_add_byte(t->out, c);
        return true;
    }
    if (c == 'p' || c == 'P') {
        if (!category(t, &name))
            return false;
        if (str_starts(name, STR("Is")))
            return block(t, c == 'P', in_class, str_slice(name, 2, name.n));
        buf_format(t->out, "\\%c{%.*s}", c, STR_ARG(name));
        return true;
    }
    if (c == 'w' || c == 'W') {
        /* All but punctuation, separators and others. */
        if (c == 'W' || !in_class)
            buf_add(t->out, c == 'W' ? (in_class ? STR("\\p{P}\\p{Z}\\p{C}") : STR("[\\p{P}\\p{Z}\\p{C}]"))
                                     : STR("[^\\p{P}\\p{Z}\\p{C}]"));
        else
            buf_add(t->out, STR("\\p{L}\\p{M}\\p{N}\\p{S}"));
        return true;
    }
    const char *class = class_of(c, &negated);
    if (class) {
        if (!in_class)
            buf_format(t->out, negated ? "[^%s]" : "[%s]", class);
        else if (!negated)
            buf_add(t->out, str_of(class));
        else if (c == 'D')
            buf_add(t->out, STR("\\P{Nd}"));
        else if (c == 'S')
            buf_add(t->out, STR("\\x{21}-\\x{10FFFF}\\x{1}-\\x{8}\\x{B}\\x{C}\\x{E}-\\x{1F}"));
        else
            return fail(t); /* \I and \C in a class: nobody was seen to need them */
        return true;
    }
    if (!in_class && c >= '1' && c <= '9') {
        int group = c - '0';
        while (peek(t) >= '0' && peek(t) <= '9' && group * 10 + (peek(t) - '0') <= t->groups)
            group = group * 10 + (t->in.p[t->at++] - '0');
        if (group > t->groups)
            return fail(t);
        buf_format(t->out, "\\g{%d}", group);
        return true;
    }
    return fail(t);
}

static bool class_group(struct translating *t);

/* What stands between the brackets of a class, the closing one too; a class that is taken away goes to `less`. */
static bool class_body(struct translating *t, struct buf *less)
{
    bool single;
    for (bool first = true; first || peek(t) != ']'; first = false) {
        char c = peek(t);
        if (t->at >= t->in.n || c == '[' || c == ']')
            return fail(t);
        if (c == '-' && t->at + 1 < t->in.n && t->in.p[t->at + 1] == '[') {
            struct buf *out = t->out;
            t->at += 2;
            t->out = less;
            bool good = !first && class_group(t);
            t->out = out;
            return good && take(t, ']') ? true : fail(t);
        }
        t->at += c == '\\';
        if (c != '\\')
            add_plain(t);
        else if (!escape(t, true, &single))
            return false;
        if (c != '\\')
            single = true;
        if (!single || peek(t) != '-' || t->at + 1 >= t->in.n || t->in.p[t->at + 1] == ']' || t->in.p[t->at + 1] == '[')
            continue;
        t->at++;
        buf_add_byte(t->out, '-');
        if (!take(t, '\\'))
            add_plain(t);
        else if (!escape(t, true, &single) || !single)
            return fail(t);
    }
    return take(t, ']');
}

/* After "[". "[a-z-[aeiou]]" is "(?:(?![aeiou])[a-z])" to PCRE2. */
static bool class_group(struct translating *t)
{
    struct buf body, less, *out = t->out;
    if (++t->depth > GROUP_DEPTH_MAX)
        return fail(t);
    buf_init(&body, out->arena, PATTERN_MAX * 8);
    buf_init(&less, out->arena, PATTERN_MAX * 8);
    t->out = &body;
    buf_add(t->out, take(t, '^') ? STR("[^") : STR("["));
    bool good = class_body(t, &less) && buf_ok(&body) && buf_ok(&less);
    t->out = out;
    if (good && less.n > 0)
        buf_format(out, "(?:(?!%.*s)%.*s])", STR_ARG(buf_str(&less)), STR_ARG(buf_str(&body)));
    else if (good)
        buf_format(out, "%.*s]", STR_ARG(buf_str(&body)));
    t->depth--;
    return good || fail(t);
}

static bool branches(struct translating *t);

/* ? * + {n} {n,} {n,m}, and a "?" behind for as few as will do. False only for a fault. */
static bool quantifier(struct translating *t)
{
    char c = peek(t);
    if (c == '?' || c == '*' || c == '+') {
        buf_add_byte(t->out, c);
        t->at++;
    } else if (c == '{') {
        int64_t least, most;
        ptrdiff_t end = str_find_byte(str_slice(t->in, t->at, t->in.n), '}');
        if (end < 0)
            return fail(t);
        struct str inside = str_slice(t->in, t->at + 1, (size_t)end - 1), piece;
        t->at += (size_t)end + 1;
        bool comma = str_find_byte(inside, ',') >= 0;
        str_cut(&inside, ',', &piece);
        if (!str_to_i64(piece, &least) || least < 0 || least > REPEAT_MAX)
            return fail(t);
        most = least;
        bool open = comma && inside.n == 0;
        if (comma && !open && (!str_to_i64(inside, &most) || most < least || most > REPEAT_MAX))
            return fail(t);
        if (open)
            buf_format(t->out, "{%d,}", (int)least);
        else
            buf_format(t->out, "{%d,%d}", (int)least, (int)most);
    } else {
        return true;
    }
    if (take(t, '?'))
        buf_add_byte(t->out, '?');
    c = peek(t);
    return c != '?' && c != '*' && c != '+' && c != '{' ? true : fail(t);
}

static bool group(struct translating *t)
{
    if (++t->depth > GROUP_DEPTH_MAX)
        return fail(t);
    if (take(t, '?')) {
        if (!take(t, ':'))
            return fail(t); /* what looks ahead or back, and has a name, is not XPath's */
        buf_add(t->out, STR("(?:"));
    } else {
        if (++t->groups >= REGEX_GROUPS_MAX)
            return fail(t);
        buf_add_byte(t->out, '(');
    }
    if (!branches(t) || !take(t, ')'))
        return fail(t);
    buf_add_byte(t->out, ')');
    t->depth--;
    return true;
}

static bool atom(struct translating *t)
{
    bool single;
    char c = peek(t);
    switch (c) {
    case '(': t->at++; return group(t);
    case '[': t->at++; return class_group(t);
    case '\\': t->at++; return escape(t, false, &single);
    case '.':
        buf_add(t->out, t->dot_all ? STR("(?s:.)") : STR("[^\\n\\r]"));
        t->at++;
        return true;
    case '^':
    case '$':
        buf_add_byte(t->out, c);
        t->at++;
        return true;
    case '?':
    case '*':
    case '+':
    case '{':
    case '}':
    case ']': return fail(t);
    default: add_plain(t); return true;
    }
}

static bool branches(struct translating *t)
{
    for (;;) {
        if (t->at >= t->in.n || peek(t) == ')')
            return !t->failed;
        if (take(t, '|')) {
            buf_add_byte(t->out, '|');
            continue;
        }
        if (!atom(t) || !quantifier(t))
            return false;
    }
}

/* Flag x: white space is no part of a pattern, but inside a class it is. STR_NONE when memory is gone. */
static struct str without_space(struct arena *arena, struct str pattern)
{
    char *kept = ARENA_ARRAY(arena, pattern.n + 1, char);
    size_t n = 0;
    int classes = 0;
    if (!kept)
        return STR_NONE;
    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.p[i];
        if (classes == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
            continue;
        if (c == '\\' && i + 1 < pattern.n &&
            (classes > 0 || pattern.p[i + 1] == '[' || pattern.p[i + 1] == ']' || pattern.p[i + 1] == '\\')) {
            kept[n++] = c;
            c = pattern.p[++i];
        } else if (c == '[') {
            classes++;
        } else if (c == ']' && classes > 0) {
            classes--;
        }
        kept[n++] = c;
    }
    return (struct str){ kept, n };
}

static bool translate(struct str pattern, bool dot_all, struct buf *out)
{
    struct translating t = { .in = pattern, .out = out, .dot_all = dot_all };
    return branches(&t) && t.at == pattern.n && buf_ok(out);
}

static void give_back(void *self)
{
    struct regex *regex = self;
    pcre2_code_free(regex->code);
}

static bool read_flags(struct str flags, uint32_t *options, bool *spaces_out, bool *literal)
{
    *options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
    for (size_t i = 0; i < flags.n; i++) {
        if (str_find_byte(str_slice(flags, i + 1, flags.n), flags.p[i]) >= 0)
            return false;
        switch (flags.p[i]) {
        case 's': *options |= PCRE2_DOTALL; break;
        case 'm': *options |= PCRE2_MULTILINE; break;
        case 'i': *options |= PCRE2_CASELESS; break;
        case 'x': *spaces_out = true; break;
        case 'q': *literal = true; break;
        default: return false;
        }
    }
    if (*literal)
        *options =
            (*options & (PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_CASELESS | PCRE2_USE_OFFSET_LIMIT)) | PCRE2_LITERAL;
    return true;
}

/* The library's memory comes through the seam that tests have. */
static void *give(size_t size, void *self)
{
    (void)self;
    return mem_alloc(size);
}

static void take_back(void *p, void *self)
{
    (void)self;
    mem_free(p);
}

/* NULL, and *error of the library, where it is no pattern or memory is gone. */
static pcre2_code *compiled(struct str pattern, uint32_t options, int *error)
{
    PCRE2_SIZE where;
    pcre2_code *code = NULL;
    pcre2_general_context *general = pcre2_general_context_create(give, take_back, NULL);
    pcre2_compile_context *context = general ? pcre2_compile_context_create(general) : NULL;
    *error = OUT_OF_MEMORY;
    if (context)
        code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, options, error, &where, context);
    pcre2_compile_context_free(context);
    pcre2_general_context_free(general);
    return code;
}

static struct regex *make(struct arena *arena, struct str pattern, struct str flags, int *error)
{
    uint32_t options;
    bool spaces_out = false, literal = false;
    struct buf translated;
    if (pattern.n > PATTERN_MAX || !read_flags(flags, &options, &spaces_out, &literal))
        return NULL;
    buf_init(&translated, arena, PATTERN_MAX * 16);
    if (literal)
        buf_add(&translated, pattern);
    else if (!translate(spaces_out ? without_space(arena, pattern) : pattern, options & PCRE2_DOTALL, &translated))
        return NULL;
    struct regex *regex = ARENA_NEW(arena, struct regex);
    if (!regex)
        return NULL;
    struct str written = translated.n > 0 ? buf_str(&translated) : STR("");
    regex->literal = literal;
    regex->code = compiled(written, options, error);
    if (!regex->code)
        return NULL;
    if (!arena_hook(arena, give_back, regex)) {
        give_back(regex);
        *error = OUT_OF_MEMORY;
        return NULL;
    }
    return regex;
}

struct regex *regex_new(struct arena *arena, struct str pattern, struct str flags, bool *no_memory)
{
    int error = 0;
    struct regex *regex = make(arena, pattern, flags, &error);
    *no_memory = !regex && (error == OUT_OF_MEMORY || arena_failed(arena));
    return regex;
}

bool regex_is_literal(const struct regex *regex)
{
    return regex->literal;
}

int64_t regex_spent_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/*
 * The library's limit of steps holds for one place where a match may begin, and a text has a million of them: it looks
 * at some at a time, and time is looked at between.
 */
static int search(const struct regex *regex, struct str text, size_t at, pcre2_match_data *data,
                  pcre2_match_context *context)
{
    enum { PLACES = 64 };
    int64_t begun = regex_spent_us();
    PCRE2_SPTR bytes = (PCRE2_SPTR)(text.p ? text.p : "");
    for (size_t last = at + PLACES;; last += PLACES) {
        while (last < text.n && (bytes[last] & 0xC0) == 0x80)
            last++;
        pcre2_set_offset_limit(context, last < text.n ? last : PCRE2_UNSET);
        int found = pcre2_match(regex->code, bytes, text.n, at, PCRE2_NO_UTF_CHECK, data, context);
        if (found != PCRE2_ERROR_NOMATCH || last >= text.n)
            return found;
        if (regex_spent_us() - begun > DMN_MATCH_MILLISECONDS_MAX * 1000)
            return PCRE2_ERROR_MATCHLIMIT;
        at = last; /* and here once more: a look behind sees the text before it all the same */
    }
}

enum regex_answer regex_find(const struct regex *regex, struct str text, size_t at, struct regex_span *spans,
                             size_t *groups)
{
    pcre2_general_context *general = pcre2_general_context_create(give, take_back, NULL);
    pcre2_match_data *data = general ? pcre2_match_data_create_from_pattern(regex->code, general) : NULL;
    pcre2_match_context *context = general ? pcre2_match_context_create(general) : NULL;
    int found = PCRE2_ERROR_NOMEMORY;
    if (data && context) {
        pcre2_set_match_limit(context, DMN_MATCH_STEPS_MAX);
        pcre2_set_heap_limit(context, DMN_MATCH_KILOBYTES_MAX);
        found = search(regex, text, at, data, context);
    }
    if (found > 0) {
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);
        *groups = pcre2_get_ovector_count(data) - 1;
        for (size_t i = 0; i <= *groups && i < REGEX_GROUPS_MAX; i++) {
            bool there = i < (size_t)found && ends[2 * i] != PCRE2_UNSET;
            spans[i] = (struct regex_span){ there ? ends[2 * i] : SIZE_MAX, there ? ends[2 * i + 1] : SIZE_MAX };
        }
    }
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_general_context_free(general);
    if (found == PCRE2_ERROR_NOMEMORY)
        return REGEX_NO_MEMORY;
    return found > 0 ? REGEX_YES : found == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}
