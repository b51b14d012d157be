/*
 * Registers at work: taken whole or not at all, read by whoever may, and looked up by the checks whenever a post moves.
 */
#include "world.h"

#include <string.h>

#include "base/buf.h"
#include "posts/campaign.h"
#include "posts/check_inside.h"
#include "posts/rolls.h"

#include "base/banned.h"

#define ORDERS "order,name,aliases,case,kind,court,from,to,note\n"

static struct roll_import last;

static enum status read_file_of(enum roll roll, const char *text, struct roll_entry **entries, size_t *n)
{
    return rolls_read(world.arena, roll, STR("r.csv"), str_copy(world.arena, str_of(text)), &world.faults, entries, n,
                      &world.fault);
}

static enum status import_as(const char *user, enum roll roll, const char *text, bool replaces)
{
    struct actor by = world_actor(user);
    struct act act = { .by = &by, .now = world.now };
    struct roll_entry *entries = NULL;
    last = (struct roll_import){ .arena = world.arena, .act = &act, .roll = roll, .replaces = replaces };
    enum status status = read_file_of(roll, text, &entries, &last.n);
    last.entries = entries;
    return status == STATUS_OK ? db_write(world.db, rolls_import_write, &last, &world.fault) : status;
}

static void import(enum roll roll, const char *text)
{
    enum status status = import_as("duty-communications", roll, text, false);
    if (status != STATUS_OK)
        fail_msg("%s: %s", text, world.faults.n > 0 ? world.faults.list[0].text.p : world.fault.text);
}

/* What the checks say of a post's newest edition. */
static const struct check_result *result_of(const char *key, enum check_id id)
{
    static struct post_checks checks;
    struct db_tx *tx = NULL;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_checks_of(tx, world.arena, str_of(key), world.now, &checks), STATUS_OK);
    db_read_end(tx);
    return &checks.results[id];
}

static void outcome_is(const char *key, enum check_id id, enum check_outcome wanted)
{
    const struct check_result *result = result_of(key, id);
    if (result->outcome != wanted)
        fail_msg("%s: %.*s, %.*s", key, STR_ARG(check_outcome_word(result->outcome)), STR_ARG(result->why));
}

static void post(const char *key, const char *head, const char *body)
{
    const char *name = str_format(world.arena, "%s.md", key).p;
    enum status status = world_draft("press-officer-1", name, world_post("A title", NULL, head, body));
    if (status != STATUS_OK)
        fail_msg("%s: %s", key, world.fault.text);
}

/* ---- Files ---- */

static void fault_is(enum roll roll, const char *text, int64_t line, int64_t column, const char *words)
{
    struct roll_entry *entries;
    size_t n;
    assert_int_equal(read_file_of(roll, text, &entries, &n), STATUS_INVALID);
    assert_true(world.faults.n > 0);
    const struct post_fault *fault = &world.faults.list[0];
    if (fault->line != line || fault->column != column || str_find(fault->text, str_of(words)) < 0)
        fail_msg("%lld:%lld %.*s", (long long)fault->line, (long long)fault->column, STR_ARG(fault->text));
}

static void faults(void **state)
{
    (void)state;
    fault_is(ROLL_ORDERS, "", 1, 1, "empty");
    fault_is(ROLL_ORDERS, "order,nmae\n", 1, 7, "is no column");
    fault_is(ROLL_ORDERS, "order,kind,court,from\n1,k,c,2026-01-01\n", 2, 1, "nothing to look for");
    fault_is(ROLL_ORDERS, "order,name,kind,court\n", 1, 1, "no column from");
    fault_is(ROLL_ORDERS, "order,order,kind,court,from\n", 1, 7, "twice");
    fault_is(ROLL_ORDERS, ORDERS "1,John Smith,,,,c,2026-01-01,,\n", 2, 16, "kind is missing");
    fault_is(ROLL_ORDERS, ORDERS "1,John Smith,,,k,c,2026-13-01,,\n", 2, 20, "a day such as");
    fault_is(ROLL_ORDERS, ORDERS "1,John Smith,,,k,c,2026-02-01,2026-01-01,\n", 2, 31, "before");
    fault_is(ROLL_ORDERS, ORDERS "1,...,,,k,c,2026-02-01,,\n", 2, 3, "two letters");
    fault_is(ROLL_ORDERS, ORDERS "1,Jo\u200Bhn,,,k,c,2026-02-01,,\n", 2, 3, "name ");
    fault_is(ROLL_ORDERS, ORDERS "1,A B,xy; ?,,k,c,2026-02-01,,\n", 2, 7, "number 2");
    fault_is(ROLL_ORDERS, ORDERS "22/1,A B,,,k,c,2026-02-01,,\n\n22-1,C D,,,k,c,2026-02-01,,\n", 4, 1, "on line 2");
    fault_is(ROLL_ELECTIONS, "election,area,kind,from,to\n1,a,k,2026-02-01,\n", 2, 18, "to is missing");
    fault_is(ROLL_REFERENCES, "reference,status\n1,lost\n", 2, 3, "status must be investigation");
    fault_is(ROLL_REFERENCES, "reference,status\n/,charged\n", 2, 1, "a letter or a figure");
    /* One bad row and nothing is taken. */
    assert_int_equal(import_as("duty-communications", ROLL_REFERENCES, "reference,status\n1,charged\n2,lost\n", false),
                     STATUS_INVALID);
    assert_int_equal(world_number("SELECT count(*) FROM roll"), 0);
}

