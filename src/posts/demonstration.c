/*
 * Midshire Police, a force that does not exist: its accounts, two campaigns and
 * a dozen posts; among them a week of posts made on an account elsewhere that
 * did not say what they were, their withdrawal, and the statement about them.
 *
 * Promises: everything goes through the same acts as a real post, so a rule
 * that the demonstration breaks stops it. Only here may acts lie in the past.
 * The accounts are marked as a demonstration's, and their passphrases are no
 * secrets: they are printed, and refused on a real host name.
 */
#include "posts/demonstration.h"

#include "base/arena.h"
#include "base/zone.h"
#include "posts/act.h"
#include "posts/campaign.h"

#include "base/banned.h"

#define ROLE(name) (1U << (name))

const struct demonstration_account posts_demonstration_accounts[] = {
    { "press-officer-1", "Press officer 1", "midshire press officer one", "writes posts", ROLE(ROLE_AUTHOR) },
    { "press-officer-2", "Press officer 2", "midshire press officer two", "writes posts", ROLE(ROLE_AUTHOR) },
    { "hate-crime-adviser", "Hate crime adviser", "midshire hate crime adviser", "writes posts", ROLE(ROLE_AUTHOR) },
    { "head-of-communications", "Head of communications", "midshire head of communications",
      "writes statements and approves what others wrote", ROLE(ROLE_AUTHOR) | ROLE(ROLE_APPROVER) },
    { "chief-officer", "Robin Ashdown", "midshire chief officer", "writes statements, and stands behind their words",
      ROLE(ROLE_AUTHOR) },
    { "approver", "Approver", "midshire second pair of eyes", "approves what others wrote", ROLE(ROLE_APPROVER) },
    { "duty-communications", "Duty communications", "midshire duty communications", "publishes and withdraws",
      ROLE(ROLE_DUTY_COMMUNICATIONS) },
    { "duty-manager", "Duty manager", "midshire duty manager", "takes in posts that were made elsewhere",
      ROLE(ROLE_AUTHOR) | ROLE(ROLE_DUTY_COMMUNICATIONS) },
    { "registrar", "Force crime registrar", "midshire force crime registrar", "signs off policy",
      ROLE(ROLE_REGISTRAR) },
    { "administrator", "Administrator", "midshire administrator", "looks after accounts", ROLE(ROLE_ADMINISTRATOR) },
};
const size_t posts_demonstration_accounts_n =
    sizeof posts_demonstration_accounts / sizeof posts_demonstration_accounts[0];

/* One week after another, counted from the day of the set-up. */
enum step_kind {
    STEP_REGISTERS, /* empty ones: no order is in force, no election near */
    STEP_CAMPAIGN,
    STEP_IMPORT,    /* with: the file, where it is not the key's own */
    STEP_ELSEWHERE, /* with: nothing; see elsewhere[] */
    STEP_CONFIRM,   /* with: why */
    STEP_NOTE,      /* on equality; with: what was considered */
    STEP_SPEAK,
    STEP_APPROVE,
    STEP_PUBLISH,
    STEP_EMERGENCY, /* with: why it cannot wait */
    STEP_REVIEW,
    STEP_CORRECT, /* with: what was wrong */
    STEP_END,
    STEP_WITHDRAW, /* all of elsewhere[]; with: why */
    STEP_KEEP,     /* with: what shows it */
};

struct step {
    enum step_kind kind;
    struct str key, user;
    int64_t day;
    struct str time; /* local */
    struct str with;
};

#define DO(kind, key, user, day, time, with)                                                                           \
    {                                                                                                                  \
        kind, STR_INIT(key), STR_INIT(user), day, STR_INIT(time), STR_INIT(with)                                       \
    }

static const struct {
    struct str slug, name, purpose;
    int64_t first, last; /* days */
} campaigns[] = {
    { STR_INIT("lights-on"), STR_INIT("Lights on in Hartley"),
      STR_INIT(
          "Where people in Hartley feel unsafe after dark, what we and the council do about it, and what came of it."),
      -30, 60 },
    { STR_INIT("week-against-hate"), STR_INIT("A week against hate"),
      STR_INIT(
          "What a hate crime is, how to tell us, and who helps. Some of its posts were wrong, and we withdrew them."),
      -17, -11 },
};

