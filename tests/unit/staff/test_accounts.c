/* Accounts, passphrases, roles and sessions. */
#include "common.h"

#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "db/faulty.h"
#include "staff/inside.h"
#include "base/banned.h"

enum { ADMINISTRATOR = 1u << ROLE_ADMINISTRATOR, AUTHOR = 1u << ROLE_AUTHOR };

static enum status check(const char *user, struct str passphrase)
{
    struct actor actor;
    return account_check(db, arena, str_of(user), passphrase, &actor, &fault);
}

/* ---- Roles ---- */

static void every_role_has_one_word_and_one_permission(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum permission permission;
    } want[ROLES] = {
        { "author", PERMISSION_POST_WRITE },
        { "approver", PERMISSION_POST_APPROVE },
        { "duty-communications", PERMISSION_POST_PUBLISH },
        { "registrar", PERMISSION_POLICY_SIGN },
        { "administrator", PERMISSION_ADMINISTER },
    };
    for (int r = 0; r < ROLES; r++) {
        enum role back;
        assert_true(str_equal(role_word((enum role)r), str_of(want[r].word)));
        assert_true(role_of_word(str_of(want[r].word), &back));
        assert_int_equal(back, r);
        uint32_t permissions = permissions_of_roles(1u << r);
        assert_int_equal(permissions, 1u << PERMISSION_PUBLIC | 1u << PERMISSION_SIGNED_IN | 1u << want[r].permission);
    }
    enum role unknown;
    assert_false(role_of_word(STR("Author"), &unknown));
    assert_false(role_of_word(STR(""), &unknown));
    assert_int_equal(permissions_of_roles(0), 1u << PERMISSION_PUBLIC);
    struct arena *a = arena_new(1000);
    assert_true(str_equal(role_words(a, 1u << ROLE_APPROVER | AUTHOR), STR("author, approver")));
    arena_free(a);
}

static void two_roles_give_both_permissions_and_a_disabled_one_none(void **state)
{
    (void)state;
    struct actor actor = { .roles = AUTHOR | 1u << ROLE_APPROVER };
    assert_true(actor_may(&actor, PERMISSION_POST_WRITE));
    assert_true(actor_may(&actor, PERMISSION_POST_APPROVE));
    assert_false(actor_may(&actor, PERMISSION_POST_PUBLISH));
    assert_false(actor_may(&actor, PERMISSION_ADMINISTER));
    actor.disabled = true;
    for (int p = PERMISSION_PUBLIC; p < PERMISSIONS; p++)
        assert_false(actor_may(&actor, (enum permission)p));
}

/* ---- Adding ---- */

static void an_account_is_found_by_name_and_id(void **state)
{
    (void)state;
    int64_t id = add("sam-1", AUTHOR | ADMINISTRATOR);
    struct actor actor = find("sam-1");
    assert_int_equal(actor.account, id);
    assert_true(str_equal(actor.name, STR("Sam Example")));
    assert_int_equal(actor.roles, AUTHOR | ADMINISTRATOR);
    assert_false(actor.disabled);
    assert_false(actor.demonstration);
    struct db_tx *tx;
    struct actor by_id, *all;
    size_t n;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    assert_int_equal(account_find_id(tx, arena, id, &by_id), STATUS_OK);
    assert_int_equal(account_find_id(tx, arena, id + 1, &actor), STATUS_NOT_FOUND);
    assert_int_equal(account_list(tx, arena, &all, &n), STATUS_OK);
    db_read_end(tx);
    assert_true(str_equal(by_id.user, STR("sam-1")));
    assert_int_equal(n, 1);
    assert_true(str_equal(all[0].user, STR("sam-1")));
}

