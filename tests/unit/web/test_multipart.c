/* The streaming parser of forms with files: what is taken, what is refused, and that cuts do not matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "web/multipart.h"

#include "base/banned.h"

/* ---- What the parser said, as one text: "[name|file|type]bytes;" ---- */

enum { TOLD_MAX = 300 * 1024 };
struct told {
    char text[TOLD_MAX];
    size_t n;
    size_t pieces;       /* calls of part_bytes */
    size_t refuse_after; /* bytes, then STATUS_FULL; 0: never */
    bool open;
};

static void tell(struct told *t, struct str s)
{
    assert_true(t->n + s.n <= sizeof t->text);
    if (s.n)
        memcpy(t->text + t->n, s.p, s.n);
    t->n += s.n;
}

static enum status told_begin(void *self, const struct multipart_part *part)
{
    struct told *t = self;
    assert_false(t->open);
    assert_true(part->name.n > 0 && part->name.n <= MULTIPART_NAME_MAX);
    t->open = true;
    tell(t, STR("["));
    tell(t, part->name);
    tell(t, STR("|"));
    tell(t, part->file_name.p ? part->file_name : STR("-"));
    tell(t, STR("|"));
    tell(t, part->content_type.p ? part->content_type : STR("-"));
    tell(t, STR("]"));
    return STATUS_OK;
}

static enum status told_bytes(void *self, struct str bytes)
{
    struct told *t = self;
    assert_true(t->open && bytes.n > 0);
    t->pieces++;
    if (t->refuse_after && bytes.n >= t->refuse_after)
        return STATUS_FULL;
    tell(t, bytes);
    return STATUS_OK;
}

static enum status told_end(void *self)
{
    struct told *t = self;
    assert_true(t->open);
    t->open = false;
    tell(t, STR(";"));
    return STATUS_OK;
}

static const struct multipart_events events = { told_begin, told_bytes, told_end };

#define TYPE STR("multipart/form-data; boundary=AaB03x")

/* In pieces that end at `first` and at `second`, then every `step` bytes. */
static enum status parse(struct str body, size_t first, size_t second, size_t step, struct told *t)
{
    struct multipart m;
    t->n = 0;
    t->pieces = 0;
    t->open = false;
    assert_int_equal(multipart_begin(&m, TYPE, &events, t), STATUS_OK);
    size_t from = 0;
    while (from < body.n) {
        size_t to = from < first ? first : from < second ? second : from + step;
        to = to > body.n ? body.n : to;
        /* Bytes of their own, so that a read beyond them is seen. */
        char piece[4096];
        struct str s = str_slice(body, from, to - from);
        if (s.n <= sizeof piece) {
            memcpy(piece, s.p, s.n);
            s.p = piece;
        }
        multipart_take(&m, s);
        memset(piece, 'X', sizeof piece);
        from = to;
    }
    return multipart_end(&m);
}

static enum status parse_whole(struct str body, struct told *t)
{
    return parse(body, 0, 0, body.n ? body.n : 1, t);
}

static struct told whole, cut;

#define B    "--AaB03x"
#define D(n) "Content-Disposition: form-data; name=\"" n "\"\r\n"
#define ONE  B "\r\n" D("a") "\r\n1\r\n"
#define LAST B "--\r\n"

struct example {
    const char *name;
    struct str body;
    enum status status;
    struct str told; /* where it is taken, or up to its refusal */
};
#define TAKEN(name, body, told)                                                                                        \
    {                                                                                                                  \
        name, STR_INIT(body), STATUS_OK, STR_INIT(told)                                                                \
    }
#define REFUSED(name, body, told)                                                                                      \
    {                                                                                                                  \
        name, STR_INIT(body), STATUS_INVALID, STR_INIT(told)                                                           \
    }
#define BEYOND(name, body, told)                                                                                       \
    {                                                                                                                  \
        name, STR_INIT(body), STATUS_LIMIT, STR_INIT(told)                                                             \
    }

