/* A file of a case, which says what it is for. */
#ifndef CANDOUR_POSTS_C_H
#define CANDOUR_POSTS_C_H
#include "base/str.h"
#include "posts/a.h"
#endif