static void what_an_account_must_be_is_checked(void **state)
{
    (void)state;
    static const char *const users[] = {
        "", "Sam", "1sam", "-sam", "sam-", "sam--a", "sam x", "s\xC3\xA4m", "sam_a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    };
    static const struct str names[] = {
        STR_INIT(""),       STR_INIT(" x"),           STR_INIT("x\n"),       STR_INIT("a\nb"),
        STR_INIT("a\0b"),   STR_INIT("\xFF"),         STR_INIT("a\xC2\x9B"), STR_INIT("\u00A0"),
        STR_INIT("\u200B"), STR_INIT("Sam\u202EmaS"), STR_INIT("Sam\u2028")
    };
    struct account_new good = { STR("sam"), STR("Sam"), STR("correct horse battery"), AUTHOR, false };
    int64_t id = 0;
    for (size_t i = 0; i < sizeof users / sizeof users[0]; i++) {
        struct account_new account = good;
        account.user = str_of(users[i]);
        if (account_add(db, &account, &console, &id, &fault) != STATUS_INVALID)
            fail_msg("%s was taken", users[i]);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct account_new account = good;
        account.name = names[i];
        assert_int_equal(account_add(db, &account, &console, &id, &fault), STATUS_INVALID);
    }
    struct account_new account = good;
    account.roles = 0;
    assert_int_equal(account_add(db, &account, &console, &id, &fault), STATUS_INVALID);
    account.roles = 1u << ROLES;
    assert_int_equal(account_add(db, &account, &console, &id, &fault), STATUS_INVALID);
    assert_int_equal(ask("SELECT count(*) FROM account"), 0);
    assert_int_equal(ask("SELECT count(*) FROM audit"), 0);
}

static void passphrases_have_bounds_and_are_not_the_name(void **state)
{
    (void)state;
    char longest[PASSPHRASE_MAX + 1];
    memset(longest, 'x', sizeof longest);
    longest[0] = 'y';
    struct str user = STR("administrator");
    assert_int_equal(passphrase_fits(STR("eleven char"), user, &fault), STATUS_INVALID);
    assert_int_equal(passphrase_fits(STR("twelve chars"), user, &fault), STATUS_OK);
    /* twelve characters, not twelve bytes */
    assert_int_equal(passphrase_fits(STR("\xC3\xA9\xC3\xA8\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"), user, &fault),
                     STATUS_INVALID);
    assert_int_equal(passphrase_fits((struct str){ longest, PASSPHRASE_MAX }, user, &fault), STATUS_OK);
    assert_int_equal(passphrase_fits((struct str){ longest, PASSPHRASE_MAX + 1 }, user, &fault), STATUS_INVALID);
    assert_int_equal(passphrase_fits(STR("administrator"), user, &fault), STATUS_INVALID);
    assert_int_equal(passphrase_fits(STR("Administrator-123!"), user, &fault), STATUS_INVALID);
    assert_int_equal(passphrase_fits(STR("aaaaaaaaaaaaaa"), user, &fault), STATUS_INVALID);
    assert_int_equal(passphrase_fits(STR("tab\tin a passphrase"), user, &fault), STATUS_INVALID);
    assert_int_equal(passphrase_fits(STR("nul\0in a passphrase"), user, &fault), STATUS_INVALID);
    assert_int_equal(passphrase_fits(STR("not \xFF text at all"), user, &fault), STATUS_INVALID);
}

static void a_user_name_is_taken_once(void **state)
{
    (void)state;
    add("sam", AUTHOR);
    struct account_new again = { STR("sam"), STR("Other"), STR("correct horse battery"), AUTHOR, false };
    int64_t id = 0;
    assert_int_equal(account_add(db, &again, &console, &id, &fault), STATUS_CONFLICT);
    assert_int_equal(id, 0);
    assert_int_equal(ask("SELECT count(*) FROM account"), 1);
    assert_int_equal(ask("SELECT count(*) FROM audit"), 1);
}

static void only_an_administrator_or_the_console_changes_accounts(void **state)
{
    (void)state;
    add("boss", ADMINISTRATOR);
    add("deputy", ADMINISTRATOR);
    add("sam", AUTHOR);
    struct actor sam = find("sam"), deputy = find("deputy"), nobody = { .account = 999, .roles = ADMINISTRATOR };
    struct account_new account = { STR("kim"), STR("Kim"), STR("correct horse battery"), AUTHOR, false };
    int64_t id;
    struct act by_sam = { &sam, NOW }, by_deputy = { &deputy, NOW }, by_nobody = { &nobody, NOW };
    assert_int_equal(account_add(db, &account, &by_sam, &id, &fault), STATUS_DENIED);
    assert_int_equal(account_disable(db, STR("boss"), &by_sam, &fault), STATUS_DENIED);
    assert_int_equal(account_passphrase(db, STR("boss"), STR("another passphrase"), &by_sam, &fault), STATUS_DENIED);
    /* What the caller believes about roles counts for nothing. */
    sam.roles = ADMINISTRATOR;
    assert_int_equal(account_add(db, &account, &by_sam, &id, &fault), STATUS_DENIED);
    assert_int_equal(account_add(db, &account, &by_nobody, &id, &fault), STATUS_DENIED);
    assert_int_equal(account_add(db, &account, &by_deputy, &id, &fault), STATUS_OK);
    assert_int_equal(account_disable(db, STR("deputy"), &console, &fault), STATUS_OK);
    assert_int_equal(account_disable(db, STR("kim"), &by_deputy, &fault), STATUS_DENIED);
}

/* ---- The door ---- */

static void the_right_passphrase_opens_and_gives_the_actor(void **state)
{
    (void)state;
    int64_t id = add("sam", AUTHOR);
    struct actor actor;
    assert_int_equal(account_check(db, arena, STR("sam"), STR("correct horse battery"), &actor, &fault), STATUS_OK);
    assert_int_equal(actor.account, id);
    assert_int_equal(actor.roles, AUTHOR);
    assert_int_equal(check("sam", STR("correct horse batterz")), STATUS_DENIED);
    assert_int_equal(check("sam", STR("correct horse battery ")), STATUS_DENIED);
    assert_int_equal(check("sam", STR("")), STATUS_DENIED);
    assert_int_equal(check("sam", STR_NONE), STATUS_DENIED);
}

/* Of this thread's processor: what else the machine does must not count. */
static int64_t work_ns(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t time_of(const char *user, struct str passphrase, char words[FAULT_TEXT_SIZE])
{
    int64_t best = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        int64_t began = work_ns();
        assert_int_equal(check(user, passphrase), STATUS_DENIED);
        int64_t took = work_ns() - began;
        best = took < best ? took : best;
    }
    memcpy(words, fault.text, FAULT_TEXT_SIZE);
    return best;
}

static void unknown_disabled_and_wrong_have_the_same_words_and_time(void **state)
{
    (void)state;
    static char megabyte[1 << 20];
    char wrong[FAULT_TEXT_SIZE], other[FAULT_TEXT_SIZE];
    memset(megabyte, 'x', sizeof megabyte);
    add("boss", ADMINISTRATOR);
    add("gone", AUTHOR);
    assert_int_equal(account_disable(db, STR("gone"), &console, &fault), STATUS_OK);
    const struct {
        const char *user;
        struct str passphrase;
    } cases[] = {
        { "nobody", STR("correct horse battery") },
        { "gone", STR("correct horse battery") },
        { "gone", STR("a wrong passphrase") },
        { "Not A User Name", STR("correct horse battery") },
        { "", STR("") },
        { "boss", { megabyte, sizeof megabyte } },
    };
    int64_t usual = time_of("boss", STR("a wrong passphrase"), wrong);
    assert_true(usual > 20 * 1000000); /* it costs something at all */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t took = time_of(cases[i].user, cases[i].passphrase, other);
        assert_string_equal(wrong, other);
        if (took < usual / 2 || took > usual * 2)
            fail_msg("\"%s\": %lld ns, a wrong passphrase %lld ns", cases[i].user, (long long)took, (long long)usual);
    }
}

