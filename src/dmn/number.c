/* Numbers over Intel's decimal library. Promises: see number.h. Nothing here keeps or reads a state of the process. */
#include "dmn/number.h"

#define DECIMAL_CALL_BY_REFERENCE      0
#define DECIMAL_GLOBAL_ROUNDING        0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#include <bid_conf.h>
#include <bid_functions.h>
#include <string.h>

#include "base/banned.h"

enum {
    TEXT_MAX = 1000,
    DIGITS = 34,
    SCALE_LEAST = -6111,
    SCALE_MOST = 6176,
    /* Of the library (bid_functions.h): to nearest even, down, up, to zero, to nearest away. */
    TO_EVEN = 0,
    TO_FLOOR = 1,
    TO_CEILING = 2,
    TO_ZERO = 3,
    TO_AWAY = 4,
    WRITTEN_MAX = 64,
};

/* Of the higher half: the sign, and what only infinities and forms that are never made have (IEEE 754-2008, 3.5.2). */
#define NEGATIVE   (UINT64_C(1) << 63)
#define OTHER_FORM (UINT64_C(3) << 61)

static BID_UINT128 in(struct number value)
{
    return (BID_UINT128){ .w = { value.w[0], value.w[1] } };
}

static struct number out_of(BID_UINT128 value)
{
    return (struct number){ { value.w[0], value.w[1] } };
}

/* Whether it is a number that FEEL has. */
static bool finite(BID_UINT128 value, struct number *out)
{
    if (!bid128_isFinite(value))
        return false;
    *out = out_of(value);
    return true;
}

struct number number_of(int64_t value)
{
    return out_of(bid128_from_int64(value));
}

/* digits [. digits] [e [sign] digits]; a digit on either side of the point. */
static bool has_form(struct str s)
{
    size_t i = 0;
    size_t digits = 0;
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        digits++;
    if (i < s.n && s.p[i] == '.') {
        size_t before = i++;
        for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
            digits++;
        if (i == before + 1)
            return false; /* a point ends no number */
    }
    if (digits == 0)
        return false;
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
            i++;
        size_t from = i;
        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
            i++;
        if (i == from)
            return false;
    }
    return i == s.n;
}

bool number_parse(struct str text, struct number *out)
{
    char z[TEXT_MAX + 1];
    unsigned flags = 0;
    if (text.n == 0 || text.n > TEXT_MAX || !has_form(text))
        return false;
    memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    return finite(bid128_from_string(z, TO_EVEN, &flags), out);
}

/* The digits of the coefficient, without zeros in front, and the exponent. */
static size_t taken_apart(struct number value, char digits[static WRITTEN_MAX], int *exponent, bool *minus)
{
    char z[WRITTEN_MAX];
    unsigned flags = 0;
    size_t n = 0;
    bid128_to_string(z, in(value), &flags); /* "+123E-2" */
    *minus = z[0] == '-';
    const char *p = z + 1;
    for (; *p && *p != 'E'; p++)
        if (n > 0 || *p != '0')
            digits[n++] = *p;
    bool below = *p && p[1] == '-';
    *exponent = 0;
    for (p += *p ? 2 : 0; *p; p++)
        *exponent = *exponent * 10 + (*p - '0');
    if (below)
        *exponent = -*exponent;
    while (n > 0 && digits[n - 1] == '0') { /* what says nothing */
        n--;
        ++*exponent;
    }
    return n;
}

static void add_zeros(struct buf *out, int n)
{
    for (; n > 0; n--)
        buf_add_byte(out, '0');
}

void number_write(struct buf *out, struct number value)
{
    char digits[WRITTEN_MAX];
    int exponent;
    bool minus;
    size_t n = taken_apart(value, digits, &exponent, &minus);
    if (n == 0) {
        buf_add_byte(out, '0');
        return;
    }
    if (minus)
        buf_add_byte(out, '-');
    int before = (int)n + exponent; /* digits before the point */
    if (before <= 0) {
        buf_add(out, STR("0."));
        add_zeros(out, -before);
        buf_add(out, (struct str){ digits, n });
    } else if (exponent >= 0) {
        buf_add(out, (struct str){ digits, n });
        add_zeros(out, exponent);
    } else {
        buf_add(out, (struct str){ digits, (size_t)before });
        buf_add_byte(out, '.');
        buf_add(out, (struct str){ digits + before, n - (size_t)before });
    }
}

bool number_is_whole(struct number value)
{
    unsigned flags = 0;
    return bid128_quiet_equal(in(value), bid128_round_integral_zero(in(value), &flags), &flags);
}

bool number_to_i64(struct number value, int64_t *out)
{
    unsigned flags = 0;
    int64_t whole = bid128_to_int64_xint(in(value), &flags);
    if (flags != 0)
        return false; /* not whole, or too large */
    *out = whole;
    return true;
}

/* The order of two of one sign, exponent and higher half is that of their lower halves: most of what is compared. */
int number_compare(struct number a, struct number b)
{
    unsigned flags = 0;
    if (a.w[1] == b.w[1] && (a.w[1] & OTHER_FORM) != OTHER_FORM) {
        int order = (a.w[0] > b.w[0]) - (a.w[0] < b.w[0]);
        return (a.w[1] & NEGATIVE) != 0 ? -order : order;
    }
    if (bid128_quiet_less(in(a), in(b), &flags))
        return -1;
    return bid128_quiet_equal(in(a), in(b), &flags) ? 0 : 1;
}