static void counts_are(size_t added, size_t changed, size_t unchanged, size_t removed, size_t left)
{
    assert_int_equal(last.added, added);
    assert_int_equal(last.changed, changed);
    assert_int_equal(last.unchanged, unchanged);
    assert_int_equal(last.removed, removed);
    assert_int_equal(last.left, left);
}

/* More than one page of them is read. */
static void as_many_as_fit(void **state)
{
    enum { MANY = 12000 };
    struct buf out;
    (void)state;
    for (int from = 1; from <= MANY; from += MANY - 1) {
        buf_init(&out, world.arena, MANY * 24);
        buf_add(&out, STR("reference,status\n"));
        for (int i = 0; i < MANY; i++)
            buf_add(&out, str_format(world.arena, "R%d,charged\n", from + i));
        buf_add_byte(&out, 0);
        assert_int_equal(import_as("duty-communications", ROLL_REFERENCES, buf_str(&out).p, true), STATUS_OK);
    }
    counts_are(MANY - 1, 0, 1, MANY - 1, 0);
    assert_int_equal(world_number("SELECT count(*) FROM roll_entry WHERE roll = 'references'"), MANY);
    struct roll_step step = { .arena = world.arena, .roll = ROLL_REFERENCES, .number = STR_NONE };
    assert_int_equal(db_write(world.db, rolls_show_write, &step, &world.fault), STATUS_OK);
    assert_int_equal(step.n, MANY);
}

/* A name that stands behind as many others as are read is not taken for one that is on no register. */
static void more_than_are_read(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, world.arena, (ROLL_FOUND_MAX + 2) * 80);
    buf_add(&out, STR(ORDERS));
    for (int i = 0; i < ROLL_FOUND_MAX; i++)
        buf_add(&out, str_format(world.arena, "%d,\"Smithers, Xq%d\",,,k,c,2026-01-01,2026-02-01,\n", i, i));
    buf_add(&out, STR("last,\"SMITHERS, John\",,,k,c,2026-01-01,,\n"));
    buf_add_byte(&out, 0);
    import(ROLL_ORDERS, buf_str(&out).p);
    post("named", "", "John Smithers of Hartley was charged.");
    outcome_is("named", CHECK_COURT_ORDER, CHECK_BLOCK);
}

static void an_import_says_what_it_did(void **state)
{
    (void)state;
    import(ROLL_REFERENCES, "reference,status\n22/1,charged\n22/2,arrested\n");
    counts_are(2, 0, 0, 0, 0);
    import(ROLL_REFERENCES, "reference,status\n22/1,charged\n22/2,arrested\n");
    counts_are(0, 0, 2, 0, 0);
    import(ROLL_REFERENCES, "status,reference,note\nsentenced,22 1,x\ncharged,22/3,\n");
    counts_are(1, 1, 0, 0, 1);
    assert_int_equal(import_as("duty-communications", ROLL_REFERENCES, "reference,status\n22/3,charged\n", true),
                     STATUS_OK);
    counts_are(0, 0, 1, 2, 0);
    assert_int_equal(world_number("SELECT count(*) FROM roll_entry"), 1);
    assert_int_equal(import_as("approver", ROLL_REFERENCES, "reference,status\n", false), STATUS_DENIED);
    import(ROLL_ORDERS, ORDERS "1,John Smith,Smudge; Jack,22/9,k,c,2026-01-01,,n\n");
    assert_int_equal(world_number("SELECT count(*) FROM roll_key WHERE key LIKE '%smi%'"), 3);
    assert_int_equal(import_as("duty-communications", ROLL_ORDERS, ORDERS, true), STATUS_OK);
    counts_are(0, 0, 0, 1, 0);
    assert_int_equal(world_number("SELECT count(*) FROM roll_key"), 0);
    assert_int_equal(world_number("SELECT count(*) FROM roll"), 2); /* an empty one is a register */
}

