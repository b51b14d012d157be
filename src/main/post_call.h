/* What the files of "candour post" share: one call of it, and how things are said. For this room only. */
#ifndef CANDOUR_MAIN_POST_CALL_H
#define CANDOUR_MAIN_POST_CALL_H

#include "main/options.h"
#include "posts/acts.h"

struct buf;
struct json_writer;

enum { SAID_MAX = 8 * 1024 * 1024 };

enum post_option {
    OPTION_DATA,
    OPTION_AS,
    OPTION_USER,
    OPTION_REASON,
    OPTION_GROUND,
    OPTION_EDITION,
    OPTION_CHECK,
    OPTION_AT,
    OPTION_CANCEL,
    OPTION_EMERGENCY,
    OPTION_TOLD,
    OPTION_KIND,
    OPTION_SUBMIT,
    OPTION_ELSEWHERE,
    OPTION_JSON,
    OPTIONS
};

struct call {
    const struct command *command;
    struct installation in;
    struct arena *arena; /* of its own: an import may need more than the installation has */
    struct option *options;
    int argc; /* positional arguments behind the subcommand */
    char **argv;
    bool json;
    struct actor actor; /* who acts, once asked */
    struct act act;
};

/* Local time, "2026-03-02 19:11". */
const char *post_call_time(struct arena *arena, int64_t at);
/* "/news/2026/slug"; STR_NONE where it was never public. */
struct str post_call_address(struct arena *arena, const struct post_address *address);
/* A value of JSON under a name; null where it is STR_NONE, or not set. */
void post_call_put(struct json_writer *w, const char *name, struct str value);
void post_call_put_time(struct json_writer *w, struct arena *arena, const char *name, struct db_opt_int at);
/* All of it and a line end on standard output. */
void post_call_say(const struct buf *out);
/* What stands there on standard output, and empties it, so that a list of any length fits. False after a failure. */
bool post_call_flush(struct buf *out);
/* A time as a person writes it, "2026-03-02T19:11"; false where it is none, or the option is not there. */
bool post_call_at(const struct option *option, int64_t *out);

/* Files to posts: one act, or as many as it takes (post_import.c). */
int post_import(struct call *call);

int post_list(struct call *call);
int post_show(struct call *call);
int post_check(struct call *call);
int post_export(struct call *call);

/*
 * The post as it stands now, and who acts on it. With --edition only that edition will do, and its first digits are
 * enough. Exit code; EXIT_DONE: go on.
 */
int post_begin(struct call *call, const char *key, struct actor *actor, struct act *act, struct post_entry *entry);
int post_submit(struct call *call);
int post_changes(struct call *call);
int post_confirm(struct call *call);
int post_approve(struct call *call);
int post_schedule(struct call *call);
int post_publish(struct call *call);
int post_review_late(struct call *call);
int post_correct(struct call *call);
int post_withdraw(struct call *call);
int post_end(struct call *call);
int post_restore(struct call *call);
int post_discard(struct call *call);
int post_speaker(struct call *call);

#endif
