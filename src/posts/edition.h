/*
 * An edition as bytes: the document that is hashed, what stands beside it, and
 * the labels that follow from both. docs/edition-hash.md describes version 1.
 */
#ifndef CANDOUR_POSTS_EDITION_H
#define CANDOUR_POSTS_EDITION_H

#include "posts/content.h"

enum { EDITION_HASH = 32, EDITION_SALT = 16 };

/* The disclosures that the records ask for: never typed, always derived. */
uint32_t edition_labels(const struct post_content *content);
/* Label ids in their order, separated by one space; and back (STATUS_DAMAGED for a word that is none). */
struct str edition_labels_text(struct arena *arena, uint32_t labels);
enum status edition_labels_read(struct str text, uint32_t *out);

/* RFC 8785 JSON: what is hashed, and what is not. STATUS_NO_MEMORY, STATUS_LIMIT. */
enum status edition_document(struct arena *arena, const struct post_content *content, struct str *out);
enum status edition_beside(struct arena *arena, const struct post_content *content, struct str *out);
/* Back again. `beside` may be STR_NONE. STATUS_DAMAGED where it is not what the two functions above write. */
enum status edition_read(struct arena *arena, struct str document, struct str beside, struct post_content *out);
/* The label ids that the document itself carries. */
enum status edition_document_labels(struct arena *arena, struct str document, uint32_t *out);

void edition_hash(struct str document, unsigned char out[EDITION_HASH]);
/* SHA-256(salt || hash): all that may stand outside the edition's own row. */
void edition_salted(struct str salt, struct str hash, unsigned char out[EDITION_HASH]);
/* Lower-case hexadecimal; STR_NONE when memory is gone. */
struct str edition_hex(struct arena *arena, struct str bytes);

#endif
