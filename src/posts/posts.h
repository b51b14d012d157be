/*
 * Posts: from a file, through editions, approval and release, to what the
 * public may read, and to a withdrawal in public.
 *
 * Promises:
 *  - An edition never changes. Its hash (docs/edition-hash.md) covers all that
 *    a reader would see; an approval holds for exactly that hash.
 *  - Nobody approves what they wrote or brought in themselves.
 *  - Every act is one transaction: the rows, the audit, the event for later
 *    rooms and the public generation are all there, or none of them is.
 *  - Reading functions for the public give only what is, or was, published;
 *    where a withdrawal's ground forbids it they give no title and no text.
 *
 * An attacker could try to approve their own work by naming others as authors,
 * to swap the text between approval and release, or to reach files through the
 * name of a picture. Rules here know no request and no HTML.
 *
 * Times are ms UTC. Strings live in the arena that was given.
 */
#ifndef CANDOUR_POSTS_POSTS_H
#define CANDOUR_POSTS_POSTS_H

#include "base/status.h"
#include "base/str.h"
#include "db/db.h"
#include "media/media.h"
#include "posts/limits.h"
#include "staff/staff.h"

/* ---- Closed sets; each has a word as files, rows and JSON write it ---- */

enum post_kind { POST_AWARENESS, POST_STATEMENT, POST_APPEAL, POST_UPDATE, POST_ADVICE, POST_EVENT, POST_KINDS };

/* Disclosures, derived from records and never typed by an editor. In the order of their words. */
enum post_label { LABEL_AI, LABEL_COMPOSITE, LABEL_FICTITIOUS, LABEL_ILLUSTRATION, LABEL_POSED, LABEL_STOCK, LABELS };

enum person_kind { PERSON_REAL, PERSON_FICTITIOUS, PERSON_COMPOSITE, PERSON_KINDS };

enum post_channel {
    CHANNEL_SITE,
    CHANNEL_FEED,
    CHANNEL_FEDIVERSE,
    CHANNEL_MASTODON,
    CHANNEL_BLUESKY,
    CHANNEL_EXPORT,
    CHANNELS
};

/* Where the work on an edition stands. */
enum edition_state {
    EDITION_DRAFT,
    EDITION_IN_REVIEW,
    EDITION_CHANGES_REQUESTED,
    EDITION_APPROVED,
    EDITION_SCHEDULED,
    EDITION_PUBLISHING,
    EDITION_PUBLISHED,
    EDITION_FAILED,
    EDITION_DISCARDED,
    EDITION_SUPERSEDED,
    EDITION_STATES
};

/* What the public sees of a post on one channel. */
enum presence_state {
    PRESENCE_ABSENT,
    PRESENCE_LIVE,
    PRESENCE_CORRECTED,
    PRESENCE_WITHDRAWN, /* readable under a banner */
    PRESENCE_GONE,      /* date and ground only */
    PRESENCE_REDIRECTED,
    PRESENCE_ENDED,
    PRESENCE_FAILED,
    PRESENCE_STATES
};

/* Why a post was withdrawn. Some grounds allow no word of the old post to be shown: `post_ground_hides`. */
enum post_ground {
    GROUND_ERROR,              /* something in it was wrong */
    GROUND_DISCLOSURE,         /* it did not say what it should have: stock picture, made-up name */
    GROUND_POLICY,             /* it went against a policy in force */
    GROUND_LICENCE_OR_CONSENT, /* a picture's licence or a person's consent ended */
    GROUND_COURT_ORDER,
    GROUND_PERSONAL_DATA,
    GROUND_SAFETY,
    GROUND_OTHER,
    GROUNDS
};

/* What a correction is, for the public. */
enum post_correction_kind {
    CORRECTION_FACTUAL,
    CORRECTION_CLARIFICATION,
    CORRECTION_LABEL_ADDED,
    CORRECTION_PICTURE_REPLACED,
    CORRECTION_POLICY,
    CORRECTION_KINDS
};

