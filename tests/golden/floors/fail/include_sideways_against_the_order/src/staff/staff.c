/* A file of a case, which says what it is for. */
#  include "posts/posts.h"
#include "base/banned.h"
