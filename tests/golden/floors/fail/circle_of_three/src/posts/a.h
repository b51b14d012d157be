/* A file of a case, which says what it is for. */
#ifndef CANDOUR_POSTS_A_H
#define CANDOUR_POSTS_A_H
#include "posts/b.h"
#endif