static const struct example examples[] = {
    TAKEN("one part", ONE LAST, "[a|-|-]1;"),
    TAKEN("without a last CRLF", ONE B "--", "[a|-|-]1;"),
    TAKEN("two parts", ONE B "\r\n" D("b") "\r\n2\r\n" LAST, "[a|-|-]1;[b|-|-]2;"),
    TAKEN("an empty part", B "\r\n" D("a") "\r\n\r\n" LAST, "[a|-|-];"),
    TAKEN("a file as Chrome sends it",
          B "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a b.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
            "\xFF\xD8\x00\x01\r\n" LAST,
          "[f|a b.jpg|image/jpeg]\xFF\xD8\x00\x01;"),
    TAKEN("no file chosen",
          B
          "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n"
          "\r\n\r\n" LAST,
          "[f||application/octet-stream];"),
    TAKEN("tokens without quotes, other case, no space",
          B "\r\ncontent-disposition:FORM-DATA;NAME=f;FileName=x\r\n\r\n1\r\n" LAST, "[f|x|-]1;"),
    TAKEN("escaped quotes and backslashes",
          B "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\\\"b\\\\c\\d%22.txt\"\r\n\r\n1\r\n" LAST,
          "[f|a\"b\\c\\d%22.txt|-]1;"),
    TAKEN("names in UTF-8",
          B "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"na\xC3\xAFve.txt\"\r\n\r\n1\r\n" LAST,
          "[f|na\xC3\xAFve.txt|-]1;"),
    TAKEN("a semicolon in quotes",
          B "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a; name=b\"\r\n\r\n1\r\n" LAST,
          "[f|a; name=b|-]1;"),
    TAKEN("an encoding that is none", B "\r\n" D("a") "Content-Transfer-Encoding: Binary\r\n\r\n1\r\n" LAST,
          "[a|-|-]1;"),
    TAKEN("another field", B "\r\nContent-Length: 1\r\n" D("a") "X-Y:\r\n\r\n1\r\n" LAST, "[a|-|-]1;"),
    TAKEN("nearly a boundary", B "\r\n" D("a") "\r\n--AaB03\r\n--AaB03y\r\n-AaB03x\r\r\n--\n" B "\r\n" LAST,
          "[a|-|-]--AaB03\r\n--AaB03y\r\n-AaB03x\r\r\n--\n" B ";"),
    TAKEN("a boundary in the middle of a line", B "\r\n" D("a") "\r\nx" B "\r\n" LAST, "[a|-|-]x" B ";"),
    TAKEN("line ends before the boundary", B "\r\n" D("a") "\r\n\r\n\r\n\r\r\n" LAST, "[a|-|-]\r\n\r\n\r;"),
    TAKEN("an epilogue", ONE LAST "words\r\n--AaB03 more", "[a|-|-]1;"),

    REFUSED("nothing", "", ""),
    REFUSED("no part", LAST, ""),
    REFUSED("an empty line before the boundary", "\r\n" ONE LAST, ""),
    REFUSED("a preamble", "words\r\n" ONE LAST, ""),
    REFUSED("another boundary", "--AaB03y\r\n" D("a") "\r\n1\r\n--AaB03y--\r\n", ""),
    REFUSED("no end", ONE, "[a|-|-]1"),
    REFUSED("half an end", ONE B "-", "[a|-|-]1;"),
    REFUSED("an end without its LF", ONE B "--\r", "[a|-|-]1;"),
    REFUSED("no end of a head", B "\r\n" D("a"), ""),
    REFUSED("an end in the middle of a part", B "\r\n" D("a") "\r\n12", "[a|-|-]12"),
    REFUSED("a space behind the boundary", B " \r\n" D("a") "\r\n1\r\n" LAST, ""),
    REFUSED("a space behind the last boundary", ONE B "-- \r\n", "[a|-|-]1;"),
    REFUSED("a longer boundary", ONE B "y\r\n" D("b") "\r\n2\r\n" LAST, "[a|-|-]1;"),
    REFUSED("a boundary that ends in LF", B "\n" D("a") "\r\n1\r\n" LAST, ""),
    REFUSED("a part behind the last", ONE LAST ONE LAST, "[a|-|-]1;"),
    REFUSED("a part behind an epilogue", ONE LAST "words\r\n" ONE LAST, "[a|-|-]1;"),
    REFUSED("a head whose empty line is the boundary's", B "\r\n" D("a") "\r\n" LAST, "[a|-|-]"),
    REFUSED("lines that end in LF", B "\r\nContent-Disposition: form-data; name=\"a\"\n\n1\r\n" LAST, ""),
    REFUSED("lines that end in CR", B "\r\nContent-Disposition: form-data; name=\"a\"\r\r1\r\n" LAST, ""),
    REFUSED("an empty head", B "\r\n\r\n1\r\n" LAST, ""),
    REFUSED("no disposition", B "\r\nContent-Type: text/plain\r\n\r\n1\r\n" LAST, ""),
    REFUSED("two dispositions", B "\r\n" D("a") D("b") "\r\n1\r\n" LAST, ""),
    REFUSED("a file name in a second disposition",
            B "\r\n" D("a") "Content-Disposition: form-data; filename=b\r\n\r\n1\r\n" LAST, ""),
    REFUSED("an empty line before the head", B "\r\n\r\n" D("a") "\r\n1\r\n" LAST, ""),
    REFUSED("a control byte in another field", B "\r\n" D("a") "X: a\001b\r\n\r\n1\r\n" LAST, ""),
    REFUSED("DEL in another field", B "\r\n" D("a") "X: a\177b\r\n\r\n1\r\n" LAST, ""),
    REFUSED("LF in another field", B "\r\n" D("a") "X: a\nb\r\n\r\n1\r\n" LAST, ""),
    REFUSED("CR in another field", B "\r\n" D("a") "X: a\rb\r\n\r\n1\r\n" LAST, ""),
    REFUSED("hyphens behind the last boundary", ONE B "----", "[a|-|-]1;"),
    REFUSED("a boundary behind the last", ONE LAST B, "[a|-|-]1;"),
    REFUSED("another disposition", B "\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n" LAST, ""),
    REFUSED("no name", B "\r\nContent-Disposition: form-data\r\n\r\n1\r\n" LAST, ""),
    REFUSED("an empty name", B "\r\n" D("") "\r\n1\r\n" LAST, ""),
    REFUSED("two names", B "\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n" LAST, ""),
    REFUSED("two file names", B "\r\nContent-Disposition: form-data; name=a; filename=b; filename=c\r\n\r\n1\r\n" LAST,
            ""),
    REFUSED("filename*", B "\r\nContent-Disposition: form-data; name=\"a\"; filename*=UTF-8''b\r\n\r\n1\r\n" LAST, ""),
    REFUSED("name*", B "\r\nContent-Disposition: form-data; name*=UTF-8''b\r\n\r\n1\r\n" LAST, ""),
    REFUSED("a parameter of no use", B "\r\nContent-Disposition: form-data; name=\"a\"; size=1\r\n\r\n1\r\n" LAST, ""),
    REFUSED("quotes that do not end", B "\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n" LAST, ""),
    REFUSED("an escaped last quote", B "\r\nContent-Disposition: form-data; name=\"a\\\"\r\n\r\n1\r\n" LAST, ""),
    REFUSED("words behind the quotes", B "\r\nContent-Disposition: form-data; name=\"a\"b\r\n\r\n1\r\n" LAST, ""),
    REFUSED("a semicolon and nothing", B "\r\nContent-Disposition: form-data; name=\"a\";\r\n\r\n1\r\n" LAST, ""),
    REFUSED("a name that is not UTF-8", B "\r\n" D("\xFF") "\r\n1\r\n" LAST, ""),
    REFUSED("a tab in a name", B "\r\n" D("a\tb") "\r\n1\r\n" LAST, ""),
    REFUSED("NUL in a head", B "\r\n" D("a\0b") "\r\n1\r\n" LAST, ""),
    REFUSED("a folded field", B "\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\n\r\n1\r\n" LAST, ""),
    REFUSED("a space before the colon", B "\r\nContent-Disposition : form-data; name=a\r\n\r\n1\r\n" LAST, ""),
    REFUSED("a field without a name", B "\r\n: b\r\n" D("a") "\r\n1\r\n" LAST, ""),
    REFUSED("base64", B "\r\n" D("a") "Content-Transfer-Encoding: base64\r\n\r\nMQ==\r\n" LAST, ""),
    REFUSED("quoted-printable", B "\r\n" D("a") "Content-Transfer-Encoding: quoted-printable\r\n\r\n=31\r\n" LAST, ""),
    REFUSED("two encodings",
            B "\r\n" D("a") "Content-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: 8bit\r\n\r\n1\r\n" LAST, ""),
    REFUSED("two types", B "\r\n" D("a") "Content-Type: a/b\r\nContent-Type: a/b\r\n\r\n1\r\n" LAST, ""),
    REFUSED("no type in a type", B "\r\n" D("a") "Content-Type: text\r\n\r\n1\r\n" LAST, ""),
    REFUSED("parts within a part", B "\r\n" D("a") "Content-Type: multipart/mixed; boundary=b\r\n\r\n1\r\n" LAST, ""),
    BEYOND("too many fields", B "\r\n" D("a") "A:\r\nB:\r\nC:\r\nD:\r\nE:\r\nF:\r\nG:\r\nH:\r\n\r\n1\r\n" LAST, ""),
};
enum { EXAMPLES = sizeof examples / sizeof *examples };

