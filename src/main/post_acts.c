/*
 * The acts of "candour post", one a call.
 *
 * Promises: every act names who acts and is refused in plain words where a
 * rule forbids it; it holds for the edition that was read here, and fails where
 * somebody changed it meanwhile. A command cannot set an act in the past.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/post_call.h"
#include "main/posts_said.h"
#include "posts/erasure.h"
#include "base/banned.h"

enum { HASH_SHORTEST = 8, HASH_DIGITS = 64 };

static bool edition_good(struct str asked)
{
    for (size_t i = 0; i < asked.n; i++) {
        char c = asked.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return false;
    }
    return asked.n >= HASH_SHORTEST && asked.n <= HASH_DIGITS;
}

/* Looks at the post as it stands and asks who acts. With --edition only that edition will do. */
int post_begin(struct call *call, const char *key, struct actor *actor, struct act *act, struct post_entry *entry)
{
    struct fault fault;
    struct db_tx *tx = NULL;
    struct str asked = call->options[OPTION_EDITION].seen ? str_of(call->options[OPTION_EDITION].value) : STR_NONE;
    if (asked.p != NULL && !edition_good(asked))
        return options_wrong(call->command,
                             "--edition takes the hash of the edition as post show gives it: %d digits (0 to 9, a to "
                             "f), or its first %d or more.",
                             HASH_DIGITS, HASH_SHORTEST);
    enum status status = db_read_begin(call->in.db, &tx, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    status = posts_entry(tx, call->arena, str_of(key), entry);
    db_read_end(tx);
    if (status == STATUS_NOT_FOUND)
        fault_set(&fault, status, "There is no post of that name: candour post list names those there are.");
    else if (status != STATUS_OK)
        fault_set(&fault, status, "The post could not be read (%s): run candour doctor.", status_name(status));
    else if (asked.p != NULL && !str_equal_nocase(str_slice(entry->hash_hex, 0, asked.n), asked))
        status = fault_set(&fault, STATUS_CONFLICT,
                           "That is not the newest edition, which is number %lld, %.*s. Read it with post show and try "
                           "again.",
                           (long long)entry->number, STR_ARG(entry->hash_hex));
    if (status != STATUS_OK)
        return command_fail(&fault);
    int code = command_actor(&call->in, &call->options[OPTION_AS], &call->options[OPTION_USER], actor);
    *act = (struct act){ .by = actor, .now = clock_now_ms() };
    return code;
}

/* One act on one post. `fn` NULL: the caller writes. */
static int step_act(struct call *call, db_write_fn *fn, struct post_step *step, struct post_entry *entry)
{
    struct fault fault;
    int code = post_begin(call, call->argv[0], &call->actor, &call->act, entry);
    if (code != EXIT_DONE)
        return code;
    *step = (struct post_step){ .arena = call->arena,
                                .act = &call->act,
                                .key = entry->key,
                                .hash_hex = entry->hash_hex,
                                .words = call->options[OPTION_REASON].seen ? str_of(call->options[OPTION_REASON].value)
                                                                           : STR_NONE };
    if (fn == NULL)
        return EXIT_DONE;
    return db_write(call->in.db, fn, step, &fault) == STATUS_OK ? EXIT_DONE : command_fail(&fault);
}

static int write_of(struct call *call, db_write_fn *fn, void *arg)
{
    struct fault fault;
    return db_write(call->in.db, fn, arg, &fault) == STATUS_OK ? EXIT_DONE : command_fail(&fault);
}

static int said_step(struct call *call, db_write_fn *fn, const char *done)
{
    struct post_step step;
    struct post_entry entry;
    int code = step_act(call, fn, &step, &entry);
    if (code == EXIT_DONE)
        printf("%.*s: edition %lld %s, \"%.*s\", %.*s\n", STR_ARG(entry.key), (long long)step.number, done,
               STR_ARG(entry.title), STR_ARG(entry.hash_hex));
    return code;
}

int post_submit(struct call *call)
{
    return said_step(call, posts_submit_write, "handed in for review");
}

int post_changes(struct call *call)
{
    return said_step(call, posts_changes_write, "sent back to its authors");
}

int post_approve(struct call *call)
{
    return said_step(call, posts_approve_write, "approved");
}

int post_discard(struct call *call)
{
    return said_step(call, posts_discard_write, "given up");
}

int post_speaker(struct call *call)
{
    return said_step(call, posts_speaker_write, "confirmed by its speaker");
}

int post_confirm(struct call *call)
{
    struct post_confirmation confirmation;
    struct post_entry entry;
    if (!call->options[OPTION_CHECK].seen)
        return options_wrong(call->command, "Say which check is answered: --check ID.");
    int code = step_act(call, NULL, &confirmation.step, &entry);
    confirmation.check = str_of(call->options[OPTION_CHECK].value);
    if (code == EXIT_DONE)
        code = write_of(call, posts_confirm_write, &confirmation);
    if (code == EXIT_DONE)
        printf("%.*s: the check %.*s is answered for edition %lld\n", STR_ARG(entry.key), STR_ARG(confirmation.check),
               (long long)confirmation.step.number);
    return code;
}

int post_schedule(struct call *call)
{
    struct post_schedule schedule = { .cancel = call->options[OPTION_CANCEL].seen };
    struct post_entry entry;
    if (schedule.cancel == call->options[OPTION_AT].seen)
        return options_wrong(call->command, "Say when it goes out, --at 2026-03-02T19:11, or take it back, --cancel.");
    if (!schedule.cancel && !post_call_at(&call->options[OPTION_AT], &schedule.at))
        return options_wrong(call->command, "--at takes a day and a time in local time, such as 2026-03-02T19:11.");
    int code = step_act(call, NULL, &schedule.step, &entry);
    if (code == EXIT_DONE)
        code = write_of(call, posts_schedule_write, &schedule);
    if (code == EXIT_DONE && schedule.cancel)
        printf("%.*s: the release is taken back; edition %lld stays approved\n", STR_ARG(entry.key),
               (long long)schedule.step.number);
    else if (code == EXIT_DONE)
        printf("%.*s: edition %lld goes out on %s\n", STR_ARG(entry.key), (long long)schedule.step.number,
               post_call_time(call->arena, schedule.at));
    return code;
}

int post_publish(struct call *call)
{
    struct post_release release = { .emergency = call->options[OPTION_EMERGENCY].seen };
    struct post_entry entry;
    if (release.emergency && (!call->options[OPTION_REASON].seen || !call->options[OPTION_TOLD].seen))
        return options_wrong(call->command, "An emergency publication says why it cannot wait, --reason TEXT, and who "
                                            "was told, --told \"NAME, OFFICE\".");
    if (!release.emergency && (call->options[OPTION_REASON].seen || call->options[OPTION_TOLD].seen))
        return options_wrong(call->command, "--reason and --told go with --emergency.");
    int code = step_act(call, NULL, &release.step, &entry);
    release.told = release.emergency ? str_of(call->options[OPTION_TOLD].value) : STR_NONE;
    if (code == EXIT_DONE)
        code = write_of(call, posts_publish_write, &release);
    if (code != EXIT_DONE)
        return code;
    printf("%.*s: published at %.*s\n", STR_ARG(entry.key),
           STR_ARG(post_call_address(call->arena, &release.step.address)));
    if (release.emergency)
        printf("It went out without a second pair of eyes, and the register says so. Somebody who did not write or "
               "publish it reviews it by %s, with \"candour post review-late %.*s\".\n",
               post_call_time(call->arena, release.step.act->now + POST_LATE_REVIEW_MS), STR_ARG(entry.key));
    return EXIT_DONE;
}

int post_review_late(struct call *call)
{
    struct post_step step;
    struct post_entry entry;
    struct option *edition = &call->options[OPTION_EDITION];
    /* What went out need not be the newest edition; the act says which one it was. */
    const char *asked = edition->seen ? edition->value : NULL;
    edition->seen = false;
    int code = step_act(call, NULL, &step, &entry);
    if (asked != NULL)
        step.hash_hex = str_of(asked);
    if (code == EXIT_DONE)
        code = write_of(call, posts_review_late_write, &step);
    if (code == EXIT_DONE)
        printf("%.*s: edition %lld reviewed after its emergency publication\n", STR_ARG(entry.key),
               (long long)step.number);
    return code;
}

/* "Court order" and "court_order" mean it too: what a ground hides must not come out for a capital or a blank. */
static struct str ground_spelt(struct arena *arena, struct str word)
{
    char *p = arena_alloc(arena, word.n + 1, 1);
    for (size_t i = 0; p != NULL && i < word.n; i++) {
        char c = word.p[i];
        p[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == ' ' || c == '_' ? '-' : c;
    }
    return (struct str){ p, p == NULL ? 0 : word.n };
}

/* Nothing brings it back, so a terminal is asked once more; a program that calls this has said it with the ground. */
static bool may_erase(const struct call *call, const struct str *keys, size_t n)
{
    char line[16];
    if (!isatty(STDIN_FILENO) || call->options[OPTION_USER].seen)
        return true;
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "%s%.*s", i == 0 ? "This erases for good: " : ", ", STR_ARG(keys[i]));
    fprintf(stderr, "\nNothing brings it back. Write yes to go on: ");
    fflush(stderr);
    if (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "yes\n") == 0)
        return true;
    fprintf(stderr, "Nothing was changed.\n");
    return false;
}

