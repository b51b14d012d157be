/*
 * The edition's document: the exact bytes under an edition's hash.
 *
 * Promise: one content has one document, whatever the order of the file's
 * head, its quotes or its line lengths. Absent members and empty lists are
 * left out, so that an addition to the format later changes no old hash.
 *
 * What could be tried: two different contents with one document. Everything
 * that a reader sees is in it; text goes in byte for byte, and JSON's escapes
 * cannot be written by hand because the writer makes them.
 */
#include "posts/edition.h"

#include <sodium.h>

#include "base/arena.h"
#include "base/json.h"

#include "base/banned.h"

enum { DOCUMENT_MAX = 900 * 1024 };

uint32_t edition_labels(const struct post_content *content)
{
    uint32_t labels = 0;
    for (size_t i = 0; i < content->people_n; i++) {
        switch (content->people[i].kind) {
        case PERSON_FICTITIOUS: labels |= 1U << LABEL_FICTITIOUS; break;
        case PERSON_COMPOSITE: labels |= 1U << LABEL_COMPOSITE; break;
        case PERSON_REAL:
        case PERSON_KINDS: break;
        }
    }
    if (!content->picture.set)
        return labels;
    uint32_t nobody = content->picture.nobody ? POST_NOBODY_SHOWN : 0;
    switch (content->picture.made) {
    case PICTURE_STOCK: return labels | 1U << LABEL_STOCK | nobody;
    case PICTURE_POSED: return labels | 1U << LABEL_POSED;
    case PICTURE_AI: return labels | 1U << LABEL_AI | nobody;
    case PICTURE_ILLUSTRATION: return labels | 1U << LABEL_ILLUSTRATION;
    case PICTURE_PHOTOGRAPH:
    case PICTURE_CUSTODY:
    case PICTURE_CCTV:
    case PICTURE_SUPPLIED_BY_FAMILY:
    case PICTURES_MADE: break;
    }
    return labels;
}

struct str edition_labels_text(struct arena *arena, uint32_t labels)
{
    struct buf out;
    buf_init(&out, arena, 200);
    buf_add(&out, STR(""));
    for (unsigned i = 0; i < LABELS; i++) {
        if (!post_labelled(labels, (enum post_label)i))
            continue;
        if (out.n > 0)
            buf_add_byte(&out, ' ');
        buf_add(&out, post_label_word((enum post_label)i));
    }
    if ((labels & POST_NOBODY_SHOWN) != 0)
        buf_add(&out, STR(" nobody"));
    if (!buf_ok(&out))
        return STR_NONE;
    return out.n == 0 ? STR("") : buf_str(&out);
}

enum status edition_labels_read(struct str text, uint32_t *out)
{
    *out = 0;
    if (text.n == 0)
        return STATUS_OK;
    struct str word;
    while (str_cut(&text, ' ', &word)) {
        int at = word_find(&post_label_ids, word);
        if (at < 0 && !str_equal(word, STR("nobody")))
            return STATUS_DAMAGED;
        *out |= at < 0 ? (uint32_t)POST_NOBODY_SHOWN : 1U << (unsigned)at;
    }
    return STATUS_OK;
}

/* ---- Writing ---- */

static void put_text(struct json_writer *w, struct str name, struct str value)
{
    if (value.p == NULL)
        return;
    json_name(w, name);
    json_put_str(w, value);
}

static void put_date(struct json_writer *w, struct arena *arena, struct str name, const struct post_date *date)
{
    if (date->set)
        put_text(w, name, post_date_text(arena, date));
}

static void put_texts(struct json_writer *w, struct str name, const struct str *list, size_t n)
{
    if (n == 0)
        return;
    json_name(w, name);
    json_open_array(w);
    for (size_t i = 0; i < n; i++)
        json_put_str(w, list[i]);
    json_close_array(w);
}

static void put_picture(struct json_writer *w, const struct post_picture *picture)
{
    json_name(w, STR("picture"));
    json_open_object(w);
    put_text(w, STR("alt"), picture->alt);
    if (picture->decorative) {
        json_name(w, STR("decorative"));
        json_put_bool(w, true);
    }
    put_text(w, STR("made"), picture_made_words.words[picture->made]);
    if (picture->nobody)
        put_text(w, STR("persons"), picture_persons_words.words[PERSONS_NONE]);
    put_text(w, STR("sha256"), picture->sha256_hex);
    json_close_object(w);
}

