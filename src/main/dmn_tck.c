/*
 * candour dmn tck: the cases of the DMN TCK in a folder and in the folders inside it.
 *
 * A file of cases names its model, which stands beside it. The table of results has the columns that the TCK wants:
 * folder, file, case, SUCCESS or ERROR, and why.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "dmn/limits.h"
#include "dmn/tck.h"
#include "main/dmn_said.h"
#include "main/options.h"
#include "base/banned.h"

enum { TCK_ARENA_MAX = 512 * 1024 * 1024, TCK_PATH_SIZE = 4096, TCK_DEPTH_MAX = 5, TCK_CSV_MAX = 64 * 1024 * 1024 };

struct tck_all {
    struct buf csv;
    size_t passed, failed, folders, folders_whole;
    /* of the folder in hand */
    const char *folder, *file;
    size_t folder_failed;
};

static void quoted(struct buf *out, struct str text)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_add_byte(out, '"');
        buf_add_byte(out, text.p[i] == '\n' ? ' ' : text.p[i]);
    }
    buf_add_byte(out, '"');
}

static void take(void *self, const struct tck_result *result)
{
    struct tck_all *all = self;
    size_t n = strlen(all->file);
    struct str row[] = { str_of(all->folder),
                         { all->file, n > 4 ? n - 4 : n },
                         result->id,
                         result->passed ? STR("SUCCESS") : STR("ERROR"),
                         result->passed ? STR("") : result->words };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        if (i > 0)
            buf_add_byte(&all->csv, ',');
        quoted(&all->csv, row[i]);
    }
    buf_add_byte(&all->csv, '\n');
    if (result->passed) {
        all->passed++;
        return;
    }
    all->failed++;
    all->folder_failed++;
    printf("failed: %s %.*s: %.*s\n", all->folder, STR_ARG(result->id), STR_ARG(result->words));
}

static enum status run_file(struct tck_all *all, struct arena *arena, const char *path, const char *name,
                            struct fault *fault)
{
    char full[TCK_PATH_SIZE];
    struct str cases, model;
    struct dmn_file files[DMN_IMPORTS_MAX];
    size_t n;
    all->file = name;
    snprintf(full, sizeof full, "%s/%s", path, name);
    enum status status = file_read(arena, full, DMN_MODEL_MAX, &cases, fault);
    if (status == STATUS_OK)
        status = tck_model_name(arena, cases, &model, fault);
    if (status == STATUS_OK && (model.n == 0 || str_find_byte(model, '/') >= 0))
        status = fault_set(fault, STATUS_INVALID, "The cases name no model beside them.");
    if (status != STATUS_OK)
        return status;
    snprintf(full, sizeof full, "%s/%.*s", path, STR_ARG(model));
    status = dmn_said_files(arena, full, NULL, files, &n, fault);
    return status == STATUS_OK ? tck_run(arena, cases, files, n, take, all, fault) : status;
}

static int run_folder(struct tck_all *all, const char *path, const char *shown, int depth);

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int run_inside(struct tck_all *all, const char *path, const char *shown, const char **names, size_t n, int depth)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < n; i++) {
        char inner[TCK_PATH_SIZE], inner_shown[TCK_PATH_SIZE];
        snprintf(inner, sizeof inner, "%s/%s", path, names[i]);
        snprintf(inner_shown, sizeof inner_shown, "%s%s%s", shown, *shown ? "/" : "", names[i]);
        if (is_folder(inner) && run_folder(all, inner, inner_shown, depth + 1) != EXIT_DONE)
            code = EXIT_CANNOT;
    }
    return code;
}

static int run_folder(struct tck_all *all, const char *path, const char *shown, int depth)
{
    struct arena *arena = arena_new(TCK_ARENA_MAX);
    const char **names;
    size_t n, cases = 0;
    struct fault fault;
    int code = EXIT_DONE;
    if (!arena || depth > TCK_DEPTH_MAX || !dmn_said_names(arena, path, "", &names, &n)) {
        options_say("%s cannot be read as a folder: %s.", path, strerror(errno));
        arena_free(arena);
        return EXIT_CANNOT;
    }
    all->folder = *shown ? shown : path;
    all->folder_failed = 0;
    for (size_t i = 0; i < n; i++) {
        if (!str_ends(str_of(names[i]), STR(".xml")))
            continue;
        cases++;
        struct arena *each = arena_new(TCK_ARENA_MAX);
        fault_no_memory(&fault);
        enum status status = each ? run_file(all, each, path, names[i], &fault) : STATUS_NO_MEMORY;
        if (status != STATUS_OK)
            take(all, &(struct tck_result){ .id = STR("file"), .words = str_of(fault.text) });
        arena_free(each);
    }
    all->folders += cases > 0;
    all->folders_whole += cases > 0 && all->folder_failed == 0;
    code = run_inside(all, path, shown, names, n, depth);
    arena_free(arena);
    return code;
}

int dmn_said_tck(const char *folder, const char *csv)
{
    struct tck_all all = { 0 };
    struct fault fault;
    buf_init(&all.csv, NULL, TCK_CSV_MAX);
    int code = run_folder(&all, folder, "", 0);
    if (code == EXIT_DONE && csv &&
        (!buf_ok(&all.csv) || file_write(csv, buf_str(&all.csv), 0644, &fault) != STATUS_OK)) {
        if (!buf_ok(&all.csv))
            fault_no_memory(&fault);
        command_fail(&fault);
        code = EXIT_CANNOT;
    }
    buf_free(&all.csv);
    if (code != EXIT_DONE)
        return code;
    printf("%zu of %zu folders whole\n%zu passed, %zu failed\n", all.folders_whole, all.folders, all.passed,
           all.failed);
    return all.failed == 0 && all.passed > 0 ? EXIT_DONE : EXIT_REFUSED;
}
