/*
 * Words of the room's closed sets, dates as text, and faults of a file.
 *
 * A word from outside becomes an enum here, at the edge, or is a fault. The
 * words stand in files and rows and are never changed, only added to. What a
 * person wrote is cut and cleaned before it is said back in a message, so that
 * a file cannot write lines of its own onto a terminal.
 */
#include "posts/content.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/zone.h"

#include "base/banned.h"

#define WORD_SET(name, ...)                                                                                            \
    static const struct str name##_table[] = { __VA_ARGS__ };                                                          \
    const struct word_set name = { name##_table, sizeof(name##_table) / sizeof(name##_table[0]) }

WORD_SET(post_kind_words, [POST_AWARENESS] = STR_INIT("awareness"), [POST_STATEMENT] = STR_INIT("statement"),
         [POST_APPEAL] = STR_INIT("appeal"), [POST_UPDATE] = STR_INIT("update"), [POST_ADVICE] = STR_INIT("advice"),
         [POST_EVENT] = STR_INIT("event"));

WORD_SET(post_label_ids, [LABEL_AI] = STR_INIT("ai"), [LABEL_COMPOSITE] = STR_INIT("composite"),
         [LABEL_FICTITIOUS] = STR_INIT("fictitious"), [LABEL_ILLUSTRATION] = STR_INIT("illustration"),
         [LABEL_POSED] = STR_INIT("posed"), [LABEL_STOCK] = STR_INIT("stock"));

WORD_SET(person_kind_words, [PERSON_REAL] = STR_INIT("real"), [PERSON_FICTITIOUS] = STR_INIT("fictitious"),
         [PERSON_COMPOSITE] = STR_INIT("composite"));

WORD_SET(post_channel_words, [CHANNEL_SITE] = STR_INIT("site"), [CHANNEL_FEED] = STR_INIT("feed"),
         [CHANNEL_FEDIVERSE] = STR_INIT("fediverse"), [CHANNEL_MASTODON] = STR_INIT("mastodon"),
         [CHANNEL_BLUESKY] = STR_INIT("bluesky"), [CHANNEL_EXPORT] = STR_INIT("export"));

WORD_SET(edition_state_words, [EDITION_DRAFT] = STR_INIT("draft"), [EDITION_IN_REVIEW] = STR_INIT("in-review"),
         [EDITION_CHANGES_REQUESTED] = STR_INIT("changes-requested"), [EDITION_APPROVED] = STR_INIT("approved"),
         [EDITION_SCHEDULED] = STR_INIT("scheduled"), [EDITION_PUBLISHING] = STR_INIT("publishing"),
         [EDITION_PUBLISHED] = STR_INIT("published"), [EDITION_FAILED] = STR_INIT("failed"),
         [EDITION_DISCARDED] = STR_INIT("discarded"), [EDITION_SUPERSEDED] = STR_INIT("superseded"));

WORD_SET(post_correction_words, [CORRECTION_FACTUAL] = STR_INIT("factual"),
         [CORRECTION_CLARIFICATION] = STR_INIT("clarification"), [CORRECTION_LABEL_ADDED] = STR_INIT("label-added"),
         [CORRECTION_PICTURE_REPLACED] = STR_INIT("picture-replaced"), [CORRECTION_POLICY] = STR_INIT("policy"));

WORD_SET(post_ending_words, [ENDING_FOUND] = STR_INIT("found"), [ENDING_ARRESTED] = STR_INIT("arrested"),
         [ENDING_TRIAL_OVER] = STR_INIT("trial-over"), [ENDING_EVENT_OVER] = STR_INIT("event-over"));

WORD_SET(register_what_words, [REGISTER_CORRECTION] = STR_INIT("correction"),
         [REGISTER_WITHDRAWAL] = STR_INIT("withdrawal"), [REGISTER_RESTORATION] = STR_INIT("restoration"),
         [REGISTER_ENDING] = STR_INIT("ending"), [REGISTER_EMERGENCY] = STR_INIT("emergency"),
         [REGISTER_PROMISE] = STR_INIT("promise"), [REGISTER_KEPT] = STR_INIT("kept"));

WORD_SET(presence_state_words, [PRESENCE_ABSENT] = STR_INIT("absent"), [PRESENCE_LIVE] = STR_INIT("live"),
         [PRESENCE_CORRECTED] = STR_INIT("corrected"), [PRESENCE_WITHDRAWN] = STR_INIT("withdrawn"),
         [PRESENCE_GONE] = STR_INIT("gone"), [PRESENCE_REDIRECTED] = STR_INIT("redirected"),
         [PRESENCE_ENDED] = STR_INIT("ended"), [PRESENCE_FAILED] = STR_INIT("failed"));

WORD_SET(post_ground_words, [GROUND_ERROR] = STR_INIT("error"), [GROUND_DISCLOSURE] = STR_INIT("disclosure"),
         [GROUND_POLICY] = STR_INIT("policy"), [GROUND_LICENCE_OR_CONSENT] = STR_INIT("licence-or-consent"),
         [GROUND_COURT_ORDER] = STR_INIT("court-order"), [GROUND_PERSONAL_DATA] = STR_INIT("personal-data"),
         [GROUND_SAFETY] = STR_INIT("safety"), [GROUND_OTHER] = STR_INIT("other"));

WORD_SET(post_claim_words, [CLAIM_HATE_CRIME] = STR_INIT("hate-crime"), [CLAIM_CRIME] = STR_INIT("crime"),
         [CLAIM_INCIDENT] = STR_INIT("incident"), [CLAIM_NONE] = STR_INIT("none"));

WORD_SET(picture_made_words, [PICTURE_PHOTOGRAPH] = STR_INIT("photograph"), [PICTURE_STOCK] = STR_INIT("stock"),
         [PICTURE_POSED] = STR_INIT("posed"), [PICTURE_AI] = STR_INIT("ai"),
         [PICTURE_ILLUSTRATION] = STR_INIT("illustration"), [PICTURE_CUSTODY] = STR_INIT("custody"),
         [PICTURE_CCTV] = STR_INIT("cctv"), [PICTURE_SUPPLIED_BY_FAMILY] = STR_INIT("supplied-by-family"));

WORD_SET(picture_persons_words, STR_INIT("none"), STR_INIT("shown"));

WORD_SET(
    case_status_words, [CASE_INVESTIGATION] = STR_INIT("investigation"), [CASE_WANTED] = STR_INIT("wanted"),
    [CASE_MISSING] = STR_INIT("missing"), [CASE_ARRESTED] = STR_INIT("arrested"), [CASE_BAILED] = STR_INIT("bailed"),
    [CASE_RELEASED_UNDER_INVESTIGATION] = STR_INIT("released-under-investigation"),
    [CASE_NO_FURTHER_ACTION] = STR_INIT("no-further-action"), [CASE_CHARGED] = STR_INIT("charged"),
    [CASE_SUMMONSED] = STR_INIT("summonsed"), [CASE_CONVICTED_UNSENTENCED] = STR_INIT("convicted-unsentenced"),
    [CASE_SENTENCED] = STR_INIT("sentenced"), [CASE_ACQUITTED] = STR_INIT("acquitted"),
    [CASE_DISCONTINUED] = STR_INIT("discontinued"), [CASE_APPEAL] = STR_INIT("appeal"));

_Static_assert(sizeof(post_kind_words_table) / sizeof(struct str) == POST_KINDS, "a word for each kind");
_Static_assert(sizeof(post_label_ids_table) / sizeof(struct str) == LABELS, "a word for each label");
_Static_assert(sizeof(person_kind_words_table) / sizeof(struct str) == PERSON_KINDS, "a word for each");
_Static_assert(sizeof(post_channel_words_table) / sizeof(struct str) == CHANNELS, "a word for each channel");
_Static_assert(sizeof(edition_state_words_table) / sizeof(struct str) == EDITION_STATES, "a word for each state");
_Static_assert(sizeof(presence_state_words_table) / sizeof(struct str) == PRESENCE_STATES, "a word for each state");
_Static_assert(sizeof(post_ground_words_table) / sizeof(struct str) == GROUNDS, "a word for each ground");
_Static_assert(sizeof(post_correction_words_table) / sizeof(struct str) == CORRECTION_KINDS, "a word for each kind");
_Static_assert(sizeof(post_ending_words_table) / sizeof(struct str) == POST_ENDINGS, "a word for each ending");
_Static_assert(sizeof(register_what_words_table) / sizeof(struct str) == REGISTER_WHATS, "a word for each");
_Static_assert(sizeof(post_claim_words_table) / sizeof(struct str) == CLAIMS, "a word for each claim");
_Static_assert(sizeof(picture_made_words_table) / sizeof(struct str) == PICTURES_MADE, "a word for each");
_Static_assert(sizeof(case_status_words_table) / sizeof(struct str) == CASE_STATUSES, "a word for each status");

struct str post_kind_word(enum post_kind kind)
{
    return post_kind_words.words[kind];
}

struct str post_label_word(enum post_label label)
{
    return post_label_ids.words[label];
}

struct str person_kind_word(enum person_kind kind)
{
    return person_kind_words.words[kind];
}

struct str post_channel_word(enum post_channel channel)
{
    return post_channel_words.words[channel];
}

struct str edition_state_word(enum edition_state state)
{
    return edition_state_words.words[state];
}

struct str presence_state_word(enum presence_state state)
{
    return presence_state_words.words[state];
}

struct str post_ground_word(enum post_ground ground)
{
    return post_ground_words.words[ground];
}

struct str post_correction_word(enum post_correction_kind kind)
{
    return post_correction_words.words[kind];
}

struct str post_ending_word(enum post_ending ending)
{
    return post_ending_words.words[ending];
}

struct str register_what_word(enum register_what what)
{
    return register_what_words.words[what];
}

bool post_kind_of_word(struct str word, enum post_kind *out)
{
    int at = word_find(&post_kind_words, word);
    *out = (enum post_kind)(at < 0 ? 0 : at);
    return at >= 0;
}

bool post_correction_of_word(struct str word, enum post_correction_kind *out)
{
    int at = word_find(&post_correction_words, word);
    *out = (enum post_correction_kind)(at < 0 ? 0 : at);
    return at >= 0;
}

bool post_ending_of_word(struct str word, enum post_ending *out)
{
    int at = word_find(&post_ending_words, word);
    *out = (enum post_ending)(at < 0 ? 0 : at);
    return at >= 0;
}

bool register_what_of_word(struct str word, enum register_what *out)
{
    int at = word_find(&register_what_words, word);
    *out = (enum register_what)(at < 0 ? 0 : at);
    return at >= 0;
}

struct str post_claim_word(enum post_claim claim)
{
    return post_claim_words.words[claim];
}

bool post_ground_of_word(struct str word, enum post_ground *out)
{
    int at = word_find(&post_ground_words, word);
    if (at < 0)
        return false;
    *out = (enum post_ground)at;
    return true;
}

bool post_ground_hides(enum post_ground ground)
{
    return ground == GROUND_COURT_ORDER || ground == GROUND_PERSONAL_DATA || ground == GROUND_SAFETY;
}

int word_find(const struct word_set *set, struct str word)
{
    for (size_t i = 0; i < set->n; i++)
        if (str_equal(set->words[i], word))
            return (int)i;
    return -1;
}

struct str word_list(struct arena *arena, const struct word_set *set)
{
    struct buf out;
    buf_init(&out, arena, FAULT_TEXT_SIZE);
    for (size_t i = 0; i < set->n; i++) {
        if (i > 0)
            buf_add(&out, i + 1 == set->n ? STR(" or ") : STR(", "));
        buf_add(&out, set->words[i]);
    }
    return buf_str(&out);
}

struct str word_nearest(const struct str *words, size_t n, struct str word)
{
    struct str best = STR_NONE;
    size_t least = word.n < 4 ? 2 : word.n / 3 + 2; /* more changes than this is another word */
    for (size_t i = 0; i < n; i++) {
        size_t d = str_distance(words[i], word);
        if (d < least) {
            least = d;
            best = words[i];
        }
    }
    return best;
}

struct str post_date_text(struct arena *arena, const struct post_date *date)
{
    if (!date->set)
        return STR_NONE;
    struct civil c;
    zone_local(date->at, &c);
    if (!date->has_time)
        return str_format(arena, "%04d-%02d-%02d", c.year, c.month, c.day);
    return str_format(arena, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

bool post_date_read(struct str text, struct post_date *out)
{
    struct civil c;
    bool has_time = false;
    int64_t at = 0;
    if (zone_parse(text, &c, &has_time) != STATUS_OK || zone_moment(&c, &at) != STATUS_OK)
        return false;
    *out = (struct post_date){ .set = true, .has_time = has_time, .at = at };
    return true;
}

void post_faults_add(struct post_faults *faults, struct str file, int64_t line, int64_t column, const char *format, ...)
{
    if (faults->n == POST_FAULTS_MAX) {
        faults->more = true;
        return;
    }
    struct fault f;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(f.text, sizeof f.text, format, args);
    va_end(args);
    struct str text = n < 0 ? STR("something is wrong here") : str_of(f.text);
    while (text.n > 0 && !str_is_text(text))
        text.n--; /* cut inside a character */
    struct str kept = str_copy(faults->arena, text);
    if (kept.p == NULL)
        kept = STR("there was no memory to say what is wrong here; try again");
    faults->list[faults->n++] = (struct post_fault){ .file = file, .line = line, .column = column, .text = kept };
}

struct str post_line_wrong(struct arena *arena, struct str s)
{
    uint32_t character = 0;
    if (!str_is_text(s))
        return STR("must be one line of words in UTF-8.");
    if (str_find_unfit(s, &character) >= 0)
        return str_format(arena, "must be one line of plain words, and holds U+%04X, which nobody sees: take it out.",
                          (unsigned)character);
    if (!str_is_visible(s))
        return STR("shows nothing: write words that can be seen, or leave the line out.");
    return STR_NONE;
}

struct str post_quote(struct arena *arena, struct str s)
{
    enum { LONGEST = 60 };
    if (!str_is_text(s))
        return STR("(not UTF-8)");
    size_t n = s.n;
    if (n > LONGEST) {
        n = LONGEST;
        while (n > 0 && ((unsigned char)s.p[n] & 0xC0U) == 0x80U)
            n--;
    }
    struct buf out;
    buf_init(&out, arena, LONGEST + 8);
    struct str rest = str_slice(s, 0, n);
    uint32_t character = 0;
    for (ptrdiff_t at; (at = str_find_unfit(rest, &character)) >= 0;) {
        size_t width = character < 0x80 ? 1 : character < 0x800 ? 2 : 3; /* all of them are below U+10000 */
        buf_add(&out, str_slice(rest, 0, (size_t)at));
        buf_add_byte(&out, ' ');
        rest = str_slice(rest, (size_t)at + width, rest.n);
    }
    buf_add(&out, rest);
    if (n < s.n)
        buf_add(&out, STR("…"));
    struct str kept = buf_str(&out);
    return kept.p == NULL ? STR("") : kept;
}