static void the_work_for_nobody_has_the_parameters_of_everybody(void **state)
{
    (void)state;
    char stored[crypto_pwhash_STRBYTES];
    assert_int_equal(passphrase_hash(STR("correct horse battery"), stored, &fault), STATUS_OK);
    assert_int_equal(strncmp(stored, "$argon2id$v=19$m=65536,t=3,p=1$", 31), 0);
    assert_true(passphrase_matches(stored, STR("correct horse battery")));
    assert_false(passphrase_matches(stored, STR("correct horse")));
    assert_false(passphrase_matches(NULL, STR("correct horse battery")));
}

static void a_new_passphrase_replaces_the_old(void **state)
{
    (void)state;
    add("boss", ADMINISTRATOR);
    assert_int_equal(account_passphrase(db, STR("boss"), STR("another passphrase"), &console, &fault), STATUS_OK);
    assert_int_equal(check("boss", STR("correct horse battery")), STATUS_DENIED);
    assert_int_equal(check("boss", STR("another passphrase")), STATUS_OK);
    assert_int_equal(account_passphrase(db, STR("nobody"), STR("another passphrase"), &console, &fault),
                     STATUS_NOT_FOUND);
    assert_int_equal(account_passphrase(db, STR("boss"), STR("short"), &console, &fault), STATUS_INVALID);
    assert_int_equal(check("boss", STR("another passphrase")), STATUS_OK);
}

