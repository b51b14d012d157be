/*
 * Test cases of the DMN TCK (github.com/dmn-tck/tck): read, run, and compared
 * with what they expect.
 */
#ifndef CANDOUR_DMN_TCK_H
#define CANDOUR_DMN_TCK_H

#include "dmn/dmn.h"

/* One case, as the TCK's own table of results has it. */
struct tck_result {
    struct str id;
    bool passed;
    struct str words; /* why not */
};
/*
 * Runs every case of a file of test cases against its model. `report` is called for each. STATUS_INVALID where the file
 * is none.
 */
enum status tck_run(struct arena *arena, struct str cases, const struct dmn_file *files, size_t files_n,
                    void (*report)(void *self, const struct tck_result *result), void *self, struct fault *fault);
/* The file of the model, as the test cases name it; STR_NONE where they do not. */
enum status tck_model_name(struct arena *arena, struct str cases, struct str *out, struct fault *fault);

#endif