static void each_example_is_taken_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXAMPLES; i++) {
        const struct example *e = &examples[i];
        enum status status = parse_whole(e->body, &whole);
        if (status != e->status || whole.n != e->told.n || memcmp(whole.text, e->told.p, whole.n) != 0)
            fail_msg("%s: %s, %.*s", e->name, status_name(status), (int)whole.n, whole.text);
    }
}

static void must_be_whole(const struct example *e, size_t first, size_t second, size_t step)
{
    enum status status = parse(e->body, first, second, step, &cut);
    if (status != e->status || cut.n != whole.n || memcmp(cut.text, whole.text, cut.n) != 0)
        fail_msg("%s, cut at %zu and %zu, then every %zu: %s, %.*s", e->name, first, second, step, status_name(status),
                 (int)cut.n, cut.text);
}

static void cuts_change_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXAMPLES; i++) {
        const struct example *e = &examples[i];
        parse_whole(e->body, &whole);
        for (size_t first = 1; first < e->body.n; first++)
            for (size_t second = first; second < e->body.n; second++)
                must_be_whole(e, first, second, e->body.n);
        for (size_t step = 1; step <= 16; step++)
            must_be_whole(e, 0, 0, step);
    }
}

static void failure_stays(void **state)
{
    (void)state;
    struct multipart m;
    struct told t = { .n = 0 };
    assert_int_equal(multipart_begin(&m, TYPE, &events, &t), STATUS_OK);
    assert_int_equal(multipart_take(&m, STR("x")), STATUS_INVALID);
    assert_int_equal(multipart_take(&m, STR(ONE LAST)), STATUS_INVALID);
    assert_int_equal(multipart_end(&m), STATUS_INVALID);
    assert_int_equal(t.n, 0);
}

