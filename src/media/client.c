/*
 * Asking candour-media about one picture, and saying in words what came of it.
 *
 * Promises: the picture goes as a descriptor that can only be read; its name
 * never goes there. Sentences are made here, from closed numbers, so nothing
 * that stands in a picture reaches a message, a log or a terminal.
 */
#include "media/media.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "media/wire.h"
#include "proc/helper.h"
#include "base/banned.h"

#define HELPER   "candour-media"
#define TAKEN    "JPEG, PNG and WebP"
#define MEBIBYTE (1024LL * 1024)

/* ---- Formats ---- */

static const struct {
    struct str word, type, ending, other_ending;
    const char *shown;
} formats[MEDIA_FORMATS] = {
    [MEDIA_JPEG] = { STR_INIT("jpeg"), STR_INIT("image/jpeg"), STR_INIT(".jpg"), STR_INIT(".jpeg"), "JPEG" },
    [MEDIA_PNG] = { STR_INIT("png"), STR_INIT("image/png"), STR_INIT(".png"), STR_INIT(".png"), "PNG" },
    [MEDIA_WEBP] = { STR_INIT("webp"), STR_INIT("image/webp"), STR_INIT(".webp"), STR_INIT(".webp"), "WebP" },
};

struct str media_format_word(enum media_format format)
{
    return formats[format].word;
}

struct str media_format_type(enum media_format format)
{
    return formats[format].type;
}

bool media_format_read(struct str word, enum media_format *out)
{
    for (int i = 0; i < MEDIA_FORMATS; i++)
        if (str_equal(word, formats[i].word)) {
            *out = (enum media_format)i;
            return true;
        }
    return false;
}

/* The ending of a name with its dot; STR_NONE where it has none. */
static struct str ending_of(struct str name)
{
    for (size_t i = name.n; i-- > 0 && name.p[i] != '/';)
        if (name.p[i] == '.' && i + 1 < name.n)
            return str_slice(name, i, name.n);
    return STR_NONE;
}

static enum status name_agrees(struct str name, enum media_format format, struct fault *fault)
{
    struct str ending = ending_of(name);
    if (ending.p == NULL || str_equal_nocase(ending, formats[format].ending) ||
        str_equal_nocase(ending, formats[format].other_ending))
        return STATUS_OK;
    if (ending.n > 12 || !str_is_line(ending))
        return fault_set(fault, STATUS_INVALID, "The file holds %s and is named otherwise: end its name in %.*s.",
                         formats[format].shown, STR_ARG(formats[format].ending));
    return fault_set(fault, STATUS_INVALID,
                     "The file is named %.*s and holds %s: end its name in %.*s, if that is the picture you mean.",
                     STR_ARG(ending), formats[format].shown, STR_ARG(formats[format].ending));
}

/* ---- What is wrong, in words ---- */

static const char *other_said(int64_t other)
{
    switch ((enum media_other)other) {
    case MEDIA_UNKNOWN:
    case MEDIA_OTHERS: return NULL;
    case MEDIA_GIF: return "GIF";
    case MEDIA_TIFF: return "TIFF or a camera's raw format";
    case MEDIA_SVG: return "SVG or other XML";
    case MEDIA_PDF: return "PDF";
    case MEDIA_HEIC: return "HEIC";
    case MEDIA_AVIF: return "AVIF";
    case MEDIA_BMP: return "BMP";
    case MEDIA_JXL: return "JPEG XL";
    case MEDIA_JP2: return "JPEG 2000";
    case MEDIA_PSD: return "a Photoshop document";
    case MEDIA_VIDEO: return "a video";
    }
    return NULL;
}

