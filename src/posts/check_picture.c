/*
 * What is gathered about the picture: the record against what the file says of
 * itself, its licence, and its text alternative.
 *
 * What a file says of itself anybody can write, so it only ever contradicts:
 * it never proves a record right. The force is known by its name, in words; a
 * name beside the words of a library ("Northlight Stock for Midshire Police")
 * is the library's. Where the metadata could not be read, that it contradicts
 * is not known, and what is not known does not pass.
 */
#include <string.h>

#include "base/arena.h"
#include "base/zone.h"
#include "posts/check_inside.h"

#include "base/banned.h"

#define LIST(name, ...) static const struct str name[] = { __VA_ARGS__ }
#define COUNT(list)     (sizeof(list) / sizeof(list)[0])

LIST(library_words, STR_INIT("library"), STR_INIT("libraries"), STR_INIT("stock"), STR_INIT("agency"),
     STR_INIT("agencies"), STR_INIT("getty"), STR_INIT("istock"), STR_INIT("istockphoto"), STR_INIT("shutterstock"),
     STR_INIT("alamy"), STR_INIT("unsplash"), STR_INIT("pexels"), STR_INIT("pixabay"), STR_INIT("depositphotos"),
     STR_INIT("dreamstime"), STR_INIT("picture bank"), STR_INIT("image bank"), STR_INIT("photo bank"),
     STR_INIT("press association"), STR_INIT("pa media"), STR_INIT("reuters"), STR_INIT("freepik"), STR_INIT("fotolia"),
     STR_INIT("bigstock"), STR_INIT("canva"), STR_INIT("contributor"), STR_INIT("licensed"));
/* These stand in an address of our own too, so they tell a library in a name alone. */
LIST(agency_words, STR_INIT("images"), STR_INIT("imagery"), STR_INIT("pictures"), STR_INIT("photos"),
     STR_INIT("wikimedia"), STR_INIT("wikipedia"), STR_INIT("flickr"), STR_INIT("creative commons"), STR_INIT("google"),
     STR_INIT("internet"), STR_INIT("found online"));
/* Somebody who works for the force, without its name. */
LIST(staff_words, STR_INIT("force"), STR_INIT("our own"), STR_INIT("own photograph"), STR_INIT("in house"),
     STR_INIT("inhouse"), STR_INIT("staff"), STR_INIT("police photographer"), STR_INIT("press office"),
     STR_INIT("press officer"), STR_INIT("communications team"), STR_INIT("communications"), STR_INIT("officer"),
     STR_INIT("officers"), STR_INIT("pc"), STR_INIT("dc"), STR_INIT("sergeant"), STR_INIT("inspector"),
     STR_INIT("pcso"), STR_INIT("custody"), STR_INIT("body worn video"), STR_INIT("neighbourhood team"),
     STR_INIT("drone"), STR_INIT("dashcam"), STR_INIT("dash cam"), STR_INIT("scenes of crime"), STR_INIT("cctv"));
LIST(own_creators, STR_INIT("force photographer"), STR_INIT("police photographer"), STR_INIT("press office"),
     STR_INIT("communications team"), STR_INIT("corporate communications"));

LIST(force_words, STR_INIT("police"), STR_INIT("constabulary"), STR_INIT("police service"));

static struct str small(struct arena *arena, struct str s)
{
    char *p = arena_alloc(arena, s.n + 1, 1);
    if (p == NULL)
        return STR_NONE;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        p[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '-' || c == '\n' || c == '\t' ? ' ' : c;
    }
    return (struct str){ p, s.n };
}

static bool has(struct str s)
{
    return s.p != NULL && str_trim(s).n > 0;
}

static bool of_library(struct str s)
{
    return check_has_any(s, library_words, COUNT(library_words));
}

/*
 * The force's name. Where nobody told it, as for a bare file on a machine without a site, the force that the record
 * credits stands for it: then the file and the record are compared with one another.
 */
static struct str force_of(const struct check_run *run)
{
    struct str credit = run->input->content->picture.credit;
    if (has(run->input->force))
        return run->input->force;
    return has(credit) && !of_library(credit) && check_has_any(credit, force_words, COUNT(force_words)) ? credit
                                                                                                        : STR_NONE;
}