/* The posts of the failure, and when they were made on an account that nobody had to ask. */
static const struct {
    struct str key, url;
    int64_t day;
    struct str time;
} elsewhere[] = {
    { STR_INIT("07-former-name"), STR_INIT("https://social.example/@midshire-safe/1001"), -16, STR_INIT("09:02") },
    { STR_INIT("08-on-the-bus"), STR_INIT("https://social.example/@midshire-safe/1002"), -15, STR_INIT("09:04") },
    { STR_INIT("09-the-ramp"), STR_INIT("https://social.example/@midshire-safe/1003"), -13, STR_INIT("09:01") },
};
enum { ELSEWHERE = sizeof elsewhere / sizeof elsewhere[0] };

/* Answers that checks ask for: the post stands on several accounts; whom it reaches; who is shown. */
#define WHY_CONFIRMED "I have read the accounts that this is made of; what could point to anybody was changed."
#define NOTE_LIGHTS                                                                                                    \
    "Read with the access group: people who do not see well or who fear the dark most are asked at meetings too."
#define NOTE_WEEK                                                                                                      \
    "Read with the advisers for each strand: all five are named, and each way to report has one without a telephone."
#define WHY_WITHDRAWN                                                                                                  \
    "The pictures were stock images and the names were made up, and we did not say so. One of the stories had not "    \
    "been "                                                                                                            \
    "checked when we asked people to report it."
#define WHY_CORRECTED                                                                                                  \
    "We had said that all lamps up to the station work again. Those between the weir and the station do not yet."

static const struct step steps[] = {
    DO(STEP_REGISTERS, "registers", "duty-communications", -34, "09:00", ""),
    DO(STEP_IMPORT, "02-doorstep-callers", "press-officer-2", -34, "11:41", ""),
    DO(STEP_APPROVE, "02-doorstep-callers", "head-of-communications", -34, "13:20", ""),
    DO(STEP_PUBLISH, "02-doorstep-callers", "duty-communications", -33, "08:30", ""),
    DO(STEP_CAMPAIGN, "lights-on", "duty-communications", -31, "15:00", ""),
    DO(STEP_IMPORT, "12-broken-lamps", "press-officer-2", -25, "09:15", ""),
    DO(STEP_NOTE, "12-broken-lamps", "hate-crime-adviser", -25, "09:36", NOTE_LIGHTS),
    DO(STEP_APPROVE, "12-broken-lamps", "approver", -25, "09:40", ""),
    DO(STEP_PUBLISH, "12-broken-lamps", "duty-communications", -25, "10:00", ""),
    DO(STEP_IMPORT, "05-feeling-followed", "press-officer-1", -23, "10:20", ""),
    DO(STEP_CONFIRM, "05-feeling-followed", "hate-crime-adviser", -23, "10:45", WHY_CONFIRMED),
    DO(STEP_APPROVE, "05-feeling-followed", "approver", -22, "11:15", ""),
    DO(STEP_PUBLISH, "05-feeling-followed", "duty-communications", -22, "12:00", ""),
    DO(STEP_IMPORT, "13-mill-lane", "press-officer-1", -20, "06:09", ""),
    DO(STEP_EMERGENCY, "13-mill-lane", "duty-communications", -20, "06:12",
       "There is gas in the street, and people are on their way to work."),
    DO(STEP_REVIEW, "13-mill-lane", "approver", -20, "07:55", ""),
    DO(STEP_CAMPAIGN, "week-against-hate", "duty-communications", -18, "14:00", ""),
    DO(STEP_IMPORT, "03-what-is-a-hate-crime", "hate-crime-adviser", -18, "15:05", ""),
    DO(STEP_NOTE, "03-what-is-a-hate-crime", "hate-crime-adviser", -18, "16:44", NOTE_WEEK),
    DO(STEP_APPROVE, "03-what-is-a-hate-crime", "approver", -18, "16:48", ""),
    DO(STEP_PUBLISH, "03-what-is-a-hate-crime", "duty-communications", -17, "08:00", ""),
    DO(STEP_IMPORT, "04-drop-in", "press-officer-2", -15, "09:34", ""),
    DO(STEP_NOTE, "04-drop-in", "hate-crime-adviser", -14, "09:46", NOTE_WEEK),
    DO(STEP_APPROVE, "04-drop-in", "approver", -14, "09:50", ""),
    DO(STEP_PUBLISH, "04-drop-in", "duty-communications", -14, "10:00", ""),
    DO(STEP_END, "04-drop-in", "duty-communications", -11, "09:30", ""),
    DO(STEP_ELSEWHERE, "07-former-name", "duty-manager", -11, "16:40", ""),
    DO(STEP_ELSEWHERE, "08-on-the-bus", "duty-manager", -11, "16:44", ""),
    DO(STEP_ELSEWHERE, "09-the-ramp", "duty-manager", -11, "16:47", ""),
    DO(STEP_WITHDRAW, "07-former-name", "duty-communications", -11, "17:20", WHY_WITHDRAWN),
    DO(STEP_IMPORT, "10-statement", "head-of-communications", -11, "18:31", ""),
    DO(STEP_SPEAK, "10-statement", "chief-officer", -11, "18:52", ""),
    DO(STEP_NOTE, "10-statement", "hate-crime-adviser", -11, "18:59", NOTE_WEEK),
    DO(STEP_APPROVE, "10-statement", "approver", -11, "19:03", ""),
    DO(STEP_PUBLISH, "10-statement", "duty-communications", -11, "19:11", ""),
    DO(STEP_IMPORT, "06-river-path", "press-officer-1", -8, "09:02", ""),
    DO(STEP_NOTE, "06-river-path", "hate-crime-adviser", -8, "09:36", NOTE_LIGHTS),
    DO(STEP_APPROVE, "06-river-path", "approver", -8, "09:40", ""),
    DO(STEP_PUBLISH, "06-river-path", "duty-communications", -8, "10:00", ""),
    DO(STEP_IMPORT, "06-river-path", "press-officer-1", -7, "11:10", "06-river-path-corrected"),
    DO(STEP_NOTE, "06-river-path", "hate-crime-adviser", -7, "11:28", NOTE_LIGHTS),
    DO(STEP_APPROVE, "06-river-path", "approver", -7, "11:32", ""),
    DO(STEP_CORRECT, "06-river-path", "duty-communications", -7, "11:40", WHY_CORRECTED),
    DO(STEP_IMPORT, "01-bike-marking", "press-officer-1", -7, "16:12", ""),
    DO(STEP_APPROVE, "01-bike-marking", "approver", -6, "10:03", ""),
    DO(STEP_PUBLISH, "01-bike-marking", "duty-communications", -6, "10:30", ""),
    DO(STEP_IMPORT, "11-every-picture", "head-of-communications", -5, "14:20", ""),
    DO(STEP_NOTE, "11-every-picture", "hate-crime-adviser", -5, "15:06", NOTE_WEEK),
    DO(STEP_APPROVE, "11-every-picture", "approver", -5, "15:10", ""),
    DO(STEP_PUBLISH, "11-every-picture", "duty-communications", -5, "15:30", ""),
    DO(STEP_KEEP, "10-statement", "duty-communications", -5, "15:36", "11-every-picture"),
};

