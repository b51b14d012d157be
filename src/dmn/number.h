/*
 * Numbers of FEEL: decimal128 of IEEE 754-2008, 34 digits, rounded half to
 * even (DMN 1.5, 10.3.2.3.1), on Intel's decimal library.
 *
 * Every function is pure. What is no finite number (an overflow, a division
 * by zero, the root of a negative number) is answered false: FEEL has neither
 * infinity nor NaN, and says null.
 */
#ifndef CANDOUR_DMN_NUMBER_H
#define CANDOUR_DMN_NUMBER_H

#include "base/buf.h"

struct number {
    uint64_t w[2]; /* as the library has it; w[1] is the higher half */
};

enum number_rounding {
    NUMBER_HALF_EVEN,
    NUMBER_UP,
    NUMBER_DOWN,
    NUMBER_HALF_UP,
    NUMBER_HALF_DOWN,
    NUMBER_FLOOR,
    NUMBER_CEILING
};

struct number number_of(int64_t value);
/* Digits with an optional minus, one point and an exponent; at most 1,000 bytes. False for anything else. */
bool number_parse(struct str text, struct number *out);
/* Without an exponent, and without zeros that say nothing: "0.5", "-12". */
void number_write(struct buf *out, struct number value);
/* False where it is no whole number of this size. */
bool number_to_i64(struct number value, int64_t *out);
bool number_is_whole(struct number value);
/* -1, 0, 1 */
int number_sign(struct number value);
int number_compare(struct number a, struct number b);

bool number_add(struct number a, struct number b, struct number *out);
bool number_subtract(struct number a, struct number b, struct number *out);
bool number_multiply(struct number a, struct number b, struct number *out);
bool number_divide(struct number a, struct number b, struct number *out);
bool number_power(struct number a, struct number b, struct number *out);
struct number number_negate(struct number value);
struct number number_absolute(struct number value);
/* dividend - divisor * floor(dividend / divisor): the sign is the divisor's (DMN 1.5, table 77). */
bool number_modulo(struct number dividend, struct number divisor, struct number *out);
bool number_root(struct number value, struct number *out);
bool number_exponential(struct number value, struct number *out);
bool number_logarithm(struct number value, struct number *out);
/* To `scale` digits after the point (negative: before it); false outside -6111 to 6176, or where it does not fit. */
bool number_round(struct number value, int64_t scale, enum number_rounding rounding, struct number *out);

#endif