static void put_case(struct json_writer *w, const struct post_case *crime)
{
    json_name(w, STR("case"));
    json_open_object(w);
    put_text(w, STR("decision"), crime->decision);
    put_text(w, STR("ends"), crime->ends);
    put_text(w, STR("naming_decision"), crime->naming_decision);
    put_text(w, STR("reason"), crime->reason);
    put_text(w, STR("reference"), crime->reference);
    if (crime->status_set)
        put_text(w, STR("status"), case_status_words.words[crime->status]);
    json_close_object(w);
}

static void put_people(struct json_writer *w, const struct post_content *content)
{
    if (content->people_n == 0)
        return;
    json_name(w, STR("people"));
    json_open_array(w);
    for (size_t i = 0; i < content->people_n; i++) {
        json_open_object(w);
        put_text(w, STR("as_written"), content->people[i].as_written);
        put_text(w, STR("kind"), person_kind_word(content->people[i].kind));
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_promises(struct json_writer *w, struct arena *arena, const struct post_content *content)
{
    if (content->promises_n == 0)
        return;
    json_name(w, STR("promises"));
    json_open_array(w);
    for (size_t i = 0; i < content->promises_n; i++) {
        const struct post_promise *promise = &content->promises[i];
        json_open_object(w);
        put_date(w, arena, STR("due"), &promise->due);
        put_text(w, STR("owner"), promise->owner);
        put_text(w, STR("what"), promise->what);
        json_close_object(w);
    }
    json_close_array(w);
}

/* The tree is read back and written by RFC 8785, so that order and escapes do not hang on the code above. */
static enum status canonical(struct arena *arena, struct buf *raw, struct str *out)
{
    struct buf clean;
    buf_init(&clean, arena, DOCUMENT_MAX);
    if (!buf_ok(raw))
        return arena_failed(arena) ? STATUS_NO_MEMORY : STATUS_LIMIT;
    const struct json *tree = NULL;
    struct fault why;
    enum status status = json_read(arena, buf_str(raw), &tree, &why);
    if (status == STATUS_OK)
        status = json_canonical(&clean, tree);
    if (status != STATUS_OK)
        return status;
    if (!buf_ok(&clean))
        return arena_failed(arena) ? STATUS_NO_MEMORY : STATUS_LIMIT;
    *out = buf_str(&clean);
    return STATUS_OK;
}

enum status edition_document(struct arena *arena, const struct post_content *content, struct str *out)
{
    struct buf raw;
    struct json_writer w;
    buf_init(&raw, arena, DOCUMENT_MAX);
    json_writer_init(&w, &raw);
    json_open_object(&w);
    put_texts(&w, STR("about"), content->about, content->about_n);
    put_text(&w, STR("body"), content->body);
    put_text(&w, STR("campaign"), content->campaign);
    if (content->crime.set)
        put_case(&w, &content->crime);
    json_name(&w, STR("channels"));
    json_open_array(&w);
    for (size_t i = 0; i < content->channels_n; i++)
        json_put_str(&w, post_channel_word(content->channels[i]));
    json_close_array(&w);
    if (content->claims_set)
        put_text(&w, STR("claims"), post_claim_word(content->claims));
    if (content->dated.set) {
        json_name(&w, STR("dates"));
        json_open_object(&w);
        put_date(&w, arena, STR("dated"), &content->dated);
        json_close_object(&w);
    }
    put_text(&w, STR("kind"), post_kind_word(content->kind));
    uint32_t labels = edition_labels(content);
    if (labels != 0) {
        json_name(&w, STR("labels"));
        json_open_array(&w);
        for (unsigned i = 0; i < LABELS; i++)
            if (post_labelled(labels, (enum post_label)i))
                json_put_str(&w, post_label_word((enum post_label)i));
        json_close_array(&w);
    }
    put_text(&w, STR("language"), content->language);
    put_people(&w, content);
    if (content->picture.set)
        put_picture(&w, &content->picture);
    put_promises(&w, arena, content);
    if (content->scenario.p != NULL) {
        json_name(&w, STR("scenario"));
        json_put_raw(&w, content->scenario);
    }
    if (content->speaker.set) {
        json_name(&w, STR("speaker"));
        json_open_object(&w);
        put_text(&w, STR("name"), content->speaker.name);
        put_text(&w, STR("office"), content->speaker.office);
        json_close_object(&w);
    }
    put_text(&w, STR("title"), content->title);
    put_texts(&w, STR("topics"), content->topics, content->topics_n);
    json_name(&w, STR("v"));
    json_put_i64(&w, 1);
    json_close_object(&w);
    return canonical(arena, &raw, out);
}

enum status edition_beside(struct arena *arena, const struct post_content *content, struct str *out)
{
    struct buf raw;
    struct json_writer w;
    buf_init(&raw, arena, DOCUMENT_MAX);
    json_writer_init(&w, &raw);
    json_open_object(&w);
    put_date(&w, arena, STR("confirmed"), &content->speaker.confirmed);
    bool consents = false;
    for (size_t i = 0; i < content->people_n; i++)
        consents |= content->people[i].consent.p != NULL;
    if (consents) { /* one entry a person, in their order */
        json_name(&w, STR("consents"));
        json_open_array(&w);
        for (size_t i = 0; i < content->people_n; i++) {
            if (content->people[i].consent.p == NULL)
                json_put_null(&w);
            else
                json_put_str(&w, content->people[i].consent);
        }
        json_close_array(&w);
    }
    const struct post_picture *picture = &content->picture;
    if (picture->set) {
        json_name(&w, STR("picture"));
        json_open_object(&w);
        put_text(&w, STR("credit"), picture->credit);
        put_text(&w, STR("file"), picture->file);
        if (picture->licensed) {
            json_name(&w, STR("licence"));
            json_open_object(&w);
            put_date(&w, arena, STR("expires"), &picture->licence_expires);
            put_text(&w, STR("id"), picture->licence_id);
            put_text(&w, STR("licensor"), picture->licensor);
            if (picture->sensitive_use_set) {
                json_name(&w, STR("sensitive_use"));
                json_put_bool(&w, picture->sensitive_use);
            }
            json_close_object(&w);
        }
        put_text(&w, STR("release"), picture->release);
        put_text(&w, STR("source"), picture->source);
        json_close_object(&w);
    }
    if (content->replies_set)
        put_text(&w, STR("replies"), content->replies_closed ? STR("closed") : STR("open"));
    json_close_object(&w);
    return canonical(arena, &raw, out);
}

/* ---- Reading ---- */

struct parse {
    struct arena *arena;
    bool damaged;
};

static struct str get_text(struct parse *p, const struct json *object, struct str name)
{
    const struct json *value = json_get(object, name);
    if (value == NULL)
        return STR_NONE;
    if (value->kind != JSON_STRING) {
        p->damaged = true;
        return STR_NONE;
    }
    return value->text;
}

/* A word that must be there and known. */
static int get_word(struct parse *p, const struct json *object, struct str name, const struct word_set *set)
{
    struct str word = get_text(p, object, name);
    int at = word.p == NULL ? -1 : word_find(set, word);
    if (at >= 0)
        return at;
    p->damaged = true;
    return 0;
}

static void get_date(struct parse *p, const struct json *object, struct str name, struct post_date *out)
{
    struct str text = get_text(p, object, name);
    if (text.p != NULL && !post_date_read(text, out))
        p->damaged = true;
}

/* The array under that name, or NULL where there is none. */
static const struct json *get_array(struct parse *p, const struct json *object, struct str name)
{
    const struct json *value = json_get(object, name);
    if (value != NULL && value->kind != JSON_ARRAY) {
        p->damaged = true;
        return NULL;
    }
    return value;
}

static const struct str *get_texts(struct parse *p, const struct json *object, struct str name, size_t *n)
{
    const struct json *list = get_array(p, object, name);
    *n = 0;
    if (list == NULL || list->n == 0)
        return NULL;
    struct str *out = ARENA_ARRAY(p->arena, list->n, struct str);
    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i].kind != JSON_STRING)
            p->damaged = true;
        out[i] = list->items[i].text;
    }
    *n = list->n;
    return out;
}