enum { ACCOUNTS_MADE_DAY = -40, JOB_ARENA_MAX = 16 * 1024 * 1024 };

static enum status add_accounts(struct db *db, struct arena *arena, int64_t now, struct fault *fault)
{
    struct db_tx *tx = NULL;
    struct actor *known = NULL;
    size_t n = 0;
    int64_t made = 0;
    if (demonstration_moment(now, ACCOUNTS_MADE_DAY, STR("09:00"), &made) != STATUS_OK)
        bug("a time of the demonstration is wrong");
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = account_list(tx, arena, &known, &n);
    db_read_end(tx);
    if (status != STATUS_OK)
        return fault_set(fault, status, "The accounts could not be read: run \"candour doctor\".");
    if (n > 0)
        return fault_set(fault, STATUS_CONFLICT,
                         "There are accounts already, so no demonstration is made here: choose an empty folder.");
    struct act act = { .by = NULL, .now = made };
    for (size_t i = 0; i < posts_demonstration_accounts_n && status == STATUS_OK; i++) {
        const struct demonstration_account *account = &posts_demonstration_accounts[i];
        struct account_new row = { .user = str_of(account->user),
                                   .name = str_of(account->name),
                                   .passphrase = str_of(account->passphrase),
                                   .roles = account->roles,
                                   .demonstration = true };
        int64_t id = 0;
        status = account_add(db, &row, &act, &id, fault);
    }
    return status;
}