static void no_passphrase_stands_in_the_database(void **state)
{
    (void)state;
    add("boss", ADMINISTRATOR);
    assert_int_equal(ask("SELECT count(*) FROM account WHERE instr(passphrase, 'horse') > 0"), 0);
    assert_int_equal(ask("SELECT count(*) FROM audit_words WHERE instr(words, 'horse') + instr(words, 'Example') > 0"),
                     0);
}

/* ---- Disabling ---- */

static void the_last_administrator_cannot_be_disabled(void **state)
{
    (void)state;
    add("boss", ADMINISTRATOR);
    add("sam", AUTHOR);
    assert_int_equal(account_disable(db, STR("boss"), &console, &fault), STATUS_REFUSED);
    assert_non_null(strstr(fault.text, "last administrator"));
    add("deputy", ADMINISTRATOR | AUTHOR);
    assert_int_equal(account_disable(db, STR("boss"), &console, &fault), STATUS_OK);
    assert_int_equal(account_disable(db, STR("deputy"), &console, &fault), STATUS_REFUSED);
    assert_int_equal(account_disable(db, STR("boss"), &console, &fault), STATUS_CONFLICT);
    assert_int_equal(account_disable(db, STR("sam"), &console, &fault), STATUS_OK);
    assert_int_equal(account_disable(db, STR("nobody"), &console, &fault), STATUS_NOT_FOUND);
    assert_int_equal(account_passphrase(db, STR("sam"), STR("another passphrase"), &console, &fault), STATUS_REFUSED);
    assert_true(find("sam").disabled);
}

/* ---- Sessions ---- */

static enum status session(const unsigned char token[32], int64_t now, struct principal *out)
{
    unsigned char hash[32];
    struct db_tx *tx;
    crypto_hash_sha256(hash, token, 32);
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    enum status status =
        staff_auth.find(staff_auth.self, tx, arena, (struct str){ (const char *)hash, sizeof hash }, now, out);
    db_read_end(tx);
    return status;
}

static void a_session_lasts_until_its_end_and_no_longer(void **state)
{
    (void)state;
    int64_t id = add("sam", AUTHOR);
    unsigned char token[32], other[32] = { 0 };
    struct principal who;
    assert_int_equal(session_start(db, id, NOW, NOW + 1000, token, &fault), STATUS_OK);
    assert_int_equal(session(token, NOW + 999, &who), STATUS_OK);
    assert_int_equal(who.account, id);
    assert_true(str_equal(who.user, STR("sam")));
    assert_int_equal(who.permissions, permissions_of_roles(AUTHOR));
    assert_int_equal(who.ends, NOW + 1000);
    assert_int_equal(session(token, NOW + 1000, &who), STATUS_NOT_FOUND);
    assert_int_equal(session(other, NOW, &who), STATUS_NOT_FOUND);
    assert_int_equal(session_start(db, 999, NOW, NOW + 1000, other, &fault), STATUS_DENIED);
}

