/*
 * What is gathered from the words of a post besides its people: whether it has
 * to do with hate crime, the ways to report and to get help that it names, and
 * its hashtags.
 *
 * What could be tried: a way that looks like one and leads nowhere. Links on
 * our own site are asked of the table that the site serves by; a word between
 * brackets is no way, where its address is dead.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "posts/check_sentence.h"
#include "posts/posts_words.h"

#include "base/banned.h"

#define LIST(name, ...) static const struct str name[] = { __VA_ARGS__ }
#define COUNT(list)     (sizeof(list) / sizeof(list)[0])

/* ---- The topic ---- */

/* Besides words_hate_crime. */
LIST(hate_words, STR_INIT("hate incident"), STR_INIT("hate incidents"), STR_INIT("hatecrimeawarenessweek"),
     STR_INIT("reporthatecrime"), STR_INIT("stophatecrime"), STR_INIT("digwyddiad casineb"),
     STR_INIT("digwyddiadau casineb"), STR_INIT("ddigwyddiad casineb"));
LIST(hate_topics, STR_INIT("hate"), STR_INIT("hate crime"), STR_INIT("hate crimes"), STR_INIT("hatecrime"),
     STR_INIT("hatecrimes"), STR_INIT("casineb"));

void check_gather_topic(struct check_run *run)
{
    const struct post_content *content = run->input->content;
    bool found = content->claims_set && content->claims == CLAIM_HATE_CRIME;
    for (size_t i = 0; i < content->topics_n; i++)
        found = found || check_has_any(content->topics[i], hate_topics, COUNT(hate_topics));
    found = found || (content->campaign.p != NULL && check_has_any(content->campaign, hate_topics, COUNT(hate_topics)));
    for (size_t i = 0; i < run->text.n && !found; i++)
        found = check_has_any(run->text.blocks[i].text, hate_words, COUNT(hate_words)) ||
                check_has_any(run->text.blocks[i].text, words_hate_crime.words, words_hate_crime.n);
    run->hate_crime = found ? KNOWN_YES : run->text.read ? KNOWN_NO : KNOWN_NOT;
}

/* ---- Ways to report and to get help ---- */

LIST(report_words, STR_INIT("true vision"), STR_INIT("crimestoppers"), STR_INIT("report it.org.uk"),
     STR_INIT("0800 555 111"), STR_INIT("0800 555111"), STR_INIT("0800555111"));
/* The services that the site's own page of support names, and the Samaritans. */
LIST(help_words, STR_INIT("victim support"), STR_INIT("stop hate uk"), STR_INIT("citizens advice"),
     STR_INIT("tell mama"), STR_INIT("community security trust"), STR_INIT("galop"), STR_INIT("lgbt foundation"),
     STR_INIT("mencap"), STR_INIT("inclusion london"), STR_INIT("british deaf association"), STR_INIT("samaritans"),
     STR_INIT("racial equality council"), STR_INIT("cymorth i ddioddefwyr"));
/* The number is one to call where such a word stands a little before it. */
LIST(call_words, STR_INIT("call"), STR_INIT("calling"), STR_INIT("ring"), STR_INIT("ringing"), STR_INIT("dial"),
     STR_INIT("dialling"), STR_INIT("phone"), STR_INIT("telephone"), STR_INIT("tel"), STR_INIT("on"), STR_INIT("via"),
     STR_INIT("using"), STR_INIT("use"), STR_INIT("contact"), STR_INIT("number"), STR_INIT("or"), STR_INIT("through"),
     STR_INIT("18001"), STR_INIT("emergency"), STR_INIT("report"), STR_INIT("to"), STR_INIT("ffoniwch"),
     STR_INIT("ffonio"), STR_INIT("ffôn"), STR_INIT("ar"), STR_INIT("neu"), STR_INIT("rhif"));

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "101 cases" counts things; "101 as" and "101 is" do not. */
static bool counts_things(struct str text, size_t after)
{
    if (after >= text.n || (text.p[after] != ' ' && text.p[after] != '\n'))
        return false;
    size_t end = after + 1;
    while (end < text.n && letter(text.p[end]))
        end++;
    struct str word = str_slice(text, after + 1, end - after - 1);
    return str_equal_nocase(word, STR("people")) ||
           (word.n > 3 && str_ends(word, STR("s")) && !str_equal_nocase(word, STR("unless")) &&
            !str_equal_nocase(word, STR("always")));
}

