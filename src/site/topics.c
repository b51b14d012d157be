/* What the force has talked about, by subject and month: of posts that are live, counted as acts happen. */
#include "posts/topics.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/zone.h"
#include "site/site.h"
#include "site/site_pages.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

enum { BAR_STEP = 20, BAR_FLOOR = 42, BAR_TALLEST = 40 };

/* "older-people", as it stands in the post, is "Older people" to a reader. STR_NONE when memory is gone. */
static struct str topic_words(struct request *req, struct str topic)
{
    char *words = ARENA_ARRAY(req->arena, topic.n + 1, char);
    if (!words)
        return STR_NONE;
    for (size_t i = 0; i < topic.n; i++)
        words[i] = topic.p[i] == '-' ? ' ' : topic.p[i];
    if (topic.n > 0 && words[0] >= 'a' && words[0] <= 'z')
        words[0] = (char)(words[0] - 'a' + 'A');
    return (struct str){ words, topic.n };
}

static bool fill_row(struct request *req, const struct post_topic *topic, int64_t most, struct topic_row *row)
{
    struct topic_bar *bars = ARENA_ARRAY(req->arena, POST_TOPIC_MONTHS, struct topic_bar);
    struct topic_number *numbers = ARENA_ARRAY(req->arena, POST_TOPIC_MONTHS, struct topic_number);
    struct str words = topic_words(req, topic->topic);
    if (!bars || !numbers || !words.p)
        return false;
    *row = (struct topic_row){
        .topic = words, .all = topic->all, .bars = bars, .numbers = numbers, .numbers_n = POST_TOPIC_MONTHS
    };
    for (int i = 0; i < POST_TOPIC_MONTHS; i++) {
        numbers[POST_TOPIC_MONTHS - 1 - i].posts =
            topic->posts[i]; /* the newest first, where a small screen shows it */
        if (topic->posts[i] == 0)
            continue;
        int64_t height = (topic->posts[i] * BAR_TALLEST + most - 1) / most; /* one post is seen beside a thousand */
        bars[row->bars_n++] =
            (struct topic_bar){ .x = i * (int64_t)BAR_STEP, .y = BAR_FLOOR - height, .height = height };
    }
    return true;
}

static struct str month_words(struct request *req, int at)
{
    return t_topics_month(req->language, req->arena, web_month_words(req->language, at % 12 + 1), at / 12);
}

/*
 * route: GET /topics
 * permission: public
 * cache: public
 * help: What posts were about in the last twelve months, as bars and as a table.
 */
enum http_status site_topics(struct request *req, struct response *res)
{
    struct db_tx *tx;
    struct post_topic *found;
    struct civil today;
    struct topics view = { .months_n = POST_TOPIC_MONTHS };
    size_t n;
    int64_t now = clock_now_ms();
    zone_local(now, &today);
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = posts_topics(tx, req->arena, today.year, today.month, &found, &n);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    struct topic_row *rows = ARENA_ARRAY(req->arena, n + 1, struct topic_row);
    struct str *months = ARENA_ARRAY(req->arena, POST_TOPIC_MONTHS, struct str);
    if (!rows || !months)
        return response_error(req, res, HTTP_SERVER_ERROR);
    int newest = today.year * 12 + today.month - 1;
    for (int i = 0; i < POST_TOPIC_MONTHS; i++)
        months[i] = month_words(req, newest - i);
    for (size_t i = 0; i < n; i++)
        for (int m = 0; m < POST_TOPIC_MONTHS; m++)
            view.most = found[i].posts[m] > view.most ? found[i].posts[m] : view.most;
    for (size_t i = 0; i < n; i++)
        if (!fill_row(req, &found[i], view.most, &rows[i]))
            return response_error(req, res, HTTP_SERVER_ERROR);
    view.rows = rows;
    view.rows_n = n;
    view.months = months;
    view.first = months[POST_TOPIC_MONTHS - 1];
    view.last = months[0];
    site_until_midnight(res, now);
    web_layout(req, &view.layout, t_topics_title(req->language));
    view.layout.description = t_topics_description(req->language);
    topics_write(&res->body, req->language, &view);
    return HTTP_OK;
}
