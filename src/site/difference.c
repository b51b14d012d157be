/*
 * The word-by-word difference of two texts in the shape of a page's component.
 *
 * What could be tried: a text that looks like markup; it stays text, and the
 * component escapes it.
 */
#include "posts/difference.h"

#include "base/arena.h"
#include "site/site.h"
#include "site/site_pages.h"

#include "base/banned.h"

static struct shown_run shown(const struct difference_run *run)
{
    struct shown_run out = { .words = run->text };
    switch (run->kind) {
    case DIFFERENCE_KEPT: break;
    case DIFFERENCE_REMOVED: out.removed = true; break;
    case DIFFERENCE_ADDED: out.added = true; break;
    case DIFFERENCE_LEFT_OUT:
        out.left_out = true;
        out.words = STR(""); /* what is not shown is not sent either */
        break;
    }
    out.paragraph = (out.removed || out.added) && difference_is_blank(run->text);
    if (out.paragraph && out.removed)
        out.words = STR(""); /* the sign says it; the lines go on as they do now */
    return out;
}

enum status site_difference_fill(struct arena *arena, struct str old_text, struct str new_text,
                                 struct word_difference *out)
{
    struct difference difference;
    out->runs = NULL;
    out->runs_n = 0;
    enum status status = difference_of(arena, old_text, new_text, &difference);
    if (status == STATUS_OK)
        status = difference_fold(arena, &difference, DIFFERENCE_CONTEXT, &difference);
    if (status != STATUS_OK || difference.n == 0)
        return status;
    struct shown_run *runs = ARENA_ARRAY(arena, difference.n, struct shown_run);
    if (!runs)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < difference.n; i++)
        runs[i] = shown(&difference.runs[i]);
    out->runs = runs;
    out->runs_n = difference.n;
    return STATUS_OK;
}