static ptrdiff_t find_101(struct str text)
{
    enum { BEFORE = 40 };
    for (size_t i = 0; i + 3 <= text.n; i++) {
        if (memcmp(text.p + i, "101", 3) != 0)
            continue;
        char before = i == 0 ? ' ' : text.p[i - 1];
        char after = i + 3 == text.n ? ' ' : text.p[i + 3];
        if (digit(before) || letter(before) || strchr("/-.,#", before) || digit(after) || letter(after) ||
            after == '/' || after == '%' || (after == '.' && i + 4 < text.n && digit(text.p[i + 4])))
            continue;
        struct str head = i < BEFORE ? str_slice(text, 0, i) : str_slice(text, i - BEFORE, BEFORE);
        /* Alone in its block, as in a list of ways, it is one too. */
        bool called = str_trim(head).n == 0 || check_has_any(head, call_words, COUNT(call_words));
        if (called && !counts_things(text, i + 3))
            return (ptrdiff_t)i;
    }
    return -1;
}

static bool has_nocase(struct str text, struct str piece)
{
    for (size_t i = 0; i + piece.n <= text.n; i++)
        if (str_equal_nocase(str_slice(text, i, piece.n), piece))
            return true;
    return false;
}

/* The path on our own site, without query and fragment; STR_NONE: it leads elsewhere. */
static struct str own_path(const struct check_input *input, struct str href)
{
    struct str address = input->address;
    while (str_ends(address, STR("/")))
        address.n--;
    if (address.n > 0 && href.n >= address.n && str_equal_nocase(str_slice(href, 0, address.n), address) &&
        (href.n == address.n || strchr("/?#", href.p[address.n])))
        href = str_slice(href, address.n, href.n);
    else if (!str_starts(href, STR("/")) || str_starts(href, STR("//")))
        return STR_NONE;
    size_t n = 0;
    while (n < href.n && href.p[n] != '?' && href.p[n] != '#')
        n++;
    return n == 0 ? STR("/") : str_slice(href, 0, n);
}

/* "/report" and what lies below it, with or without a language in front. */
static bool is_page(struct str path, struct str page)
{
    if (str_starts(path, STR("/cy/")))
        path = str_slice(path, 3, path.n);
    return str_starts(path, page) && (path.n == page.n || path.p[page.n] == '/');
}

static struct str link_where(struct check_run *run, const struct markdown_link *link)
{
    return str_format(run->arena, "body:%d", link->line);
}

static void look_at_own(struct check_run *run, struct str where, struct str path, struct route_facts *f)
{
    const struct check_input *input = run->input;
    if (input->serves == NULL) {
        f->unsolved = true;
        check_evidence_add(run, where, path);
    } else if (!input->serves(input->serves_self, path)) {
        f->dead = true;
        check_evidence_add(
            run, where, str_format(run->arena, "%.*s is no page of this site", STR_ARG(post_quote(run->arena, path))));
    } else if (is_page(path, STR("/report")) && !f->report) {
        f->report = true;
        check_evidence_add(run, where, path);
    } else if (is_page(path, STR("/support")) && !f->help) {
        f->help = true;
        check_evidence_add(run, where, path);
    }
}

static void look_at_link(struct check_run *run, const struct markdown_link *link, struct route_facts *f)
{
    struct str path = own_path(run->input, link->href);
    if (path.p != NULL) {
        look_at_own(run, link_where(run, link), path, f);
        return;
    }
    bool tel = str_starts(link->href, STR("tel:"));
    if (f->report || !(has_nocase(link->href, STR("report-it.org.uk")) ||
                       has_nocase(link->href, STR("crimestoppers-uk.org")) || str_equal(link->href, STR("tel:101"))))
        return;
    f->report = true;
    check_evidence_add(run, link_where(run, link), tel ? STR("call 101") : link->href);
}

static void look_for(struct check_run *run, const struct text_block *block, const struct str *words, size_t n,
                     bool *found)
{
    for (size_t i = 0; i < n && !*found; i++) {
        ptrdiff_t at = check_find_words(block->text, words[i]);
        if (at < 0)
            continue;
        *found = true;
        check_evidence_text(run, block, (size_t)at, str_slice(block->text, (size_t)at, words[i].n));
    }
}