static void orders_are_read_by_whoever_may_and_the_audit_knows(void **state)
{
    (void)state;
    import(ROLL_ORDERS, ORDERS "1,John Smith,,22/9,k,c,2026-01-01,,n\n");
    struct actor no = world_actor("press-officer-1");
    struct actor yes = world_actor("duty-communications");
    struct act act = { .by = &no, .now = world.now };
    struct roll_step step = { .arena = world.arena, .act = &act, .roll = ROLL_ORDERS, .number = STR_NONE };
    assert_int_equal(db_write(world.db, rolls_show_write, &step, &world.fault), STATUS_DENIED);
    assert_int_equal(step.n, 0);
    act.by = &yes;
    assert_int_equal(db_write(world.db, rolls_show_write, &step, &world.fault), STATUS_OK);
    assert_int_equal(step.n, 1);
    assert_true(str_equal(step.entries[0].fields[1], STR("John Smith")));
    assert_int_equal(world_number("SELECT count(*) FROM audit WHERE act = 'register.read'"), 1);
    step.number = STR("no such");
    assert_int_equal(db_write(world.db, rolls_show_write, &step, &world.fault), STATUS_NOT_FOUND);
    step.number = STR("1");
    assert_int_equal(db_write(world.db, rolls_remove_write, &step, &world.fault), STATUS_OK);
    assert_int_equal(world_number("SELECT count(*) FROM roll_entry"), 0);
    assert_int_equal(world_number("SELECT count(*) FROM roll_key"), 0);
}

/* ---- Checks ---- */

static void a_name_on_the_register_holds_a_post(void **state)
{
    (void)state;
    post("none", "", "We mended the lamps in Hartley.");
    post("named", "", "John Smith of Hartley was charged.");
    outcome_is("none", CHECK_COURT_ORDER, CHECK_NOT_APPLICABLE);
    outcome_is("named", CHECK_COURT_ORDER, CHECK_CONFIRM);
    post("a-man", "people: [{ as_written: A 34-year-old man, kind: real }]\n", "A 34-year-old man was charged.");
    outcome_is("a-man", CHECK_COURT_ORDER, CHECK_NOT_APPLICABLE);
    static const char *const people[] = { "A man called Smudge", "a man, محمد", "zzx, 34" };
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        const char *key = str_format(world.arena, "person-%zu", i).p;
        post(key, str_format(world.arena, "people: [{ as_written: \"%s\", kind: real }]\n", people[i]).p, "Charged.");
        outcome_is(key, CHECK_COURT_ORDER, CHECK_CONFIRM);
    }
    import(ROLL_ORDERS, ORDERS "1,\"SMITH, John\",,22/1234/56,k,c,2026-01-01,2026-03-02,\n"
                               "2,Ann Other,Smudge,,k,c,2026-01-01,,\n3,Early Bird,,,k,c,2026-04-01,,\n"
                               "4,Late Comer,,,k,c,2025-01-01,2026-02-28,\n");
    outcome_is("none", CHECK_COURT_ORDER, CHECK_PASS);
    outcome_is("named", CHECK_COURT_ORDER, CHECK_BLOCK);
    static const char *const held[] = { "Charged: smith, JOHN.",
                                        "> Jo\u200Bhn Sm\u00ADith",
                                        "Jоhn Ѕmith",
                                        "J o h n  S m i t h",
                                        "[here](https://example.org/john-smith)",
                                        "Case 22/1234-56.",
                                        "We call him Smudge.",
                                        "**John** *Smith*",
                                        "John\\\nSmith" };
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++) {
        const char *key = str_format(world.arena, "held-%zu", i).p;
        post(key, "", held[i]);
        outcome_is(key, CHECK_COURT_ORDER, CHECK_BLOCK);
        assert_int_equal(world_submit("press-officer-1", key), STATUS_REFUSED);
    }
    post("head", "promises: [{ what: Lamps, owner: John Smith, due: 2026-05-01 }]\n", "Lamps.");
    outcome_is("head", CHECK_COURT_ORDER, CHECK_BLOCK);
    post("case", "case: { reference: 22-1234-56, status: charged }\n", "Lamps.");
    post("alike", "", "Mr Smith of Hartley was charged.");
    post("future", "", "Early Bird and Late Comer met.");
    outcome_is("case", CHECK_COURT_ORDER, CHECK_BLOCK);
    outcome_is("alike", CHECK_COURT_ORDER, CHECK_CONFIRM);
    outcome_is("future", CHECK_COURT_ORDER, CHECK_PASS);
    /* What is told are the number and the words of the post, no name of the register. */
    const struct check_result *result = result_of("held-6", CHECK_COURT_ORDER);
    for (size_t i = 0; i < result->evidence_n; i++)
        assert_true(str_find(result->evidence[i].text, STR("Other")) < 0);
    assert_true(str_equal(result->evidence[0].where, STR("register:orders")));
    assert_true(str_equal(result->evidence[0].text, STR("2")));
    /* An emergency does not override it. */
    assert_int_equal(world_emergency("duty-communications", "held-0", "now", "Chief officer"), STATUS_REFUSED);
    assert_non_null(strstr(world.fault.text, "court-order"));
    /* The end of an order is the end of its last day. */
    world.now += (int64_t)2 * 24 * 60 * 60 * 1000;
    outcome_is("named", CHECK_COURT_ORDER, CHECK_PASS);
}

