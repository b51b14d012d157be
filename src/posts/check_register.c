/*
 * Names on registers: court orders and elections.
 *
 * Everything of a post that a reader can come across is looked through: title,
 * text, text alternative, addresses of links, and the fields of the head that
 * are shown or derive from names. A name is found across gaps, marks and look-
 * alike letters (names.h).
 *
 * Promise: what is told of a hit is the number of the entry and the words of
 * the post, never a name of the register.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/zone.h"
#include "posts/check_inside.h"
#include "posts/check_sentence.h"
#include "posts/names.h"
#include "posts/posts_words.h"

#include "base/banned.h"

struct source {
    const struct text_block *block; /* NULL: `where` says what it is */
    struct str where;
    struct str text;
    struct folded folded;
};

struct sources {
    struct source *list;
    size_t n, room;
};

static void add(struct check_run *run, struct sources *s, const struct text_block *block, const char *where,
                struct str text)
{
    if (text.p == NULL || text.n == 0 || s->n == s->room)
        return;
    struct source *source = &s->list[s->n];
    *source = (struct source){ .block = block, .where = str_of(where) };
    source->text = block != NULL ? text : check_plain(run->arena, text);
    if (source->text.p != NULL && names_fold(run->arena, source->text, &source->folded))
        s->n++;
}

/* Where memory ends the arena says so, and no half of the answers is given. */
static struct sources read_anew(struct check_run *run)
{
    const struct post_content *content = run->input->content;
    struct sources s = { .room = run->text.n + run->text.links_n + content->people_n + content->promises_n * 2 +
                                 content->topics_n + 16 };
    s.list = ARENA_ARRAY(run->arena, s.room, struct source);
    if (s.list == NULL)
        return (struct sources){ 0 };
    for (size_t i = 0; i < run->text.n; i++)
        add(run, &s, &run->text.blocks[i], "", run->text.blocks[i].text);
    for (size_t i = 0; i < run->text.links_n; i++)
        add(run, &s, NULL, "link", run->text.links[i].href);
    for (size_t i = 0; i < content->people_n; i++)
        add(run, &s, NULL, "people", content->people[i].as_written);
    for (size_t i = 0; i < content->promises_n; i++) {
        add(run, &s, NULL, "promises.what", content->promises[i].what);
        add(run, &s, NULL, "promises.owner", content->promises[i].owner);
    }
    for (size_t i = 0; i < content->topics_n; i++)
        add(run, &s, NULL, "topics", content->topics[i]);
    if (!run->text.read) /* as far as it goes */
        add(run, &s, NULL, "body", content->body);
    add(run, &s, NULL, "speaker.name", content->speaker.name);
    add(run, &s, NULL, "campaign", content->campaign);
    add(run, &s, NULL, "case.reference", content->crime.reference);
    if (content->picture.set) {
        add(run, &s, NULL, "image.file", content->picture.file);
        add(run, &s, NULL, "image.credit", content->picture.credit);
        add(run, &s, NULL, "image.source", content->picture.source);
    }
    return s;
}

static struct sources read_sources(struct check_run *run)
{
    if (run->sources == NULL && (run->sources = ARENA_NEW(run->arena, struct sources)) != NULL)
        *run->sources = read_anew(run);
    return run->sources == NULL ? (struct sources){ 0 } : *run->sources;
}

static struct str words_of(const struct source *source, size_t from, size_t to)
{
    size_t at = source->folded.words[from].from;
    return str_slice(source->text, at, source->folded.words[to - 1].to - at);
}

static void tell(struct check_run *run, const struct source *source, size_t from, size_t to)
{
    if (source->block != NULL)
        check_evidence_text(run, source->block, source->folded.words[from].from, words_of(source, from, to));
    else
        check_evidence_add(run, source->where, words_of(source, from, to));
}

static void tell_entry(struct check_run *run, enum roll roll, const struct roll_entry *entry)
{
    check_evidence_add(run, str_format(run->arena, "register:%.*s", STR_ARG(roll_word(roll))), entry->fields[0]);
}

/* ---- Is anybody named? ---- */

/* Whether the word stands in the name of somebody whom no register is about: made up, or speaking for the force. */
static bool is_cleared(struct check_run *run, struct str word)
{
    const struct post_content *content = run->input->content;
    if (content->speaker.set && content->speaker.name.p != NULL && str_find(content->speaker.name, word) >= 0)
        return true;
    for (size_t i = 0; i < content->people_n; i++) {
        const struct post_person *person = &content->people[i];
        bool cleared = person->kind == PERSON_FICTITIOUS || check_person_by_office(run->arena, person);
        if (cleared && str_find(check_plain(run->arena, person->as_written), word) >= 0)
            return true;
    }
    return false;
}