int number_sign(struct number value)
{
    if (bid128_isZero(in(value)))
        return 0;
    return bid128_isSigned(in(value)) ? -1 : 1;
}

bool number_add(struct number a, struct number b, struct number *out)
{
    unsigned flags = 0;
    return finite(bid128_add(in(a), in(b), TO_EVEN, &flags), out);
}

bool number_subtract(struct number a, struct number b, struct number *out)
{
    unsigned flags = 0;
    return finite(bid128_sub(in(a), in(b), TO_EVEN, &flags), out);
}

bool number_multiply(struct number a, struct number b, struct number *out)
{
    unsigned flags = 0;
    return finite(bid128_mul(in(a), in(b), TO_EVEN, &flags), out);
}

bool number_divide(struct number a, struct number b, struct number *out)
{
    unsigned flags = 0;
    return finite(bid128_div(in(a), in(b), TO_EVEN, &flags), out);
}

/* A power of a whole number is exact where it fits: by squaring, which the library's logarithms are not. */
static bool whole_power(struct number base, int64_t exponent, struct number *out)
{
    struct number result = number_of(1);
    bool below = exponent < 0;
    for (uint64_t rest = below ? -(uint64_t)exponent : (uint64_t)exponent; rest > 0; rest >>= 1) {
        if (rest & 1 && !number_multiply(result, base, &result))
            return false;
        if (rest > 1 && !number_multiply(base, base, &base))
            return false;
    }
    return below ? number_divide(number_of(1), result, out) : (*out = result, true);
}

enum { WHOLE_POWER_MOST = 1000 };

bool number_power(struct number a, struct number b, struct number *out)
{
    unsigned flags = 0;
    int64_t exponent;
    if (number_to_i64(b, &exponent) && exponent >= -WHOLE_POWER_MOST && exponent <= WHOLE_POWER_MOST)
        return whole_power(a, exponent, out);
    return finite(bid128_pow(in(a), in(b), TO_EVEN, &flags), out);
}

struct number number_negate(struct number value)
{
    return number_sign(value) == 0 ? value : out_of(bid128_negate(in(value)));
}

struct number number_absolute(struct number value)
{
    return out_of(bid128_abs(in(value)));
}

bool number_modulo(struct number dividend, struct number divisor, struct number *out)
{
    unsigned flags = 0;
    if (number_sign(divisor) == 0)
        return false;
    /* fmod is exact, however far apart the two are; its sign is the dividend's. */
    BID_UINT128 rest = bid128_fmod(in(dividend), in(divisor), &flags);
    if (!bid128_isZero(rest) && bid128_isSigned(rest) != bid128_isSigned(in(divisor)))
        rest = bid128_add(rest, in(divisor), TO_EVEN, &flags);
    return finite(rest, out);
}

bool number_root(struct number value, struct number *out)
{
    unsigned flags = 0;
    return finite(bid128_sqrt(in(value), TO_EVEN, &flags), out);
}

bool number_exponential(struct number value, struct number *out)
{
    unsigned flags = 0;
    return finite(bid128_exp(in(value), TO_EVEN, &flags), out);
}

bool number_logarithm(struct number value, struct number *out)
{
    unsigned flags = 0;
    return number_sign(value) > 0 && finite(bid128_log(in(value), TO_EVEN, &flags), out);
}

static BID_UINT128 unit(int64_t scale)
{
    unsigned flags = 0;
    return bid128_scalbn(bid128_from_int64(1), (int)-scale, TO_EVEN, &flags);
}

bool number_round(struct number value, int64_t scale, enum number_rounding rounding, struct number *out)
{
    unsigned flags = 0;
    unsigned mode = TO_EVEN;
    bool minus = number_sign(value) < 0;
    if (scale < SCALE_LEAST || scale > SCALE_MOST)
        return false;
    switch (rounding) {
    case NUMBER_HALF_EVEN: break;
    case NUMBER_UP: mode = minus ? TO_FLOOR : TO_CEILING; break;
    case NUMBER_DOWN: mode = TO_ZERO; break;
    case NUMBER_HALF_UP: mode = TO_AWAY; break;
    case NUMBER_FLOOR: mode = TO_FLOOR; break;
    case NUMBER_CEILING: mode = TO_CEILING; break;
    case NUMBER_HALF_DOWN: break;
    }
    BID_UINT128 result = bid128_quantize(in(value), unit(scale), mode, &flags);
    if (bid128_isNaN(result)) {
        /* It has no room for so many digits after the point: then it has none that could be rounded. */
        if (scale < 0 || number_sign(value) == 0)
            return false;
        *out = value;
        return true;
    }
    if (rounding == NUMBER_HALF_DOWN) {
        /* Exactly half way goes to zero. */
        unsigned none = 0;
        BID_UINT128 down = bid128_quantize(in(value), unit(scale), TO_ZERO, &none);
        BID_UINT128 rest = bid128_abs(bid128_sub(in(value), down, TO_EVEN, &none));
        BID_UINT128 half = bid128_mul(bid128_scalbn(bid128_from_int64(5), (int)-scale - 1, TO_EVEN, &none),
                                      bid128_from_int64(1), TO_EVEN, &none);
        if (bid128_quiet_equal(rest, half, &none))
            result = down;
    }
    return finite(result, out);
}
