/*
 * candour policy ask: what an officer asks, one question at a time.
 *
 * Promises: after each answer the case is evaluated anew, so that the next question is the most decisive one that is
 * left. Questions are the vocabulary's own, neutral words; what an answer could lead to is not said until the end. The
 * input may be a terminal or a pipe and is hostile: lines are bounded, and what is no answer is asked for again.
 */
#include "main/policy_ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/banned.h"

enum { LINE_MAX_BYTES = 4096, ASKED_MAX = 2000, IN_VAIN_MAX = 100, EVALUATION_MAX = 64 * 1024 * 1024 };

struct question_at {
    const struct policy_fact *fact;
    size_t entry;
};
struct conversation {
    struct policy_draft *draft;
    struct arena *scratch; /* of one question, and the evaluation before it */
    bool *passed;          /* asked, and not known: of each fact for each entry */
    struct question_at answered[ASKED_MAX];
    size_t answered_n;
    struct question_at again; /* that somebody went back to; .fact NULL: none */
    size_t in_vain;           /* lines in a row that were no answer: a pipe may never end */
};
enum heard { HEARD_ANSWER, HEARD_UNKNOWN, HEARD_BACK, HEARD_HELP, HEARD_MORE, HEARD_STOP, HEARD_NOTHING, HEARD_END };

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

static bool *passed_at(struct conversation *c, struct question_at at)
{
    size_t entry = policy_fact_repeats(at.fact) ? at.entry : 0;
    return &c->passed[entry * policy_vocabulary_n + (size_t)(at.fact - policy_vocabulary)];
}

/* ---- What is said ---- */

static void say_choices(const struct policy_fact *fact)
{
    switch (fact->type) {
    case POLICY_BOOLEAN:
        say("  1  yes");
        say("  2  no");
        break;
    case POLICY_SOME_OF:
        for (size_t i = 0; i < fact->values_n; i++)
            say("  %zu  %.*s", i + 1, STR_ARG(fact->values[i].label));
        say("  0  none of these");
        say("  Several may be right: write their numbers with commas.");
        break;
    case POLICY_ONE_OF:
        for (size_t i = 0; i < fact->values_n; i++)
            say("  %zu  %.*s", i + 1, STR_ARG(fact->values[i].label));
        break;
    case POLICY_NUMBER: say("  Write a whole number from 1 to %d.", (int)POLICY_NUMBER_MAX); break;
    case POLICY_DATE: say("  Write the day as 2022-10-16."); break;
    case POLICY_TEXT: say("  Write one line of at most %d characters.", (int)POLICY_TEXT_MAX); break;
    case POLICY_TEXTS: say("  Write them with a semicolon between; 0 for none."); break;
    }
}

static void say_question(const struct conversation *c, struct question_at at)
{
    say("\n%.*s", STR_ARG(at.fact->question));
    if (policy_fact_repeats(at.fact) && c->draft->conduct_n > 1)
        say("  To be settled: %.*s (thing %zu of %zu)", STR_ARG(at.fact->label), at.entry + 1, c->draft->conduct_n);
    else
        say("  To be settled: %.*s", STR_ARG(at.fact->label));
    say_choices(at.fact);
    say("  n not known, b back, m another thing was done, ? help, q stop");
}

/* ---- What is heard ---- */

static enum heard hear(char line[LINE_MAX_BYTES], struct str *out)
{
    fputs("> ", stderr);
    fflush(stderr);
    if (!fgets(line, LINE_MAX_BYTES, stdin))
        return HEARD_END;
    size_t n = strlen(line);
    if (n == LINE_MAX_BYTES - 1 && line[n - 1] != '\n') {
        for (int c = getchar(); c != EOF && c != '\n'; c = getchar())
            ;
        say("This is too long. Write a shorter answer.");
        return HEARD_NOTHING;
    }
    static const struct {
        struct str word;
        enum heard means;
    } words[] = { { STR_INIT("n"), HEARD_UNKNOWN }, { STR_INIT("not known"), HEARD_UNKNOWN },
                  { STR_INIT("b"), HEARD_BACK },    { STR_INIT("back"), HEARD_BACK },
                  { STR_INIT("?"), HEARD_HELP },    { STR_INIT("help"), HEARD_HELP },
                  { STR_INIT("m"), HEARD_MORE },    { STR_INIT("q"), HEARD_STOP },
                  { STR_INIT("stop"), HEARD_STOP }, { STR_INIT(""), HEARD_NOTHING } };
    *out = str_trim(str_of(line));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal_nocase(*out, words[i].word))
            return words[i].means;
    return HEARD_ANSWER;
}