/* Whether this names the force, and no library beside it. */
static bool names_force(struct check_run *run, struct str s)
{
    struct str force = small(run->arena, str_trim(force_of(run)));
    return has(force) && check_has_words(s, force) && !of_library(s);
}

/* A force, of which it is not known whether it is ours. */
static bool names_some_force(struct check_run *run, struct str s)
{
    return !has(force_of(run)) && !of_library(s) && check_has_any(s, force_words, COUNT(force_words));
}

static bool names_own(struct check_run *run, struct str s)
{
    if (names_force(run, s))
        return true;
    for (size_t i = 0; i < COUNT(own_creators); i++)
        if (str_equal_nocase(str_trim(s), own_creators[i]))
            return true;
    return false;
}

static bool names_staff(struct check_run *run, struct str s)
{
    return names_force(run, s) || (check_has_any(s, staff_words, COUNT(staff_words)) && !of_library(s));
}

/* Whether one of the two holds the other, in words. */
static bool same_name(struct check_run *run, struct str a, struct str b)
{
    struct str x = small(run->arena, str_trim(a));
    struct str y = small(run->arena, str_trim(b));
    return has(x) && has(y) && (check_has_words(a, y) || check_has_words(b, x));
}

/* A source that is not the force: a library, an agency, the open web. */
static bool other_source(struct check_run *run, struct str s)
{
    return has(s) && (of_library(s) || (check_has_any(s, agency_words, COUNT(agency_words)) && !names_staff(run, s)));
}

static bool exempt(enum picture_made made)
{
    return made == PICTURE_CUSTODY || made == PICTURE_CCTV || made == PICTURE_SUPPLIED_BY_FAMILY;
}

/* The file says that a machine that was trained on pictures made it, whole or in part. */
static bool generated(const struct media_facts *m)
{
    return str_equal_nocase(m->source_type, STR("trainedAlgorithmicMedia")) ||
           str_equal_nocase(m->source_type, STR("compositeWithTrainedAlgorithmicMedia"));
}

static bool captured(const struct media_facts *m)
{
    LIST(types, STR_INIT("digitalCapture"), STR_INIT("negativeFilm"), STR_INIT("positiveFilm"), STR_INIT("print"),
         STR_INIT("computationalCapture"));
    for (size_t i = 0; i < COUNT(types); i++)
        if (str_equal_nocase(m->source_type, types[i]))
            return true;
    return false;
}

/* Made by a machine, or put together, without a word of training. */
static bool synthetic(const struct media_facts *m)
{
    LIST(types, STR_INIT("compositeSynthetic"), STR_INIT("algorithmicMedia"), STR_INIT("digitalArt"),
         STR_INIT("digitalCreation"), STR_INIT("virtualRecording"), STR_INIT("algorithmicallyEnhanced"));
    for (size_t i = 0; i < COUNT(types); i++)
        if (str_equal_nocase(m->source_type, types[i]))
            return true;
    return false;
}

/* One field of the metadata that names somebody. */
struct said {
    struct str where, text;
};

static size_t whose(const struct media_facts *m, struct said out[3])
{
    const struct said all[3] = { { STR("picture:dc:creator"), m->creator },
                                 { STR("picture:photoshop:Credit"), m->credit },
                                 { STR("picture:plus:LicensorName"), m->licensor } };
    size_t n = 0;
    for (size_t i = 0; i < 3; i++)
        if (has(all[i].text))
            out[n++] = all[i];
    return n;
}

/* Fields that name nobody in particular, and may name a library all the same. */
static size_t besides(const struct media_facts *m, struct said out[4])
{
    const struct said all[4] = { { STR("picture:photoshop:Source"), m->source },
                                 { STR("picture:dc:rights"), m->rights },
                                 { STR("picture:xmpRights:UsageTerms"), m->usage_terms },
                                 { STR("picture:xmpRights:WebStatement"), m->web_statement } };
    size_t n = 0;
    for (size_t i = 0; i < 4; i++)
        if (has(all[i].text))
            out[n++] = all[i];
    return n;
}