static void refusal_of_a_callback_is_handed_on(void **state)
{
    (void)state;
    struct multipart m;
    whole = (struct told){ .refuse_after = 1 };
    assert_int_equal(multipart_begin(&m, TYPE, &events, &whole), STATUS_OK);
    assert_int_equal(multipart_take(&m, STR(ONE LAST)), STATUS_FULL);
    assert_int_equal(multipart_take(&m, STR("x")), STATUS_FULL);
    assert_int_equal(multipart_end(&m), STATUS_FULL);
    assert_int_equal(whole.pieces, 1);
    whole = (struct told){ 0 };
}

/* ---- The Content-Type ---- */

static enum status begin(struct str type)
{
    struct multipart m;
    return multipart_begin(&m, type, &events, NULL);
}

static void boundary_is_read_strictly(void **state)
{
    (void)state;
    static const struct str taken[] = {
        STR_INIT("multipart/form-data; boundary=x"),
        STR_INIT("Multipart/Form-Data;BOUNDARY=\"x\""),
        STR_INIT("multipart/form-data ;\tboundary=\"a b:c=d/e?(f),'g+h_i.j-k\" "),
        STR_INIT("multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW"),
    };
    static const struct str refused[] = {
        STR_INIT(""),
        STR_INIT("multipart/form-data"),
        STR_INIT("multipart/form-data;"),
        STR_INIT("multipart/form-data; boundary"),
        STR_INIT("multipart/form-data; boundary="),
        STR_INIT("multipart/form-data; boundary=\"\""),
        STR_INIT("multipart/form-data; boundary=\"a "),
        STR_INIT("multipart/form-data; boundary=\"a \""),
        STR_INIT("multipart/form-data; boundary=a b"),
        STR_INIT("multipart/form-data; boundary=a;"),
        STR_INIT("multipart/form-data; boundary=a; boundary=b"),
        STR_INIT("multipart/form-data; boundary=a, multipart/form-data"),
        STR_INIT("multipart/form-data; charset=utf-8; boundary=a"),
        STR_INIT("multipart/form-data; boundary*0=a"),
        STR_INIT("multipart/form-data; boundary =a"),
        STR_INIT("multipart/form-data; boundary= a"),
        STR_INIT("multipart/form-data; boundary=a%b"),
        STR_INIT("multipart/form-data; boundary=\"a\0b\""),
        STR_INIT("multipart/form-data; boundary=\"a\xFF\""),
        STR_INIT("multipart/form-data boundary=a"),
        STR_INIT("multipart/form-datax; boundary=a"),
        STR_INIT("multipart/mixed; boundary=a"),
        STR_INIT("application/x-www-form-urlencoded; boundary=a"),
    };
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (begin(taken[i]) != STATUS_OK)
            fail_msg("refused: %s", taken[i].p);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (begin(refused[i]) != STATUS_INVALID)
            fail_msg("taken: %s", refused[i].p);
    assert_int_equal(begin(STR_NONE), STATUS_INVALID);
}

