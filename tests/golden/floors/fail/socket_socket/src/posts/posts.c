/* A file of a case, which says what it is for. */
#include "base/banned.h"

int posts_call(int x)
{
    return socket
        (x);
}
