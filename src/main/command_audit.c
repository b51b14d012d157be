/*
 * candour audit: whether the chain of acts is whole, and what stands in it.
 *
 * Words of acts were written by people: on a terminal no byte of them can move
 * the cursor or begin a new line.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/options.h"
#include "base/banned.h"

enum { OPTION_DATA, OPTION_JSON, OPTION_MOST, OPTIONS };
enum { MOST_PRESET = 50, MOST_LIMIT = 500, LINE_BYTES = 8 * 1024 * 1024 };

static struct fault fault;

/* ---- verify ---- */

static int said_json(struct arena *arena, const struct audit_report *r)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, arena, 1024);
    json_writer_init(&w, &out);
    json_open_object(&w);
    json_name(&w, STR("whole"));
    json_put_bool(&w, r->first_wrong == 0);
    json_name(&w, STR("entries"));
    json_put_i64(&w, r->entries);
    json_name(&w, STR("erased"));
    json_put_i64(&w, r->erased);
    json_name(&w, STR("first_wrong"));
    if (r->first_wrong)
        json_put_i64(&w, r->first_wrong);
    else
        json_put_null(&w);
    json_name(&w, STR("head"));
    json_put_str(&w, r->head_hex);
    json_close_object(&w);
    if (!buf_ok(&out)) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    printf("%.*s\n", STR_ARG(buf_str(&out)));
    return r->first_wrong ? EXIT_DATA : EXIT_DONE;
}

static int said(const struct audit_report *r)
{
    if (r->first_wrong) {
        fault_set(&fault, STATUS_DAMAGED,
                  "The audit is not whole: entry %lld is missing or was changed. Copy the data folder as it is, and "
                  "compare it with a backup.",
                  (long long)r->first_wrong);
        return command_fail(&fault);
    }
    printf("The audit is whole: %lld entries, the words of %lld erased. Its head is %.*s\n", (long long)r->entries,
           (long long)r->erased, STR_ARG(r->head_hex));
    return EXIT_DONE;
}

static int verify(struct installation *in, bool json)
{
    struct audit_report report;
    if (audit_verify(in->db, in->arena, &report, &fault) != STATUS_OK)
        return command_fail(&fault);
    return json ? said_json(in->arena, &report) : said(&report);
}

/* ---- list ---- */

/* Controls of ASCII and of Latin-1 as a space. */
static void put_shown(struct buf *out, struct str words)
{
    for (size_t i = 0; i < words.n; i++) {
        unsigned char c = (unsigned char)words.p[i];
        unsigned char next = i + 1 < words.n ? (unsigned char)words.p[i + 1] : 0;
        bool c1 = c == 0xC2 && next >= 0x80 && next < 0xA0;
        buf_add_byte(out, c < 0x20 || c == 0x7F || c1 ? ' ' : words.p[i]);
        i += c1;
    }
}

static void entry_text(struct buf *out, struct arena *arena, const struct audit_entry *e)
{
    buf_format(out, "%lld  %.*s  %.*s  ", (long long)e->n, STR_ARG(zone_utc(arena, e->at)),
               STR_ARG(e->user.p ? e->user : STR("(console)")));
    buf_add(out, e->act);
    if (e->post)
        buf_format(out, "  post %lld", (long long)e->post);
    buf_add(out, STR("  "));
    put_shown(out, e->words.p ? e->words : STR("(words erased)"));
    buf_add_byte(out, '\n');
}

static void entry_json(struct json_writer *w, struct arena *arena, const struct audit_entry *e)
{
    json_open_object(w);
    json_name(w, STR("n"));
    json_put_i64(w, e->n);
    json_name(w, STR("at"));
    json_put_str(w, zone_utc(arena, e->at));
    json_name(w, STR("user"));
    if (e->user.p)
        json_put_str(w, e->user);
    else
        json_put_null(w);
    json_name(w, STR("act"));
    json_put_str(w, e->act);
    json_name(w, STR("post"));
    if (e->post)
        json_put_i64(w, e->post);
    else
        json_put_null(w);
    json_name(w, STR("words"));
    if (e->words.p)
        json_put_str(w, e->words);
    else
        json_put_null(w);
    json_close_object(w);
}

static enum status read_entries(struct installation *in, size_t most, struct audit_entry **entries, size_t *n)
{
    struct db_tx *tx;
    enum status status = db_read_begin(in->db, &tx, &fault);
    if (status != STATUS_OK)
        return status;
    status = audit_list(tx, in->arena, INT64_MAX, most, entries, n);
    db_read_end(tx);
    if (status != STATUS_OK)
        fault_set(&fault, status, "The audit could not be read (%s); candour doctor says more.", status_name(status));
    return status;
}

static int list(struct installation *in, bool json, size_t most)
{
    struct audit_entry *entries;
    size_t n;
    struct buf out;
    struct json_writer w;
    if (read_entries(in, most, &entries, &n) != STATUS_OK)
        return command_fail(&fault);
    buf_init(&out, in->arena, LINE_BYTES);
    json_writer_init(&w, &out);
    if (json)
        json_open_array(&w);
    for (size_t i = 0; i < n; i++) {
        if (json)
            entry_json(&w, in->arena, &entries[i]);
        else
            entry_text(&out, in->arena, &entries[i]);
    }
    if (json) {
        json_close_array(&w);
        buf_add_byte(&out, '\n');
    }
    if (!buf_ok(&out)) {
        fault_set(&fault, STATUS_LIMIT, "That is too much for one list; ask for fewer entries with --most.");
        return command_fail(&fault);
    }
    fwrite(buf_str(&out).p, 1, out.n, stdout);
    return EXIT_DONE;
}

/* ---- Which of them ---- */

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = { [OPTION_DATA] = { .name = "--data", .takes_value = true },
                                       [OPTION_JSON] = { .name = "--json" },
                                       [OPTION_MOST] = { .name = "--most", .takes_value = true } };
    int rest = 0;
    bool help = false;
    int64_t most = MOST_PRESET;
    if (!command_options(&command_audit, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    bool verifies = rest == 1 && strcmp(argv[1], "verify") == 0;
    bool lists = rest == 1 && strcmp(argv[1], "list") == 0;
    if (!verifies && !lists)
        return options_wrong(&command_audit, "audit takes verify or list.");
    if (options[OPTION_MOST].seen &&
        (verifies || !str_to_i64(str_of(options[OPTION_MOST].value), &most) || most < 1 || most > MOST_LIMIT))
        return options_wrong(&command_audit, "--most belongs to audit list and is a number from 1 to %d.", MOST_LIMIT);
    struct installation in;
    int code = installation_open(&in, options[OPTION_DATA].seen ? options[OPTION_DATA].value : NULL);
    if (code != EXIT_DONE)
        return code;
    code = verifies ? verify(&in, options[OPTION_JSON].seen) : list(&in, options[OPTION_JSON].seen, (size_t)most);
    installation_close(&in);
    return code;
}

const struct command command_audit = {
    .name = "audit",
    .usage = "audit verify [--json] [--data DIR]\n"
             "audit list [--most N] [--json] [--data DIR]",
    .help = "The trace of every act. verify reads the whole chain and says whether any entry was changed, left out or "
            "moved, and the head to note elsewhere: nobody can make a chain with another past and the same head. list "
            "shows the newest entries, 50 unless --most says otherwise. Words that were erased are gone; their entries "
            "stay.",
    .run = run,
};