/* Why an appeal or a notice is over: names and picture go, and nothing was wrong with it. */
enum post_ending { ENDING_FOUND, ENDING_ARRESTED, ENDING_TRIAL_OVER, ENDING_EVENT_OVER, POST_ENDINGS };

/* What stands in the register. */
enum register_what {
    REGISTER_CORRECTION,
    REGISTER_WITHDRAWAL,
    REGISTER_RESTORATION,
    REGISTER_ENDING,
    REGISTER_EMERGENCY,
    REGISTER_PROMISE,
    REGISTER_KEPT,
    REGISTER_WHATS
};

enum post_claim { CLAIM_HATE_CRIME, CLAIM_CRIME, CLAIM_INCIDENT, CLAIM_NONE, CLAIMS };

struct str post_kind_word(enum post_kind kind);
struct str post_label_word(enum post_label label);
/* What a reader is told of a label that is due; `labels` is the whole set. */
struct str post_label_words(enum language language, uint32_t labels, enum post_label label);
struct str person_kind_word(enum person_kind kind);
struct str post_channel_word(enum post_channel channel);
struct str edition_state_word(enum edition_state state);
struct str presence_state_word(enum presence_state state);
struct str post_ground_word(enum post_ground ground);
struct str post_claim_word(enum post_claim claim);
struct str post_correction_word(enum post_correction_kind kind);
struct str post_ending_word(enum post_ending ending);
struct str register_what_word(enum register_what what);
bool post_kind_of_word(struct str word, enum post_kind *out);
bool post_correction_of_word(struct str word, enum post_correction_kind *out);
bool post_ending_of_word(struct str word, enum post_ending *out);
bool register_what_of_word(struct str word, enum register_what *out);
bool post_ground_of_word(struct str word, enum post_ground *out);
/* True for court-order, personal-data and safety. */
bool post_ground_hides(enum post_ground ground);

/*
 * A set of labels: bit 1 << enum post_label. Beside them stands whether the record of the picture says that nobody is
 * shown, which makes the words of stock and AI shorter.
 */
enum { POST_NOBODY_SHOWN = 1 << 30 };
static inline bool post_labelled(uint32_t labels, enum post_label label)
{
    return (labels >> label & 1U) != 0;
}

/* ---- Reading, for the public ---- */

/*
 * The permanent address: /news/YEAR/SLUG. The year is that of the first
 * publication, in local time.
 */
struct post_address {
    int64_t year;
    struct str slug;
};

/* A place in a list that is sorted by time, newest first. Its text form may stand in an address. */
struct post_cursor {
    int64_t time;
    struct str slug;
};
struct str post_cursor_text(struct arena *arena, struct post_cursor cursor);
/* False for anything that `post_cursor_text` does not write. `out->slug` points into `text`. */
bool post_cursor_read(struct str text, struct post_cursor *out);

/* When the file says it was written; shown beside the time of the act where the day differs. */
struct post_date {
    bool set;
    bool has_time;
    int64_t at; /* with no time: the beginning of that day */
};

struct post_row {
    struct post_address address; /* year 0 where `hidden`: it holds words of the title */
    enum post_kind kind;
    struct str title; /* STR_NONE where `hidden` */
    uint32_t labels;
    struct post_date dated;
    int64_t published;
    struct db_opt_int withdrawn;
    enum post_ground ground; /* only where withdrawn */
    struct str reason;       /* the public reason; STR_NONE where not withdrawn or `hidden` */
    bool hidden;             /* withdrawn on a ground that lets only date and ground be shown */
    bool copy;               /* of a post made elsewhere; not told where `hidden` */
    struct post_cursor cursor;
};

/*
 * Posts that are live on the site, newest first by time of publication: at
 * most `limit` (1 to POST_LIST_MAX) after `after` (NULL: from the newest).
 * To know whether there is a next page ask for one more than is shown.
 */
