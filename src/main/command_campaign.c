/*
 * candour campaign: what several posts are part of, from its first day to its
 * last.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/post_call.h"
#include "posts/campaign.h"
#include "base/banned.h"

enum {
    CAMPAIGN_DATA,
    CAMPAIGN_AS,
    CAMPAIGN_USER,
    CAMPAIGN_NAME,
    CAMPAIGN_FROM,
    CAMPAIGN_TO,
    CAMPAIGN_PURPOSE,
    CAMPAIGN_JSON,
    CAMPAIGN_OPTIONS
};

static const char *when_word(const struct campaign *campaign, struct str today)
{
    switch (campaign_when(campaign, today)) {
    case CAMPAIGN_RUNNING: return "running";
    case CAMPAIGN_COMING: return "coming";
    case CAMPAIGN_OVER: return "over";
    }
    return "";
}

static void put_row(struct json_writer *w, const struct campaign *row, struct str today)
{
    post_call_put(w, "slug", row->slug);
    post_call_put(w, "name", row->name);
    post_call_put(w, "purpose", row->purpose);
    post_call_put(w, "from", row->first_day);
    post_call_put(w, "to", row->last_day);
    post_call_put(w, "state", str_of(when_word(row, today)));
}

static void say_row(const struct campaign *row, struct str today)
{
    printf("%.*s  %s, %.*s to %.*s  %.*s\n", STR_ARG(row->slug), when_word(row, today), STR_ARG(row->first_day),
           STR_ARG(row->last_day), STR_ARG(row->name));
}

static int list(struct installation *in, bool json)
{
    struct fault fault;
    struct buf out;
    struct json_writer w;
    struct campaign *rows = NULL;
    size_t n = 0;
    struct db_tx *tx = NULL;
    struct str today = zone_day(in->arena, clock_now_ms());
    enum status status = db_read_begin(in->db, &tx, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    status = posts_campaigns(tx, in->arena, &rows, &n);
    db_read_end(tx);
    if (status != STATUS_OK) {
        fault_set(&fault, status, "The campaigns could not be read (%s): run candour doctor.", status_name(status));
        return command_fail(&fault);
    }
    buf_init(&out, in->arena, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_array(&w);
    for (size_t i = 0; i < n && json; i++) {
        json_open_object(&w);
        put_row(&w, &rows[i], today);
        json_close_object(&w);
    }
    json_close_array(&w);
    for (size_t i = 0; i < n && !json; i++)
        say_row(&rows[i], today);
    if (json)
        post_call_say(&out);
    else if (n == 0)
        printf("There are no campaigns.\n");
    return EXIT_DONE;
}

/* STATUS_NOT_FOUND without words: there is none of that slug or name. */
static enum status find(struct installation *in, const char *words, struct campaign *out,
                        struct campaign_counts *counts, struct fault *fault)
{
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(in->db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = posts_campaign(tx, in->arena, str_of(words), out);
    if (status == STATUS_OK && counts != NULL)
        status = posts_campaign_counts(tx, in->arena, out, counts);
    db_read_end(tx);
    if (status == STATUS_NOT_FOUND)
        return fault_set(fault, status,
                         "There is no campaign of that name: \"candour campaign list\" names those there are.");
    return status == STATUS_OK ? status
                               : fault_set(fault, status, "The campaign could not be read (%s): run candour doctor.",
                                           status_name(status));
}

static int show(struct installation *in, const char *words, bool json)
{
    struct fault fault;
    struct campaign row;
    struct campaign_counts counts;
    struct str today = zone_day(in->arena, clock_now_ms());
    if (find(in, words, &row, &counts, &fault) != STATUS_OK)
        return command_fail(&fault);
    const struct {
        const char *name;
        int64_t n;
    } rows[] = {
        { "published", counts.published },
        { "made_elsewhere", counts.copied },
        { "corrections", counts.corrections },
        { "withdrawals", counts.withdrawals },
        { "restorations", counts.restorations },
        { "endings", counts.endings },
        { "emergencies", counts.emergencies },
        { "promises", counts.promises },
        { "kept", counts.kept },
    };
    struct buf out;
    struct json_writer w;
    buf_init(&out, in->arena, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    put_row(&w, &row, today);
    if (!json) {
        say_row(&row, today);
        printf("%.*s\n/campaigns/%.*s\n", STR_ARG(row.purpose), STR_ARG(row.slug));
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!json && rows[i].n > 0)
            printf("%s: %lld\n", rows[i].name, (long long)rows[i].n);
        json_name(&w, str_of(rows[i].name));
        json_put_i64(&w, rows[i].n);
    }
    json_close_object(&w);
    if (json)
        post_call_say(&out);
    return EXIT_DONE;
}

static struct str given(const struct option *option, struct str now)
{
    return option->seen ? str_of(option->value) : now;
}

static int act(struct installation *in, const struct option *options, const char *slug, bool removes)
{
    struct fault fault;
    struct actor actor;
    struct act by = { .by = &actor };
    struct campaign_act act = { .arena = in->arena, .act = &by };
    enum status status = find(in, slug, &act.campaign, NULL, &fault);
    if (status != STATUS_OK && (status != STATUS_NOT_FOUND || removes))
        return command_fail(&fault);
    bool is_new = status == STATUS_NOT_FOUND;
    if (is_new)
        act.campaign = (struct campaign){ 0 };
    if (is_new || !removes)
        act.campaign.slug = str_of(slug); /* never another one's, whose name that may be */
    act.campaign.name = given(&options[CAMPAIGN_NAME], act.campaign.name);
    act.campaign.first_day = given(&options[CAMPAIGN_FROM], act.campaign.first_day);
    act.campaign.last_day = given(&options[CAMPAIGN_TO], act.campaign.last_day);
    act.campaign.purpose = given(&options[CAMPAIGN_PURPOSE], act.campaign.purpose);
    int code = command_actor(in, &options[CAMPAIGN_AS], &options[CAMPAIGN_USER], &actor);
    if (code != EXIT_DONE)
        return code;
    by.now = clock_now_ms();
    db_write_fn *fn = removes ? posts_campaign_remove_write : posts_campaign_set_write;
    if (db_write(in->db, fn, &act, &fault) != STATUS_OK)
        return command_fail(&fault);
    if (removes)
        printf("%.*s: removed\n", STR_ARG(act.campaign.slug));
    else
        printf("%.*s: %s; it stands at /campaigns/%.*s\n", STR_ARG(act.campaign.slug), is_new ? "made" : "changed",
               STR_ARG(act.campaign.slug));
    return EXIT_DONE;
}

#define BIT(option)   (1U << (option))
#define ACTOR_OPTIONS (BIT(CAMPAIGN_AS) | BIT(CAMPAIGN_USER))

enum what { WHAT_LIST, WHAT_SHOW, WHAT_SET, WHAT_REMOVE, WHATS };

static const struct {
    const char *name;
    unsigned options;
} whats[WHATS] = {
    [WHAT_LIST] = { "list", BIT(CAMPAIGN_JSON) },
    [WHAT_SHOW] = { "show", BIT(CAMPAIGN_JSON) },
    [WHAT_SET] = { "set",
                   ACTOR_OPTIONS | BIT(CAMPAIGN_NAME) | BIT(CAMPAIGN_FROM) | BIT(CAMPAIGN_TO) | BIT(CAMPAIGN_PURPOSE) },
    [WHAT_REMOVE] = { "remove", ACTOR_OPTIONS },
};

static int do_one(struct installation *in, enum what what, const struct option *options, const char *slug)
{
    switch (what) {
    case WHAT_LIST: return list(in, options[CAMPAIGN_JSON].seen);
    case WHAT_SHOW: return show(in, slug, options[CAMPAIGN_JSON].seen);
    case WHAT_SET: return act(in, options, slug, false);
    case WHAT_REMOVE: return act(in, options, slug, true);
    case WHATS: break;
    }
    return EXIT_CANNOT;
}

static int run(int argc, char **argv)
{
    struct option options[CAMPAIGN_OPTIONS] = {
        [CAMPAIGN_DATA] = { .name = "--data", .takes_value = true },
        [CAMPAIGN_AS] = { .name = "--as", .takes_value = true },
        [CAMPAIGN_USER] = { .name = "--user", .takes_value = true },
        [CAMPAIGN_NAME] = { .name = "--name", .takes_value = true },
        [CAMPAIGN_FROM] = { .name = "--from", .takes_value = true },
        [CAMPAIGN_TO] = { .name = "--to", .takes_value = true },
        [CAMPAIGN_PURPOSE] = { .name = "--purpose", .takes_value = true },
        [CAMPAIGN_JSON] = { .name = "--json" },
    };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_campaign, argc, argv, options, CAMPAIGN_OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    enum what what = WHATS;
    for (int i = 0; rest > 0 && i < WHATS; i++)
        if (strcmp(argv[1], whats[i].name) == 0)
            what = (enum what)i;
    if (what == WHATS)
        return options_wrong(&command_campaign, "Say what to do: list, show, set or remove.");
    if (rest != (what == WHAT_LIST ? 1 : 2))
        return what == WHAT_LIST ? options_wrong(&command_campaign, "campaign list takes no name.")
                                 : options_wrong(&command_campaign, "campaign %s needs one slug.", whats[what].name);
    for (unsigned i = CAMPAIGN_AS; i < CAMPAIGN_OPTIONS; i++)
        if (options[i].seen && (whats[what].options & BIT(i)) == 0)
            return options_wrong(&command_campaign, "campaign %s takes no %s.", whats[what].name, options[i].name);
    struct installation in;
    int code = installation_open(&in, options[CAMPAIGN_DATA].value);
    if (code != EXIT_DONE)
        return code;
    code = do_one(&in, what, options, argv[2]);
    installation_close(&in);
    return code;
}

const struct command command_campaign = {
    .name = "campaign",
    .usage = "campaign list [--json]\n"
             "campaign show SLUG [--json]\n"
             "campaign set SLUG [--name NAME] [--from DAY] [--to DAY] [--purpose TEXT] [--as USER | --user USER]\n"
             "campaign remove SLUG [--as USER | --user USER]",
    .help = "Lists campaigns, shows one with what was corrected in it, and makes or changes one. A campaign has a slug "
            "for its address, /campaigns/SLUG, a name, a first and a last day in local time (2026-10-10), and a "
            "sentence or two on what it is for; set makes one, or changes what is given. It is public at once, and "
            "takes the role duty-communications. A post names its campaign by slug or name in its head; a campaign "
            "that posts name keeps its name, and cannot be removed.",
    .run = run,
};
