/*
 * A pack: the dated decision models of one nation, and the manifest that says which of them is in force when.
 *
 * A pack is read once, whole, and does not change afterwards: any number of threads may evaluate with it. What is
 * broken, altered (its sha256 is not the manifest's) or contradicts itself is refused, with its file and line; a pack
 * that was read holds no fault that the engine can see.
 */
#ifndef CANDOUR_POLICY_PACK_H
#define CANDOUR_POLICY_PACK_H

#include "dmn/dmn.h"

enum {
    POLICY_PACK_MEMORY_MAX = 128 * 1024 * 1024, /* bytes of the arena of a pack */
    POLICY_FILES_MAX = 400,                     /* files of a pack */
    POLICY_FILE_MAX = 1024 * 1024,              /* bytes of one of them */
    POLICY_VERSIONS_MAX = 200,
    POLICY_OFFENCES_MAX = 200, /* of one version */
};

struct policy_file {
    struct str path, bytes; /* "law/public-order-1998.dmn", below the folder of the pack */
};
/* The pack that is in the program. */
extern const struct policy_file policy_england_wales[];
extern const size_t policy_england_wales_n;

/* A day as one number that can be compared: 20221016. */
enum { POLICY_DAY_NONE = 0, POLICY_DAY_OPEN = 99999999 };
int policy_day(struct feel_date date);
/* "2022-10-16"; false where there is no such day. */
bool policy_day_parse(struct str text, int *out);
struct str policy_day_text(struct arena *arena, int day);

enum policy_kind { POLICY_LAW, POLICY_RECORDING, POLICY_PUBLICATION };
const char *policy_kind_name(enum policy_kind kind);

enum policy_notifiable { POLICY_NOTIFIABLE_UNKNOWN, POLICY_NOTIFIABLE_NO, POLICY_NOTIFIABLE_YES };

/* A file of a version that holds decisions. Shared by the versions that have it. */
struct policy_model {
    struct str path, name; /* "law/public-order-1998.dmn", "public-order-1998" */
    const struct dmn_model *model;
    const struct policy_offence *offences;
    size_t offences_n;
    const bool *names; /* as of a decision: those of all offences */
};
/* A decision of a version, with the model that it is evaluated in; all NULL: the version has none of this name. */
struct policy_decision {
    const struct policy_model *model;
    const struct dmn_element *decision;
    const bool *names; /* of each fact of the vocabulary: whether an expression behind the decision names it */
};
struct policy_ways;
/* A row of the relation "offences" of a module, with the decision that says when it is made out. */
struct policy_offence {
    struct str id, name, provision;
    bool against_person, words_only, section_5, stirring_up, possible_only;
    enum policy_notifiable notifiable;
    struct policy_decision made_out;
    const struct policy_ways *ways; /* NULL: any; see names.h */
};

struct policy_version_file {
    struct str path, sha256; /* 64 hexadecimal digits */
};
struct policy_signature;
struct policy_version {
    struct str id; /* "ew-law-2022-06" */
    enum policy_kind kind;
    /*
     * Days; the last is not in it. `from`: POLICY_DAY_NONE where the manifest has no first day. Then none is known and
     * it is not enabled, or it is of publication and counts on every day before `to`. POLICY_DAY_OPEN: still in force.
     */
    int from, to;
    bool enabled;
    const struct str *instruments;
    size_t instruments_n;
    struct str note;
    const struct policy_model *const *models; /* in the order of the manifest; without those that are only imported */
    size_t models_n;
    /* Of the law. */
    const struct policy_offence *const *offences; /* of all models, each id once */
    size_t offences_n;
    struct policy_decision can_be_a_crime, aggravated, uplift;
    /* Of recording. */
    struct policy_decision outcome, perception, personal_data;
    const struct policy_version_file *files; /* all, in the order of the manifest */
    size_t files_n;
    struct str sha256; /* over id, kind, first day and all files: what a sign-off is of */
    /* Of a pack that policy_pack_sign gave (sign.h); else nothing is signed off and nothing is refused. */
    bool signed_off;
    const struct policy_signature *signature; /* NULL: none */
    struct str refused; /* why nothing may use it: it is not what was signed off; STR_NONE: it may be used */
    int line;           /* in the manifest */
};
struct policy_pack {
    struct str nation; /* a value of place.nation */
    const struct policy_version *versions;
    size_t versions_n;
    const struct policy_model *const *models; /* of all versions, each once */
    size_t models_n;
};

/*
 * `files`: all of the folder, the manifest as "manifest.yaml"; their bytes have to live as long as the pack. `arena`
 * has a cap of POLICY_PACK_MEMORY_MAX. STATUS_INVALID: broken; STATUS_DAMAGED: altered; STATUS_NOT_FOUND: a file that
 * the manifest names is not there.
 */
enum status policy_pack_read(struct arena *arena, const struct policy_file *files, size_t files_n,
                             const struct policy_pack **out, struct fault *fault);
/*
 * The pack that is in the program, read when it is first asked for and kept for the life of the process. Safe from any
 * thread. A fault is not kept: the next call tries again.
 */
enum status policy_pack_shipped(const struct policy_pack **out, struct fault *fault);
/* The .dmn files and the manifest of a folder, by their paths. STATUS_NOT_FOUND, STATUS_LIMIT, STATUS_NO_MEMORY. */
enum status policy_pack_files(struct arena *arena, const char *folder, const struct policy_file **out, size_t *n,
                              struct fault *fault);
/* The same from a folder; other files in it than .dmn and the manifest are not looked at. */
enum status policy_pack_open(struct arena *arena, const char *folder, const struct policy_pack **out,
                             struct fault *fault);

/* The version of this kind that is in force on a day and enabled; NULL: none. */
const struct policy_version *policy_pack_on(const struct policy_pack *pack, enum policy_kind kind, int day);
const struct policy_version *policy_pack_find(const struct policy_pack *pack, struct str id);
/* Where a decision of a model stands: the name of its file, "recording-2023-06"; of an import, what its namespace ends
 * in. */
struct str policy_decision_home(const struct policy_model *model, struct str decision);

#endif
