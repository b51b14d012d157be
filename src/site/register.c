/* The corrections register: for people, as JSON and CSV for programs, and as a feed. */
#include "posts/register.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "site/feed.h"
#include "site/site.h"
#include "site/site_pages.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

enum { LINES_MAX = 5, MONTHS_SHOWN = 24, FORMAT_ROWS = 500 };

/* ---- What is asked for ---- */

struct asked {
    struct register_filter filter;
    struct str kind, month; /* as they stand in the address; STR_NONE: all */
    struct register_cursor cursor;
    bool after;
};

static bool read_month(struct str text, struct register_filter *out)
{
    struct str year;
    struct str rest = text;
    int64_t y = 0;
    int64_t m = 0;
    if (text.n != 7 || !str_cut(&rest, '-', &year) || year.n != 4 || !str_to_i64(year, &y) || !str_to_i64(rest, &m) ||
        y < 1970 || m < 1 || m > 12)
        return false;
    struct civil c = { .year = (int)y, .month = (int)m, .day = 1 };
    struct civil next = { .year = (int)(m == 12 ? y + 1 : y), .month = (int)(m == 12 ? 1 : m + 1), .day = 1 };
    return zone_moment(&c, &out->since) == STATUS_OK && zone_moment(&next, &out->until) == STATUS_OK;
}

/* False where the address asks for what there cannot be. */
static bool read_asked(const struct value *kind, const struct value *month, const struct value *after,
                       struct asked *out)
{
    *out = (struct asked){ .filter = { .until = INT64_MAX } };
    if (kind->state == VALUE_INVALID || month->state == VALUE_INVALID || after->state == VALUE_INVALID)
        return false;
    if (kind->state == VALUE_OK) {
        out->filter.one = true;
        out->kind = kind->text;
        if (!register_what_of_word(kind->text, &out->filter.what))
            return false;
    }
    if (month->state == VALUE_OK) {
        out->month = month->text;
        if (!read_month(month->text, &out->filter))
            return false;
    }
    out->after = after->state == VALUE_OK;
    return !out->after || register_cursor_read(after->text, &out->cursor);
}

static struct url address_of(struct request *req, struct str path, struct str kind, struct str month, struct str after)
{
    struct url url = request_own(req, path);
    if (kind.p != NULL)
        url = url_query(req->arena, url, STR("kind"), kind);
    if (month.p != NULL)
        url = url_query(req->arena, url, STR("month"), month);
    return after.p == NULL ? url : url_query(req->arena, url, STR("after"), after);
}

/* ---- In words ---- */

static struct str one_words(enum language language, enum register_what what)
{
    switch (what) {
    case REGISTER_CORRECTION: return t_register_one_correction(language);
    case REGISTER_WITHDRAWAL: return t_register_one_withdrawal(language);
    case REGISTER_RESTORATION: return t_register_one_restoration(language);
    case REGISTER_ENDING: return t_register_one_ending(language);
    case REGISTER_EMERGENCY: return t_register_one_emergency(language);
    case REGISTER_PROMISE: return t_register_one_promise(language);
    case REGISTER_KEPT: return t_register_one_kept(language);
    case REGISTER_WHATS: break;
    }
    return STR_NONE;
}

static struct str many_words(enum language language, enum register_what what)
{
    switch (what) {
    case REGISTER_CORRECTION: return t_register_many_correction(language);
    case REGISTER_WITHDRAWAL: return t_register_many_withdrawal(language);
    case REGISTER_RESTORATION: return t_register_many_restoration(language);
    case REGISTER_ENDING: return t_register_many_ending(language);
    case REGISTER_EMERGENCY: return t_register_many_emergency(language);
    case REGISTER_PROMISE: return t_register_many_promise(language);
    case REGISTER_KEPT: return t_register_many_kept(language);
    case REGISTER_WHATS: break;
    }
    return STR_NONE;
}

struct str site_correction_words(enum language language, enum post_correction_kind kind)
{
    switch (kind) {
    case CORRECTION_FACTUAL: return t_register_correction_factual(language);
    case CORRECTION_CLARIFICATION: return t_register_correction_clarification(language);
    case CORRECTION_LABEL_ADDED: return t_register_correction_label(language);
    case CORRECTION_PICTURE_REPLACED: return t_register_correction_picture(language);
    case CORRECTION_POLICY: return t_register_correction_policy(language);
    case CORRECTION_KINDS: break;
    }
    return STR_NONE;
}