static void read_people(struct parse *p, const struct json *doc, const struct json *beside, struct post_content *out)
{
    const struct json *list = get_array(p, doc, STR("people"));
    const struct json *consents = get_array(p, beside, STR("consents"));
    if (list == NULL || list->n == 0)
        return;
    struct post_person *people = ARENA_ARRAY(p->arena, list->n, struct post_person);
    if (people == NULL)
        return;
    for (size_t i = 0; i < list->n; i++) {
        people[i].as_written = get_text(p, &list->items[i], STR("as_written"));
        people[i].kind = (enum person_kind)get_word(p, &list->items[i], STR("kind"), &person_kind_words);
        if (people[i].as_written.p == NULL)
            p->damaged = true;
        if (consents != NULL && i < consents->n && consents->items[i].kind == JSON_STRING)
            people[i].consent = consents->items[i].text;
    }
    out->people = people;
    out->people_n = list->n;
}

static void read_promises(struct parse *p, const struct json *doc, struct post_content *out)
{
    const struct json *list = get_array(p, doc, STR("promises"));
    if (list == NULL || list->n == 0)
        return;
    struct post_promise *promises = ARENA_ARRAY(p->arena, list->n, struct post_promise);
    if (promises == NULL)
        return;
    for (size_t i = 0; i < list->n; i++) {
        promises[i].what = get_text(p, &list->items[i], STR("what"));
        promises[i].owner = get_text(p, &list->items[i], STR("owner"));
        get_date(p, &list->items[i], STR("due"), &promises[i].due);
    }
    out->promises = promises;
    out->promises_n = list->n;
}

