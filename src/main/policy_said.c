/* Answers and packs in a terminal, in plain words. */
#include "main/policy_said.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/command.h"
#include "main/dmn_said.h"
#include "policy/sign.h"
#include "base/banned.h"

enum { LINE_MAX_BYTES = 64 * 1024, JSON_MAX = 1024 * 1024 };

void policy_said_line(const char *format, ...)
{
    char line[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    struct str text = str_of(line);
    while (text.n > 0 && !str_is_text(text)) /* cut inside a character */
        text.n--;
    dmn_said_clean(text);
    printf("\n");
}

/* "a, b, c" */
static struct str listed(struct arena *arena, const struct str *words, size_t n)
{
    struct buf b;
    buf_init(&b, arena, LINE_MAX_BYTES);
    for (size_t i = 0; i < n; i++)
        buf_format(&b, "%s%.*s", i ? ", " : "", STR_ARG(words[i]));
    return buf_ok(&b) && b.n ? buf_str(&b) : STR("");
}

static void say_offences(struct arena *arena, const struct policy_answer *answer)
{
    size_t others = 0;
    for (int status = POLICY_MADE_OUT; status <= POLICY_POSSIBLE; status++)
        for (size_t i = 0; i < answer->offences_n; i++) {
            const struct policy_offence_answer *one = &answer->offences[i];
            if (one->status != (enum policy_made_out)status)
                continue;
            policy_said_line("  %s: %.*s, %.*s (%.*s)%s%.*s", status == POLICY_MADE_OUT ? "made out" : "possible",
                             STR_ARG(one->offence->name), STR_ARG(one->offence->provision), STR_ARG(one->offence->id),
                             one->aggravated.p ? "; aggravated: " : "", STR_ARG(one->aggravated));
            if (one->missing_n)
                policy_said_line("    not known: %.*s", STR_ARG(listed(arena, one->missing, one->missing_n)));
        }
    for (size_t i = 0; i < answer->offences_n; i++)
        others += answer->offences[i].status == POLICY_NOT_MADE_OUT;
    if (answer->offences_n)
        policy_said_line("  not made out: %zu of the %zu offences of this law", others, answer->offences_n);
}

static void say_reasons(const struct policy_answer *answer)
{
    size_t unverified = 0;
    for (size_t i = 0; i < answer->reasons_n; i++) {
        const struct policy_reason *reason = &answer->reasons[i];
        policy_said_line("  %.*s", STR_ARG(reason->text));
        policy_said_line("    %.*s%s%.*s; verified: %.*s; rule %.*s", STR_ARG(reason->instrument),
                         reason->place.n ? ", " : "", STR_ARG(reason->place), STR_ARG(reason->verified),
                         STR_ARG(reason->rule));
        if (reason->address.n)
            policy_said_line("    %.*s", STR_ARG(reason->address));
        unverified += !policy_reason_verified(reason);
    }
    if (unverified)
        policy_said_line("  %zu of these %zu reasons rest on what has not been verified.", unverified,
                         answer->reasons_n);
}

static void say_questions(struct arena *arena, const struct policy_answer *answer)
{
    for (size_t i = 0; i < answer->questions_n; i++) {
        const struct policy_question *question = &answer->questions[i];
        struct str names[POLICY_OUTCOMES];
        for (size_t j = 0; j < question->could_become_n; j++)
            names[j] = str_of(policy_outcome_name(question->could_become[j]));
        policy_said_line("  %.*s", STR_ARG(question->text));
        policy_said_line("    %.*s; could become: %.*s", STR_ARG(question->fact),
                         STR_ARG(listed(arena, names, question->could_become_n)));
    }
}

/* "signed off 2026-11-28 by …" */
static const char *sign_off_words(struct arena *arena, const struct policy_version *version)
{
    const struct policy_signature *signature = version->signature;
    if (version->refused.p)
        return "REFUSED: changed after its sign-off (show says what)";
    if (!version->signed_off)
        return "not signed off";
    struct str day = zone_day(arena, signature->at);
    const char *words =
        str_z(arena, str_format(arena, "signed off %.*s by %.*s, %.*s", STR_ARG(day.p ? day : STR("")),
                                STR_ARG(signature->name.p ? signature->name : STR("an account that is gone")),
                                STR_ARG(signature->role)));
    return words ? words : "signed off";
}

void policy_said_answer(struct arena *arena, const struct policy_answer *answer)
{
    static const char *const uplift[] = { "not known yet", "no", "yes: evidence to gather, a court decides" };
    policy_said_line("outcome: %s", policy_outcome_name(answer->outcome));
    if (answer->strands_n)
        policy_said_line("strands: %.*s", STR_ARG(listed(arena, answer->strands, answer->strands_n)));
    policy_said_line("uplift available: %s", uplift[answer->uplift_available]);
    policy_said_line("personal data: %s", policy_personal_data_name(answer->personal_data));
    policy_said_line("offences:");
    say_offences(arena, answer);
    policy_said_line("why:");
    say_reasons(answer);
    if (answer->questions_n)
        policy_said_line("to ask, the most decisive first:");
    say_questions(arena, answer);
    policy_said_line("versions: %.*s%s%.*s%s", STR_ARG(answer->law ? answer->law->id : STR("no law")), ", ",
                     STR_ARG(answer->recording ? answer->recording->id : STR("no recording policy")),
                     answer->signed_off ? "" : "; not signed off");
    const struct policy_version *const used[] = { answer->law, answer->recording };
    for (size_t i = 0; i < 2; i++)
        if (used[i])
            policy_said_line("  %.*s: %s", STR_ARG(used[i]->id), sign_off_words(arena, used[i]));
}

/* ---- Packs ---- */

static struct str day_words(struct arena *arena, int day)
{
    return day == POLICY_DAY_NONE   ? STR("not known ")
           : day == POLICY_DAY_OPEN ? STR("          ")
                                    : policy_day_text(arena, day);
}

/* From when to when, for a column of 24. What has no first day on purpose counts until another follows. */
static struct str days_words(struct arena *arena, const struct policy_version *version)
{
    if (!version->enabled || version->from != POLICY_DAY_NONE)
        return str_format(arena, "%.*s to %.*s", STR_ARG(day_words(arena, version->from)),
                          STR_ARG(day_words(arena, version->to)));
    if (version->to == POLICY_DAY_OPEN)
        return STR("in force                ");
    return str_format(arena, "           to %.*s", STR_ARG(day_words(arena, version->to)));
}

/* Days between two versions on which none is in force: nobody meant them, where nobody is told. */
static void say_hole(struct arena *arena, const struct policy_pack *pack, const struct policy_version *before)
{
    int next = POLICY_DAY_OPEN;
    if (!before->enabled || before->to == POLICY_DAY_NONE || before->to == POLICY_DAY_OPEN ||
        policy_pack_on(pack, before->kind, before->to))
        return;
    for (size_t i = 0; i < pack->versions_n; i++) {
        const struct policy_version *one = &pack->versions[i];
        if (one->kind == before->kind && one->enabled && one->from > before->to &&
            (next == POLICY_DAY_OPEN || one->from < next))
            next = one->from;
    }
    policy_said_line("No version of %s is in force from %.*s %s%.*s: what falls there goes to a person for review.",
                     policy_kind_name(before->kind), STR_ARG(policy_day_text(arena, before->to)),
                     next == POLICY_DAY_OPEN ? "on" : "to ",
                     STR_ARG(next == POLICY_DAY_OPEN ? STR("") : policy_day_text(arena, next)));
}

void policy_said_holes(struct arena *arena, const struct policy_pack *pack)
{
    for (size_t i = 0; i < pack->versions_n; i++)
        say_hole(arena, pack, &pack->versions[i]);
}

void policy_said_versions(struct arena *arena, const struct policy_pack *pack)
{
    size_t widest = 0;
    for (size_t i = 0; i < pack->versions_n; i++)
        widest = pack->versions[i].id.n > widest ? pack->versions[i].id.n : widest;
    for (size_t i = 0; i < pack->versions_n; i++) {
        const struct policy_version *version = &pack->versions[i];
        bool alone = !version->enabled && !version->signature; /* nobody signs what counts for nothing */
        policy_said_line("%-*.*s  %-11s  %.*s  %s%s%s", (int)widest, STR_ARG(version->id),
                         policy_kind_name(version->kind), STR_ARG(days_words(arena, version)),
                         version->enabled ? "" : "not enabled", version->enabled || alone ? "" : "; ",
                         alone ? "" : sign_off_words(arena, version));
    }
    policy_said_holes(arena, pack);
}

static void put_day(struct arena *arena, struct json_writer *w, const char *name, int day)
{
    json_name(w, str_of(name));
    if (day == POLICY_DAY_NONE || day == POLICY_DAY_OPEN)
        json_put_null(w);
    else
        json_put_str(w, policy_day_text(arena, day));
}

static void put_version(struct arena *arena, struct json_writer *w, const struct policy_version *version)
{
    json_open_object(w);
    json_name(w, STR("id"));
    json_put_str(w, version->id);
    json_name(w, STR("kind"));
    json_put_str(w, str_of(policy_kind_name(version->kind)));
    put_day(arena, w, "from", version->from);
    put_day(arena, w, "to", version->to);
    json_name(w, STR("enabled"));
    json_put_bool(w, version->enabled);
    json_name(w, STR("sha256"));
    json_put_str(w, version->sha256);
    json_name(w, STR("signed_off"));
    json_put_bool(w, version->signed_off);
    json_name(w, STR("sign_off"));
    policy_sign_off_to_json(w, version);
    json_name(w, STR("refused"));
    if (version->refused.p)
        json_put_str(w, version->refused);
    else
        json_put_null(w);
    json_close_object(w);
}

int policy_said_versions_json(struct arena *arena, const struct policy_version *versions, size_t n)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, arena, JSON_MAX);
    json_writer_init(&w, &out);
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        put_version(arena, &w, &versions[i]);
    json_close_array(&w);
    if (!buf_ok(&out)) {
        struct fault fault;
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    printf("%.*s\n", STR_ARG(buf_str(&out)));
    return EXIT_DONE;
}

