#include "web/catalogue.h"
struct str words(void);
struct str words(void)
{
    return t_in_c(LANGUAGE_EN);
}