static bool is_answered(const char *key, enum check_id id)
{
    struct post_checks checks;
    struct db_tx *tx = NULL;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_checks_of(tx, world.arena, str_of(key), world.now, &checks), STATUS_OK);
    db_read_end(tx);
    return checks.answered[id];
}

/* "There is no order" was said before there was a register: it says nothing of a name that is like one on it. */
static void an_answer_holds_for_what_was_asked(void **state)
{
    (void)state;
    post("alike", "", "Mr John Smith of Hartley was charged.");
    outcome_is("alike", CHECK_COURT_ORDER, CHECK_CONFIRM);
    assert_int_equal(world_confirm("press-officer-1", "alike", "court-order", "The court was asked."), STATUS_OK);
    assert_true(is_answered("alike", CHECK_COURT_ORDER));
    import(ROLL_ORDERS, ORDERS "1,Zebedee Smith,,,k,c,2026-01-01,,\n");
    outcome_is("alike", CHECK_COURT_ORDER, CHECK_CONFIRM);
    assert_false(is_answered("alike", CHECK_COURT_ORDER));
    assert_int_equal(world_confirm("press-officer-1", "alike", "court-order", "Another Smith."), STATUS_OK);
    assert_true(is_answered("alike", CHECK_COURT_ORDER));
    import(ROLL_ORDERS, ORDERS "2,Yorick Smith,,,k,c,2026-01-01,,\n");
    assert_false(is_answered("alike", CHECK_COURT_ORDER));
}

/* An emergency waits for what asks about an order, and who publishes may answer; what else asks it overrides. */
static void an_emergency_waits_for_an_answer_about_an_order(void **state)
{
    (void)state;
    import(ROLL_ORDERS, ORDERS "1,Zebedee Smith,,,k,c,2026-01-01,,\n");
    post("alike", "people: [{ as_written: Mr John Smith, kind: real }]\n", "Mr John Smith was charged.");
    outcome_is("alike", CHECK_COURT_ORDER, CHECK_CONFIRM);
    assert_int_equal(world_emergency("duty-communications", "alike", "now", "Chief officer"), STATUS_REFUSED);
    assert_non_null(strstr(world.fault.text, "waits for an answer to the check court-order"));
    assert_int_equal(world_confirm("duty-communications", "alike", "court-order", "Another Smith."), STATUS_OK);
    assert_int_equal(world_emergency("duty-communications", "alike", "now", "Chief officer"), STATUS_OK);
}

/* A crime number that the force knows is asked of nobody, however it is written; another, or any without a register,
 * is. */