/* A given name and a word with a capital behind it, which is neither an organisation's nor a thing's. */
static bool names_somebody(struct check_run *run, const struct source *source)
{
    const struct folded *text = &source->folded;
    for (size_t i = 0; i + 1 < text->n; i++) {
        struct str first = str_slice(text->letters, text->words[i].at, text->words[i].end - text->words[i].at);
        struct str next =
            str_slice(text->letters, text->words[i + 1].at, text->words[i + 1].end - text->words[i + 1].at);
        if (text->words[i].capital && text->words[i + 1].capital && text->words[i + 1].from == text->words[i].to + 1 &&
            list_given_name(first) && !list_organisation(next) && !list_no_person(next) &&
            !is_cleared(run, words_of(source, i, i + 1)))
            return true;
    }
    return false;
}

/* "A 34-year-old man": a record that has no word which could be a name. */
static bool is_unnamed(struct check_run *run, const struct post_person *person)
{
    struct folded text;
    struct str written = check_plain(run->arena, person->as_written);
    if (!sentence_has(sentence_flat(run->scratch, written), &words_unnamed_person) ||
        !names_fold(run->arena, written, &text))
        return false;
    for (size_t i = 0; i < text.n; i++) {
        struct str word = str_slice(text.letters, text.words[i].at, text.words[i].end - text.words[i].at);
        if (text.words[i].capital && !list_no_person(word))
            return false;
    }
    return true;
}

static enum known somebody_named(struct check_run *run, const struct sources *s)
{
    const struct post_content *content = run->input->content;
    for (size_t i = 0; i < content->people_n; i++)
        if (content->people[i].kind != PERSON_FICTITIOUS && !check_person_by_office(run->arena, &content->people[i]) &&
            !is_unnamed(run, &content->people[i]))
            return KNOWN_YES;
    if (run->people.untyped > 0)
        return KNOWN_YES;
    for (size_t i = 0; i < s->n; i++)
        if (s->list[i].block != NULL && names_somebody(run, &s->list[i]))
            return KNOWN_YES;
    return run->text.read ? KNOWN_NO : KNOWN_NOT;
}

/* ---- Looking up ---- */

struct keys {
    struct arena *arena;
    struct str *list;
    size_t n, room;
};

static bool keep_key(void *self, struct str key)
{
    struct keys *k = self;
    if (k->n == k->room) {
        size_t room = k->room == 0 ? 256 : k->room * 2;
        struct str *list = ARENA_ARRAY(k->arena, room, struct str);
        if (list == NULL)
            return false;
        if (k->n > 0)
            memcpy(list, k->list, k->n * sizeof *list);
        k->list = list;
        k->room = room;
    }
    k->list[k->n++] = key;
    return true;
}

