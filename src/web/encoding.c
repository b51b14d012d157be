/*
 * Content codings: which of them a visitor takes, and the bytes of each.
 *
 * Promises: the choice is a pure function of the head and of what there is
 * (RFC 9110, 12.5.3 and 12.4.2), without memory. What cannot be read as a
 * coding with its weight counts as not sent, so nobody gets a coding that they
 * did not clearly ask for. A body that does not become smaller has no coding.
 *
 * An attacker who can make us compress their words beside a secret learns the
 * secret from lengths (BREACH). So only what is public, the same for everybody
 * and kept for many is ever compressed: page.c asks for nothing else.
 */
#include "web/inside.h"

#include <brotli/encode.h>
#include <setjmp.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/banned.h"

enum {
    WEIGHT_NONE = -1,
    WEIGHT_MOST = 1000, /* weights in thousandths */
    GZIP_LEVEL = 6,     /* 0.1 ms for 16 KB */
    BROTLI_LEVEL = 5,   /* 0.4 ms; 11 would take 15 ms for a tenth less */
    GZIP_WINDOW = 15 + 16,
    GZIP_MEMORY = 8,
    BROTLI_MEMORY_MAX = 64 * 1024 * 1024, /* 1 to 3 MB for a page, 20 MB for the longest */
};

struct str encoding_name(enum encoding encoding)
{
    switch (encoding) {
    case ENCODING_NONE: return STR("identity");
    case ENCODING_GZIP: return STR("gzip");
    case ENCODING_BROTLI: return STR("br");
    case ENCODINGS: break;
    }
    bug("no such content coding: %d", (int)encoding);
}

bool encoding_worth(struct str content_type, size_t n)
{
    static const struct str texts[] = { STR_INIT("text/"),
                                        STR_INIT("image/svg+xml"),
                                        STR_INIT("application/json"),
                                        STR_INIT("application/xml"),
                                        STR_INIT("application/atom+xml"),
                                        STR_INIT("application/rss+xml"),
                                        STR_INIT("application/feed+json"),
                                        STR_INIT("application/activity+json") };
    if (n < ENCODING_MIN)
        return false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (str_starts(content_type, texts[i]))
            return true;
    return false;
}

/* ---- What a visitor takes ---- */

/* qvalue = "0" [ "." 0*3DIGIT ] / "1" [ "." 0*3"0" ]; WEIGHT_NONE for anything else. */
static int read_weight(struct str s)
{
    if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.n > 1 && s.p[1] != '.'))
        return WEIGHT_NONE;
    int weight = s.p[0] == '1' ? WEIGHT_MOST : 0;
    int place = WEIGHT_MOST / 10;
    for (size_t i = 2; i < s.n; i++, place /= 10) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return WEIGHT_NONE;
        weight += (s.p[i] - '0') * place;
    }
    return weight <= WEIGHT_MOST ? weight : WEIGHT_NONE;
}

struct weights {
    int named[ENCODINGS];
    int any; /* of "*" */
};

/* Named twice, a coding has the lower of its weights: the one that asks less of the visitor. */
static void weigh(int *at, int weight)
{
    if (*at == WEIGHT_NONE || weight < *at)
        *at = weight;
}

/* codings [ OWS ";" OWS "q=" qvalue ] */
static void read_member(struct str member, struct weights *out)
{
    struct str coding;
    int weight = WEIGHT_MOST;
    bool weighted = str_find_byte(member, ';') >= 0;
    str_cut(&member, ';', &coding);
    if (weighted) {
        struct str parameter = str_trim(member);
        if (parameter.n < 2 || (parameter.p[0] != 'q' && parameter.p[0] != 'Q') || parameter.p[1] != '=')
            return;
        weight = read_weight(str_slice(parameter, 2, parameter.n));
        if (weight == WEIGHT_NONE)
            return;
    }
    coding = str_trim(coding);
    if (str_equal(coding, STR("*")))
        weigh(&out->any, weight);
    else if (str_equal_nocase(coding, STR("x-gzip"))) /* RFC 9110, 8.4.1.3 */
        weigh(&out->named[ENCODING_GZIP], weight);
    else
        for (unsigned e = 0; e < ENCODINGS; e++)
            if (str_equal_nocase(coding, encoding_name((enum encoding)e)))
                weigh(&out->named[e], weight);
}