struct str site_ending_words(enum language language, enum post_ending ending)
{
    switch (ending) {
    case ENDING_FOUND: return t_register_ending_found(language);
    case ENDING_ARRESTED: return t_register_ending_arrested(language);
    case ENDING_TRIAL_OVER: return t_register_ending_trial(language);
    case ENDING_EVENT_OVER: return t_register_ending_event(language);
    case POST_ENDINGS: break;
    }
    return STR_NONE;
}

static struct str withdrawal_words(enum language language, enum post_ground ground)
{
    switch (ground) {
    case GROUND_ERROR: return t_register_ground_error(language);
    case GROUND_DISCLOSURE: return t_register_ground_disclosure(language);
    case GROUND_POLICY: return t_register_ground_policy(language);
    case GROUND_LICENCE_OR_CONSENT: return t_register_ground_licence(language);
    case GROUND_OTHER: return t_register_ground_other(language);
    case GROUND_COURT_ORDER:
    case GROUND_PERSONAL_DATA:
    case GROUND_SAFETY:
    case GROUNDS: break;
    }
    return site_ground_words(language, ground);
}

struct lines {
    struct str list[LINES_MAX];
    size_t n;
};

static void add(struct lines *lines, struct str words)
{
    if (words.p != NULL && words.n > 0 && lines->n < LINES_MAX)
        lines->list[lines->n++] = words;
}

static void add_emergency(struct request *req, struct lines *lines, const struct register_row *row, int64_t now)
{
    enum language l = req->language;
    add(lines, t_register_emergency_words(l));
    struct str due = web_time_words(req, row->review_due);
    if (row->reviewed.set && row->reviewed.value <= row->review_due)
        add(lines, t_register_emergency_reviewed(l, req->arena, web_time_words(req, row->reviewed.value)));
    else if (row->reviewed.set)
        add(lines, t_register_emergency_reviewed_late(l, req->arena, web_time_words(req, row->reviewed.value)));
    else
        add(lines, now > row->review_due ? t_register_emergency_overdue(l, req->arena, due)
                                         : t_register_emergency_due(l, req->arena, due));
}

static void add_promise(struct request *req, struct lines *lines, const struct promise_row *promise, int64_t now)
{
    enum language l = req->language;
    struct str day = web_day_words(req, promise->due.at);
    add(lines, promise->what.p == NULL ? t_register_promise_hidden(l) : promise->what);
    add(lines, promise->kept.set               ? t_register_promise_was_due(l, req->arena, day)
               : promise_is_late(promise, now) ? t_register_promise_late(l, req->arena, day)
                                               : t_register_promise_due(l, req->arena, day));
    if (promise->first_due.at != promise->due.at)
        add(lines, t_register_promise_moved(l, req->arena, web_day_words(req, promise->first_due.at)));
    if (promise->kept.set)
        add(lines, t_register_promise_kept(l, req->arena, web_day_words(req, promise->kept.value)));
    else if (promise->owner.p != NULL)
        add(lines, t_register_promise_owner(l, req->arena, promise->owner));
}

static bool fill_item(struct request *req, const struct register_row *row, int64_t now, struct register_item *out)
{
    enum language l = req->language;
    struct lines *lines = ARENA_NEW(req->arena, struct lines);
    if (lines == NULL)
        return false;
    out->kind = one_words(l, row->what);
    out->time = web_time_words(req, row->made);
    out->title = site_post_title(l, row->post.title, row->post.hidden, row->post.ended);
    if (!row->post.hidden)
        out->address = site_post_address(req, row->post.address);
    switch (row->what) {
    case REGISTER_CORRECTION:
        add(lines, row->grounded ? site_ground_words(l, row->ground) : site_correction_words(l, row->correction));
        break;
    case REGISTER_WITHDRAWAL: add(lines, withdrawal_words(l, row->ground)); break;
    case REGISTER_ENDING: add(lines, site_ending_words(l, row->ending)); break;
    case REGISTER_EMERGENCY: add_emergency(req, lines, row, now); break;
    case REGISTER_PROMISE:
    case REGISTER_KEPT: add_promise(req, lines, &row->promise, now); break;
    case REGISTER_RESTORATION:
    case REGISTER_WHATS: break;
    }
    add(lines, row->erased ? t_register_words_erased(l) : row->words);
    out->lines = lines->list;
    out->lines_n = lines->n;
    if (row->promise.kept.set) {
        out->followup = site_post_title(l, row->followup.title, row->followup.hidden, row->followup.ended);
        if (!row->followup.hidden)
            out->followup_address = site_post_address(req, row->followup.address);
    }
    return true;
}

