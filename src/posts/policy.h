/*
 * The policy of this installation: the pack in force with its sign-offs, and the re-check of what is live.
 *
 * The pack is the one in the program, or one of the force's own, whose files are then rows of the database. Sign-offs
 * are rows, each of one version as it was (policy/sign.h). Models are read once for the life of a process and pack.
 */
#ifndef CANDOUR_POSTS_POLICY_H
#define CANDOUR_POSTS_POLICY_H

#include "policy/evaluate.h"
#include "policy/sign.h"
#include "staff/staff.h"
#include "posts/posts.h"

enum { POLICY_SIGNATURES_MAX = 2000 };
#define POLICY_SIGNER "force crime registrar"

/*
 * What is in force, with sign-offs; in the arena and in what the process keeps. STATUS_DAMAGED: files of the force's
 * own pack are not those that were taken in. STATUS_NO_MEMORY.
 */
enum status posts_pack(struct db_tx *tx, struct arena *arena, const struct policy_pack **out, struct fault *fault);
/* Any pack with the sign-offs of this installation. */
enum status posts_pack_signed(struct db_tx *tx, struct arena *arena, const struct policy_pack *pack,
                              const struct policy_pack **out, struct fault *fault);

/* An act on the policy. Only a registrar may (PERMISSION_POLICY_SIGN). Each puts the job of the re-check. */
struct policy_act {
    struct arena *arena;
    const struct act *act;
    const struct policy_pack *pack; /* whose version is signed; NULL: the one in force */
    struct str version;
    struct str reason;               /* may be empty */
    const struct policy_file *files; /* of the force's own pack; NULL: back to the one in the program */
    size_t files_n;
};
/* STATUS_NOT_FOUND: no such version; STATUS_CONFLICT: signed already, as it is; STATUS_DAMAGED: it is refused. */
enum status posts_policy_sign_write(struct db_tx *tx, void *policy_act);
/* The caller has read the pack of these files before, whole, and holds it to be good. */
enum status posts_policy_use_write(struct db_tx *tx, void *policy_act);

/* ---- The re-check of the live posts ---- */

#define POLICY_RECHECK_JOB "policy.recheck"

struct policy_recheck {
    bool due;      /* other versions, files or sign-offs are in force than the last one was about, or there was none */
    bool finished; /* of what is in force now */
    bool broken;   /* its job failed */
    int64_t total, done, changed, failed;
    struct db_opt_int ended; /* when the last one came to its end */
};
/* `now` says which versions are in force. */
enum status posts_recheck_look(struct db_tx *tx, struct arena *arena, int64_t now, struct policy_recheck *out,
                               struct fault *fault);
/* Puts the job where one is due. */
enum status posts_recheck_want(struct db *db, struct arena *arena, int64_t now, struct fault *fault);
/*
 * Goes on with some more posts, or begins; where nothing is left it is finished, which is STATUS_OK too. Any number of
 * processes may do it at once, and one that ends anywhere leaves it to be gone on with. The arena is emptied.
 */
enum status posts_recheck_step(struct db *db, struct arena *arena, int64_t now, struct policy_recheck *out,
                               struct fault *fault);
/* The next one begins anew. */
enum status posts_recheck_again_write(struct db_tx *tx, void *unused);

/* A live post whose answers are others than those of the re-check before (none before: those of its release). */
struct policy_changed {
    int64_t post;
    struct str key;
    /* Words of an outcome, or "-": no story that the policy answers. As recorded then, and as if recorded today. */
    struct str answer, versions, answer_today, versions_today;
    struct str held;                                     /* the checks that block it, by commas; empty: none */
    struct str before_answer, before_today, before_held; /* STR_NONE: it was not checked before */
};
enum { POLICY_CHANGED_MAX = 500 }; /* a page */
enum status posts_recheck_changed(struct db_tx *tx, struct arena *arena, int64_t after, struct policy_changed **out,
                                  size_t *n);

/*
 * What the live posts are answered with by two versions of the law or of recording, whatever their dates: `each` gets
 * those whose outcome differs. `pack` has both. The arena is emptied.
 */
struct policy_compare {
    const struct policy_pack *pack;
    const struct policy_version *versions[2];
    int64_t now;
    void (*each)(void *self, struct str key, enum policy_outcome first, enum policy_outcome second);
    void *self;
    int64_t told, changed, failed; /* out: posts with a story; of these; that could not be answered */
};
enum status posts_policy_compare(struct db *db, struct arena *arena, struct policy_compare *compare,
                                 struct fault *fault);

#endif