static int say_erased(const struct call *call, enum status status, const struct fault *fault)
{
    printf("Copy %s/" ERASURES_FILE " to another machine now: a backup that was made before this is restored only with "
           "the newest list, and is erased again then. Backups and copies of files that you keep elsewhere still hold "
           "what was erased here.\n",
           call->in.folder);
    return status == STATUS_OK ? EXIT_DONE : command_fail(fault);
}

int post_correct(struct call *call)
{
    struct fault fault;
    struct post_correct correct;
    struct post_entry entry;
    if (!call->options[OPTION_KIND].seen ||
        !post_correction_of_word(str_of(call->options[OPTION_KIND].value), &correct.kind))
        return options_wrong(call->command, "Say what the correction is: --kind factual, clarification, label-added, "
                                            "picture-replaced or policy.");
    correct.erases = call->options[OPTION_GROUND].seen;
    if (correct.erases &&
        (!post_ground_of_word(ground_spelt(call->arena, str_of(call->options[OPTION_GROUND].value)), &correct.ground) ||
         !post_ground_hides(correct.ground)))
        return options_wrong(call->command, "The grounds on which a correction erases what was there before are "
                                            "court-order, personal-data and safety.");
    if (correct.erases == call->options[OPTION_REASON].seen)
        return options_wrong(call->command, "A correction says what was wrong and is right now, --reason TEXT, or "
                                            "erases what was there before without a word of it, --ground GROUND.");
    int code = step_act(call, NULL, &correct.step, &entry);
    if (code == EXIT_DONE && correct.erases && !may_erase(call, &entry.key, 1))
        code = EXIT_CANNOT;
    if (code != EXIT_DONE)
        return code;
    enum status status = posts_correct(call->in.db, call->in.folder, &correct, &fault);
    if (status != STATUS_OK && status != STATUS_BUSY)
        return command_fail(&fault);
    printf("%.*s: corrected with edition %lld; the correction stands at %.*s and in the register\n",
           STR_ARG(correct.key_now), (long long)correct.step.number,
           STR_ARG(post_call_address(call->arena, &correct.step.address)));
    if (correct.erases)
        printf("What it was before is erased, with its name: from now on it is called %.*s. Its old address says that "
               "it is gone and where the corrected post is.\n",
               STR_ARG(correct.key_now));
    return correct.erases ? say_erased(call, status, &fault) : EXIT_DONE;
}