static enum status verdict_say(const struct media_verdict *v, struct fault *fault)
{
    switch (v->trouble) {
    case MEDIA_FINE: return STATUS_OK;
    case MEDIA_EMPTY: return fault_set(fault, STATUS_INVALID, "The file is empty: give the picture again.");
    case MEDIA_OTHER:
        if (other_said(v->a))
            return fault_set(fault, STATUS_INVALID,
                             "The file holds %s, which is not taken: save the picture as one of " TAKEN ".",
                             other_said(v->a));
        return fault_set(fault, STATUS_INVALID, "The file is no picture that is taken: give one of " TAKEN ".");
    case MEDIA_MOVES:
        return fault_set(fault, STATUS_INVALID,
                         "The picture moves, and only still ones are taken: save one frame of it as " TAKEN ".");
    case MEDIA_FILE_HUGE:
        return fault_set(fault, STATUS_LIMIT,
                         "The file has %lld MB and %lld MB are the most: save the picture smaller.",
                         (long long)(v->a / MEBIBYTE), MEDIA_FILE_MAX / MEBIBYTE);
    case MEDIA_HUGE:
        return fault_set(fault, STATUS_LIMIT,
                         "The picture has %lld x %lld pixels; at most %d million and %d on a side are taken: save it "
                         "smaller.",
                         (long long)v->a, (long long)v->b, MEDIA_PIXELS_MAX / 1000000, MEDIA_SIDE_MAX);
    case MEDIA_NO_SIZE: return fault_set(fault, STATUS_INVALID, "The picture has no width or no height: save it anew.");
    case MEDIA_CUT: return fault_set(fault, STATUS_INVALID, "The file is cut short: copy or send the picture again.");
    case MEDIA_BROKEN:
        return fault_set(fault, STATUS_INVALID,
                         "The file is damaged and cannot be shown whole: take it from its source again, or save it "
                         "anew.");
    case MEDIA_SAYS_BADLY:
        return fault_set(fault, STATUS_INVALID,
                         "What the file says of itself (its XMP) cannot be read: save the picture anew, or without its "
                         "description.");
    case MEDIA_HEAVY:
        return fault_set(fault, STATUS_LIMIT,
                         "The picture is too detailed to be made smaller than %lld MB: save it with fewer pixels.",
                         MEDIA_RENDITION_MAX / MEBIBYTE);
    case MEDIA_MEMORY:
        return fault_set(fault, STATUS_LIMIT,
                         "The picture needs more memory than one may have: save it as an ordinary JPEG, or smaller.");
    case MEDIA_UNREADABLE:
        return fault_set(fault, STATUS_IO, "The file could not be read: look at the disk and try again.");
    case MEDIA_QUESTION_BAD:
    case MEDIA_TROUBLES:
        return fault_set(fault, STATUS_UNAVAILABLE, HELPER " is of another version: install both programs anew.");
    }
    return fault_set(fault, STATUS_DAMAGED, HELPER " gave an answer that cannot be read.");
}

static enum status away(struct fault *fault)
{
    return fault_set(fault, STATUS_UNAVAILABLE,
                     "The program " HELPER " is not beside candour, so no picture can be read: install candour whole.");
}

static enum status ask_said(enum status status, struct fault *fault)
{
    switch (status) {
    case STATUS_OK: return STATUS_OK;
    case STATUS_NOT_FOUND: return away(fault);
    case STATUS_BUSY:
        return fault_set(fault, STATUS_LIMIT,
                         "The picture took longer than %d seconds to read: save it as an ordinary JPEG, or smaller.",
                         MEDIA_MS_MAX / 1000);
    case STATUS_NO_MEMORY: return fault_no_memory(fault);
    case STATUS_DAMAGED:
    case STATUS_LIMIT:
        return fault_set(fault, STATUS_DAMAGED,
                         "The picture stopped the program that read it: the file is damaged or made to do harm. Save "
                         "it anew, or take another.");
    case STATUS_INVALID:
    case STATUS_DENIED:
    case STATUS_CONFLICT:
    case STATUS_REFUSED:
    case STATUS_UNAVAILABLE:
    case STATUS_NEWER:
    case STATUS_FULL:
    case STATUS_IO: break;
    }
    return fault_set(fault, STATUS_IO, HELPER " could not be started: look at the limits of this machine.");
}

/* ---- Asking ---- */

static bool helper_path(char out[PATH_MAX])
{
    bool found = proc_helper_beside(HELPER, out, PATH_MAX);
#ifdef CANDOUR_TEST_BUILD
    /* Programs of tests stand in folders of their own. */
    if (found && str_starts(str_of(out), str_of(MEDIA_BUILD "/tests/")))
        memcpy(out, MEDIA_BUILD "/src/main/" HELPER, sizeof MEDIA_BUILD "/src/main/" HELPER);
#endif
    return found;
}

