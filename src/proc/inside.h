/*
 * What the files of this room share: addresses, and what the two ends of the
 * channel between parent and child agree on. For this room only.
 *
 * The channel is a pair of sequenced-packet sockets: a message is whole or
 * absent, and the end of either process is seen by the other.
 */
#ifndef CANDOUR_PROC_INSIDE_H
#define CANDOUR_PROC_INSIDE_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "proc/proc.h"

enum {
    PROC_CHANNEL = 3,          /* the child's descriptor of the channel */
    PROC_DESCRIPTORS_FROM = 4, /* then those that it inherits */
    PROC_DESCRIPTORS_MAX = 32,
};

/* The first byte of a message. */
enum {
    PROC_SAYS_TOLD = 'T',  /* parent: pid, starts, descriptors, told */
    PROC_SAYS_READY = 'R', /* child */
    PROC_SAYS_FINAL = 'F', /* child */
};

/* ---- Addresses ---- */

/* Connections are kept back no more, on listeners that deferred them; false: none did. */
bool proc_listeners_last_call(const struct proc_listener *listeners, size_t n);
/* Whether the kernel still keeps one back; true where that cannot be seen. */
bool proc_listeners_keep_back(const struct proc_listener *listeners, size_t n);

enum { PROC_BACKLOG = 1024 };

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    } at;
    socklen_t n;
};

/* "127.0.0.1:80", "[::1]:80", "unix:/path" */
void proc_address_words(const struct address *a, char out[PROC_WHERE_MAX]);

/* Unix sockets: local.c. The address is "unix:/path". */
enum status proc_local_read(struct str where, struct address *out, struct fault *fault);
bool proc_local_is_abstract(struct str where);
enum status proc_local_abstract(struct str where, struct address *out, struct fault *fault);
void proc_local_words(const struct address *a, char out[PROC_WHERE_MAX]);
enum status proc_local_bind(const struct address *a, struct proc_listener *out, struct fault *fault);
void proc_local_remove(const struct proc_listener *l);

#endif
