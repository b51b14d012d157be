#ifndef CANDOUR_POSTS_POSTS_H
#define CANDOUR_POSTS_POSTS_H
/* This comment stands too late to be the first. */
#endif