enum status posts_list(struct db_tx *tx, struct arena *arena, const struct post_cursor *after, int64_t limit,
                       struct post_row **rows, size_t *n);
/* Posts that were withdrawn, newest withdrawal first; the cursor is of that list. */
enum status posts_withdrawn(struct db_tx *tx, struct arena *arena, const struct post_cursor *after, int64_t limit,
                            struct post_row **rows, size_t *n);

struct post_person {
    struct str as_written;
    enum person_kind kind;
    struct str consent; /* reference of a record; for staff only: the public view leaves it out */
};

struct post_speaker {
    bool set;
    struct str name, office;
    struct post_date confirmed;
};

struct post_promise {
    struct str what, owner;
    struct post_date due;
    struct db_opt_int kept; /* only in a post_view: when a follow-up showed it */
};

/* A link to another post that the public has, or had. */
struct post_link {
    struct post_address address; /* year 0 where `hidden` */
    enum post_kind kind;
    struct str title; /* STR_NONE where `hidden` */
    int64_t published;
    struct db_opt_int withdrawn;
    bool hidden; /* no word of it may be shown: on its ground, or because it has ended */
    bool ended;  /* hidden for that, and on no ground */
    bool copy;   /* of a post made elsewhere; told by posts_find alone */
};

/* A correction, as the public is told of it. */
struct post_corrected {
    int64_t made;
    enum post_correction_kind kind;
    bool hidden;             /* the ground lets only the day and itself be told: what follows is absent */
    enum post_ground ground; /* only where hidden */
    struct str words;        /* what was wrong and is right now */
    /* Of the newest few, as long as no ground of a later correction forbids them; else STR_NONE. */
    struct str title_before, title_after, body_before, body_after, alt_before, alt_after;
};

/* A picture as it is shown: made anew from the original, which is never served. */
struct post_shown {
    const struct media_rendition_row *renditions; /* by width, WebP before JPEG */
    size_t renditions_n;                          /* 0: none is shown */
    bool decorative;
    struct str alt;    /* STR_NONE where decorative */
    struct str credit; /* STR_NONE: none */
    /* As the served file says it of itself; STR_NONE or empty: nothing. */
    struct str creator, rights;
    struct str source_type; /* a word of IPTC's list of digital source types */
};

struct post_view {
    struct post_address address;
    enum post_kind kind;
    struct str language; /* "en" */
    int64_t published;
    struct db_opt_int withdrawn;
    enum post_ground ground; /* only where withdrawn */
    struct str reason;       /* as in post_row */
    bool hidden;             /* all that follows is absent, but the links */
    struct db_opt_int ended; /* it is over, and nothing was wrong: title, text, people and picture are absent */
    enum post_ending ending; /* only where ended */
    struct str elsewhere;    /* the address of the post that this is a copy of; STR_NONE: it was made here */
    struct db_opt_int elsewhere_made;
    const struct str *blocked; /* of a copy: the ids of the checks that would have held it here */
    size_t blocked_n;
    const struct post_corrected *corrections; /* newest first */
    size_t corrections_n;
    struct db_opt_int spoken; /* when the speaker confirmed the words, from their own account */
    struct str title;
    struct str body; /* Markdown that `markdown_html` took at import */
    struct post_date dated;
    uint32_t labels;
    const struct post_person *people;
    size_t people_n;
    struct post_shown picture;
    struct post_speaker speaker;
    const struct post_promise *promises;
    size_t promises_n;
    struct str campaign;      /* its name; STR_NONE: none */
    struct str campaign_slug; /* STR_NONE: there is no record of it */
    const struct str *topics;
    size_t topics_n;
    bool replies_closed;
    const struct post_link *about; /* posts that this one is about */
    size_t about_n;
    const struct post_link *about_by; /* posts, statements above all, that are about this one */
    size_t about_by_n;
};

/*
 * Whether the rendition with this SHA-256 belongs to a post that the public may see with its picture; and its type.
 * STATUS_NOT_FOUND.
 */
