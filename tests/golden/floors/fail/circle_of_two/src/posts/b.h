/* A file of a case, which says what it is for. */
#ifndef CANDOUR_POSTS_B_H
#define CANDOUR_POSTS_B_H
#include "posts/a.h"
#endif