void policy_said_version(struct arena *arena, const struct policy_version *version)
{
    policy_said_line("%.*s", STR_ARG(version->id));
    policy_said_line("  %s", policy_kind_name(version->kind));
    if (version->enabled && version->from == POLICY_DAY_NONE)
        policy_said_line("  no first day: it counts on any day");
    else
        policy_said_line("  from: %.*s", STR_ARG(day_words(arena, version->from)));
    if (version->to != POLICY_DAY_OPEN)
        policy_said_line("  to: %.*s (not in it)", STR_ARG(day_words(arena, version->to)));
    policy_said_line("  enabled: %s", version->enabled ? "yes" : "no");
    policy_said_line("  %s", sign_off_words(arena, version));
    policy_said_line("  sha256: %.*s", STR_ARG(version->sha256));
    if (version->refused.p)
        policy_said_line("  %.*s", STR_ARG(version->refused));
    for (size_t i = 0; i < version->instruments_n; i++)
        policy_said_line("  instrument: %.*s", STR_ARG(version->instruments[i]));
    if (version->note.n)
        policy_said_line("  %.*s", STR_ARG(version->note));
    for (size_t i = 0; i < version->models_n; i++) {
        printf("\n");
        policy_said_line("%.*s", STR_ARG(version->models[i]->path));
        printf("\n");
        dmn_said_model(arena, version->models[i]->model, NULL);
    }
}

void policy_said_facts(void)
{
    static const char *const types[] = { "true or false",    "a whole number",  "a day",
                                         "one line of text", "a list of texts", "one of",
                                         "a list of some of" };
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        const struct policy_fact *fact = &policy_vocabulary[i];
        policy_said_line("%.*s: %.*s", STR_ARG(fact->path), STR_ARG(fact->label));
        policy_said_line("  %.*s", STR_ARG(fact->help));
        policy_said_line("  %s%s", types[fact->type], fact->values_n ? ":" : "");
        for (size_t j = 0; j < fact->values_n; j++)
            policy_said_line("    %.*s: %.*s", STR_ARG(fact->values[j].word), STR_ARG(fact->values[j].label));
        if (fact->unless_known.p)
            policy_said_line("  while it is not known: %.*s", STR_ARG(fact->unless_known));
        policy_said_line("  %.*s", STR_ARG(fact->question));
    }
}
