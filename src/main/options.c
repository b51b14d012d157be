/*
 * Arguments of a command, and the one way in which a command fails.
 *
 * Promises: an argument that is not understood ends the command before
 * anything is done; whatever a fault says goes out as one line.
 */
#include "main/options.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

enum { WORD_MAX = 32, FAR = 3 };

const char *options_nearest(const char *word, const char *const *names)
{
    const char *found = NULL;
    size_t best = FAR;
    for (; *names; names++) {
        size_t d = str_distance(str_of(word), str_of(*names));
        bool beginning = strlen(word) > 1 && strncmp(word, *names, strlen(word)) == 0;
        if (beginning)
            d = 0;
        if (d < best && d < strlen(*names)) {
            best = d;
            found = *names;
        }
    }
    return found;
}

void options_one_line(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < ' ' || *c == 127)
            *c = '?';
        else if (*c == 0xC2 && c[1] >= 0x80 && c[1] <= 0x9F) /* those of the upper half */
            c[0] = c[1] = '?';
}

void options_say(const char *format, ...)
{
    char words[2 * PATH_MAX];
    va_list ap;
    va_start(ap, format);
    vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    options_one_line(words);
    fprintf(stderr, "candour: %s\n", words);
}

int options_wrong(const struct command *command, const char *format, ...)
{
    va_list ap;
    char words[FAULT_TEXT_SIZE];
    va_start(ap, format);
    vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    options_say("%s See candour %s --help.", words, command->name);
    return EXIT_CANNOT;
}

void options_help(const struct command *command)
{
    struct str rest = str_of(command->usage), line;
    const char *lead = "usage: candour ";
    while (str_cut(&rest, '\n', &line)) {
        printf("%s%.*s\n", lead, STR_ARG(line));
        lead = "       candour ";
    }
    printf("\n%s\n", command->help);
}

static struct option *option_of(struct option *options, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_equal(name, str_of(options[i].name)))
            return &options[i];
    return NULL;
}

static bool unknown(const struct command *command, const struct option *options, size_t n, struct str name)
{
    char word[WORD_MAX + 1];
    const char *names[16] = { NULL };
    snprintf(word, sizeof word, "%.*s", STR_ARG(str_slice(name, 0, WORD_MAX)));
    for (size_t i = 0; i < n && i < 15; i++)
        names[i] = options[i].name;
    const char *nearest = options_nearest(word, names);
    if (nearest)
        options_wrong(command, "%s has no option %s; did you mean %s?", command->name, word, nearest);
    else
        options_wrong(command, "%s has no option %s.", command->name, word);
    return false;
}

bool command_options(const struct command *command, int argc, char **argv, struct option *options, size_t n, int *rest,
                     bool *help)
{
    bool only_words = false;
    *rest = 0;
    *help = false;
    for (int i = 1; i < argc; i++) {
        struct str word = str_of(argv[i]);
        if (only_words || word.n < 2 || word.p[0] != '-') {
            argv[1 + (*rest)++] = argv[i];
            continue;
        }
        if (str_equal(word, STR("--"))) {
            only_words = true;
            continue;
        }
        if (str_equal(word, STR("--help")) || str_equal(word, STR("-h"))) {
            options_help(command);
            *help = true;
            return true;
        }
        ptrdiff_t equals = str_find_byte(word, '=');
        struct str name = str_slice(word, 0, equals < 0 ? word.n : (size_t)equals);
        struct option *o = option_of(options, n, name);
        if (!o)
            return unknown(command, options, n, name);
        if (o->seen && o->values_n == o->values_max) {
            if (o->values)
                options_wrong(command, "%s stands more than %zu times.", o->name, o->values_max);
            else
                options_wrong(command, "%s stands twice.", o->name);
            return false;
        }
        if (!o->takes_value && equals >= 0) {
            options_wrong(command, "%s takes no value.", o->name);
            return false;
        }
        if (o->takes_value) {
            const char *value = equals >= 0 ? argv[i] + equals + 1 : i + 1 < argc ? argv[++i] : NULL;
            if (!value || !value[0]) {
                options_wrong(command, "%s needs a value.", o->name);
                return false;
            }
            if (!o->seen)
                o->value = value;
            if (o->values)
                o->values[o->values_n++] = value;
        }
        o->seen = true;
    }
    return true;
}

int command_fail(const struct fault *fault)
{
    options_say("%s", fault->text);
    switch (fault->status) {
    case STATUS_OK: return EXIT_DONE;
    case STATUS_INVALID:
    case STATUS_DENIED:
    case STATUS_CONFLICT:
    case STATUS_REFUSED: return EXIT_REFUSED;
    case STATUS_NOT_FOUND:
    case STATUS_LIMIT:
    case STATUS_BUSY:
    case STATUS_UNAVAILABLE:
    case STATUS_FULL:
    case STATUS_IO:
    case STATUS_NO_MEMORY: return EXIT_CANNOT;
    case STATUS_DAMAGED:
    case STATUS_NEWER: return EXIT_DATA;
    }
    return EXIT_CANNOT;
}