/* A number as the choices have it, or the words of the JSON; STR_NONE: neither. */
static struct str chosen(const struct policy_fact *fact, struct str piece)
{
    int64_t number;
    if (fact->type == POLICY_BOOLEAN) {
        bool yes = str_equal(piece, STR("1")) || str_equal_nocase(piece, STR("yes")) || str_equal(piece, STR("true"));
        bool no = str_equal(piece, STR("2")) || str_equal_nocase(piece, STR("no")) || str_equal(piece, STR("false"));
        return yes ? STR("true") : no ? STR("false") : STR_NONE;
    }
    if (str_to_i64(piece, &number))
        return number >= 1 && number <= (int64_t)fact->values_n ? fact->values[number - 1].word : STR_NONE;
    for (size_t i = 0; i < fact->values_n; i++)
        if (str_equal_nocase(piece, fact->values[i].word))
            return fact->values[i].word;
    return STR_NONE;
}

/* Several with `between`; none is "0". False where a piece is none of the choices, or memory is gone. */
static bool take_list(struct policy_draft *draft, const struct policy_fact *fact, struct str said, char between,
                      struct policy_known *out)
{
    size_t most = 1;
    for (size_t i = 0; i < said.n; i++)
        most += said.p[i] == between;
    struct str piece, *words = ARENA_ARRAY(draft->arena, most, struct str);
    *out = (struct policy_known){ true, words, 0 };
    if (!words || str_equal(said, STR("0")))
        return words != NULL;
    while (str_cut(&said, between, &piece)) {
        piece = str_trim(piece);
        if (fact->type == POLICY_SOME_OF)
            piece = chosen(fact, piece);
        if (!piece.p || piece.n == 0)
            return false;
        words[out->words_n++] = str_copy(draft->arena, piece);
    }
    return !arena_failed(draft->arena);
}

/* False, with words for people, where it is no answer; then what was known before stays. */
static bool take(struct conversation *c, struct question_at at, struct str said)
{
    struct fault fault;
    struct policy_draft *draft = c->draft, checked = *draft;
    struct policy_known *value = policy_draft_at(draft, at.fact, at.entry), before = *value, taken = { 0 };
    bool good = true;
    checked.arena = c->scratch;
    switch (at.fact->type) {
    case POLICY_BOOLEAN:
    case POLICY_ONE_OF: {
        struct str word = chosen(at.fact, said);
        good = word.p && policy_draft_set(draft, at.fact, at.entry, word);
        break;
    }
    case POLICY_SOME_OF:
        good = take_list(draft, at.fact, said, ',', &taken);
        *value = taken;
        break;
    case POLICY_TEXTS:
        good = take_list(draft, at.fact, said, ';', &taken);
        *value = taken;
        break;
    case POLICY_NUMBER:
    case POLICY_DATE:
    case POLICY_TEXT: good = str_is_text(said) && policy_draft_set(draft, at.fact, at.entry, said); break;
    }
    if (good && policy_draft_check(&checked, at.fact, at.entry, &fault) == STATUS_OK)
        return true;
    *value = before;
    say("This is no answer to the question. Write what is asked for below, or n where it is not known.");
    return false;
}

/* ---- What comes next ---- */

/* The most decisive fact that is left; the day first, because it says which law counts. False: nothing is left. */
static bool next_question(struct conversation *c, const struct policy_answer *answer, struct question_at *out)
{
    *out = c->again;
    c->again.fact = NULL;
    if (out->fact)
        return true;
    *out = (struct question_at){ policy_fact_find(STR("dates.incident")), 0 };
    if (out->fact && !policy_draft_at(c->draft, out->fact, 0)->known && !*passed_at(c, *out))
        return true;
    for (size_t i = 0; i < answer->questions_n; i++) {
        const struct policy_known *value =
            policy_draft_find(c->draft, answer->questions[i].fact, &out->fact, &out->entry);
        if (value && !value->known && !*passed_at(c, *out))
            return true;
    }
    return false;
}