static enum status find_actor(struct db *db, struct arena *arena, const struct step *step, struct actor *actor,
                              struct str *hash_hex, struct fault *fault)
{
    struct db_tx *tx = NULL;
    struct post_entry entry;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = account_find(tx, arena, step->user, actor);
    *hash_hex = STR_NONE;
    if (status == STATUS_OK) {
        status = posts_entry(tx, arena, step->key, &entry);
        if (status == STATUS_OK)
            *hash_hex = entry.hash_hex;
        else if (status == STATUS_NOT_FOUND) /* a campaign, or a post that is to come */
            status = STATUS_OK;
    }
    db_read_end(tx);
    if (status != STATUS_OK)
        return fault_set(fault, status, "The demonstration could not be set up: remove its folder and try again.");
    return status;
}

/* The queue is new, and only pictures wait in it. */
static enum status make_pictures(struct db *db, struct fault *fault)
{
    struct job job;
    struct arena *arena = arena_new(JOB_ARENA_MAX);
    enum status status = arena == NULL ? fault_no_memory(fault) : STATUS_OK;
    while (status == STATUS_OK) {
        arena_reset(arena);
        status = db_job_take(db, arena, &job, fault);
        if (status == STATUS_OK && !str_equal(job.kind, STR(MEDIA_RENDER_JOB)))
            bug("the demonstration has a job that is no picture");
        if (status == STATUS_OK)
            status = media_render_job(db, NULL, arena, &job, fault);
    }
    arena_free(arena);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static struct str text_of(struct str name)
{
    for (size_t i = 0; i < demonstration_files_n; i++)
        if (str_equal(demonstration_files[i].name, name))
            return demonstration_files[i].text;
    bug("a post of the demonstration is missing");
}

static enum status run_import(struct db *db, struct arena *arena, const struct step *step, const struct act *act,
                              int64_t now, struct fault *fault)
{
    struct str name = str_format(arena, "%.*s.md", STR_ARG(step->key));
    struct str file = str_format(arena, "%.*s.md", STR_ARG(step->with.n > 0 ? step->with : step->key));
    struct post_faults *faults = ARENA_NEW(arena, struct post_faults);
    struct post_import import;
    if (name.p == NULL || file.p == NULL || faults == NULL)
        return fault_no_memory(fault);
    faults->arena = arena;
    struct post_source source = { .name = name,
                                  .text = demonstration_text(arena, text_of(file), now),
                                  .pictures = demonstration_pictures,
                                  .pictures_n = demonstration_pictures_n };
    if (source.text.p == NULL)
        return fault_no_memory(fault);
    enum status status = posts_import_read(arena, &source, 1, act, faults, &import, fault);
    import.submit = step->kind == STEP_IMPORT;
    for (size_t i = 0; i < ELSEWHERE && status == STATUS_OK && step->kind == STEP_ELSEWHERE; i++)
        if (str_equal(elsewhere[i].key, step->key)) {
            import.elsewhere = elsewhere[i].url;
            status = demonstration_moment(now, elsewhere[i].day, elsewhere[i].time, &import.elsewhere_at);
        }
    if (status == STATUS_OK)
        status = posts_import_keep(db, &import, fault);
    if (status == STATUS_OK)
        status = db_write(db, posts_import_write, &import, fault);
    if (status == STATUS_INVALID && faults->n > 0)
        return fault_set(fault, status, "%.*s:%lld:%lld: %.*s", STR_ARG(name), (long long)faults->list[0].line,
                         (long long)faults->list[0].column, STR_ARG(faults->list[0].text));
    return status == STATUS_OK && posts_import_has_picture(&import, 0) ? make_pictures(db, fault) : status;
}

static enum status run_campaign(struct db *db, struct arena *arena, const struct step *step, const struct act *act,
                                int64_t now, struct fault *fault)
{
    struct campaign_act set = { .arena = arena, .act = act };
    for (size_t i = 0; i < sizeof campaigns / sizeof campaigns[0]; i++) {
        int64_t first = 0;
        int64_t last = 0;
        if (!str_equal(campaigns[i].slug, step->key))
            continue;
        if (demonstration_moment(now, campaigns[i].first, STR("12:00"), &first) != STATUS_OK ||
            demonstration_moment(now, campaigns[i].last, STR("12:00"), &last) != STATUS_OK)
            bug("a day of the demonstration is wrong");
        set.campaign = (struct campaign){ .slug = campaigns[i].slug,
                                          .name = campaigns[i].name,
                                          .purpose = campaigns[i].purpose,
                                          .first_day = zone_day(arena, first),
                                          .last_day = zone_day(arena, last) };
    }
    if (set.campaign.first_day.p == NULL || set.campaign.last_day.p == NULL)
        return fault_no_memory(fault);
    return db_write(db, posts_campaign_set_write, &set, fault);
}

/* Made-up people stand on no register; without any, each post would ask whether somebody does. */
static enum status run_registers(struct db *db, struct arena *arena, const struct act *act, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < ROLLS && status == STATUS_OK; i++) {
        struct roll_import import = { .arena = arena, .act = act, .roll = (enum roll)i };
        status = db_write(db, rolls_import_write, &import, fault);
    }
    return status;
}

