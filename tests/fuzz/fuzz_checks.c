/*
 * Any text as the body of a post, and pieces of it as its title, its text
 * alternative, its people and what the picture says of itself: every check
 * answers, with places and words of one clean line, the same each time, and
 * nothing is left on the heap.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "posts/checks.h"
#include "posts/edition.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool serves(void *self, struct str path)
{
    (void)self;
    must(path.n > 0 && path.p[0] == '/');
    return str_equal(path, STR("/report")) || str_equal(path, STR("/support"));
}

static void must_be_one_line(struct str s)
{
    uint32_t unfit = 0;
    must(s.p != NULL && str_is_text(s) && str_find_unfit(s, &unfit) < 0);
}

static void look_at(const struct check_result *r, unsigned id, const struct check_result *again)
{
    must(r->id == id && r->outcome < CHECK_OUTCOMES && r->why.n > 0);
    must((r->outcome >= CHECK_WARN) == (r->fix.n > 0));
    must(r->outcome == again->outcome && r->evidence_n == again->evidence_n);
    for (size_t i = 0; i < r->evidence_n; i++) {
        must_be_one_line(r->evidence[i].where);
        must_be_one_line(r->evidence[i].text);
        must(r->evidence[i].where.n > 0 && str_equal(r->evidence[i].text, again->evidence[i].text));
    }
}

/* The piece before the next NUL; text of some kind in any case, as a file's reader would have made sure. */
static struct str piece(struct str *rest)
{
    struct str s = STR_NONE;
    if (!str_cut(rest, '\0', &s) || !str_is_text(s))
        return STR("a");
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const struct policy_pack *pack; /* stays for the life of the process */
    struct fault fault;
    must(policy_pack_shipped(&pack, &fault) == STATUS_OK);
    int64_t live = mem_live();
    struct arena *arena = arena_new(64 << 20);
    if (arena == NULL || n < 2)
        return arena_free(arena), 0;
    struct str rest = { (const char *)bytes + 2, n - 2 };
    struct post_person people[2] = { { .kind = PERSON_REAL }, { .kind = (enum person_kind)(bytes[0] % PERSON_KINDS) } };
    struct post_content content = { .kind = (enum post_kind)(bytes[0] % POST_KINDS), .language = STR("en") };
    struct check_input input = { .content = &content, .force = STR("Midshire Police"), .now = 1772366400000 };
    content.body = piece(&rest);
    content.title = piece(&rest);
    people[0].as_written = piece(&rest);
    people[1].as_written = piece(&rest);
    content.people = people;
    content.people_n = bytes[1] & 3U ? bytes[1] % 3 : 0;
    content.picture.set = (bytes[1] & 4U) != 0;
    content.picture.made = (enum picture_made)(bytes[0] % PICTURES_MADE);
    content.picture.file = STR("a.jpg");
    content.picture.alt = piece(&rest);
    content.picture.source = piece(&rest);
    content.picture.credit = piece(&rest);
    content.picture.licensor = piece(&rest);
    content.campaign = piece(&rest);
    input.facts.creator = piece(&rest);
    input.facts.rights = piece(&rest);
    input.facts.usage_terms = piece(&rest);
    input.address = piece(&rest);
    struct str scenario = piece(&rest);
    content.scenario = scenario.n > 1 ? scenario : STR_NONE;
    content.crime.reference = piece(&rest);
    content.crime.set = content.crime.reference.n > 1;
    content.claims_set = (bytes[0] & 64U) != 0;
    content.claims = (enum post_claim)(bytes[0] >> 3 & 3U);
    input.picture = (enum picture_found)(bytes[1] >> 3 & 3U);
    input.serves = bytes[1] & 64U ? NULL : serves;
    input.labels = bytes[1] & 128U ? 0 : edition_labels(&content);
    struct check_result results[CHECKS];
    struct check_result again[CHECKS];
    struct check_story story;
    must(posts_checks(arena, &input, results, NULL) == STATUS_OK &&
         posts_checks(arena, &input, again, &story) == STATUS_OK);
    must(story.evaluated || results[CHECK_SCENARIO_POLICY].outcome != CHECK_PASS);
    for (unsigned id = 0; id < CHECKS; id++)
        look_at(&results[id], id, &again[id]);
    arena_free(arena);
    must(mem_live() == live);
    return 0;
}
