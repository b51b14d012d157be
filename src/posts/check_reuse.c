/*
 * The same picture in another post: what it stood for there.
 *
 * Promise: what is compared are bytes and the words of the records. No face is
 * looked at, here or anywhere.
 */
#include "base/arena.h"
#include "posts/check_inside.h"
#include "posts/names.h"

#include "base/banned.h"

/* Two records are of one person where a name of the one, without ages, stands in the other. */
static bool same_person(struct check_run *run, struct str a, struct str b)
{
    struct folded text;
    struct folded other;
    struct str plain = check_plain(run->scratch, a);
    struct str against = check_plain(run->scratch, b);
    if (plain.p == NULL || against.p == NULL || !names_fold(run->scratch, plain, &text) ||
        !names_fold(run->scratch, against, &other))
        return false;
    /* The words of the shorter one, but for figures, in their order. */
    const struct folded *few = text.letters.n <= other.letters.n ? &text : &other;
    const struct folded *many = few == &text ? &other : &text;
    size_t end = few->n;
    while (end > 0 && few->words[end - 1].digit)
        end--;
    size_t from;
    size_t to;
    return end > 0 && names_find_letters(many, str_slice(few->letters, 0, few->words[end - 1].end), &from, &to);
}

static bool shares_a_person(struct check_run *run, const struct picture_elsewhere *post)
{
    const struct post_content *content = run->input->content;
    for (size_t i = 0; i < post->people_n; i++)
        for (size_t j = 0; j < content->people_n; j++)
            if (same_person(run, post->people[i], content->people[j].as_written))
                return true;
    return false;
}

void check_gather_reuse(struct check_run *run, struct check_facts *facts)
{
    const struct check_input *input = run->input;
    struct reuse_facts *f = &facts->reuse;
    struct picture_elsewhere *posts = NULL;
    size_t n = 0;
    *f = (struct reuse_facts){ .picture = input->content->picture.set, .index = KNOWN_NO };
    if (!f->picture || input->registers == NULL)
        return;
    enum status status = input->registers->elsewhere(input->registers->self, run->arena, &posts, &n);
    f->index = status == STATUS_OK ? KNOWN_YES : KNOWN_NOT;
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        bool other = posts[i].people_n > 0 && input->content->people_n > 0 && !shares_a_person(run, &posts[i]);
        f->others += other;
        f->withdrawn += posts[i].withdrawn;
        if (other)
            check_evidence_add(run, str_format(run->arena, "post:%.*s", STR_ARG(posts[i].key)), posts[i].people[0]);
        else if (posts[i].withdrawn)
            check_evidence_add(run, str_format(run->arena, "post:%.*s", STR_ARG(posts[i].key)), STR("withdrawn"));
    }
}