static void go_back(struct conversation *c, struct question_at now)
{
    c->again = now;
    if (c->answered_n == 0) {
        say("This is the first question.");
        return;
    }
    c->again = c->answered[--c->answered_n];
    *passed_at(c, c->again) = false;
    *policy_draft_at(c->draft, c->again.fact, c->again.entry) = (struct policy_known){ 0 };
}

static void add_entry(struct conversation *c, struct question_at now)
{
    c->again = now;
    if (c->draft->conduct_n == POLICY_CONDUCT_MAX) {
        say("A case has at most %d things that were done.", (int)POLICY_CONDUCT_MAX);
        return;
    }
    size_t entry = c->draft->conduct_none ? 0 : c->draft->conduct_n++;
    c->draft->conduct_none = false;
    c->again = (struct question_at){ policy_fact_find(STR("conduct[].act")), entry };
    say("Thing %zu:", c->draft->conduct_n);
}

/* False: nothing more is asked. */
static bool ask_one(struct conversation *c, struct question_at at)
{
    char line[LINE_MAX_BYTES];
    struct str said;
    if (c->in_vain++ == IN_VAIN_MAX) {
        say("Nothing that was written is an answer. This is the answer so far.");
        return false;
    }
    say_question(c, at);
    switch (hear(line, &said)) {
    case HEARD_ANSWER:
        if (!take(c, at, said)) {
            c->again = at;
            return true;
        }
        break;
    case HEARD_UNKNOWN: *passed_at(c, at) = true; break;
    case HEARD_BACK: go_back(c, at); return true;
    case HEARD_MORE: add_entry(c, at); return true;
    case HEARD_HELP:
        say("  %.*s", STR_ARG(at.fact->help));
        say("  In a file of facts it is %.*s.", STR_ARG(at.fact->path));
        c->again = at;
        return true;
    case HEARD_NOTHING: c->again = at; return true;
    case HEARD_STOP: return false;
    case HEARD_END: say("\nThe input has ended. This is the answer so far."); return false;
    }
    c->in_vain = 0;
    c->answered[c->answered_n++] = at;
    return c->answered_n < ASKED_MAX;
}

/* What was said last does not fit with the rest, such as a day after the other: it is asked for again. */
static bool take_back(struct conversation *c, const struct fault *fault)
{
    if (c->answered_n == 0)
        return false;
    say("%s", fault->text);
    c->again = c->answered[--c->answered_n];
    *policy_draft_at(c->draft, c->again.fact, c->again.entry) = (struct policy_known){ 0 };
    return true;
}

static enum status converse(struct conversation *c, struct policy_case *asked, struct policy_facts *facts,
                            struct policy_answer *out, struct fault *fault)
{
    bool more = true;
    say("Real words and deeds may be told here: nothing leaves this machine, and nothing is kept unless --save asks "
        "for it.");
    say("An officer and the force crime registrar decide; this is what the packs say.");
    for (;;) {
        struct question_at at;
        struct policy_draft now = *c->draft; /* only the last answer stays */
        arena_reset(c->scratch);
        now.arena = more ? c->scratch : c->draft->arena;
        enum status status = policy_draft_facts(&now, facts, fault);
        if (status == STATUS_INVALID && take_back(c, fault)) {
            if (!more)
                continue; /* the answer is given without it */
            at = c->again;
            c->again.fact = NULL;
            more = ask_one(c, at);
            continue;
        }
        asked->facts = facts;
        if (status == STATUS_OK)
            status = policy_evaluate(now.arena, asked, out, fault);
        if (status != STATUS_OK || !more)
            return status;
        more = next_question(c, out, &at) && ask_one(c, at);
    }
}

enum status policy_ask(struct policy_draft *draft, const struct policy_case *asked, struct policy_facts *facts,
                       struct policy_answer *out, struct fault *fault)
{
    struct policy_case one = *asked;
    struct conversation *c = ARENA_NEW(draft->arena, struct conversation);
    bool *passed = ARENA_ARRAY(draft->arena, policy_vocabulary_n * (size_t)POLICY_CONDUCT_MAX, bool);
    if (!c || !passed)
        return fault_no_memory(fault);
    *c = (struct conversation){ .draft = draft, .passed = passed, .scratch = arena_new(EVALUATION_MAX) };
    enum status status = c->scratch ? converse(c, &one, facts, out, fault) : fault_no_memory(fault);
    arena_free(c->scratch);
    return status;
}
