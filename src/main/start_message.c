/*
 * The start message, from the parent to a child; its fields stand in the header.
 *
 * The settings go as the text that the parent found without fault, and are
 * read again by the child with the same rows.
 */
#include "main/start_message.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/zone.h"
#include "main/wiring.h"
#include "posts/erasure.h"
#include "proc/proc.h"
#include "base/banned.h"

void start_message_write(struct buf *out, struct str kinds, const struct place *place, bool with_key)
{
    proc_put_str(out, kinds);
    proc_put_str(out, str_of(place->folder));
    proc_put_str(out, place->text);
    proc_put_i64(out, place->demonstration);
    proc_put_str(out, place->address);
    proc_put_i64(out, place->owner);
    proc_put_i64(out, place->group);
    unsigned char erasures[POST_ERASURE_KEY];
    posts_erasure_derive(place->key, erasures);
    proc_put_str(out, (struct str){ (const char *)erasures, sizeof erasures });
    proc_put_str(out, with_key ? (struct str){ (const char *)place->key, PLACE_KEY_SIZE } : STR(""));
}

enum status start_message_read(struct arena *arena, struct str told, struct str *kinds, struct place *out,
                               bool *key_known, struct fault *fault)
{
    *out = (struct place){ 0 };
    struct str folder, text, address, erasures, key;
    int64_t demonstration, owner, group;
    if (!proc_take_str(&told, kinds) || !proc_take_str(&told, &folder) || !proc_take_str(&told, &text) ||
        !proc_take_i64(&told, &demonstration) || !proc_take_str(&told, &address) || !proc_take_i64(&told, &owner) ||
        !proc_take_i64(&told, &group) || !proc_take_str(&told, &erasures) || !proc_take_str(&told, &key) || told.n ||
        erasures.n != POST_ERASURE_KEY || (key.n && key.n != PLACE_KEY_SIZE))
        return fault_set(fault, STATUS_DAMAGED, "What the parent told is not what a child of this version expects.");
    *kinds = str_copy(arena, *kinds);
    out->folder = str_z(arena, folder);
    out->text = str_copy(arena, text);
    out->address = str_copy(arena, address);
    if (!kinds->p || !out->folder || !out->text.p || !out->address.p)
        return fault_no_memory(fault);
    out->demonstration = demonstration != 0;
    out->owner = (uid_t)owner;
    out->group = (gid_t)group;
    posts_erasure_key((const unsigned char *)erasures.p);
    *key_known = key.n != 0;
    if (key.n)
        memcpy(out->key, key.p, PLACE_KEY_SIZE);
    struct setting_fault *faults = ARENA_ARRAY(arena, SETTINGS_MAX_FAULTS, struct setting_fault);
    size_t n = 0;
    if (!faults)
        return fault_no_memory(fault);
    enum status status = place_settings_read(arena, out->text, &out->settings, faults, &n);
    if (status != STATUS_OK)
        return fault_set(fault, status, "%s", n ? faults[0].text : "The settings could not be read.");
    return STATUS_OK;
}