int post_end(struct call *call)
{
    struct post_end end;
    struct post_entry entry;
    if (!call->options[OPTION_REASON].seen ||
        !post_ending_of_word(str_of(call->options[OPTION_REASON].value), &end.ending))
        return options_wrong(call->command, "Say why it is over: --reason found, arrested, trial-over or event-over.");
    int code = step_act(call, NULL, &end.step, &entry);
    if (code == EXIT_DONE)
        code = write_of(call, posts_end_write, &end);
    if (code == EXIT_DONE)
        printf("%.*s: ended; %.*s says so and shows none of it\n", STR_ARG(entry.key),
               STR_ARG(post_call_address(call->arena, &end.step.address)));
    return code;
}

int post_restore(struct call *call)
{
    struct post_step step;
    struct post_entry entry;
    if (!call->options[OPTION_REASON].seen)
        return options_wrong(call->command, "A restoration has a reason for the public: --reason TEXT.");
    int code = step_act(call, posts_restore_write, &step, &entry);
    if (code == EXIT_DONE)
        printf("%.*s: public again at %.*s\n", STR_ARG(entry.key),
               STR_ARG(post_call_address(call->arena, &step.address)));
    return code;
}

/*
 * "--reason 'error: words'" names the ground too, and a ground alone needs no words where it hides them; "--ground"
 * does it by itself, and leaves the reason as it was written. One word with a colon behind it that is no ground is
 * refused, and so is what is nearly one: a ground written wrongly would publish what it was to hide.
 */