enum status media_helper_look(struct fault *fault)
{
    char path[PATH_MAX];
    return helper_path(path) && access(path, X_OK) == 0 ? STATUS_OK : away(fault);
}

static void answer_free(void *self)
{
    buf_free(self);
}

/* The answer behind its verdict; it lives as long as the arena. */
static enum status ask(struct arena *arena, int fd, enum media_question question, const struct media_wish *wish,
                       struct str *rest, struct fault *fault)
{
    char path[PATH_MAX];
    char said[MEDIA_QUESTION_MAX];
    size_t limit = question == MEDIA_ASK_FACTS ? MEDIA_FACTS_ANSWER_MAX : MEDIA_RENDER_ANSWER_MAX;
    struct buf *answer = ARENA_NEW(arena, struct buf);
    if (!helper_path(path))
        return away(fault);
    if (answer == NULL)
        return fault_no_memory(fault);
    buf_init(answer, NULL, limit + 1);
    if (!arena_hook(arena, answer_free, answer))
        return fault_no_memory(fault);
    struct buf words = { .p = said, .cap = sizeof said, .limit = sizeof said };
    media_question_put(&words, question, wish);
    if (!buf_ok(&words))
        return fault_set(fault, STATUS_INVALID, "The words for the picture are too long: shorten the alt text.");
    struct proc_helper helper = {
        .path = path, .question = buf_str(&words), .file = fd, .ms = MEDIA_MS_MAX, .limit = limit
    };
#ifdef CANDOUR_TEST_BUILD
    helper.loud = true; /* what a sanitiser says is wanted */
#endif
    enum status status = proc_helper_ask(&helper, answer, NULL);
    if (status != STATUS_OK) {
        log_event(LOG_WARN, "media.helper_failed", LOG_STR(LOG_STATUS, str_of(status_name(status))));
        return ask_said(status, fault);
    }
    struct media_verdict verdict;
    *rest = buf_str(answer);
    if (!media_verdict_take(rest, &verdict))
        return ask_said(STATUS_DAMAGED, fault);
    return verdict_say(&verdict, fault);
}

enum status media_facts_read(struct arena *arena, int fd, struct str name, struct media_facts *out, struct fault *fault)
{
    struct str rest = STR_NONE;
    enum status status = ask(arena, fd, MEDIA_ASK_FACTS, NULL, &rest, fault);
    if (status != STATUS_OK)
        return status;
    if (!media_facts_take(&rest, out))
        return ask_said(STATUS_DAMAGED, fault);
    return name_agrees(name, out->format, fault);
}

/* The bytes as a file that nobody can change. */
static int memory_file(struct str bytes)
{
    int fd = memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t done = 0;
    while (fd >= 0 && done < bytes.n) {
        ssize_t n = pwrite(fd, bytes.p + done, bytes.n - done, (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    if (fd >= 0 &&
        (done < bytes.n || fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

enum status media_facts_read_bytes(struct arena *arena, struct str bytes, struct str name, struct media_facts *out,
                                   struct fault *fault)
{
    if (bytes.n > MEDIA_FILE_MAX)
        return verdict_say(&(struct media_verdict){ .trouble = MEDIA_FILE_HUGE, .a = (int64_t)bytes.n }, fault);
    int fd = memory_file(bytes);
    if (fd < 0)
        return fault_no_memory(fault);
    enum status status = media_facts_read(arena, fd, name, out, fault);
    close(fd);
    return status;
}

enum status media_render(struct arena *arena, int fd, const struct media_wish *wish, struct media_renditions *out,
                         struct fault *fault)
{
    struct str rest = STR_NONE;
    if (!media_wish_fits(wish))
        return fault_set(fault, STATUS_INVALID,
                         "The words for the picture are too long or no text: shorten creator, credit, rights and alt "
                         "text.");
    enum status status = ask(arena, fd, MEDIA_ASK_RENDITIONS, wish, &rest, fault);
    if (status != STATUS_OK)
        return status;
    return media_renditions_take(&rest, out) ? STATUS_OK : ask_said(STATUS_DAMAGED, fault);
}
