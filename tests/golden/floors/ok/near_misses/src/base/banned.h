/* A file of a case, which says what it is for. */
#ifndef CANDOUR_BASE_BANNED_H
#define CANDOUR_BASE_BANNED_H
#endif
