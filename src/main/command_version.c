/* candour version: which program this is. */
#include <stdio.h>

#include "main/command.h"
#include "base/banned.h"

static int run(int argc, char **argv)
{
    int rest = 0;
    bool help = false;
    if (!command_options(&command_version, argc, argv, NULL, 0, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest) {
        fprintf(stderr, "candour: version takes no argument.\n");
        return EXIT_CANNOT;
    }
    printf("candour %s\n", CANDOUR_VERSION);
    return EXIT_DONE;
}

const struct command command_version = {
    .name = "version",
    .usage = "version",
    .help = "Prints the version of this program.",
    .run = run,
};
