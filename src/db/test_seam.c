/*
 * Durability made worse on purpose: settings of SQLite, and folders that are
 * not synced (neither by us nor by SQLite, which opens a folder to sync it).
 */
#include "db/test_seam.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "base/str.h"
#include "db/sqlite.h"
#include "base/banned.h"

/* SQLite takes this answer for a system where folders cannot be opened, and goes on. */
static int folder_not_opened(const char *path, int *fd)
{
    (void)path;
    *fd = -1;
    return SQLITE_CANTOPEN;
}

void db_seam_use(const struct db_seam *seam)
{
    db_seam = *seam;
    if (sqlite_memory_use(NULL) != STATUS_OK)
        bug("SQLite does not start");
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    if (vfs->xSetSystemCall(vfs, "openDirectory",
                            seam->no_folder_sync ? (sqlite3_syscall_ptr)folder_not_opened : NULL) != SQLITE_OK)
        bug("SQLite has no openDirectory to replace");
}

__attribute__((constructor)) static void seam_from_environment(void)
{
    const char *synchronous = getenv("CANDOUR_TEST_SYNCHRONOUS");
    const char *folder = getenv("CANDOUR_TEST_FOLDER_SYNC");
    const char *pages = getenv("CANDOUR_TEST_LOG_PAGES");
    if (!synchronous && !folder && !pages)
        return;
    struct db_seam seam = { .synchronous = "FULL" };
    if (synchronous) {
        if (strcmp(synchronous, "FULL") != 0 && strcmp(synchronous, "NORMAL") != 0 && strcmp(synchronous, "OFF") != 0)
            bug("CANDOUR_TEST_SYNCHRONOUS is FULL, NORMAL or OFF");
        seam.synchronous = synchronous;
    }
    seam.no_folder_sync = folder && strcmp(folder, "no") == 0;
    int64_t n = 0;
    if (pages && str_to_i64(str_of(pages), &n) && n > 0)
        seam.log_pages = (unsigned)n;
    db_seam_use(&seam);
}
