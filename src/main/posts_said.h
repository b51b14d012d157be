/* What the commands about posts have in common: a file as a source, and how faults are said. For this room only. */
#ifndef CANDOUR_MAIN_POSTS_SAID_H
#define CANDOUR_MAIN_POSTS_SAID_H

#include "posts/acts.h"

struct json_writer;

/* The bytes of a file, its name as given, and its folder for pictures. */
enum status posts_said_source(struct arena *arena, const char *path, struct post_source *out, struct fault *fault);
/* "file:line:column: words" on standard error, one line each. */
void posts_said_faults(const struct post_faults *faults);
/* The same as JSON: objects for an array that is open, and the whole array. */
void posts_said_fault_objects(struct json_writer *w, const struct post_faults *faults);
void posts_said_faults_json(struct json_writer *w, const struct post_faults *faults);
/* One result in lines for people on standard output; and as a JSON object (policy's form). `answered` NULL: not told.
 */
void posts_said_result(const struct check_result *result);
void posts_said_result_json(struct json_writer *w, const struct check_result *result, const bool *answered);
/* What the checks say: lines for people on standard output, what holds the post first; and as a JSON object. */
void posts_said_checks(const struct post_checks *checks);
void posts_said_checks_json(struct json_writer *w, const struct post_checks *checks);
/* What the story is recorded as, and what is still to be asked; nothing where none was evaluated. As lines for people,
 * and as the members scenario_outcome, questions and versions of an object that is open. */
void posts_said_story(const struct check_story *story);
void posts_said_story_json(struct json_writer *w, const struct check_story *story);
/* Label ids as a JSON array. */
void posts_said_labels(struct json_writer *w, uint32_t labels);

#endif
