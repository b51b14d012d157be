/* A file of a case, which says what it is for. */
#ifndef CANDOUR_HTML_HTML_H
#define CANDOUR_HTML_HTML_H
#include "base/str.h"
#endif