enum status posts_rendition(struct db_tx *tx, struct arena *arena, struct str sha256, enum media_format *format);
/* One post by its address, also a withdrawn one. STATUS_NOT_FOUND where nothing was ever published there. */
enum status posts_find(struct db_tx *tx, struct arena *arena, struct post_address address, struct post_view *out);

/* ---- Faults of a file ---- */

struct post_fault {
    struct str file; /* as it was named */
    int64_t line, column;
    struct str text; /* one line, with what to do */
};

struct post_faults {
    struct arena *arena;
    struct post_fault list[POST_FAULTS_MAX];
    size_t n;
    bool more; /* there were more than fit */
};

/* ---- Acts. Each `*_write` is a db_write_fn; its argument is the struct of the same name ---- */

/* A picture that is in memory. */
struct post_picture_bytes {
    struct str name, bytes;
};

/*
 * A file as it came. `folder`: where its picture may lie (there, or in ../images); NULL: a picture is a fault, unless
 * it is one of `pictures`, which are looked at first and must live as long as the import.
 */
struct post_source {
    struct str name; /* "posts/07-charge.md": the key is the last part without ".md" */
    struct str text;
    const char *folder;
    const struct post_picture_bytes *pictures;
    size_t pictures_n;
    int64_t base; /* number of the edition that it was edited from: not the newest, STATUS_CONFLICT; 0: not compared */
};

enum import_outcome {
    IMPORT_POST,    /* a new post, its first edition */
    IMPORT_EDITION, /* a new edition of a post that was there */
    IMPORT_RECORD,  /* the same edition; what stands beside the hash (licence, confirmation, authors) was brought up to
                       date */
    IMPORT_SAME,    /* nothing to do */
};

struct import_result {
    struct str key;
    enum import_outcome outcome;
    int64_t number;      /* of the edition */
    struct str hash_hex; /* of the edition */
    struct str campaign; /* that the file names and of which there is no record; STR_NONE: all is well */
};

struct import_file;

struct post_import {
    struct arena *arena;
    const struct act *act;
    struct import_file *files; /* what posts_import_read made */
    size_t files_n;
    struct post_faults *faults;
    struct import_result *results; /* as many as files, set by the write */
    bool submit;                   /* hand drafts in with the same act */
    /*
     * Made on an account elsewhere, at this address and time: a new post, public here at once as a copy, so that it can
     * be corrected and withdrawn in public. Its checks hold nothing back; what they say is told. STR_NONE: no.
     */
    struct str elsewhere;
    int64_t elsewhere_at;
};

/*
 * Reads and checks every source, without the database. STATUS_INVALID where
 * one has a fault (all of them are in `faults`); then nothing may be written.
 */
enum status posts_import_read(struct arena *arena, const struct post_source *sources, size_t n, const struct act *act,
                              struct post_faults *faults, struct post_import *out, struct fault *fault);
/*
 * Between the two: keeps the pictures of the files as blobs, and asks the program that reads pictures what they say of
 * themselves. STATUS_INVALID with faults where one cannot be read. Without it no post with a picture goes out.
 */
enum status posts_import_keep(struct db *db, struct post_import *import, struct fault *fault);
/*
 * Once more the bytes alone, where a person was waited for since: blobs that no row names are swept after an hour
 * (db/blob.h). STATUS_CONFLICT where a file was changed meanwhile.
 */
enum status posts_import_keep_again(struct db *db, const struct post_import *import, struct fault *fault);
bool posts_import_has_picture(const struct post_import *import, size_t file);
/* All files or none. STATUS_INVALID with faults where an author is no account; STATUS_DENIED without the role. */
enum status posts_import_write(struct db_tx *tx, void *import);
/* Where that is done: a picture that an erasure took away between the two steps is put again. */
enum status posts_import_kept(struct db *db, const struct post_import *import, struct fault *fault);
/*
 * Where that was refused: pictures go that were erased between the two steps, and so were kept again; of a file that is
 * alone in its act any that no row names. (Many in one act are tried again by halves.)
 */
