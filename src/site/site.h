/*
 * The public pages: what a reader finds, and where somebody who needs the
 * police or help is sent.
 *
 * Handlers only: each is declared by the comment above it and listed by
 * `candour routes`. What is shown comes from the posts room's reading
 * functions; no rule is decided here.
 */
#ifndef CANDOUR_SITE_SITE_H
#define CANDOUR_SITE_SITE_H

#include "base/settings.h"
#include "html/html.h"
#include "posts/campaign.h"
#include "posts/posts.h"
#include "web/web.h"

enum { SITE_HOME_POSTS = 5, SITE_NEWS_POSTS = 20, SITE_HOME_CAMPAIGNS = 3 };

/* A post's permanent address, "/news/2026/slug". */
struct url site_post_address(struct request *req, struct post_address address);
struct str site_kind_words(enum language language, enum post_kind kind);
/* Why no word of a post may be shown; STR_NONE for a ground that hides nothing. */
struct str site_ground_words(enum language language, enum post_ground ground);
struct str site_correction_words(enum language language, enum post_correction_kind kind);
struct str site_ending_words(enum language language, enum post_ending ending);
/* The disclosures of a post in words, in the order of their ids. False when memory is gone. */
bool site_label_words(struct request *req, uint32_t labels, const struct str **words, size_t *n);
/* The title of a list's row; a post of which no word may be shown has a neutral one, that says why. */
struct str site_post_title(enum language language, struct str title, bool hidden, bool ended);

struct news_row; /* of the generated pages */
/* Rows of posts in the words of a list, as the home page and the news show them. False when memory is gone. */
bool site_rows_fill(struct request *req, const struct post_row *rows, size_t n, const struct news_row **out);

/* A post as it is told where its page is not. Never one of which no word may be shown. */
struct site_told {
    struct str title, body; /* body: Markdown */
    uint32_t labels;
    struct db_opt_int withdrawn;
    struct str reason; /* only where withdrawn */
    bool copy;         /* of a post made elsewhere */
};
/* "Withdrawn: Stock image. … Title": what a reader must know stands first. STR_NONE when memory is gone. */
struct str site_headline(struct request *req, const struct site_told *told);
/* The same in a few sentences: the beginning of its text, or why it was withdrawn. False when memory is gone. */
bool site_summary(struct request *req, const struct site_told *told, struct str *out);
struct post;   /* of the generated pages */
struct layout; /* of the generated pages */
/* What other programs show of a link to the post. False when memory is gone. */
bool site_preview(struct request *req, const struct post_view *post, const struct post *view, struct layout *layout);

/* "/pictures/HASH.webp": the hash of what is served, which says nothing of the original. */
struct url site_picture_address(struct request *req, const struct media_rendition_row *row);
/*
 * The same post as data of schema.org, into `view->linked`; after `site_preview`, whose words it has. False when memory
 * is gone.
 */
bool site_linked(struct request *req, const struct post_view *post, struct post *view);

struct register_item; /* of the generated pages */
/*
 * Rows of the register in words, as the register and a campaign show them. The answer is valid no longer than they
 * are, but for what becomes late at midnight. False when memory is gone.
 */
bool site_register_fill(struct request *req, struct response *res, const struct register_row *rows, size_t n,
                        int64_t now, const struct register_item **out);
/* For a page that says what a day changes without anybody's act: what is late, what is running. */
void site_until_midnight(struct response *res, int64_t now);

struct campaign_item; /* of the generated pages */
/* Campaigns in the words of a list. False when memory is gone. */
bool site_campaigns_fill(struct request *req, const struct campaign *rows, size_t n, const struct campaign_item **out);
/* "/news.atom?kind=event&campaign=SLUG"; STR_NONE: of every kind, of all. */
struct url site_feed_address(struct request *req, struct str path, struct str kind, struct str campaign);
/* "/campaigns/SLUG". */
struct url site_campaign_address(struct request *req, struct str slug);

/* ---- Settings of the public pages ---- */

enum site_setting {
    SITE_CONTACT_TELEPHONE,
    SITE_CONTACT_HOURS,
    SITE_CONTACT_EMAIL,
    SITE_CONTACT_ADDRESS,
    SITE_CONTACT_PRIVACY,
    SITE_SUPPORT_CHECKED,
    SITE_SUPPORT_WEBSITES,
    SITE_SECURITY_CONTACT,
    SITE_SETTINGS
};
/* A row for each of enum site_setting, in its order. */
extern const struct setting_table site_settings;
/* Whether the pages can use a value that its row takes; else STATUS_INVALID with the words for who wrote it. */
enum status site_setting_check(struct arena *scratch, enum site_setting which, const struct setting_value *value,
                               struct fault *fault);

struct word_difference; /* of the generated pages */
/*
 * What changed from one text to the other, with a few words around each
 * change, ready for the component; in the arena, pointing into the texts.
 * Without a change that a reader sees, `runs_n` is 0. The component's caption
 * and explanation are the caller's. Never for a correction whose ground hides
 * what was said (`post_ground_hides`). STATUS_LIMIT and STATUS_NO_MEMORY as in
 * posts/difference.h.
 */
enum status site_difference_fill(struct arena *arena, struct str old_text, struct str new_text,
                                 struct word_difference *out);

/* The mark of what a note calls "verified": STR_NONE for "yes", else what stands beside it, also where nothing is said.
 */
struct str site_verified_mark(enum language language, struct str verified);

struct decision_model; /* of the generated pages */
struct dmn_model;
struct dmn_trace;
/*
 * A model of decisions (dmn/dmn.h), every element in its order, ready for the component; in the arena, pointing into
 * the model. With the trace of an evaluation (NULL: none) the rules that matched are marked, and what the inputs of the
 * tables and the decisions came to is shown. False when memory is gone.
 */
bool site_decision_fill(struct arena *arena, enum language language, const struct dmn_model *model,
                        const struct dmn_trace *trace, struct decision_model *out);

#endif
