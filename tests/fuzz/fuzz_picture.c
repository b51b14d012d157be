/*
 * Any bytes as a picture's container, EXIF, IIM and XMP, and as what the
 * helper answers: what is taken is within the bounds of media.h, and nothing
 * is left on the heap. The first byte chooses.
 */
#include <libxml/parser.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "media/helper/helper.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void container(struct str s)
{
    struct container c;
    struct media_verdict v = container_look(s, &c);
    must(v.trouble != MEDIA_FINE || (c.width >= 1 && c.height >= 1 && c.width <= MEDIA_SIDE_MAX &&
                                     c.height <= MEDIA_SIDE_MAX && c.width * c.height <= MEDIA_PIXELS_MAX));
    struct buf jpeg, webp;
    buf_init(&jpeg, NULL, 1 << 20);
    buf_init(&webp, NULL, 1 << 20);
    container_jpeg_write(&jpeg, s, STR("xmp"), STR("iim"));
    container_webp_write(&webp, s, STR("xmp"), 1, 1, true);
    buf_free(&jpeg);
    buf_free(&webp);
}

static void answer(struct str s)
{
    struct media_verdict verdict;
    struct media_facts facts;
    struct media_renditions renditions;
    enum media_question question;
    struct media_wish wish;
    struct str rest = s;
    if (media_verdict_take(&rest, &verdict)) {
        struct str again = rest;
        must(!media_facts_take(&rest, &facts) || media_facts_fit(&facts));
        must(!media_renditions_take(&again, &renditions) || renditions.n <= MEDIA_RENDITIONS_MAX);
    }
    must(!media_question_take(s, &question, &wish) || media_wish_fits(&wish));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new(64 << 20);
    struct said said = { .orientation = 1 };
    struct str s = { (const char *)bytes + 1, n ? n - 1 : 0 };
    if (!arena || n == 0) {
        arena_free(arena);
        return 0;
    }
    switch (bytes[0]) {
    case 'c': container(s); break;
    case 'e': exif_read(arena, s, &said); break;
    case 'i': iim_read(arena, s, &said); break;
    case 'x': xmp_read(arena, s, &said); break;
    case 'a': answer(s); break;
    default: break;
    }
    said.facts.width = said.facts.height = 1;
    must(media_facts_fit(&said.facts) && said.orientation >= 1 && said.orientation <= 8);
    arena_free(arena);
    must(mem_live() == 0);
    return 0;
}
