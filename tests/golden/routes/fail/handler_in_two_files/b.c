/* expect: b.c:3: handler golden_a stands in a.c:2 already */
/*
 * route: GET /y
 * permission: public
 * help: X.
 */
enum http_status golden_a(struct request *req, struct response *res)
{
    return response_error(req, res, HTTP_NOT_FOUND);
}