static enum status end(struct db_tx *tx, void *arg)
{
    return session_end(tx, *(struct str *)arg);
}

static void a_session_ends_when_asked(void **state)
{
    (void)state;
    int64_t id = add("sam", AUTHOR);
    unsigned char token[32], other[32], hash[32];
    struct principal who;
    assert_int_equal(session_start(db, id, NOW, NOW + 1000, token, &fault), STATUS_OK);
    assert_int_equal(session_start(db, id, NOW, NOW + 1000, other, &fault), STATUS_OK);
    assert_memory_not_equal(token, other, 32);
    crypto_hash_sha256(hash, token, 32);
    struct str name = { (const char *)hash, sizeof hash };
    assert_int_equal(db_write(db, end, &name, &fault), STATUS_OK);
    assert_int_equal(session(token, NOW, &who), STATUS_NOT_FOUND);
    assert_int_equal(session(other, NOW, &who), STATUS_OK);
}

static void disabling_and_a_new_passphrase_end_all_sessions(void **state)
{
    (void)state;
    int64_t sam = add("sam", AUTHOR), kim = add("kim", AUTHOR);
    unsigned char first[32], second[32], third[32];
    struct principal who;
    assert_int_equal(session_start(db, sam, NOW, NOW + 1000, first, &fault), STATUS_OK);
    assert_int_equal(session_start(db, sam, NOW, NOW + 1000, second, &fault), STATUS_OK);
    assert_int_equal(session_start(db, kim, NOW, NOW + 1000, third, &fault), STATUS_OK);
    assert_int_equal(account_disable(db, STR("sam"), &console, &fault), STATUS_OK);
    assert_int_equal(session(first, NOW, &who), STATUS_NOT_FOUND);
    assert_int_equal(session(second, NOW, &who), STATUS_NOT_FOUND);
    assert_int_equal(session(third, NOW, &who), STATUS_OK);
    assert_int_equal(account_passphrase(db, STR("kim"), STR("another passphrase"), &console, &fault), STATUS_OK);
    assert_int_equal(session(third, NOW, &who), STATUS_NOT_FOUND);
    assert_int_equal(ask("SELECT count(*) FROM staff_session"), 0);
    assert_int_equal(session_start(db, sam, NOW, NOW + 1000, first, &fault), STATUS_DENIED);
}

static void sessions_that_ended_leave_no_row_behind(void **state)
{
    (void)state;
    int64_t id = add("sam", AUTHOR);
    unsigned char token[32];
    assert_int_equal(session_start(db, id, NOW, NOW + 1000, token, &fault), STATUS_OK);
    assert_int_equal(session_start(db, id, NOW + 2000, NOW + 3000, token, &fault), STATUS_OK);
    assert_int_equal(ask("SELECT count(*) FROM staff_session"), 1);
}

static void the_length_of_a_session_is_a_setting(void **state)
{
    (void)state;
    static struct setting_fault faults[SETTINGS_MAX_FAULTS];
    const struct setting_table tables[] = { staff_settings, { NULL, 0 } };
    const struct settings *settings;
    size_t n;
    assert_int_equal(settings_read(arena, tables, STR(""), &settings, faults, &n), STATUS_OK);
    assert_int_equal(session_ends(settings, NOW), NOW + 8 * 3600 * 1000);
    assert_int_equal(settings_read(arena, tables, STR("staff: { session_hours: 2 }"), &settings, faults, &n),
                     STATUS_OK);
    assert_int_equal(session_ends(settings, NOW), NOW + 2 * 3600 * 1000);
    assert_int_equal(settings_read(arena, tables, STR("staff: { session_hours: 13 }"), &settings, faults, &n),
                     STATUS_INVALID);
}

