/*
 * Functions that do not compile here. Included last by every .c file; the
 * checker of the house looks that it is.
 *
 * Why each: no bound (strcpy, strcat, sprintf, gets), no error (atoi and its
 * kind), shared state (strtok, gmtime, localtime, ctime, asctime, rand), or a
 * wrong idea of sizes (alloca, strncpy, strncat).
 */
#ifndef CANDOUR_BASE_BANNED_H
#define CANDOUR_BASE_BANNED_H

/* With clang these are macros of the C library under _FORTIFY_SOURCE, and a macro is not poisoned. */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok stpcpy
#pragma GCC poison atoi atol atoll atof rand srand random drand48
#pragma GCC poison gmtime localtime ctime asctime ctime_r asctime_r
#undef alloca
#pragma GCC poison alloca strdup strndup tmpnam mktemp system popen

#endif
