/*
 * A post in one line and in two, for places where its page is not: link previews and feeds.
 *
 * Promises: what a reader must know stands first, because other programs cut the end off: that it was withdrawn, then
 * what is made up in it, then that it is a copy. A preview shows a picture only where no label is due, since the
 * picture itself does not carry one; and of a withdrawn post neither picture nor text.
 */
#include "site/site.h"

#include "base/arena.h"
#include "base/zone.h"
#include "site/site_pages.h"
#include "web/web_pages.h"
#include "base/banned.h"

enum { SUMMARY_POINTS = 200, SUMMARY_MAX = 8 * 1024, FIRST_BYTES = 600 };

/* The labels in words, a space between them; "" where none is due. */
static struct str labels_line(struct request *req, uint32_t labels)
{
    struct buf out;
    buf_init(&out, req->arena, SUMMARY_MAX);
    for (enum post_label label = 0; label < LABELS; label++) {
        if (!post_labelled(labels, label))
            continue;
        if (out.n > 0)
            buf_add_byte(&out, ' ');
        buf_add(&out, post_label_words(req->language, labels, label));
    }
    return out.n == 0 ? STR("") : buf_str(&out);
}

struct str site_headline(struct request *req, const struct site_told *told)
{
    struct str line = told->title;
    struct str labels = labels_line(req, told->labels);
    if (told->copy)
        line = t_headline_copy(req->language, req->arena, line);
    if (labels.n > 0)
        line = t_headline_labels(req->language, req->arena, labels, line);
    return told->withdrawn.set ? t_headline_withdrawn(req->language, req->arena, line) : line;
}

/*
 * The blocks of Markdown that a summary may need: to read all of a long text for two lines costs more than its page.
 * Not where links have their addresses at the end.
 */
static struct str first_blocks(struct str body)
{
    struct str rest = str_slice(body, FIRST_BYTES, body.n);
    ptrdiff_t gap = str_find(rest, STR("\n\n"));
    return gap < 0 || str_find(body, STR("]:")) >= 0 ? body : str_slice(body, 0, FIRST_BYTES + (size_t)gap);
}

/* The beginning of a text, cut between two words; `more`: there is more of it than this. */
static struct str beginning(struct request *req, struct str text, bool more)
{
    size_t points = 0;
    size_t end = 0; /* of the last whole word that fits */
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ' ')
            end = i;
        points += ((unsigned char)text.p[i] & 0xC0) != 0x80;
        if (points > SUMMARY_POINTS)
            return str_format(req->arena, "%.*s…", STR_ARG(str_slice(text, 0, end)));
    }
    return more && text.n > 0 ? str_format(req->arena, "%.*s …", STR_ARG(text)) : text;
}

bool site_summary(struct request *req, const struct site_told *told, struct str *out)
{
    struct buf line;
    struct str labels = labels_line(req, told->labels);
    struct str text = STR("");
    struct markdown_fault fault;
    buf_init(&line, req->arena, SUMMARY_MAX);
    if (told->withdrawn.set && told->reason.n == 0) /* a restore does not know it any more */
        buf_add(&line,
                t_headline_withdrawn_bare(req->language, req->arena, web_time_words(req, told->withdrawn.value)));
    else if (told->withdrawn.set)
        buf_add(&line, t_headline_withdrawn_words(req->language, req->arena, web_time_words(req, told->withdrawn.value),
                                                  told->reason));
    if (labels.n > 0 && line.n > 0)
        buf_add_byte(&line, ' ');
    buf_add(&line, labels);
    if (told->copy) {
        buf_add(&line, line.n > 0 ? STR(" ") : STR(""));
        buf_add(&line, t_headline_copy_words(req->language));
    }
    struct str first = first_blocks(told->body);
    if (!told->withdrawn.set && markdown_words(req->arena, first, &text, &fault) != STATUS_OK)
        return false;
    if (text.n > 0) {
        buf_add(&line, line.n > 0 ? STR(" ") : STR(""));
        buf_add(&line, beginning(req, text, first.n < told->body.n));
    }
    *out = buf_str(&line);
    return buf_ok(&line);
}

bool site_preview(struct request *req, const struct post_view *post, const struct post *view, struct layout *layout)
{
    struct site_told told = { .title = post->title,
                              .body = post->body,
                              .labels = post->labels,
                              .withdrawn = post->withdrawn,
                              .reason = post->reason,
                              .copy = post->elsewhere.p != NULL };
    int64_t changed = post->corrections_n > 0 ? post->corrections[0].made : post->published;
    if (post->withdrawn.set && post->withdrawn.value > changed)
        changed = post->withdrawn.value;
    layout->headline = site_headline(req, &told);
    layout->article = true;
    layout->published = zone_utc(req->arena, post->published);
    layout->changed = zone_utc(req->arena, changed);
    if (view->picture && post->labels == 0 && !post->withdrawn.set) {
        layout->image = request_absolute(req, view->picture_url);
        layout->image_alt = view->picture_alt;
        layout->image_width = view->picture_width;
        layout->image_height = view->picture_height;
    }
    return site_summary(req, &told, &layout->description);
}
