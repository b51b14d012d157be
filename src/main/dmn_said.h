/* What candour dmn prints, and the files that it reads. For this room only. */
#ifndef CANDOUR_MAIN_DMN_SAID_H
#define CANDOUR_MAIN_DMN_SAID_H

#include "dmn/dmn.h"

/* Names of the files in a folder that end so, in their order. False where it cannot be read. */
bool dmn_said_names(struct arena *arena, const char *folder, const char *ending, const char ***out, size_t *n);
/*
 * The model first; where it imports any, the other models beside it, and those in the folder `imports` (NULL: none).
 * No model leads anywhere else. `files` has room for DMN_IMPORTS_MAX.
 */
enum status dmn_said_files(struct arena *arena, const char *path, const char *imports, struct dmn_file *files,
                           size_t *files_n, struct fault *fault);
enum { DMN_SAID_MAX = 4 * 1024 * 1024 }; /* bytes of JSON */

/* On standard output; characters that would move the cursor, or turn the text, become spaces. */
void dmn_said_clean(struct str text);
/* On standard error, one line each. */
void dmn_said_faults(const struct dmn_model *model);
/* What the check found, on standard output: one line each, and how many there are of each sort. */
void dmn_said_findings(const char *path, const struct dmn_finding *findings, size_t n);
/* False where it is too long. */
bool dmn_said_findings_json(const struct dmn_finding *findings, size_t n);
void dmn_said_result(const struct dmn_element *element, const struct dmn_result *result, bool trace);
/* What is still to be known, after the result. */
void dmn_said_unknown(const struct dmn_result *result, const struct dmn_unknowns *unknowns);
/* A member of an object that is open. `unknowns` NULL: not asked for. */
void dmn_said_result_json(struct json_writer *w, const struct dmn_element *element, const struct dmn_result *result,
                          bool trace, const struct dmn_unknowns *unknowns);
/* Every decision and its tables, or those of one. False where there is none of this name. */
bool dmn_said_model(struct arena *arena, const struct dmn_model *model, const char *decision);
/* The exit code. */
int dmn_said_tck(const char *folder, const char *csv);

#endif
