/* Small things that commands share, beside command.h. For this room only. */
#ifndef CANDOUR_MAIN_OPTIONS_H
#define CANDOUR_MAIN_OPTIONS_H

#include "main/command.h"

/* The name that is nearest to `word` and near enough to be meant; NULL: none. Ends where a name is NULL. */
const char *options_nearest(const char *word, const char *const *names);
/* "candour: …" and the exit code for a wrong argument, with where to read on. */
int options_wrong(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes one line of it that cannot move a terminal's cursor: each control character becomes "?". */
void options_one_line(char *text);
/* "candour: " and one clean line on standard error, whatever stands in a path or an argument. */
void options_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Usage and help of a command on standard output. */
void options_help(const struct command *command);

#endif