/* An address of our own that is written out. */
static void look_at_bare(struct check_run *run, const struct text_block *block, struct route_facts *f)
{
    struct str address = run->input->address;
    while (str_ends(address, STR("/")))
        address.n--;
    if (address.n == 0)
        return;
    for (size_t i = 0; i + address.n <= block->text.n; i++) {
        if (block->text.p[i] != address.p[0] || !str_equal_nocase(str_slice(block->text, i, address.n), address))
            continue;
        size_t end = i + address.n;
        while (end < block->text.n && (unsigned char)block->text.p[end] > ' ' && block->text.p[end] != ')')
            end++;
        while (end > i + address.n && strchr(".,;:!?", block->text.p[end - 1]))
            end--;
        struct str path = own_path(run->input, str_slice(block->text, i, end - i));
        size_t before = run->evidence_n;
        if (path.p != NULL)
            look_at_own(run, STR("body"), path, f);
        if (run->evidence_n > before) {
            run->evidence_n = before; /* the same once more, with its line */
            struct str said = run->evidence[before].text;
            check_evidence_text(run, block, i, said);
        }
        i = end;
    }
}

void check_gather_route(struct check_run *run, struct check_facts *facts)
{
    struct route_facts *f = &facts->route;
    *f = (struct route_facts){ .text_read = run->text.read, .hate_crime = run->hate_crime };
    if (run->hate_crime == KNOWN_NO)
        return;
    for (size_t i = 0; i < run->text.links_n; i++)
        look_at_link(run, &run->text.links[i], f);
    for (size_t i = 0; i < run->text.n; i++) {
        const struct text_block *block = &run->text.blocks[i];
        if (block->part != TEXT_BODY)
            continue; /* a way to report stands where people read on, not in a headline or a text alternative */
        look_at_bare(run, block, f);
        look_for(run, block, report_words, COUNT(report_words), &f->report);
        look_for(run, block, help_words, COUNT(help_words), &f->help);
        ptrdiff_t at = f->report ? -1 : find_101(block->text);
        if (at >= 0) {
            f->report = true;
            check_evidence_text(run, block, (size_t)at, STR("101"));
        }
    }
}

/* ---- Hashtags ---- */

enum { TAG_MAX = 64, WORD_LONGEST = 14 };

/*
 * Splits `piece` (small letters) into as few known words as can be; marks the beginning of each in `begins`. How
 * many words; 0: it cannot be told.
 */
static size_t split_words(const char *piece, size_t n, bool *begins)
{
    uint8_t least[TAG_MAX + 1] = { 0 };
    uint8_t from[TAG_MAX + 1] = { 0 };
    if (n == 0 || n > TAG_MAX)
        return 0;
    for (size_t end = 1; end <= n; end++) {
        least[end] = UINT8_MAX;
        for (size_t width = 2; width <= WORD_LONGEST && width <= end; width++) {
            size_t begin = end - width;
            if (least[begin] != UINT8_MAX && least[begin] + 1 < least[end] &&
                list_hashtag_word((struct str){ piece + begin, width })) {
                least[end] = (uint8_t)(least[begin] + 1);
                from[end] = (uint8_t)begin;
            }
        }
    }
    if (least[n] == UINT8_MAX)
        return 0;
    for (size_t end = n; end > 0; end = from[end])
        begins[from[end]] = true;
    return least[n];
}

static bool upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool small(char c)
{
    return c >= 'a' && c <= 'z';
}

/*
 * Whether each word of the tag begins with a capital. `suggestion` gets the tag as it should be written, empty where
 * its words cannot be told.
 */