static void read_channels(struct parse *p, const struct json *doc, struct post_content *out)
{
    const struct json *list = get_array(p, doc, STR("channels"));
    if (list == NULL || list->n == 0) {
        p->damaged = true;
        return;
    }
    enum post_channel *channels = ARENA_ARRAY(p->arena, list->n, enum post_channel);
    if (channels == NULL)
        return;
    for (size_t i = 0; i < list->n; i++) {
        int at = list->items[i].kind == JSON_STRING ? word_find(&post_channel_words, list->items[i].text) : -1;
        if (at < 0)
            p->damaged = true;
        channels[i] = (enum post_channel)(at < 0 ? 0 : at);
    }
    out->channels = channels;
    out->channels_n = list->n;
}

static void read_picture(struct parse *p, const struct json *doc, const struct json *beside, struct post_picture *out)
{
    const struct json *seen = json_get(doc, STR("picture"));
    const struct json *record = json_get(beside, STR("picture"));
    if (seen == NULL)
        return;
    out->set = true;
    out->sha256_hex = get_text(p, seen, STR("sha256"));
    out->made = (enum picture_made)get_word(p, seen, STR("made"), &picture_made_words);
    out->alt = get_text(p, seen, STR("alt"));
    out->decorative = json_get(seen, STR("decorative")) != NULL;
    out->nobody = json_get(seen, STR("persons")) != NULL &&
                  get_word(p, seen, STR("persons"), &picture_persons_words) == PERSONS_NONE;
    out->file = get_text(p, record, STR("file"));
    out->source = get_text(p, record, STR("source"));
    out->credit = get_text(p, record, STR("credit"));
    out->release = get_text(p, record, STR("release"));
    const struct json *licence = json_get(record, STR("licence"));
    if (licence == NULL)
        return;
    out->licensed = true;
    out->licence_id = get_text(p, licence, STR("id"));
    out->licensor = get_text(p, licence, STR("licensor"));
    get_date(p, licence, STR("expires"), &out->licence_expires);
    const struct json *sensitive = json_get(licence, STR("sensitive_use"));
    out->sensitive_use_set = sensitive != NULL;
    out->sensitive_use = sensitive != NULL && sensitive->boolean;
}

static void read_case(struct parse *p, const struct json *doc, struct post_case *out)
{
    const struct json *crime = json_get(doc, STR("case"));
    if (crime == NULL)
        return;
    out->set = true;
    out->status_set = json_get(crime, STR("status")) != NULL;
    if (out->status_set)
        out->status = (enum case_status)get_word(p, crime, STR("status"), &case_status_words);
    out->reference = get_text(p, crime, STR("reference"));
    out->naming_decision = get_text(p, crime, STR("naming_decision"));
    out->decision = get_text(p, crime, STR("decision"));
    out->reason = get_text(p, crime, STR("reason"));
    out->ends = get_text(p, crime, STR("ends"));
}

