/* A file of a case, which says what it is for. */
#ifndef CANDOUR_POSTS_POSTS_H
#define CANDOUR_POSTS_POSTS_H
#endif
struct post;