/* ---- image-claim ---- */

static void claimed(struct check_run *run)
{
    const struct post_picture *p = &run->input->content->picture;
    struct str word = picture_made_words.words[p->made];
    if (p->made == PICTURE_PHOTOGRAPH)
        check_evidence_add(run, STR("image.made"), STR("photograph: the force's own"));
    else
        check_evidence_add(run, STR("image.made"), word);
}

/* The record speaks against itself, whatever the file says. */
static void look_at_record(struct check_run *run, struct claim_facts *f)
{
    const struct post_picture *p = &run->input->content->picture;
    if (p->made != PICTURE_PHOTOGRAPH && !exempt(p->made))
        return;
    if (other_source(run, p->source)) {
        f->contradicted = KNOWN_YES;
        check_evidence_add(run, STR("image.source"), p->source);
    } else if (p->made == PICTURE_PHOTOGRAPH && has(p->source) && !names_staff(run, p->source)) {
        f->doubtful = true;
        check_evidence_add(run, STR("image.source"), p->source);
    }
    if (other_source(run, p->credit)) {
        f->contradicted = KNOWN_YES;
        check_evidence_add(run, STR("image.credit"), p->credit);
    } else if (p->made == PICTURE_PHOTOGRAPH && has(p->credit) && !names_staff(run, p->credit)) {
        f->doubtful = true;
        check_evidence_add(run, STR("image.credit"), p->credit);
    }
    if (has(p->licensor) && !names_own(run, p->licensor)) {
        f->contradicted = KNOWN_YES;
        check_evidence_add(run, STR("image.licence.licensor"), p->licensor);
    }
}

/* A person in the file whom the record names as one of the staff: only a person can say whether that is so. */
static bool named_as_staff(struct check_run *run, struct str creator)
{
    const struct post_picture *p = &run->input->content->picture;
    const struct str fields[2] = { p->source, p->credit };
    for (size_t i = 0; i < 2; i++)
        if (has(fields[i]) && names_staff(run, fields[i]) && !of_library(creator) &&
            check_has_words(fields[i], small(run->arena, str_trim(creator))))
            return true;
    return false;
}

static void look_at_photograph(struct check_run *run, struct claim_facts *f)
{
    const struct media_facts *m = &run->input->facts;
    struct said fields[4];
    size_t n = whose(m, fields);
    for (size_t i = 0; i < n; i++) {
        if (names_own(run, fields[i].text))
            continue;
        if (named_as_staff(run, fields[i].text) || names_some_force(run, fields[i].text))
            f->doubtful = true;
        else
            f->contradicted = KNOWN_YES;
        check_evidence_add(run, fields[i].where, fields[i].text);
    }
    n = besides(m, fields);
    for (size_t i = 0; i < n; i++) {
        bool library = of_library(fields[i].text);
        bool other = str_equal(fields[i].where, STR("picture:dc:rights")) && !names_own(run, fields[i].text);
        if (!library && !other)
            continue;
        if (library)
            f->contradicted = KNOWN_YES;
        else
            f->doubtful = true;
        check_evidence_add(run, fields[i].where, fields[i].text);
    }
}

static void look_at_kept(struct check_run *run, struct claim_facts *f)
{
    struct said fields[4];
    size_t n = whose(&run->input->facts, fields);
    for (size_t i = 0; i < n; i++) {
        bool licensor = str_equal(fields[i].where, STR("picture:plus:LicensorName"));
        if (!of_library(fields[i].text) && (!licensor || names_own(run, fields[i].text)))
            continue;
        f->contradicted = KNOWN_YES;
        check_evidence_add(run, fields[i].where, fields[i].text);
    }
}

static void look_at_type(struct check_run *run, enum picture_made made, struct claim_facts *f)
{
    const struct media_facts *m = &run->input->facts;
    if (!has(m->source_type))
        return;
    if (generated(m) && made != PICTURE_AI) {
        f->contradicted = KNOWN_YES;
        f->generated = true;
    } else if (made == PICTURE_AI && captured(m)) {
        f->contradicted = KNOWN_YES;
    } else if (synthetic(m) && made != PICTURE_AI && made != PICTURE_ILLUSTRATION) {
        f->doubtful = true;
    } else {
        return;
    }
    check_evidence_add(run, STR("picture:Iptc4xmpExt:DigitalSourceType"), m->source_type);
}