/* ---- When the world fails ---- */

static void an_act_on_an_account_is_whole_or_absent(void **state)
{
    (void)state;
    add("boss", ADMINISTRATOR);
    add("sam", AUTHOR);
    uint64_t k = 1;
    for (;; k++) {
        db_faulty_at(k, DB_FAULTY_START | DB_FAULTY_STEP | DB_FAULTY_SAVEPOINT | DB_FAULTY_COMMIT, STATUS_IO);
        enum status status = account_disable(db, STR("sam"), &console, &fault);
        bool reached = db_faulty_calls() >= k;
        db_faulty_at(0, 0, STATUS_OK);
        bool disabled = find("sam").disabled;
        assert_true(disabled == (status == STATUS_OK));
        assert_int_equal(ask("SELECT count(*) FROM audit WHERE act = 'account.disabled'"), disabled);
        if (disabled)
            break; /* a failed group is run again alone: then the k-th failure does no harm */
        assert_true(reached);
    }
    assert_true(k > 5);
    struct audit_report report;
    assert_int_equal(audit_verify(db, arena, &report, &fault), STATUS_OK);
    assert_int_equal(report.first_wrong, 0);
}

static void every_allocation_may_fail_and_nothing_leaks(void **state)
{
    (void)state;
    add("boss", ADMINISTRATOR);
    add("sam", AUTHOR);
    assert_int_equal(account_disable(db, STR("nobody"), &console, &fault), STATUS_NOT_FOUND); /* warm */
    size_t failures = 0;
    for (uint64_t k = 1;; k++) {
        mem_fail_at(k);
        enum status status = account_disable(db, STR("sam"), &console, &fault);
        bool reached = mem_calls() >= k;
        mem_fail_at(0);
        if (status == STATUS_OK && !reached)
            break;
        failures++;
        if (status == STATUS_OK)
            run("UPDATE account SET disabled = NULL"); /* it went well all the same */
        assert_true(k < 2000);
    }
    assert_true(failures > 3);
    struct audit_report report;
    assert_int_equal(audit_verify(db, arena, &report, &fault), STATUS_OK);
    assert_int_equal(report.first_wrong, 0);
}

#define STAFF_TEST(f)  cmocka_unit_test_setup_teardown(f, place_make, place_end)
#define FAULTY_TEST(f) cmocka_unit_test_setup_teardown(f, place_make_faulty, place_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_has_one_word_and_one_permission),
        cmocka_unit_test(two_roles_give_both_permissions_and_a_disabled_one_none),
        STAFF_TEST(an_account_is_found_by_name_and_id),
        STAFF_TEST(what_an_account_must_be_is_checked),
        cmocka_unit_test(passphrases_have_bounds_and_are_not_the_name),
        STAFF_TEST(a_user_name_is_taken_once),
        STAFF_TEST(only_an_administrator_or_the_console_changes_accounts),
        STAFF_TEST(the_right_passphrase_opens_and_gives_the_actor),
        STAFF_TEST(unknown_disabled_and_wrong_have_the_same_words_and_time),
        cmocka_unit_test(the_work_for_nobody_has_the_parameters_of_everybody),
        STAFF_TEST(a_new_passphrase_replaces_the_old),
        STAFF_TEST(no_passphrase_stands_in_the_database),
        STAFF_TEST(the_last_administrator_cannot_be_disabled),
        STAFF_TEST(a_session_lasts_until_its_end_and_no_longer),
        STAFF_TEST(a_session_ends_when_asked),
        STAFF_TEST(disabling_and_a_new_passphrase_end_all_sessions),
        STAFF_TEST(sessions_that_ended_leave_no_row_behind),
        STAFF_TEST(the_length_of_a_session_is_a_setting),
        FAULTY_TEST(an_act_on_an_account_is_whole_or_absent),
        STAFF_TEST(every_allocation_may_fail_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, place_warm, NULL);
}
