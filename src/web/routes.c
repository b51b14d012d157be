/*
 * From a path to a route: the generated table as a tree of segments.
 *
 * Promises: finding allocates nothing and takes at most 2^ROUTE_DEPTH_MAX
 * steps however the path looks (in fact a handful: it forks only where a
 * literal and a parameter stand side by side). A literal wins over a
 * parameter. A parameter is never empty and always text; so "/news/" and bytes
 * that are not UTF-8 are simply not there.
 */
#include "web/inside.h"

#include <string.h>

#include "base/alloc.h"
#include "base/banned.h"

struct node {
    struct str segment;
    struct node *sibling;
    struct node *literals; /* first child with a literal segment */
    struct node *param;    /* the child that takes any segment */
    const struct route *get, *post;
};

struct route_tree {
    struct node root;
};

static struct node *node_new(void)
{
    return mem_zero(1, sizeof(struct node));
}

static void node_free(struct node *node)
{
    for (struct node *child = node->literals; child;) {
        struct node *next = child->sibling;
        node_free(child);
        mem_free(child);
        child = next;
    }
    if (node->param) {
        node_free(node->param);
        mem_free(node->param);
    }
}

static struct node *child_literal(const struct node *node, struct str segment)
{
    for (struct node *child = node->literals; child; child = child->sibling)
        if (str_equal(child->segment, segment))
            return child;
    return NULL;
}

