/*
 * One picture through the room's own client, for the tests in this folder.
 *
 *   media-try read FILE [NAME]
 *   media-try render FILE FOLDER CREATOR CREDIT RIGHTS ALT SOURCE_TYPE
 *
 * Prints the facts as JSON, or a line "WIDTHxHEIGHT FORMAT PATH" for each
 * rendition; a refusal is its status and sentence on standard error and code 1.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/file.h"
#include "media/media.h"
#include "base/banned.h"

static int refused(const struct fault *fault)
{
    fprintf(stderr, "%s: %s\n", status_name(fault->status), fault->text);
    return 1;
}

static int read_one(struct arena *arena, int fd, struct str name)
{
    struct media_facts facts;
    struct fault fault;
    if (media_facts_read(arena, fd, name, &facts, &fault) != STATUS_OK)
        return refused(&fault);
    struct str json = media_facts_json(arena, &facts);
    struct media_facts again;
    if (media_facts_from_json(arena, json, &again) != STATUS_OK || !str_equal(json, media_facts_json(arena, &again)))
        return 2;
    printf("%.*s\n", STR_ARG(json));
    return 0;
}

static int render_one(struct arena *arena, int fd, char **argv)
{
    const struct media_wish wish = { str_of(argv[4]), str_of(argv[5]), str_of(argv[6]), str_of(argv[7]),
                                     str_of(argv[8]) };
    struct media_renditions made;
    struct fault fault;
    if (media_render(arena, fd, &wish, &made, &fault) != STATUS_OK)
        return refused(&fault);
    for (size_t i = 0; i < made.n; i++) {
        const struct media_rendition *r = &made.each[i];
        struct str word = media_format_word(r->format);
        char path[4096];
        snprintf(path, sizeof path, "%s/%lld.%.*s", argv[3], (long long)r->width, STR_ARG(word));
        if (file_write(path, r->bytes, 0600, &fault) != STATUS_OK)
            return refused(&fault);
        printf("%lldx%lld %.*s %s\n", (long long)r->width, (long long)r->height, STR_ARG(word), path);
    }
    return 0;
}

int main(int argc, char **argv)
{
    bool reads = (argc == 3 || argc == 4) && strcmp(argv[1], "read") == 0;
    bool renders = argc == 9 && strcmp(argv[1], "render") == 0;
    if (!reads && !renders)
        return 2;
    struct arena *arena = arena_new(8 << 20);
    int fd = open(argv[2], O_RDONLY | O_CLOEXEC);
    if (arena == NULL || fd < 0)
        return 2;
    int code = reads ? read_one(arena, fd, argc == 4 ? str_of(argv[3]) : STR_NONE) : render_one(arena, fd, argv);
    close(fd);
    arena_free(arena);
    return mem_live() == 0 ? code : 3;
}
