/* candour routes: every address that this program serves, from the table that it serves by. */
#include <stdio.h>

#include "main/options.h"
#include "main/wiring.h"
#include "base/banned.h"

static const char *permission_word(enum permission permission)
{
    switch (permission) {
    case PERMISSION_PUBLIC: return "public";
    case PERMISSION_SIGNED_IN: return "signed-in";
    case PERMISSION_POST_WRITE: return "post-write";
    case PERMISSION_POST_APPROVE: return "post-approve";
    case PERMISSION_POST_PUBLISH: return "post-publish";
    case PERMISSION_POLICY_SIGN: return "policy-sign";
    case PERMISSION_ADMINISTER: return "administer";
    case PERMISSIONS: break;
    }
    return "?";
}

static void row(const struct route *r)
{
    char body[32] = "-";
    if (r->body != BODY_NONE)
        snprintf(body, sizeof body, "%s %llu", r->body == BODY_FORM ? "form" : "upload",
                 (unsigned long long)r->body_max);
    printf("%-6s  %-28s  %-12s  %-16s  %-5s  %-8s  %-24s  %s\n", r->method, r->path, permission_word(r->permission),
           body, r->csrf ? "token" : "-",
           r->cached     ? "public"
           : r->no_store ? "no-store"
                         : "no",
           r->where, r->help);
}

static int run(int argc, char **argv)
{
    int rest = 0;
    bool help = false;
    if (!command_options(&command_routes, argc, argv, NULL, 0, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest)
        return options_wrong(&command_routes, "routes takes no argument.");
    struct web_options options = { 0 };
    wiring_web(&options);
    printf("%-6s  %-28s  %-12s  %-16s  %-5s  %-8s  %-24s  %s\n", "METHOD", "PATH", "PERMISSION", "BODY", "CSRF",
           "CACHE", "WHERE", "HELP");
    for (size_t i = 0; i < options.routes_n; i++)
        row(&options.routes[i]);
    return EXIT_DONE;
}

const struct command command_routes = {
    .name = "routes",
    .usage = "routes",
    .help = "Prints every address that the site serves. One line each: method, path, who may, body, token of the form, "
            "cache, where it stands in the source, and what it is for.",
    .run = run,
};