static bool is_param(struct str segment)
{
    return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

static struct node *child_add(struct node *node, struct str segment)
{
    struct node *child = node_new();
    if (!child)
        return NULL;
    child->segment = segment;
    if (is_param(segment)) {
        node->param = child;
    } else {
        child->sibling = node->literals;
        node->literals = child;
    }
    return child;
}

static enum status add(struct route_tree *tree, const struct route *route, struct fault *fault)
{
    struct str rest = str_of(route->path);
    if (rest.n == 0 || rest.p[0] != '/')
        return fault_set(fault, STATUS_INVALID, "%s: the path %s must begin with /", route->where, route->path);
    if (route->query_n > QUERY_FIELDS_MAX)
        return fault_set(fault, STATUS_INVALID, "%s: more than %d query fields", route->where, QUERY_FIELDS_MAX);
    bool uploads = route->body == BODY_UPLOAD;
    if (route->body_max > (uploads ? (uint64_t)UPLOAD_MAX : (uint64_t)HTTP_BODY_MEMORY_MAX))
        return fault_set(fault, STATUS_INVALID, "%s: a form of more than %d bytes", route->where,
                         uploads ? UPLOAD_MAX : HTTP_BODY_MEMORY_MAX);
    if (uploads && (!route->upload || route->upload->n > UPLOAD_FIELDS_MAX))
        return fault_set(fault, STATUS_INVALID, "%s: an upload needs a form of at most %d fields", route->where,
                         UPLOAD_FIELDS_MAX);
    bool post = strcmp(route->method, "POST") == 0;
    if (route->cached && (post || route->permission != PERMISSION_PUBLIC))
        return fault_set(fault, STATUS_INVALID, "%s: only a public GET may be cached", route->where);
    rest = str_slice(rest, 1, rest.n);
    struct node *node = &tree->root;
    size_t params = 0;
    size_t depth = 0;
    struct str segment;
    while (rest.n && str_cut(&rest, '/', &segment)) {
        if (is_param(segment) && ++params > ROUTE_PARAMS_MAX)
            return fault_set(fault, STATUS_INVALID, "%s: more than %d parameters", route->where, ROUTE_PARAMS_MAX);
        if (++depth > ROUTE_DEPTH_MAX)
            return fault_set(fault, STATUS_INVALID, "%s: more than %d segments", route->where, ROUTE_DEPTH_MAX);
        struct node *child = is_param(segment) ? node->param : child_literal(node, segment);
        if (!child)
            child = child_add(node, segment);
        if (!child)
            return fault_no_memory(fault);
        node = child;
    }
    const struct route **place = post ? &node->post : &node->get;
    if (*place)
        return fault_set(fault, STATUS_INVALID, "%s: %s %s is declared at %s already", route->where, route->method,
                         route->path, (*place)->where);
    *place = route;
    return STATUS_OK;
}

enum status route_tree_new(struct route_tree **out, const struct route *routes, size_t n, struct fault *fault)
{
    struct route_tree *tree = mem_zero(1, sizeof *tree);
    if (!tree)
        return fault_no_memory(fault);
    for (size_t i = 0; i < n; i++) {
        enum status status = add(tree, &routes[i], fault);
        if (status != STATUS_OK) {
            route_tree_free(tree);
            return status;
        }
    }
    *out = tree;
    return STATUS_OK;
}

void route_tree_free(struct route_tree *tree)
{
    if (!tree)
        return;
    node_free(&tree->root);
    mem_free(tree);
}

static const struct node *walk(const struct node *node, struct str rest, struct str *params, size_t n)
{
    struct str segment;
    if (!str_cut(&rest, '/', &segment))
        return node->get || node->post ? node : NULL;
    const struct node *child = child_literal(node, segment);
    const struct node *found = child ? walk(child, rest, params, n) : NULL;
    if (!found && node->param && n < ROUTE_PARAMS_MAX && segment.n > 0 && str_is_text(segment)) {
        params[n] = segment;
        found = walk(node->param, rest, params, n + 1);
    }
    return found;
}

void route_find(const struct route_tree *tree, enum http_method method, struct str path, struct route_found *out)
{
    out->route = NULL;
    out->allowed = 0;
    for (size_t i = 0; i < ROUTE_PARAMS_MAX; i++)
        out->params[i] = STR_NONE;
    if (path.n == 0 || path.p[0] != '/')
        return;
    struct str rest = path.n == 1 ? STR_NONE : str_slice(path, 1, path.n);
    const struct node *node = walk(&tree->root, rest, out->params, 0);
    if (!node)
        return;
    out->allowed = (node->get ? ROUTE_GET : 0u) | (node->post ? ROUTE_POST : 0u);
    switch (method) {
    case HTTP_GET:
    case HTTP_HEAD: out->route = node->get; break;
    case HTTP_POST: out->route = node->post; break;
    case HTTP_OTHER: break;
    }
}

/* ---- Languages ---- */

enum language path_language(struct str *path)
{
    /* English has no prefix. */
    for (unsigned i = LANGUAGE_EN + 1; i < LANGUAGES; i++) {
        struct str code = t_language_code((enum language)i);
        struct str rest = str_slice(*path, 1, path->n);
        if (!str_starts(rest, code))
            continue;
        rest = str_slice(rest, code.n, rest.n);
        if (rest.n && rest.p[0] != '/')
            continue;
        *path = rest.n ? rest : STR("/");
        return (enum language)i;
    }
    return LANGUAGE_EN;
}

/* Whether it stands below the address of a form, as "/feedback/sent" does. */
static bool answers_form(const struct web_options *options, struct str path)
{
    for (size_t i = 0; i < options->routes_n; i++) {
        struct str form = str_of(options->routes[i].path);
        if (strcmp(options->routes[i].method, "POST") == 0 && str_starts(path, form) && path.n > form.n &&
            path.p[form.n] == '/')
            return true;
    }
    return false;
}

size_t web_pages(const struct request *req, struct str *out, size_t max)
{
    const struct web_options *options = &req->web->options;
    size_t n = 0;
    for (size_t i = 0; i < options->routes_n && n < max; i++) {
        const struct route *route = &options->routes[i];
        struct str path = str_of(route->path);
        if (route->permission == PERMISSION_PUBLIC && route->cached && strcmp(route->method, "GET") == 0 &&
            str_find_byte(path, '{') < 0 && str_find_byte(path, '.') < 0 && !answers_form(options, path))
            out[n++] = path;
    }
    return n;
}