void check_gather_claim(struct check_run *run, struct check_facts *facts)
{
    struct claim_facts *f = &facts->claim;
    const struct check_input *input = run->input;
    const struct post_picture *p = &input->content->picture;
    *f = (struct claim_facts){ .picture = p->set ? input->picture : PICTURE_NONE, .contradicted = KNOWN_NOT };
    if (!p->set)
        return;
    if (f->picture == PICTURE_NONE)
        f->picture = PICTURE_UNREADABLE; /* there is one, and nobody looked */
    claimed(run);
    look_at_record(run, f);
    if (f->picture != PICTURE_READ) {
        check_evidence_add(run, STR("image.file"), p->file);
        if (has(input->why))
            check_evidence_add(run, STR("picture"), input->why);
        return;
    }
    if (f->contradicted == KNOWN_NOT)
        f->contradicted = KNOWN_NO;
    look_at_type(run, p->made, f);
    if (p->made == PICTURE_PHOTOGRAPH)
        look_at_photograph(run, f);
    else if (exempt(p->made))
        look_at_kept(run, f);
    else if (has(p->licensor) && has(input->facts.licensor) && !same_name(run, p->licensor, input->facts.licensor)) {
        f->contradicted = KNOWN_YES;
        check_evidence_add(run, STR("image.licence.licensor"), p->licensor);
        check_evidence_add(run, STR("picture:plus:LicensorName"), input->facts.licensor);
    }
}

/* ---- image-licence ---- */

/* Topics on which a face from a library says of its owner what is not so. */
LIST(sensitive_topics, STR_INIT("hate"), STR_INIT("hate crime"), STR_INIT("hatecrime"), STR_INIT("race"),
     STR_INIT("religion"), STR_INIT("disability"), STR_INIT("transgender"), STR_INIT("sexual orientation"),
     STR_INIT("rape"), STR_INIT("sexual offences"), STR_INIT("sexual violence"), STR_INIT("sexual assault"),
     STR_INIT("abuse"), STR_INIT("domestic abuse"), STR_INIT("domestic violence"), STR_INIT("child abuse"),
     STR_INIT("exploitation"), STR_INIT("drugs"), STR_INIT("alcohol"), STR_INIT("stalking"), STR_INIT("harassment"),
     STR_INIT("suicide"), STR_INIT("mental health"), STR_INIT("trafficking"), STR_INIT("modern slavery"),
     STR_INIT("forced marriage"), STR_INIT("knife crime"), STR_INIT("terrorism"), STR_INIT("violence"));

static bool sensitive(const struct check_run *run)
{
    const struct post_content *content = run->input->content;
    if (run->hate_crime != KNOWN_NO)
        return true;
    for (size_t i = 0; i < content->topics_n; i++)
        if (check_has_any(content->topics[i], sensitive_topics, COUNT(sensitive_topics)))
            return true;
    return content->campaign.p != NULL && check_has_any(content->campaign, sensitive_topics, COUNT(sensitive_topics));
}

static bool forbids_sensitive(struct str terms)
{
    LIST(words, STR_INIT("no sensitive use"), STR_INIT("no sensitive subjects"), STR_INIT("not for sensitive use"),
         STR_INIT("sensitive use prohibited"), STR_INIT("sensitive use not permitted"), STR_INIT("non sensitive use"),
         STR_INIT("no sensitive"), STR_INIT("sensitive use is not permitted"), STR_INIT("sensitive use not allowed"),
         STR_INIT("except sensitive use"), STR_INIT("sensitive use excluded"), STR_INIT("without sensitive use"));
    return has(terms) && check_has_any(terms, words, COUNT(words));
}

