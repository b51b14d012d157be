/* The pack that is in the program, read once for the life of a process. */
#include <pthread.h>

#include "base/arena.h"
#include "policy/pack.h"
#include "base/banned.h"

enum status policy_pack_shipped(const struct policy_pack **out, struct fault *fault)
{
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    static struct arena *arena; /* as long as the process */
    static const struct policy_pack *pack;
    enum status status = STATUS_OK;
    pthread_mutex_lock(&turn);
    if (!pack) {
        arena = arena_new(POLICY_PACK_MEMORY_MAX);
        status = arena ? policy_pack_read(arena, policy_england_wales, policy_england_wales_n, &pack, fault)
                       : fault_no_memory(fault);
        if (status != STATUS_OK) {
            arena_free(arena);
            arena = NULL;
            pack = NULL;
        }
    }
    *out = pack;
    pthread_mutex_unlock(&turn);
    return status;
}
