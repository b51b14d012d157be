/* Functions of numbers and of logic (DMN 1.5, tables 69 and 73). */
#include "dmn/builtin.h"

#include "base/banned.h"

static struct feel_value result(const struct builtin_call *call, bool good, struct number value)
{
    return good ? feel_number(value)
                : run_null(call->run, "\"%.*s\" gives no number here, or one that is too large.", STR_ARG(call->name));
}

struct feel_value builtin_not(const struct builtin_call *call)
{
    struct feel_value value, null;
    return builtin_argument(call, 0, FEEL_BOOLEAN, &value, &null) ? feel_boolean(!value.boolean) : null;
}

/* With the scale, which may be missing: then to whole numbers. */
static struct feel_value rounded(const struct builtin_call *call, enum number_rounding rounding)
{
    struct feel_value value, null;
    struct number out = { { 0 } };
    int64_t scale = 0;
    if (!builtin_argument(call, 0, FEEL_NUMBER, &value, &null) ||
        (call->n > 1 && !builtin_integer(call, 1, &scale, &null)))
        return null;
    bool good = number_round(value.number, scale, rounding, &out);
    return result(call, good, out);
}

struct feel_value builtin_decimal(const struct builtin_call *call)
{
    return rounded(call, NUMBER_HALF_EVEN);
}

struct feel_value builtin_floor(const struct builtin_call *call)
{
    return rounded(call, NUMBER_FLOOR);
}

struct feel_value builtin_ceiling(const struct builtin_call *call)
{
    return rounded(call, NUMBER_CEILING);
}

struct feel_value builtin_round_up(const struct builtin_call *call)
{
    return rounded(call, NUMBER_UP);
}

struct feel_value builtin_round_down(const struct builtin_call *call)
{
    return rounded(call, NUMBER_DOWN);
}

struct feel_value builtin_round_half_up(const struct builtin_call *call)
{
    return rounded(call, NUMBER_HALF_UP);
}

struct feel_value builtin_round_half_down(const struct builtin_call *call)
{
    return rounded(call, NUMBER_HALF_DOWN);
}

struct feel_value builtin_abs(const struct builtin_call *call)
{
    struct feel_value value = call->arguments[0];
    bool minus = (value.kind == FEEL_DAYS && (value.days.seconds < 0 || value.days.nanos < 0)) ||
                 (value.kind == FEEL_MONTHS && value.months < 0);
    if (value.kind == FEEL_DAYS || value.kind == FEEL_MONTHS)
        return minus ? run_negate(call->run, value) : value;
    struct feel_value null;
    return builtin_argument(call, 0, FEEL_NUMBER, &value, &null) ? feel_number(number_absolute(value.number)) : null;
}

struct feel_value builtin_modulo(const struct builtin_call *call)
{
    enum { STEPS_OF_MODULO = 24 }; /* where the two are far apart */
    struct feel_value dividend, divisor, null;
    struct number out = { { 0 } };
    if (!builtin_argument(call, 0, FEEL_NUMBER, &dividend, &null) ||
        !builtin_argument(call, 1, FEEL_NUMBER, &divisor, &null))
        return null;
    if (number_sign(divisor.number) == 0)
        return run_null(call->run, "Nothing is divided by 0.");
    if (!run_spend(call->run, STEPS_OF_MODULO))
        return FEEL_NONE;
    bool good = number_modulo(dividend.number, divisor.number, &out);
    return result(call, good, out);
}

static struct feel_value of_one(const struct builtin_call *call, bool (*work)(struct number, struct number *))
{
    struct feel_value value, null;
    struct number out = { { 0 } };
    if (!builtin_argument(call, 0, FEEL_NUMBER, &value, &null))
        return null;
    bool good = work(value.number, &out);
    return result(call, good, out);
}

struct feel_value builtin_sqrt(const struct builtin_call *call)
{
    return of_one(call, number_root);
}

struct feel_value builtin_log(const struct builtin_call *call)
{
    return of_one(call, number_logarithm);
}

struct feel_value builtin_exp(const struct builtin_call *call)
{
    return of_one(call, number_exponential);
}

static struct feel_value has_rest(const struct builtin_call *call, bool odd)
{
    struct feel_value value, null;
    struct number rest;
    if (!builtin_argument(call, 0, FEEL_NUMBER, &value, &null))
        return null;
    if (!number_modulo(value.number, number_of(2), &rest))
        return run_null(call->run, "\"%.*s\" knows no such number.", STR_ARG(call->name));
    return feel_boolean(number_compare(rest, number_of(odd)) == 0);
}

struct feel_value builtin_odd(const struct builtin_call *call)
{
    return has_rest(call, true);
}

struct feel_value builtin_even(const struct builtin_call *call)
{
    return has_rest(call, false);
}
