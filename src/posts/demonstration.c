/*
 * Midshire Police, a force that does not exist: accounts, six posts, one of
 * them withdrawn, and the statement about it.
 *
 * Promises: everything goes through the same acts as a real post, so a rule
 * that the demonstration breaks stops it. Only here may acts lie in the past.
 * The accounts are marked as a demonstration's, and their passphrases are no
 * secrets: they are printed, and refused on a real host name.
 */
#include "posts/demonstration.h"

#include "base/arena.h"
#include "posts/act.h"

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
    { "registrar", "Force crime registrar", "midshire force crime registrar", "signs off policy",
      ROLE(ROLE_REGISTRAR) },
    { "administrator", "Administrator", "midshire administrator", "looks after accounts", ROLE(ROLE_ADMINISTRATOR) },
};
const size_t posts_demonstration_accounts_n =
    sizeof posts_demonstration_accounts / sizeof posts_demonstration_accounts[0];

enum step_kind { STEP_IMPORT, STEP_CONFIRM, STEP_SPEAK, STEP_APPROVE, STEP_PUBLISH, STEP_WITHDRAW };

struct step {
    enum step_kind kind;
    struct str key, user, at; /* at: local time */
};

#define STEP(kind, key, user, at)                                                                                      \
    {                                                                                                                  \
        kind, STR_INIT(key), STR_INIT(user), STR_INIT(at)                                                              \
    }

static const struct step steps[] = {
    STEP(STEP_IMPORT, "01-bike-marking", "press-officer-1", "2025-09-15T09:12"),
    STEP(STEP_APPROVE, "01-bike-marking", "approver", "2025-09-15T10:03"),
    STEP(STEP_PUBLISH, "01-bike-marking", "duty-communications", "2025-09-15T10:30"),
    STEP(STEP_IMPORT, "02-doorstep-callers", "press-officer-2", "2025-09-22T11:41"),
    STEP(STEP_APPROVE, "02-doorstep-callers", "head-of-communications", "2025-09-22T13:20"),
    STEP(STEP_PUBLISH, "02-doorstep-callers", "duty-communications", "2025-09-23T08:30"),
    STEP(STEP_IMPORT, "03-what-is-a-hate-crime", "hate-crime-adviser", "2025-10-10T15:05"),
    STEP(STEP_APPROVE, "03-what-is-a-hate-crime", "approver", "2025-10-10T16:48"),
    STEP(STEP_PUBLISH, "03-what-is-a-hate-crime", "duty-communications", "2025-10-11T08:00"),
    STEP(STEP_IMPORT, "04-drop-in", "press-officer-2", "2025-10-13T09:34"),
    STEP(STEP_APPROVE, "04-drop-in", "approver", "2025-10-13T09:50"),
    STEP(STEP_PUBLISH, "04-drop-in", "duty-communications", "2025-10-13T10:00"),
    STEP(STEP_WITHDRAW, "04-drop-in", "duty-communications", "2025-10-14T13:27"),
    STEP(STEP_IMPORT, "07-statement-drop-in", "head-of-communications", "2025-10-14T16:14"),
    STEP(STEP_SPEAK, "07-statement-drop-in", "chief-officer", "2025-10-14T16:18"),
    STEP(STEP_APPROVE, "07-statement-drop-in", "approver", "2025-10-14T16:22"),
    STEP(STEP_PUBLISH, "07-statement-drop-in", "duty-communications", "2025-10-14T16:30"),
    STEP(STEP_IMPORT, "05-feeling-followed", "press-officer-1", "2025-11-03T10:20"),
    STEP(STEP_CONFIRM, "05-feeling-followed", "hate-crime-adviser", "2025-11-03T10:45"),
    STEP(STEP_APPROVE, "05-feeling-followed", "approver", "2025-11-03T11:15"),
    STEP(STEP_PUBLISH, "05-feeling-followed", "duty-communications", "2025-11-03T12:00"),
    STEP(STEP_IMPORT, "06-river-path", "press-officer-1", "2025-11-10T09:02"),
    STEP(STEP_APPROVE, "06-river-path", "approver", "2025-11-10T09:40"),
    STEP(STEP_PUBLISH, "06-river-path", "duty-communications", "2025-11-10T10:00"),
};

