/* What an evaluation did: for each decision its tables, the rules that matched, and its value. */
#ifndef CANDOUR_DMN_TRACE_H
#define CANDOUR_DMN_TRACE_H

#include "dmn/table.h"

struct dmn_trace {
    struct str name; /* of the decision */
    struct feel_value value;
    const struct table_decided *tables; /* the last first */
    const struct dmn_trace *next;
};

#endif