/* ---- The page ---- */

static bool fill_choices(struct request *req, const struct asked *asked, struct corrections *view)
{
    struct register_choice *list = ARENA_ARRAY(req->arena, REGISTER_WHATS + 1, struct register_choice);
    if (list == NULL)
        return false;
    list[0].words = t_register_everything(req->language);
    if (asked->filter.one)
        list[0].address = address_of(req, STR("/corrections"), STR_NONE, asked->month, STR_NONE);
    for (int what = 0; what < REGISTER_WHATS; what++) {
        list[what + 1].words = many_words(req->language, (enum register_what)what);
        if (!asked->filter.one || asked->filter.what != (enum register_what)what)
            list[what + 1].address = address_of(req, STR("/corrections"), register_what_word((enum register_what)what),
                                                asked->month, STR_NONE);
    }
    view->choices = list;
    view->choices_n = REGISTER_WHATS + 1;
    return true;
}

/* The months from this one back to the first act. */
static bool fill_months(struct request *req, const struct asked *asked, int64_t now, int64_t first,
                        struct corrections *view)
{
    struct register_choice *list = ARENA_ARRAY(req->arena, MONTHS_SHOWN + 1, struct register_choice);
    struct civil c;
    struct civil begin;
    if (list == NULL)
        return false;
    list[0].words = t_register_all_months(req->language);
    if (asked->month.p != NULL)
        list[0].address = address_of(req, STR("/corrections"), asked->kind, STR_NONE, STR_NONE);
    size_t n = 1;
    zone_local(now, &c);
    zone_local(first, &begin);
    for (int month = c.year * 12 + c.month - 1; n <= MONTHS_SHOWN && month >= begin.year * 12 + begin.month - 1;
         month--, n++) {
        struct str text = str_format(req->arena, "%04d-%02d", month / 12, month % 12 + 1);
        list[n].words =
            str_format(req->arena, "%.*s %d", STR_ARG(web_month_words(req->language, month % 12 + 1)), month / 12);
        if (asked->month.p == NULL || !str_equal(asked->month, text))
            list[n].address = address_of(req, STR("/corrections"), asked->kind, text, STR_NONE);
    }
    view->months = list;
    view->months_n = n;
    return true;
}

static bool fill_quarters(struct request *req, const struct register_counts *counts, size_t n, struct corrections *view)
{
    struct register_quarter *list = ARENA_ARRAY(req->arena, n + 1, struct register_quarter);
    if (list == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct civil c;
        zone_local(counts[i].since, &c);
        list[i] = (struct register_quarter){
            .name = t_register_quarter_words(req->language, req->arena, web_month_words(req->language, c.month),
                                             web_month_words(req->language, c.month + 2), c.year),
            .published = counts[i].published,
            .copied = counts[i].copied,
            .console = counts[i].console,
            .corrections = counts[i].corrections,
            .withdrawals = counts[i].withdrawals,
            .restorations = counts[i].restorations,
            .endings = counts[i].endings,
            .emergencies = counts[i].emergencies,
            .overdue = counts[i].overdue,
            .promises = counts[i].promises,
            .kept = counts[i].kept,
        };
    }
    view->quarters = list;
    view->quarters_n = n;
    return true;
}

static int64_t next_midnight(int64_t now)
{
    struct civil c;
    int64_t at = now;
    zone_local(now + 24LL * 60 * 60 * 1000, &c);
    c.hour = c.minute = c.second = 0;
    return zone_moment(&c, &at) == STATUS_OK && at > now ? at : now + 60 * 1000;
}

static void until(struct response *res, int64_t at, int64_t now)
{
    if (at > now && at < res->valid_until)
        res->valid_until = at;
}

void site_until_midnight(struct response *res, int64_t now)
{
    until(res, next_midnight(now), now);
}