void posts_import_forget(struct db *db, const struct post_import *import);

/* The other acts: posts/acts.h. */

/* ---- Reading, for staff ---- */

struct post_entry {
    struct str key;
    int64_t number; /* of the newest edition */
    struct str hash_hex;
    enum edition_state state;
    enum post_kind kind;
    struct str title;
    int64_t changed;             /* when that edition came */
    struct post_address address; /* year 0: never published */
    struct db_opt_int published, withdrawn, ended;
    bool erased;           /* nothing is left of it: title and content are empty */
    struct db_opt_int due; /* only where scheduled: when it is to go out */
    struct str why;        /* what is asked for, or what held it; STR_NONE: nothing */
};

/* By key, at most `limit` (1 to POST_LIST_MAX) after `after` (STR_NONE: from the first). */
enum status posts_entries(struct db_tx *tx, struct arena *arena, struct str after, int64_t limit,
                          struct post_entry **rows, size_t *n);
/* STATUS_NOT_FOUND. */
enum status posts_entry(struct db_tx *tx, struct arena *arena, struct str key, struct post_entry *out);

struct post_edition_row {
    int64_t number, made;
    struct str hash_hex, by; /* by: who brought it in */
    bool erased;             /* nothing is left of it, its hash neither */
    enum edition_state state;
    struct str authors; /* users, separated by ", " */
};
struct post_approval_row {
    int64_t number, at; /* number of the edition */
    struct str by;
};
struct post_presence_row {
    enum post_channel channel;
    enum presence_state state;
    bool wanted; /* somebody is to bring it there */
    int64_t since;
};

struct post_detail {
    struct post_entry entry;
    struct str document; /* the JSON that was hashed */
    struct str beside;   /* JSON of what is not hashed */
    enum post_ground ground;
    struct str reason; /* STR_NONE: not withdrawn */
    struct post_edition_row *editions;
    size_t editions_n;
    struct post_approval_row *approvals;
    size_t approvals_n;
    struct post_presence_row *presences;
    size_t presences_n;
};
enum status posts_detail(struct db_tx *tx, struct arena *arena, struct str key, struct post_detail *out);

/*
 * The newest edition as a file: head and text, in the arena. An import of it gives the same hash and the same record,
 * if the picture lies beside it; values stand in double quotes. STATUS_NOT_FOUND, STATUS_LIMIT; STATUS_REFUSED: it was
 * erased.
 */
enum status posts_export(struct db_tx *tx, struct arena *arena, struct str key, struct str *out);

/* ---- A bare file ---- */

struct post_checked {
    struct str hash_hex; /* STR_NONE where there are faults */
    uint32_t labels;
    struct str document; /* the JSON that was hashed */
};
/* STATUS_INVALID where the file has faults. Accounts are not looked up: there is no database here. */
enum status posts_check_file(struct arena *arena, const struct post_source *source, struct post_faults *faults,
                             struct post_checked *out, struct fault *fault);

/* ---- The demonstration ---- */

struct demonstration_account {
    const char *user, *name, *passphrase, *does; /* `does`: one line for people */
    uint32_t roles;
};
extern const struct demonstration_account posts_demonstration_accounts[];
extern const size_t posts_demonstration_accounts_n;

/*
 * Fills an empty database with Midshire Police, a force that does not exist:
 * accounts, two campaigns, a dozen posts with pictures, and the story of a
 * week of posts that were withdrawn, with the statement about them. All of it
 * through the same acts as everything else, set in the days before `now`.
 * Blocking: it makes the pictures ready. STATUS_CONFLICT where there are
 * accounts already; STATUS_UNAVAILABLE without the program that reads pictures.
 */
enum status posts_demonstration(struct db *db, int64_t now, struct fault *fault);

#endif
