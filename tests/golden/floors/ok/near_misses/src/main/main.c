/* The room at the top, which may use all of them and the tables of the whole. */
#include "migrations.h"
#include "posts/posts.h"
#include "routes.h"
#include "base/banned.h"