static bool ground_of(const struct call *call, enum post_ground *ground, struct str *reason)
{
    struct str all = str_trim(str_of(call->options[OPTION_REASON].value));
    *ground = GROUND_OTHER;
    *reason = all;
    if (call->options[OPTION_GROUND].seen)
        return post_ground_of_word(ground_spelt(call->arena, str_of(call->options[OPTION_GROUND].value)), ground);
    ptrdiff_t colon = str_find_byte(all, ':');
    struct str word = str_trim(str_slice(all, 0, colon < 0 ? all.n : (size_t)colon));
    if (post_ground_of_word(ground_spelt(call->arena, word), ground)) {
        *reason = colon < 0 ? STR("") : str_trim(str_slice(all, (size_t)colon + 1, all.n));
        return true;
    }
    struct str spelt = ground_spelt(call->arena, word);
    return word.n == 0 || (str_find_byte(word, ' ') >= 0 &&
                           word_nearest(post_ground_words.words, post_ground_words.n, spelt).p == NULL);
}

int post_withdraw(struct call *call)
{
    struct fault fault;
    struct actor actor;
    struct act act;
    struct post_entry entry;
    struct post_withdrawal withdrawal = { .arena = call->arena, .act = &act, .keys_n = (size_t)call->argc };
    if (!call->options[OPTION_REASON].seen)
        return options_wrong(call->command, "A withdrawal has a reason for the public: --reason TEXT.");
    if (!ground_of(call, &withdrawal.ground, &withdrawal.reason))
        return options_wrong(call->command,
                             "Grounds are error, disclosure, policy, licence-or-consent, court-order, personal-data, "
                             "safety and other. Where the reason begins with another word and a colon, is one word, "
                             "or only looks like a ground, add --ground.");
    struct str *keys = ARENA_ARRAY(call->arena, withdrawal.keys_n, struct str);
    withdrawal.addresses = ARENA_ARRAY(call->arena, withdrawal.keys_n, struct post_address);
    withdrawal.keys_now = ARENA_ARRAY(call->arena, withdrawal.keys_n, struct str);
    if (keys == NULL || withdrawal.addresses == NULL || withdrawal.keys_now == NULL) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    for (size_t i = 0; i < withdrawal.keys_n; i++)
        keys[i] = str_of(call->argv[i]);
    withdrawal.keys = keys;
    int code = post_begin(call, call->argv[0], &actor, &act, &entry);
    bool erases = post_ground_erases(withdrawal.ground);
    if (code == EXIT_DONE && erases && !may_erase(call, keys, withdrawal.keys_n))
        code = EXIT_CANNOT;
    if (code != EXIT_DONE)
        return code;
    enum status status = posts_withdraw(call->in.db, call->in.folder, &withdrawal, &fault);
    if (status != STATUS_OK && status != STATUS_BUSY)
        return command_fail(&fault);
    bool hides = post_ground_hides(withdrawal.ground);
    for (size_t i = 0; i < withdrawal.keys_n; i++)
        if (hides)
            printf("%.*s: withdrawn and erased; what is left of it is called %.*s, and its old address says that it is "
                   "gone\n",
                   STR_ARG(keys[i]), STR_ARG(withdrawal.keys_now[i]));
        else
            printf("%.*s: withdrawn%s; a notice stands at %.*s\n", STR_ARG(keys[i]),
                   erases ? ", and its pictures are gone" : "",
                   STR_ARG(post_call_address(call->arena, &withdrawal.addresses[i])));
    if (hides)
        printf("On this ground the public sees the date and the ground only, and your words were not kept.\n");
    return erases ? say_erased(call, status, &fault) : EXIT_DONE;
}