bool site_register_fill(struct request *req, struct response *res, const struct register_row *rows, size_t n,
                        int64_t now, const struct register_item **out)
{
    struct register_item *list = ARENA_ARRAY(req->arena, n + 1, struct register_item);
    if (list == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].what == REGISTER_EMERGENCY && !rows[i].reviewed.set)
            until(res, rows[i].review_due + 1, now);
        if (!fill_item(req, &rows[i], now, &list[i]))
            return false;
    }
    *out = list;
    return true;
}

/*
 * route: GET /corrections
 * permission: public
 * query: kind word 20, month text 7, after text 40
 * cache: public
 * help: Every correction, withdrawal, emergency publication and promise, with counts by quarter.
 */
enum http_status site_register(struct request *req, struct response *res)
{
    struct asked asked;
    struct register_row *rows;
    struct register_row *open;
    struct register_counts counts[REGISTER_QUARTERS_MAX];
    size_t n = 0;
    size_t open_n = 0;
    size_t counts_n = 0;
    struct db_tx *tx;
    int64_t now = clock_now_ms();
    if (!read_asked(request_query(req, SITE_REGISTER_QUERY_KIND), request_query(req, SITE_REGISTER_QUERY_MONTH),
                    request_query(req, SITE_REGISTER_QUERY_AFTER), &asked))
        return response_error(req, res, HTTP_NOT_FOUND);
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = posts_register(tx, req->arena, &asked.filter, asked.after ? &asked.cursor : NULL, SITE_NEWS_POSTS + 1,
                                &rows, &n);
    if (status == STATUS_OK)
        status = posts_register_open(tx, req->arena, POST_LIST_MAX, &open, &open_n);
    if (status == STATUS_OK)
        status = posts_register_counts(tx, req->arena, now, counts, &counts_n);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));

    bool chosen = asked.kind.n > 0 || asked.month.n > 0;
    struct corrections view = { .rows_n = n > SITE_NEWS_POSTS ? SITE_NEWS_POSTS : n,
                                .none = chosen ? t_register_none(req->language) : t_register_empty(req->language),
                                .json = address_of(req, STR("/corrections.json"), asked.kind, asked.month, STR_NONE),
                                .csv = address_of(req, STR("/corrections.csv"), asked.kind, asked.month, STR_NONE),
                                .atom = address_of(req, STR("/corrections.atom"), asked.kind, asked.month, STR_NONE) };
    if (n > SITE_NEWS_POSTS)
        view.older = address_of(req, STR("/corrections"), asked.kind, asked.month,
                                register_cursor_text(req->arena, rows[SITE_NEWS_POSTS - 1].cursor));
    if (asked.after)
        view.newest = address_of(req, STR("/corrections"), asked.kind, asked.month, STR_NONE);
    else
        view.open_n = open_n;
    int64_t first = counts_n == 0 ? now : counts[counts_n - 1].since;
    if (!site_register_fill(req, res, rows, view.rows_n, now, &view.rows) ||
        !site_register_fill(req, res, open, open_n, now, &view.open) || !fill_choices(req, &asked, &view) ||
        !fill_months(req, &asked, now, first, &view) || !fill_quarters(req, counts, counts_n, &view))
        return response_error(req, res, HTTP_SERVER_ERROR);
    site_until_midnight(res, now); /* the page says what is late */
    web_layout(req, &view.layout, t_register_title(req->language));
    view.layout.feed = view.atom;
    view.layout.description = t_register_words(req->language);
    corrections_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/* ---- For programs ---- */

/* Rows of a page of a hundred each, newest first, at most FORMAT_ROWS. */
static enum status each_row(struct request *req, struct response *res, const struct asked *asked,
                            void (*each)(void *self, struct request *req, const struct register_row *row), void *self)
{
    struct register_cursor cursor = asked->cursor;
    bool after = asked->after;
    size_t n = POST_LIST_MAX;
    struct db_tx *tx;
    enum status status = request_read(req, &tx, &res->fault);
    for (size_t all = 0; status == STATUS_OK && n == POST_LIST_MAX && all < FORMAT_ROWS; all += n) {
        struct register_row *rows;
        status = posts_register(tx, req->arena, &asked->filter, after ? &cursor : NULL, POST_LIST_MAX, &rows, &n);
        for (size_t i = 0; i < n && status == STATUS_OK; i++)
            each(self, req, &rows[i]);
        if (n > 0 && status == STATUS_OK)
            cursor = rows[n - 1].cursor;
        after = true;
    }
    return status;
}