static void look_at_terms(struct check_run *run, struct licence_facts *f)
{
    const struct post_picture *p = &run->input->content->picture;
    const struct media_facts *m = &run->input->facts;
    bool read = f->picture == PICTURE_READ;
    const struct said fields[] = { { STR("image.licence.id"), p->licence_id },
                                   { STR("image.source"), p->source },
                                   { STR("picture:xmpRights:UsageTerms"), read ? m->usage_terms : STR_NONE },
                                   { STR("picture:dc:rights"), read ? m->rights : STR_NONE },
                                   { STR("picture:photoshop:Credit"), read ? m->credit : STR_NONE } };
    LIST(editorial, STR_INIT("editorial"), STR_INIT("editorial use only"), STR_INIT("editorial only"));
    for (size_t i = 0; i < COUNT(fields); i++) {
        bool no_sensitive = forbids_sensitive(fields[i].text);
        bool only = has(fields[i].text) && check_has_any(fields[i].text, editorial, COUNT(editorial));
        if (no_sensitive)
            f->sensitive_use = KNOWN_NO;
        if (only)
            f->editorial = true;
        if (no_sensitive || only)
            check_evidence_add(run, fields[i].where, fields[i].text);
    }
}

static void look_whether_licensed(struct check_run *run, struct licence_facts *f)
{
    const struct post_picture *p = &run->input->content->picture;
    struct said fields[4];
    bool other = false;
    bool staff = p->made == PICTURE_PHOTOGRAPH;
    if (other_source(run, p->source))
        other = true;
    else if (has(p->source) && names_staff(run, p->source))
        staff = true;
    else if (has(p->source))
        f->doubtful = true;
    if (other_source(run, p->credit))
        other = true;
    else if (has(p->credit) && names_staff(run, p->credit))
        staff = true;
    else if (has(p->credit))
        f->doubtful = true;
    if (p->made == PICTURE_STOCK || (has(p->licensor) && !names_own(run, p->licensor)) || p->licensed)
        other = true;
    if (f->picture == PICTURE_READ) {
        size_t n = whose(&run->input->facts, fields);
        for (size_t i = 0; i < n; i++) {
            if (names_own(run, fields[i].text))
                continue;
            if (named_as_staff(run, fields[i].text) || names_some_force(run, fields[i].text))
                f->doubtful = true;
            else
                other = true;
            check_evidence_add(run, fields[i].where, fields[i].text);
        }
        n = besides(&run->input->facts, fields);
        for (size_t i = 0; i < n; i++)
            other = other || of_library(fields[i].text);
    }
    f->tool = p->made == PICTURE_AI && !other && !staff;
    if (other || (!staff && !f->tool))
        f->licensed = KNOWN_YES;
    else if (f->picture == PICTURE_READ)
        f->licensed = KNOWN_NO;
}

static void look_at_end(struct check_run *run, struct licence_facts *f)
{
    const struct post_picture *p = &run->input->content->picture;
    if (!p->licence_expires.set)
        return;
    /* A day without a time is counted to its end. */
    int64_t ends = p->licence_expires.at;
    struct str day = post_date_text(run->arena, &p->licence_expires);
    if (!p->licence_expires.has_time) {
        struct civil now;
        struct civil last;
        zone_local(run->input->now, &now);
        zone_local(ends, &last);
        int a = (now.year * 12 + now.month) * 31 + now.day;
        int b = (last.year * 12 + last.month) * 31 + last.day;
        f->expired = a > b;
    } else {
        f->expired = ends <= run->input->now;
    }
    check_evidence_add(run, STR("image.licence.expires"), str_format(run->arena, "ends on %.*s", STR_ARG(day)));
}