static int compare(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Whether there is a register, and what of it the keys lead to. */
static enum known look_up(struct check_run *run, enum roll roll, const struct str *keys, size_t keys_n,
                          struct roll_entry **entries, size_t *n)
{
    const struct check_registers *registers = run->input->registers;
    *n = 0;
    if (registers == NULL)
        return KNOWN_NO;
    enum status status = registers->find(registers->self, run->arena, roll, keys, keys_n, entries, n);
    if (status == STATUS_OK)
        return KNOWN_YES;
    *n = 0;
    return status == STATUS_NOT_FOUND ? KNOWN_NO : KNOWN_NOT;
}

enum known check_reference_known(struct check_run *run, struct str reference)
{
    struct str key = names_reference(run->arena, reference);
    struct roll_entry *entries;
    size_t n = 0;
    if (key.p == NULL || key.n == 0)
        return KNOWN_NOT;
    if (look_up(run, ROLL_REFERENCES, &key, 1, &entries, &n) != KNOWN_YES)
        return KNOWN_NOT;
    return n > 0 ? KNOWN_YES : KNOWN_NO;
}

/* The best that one name comes to in the whole post; all places of it are told. */
static enum name_match find_name(struct check_run *run, const struct sources *s, struct str text, enum name_match least,
                                 bool *told, enum roll roll, const struct roll_entry *entry)
{
    struct name name;
    enum name_match best = NAME_NOT;
    if (!names_read(run->scratch, text, &name))
        return NAME_NOT;
    for (size_t i = 0; i < s->n; i++) {
        size_t from;
        size_t to;
        enum name_match match = names_find(&s->list[i].folded, &name, &from, &to);
        if (match < least || match == NAME_NOT)
            continue;
        if (!*told)
            tell_entry(run, roll, entry);
        *told = true;
        tell(run, &s->list[i], from, to);
        best = match > best ? match : best;
    }
    return best;
}

static enum name_match find_names(struct check_run *run, const struct sources *s, struct str list,
                                  enum name_match least, bool *told, enum roll roll, const struct roll_entry *entry)
{
    struct str *names;
    size_t n = 0;
    enum name_match best = NAME_NOT;
    if (roll_names(run->arena, list, &names, &n) != STATUS_OK)
        return NAME_NOT;
    for (size_t i = 0; i < n; i++) {
        enum name_match match = find_name(run, s, names[i], least, told, roll, entry);
        best = match > best ? match : best;
    }
    return best;
}

static bool find_case(struct check_run *run, const struct sources *s, const struct roll_entry *entry, bool *told)
{
    struct str letters = names_reference(run->scratch, entry->fields[roll_column(ROLL_ORDERS, "case")]);
    bool found = false;
    for (size_t i = 0; i < s->n && letters.n > 0; i++) {
        size_t from;
        size_t to;
        if (!names_find_letters(&s->list[i].folded, letters, &from, &to))
            continue;
        if (!*told)
            tell_entry(run, ROLL_ORDERS, entry);
        *told = true;
        tell(run, &s->list[i], from, to);
        found = true;
    }
    return found;
}

static struct str today_of(struct check_run *run)
{
    struct str day = zone_day(run->arena, run->input->now);
    return day.p == NULL ? STR("") : day;
}

void check_gather_order(struct check_run *run, struct check_facts *facts)
{
    struct order_facts *f = &facts->order;
    struct sources s = read_sources(run);
    struct keys keys = { .arena = run->arena };
    struct roll_entry *entries = NULL;
    size_t n = 0;
    bool lost = false;
    struct str today = today_of(run);
    *f = (struct order_facts){ .text_read = run->text.read, .named = somebody_named(run, &s) };
    for (size_t i = 0; i < s.n && run->input->registers != NULL; i++)
        if (!names_keys_of_text(&s.list[i].folded, keep_key, &keys))
            return;
    if (keys.n > 0)
        qsort(keys.list, keys.n, sizeof *keys.list, compare);
    size_t distinct = 0;
    for (size_t i = 0; i < keys.n; i++)
        if (i == 0 || !str_equal(keys.list[i], keys.list[distinct - 1]))
            keys.list[distinct++] = keys.list[i];
    f->reg = look_up(run, ROLL_ORDERS, keys.list, distinct, &entries, &n);
    size_t from = roll_column(ROLL_ORDERS, "from");
    size_t to = roll_column(ROLL_ORDERS, "to");
    for (size_t i = 0; i < n; i++) {
        const struct roll_entry *entry = &entries[i];
        bool told = false;
        if (str_compare(entry->fields[from], today) > 0 ||
            (entry->fields[to].n > 0 && str_compare(entry->fields[to], today) < 0))
            continue;
        enum name_match match =
            find_name(run, &s, entry->fields[roll_column(ROLL_ORDERS, "name")], NAME_ALIKE, &told, ROLL_ORDERS, entry);
        enum name_match other = find_names(run, &s, entry->fields[roll_column(ROLL_ORDERS, "aliases")], NAME_ALIKE,
                                           &told, ROLL_ORDERS, entry);
        if (find_case(run, &s, entry, &told) || match == NAME_SAME || other == NAME_SAME)
            f->same++;
        else if (match == NAME_ALIKE || other == NAME_ALIKE)
            f->alike++;
        lost = lost || arena_failed(run->scratch);
        arena_reset(run->scratch);
    }
    if (lost) /* a name that was not read was not looked for */
        f->reg = KNOWN_NOT;
}

void check_gather_election(struct check_run *run, struct check_facts *facts)
{
    struct election_facts *f = &facts->election;
    struct sources s = read_sources(run);
    struct roll_entry *entries = NULL;
    size_t n = 0;
    bool lost = false;
    *f = (struct election_facts){ .text_read = run->text.read, .named = somebody_named(run, &s) };
    f->reg = look_up(run, ROLL_ELECTIONS, NULL, 0, &entries, &n);
    f->running = f->reg != KNOWN_YES ? KNOWN_NOT : n > 0 ? KNOWN_YES : KNOWN_NO;
    bool part = run->input->content->campaign.p != NULL;
    struct str begins = run->input->registers != NULL ? run->input->registers->campaign_begins : STR_NONE;
    f->campaign = part && f->reg != KNOWN_YES ? KNOWN_YES : KNOWN_NO;
    for (size_t i = 0; i < n; i++) {
        const struct roll_entry *entry = &entries[i];
        bool told = false;
        bool older = begins.p != NULL && str_compare(begins, entry->fields[roll_column(ROLL_ELECTIONS, "from")]) < 0;
        if (part && !older)
            f->campaign = KNOWN_YES;
        enum name_match candidate = find_names(run, &s, entry->fields[roll_column(ROLL_ELECTIONS, "candidates")],
                                               NAME_SAME, &told, ROLL_ELECTIONS, entry);
        enum name_match party = find_names(run, &s, entry->fields[roll_column(ROLL_ELECTIONS, "parties")], NAME_SAME,
                                           &told, ROLL_ELECTIONS, entry);
        f->names += candidate != NAME_NOT || party != NAME_NOT;
        lost = lost || arena_failed(run->scratch);
        arena_reset(run->scratch);
    }
    if (lost)
        f->reg = f->running = KNOWN_NOT;
    if (f->campaign == KNOWN_YES)
        check_evidence_add(run, STR("campaign"), run->input->content->campaign);
}