/* The machine word behind a row: the kind of a correction, or the ground that hides it, the ground of a withdrawal, why
 * it ended. */
static struct str word_of(const struct register_row *row)
{
    switch (row->what) {
    case REGISTER_CORRECTION:
        return row->grounded ? post_ground_word(row->ground) : post_correction_word(row->correction);
    case REGISTER_WITHDRAWAL: return post_ground_word(row->ground);
    case REGISTER_ENDING: return post_ending_word(row->ending);
    case REGISTER_RESTORATION:
    case REGISTER_EMERGENCY:
    case REGISTER_PROMISE:
    case REGISTER_KEPT:
    case REGISTER_WHATS: break;
    }
    return STR_NONE;
}

struct field {
    struct str name, value;
};
enum { FIELDS = 11 };

static void fields_of(struct request *req, const struct register_row *row, struct field out[FIELDS])
{
    const struct promise_row *p = &row->promise;
    bool promised = row->what == REGISTER_PROMISE || row->what == REGISTER_KEPT;
    struct field fields[FIELDS] = {
        { STR("time"), zone_utc(req->arena, row->made) },
        { STR("kind"), register_what_word(row->what) },
        { STR("detail"), word_of(row) },
        { STR("title"), row->post.title },
        { STR("address"), row->post.hidden ? STR_NONE : site_post_address(req, row->post.address).s },
        { STR("words"), promised ? p->what : row->words },
        { STR("due"), promised ? zone_day(req->arena, p->due.at) : STR_NONE },
        { STR("first_due"), promised ? zone_day(req->arena, p->first_due.at) : STR_NONE },
        { STR("kept"), promised && p->kept.set ? zone_utc(req->arena, p->kept.value) : STR_NONE },
        { STR("review_due"), row->what == REGISTER_EMERGENCY ? zone_utc(req->arena, row->review_due) : STR_NONE },
        { STR("reviewed"), row->reviewed.set ? zone_utc(req->arena, row->reviewed.value) : STR_NONE },
    };
    for (int i = 0; i < FIELDS; i++)
        out[i] = fields[i];
}

static void put_json(void *self, struct request *req, const struct register_row *row)
{
    struct json_writer *w = self;
    struct field fields[FIELDS];
    fields_of(req, row, fields);
    json_open_object(w);
    for (int i = 0; i < FIELDS; i++) {
        json_name(w, fields[i].name);
        if (fields[i].value.p == NULL)
            json_put_null(w);
        else
            json_put_str(w, fields[i].value);
    }
    json_close_object(w);
}

/* RFC 4180; a value that a spreadsheet would take for a formula gets an apostrophe before it. */
static void put_value(struct buf *out, struct str value)
{
    bool formula = value.n > 0 && str_find_byte(STR("=+-@\t\r"), value.p[0]) >= 0;
    buf_add_byte(out, '"');
    if (formula)
        buf_add_byte(out, '\'');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"')
            buf_add_byte(out, '"');
        buf_add_byte(out, value.p[i]);
    }
    buf_add_byte(out, '"');
}

static void put_csv(void *self, struct request *req, const struct register_row *row)
{
    struct buf *out = self;
    struct field fields[FIELDS];
    fields_of(req, row, fields);
    for (int i = 0; i < FIELDS; i++) {
        if (i > 0)
            buf_add_byte(out, ',');
        if (fields[i].value.p != NULL)
            put_value(out, fields[i].value);
    }
    buf_add(out, STR("\r\n"));
}

/*
 * route: GET /corrections.json
 * permission: public
 * query: kind word 20, month text 7, after text 40
 * cache: public
 * help: The register as JSON, newest first, at most 500 entries: a month at a time for more.
 */
enum http_status site_register_json(struct request *req, struct response *res)
{
    struct asked asked;
    struct json_writer w;
    if (!read_asked(request_query(req, SITE_REGISTER_JSON_QUERY_KIND),
                    request_query(req, SITE_REGISTER_JSON_QUERY_MONTH),
                    request_query(req, SITE_REGISTER_JSON_QUERY_AFTER), &asked))
        return response_error(req, res, HTTP_NOT_FOUND);
    json_writer_init(&w, &res->body);
    json_open_array(&w);
    enum status status = each_row(req, res, &asked, put_json, &w);
    json_close_array(&w);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    res->content_type = STR("application/json");
    return HTTP_OK;
}