enum encoding encoding_choose(const struct http_head *head, unsigned have)
{
    struct weights weights = { { WEIGHT_NONE, WEIGHT_NONE, WEIGHT_NONE }, WEIGHT_NONE };
    for (size_t i = 0; i < head->fields_n; i++) {
        if (!str_equal_nocase(head->fields[i].name, STR("Accept-Encoding")))
            continue;
        /* Several fields of that name are one list (RFC 9110, 5.3). */
        struct str rest = head->fields[i].value;
        struct str member;
        while (str_cut(&rest, ',', &member))
            read_member(member, &weights);
    }
    enum encoding best = ENCODING_NONE;
    int most = 0;
    for (unsigned e = ENCODINGS; e-- > 0;) { /* the smallest first: at the same weight it is the one */
        int weight = weights.named[e] != WEIGHT_NONE ? weights.named[e] : weights.any;
        if ((e == ENCODING_NONE || have & 1U << e) && weight > most) {
            most = weight;
            best = (enum encoding)e;
        }
    }
    return best;
}

/* ---- The bytes ---- */

static void *gzip_alloc(void *self, unsigned count, unsigned size)
{
    (void)self;
    return mem_alloc((size_t)count * size);
}

static void give_back(void *self, void *p)
{
    (void)self;
    mem_free(p);
}

/* Into `room`; 0: it has not become smaller than that, or there was no memory. */
static size_t gzip(struct str body, unsigned char *room, size_t size)
{
    z_stream z = { .zalloc = gzip_alloc, .zfree = give_back };
    if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return 0;
    z.next_in = (unsigned char *)(uintptr_t)body.p; /* zlib only reads it */
    z.avail_in = (unsigned)body.n;
    z.next_out = room;
    z.avail_out = (unsigned)size;
    size_t n = deflate(&z, Z_FINISH) == Z_STREAM_END ? size - z.avail_out : 0;
    deflateEnd(&z);
    return n;
}

/*
 * Debian's brotli ends the whole process where its allocator gives nothing (BROTLI_ENCODER_EXIT_ON_OOM), so the
 * allocator never comes back empty-handed: it leaves. What brotli had by then lies in the arena.
 */
struct brotli_run {
    struct arena *scratch;
    jmp_buf leave;
};

static void *brotli_alloc(void *self, size_t size)
{
    struct brotli_run *run = self;
    void *p = arena_alloc(run->scratch, size, _Alignof(max_align_t));
    if (!p)
        longjmp(run->leave, 1);
    return p;
}

static void brotli_free(void *self, void *p)
{
    (void)self;
    (void)p;
}

static size_t brotli_guarded(struct brotli_run *run, struct str body, unsigned char *room, size_t size)
{
    if (setjmp(run->leave))
        return 0;
    BrotliEncoderState *state = BrotliEncoderCreateInstance(brotli_alloc, brotli_free, run);
    unsigned window = BROTLI_MIN_WINDOW_BITS;
    while (window < BROTLI_MAX_WINDOW_BITS && ((size_t)1 << window) - 16 < body.n)
        window++;
    const unsigned char *next_in = (const unsigned char *)body.p;
    unsigned char *next_out = room;
    size_t left_in = body.n;
    size_t left_out = size;
    bool whole =
        BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, BROTLI_LEVEL) &&
        BrotliEncoderSetParameter(state, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT) &&
        BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, window) &&
        BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT, (uint32_t)body.n) &&
        BrotliEncoderCompressStream(state, BROTLI_OPERATION_FINISH, &left_in, &next_in, &left_out, &next_out, NULL) &&
        BrotliEncoderIsFinished(state);
    return whole ? size - left_out : 0;
}

static size_t brotli(struct str body, unsigned char *room, size_t size)
{
    struct brotli_run run = { .scratch = arena_new(BROTLI_MEMORY_MAX) };
    size_t n = run.scratch ? brotli_guarded(&run, body, room, size) : 0;
    arena_free(run.scratch);
    return n;
}

void encoded_make(struct encoded *out, struct str body)
{
    *out = (struct encoded){ .bodies = { STR_NONE, STR_NONE, STR_NONE } };
    if (body.n < ENCODING_MIN || body.n > RESPONSE_BODY_MAX)
        return;
    for (unsigned e = ENCODING_NONE + 1; e < ENCODINGS; e++) {
        unsigned char *room = mem_alloc(body.n);
        if (!room)
            continue;
        size_t n = e == ENCODING_GZIP ? gzip(body, room, body.n - 1) : brotli(body, room, body.n - 1);
        if (n)
            out->bodies[e] = (struct str){ (char *)room, n };
        else
            mem_free(room);
    }
}

void encoded_free(struct encoded *encoded)
{
    for (unsigned e = 0; e < ENCODINGS; e++)
        mem_free((void *)(uintptr_t)encoded->bodies[e].p);
}
