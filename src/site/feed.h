/*
 * Feeds: lists for programs that ask again and show what is new.
 *
 * A feed is a list of entries, told by whoever has the rows, and a writer: Atom, or JSON Feed 1.1. Promises: an entry
 * has one name for ever, which is made of a number and a day and of no word that an erasure must take; what an entry
 * says comes from the same reading as the page that it stands for.
 */
#ifndef CANDOUR_SITE_FEED_H
#define CANDOUR_SITE_FEED_H

#include "site/site_pages.h"
#include "web/web.h"

enum { SITE_FEED_BYTES = 512 * 1024 }; /* of the texts of one feed; the entries behind say where theirs stands */

/* The name of an entry: "tag:HOST,2026-03-02:corrections/17" (RFC 4151), of the day on which it began. */
struct str feed_entry_name(struct request *req, struct str list, int64_t number, int64_t made);
/* What a component wrote, as the markup of an entry; valid as buf_str is. Absent when memory is gone. */
struct html feed_markup(const struct buf *written);

/* What a feed is apart from its entries; addresses are own paths. */
struct feed_about {
    struct str title, words;
    struct url page;  /* the page that says the same to people */
    struct url whole; /* the feed's first page, which is also its name */
    struct url next;  /* absent: there is no older one */
    bool later;       /* this is not the first page */
    int64_t updated;  /* ms; of the newest entry */
};
/* Ends the read snapshot. Entries have own paths as addresses, which are made absolute here. */
enum http_status feed_answer(struct request *req, struct response *res, const struct feed_about *about,
                             struct feed_entry *entries, size_t n);
/* The same as JSON Feed 1.1 (jsonfeed.org); it has no pages, so `next` and `later` are not looked at. */
enum http_status feed_answer_json(struct request *req, struct response *res, const struct feed_about *about,
                                  struct feed_entry *entries, size_t n);

#endif
