/*
 * The messages between candour and candour-media.
 *
 * An attacker who owns the helper writes the answer. So whatever is taken here
 * was looked at: enums are in range, sizes within the bounds of media.h, texts
 * are single lines of UTF-8, renditions begin as files of their format do, and
 * nothing stands behind the end.
 */
#include "media/wire.h"

#include <string.h>

#include "proc/proc.h"
#include "base/banned.h"

const char *const media_facts_names[MEDIA_FACTS_TEXTS] = {
    "creator",     "credit",        "source",      "rights",        "licensor",
    "usage_terms", "web_statement", "source_type", "model_release", "person_shown",
};

void media_facts_texts(struct media_facts *facts, struct str *out[MEDIA_FACTS_TEXTS])
{
    struct str *const all[MEDIA_FACTS_TEXTS] = {
        &facts->creator,     &facts->credit,        &facts->source,      &facts->rights,        &facts->licensor,
        &facts->usage_terms, &facts->web_statement, &facts->source_type, &facts->model_release, &facts->person_shown,
    };
    memcpy(out, all, sizeof all);
}

bool media_facts_fit(const struct media_facts *facts)
{
    struct media_facts copy = *facts;
    struct str *texts[MEDIA_FACTS_TEXTS];
    if ((unsigned)facts->format >= MEDIA_FORMATS || facts->width < 1 || facts->height < 1 ||
        facts->width > MEDIA_SIDE_MAX || facts->height > MEDIA_SIDE_MAX ||
        facts->width * facts->height > MEDIA_PIXELS_MAX)
        return false;
    media_facts_texts(&copy, texts);
    for (size_t i = 0; i < MEDIA_FACTS_TEXTS; i++)
        if (texts[i]->p != NULL && (texts[i]->n > MEDIA_TEXT_MAX || !str_is_line(*texts[i])))
            return false;
    return true;
}

bool media_wish_fits(const struct media_wish *wish)
{
    const struct str lines[] = { wish->creator, wish->credit, wish->rights, wish->source_type };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (lines[i].n > MEDIA_WISH_MAX || !str_is_text(lines[i]))
            return false;
    for (size_t i = 0; i < wish->source_type.n; i++) {
        char c = wish->source_type.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
            return false;
    }
    return wish->alt.n <= MEDIA_ALT_MAX && str_is_text(wish->alt);
}

/* ---- The question ---- */

void media_question_put(struct buf *out, enum media_question question, const struct media_wish *wish)
{
    proc_put_i64(out, MEDIA_WIRE_VERSION);
    proc_put_i64(out, question);
    if (question == MEDIA_ASK_RENDITIONS) {
        proc_put_str(out, wish->creator);
        proc_put_str(out, wish->credit);
        proc_put_str(out, wish->rights);
        proc_put_str(out, wish->alt);
        proc_put_str(out, wish->source_type);
    }
}

bool media_question_take(struct str rest, enum media_question *question, struct media_wish *wish)
{
    int64_t version = 0, which = 0;
    *wish = (struct media_wish){ 0 };
    if (!proc_take_i64(&rest, &version) || version != MEDIA_WIRE_VERSION || !proc_take_i64(&rest, &which) ||
        (which != MEDIA_ASK_FACTS && which != MEDIA_ASK_RENDITIONS))
        return false;
    *question = (enum media_question)which;
    if (*question == MEDIA_ASK_RENDITIONS &&
        (!proc_take_str(&rest, &wish->creator) || !proc_take_str(&rest, &wish->credit) ||
         !proc_take_str(&rest, &wish->rights) || !proc_take_str(&rest, &wish->alt) ||
         !proc_take_str(&rest, &wish->source_type)))
        return false;
    return rest.n == 0 && media_wish_fits(wish);
}

/* ---- The answer ---- */

void media_verdict_put(struct buf *out, const struct media_verdict *verdict)
{
    proc_put_i64(out, MEDIA_WIRE_VERSION);
    proc_put_i64(out, verdict->trouble);
    proc_put_i64(out, verdict->a);
    proc_put_i64(out, verdict->b);
}

