/*
 * The threads that may block, and the queue before them.
 *
 * Promise: what is new finds at most HTTP_QUEUE_MAX waiting, or is refused at
 * once; what was let in before is always taken. A burst costs its own senders
 * a 503, not the others their answer.
 */
#include "base/alloc.h"
#include "http/front.h"

#include "base/banned.h"

struct http_pool {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct http_exchange *first;
    struct http_exchange **end;
    size_t waiting;
    bool stopping;
    void (*run)(struct http_exchange *x);
    int threads;
    pthread_t thread[];
};

static void *pool_main(void *arg)
{
    struct http_pool *pool = arg;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->first && !pool->stopping)
            pthread_cond_wait(&pool->work, &pool->lock);
        struct http_exchange *x = pool->first;
        if (!x)
            break;
        pool->first = x->pool_next;
        if (!pool->first)
            pool->end = &pool->first;
        pool->waiting--;
        pthread_mutex_unlock(&pool->lock);
        pool->run(x);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

struct http_pool *http_pool_new(int threads, void (*run)(struct http_exchange *x))
{
    struct http_pool *pool = mem_zero(1, sizeof *pool + (size_t)threads * sizeof pool->thread[0]);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pool->end = &pool->first;
    pool->run = run;
    while (pool->threads < threads) {
        if (pthread_create(&pool->thread[pool->threads], NULL, pool_main, pool) != 0) {
            http_pool_free(pool);
            return NULL;
        }
        pool->threads++;
    }
    return pool;
}

static bool enter(struct http_pool *pool, struct http_exchange *x, size_t most)
{
    x->pool_next = NULL;
    pthread_mutex_lock(&pool->lock);
    bool fits = pool->waiting < most;
    if (fits) {
        *pool->end = x;
        pool->end = &x->pool_next;
        pool->waiting++;
        pthread_cond_signal(&pool->work);
    }
    pthread_mutex_unlock(&pool->lock);
    return fits;
}

bool http_pool_offer(struct http_pool *pool, struct http_exchange *x)
{
    return enter(pool, x, HTTP_QUEUE_MAX);
}

void http_pool_push(struct http_pool *pool, struct http_exchange *x)
{
    enter(pool, x, SIZE_MAX);
}

size_t http_pool_waiting(struct http_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    size_t n = pool->waiting;
    pthread_mutex_unlock(&pool->lock);
    return n;
}

void http_pool_free(struct http_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->threads; i++)
        pthread_join(pool->thread[i], NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    mem_free(pool);
}