static void a_number_of_the_force_s_own(void **state)
{
    (void)state;
    post("known", "", "Quote crime number MP/26/00412, or 12345/26.");
    post("unknown", "", "Quote crime number MP/26/00413.");
    outcome_is("known", CHECK_PERSONAL_DATA, CHECK_CONFIRM);
    import(ROLL_REFERENCES, "reference,status\nmp-26-00412,charged\n12345/26,investigation\n");
    outcome_is("known", CHECK_PERSONAL_DATA, CHECK_PASS);
    outcome_is("unknown", CHECK_PERSONAL_DATA, CHECK_CONFIRM);
}

static void before_an_election(void **state)
{
    (void)state;
    struct actor by = world_actor("duty-communications");
    struct act act = { .by = &by, .now = world.now };
    struct campaign_act campaign = { .arena = world.arena,
                                     .act = &act,
                                     .campaign = { .slug = STR("old"),
                                                   .name = STR("Old one"),
                                                   .purpose = STR("Lamps."),
                                                   .first_day = STR("2026-01-01"),
                                                   .last_day = STR("2026-12-01") } };
    assert_int_equal(db_write(world.db, posts_campaign_set_write, &campaign, &world.fault), STATUS_OK);
    campaign.campaign = (struct campaign){ .slug = STR("new"),
                                           .name = STR("New one"),
                                           .purpose = STR("Lamps."),
                                           .first_day = STR("2026-02-25"),
                                           .last_day = STR("2026-12-01") };
    assert_int_equal(db_write(world.db, posts_campaign_set_write, &campaign, &world.fault), STATUS_OK);
    post("plain", "", "We mended the lamps.");
    post("party", "", "The Lamp Party met, and so did Robin Candle.");
    post("old", "campaign: old\n", "Lamps.");
    post("new", "campaign: new\n", "Lamps.");
    post("unknown", "campaign: Nobody knows\n", "Lamps.");
    outcome_is("plain", CHECK_PRE_ELECTION, CHECK_NOT_APPLICABLE);
    outcome_is("new", CHECK_PRE_ELECTION, CHECK_CONFIRM);
    import(ROLL_ELECTIONS, "election,area,kind,from,to,candidates,parties\n"
                           "1,Hartley,local,2026-02-20,2026-03-10,Robin Candle; Ann Other,The Lamp Party\n"
                           "2,Hartley,local,2027-02-20,2027-03-10,,\n");
    outcome_is("plain", CHECK_PRE_ELECTION, CHECK_PASS);
    outcome_is("party", CHECK_PRE_ELECTION, CHECK_CONFIRM);
    outcome_is("old", CHECK_PRE_ELECTION, CHECK_PASS);
    outcome_is("new", CHECK_PRE_ELECTION, CHECK_CONFIRM);
    outcome_is("unknown", CHECK_PRE_ELECTION, CHECK_CONFIRM);
    world.now += (int64_t)20 * 24 * 60 * 60 * 1000;
    outcome_is("party", CHECK_PRE_ELECTION, CHECK_NOT_APPLICABLE);
    outcome_is("new", CHECK_PRE_ELECTION, CHECK_NOT_APPLICABLE);
}

/* A register that cannot be asked is no register without hits. */
static enum status broken(void *self, struct arena *arena, enum roll roll, const struct str *keys, size_t keys_n,
                          struct roll_entry **entries, size_t *n)
{
    (void)self, (void)arena, (void)roll, (void)keys, (void)keys_n, (void)entries;
    *n = 0;
    return STATUS_DAMAGED;
}

static enum status broken_too(void *self, struct arena *arena, struct picture_elsewhere **posts, size_t *n)
{
    (void)self, (void)arena, (void)posts;
    *n = 0;
    return STATUS_DAMAGED;
}

static struct picture_elsewhere others[2];
static size_t others_n;

static enum status others_of(void *self, struct arena *arena, struct picture_elsewhere **posts, size_t *n)
{
    (void)self, (void)arena;
    *posts = others;
    *n = others_n;
    return STATUS_OK;
}

static enum check_outcome asked(const struct post_content *content, const struct check_registers *registers,
                                enum check_id id)
{
    static struct check_result results[CHECKS];
    struct check_input input = { .content = content, .registers = registers, .now = world.now };
    assert_int_equal(posts_checks(world.arena, &input, results, NULL), STATUS_OK);
    return results[id].outcome;
}