#define ACCOUNTS_MADE STR("2025-09-01T09:00")
#define WHY_WITHDRAWN                                                                                                  \
    STR("The post said that people who come must give a name and an address. That was wrong: nobody has to say "       \
        "who they are in order to talk to us.")

/* The only answer in the demonstration that a check asks for: the post stands on several accounts. */
#define WHY_CONFIRMED STR("I have read the accounts that this is made of; what could point to anybody was changed.")

static enum status add_accounts(struct db *db, struct arena *arena, struct fault *fault)
{
    struct db_tx *tx = NULL;
    struct actor *known = NULL;
    size_t n = 0;
    struct post_date made;
    if (!post_date_read(ACCOUNTS_MADE, &made))
        bug("a date of the demonstration is wrong");
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
    struct act act = { .by = NULL, .now = made.at };
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
    if (status == STATUS_OK && step->kind != STEP_IMPORT) {
        status = posts_entry(tx, arena, step->key, &entry);
        *hash_hex = entry.hash_hex;
    }
    db_read_end(tx);
    if (status != STATUS_OK)
        return fault_set(fault, status, "The demonstration could not be set up: remove its folder and try again.");
    return status;
}

static enum status run_import(struct db *db, struct arena *arena, const struct step *step, const struct act *act,
                              struct fault *fault)
{
    struct str name = str_format(arena, "%.*s.md", STR_ARG(step->key));
    struct post_faults *faults = ARENA_NEW(arena, struct post_faults);
    struct post_import import;
    struct post_source source = { .name = name };
    if (name.p == NULL || faults == NULL)
        return fault_no_memory(fault);
    for (size_t i = 0; i < demonstration_files_n; i++)
        if (str_equal(demonstration_files[i].name, name))
            source.text = demonstration_files[i].text;
    enum status status = posts_import_read(arena, &source, 1, act, faults, &import, fault);
    import.submit = true;
    if (status == STATUS_OK)
        status = db_write(db, posts_import_write, &import, fault);
    if (status == STATUS_INVALID && faults->n > 0)
        return fault_set(fault, status, "%.*s:%lld:%lld: %.*s", STR_ARG(name), (long long)faults->list[0].line,
                         (long long)faults->list[0].column, STR_ARG(faults->list[0].text));
    return status;
}

static enum status run_step(struct db *db, struct arena *arena, const struct step *step, struct fault *fault)
{
    struct actor actor;
    struct str hash_hex;
    struct post_date at;
    if (!post_date_read(step->at, &at))
        bug("a time of the demonstration is wrong");
    enum status status = find_actor(db, arena, step, &actor, &hash_hex, fault);
    if (status != STATUS_OK)
        return status;
    struct act act = { .by = &actor, .now = at.at };
    struct post_address address;
    struct post_step one = { .arena = arena, .act = &act, .key = step->key, .hash_hex = hash_hex };
    struct post_confirmation confirmation = { .step = one, .check = STR("fictitious-label") };
    struct post_release release = { .step = one };
    confirmation.step.words = WHY_CONFIRMED;
    struct post_withdrawal withdrawal = { .arena = arena,
                                          .act = &act,
                                          .keys = &step->key,
                                          .keys_n = 1,
                                          .addresses = &address,
                                          .hash_hex = hash_hex,
                                          .ground = GROUND_ERROR,
                                          .reason = WHY_WITHDRAWN };
    switch (step->kind) {
    case STEP_IMPORT: return run_import(db, arena, step, &act, fault);
    case STEP_CONFIRM: return db_write(db, posts_confirm_write, &confirmation, fault);
    case STEP_SPEAK: return db_write(db, posts_speaker_write, &one, fault);
    case STEP_APPROVE: return db_write(db, posts_approve_write, &one, fault);
    case STEP_PUBLISH: return db_write(db, posts_publish_write, &release, fault);
    case STEP_WITHDRAW: return db_write(db, posts_withdraw_write, &withdrawal, fault);
    }
    return STATUS_OK;
}

enum status posts_demonstration(struct db *db, struct fault *fault)
{
    struct arena *arena = arena_new(8 * 1024 * 1024);
    if (arena == NULL)
        return fault_no_memory(fault);
    enum status status = add_accounts(db, arena, fault);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == STATUS_OK; i++) {
        arena_reset(arena);
        status = run_step(db, arena, &steps[i], fault);
    }
    arena_free(arena);
    return status;
}