static void boundary_of_70_is_taken_and_of_71_is_not(void **state)
{
    (void)state;
    char type[200];
    for (int n = 1; n <= MULTIPART_BOUNDARY_MAX + 1; n++) {
        snprintf(type, sizeof type, "multipart/form-data; boundary=%.*s", n,
                 "12345678901234567890123456789012345678901234567890123456789012345678901234567890");
        assert_int_equal(begin(str_of(type)), n <= MULTIPART_BOUNDARY_MAX ? STATUS_OK : STATUS_INVALID);
    }
}

static void refused_begin_takes_nothing(void **state)
{
    (void)state;
    struct multipart m;
    struct told t = { .n = 0 };
    assert_int_equal(multipart_begin(&m, STR("text/plain"), &events, &t), STATUS_INVALID);
    assert_int_equal(multipart_take(&m, STR(ONE LAST)), STATUS_INVALID);
    assert_int_equal(multipart_end(&m), STATUS_INVALID);
    assert_int_equal(t.n, 0);
}

/* ---- Limits ---- */

static char big[TOLD_MAX];
static size_t big_n;

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(big + big_n, sizeof big - big_n, format, ap);
    va_end(ap);
    assert_true(n >= 0 && big_n + (size_t)n < sizeof big);
    big_n += (size_t)n;
}

static void add_letters(size_t n)
{
    assert_true(big_n + n < sizeof big);
    memset(big + big_n, 'z', n);
    big_n += n;
}

/* The same whether whole or in pieces of seven bytes. */
static enum status parse_big(void)
{
    struct str body = { big, big_n };
    enum status status = parse_whole(body, &whole);
    assert_int_equal(parse(body, 0, 0, 7, &cut), status);
    assert_int_equal(cut.n, whole.n);
    assert_memory_equal(cut.text, whole.text, cut.n);
    big_n = 0;
    return status;
}