enum status edition_read(struct arena *arena, struct str document, struct str beside, struct post_content *out)
{
    struct parse p = { .arena = arena };
    const struct json *doc = NULL;
    const struct json *record = NULL;
    struct fault why;
    *out = (struct post_content){ 0 };
    enum status status = json_read(arena, document, &doc, &why);
    if (status == STATUS_OK && beside.p != NULL)
        status = json_read(arena, beside, &record, &why);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY ? status : STATUS_DAMAGED;

    out->kind = (enum post_kind)get_word(&p, doc, STR("kind"), &post_kind_words);
    out->language = get_text(&p, doc, STR("language"));
    out->title = get_text(&p, doc, STR("title"));
    out->body = get_text(&p, doc, STR("body"));
    out->campaign = get_text(&p, doc, STR("campaign"));
    get_date(&p, json_get(doc, STR("dates")), STR("dated"), &out->dated);
    out->topics = get_texts(&p, doc, STR("topics"), &out->topics_n);
    out->about = get_texts(&p, doc, STR("about"), &out->about_n);
    read_channels(&p, doc, out);
    read_people(&p, doc, record, out);
    read_promises(&p, doc, out);
    read_picture(&p, doc, record, &out->picture);
    read_case(&p, doc, &out->crime);
    const struct json *speaker = json_get(doc, STR("speaker"));
    if (speaker != NULL) {
        out->speaker.set = true;
        out->speaker.name = get_text(&p, speaker, STR("name"));
        out->speaker.office = get_text(&p, speaker, STR("office"));
        get_date(&p, record, STR("confirmed"), &out->speaker.confirmed);
    }
    const struct json *scenario = json_get(doc, STR("scenario"));
    if (scenario != NULL) {
        struct buf facts;
        buf_init(&facts, arena, DOCUMENT_MAX);
        status = json_canonical(&facts, scenario);
        if (status != STATUS_OK)
            return status;
        out->scenario = buf_str(&facts);
    }
    out->claims_set = json_get(doc, STR("claims")) != NULL;
    if (out->claims_set)
        out->claims = (enum post_claim)get_word(&p, doc, STR("claims"), &post_claim_words);
    struct str replies = get_text(&p, record, STR("replies"));
    out->replies_set = replies.p != NULL;
    out->replies_closed = str_equal(replies, STR("closed"));

    if (arena_failed(arena))
        return STATUS_NO_MEMORY;
    if (p.damaged || out->language.p == NULL || out->title.p == NULL || out->body.p == NULL)
        return STATUS_DAMAGED;
    return STATUS_OK;
}

enum status edition_document_labels(struct arena *arena, struct str document, uint32_t *out)
{
    const struct json *doc = NULL;
    struct fault why;
    *out = 0;
    enum status status = json_read(arena, document, &doc, &why);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY ? status : STATUS_DAMAGED;
    const struct json *list = json_get(doc, STR("labels"));
    for (size_t i = 0; list != NULL && i < list->n; i++) {
        int at = list->items[i].kind == JSON_STRING ? word_find(&post_label_ids, list->items[i].text) : -1;
        if (at < 0)
            return STATUS_DAMAGED;
        *out |= 1U << (unsigned)at;
    }
    const struct json *persons = json_get(json_get(doc, STR("picture")), STR("persons"));
    if (persons != NULL && (post_labelled(*out, LABEL_STOCK) || post_labelled(*out, LABEL_AI)))
        *out |= POST_NOBODY_SHOWN;
    return STATUS_OK;
}

/* ---- Hashes ---- */

void edition_hash(struct str document, unsigned char out[EDITION_HASH])
{
    crypto_hash_sha256(out, (const unsigned char *)document.p, document.n);
}

void edition_salted(struct str salt, struct str hash, unsigned char out[EDITION_HASH])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)salt.p, salt.n);
    crypto_hash_sha256_update(&state, (const unsigned char *)hash.p, hash.n);
    crypto_hash_sha256_final(&state, out);
}

struct str edition_hex(struct arena *arena, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *out = arena_array(arena, bytes.n + 1, 2, 1);
    if (out == NULL)
        return STR_NONE;
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        out[2 * i] = digits[c >> 4];
        out[2 * i + 1] = digits[c & 15];
    }
    return (struct str){ out, 2 * bytes.n };
}
