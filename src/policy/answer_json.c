/* An answer as JSON, for machines and for forms. */
#include <stdio.h>

#include "base/json.h"
#include "base/zone.h"
#include "policy/sign.h"
#include "policy/evaluate.h"
#include "base/banned.h"

static void put_truth(struct json_writer *w, bool known, bool value)
{
    if (known)
        json_put_bool(w, value);
    else
        json_put_null(w);
}

static void put_offence(struct json_writer *w, const struct policy_offence_answer *answer)
{
    const struct policy_offence *offence = answer->offence;
    json_open_object(w);
    json_name(w, STR("id"));
    json_put_str(w, offence->id);
    json_name(w, STR("name"));
    json_put_str(w, offence->name);
    json_name(w, STR("provision"));
    json_put_str(w, offence->provision);
    json_name(w, STR("status"));
    json_put_str(w, str_of(policy_made_out_name(answer->status)));
    json_name(w, STR("missing"));
    json_open_array(w);
    for (size_t i = 0; i < answer->missing_n; i++)
        json_put_str(w, answer->missing[i]);
    json_close_array(w);
    json_name(w, STR("aggravated"));
    if (answer->aggravated.p)
        json_put_str(w, answer->aggravated);
    else
        json_put_null(w);
    json_name(w, STR("stirring_up"));
    json_put_bool(w, offence->stirring_up);
    json_name(w, STR("notifiable"));
    put_truth(w, offence->notifiable != POLICY_NOTIFIABLE_UNKNOWN, offence->notifiable == POLICY_NOTIFIABLE_YES);
    json_close_object(w);
}

static void put_reason(struct json_writer *w, const struct policy_reason *reason)
{
    json_open_object(w);
    json_name(w, STR("rule"));
    json_put_str(w, reason->rule);
    json_name(w, STR("text"));
    json_put_str(w, reason->text);
    json_name(w, STR("citation"));
    json_open_object(w);
    json_name(w, STR("instrument"));
    json_put_str(w, reason->instrument);
    json_name(w, STR("place"));
    json_put_str(w, reason->place);
    if (reason->address.n) {
        json_name(w, STR("address"));
        json_put_str(w, reason->address);
    }
    json_name(w, STR("verified"));
    json_put_bool(w, policy_reason_verified(reason));
    json_close_object(w);
    json_close_object(w);
}

static void put_question(struct json_writer *w, const struct policy_question *question)
{
    json_open_object(w);
    json_name(w, STR("fact"));
    json_put_str(w, question->fact);
    json_name(w, STR("text"));
    json_put_str(w, question->text);
    json_name(w, STR("could_become"));
    json_open_array(w);
    for (size_t i = 0; i < question->could_become_n; i++)
        json_put_str(w, str_of(policy_outcome_name(question->could_become[i])));
    json_close_array(w);
    json_close_object(w);
}

void policy_questions_to_json(struct json_writer *w, const struct policy_answer *answer)
{
    json_open_array(w);
    for (size_t i = 0; i < answer->questions_n; i++)
        put_question(w, &answer->questions[i]);
    json_close_array(w);
}

void policy_sign_off_to_json(struct json_writer *w, const struct policy_version *version)
{
    const struct policy_signature *signature = version->signature;
    char day[40];
    struct civil on;
    if (!version->signed_off) {
        json_put_null(w);
        return;
    }
    zone_local(signature->at, &on);
    snprintf(day, sizeof day, "%04d-%02d-%02d", on.year, on.month, on.day);
    json_open_object(w);
    json_name(w, STR("version"));
    json_put_str(w, version->id);
    json_name(w, STR("by"));
    if (signature->name.p)
        json_put_str(w, signature->name);
    else
        json_put_null(w);
    json_name(w, STR("role"));
    json_put_str(w, signature->role);
    json_name(w, STR("on"));
    json_put_str(w, str_of(day));
    json_close_object(w);
}

void policy_answer_to_json(struct json_writer *w, const struct policy_answer *answer)
{
    json_open_object(w);
    json_name(w, STR("outcome"));
    json_put_str(w, str_of(policy_outcome_name(answer->outcome)));
    json_name(w, STR("strands"));
    json_open_array(w);
    for (size_t i = 0; i < answer->strands_n; i++)
        json_put_str(w, answer->strands[i]);
    json_close_array(w);
    json_name(w, STR("offences"));
    json_open_array(w);
    for (size_t i = 0; i < answer->offences_n; i++)
        put_offence(w, &answer->offences[i]);
    json_close_array(w);
    json_name(w, STR("uplift_available"));
    put_truth(w, answer->uplift_available != POLICY_UNKNOWN, answer->uplift_available == POLICY_YES);
    json_name(w, STR("personal_data"));
    json_put_str(w, str_of(policy_personal_data_name(answer->personal_data)));
    json_name(w, STR("reasons"));
    json_open_array(w);
    for (size_t i = 0; i < answer->reasons_n; i++)
        put_reason(w, &answer->reasons[i]);
    json_close_array(w);
    json_name(w, STR("questions"));
    policy_questions_to_json(w, answer);
    json_name(w, STR("versions"));
    json_open_array(w);
    if (answer->law)
        json_put_str(w, answer->law->id);
    if (answer->recording)
        json_put_str(w, answer->recording->id);
    json_close_array(w);
    json_name(w, STR("signed_off"));
    json_put_bool(w, answer->signed_off);
    json_name(w, STR("sign_offs"));
    json_open_array(w);
    const struct policy_version *const used[] = { answer->law, answer->recording };
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++)
        if (used[i] && used[i]->signed_off)
            policy_sign_off_to_json(w, used[i]);
    json_close_array(w);
    json_close_object(w);
}
