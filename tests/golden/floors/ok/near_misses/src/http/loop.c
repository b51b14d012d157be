/* The room where sockets are at home. */
#include "base/str.h"

#include "base/banned.h"

int http_open(void)
{
    return socket(1, 2, 3);
}