/*
 * route: GET /corrections.csv
 * permission: public
 * query: kind word 20, month text 7, after text 40
 * cache: public
 * help: The register as CSV, newest first, at most 500 entries: a month at a time for more.
 */
enum http_status site_register_csv(struct request *req, struct response *res)
{
    struct asked asked;
    if (!read_asked(request_query(req, SITE_REGISTER_CSV_QUERY_KIND), request_query(req, SITE_REGISTER_CSV_QUERY_MONTH),
                    request_query(req, SITE_REGISTER_CSV_QUERY_AFTER), &asked))
        return response_error(req, res, HTTP_NOT_FOUND);
    buf_add(&res->body, STR("time,kind,detail,title,address,words,due,first_due,kept,review_due,reviewed\r\n"));
    enum status status = each_row(req, res, &asked, put_csv, &res->body);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    res->content_type = STR("text/csv; charset=utf-8");
    return HTTP_OK;
}

/* ---- For feed readers: the words of the page ---- */

static bool fill_entry(struct request *req, const struct register_row *row, const struct register_item *item,
                       int64_t changed, struct feed_entry *out)
{
    struct buf told;
    buf_init(&told, req->arena, SITE_FEED_BYTES);
    register_told_write(&told, req->language, &(struct register_told){ .item = *item });
    *out = (struct feed_entry){
        .id = feed_entry_name(req, STR("corrections"), row->cursor.id, row->made),
        .title = t_register_feed_title(req->language, req->arena, item->kind, item->title),
        .address = item->address.s.n > 0 ? item->address : request_own(req, STR("/corrections")),
        .published = zone_utc(req->arena, row->made),
        .updated = zone_utc(req->arena, changed),
        .term = register_what_word(row->what),
        .label = item->kind,
        .content = feed_markup(&told),
    };
    return out->content.s.p != NULL;
}

/*
 * route: GET /corrections.atom
 * permission: public
 * query: kind word 20, month text 7, after text 40
 * cache: public
 * help: The register as an Atom feed, newest first, 100 entries a page.
 */
enum http_status site_register_atom(struct request *req, struct response *res)
{
    enum { ENTRIES = POST_LIST_MAX - 1 };
    struct asked asked;
    struct register_row *rows;
    size_t n = 0;
    struct db_tx *tx;
    const struct register_item *items;
    int64_t now = clock_now_ms();
    int64_t changed[ENTRIES] = { 0 };
    if (!read_asked(request_query(req, SITE_REGISTER_ATOM_QUERY_KIND),
                    request_query(req, SITE_REGISTER_ATOM_QUERY_MONTH),
                    request_query(req, SITE_REGISTER_ATOM_QUERY_AFTER), &asked))
        return response_error(req, res, HTTP_NOT_FOUND);
    struct feed_about about = {
        .title = t_register_title(req->language),
        .words = t_register_words(req->language),
        .page = address_of(req, STR("/corrections"), asked.kind, asked.month, STR_NONE),
        .whole = address_of(req, STR("/corrections.atom"), asked.kind, asked.month, STR_NONE),
        .later = asked.after,
    };
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status =
            posts_register(tx, req->arena, &asked.filter, asked.after ? &asked.cursor : NULL, ENTRIES + 1, &rows, &n);
    if (n > ENTRIES) {
        n = ENTRIES;
        about.next = address_of(req, STR("/corrections.atom"), asked.kind, asked.month,
                                register_cursor_text(req->arena, rows[n - 1].cursor));
    }
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        status = posts_register_changed(tx, req->arena, &rows[i], now, &changed[i]);
        about.updated = changed[i] > about.updated ? changed[i] : about.updated;
    }
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));

    struct feed_entry *entries = ARENA_ARRAY(req->arena, n + 1, struct feed_entry);
    bool whole = entries != NULL && site_register_fill(req, res, rows, n, now, &items);
    for (size_t i = 0; i < n && whole; i++)
        whole = fill_entry(req, &rows[i], &items[i], changed[i], &entries[i]);
    if (!whole)
        return response_error(req, res, HTTP_SERVER_ERROR);
    until(res, next_midnight(now), now);
    return feed_answer(req, res, &about, entries, n);
}