static enum status run_withdrawal(struct db *db, struct arena *arena, const struct step *step, const struct act *act,
                                  struct fault *fault)
{
    struct str keys[ELSEWHERE];
    struct post_address addresses[ELSEWHERE];
    for (size_t i = 0; i < ELSEWHERE; i++)
        keys[i] = elsewhere[i].key;
    struct post_withdrawal withdrawal = { .arena = arena,
                                          .act = act,
                                          .keys = keys,
                                          .keys_n = ELSEWHERE,
                                          .addresses = addresses,
                                          .ground = GROUND_DISCLOSURE,
                                          .reason = step->with };
    return db_write(db, posts_withdraw_write, &withdrawal, fault);
}

static enum status run_step(struct db *db, struct arena *arena, const struct step *step, int64_t now,
                            struct fault *fault)
{
    struct actor actor;
    struct str hash_hex;
    struct act act = { .by = &actor };
    if (demonstration_moment(now, step->day, step->time, &act.now) != STATUS_OK)
        bug("a time of the demonstration is wrong");
    enum status status = find_actor(db, arena, step, &actor, &hash_hex, fault);
    if (status != STATUS_OK)
        return status;
    struct post_step one = { .arena = arena, .act = &act, .key = step->key, .hash_hex = hash_hex };
    struct post_release release = { .step = one };
    one.words = step->with;
    struct post_confirmation confirmation = { .step = one, .check = STR("fictitious-label") };
    struct post_release emergency = { .step = one, .emergency = true, .told = STR("Robin Ashdown, Chief Constable") };
    struct post_correct correct = { .step = one, .kind = CORRECTION_FACTUAL };
    struct post_end end = { .step = one, .ending = ENDING_EVENT_OVER };
    struct promise_keep keep = { .arena = arena, .act = &act, .key = step->key, .position = 1, .followup = step->with };
    switch (step->kind) {
    case STEP_REGISTERS: return run_registers(db, arena, &act, fault);
    case STEP_CAMPAIGN: return run_campaign(db, arena, step, &act, now, fault);
    case STEP_IMPORT:
    case STEP_ELSEWHERE: return run_import(db, arena, step, &act, now, fault);
    case STEP_NOTE:
        confirmation.check = STR("equality-note");
        return db_write(db, posts_confirm_write, &confirmation, fault);
    case STEP_CONFIRM: return db_write(db, posts_confirm_write, &confirmation, fault);
    case STEP_SPEAK: return db_write(db, posts_speaker_write, &one, fault);
    case STEP_APPROVE: return db_write(db, posts_approve_write, &one, fault);
    case STEP_PUBLISH: return db_write(db, posts_publish_write, &release, fault);
    case STEP_EMERGENCY: return db_write(db, posts_publish_write, &emergency, fault);
    case STEP_REVIEW: return db_write(db, posts_review_late_write, &one, fault);
    case STEP_CORRECT: return db_write(db, posts_correct_write, &correct, fault);
    case STEP_END: return db_write(db, posts_end_write, &end, fault);
    case STEP_WITHDRAW: return run_withdrawal(db, arena, step, &act, fault);
    case STEP_KEEP: return db_write(db, posts_promise_keep_write, &keep, fault);
    }
    return STATUS_OK;
}

enum status posts_demonstration(struct db *db, int64_t now, struct fault *fault)
{
    struct arena *arena = arena_new(8 * 1024 * 1024);
    if (arena == NULL)
        return fault_no_memory(fault);
    enum status status = add_accounts(db, arena, now, fault);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == STATUS_OK; i++) {
        arena_reset(arena);
        status = run_step(db, arena, &steps[i], now, fault);
    }
    arena_free(arena);
    return status;
}