bool media_verdict_take(struct str *rest, struct media_verdict *verdict)
{
    int64_t version = 0, trouble = 0;
    if (!proc_take_i64(rest, &version) || version != MEDIA_WIRE_VERSION || !proc_take_i64(rest, &trouble) ||
        trouble < 0 || trouble >= MEDIA_TROUBLES || !proc_take_i64(rest, &verdict->a) ||
        !proc_take_i64(rest, &verdict->b))
        return false;
    verdict->trouble = (enum media_trouble)trouble;
    return verdict->trouble != MEDIA_OTHER || (verdict->a >= 0 && verdict->a < MEDIA_OTHERS);
}

void media_facts_put(struct buf *out, const struct media_facts *facts)
{
    struct media_facts copy = *facts;
    struct str *texts[MEDIA_FACTS_TEXTS];
    media_facts_texts(&copy, texts);
    proc_put_i64(out, facts->format);
    proc_put_i64(out, facts->width);
    proc_put_i64(out, facts->height);
    proc_put_i64(out, facts->position);
    for (size_t i = 0; i < MEDIA_FACTS_TEXTS; i++)
        proc_put_str(out, *texts[i]);
}

bool media_facts_take(struct str *rest, struct media_facts *facts)
{
    int64_t format = 0, position = 0;
    struct str *texts[MEDIA_FACTS_TEXTS];
    *facts = (struct media_facts){ 0 };
    if (!proc_take_i64(rest, &format) || format < 0 || format >= MEDIA_FORMATS || !proc_take_i64(rest, &facts->width) ||
        !proc_take_i64(rest, &facts->height) || !proc_take_i64(rest, &position) || position < 0 || position > 1)
        return false;
    facts->format = (enum media_format)format;
    facts->position = position == 1;
    media_facts_texts(facts, texts);
    for (size_t i = 0; i < MEDIA_FACTS_TEXTS; i++) {
        if (!proc_take_str(rest, texts[i]))
            return false;
        if (texts[i]->n == 0)
            *texts[i] = STR_NONE;
    }
    return rest->n == 0 && media_facts_fit(facts);
}

void media_renditions_put(struct buf *out, const struct media_renditions *renditions)
{
    proc_put_i64(out, (int64_t)renditions->n);
    for (size_t i = 0; i < renditions->n; i++) {
        const struct media_rendition *r = &renditions->each[i];
        proc_put_i64(out, r->format);
        proc_put_i64(out, r->width);
        proc_put_i64(out, r->height);
        proc_put_str(out, r->bytes);
    }
}

static bool rendition_fits(const struct media_rendition *r, int64_t format)
{
    if (r->width < 1 || r->width > MEDIA_WIDTH_LARGE || r->height < 1 || r->height > MEDIA_HEIGHT_MAX ||
        r->bytes.n < 16 || r->bytes.n > MEDIA_RENDITION_MAX)
        return false;
    if (format == MEDIA_JPEG)
        return str_starts(r->bytes, STR("\xff\xd8\xff"));
    return format == MEDIA_WEBP && str_starts(r->bytes, STR("RIFF")) &&
           str_equal(str_slice(r->bytes, 8, 4), STR("WEBP"));
}

bool media_renditions_take(struct str *rest, struct media_renditions *out)
{
    int64_t n = 0;
    *out = (struct media_renditions){ 0 };
    if (!proc_take_i64(rest, &n) || n < 2 || n > MEDIA_RENDITIONS_MAX || n % 2 != 0)
        return false;
    for (int64_t i = 0; i < n; i++) {
        struct media_rendition *r = &out->each[i];
        int64_t format = 0;
        if (!proc_take_i64(rest, &format) || !proc_take_i64(rest, &r->width) || !proc_take_i64(rest, &r->height) ||
            !proc_take_str(rest, &r->bytes) || !rendition_fits(r, format))
            return false;
        r->format = (enum media_format)format;
        for (int64_t j = 0; j < i; j++)
            if (out->each[j].format == r->format && out->each[j].width == r->width)
                return false;
    }
    out->n = (size_t)n;
    return rest->n == 0;
}