void check_gather_licence(struct check_run *run, struct check_facts *facts)
{
    struct licence_facts *f = &facts->licence;
    const struct check_input *input = run->input;
    const struct post_picture *p = &input->content->picture;
    *f = (struct licence_facts){ .picture = p->set ? input->picture : PICTURE_NONE };
    if (!p->set)
        return;
    if (f->picture == PICTURE_NONE)
        f->picture = PICTURE_UNREADABLE;
    f->exempt = exempt(p->made);
    if (f->exempt)
        return;
    f->has_id = has(p->licence_id);
    f->has_licensor = has(p->licensor);
    f->campaign = has(input->content->campaign);
    f->sensitive = sensitive(run);
    f->sensitive_use = !p->sensitive_use_set ? KNOWN_NOT : p->sensitive_use ? KNOWN_YES : KNOWN_NO;
    look_whether_licensed(run, f);
    look_at_terms(run, f);
    look_at_end(run, f);
    if (p->licensed || f->licensed == KNOWN_YES)
        check_evidence_add(run, STR("image.licence"),
                           str_format(run->arena, "id: %.*s; licensor: %.*s; sensitive use: %s",
                                      STR_ARG(f->has_id ? p->licence_id : STR("not given")),
                                      STR_ARG(f->has_licensor ? p->licensor : STR("not given")),
                                      !p->sensitive_use_set ? "not said"
                                      : p->sensitive_use    ? "allowed"
                                                            : "not allowed"));
}

/* ---- alt-text ---- */

static bool is_file_name(struct str alt, struct str file)
{
    LIST(ends, STR_INIT(".jpg"), STR_INIT(".jpeg"), STR_INIT(".png"), STR_INIT(".webp"), STR_INIT(".gif"),
         STR_INIT(".heic"), STR_INIT(".tif"), STR_INIT(".tiff"));
    ptrdiff_t dot = str_find_byte(file, '.');
    struct str stem = dot > 0 ? str_slice(file, 0, (size_t)dot) : file;
    if (str_equal_nocase(alt, file) || str_equal_nocase(alt, stem))
        return true;
    for (size_t i = 0; i < COUNT(ends); i++)
        if (alt.n > ends[i].n && str_equal_nocase(str_slice(alt, alt.n - ends[i].n, ends[i].n), ends[i]))
            return true;
    /* What a camera calls its files: IMG_2041, DSC00123. */
    LIST(heads, STR_INIT("img"), STR_INIT("dsc"), STR_INIT("dscn"), STR_INIT("dscf"), STR_INIT("pxl"));
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct str rest = str_slice(alt, heads[i].n, alt.n);
        if (alt.n <= heads[i].n || !str_equal_nocase(str_slice(alt, 0, heads[i].n), heads[i]))
            continue;
        size_t digits = 0;
        while (digits < rest.n && (strchr("_-", rest.p[digits]) || (rest.p[digits] >= '0' && rest.p[digits] <= '9')))
            digits++;
        if (digits == rest.n)
            return true;
    }
    return false;
}

static bool says_image(struct str alt)
{
    LIST(heads, STR_INIT("image of"), STR_INIT("picture of"), STR_INIT("photo of"), STR_INIT("photograph of"),
         STR_INIT("graphic of"), STR_INIT("an image of"), STR_INIT("a picture of"), STR_INIT("a photo of"),
         STR_INIT("a photograph of"), STR_INIT("an image showing"), STR_INIT("image showing"),
         STR_INIT("picture showing"), STR_INIT("a picture showing"), STR_INIT("photo showing"));
    for (size_t i = 0; i < COUNT(heads); i++)
        if (check_find_words(str_slice(alt, 0, heads[i].n + 1), heads[i]) == 0)
            return true;
    return false;
}

/* "..." says nothing to whoever listens. */
static bool holds_a_letter(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
            ((unsigned char)s.p[i] >= 0xC3 && (unsigned char)s.p[i] != 0xE2))
            return true;
    return false;
}

void check_gather_alt(struct check_run *run, struct check_facts *facts)
{
    enum { LONG = 1000 };
    const struct post_picture *p = &run->input->content->picture;
    struct alt_facts *f = &facts->alt;
    *f = (struct alt_facts){ .picture = p->set };
    if (!p->set)
        return;
    struct str alt = str_trim(p->alt.p == NULL ? STR("") : p->alt);
    f->has = holds_a_letter(check_plain(run->scratch, alt));
    f->decorative = p->decorative;
    if (!f->has) {
        check_evidence_add(run, STR("image.file"), p->file);
        return;
    }
    f->says_image = says_image(alt);
    f->file_name = is_file_name(alt, p->file);
    f->too_long = str_code_points(alt) > LONG;
    check_evidence_add(run, STR("image.alt"), alt);
}
