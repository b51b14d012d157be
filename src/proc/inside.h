/*
 * What the two ends of the channel between parent and child agree on. For this room only.
 *
 * The channel is a pair of sequenced-packet sockets: a message is whole or
 * absent, and the end of either process is seen by the other.
 */
#ifndef CANDOUR_PROC_INSIDE_H
#define CANDOUR_PROC_INSIDE_H

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

#endif