static void what_cannot_be_asked_blocks(void **state)
{
    (void)state;
    const struct check_registers none = { .find = broken, .elsewhere = broken_too };
    const struct post_content content = { .title = STR("Lamps"), .body = STR("Lamps."), .picture = { .set = true } };
    assert_int_equal(asked(&content, &none, CHECK_COURT_ORDER), CHECK_BLOCK);
    assert_int_equal(asked(&content, &none, CHECK_PRE_ELECTION), CHECK_BLOCK);
    assert_int_equal(asked(&content, &none, CHECK_IMAGE_REUSE), CHECK_BLOCK);
    /* A bare file never blocks for it. */
    assert_int_equal(asked(&content, NULL, CHECK_COURT_ORDER), CHECK_NOT_APPLICABLE);
    assert_int_equal(asked(&content, NULL, CHECK_PRE_ELECTION), CHECK_NOT_APPLICABLE);
    assert_int_equal(asked(&content, NULL, CHECK_IMAGE_REUSE), CHECK_NOT_APPLICABLE);
}

static void the_same_picture(void **state)
{
    (void)state;
    struct check_registers registers = { .find = broken, .elsewhere = others_of };
    const struct str sam[] = { STR_INIT("Sam, 30") };
    const struct str alex[] = { STR_INIT("Alex Reed (28)") };
    struct post_person people[] = { { .as_written = STR("Alex, 28"), .kind = PERSON_FICTITIOUS } };
    struct post_content content = {
        .title = STR("Lamps"), .body = STR("Lamps."), .picture = { .set = true }, .people = people, .people_n = 1
    };
    others_n = 0;
    assert_int_equal(asked(&content, &registers, CHECK_IMAGE_REUSE), CHECK_PASS);
    others[0] = (struct picture_elsewhere){ .key = STR("other"), .people = alex, .people_n = 1 };
    others_n = 1;
    assert_int_equal(asked(&content, &registers, CHECK_IMAGE_REUSE), CHECK_PASS);
    others[0].withdrawn = true;
    assert_int_equal(asked(&content, &registers, CHECK_IMAGE_REUSE), CHECK_CONFIRM);
    others[0] = (struct picture_elsewhere){ .key = STR("other"), .people = sam, .people_n = 1 };
    assert_int_equal(asked(&content, &registers, CHECK_IMAGE_REUSE), CHECK_CONFIRM);
    content.people_n = 0;
    assert_int_equal(asked(&content, &registers, CHECK_IMAGE_REUSE), CHECK_PASS);
}

/* A hidden character, another script or a text at its bound changes nothing. */
static void hostile(void **state)
{
    (void)state;
    static char large[128 * 1024];
    import(ROLL_ORDERS, ORDERS "1,John Smith,,,k,c,2026-01-01,,\n");
    memset(large, 'a', sizeof large - 1);
    for (size_t i = 5; i + 20 < sizeof large; i += 6)
        large[i] = ' ';
    memcpy(large + sizeof large - 20, "\nJohn Smith.\n", 13);
    struct post_content content = { .title = STR("Lamps"), .body = { large, sizeof large - 8 } };
    static char huge[1 << 20];
    memset(huge, '*', sizeof huge);
    struct post_content unread = { .title = STR("Lamps"), .body = { huge, sizeof huge } };
    struct check_registers bare = { .find = broken, .elsewhere = broken_too };
    assert_int_equal(asked(&content, &bare, CHECK_COURT_ORDER), CHECK_BLOCK);
    assert_int_not_equal(asked(&unread, NULL, CHECK_COURT_ORDER), CHECK_PASS);
    assert_int_not_equal(asked(&unread, NULL, CHECK_COURT_ORDER), CHECK_NOT_APPLICABLE);
}

static int make_without(void **state)
{
    int made = world_make(state);
    if (made == 0)
        world_run("DELETE FROM roll");
    return made;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_without, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(faults),
        TEST(an_import_says_what_it_did),
        TEST(as_many_as_fit),
        TEST(more_than_are_read),
        TEST(orders_are_read_by_whoever_may_and_the_audit_knows),
        TEST(a_name_on_the_register_holds_a_post),
        TEST(an_answer_holds_for_what_was_asked),
        TEST(an_emergency_waits_for_an_answer_about_an_order),
        TEST(a_number_of_the_force_s_own),
        TEST(before_an_election),
        TEST(what_cannot_be_asked_blocks),
        TEST(the_same_picture),
        TEST(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