static bool tag_is_good(struct str tag, struct buf *suggestion)
{
    enum { TELLING = 9 }; /* so long a word that nobody knows is likely to be several */
    char flat[TAG_MAX];
    bool begins[TAG_MAX] = { false };
    size_t n = 0;
    size_t uppers = 0;
    bool wrong = false;
    bool told = true;
    if (tag.n > TAG_MAX)
        return false;
    /* Parts as they are written: a capital after a small letter, a digit, or "_" begins one. */
    for (size_t i = 0; i < tag.n; i++) {
        char c = tag.p[i];
        if (c == '_') {
            begins[n < TAG_MAX ? n : TAG_MAX - 1] = true;
            continue;
        }
        char before = i == 0 ? '_' : tag.p[i - 1];
        begins[n] = begins[n] || i == 0 || (upper(c) && !upper(before)) || (digit(c) && !digit(before)) ||
                    (small(c) && digit(before)) || (upper(c) && upper(before) && i + 1 < tag.n && small(tag.p[i + 1]));
        uppers += upper(c);
        if (begins[n] && small(c) && (i > 0 || uppers > 0))
            wrong = true; /* #hate_crime */
        flat[n++] = upper(c) ? (char)(c - 'A' + 'a') : c;
    }
    if (n == 0)
        return true;
    bool shouted = uppers == n;
    if (shouted && n <= 6)
        return true; /* letters that stand for words, such as #NHCAW */
    size_t end = 0;
    for (size_t begin = 0; begin < n; begin = end) {
        bool inner[TAG_MAX] = { false };
        end = begin + 1;
        while (end < n && !begins[end])
            end++;
        size_t width = end - begin;
        if (!letter(flat[begin]) || list_hashtag_word((struct str){ flat + begin, width }))
            continue;
        size_t words = split_words(flat + begin, width, inner);
        if (words > 1) {
            wrong = true;
            for (size_t i = 1; i < width; i++)
                begins[begin + i] = begins[begin + i] || inner[i];
        } else if (width >= TELLING && uppers == 0 && words == 0) {
            wrong = true;
            told = false;
        } else if (width > TELLING && shouted) {
            wrong = true;
            told = false;
        }
    }
    /* #hateCrime: several parts, the first without a capital. */
    if (small(tag.p[0]) && uppers > 0)
        wrong = true;
    if (!wrong)
        return true;
    if (told) {
        buf_add_byte(suggestion, '#');
        for (size_t i = 0; i < n; i++)
            buf_add_byte(suggestion, begins[i] && small(flat[i]) ? (char)(flat[i] - 'a' + 'A') : flat[i]);
    }
    return false;
}

static void look_at_tag(struct check_run *run, const struct text_block *block, size_t at, size_t n,
                        struct hashtag_facts *f)
{
    struct str tag = str_slice(block->text, at, n);
    struct buf suggestion;
    f->tags++;
    buf_init(&suggestion, run->arena, TAG_MAX + 2);
    if (tag_is_good(str_slice(tag, 1, n), &suggestion))
        return;
    f->wrong++;
    struct str better = buf_str(&suggestion);
    if (better.n > 0)
        check_evidence_text(run, block, at, str_format(run->arena, "%.*s: write %.*s", STR_ARG(tag), STR_ARG(better)));
    else
        check_evidence_text(run, block, at, tag);
}

void check_gather_hashtag(struct check_run *run, struct check_facts *facts)
{
    struct hashtag_facts *f = &facts->hashtag;
    *f = (struct hashtag_facts){ .text_read = run->text.read };
    for (size_t b = 0; b < run->text.n; b++) {
        const struct text_block *block = &run->text.blocks[b];
        struct str s = block->text;
        if (block->part == TEXT_ALT)
            continue;
        for (size_t i = 0; i < s.n; i++) {
            char before = i == 0 ? ' ' : s.p[i - 1];
            if (s.p[i] != '#' || letter(before) || digit(before) || strchr("/&#=?", before))
                continue;
            size_t end = i + 1;
            bool lettered = false;
            while (end < s.n &&
                   (letter(s.p[end]) || digit(s.p[end]) || s.p[end] == '_' || (unsigned char)s.p[end] >= 0xC3)) {
                lettered = lettered || letter(s.p[end]) || (unsigned char)s.p[end] >= 0x80;
                end++;
                while (end < s.n && ((unsigned char)s.p[end] & 0xC0U) == 0x80U)
                    end++;
                if (end >= 3 && (unsigned char)s.p[end - 1] >= 0x80 && end >= 3 &&
                    (unsigned char)s.p[end - 3] == 0xE2) {
                    end -= 3; /* a quotation mark or a dash ends it */
                    break;
                }
            }
            if (lettered && end > i + 1)
                look_at_tag(run, block, i, end - i, f);
            i = end - 1;
        }
    }
}