static void parts_have_a_limit(void **state)
{
    (void)state;
    for (int parts = MULTIPART_PARTS_MAX; parts <= MULTIPART_PARTS_MAX + 1; parts++) {
        for (int i = 0; i < parts; i++)
            add(ONE);
        add(LAST);
        assert_int_equal(parse_big(), parts <= MULTIPART_PARTS_MAX ? STATUS_OK : STATUS_LIMIT);
        assert_int_equal(whole.n, MULTIPART_PARTS_MAX * strlen("[a|-|-]1;"));
    }
}

static void head_has_a_limit(void **state)
{
    (void)state;
    size_t others = strlen(D("a")) + strlen("X:\r\n") + strlen("\r\n");
    for (size_t more = 0; more <= 1; more++) {
        add(B "\r\n" D("a") "X:");
        add_letters(MULTIPART_HEAD_MAX - others + more);
        add("\r\n\r\n1\r\n" LAST);
        assert_int_equal(parse_big(), more ? STATUS_LIMIT : STATUS_OK);
    }
}

static void name_has_a_limit(void **state)
{
    (void)state;
    for (size_t more = 0; more <= 1; more++) {
        add(B "\r\nContent-Disposition: form-data; name=\"");
        add_letters(MULTIPART_NAME_MAX + more);
        add("\"\r\n\r\n1\r\n" LAST);
        assert_int_equal(parse_big(), more ? STATUS_LIMIT : STATUS_OK);
    }
}

static void file_name_has_a_limit(void **state)
{
    (void)state;
    for (size_t more = 0; more <= 1; more++) {
        add(B "\r\nContent-Disposition: form-data; name=\"a\"; filename=\"");
        add_letters(MULTIPART_FILE_NAME_MAX + more);
        add("\"\r\n\r\n1\r\n" LAST);
        assert_int_equal(parse_big(), more ? STATUS_LIMIT : STATUS_OK);
    }
}

static void fields_have_a_limit(void **state)
{
    (void)state;
    for (int more = 0; more <= 1; more++) {
        add(B "\r\n" D("a"));
        for (int i = 1; i < MULTIPART_FIELDS_MAX + more; i++)
            add("X: %d\r\n", i);
        add("\r\n1\r\n" LAST);
        assert_int_equal(parse_big(), more ? STATUS_LIMIT : STATUS_OK);
    }
}

static void epilogue_has_a_limit(void **state)
{
    (void)state;
    for (size_t more = 0; more <= 1; more++) {
        add(ONE LAST);
        add_letters(MULTIPART_EPILOGUE_MAX + more);
        assert_int_equal(parse_big(), more ? STATUS_LIMIT : STATUS_OK);
    }
}

static void body_of_line_ends_comes_in_one_piece(void **state)
{
    (void)state;
    add(B "\r\n" D("a") "\r\n");
    size_t from = big_n;
    while (big_n < 200 * 1024)
        add("\r\n--AaB03y");
    size_t n = big_n - from;
    add("\r\n" LAST);
    assert_int_equal(parse_whole((struct str){ big, big_n }, &whole), STATUS_OK);
    assert_int_equal(whole.n, strlen("[a|-|-];") + n);
    assert_int_equal(whole.pieces, 1);
    assert_int_equal(parse_big(), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_example_is_taken_or_refused),
        cmocka_unit_test(cuts_change_nothing),
        cmocka_unit_test(failure_stays),
        cmocka_unit_test(refusal_of_a_callback_is_handed_on),
        cmocka_unit_test(boundary_is_read_strictly),
        cmocka_unit_test(boundary_of_70_is_taken_and_of_71_is_not),
        cmocka_unit_test(refused_begin_takes_nothing),
        cmocka_unit_test(parts_have_a_limit),
        cmocka_unit_test(head_has_a_limit),
        cmocka_unit_test(name_has_a_limit),
        cmocka_unit_test(file_name_has_a_limit),
        cmocka_unit_test(fields_have_a_limit),
        cmocka_unit_test(epilogue_has_a_limit),
        cmocka_unit_test(body_of_line_ends_comes_in_one_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
