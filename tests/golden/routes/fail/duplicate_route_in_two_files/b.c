/* expect: b.c:3: GET /x is the address of golden_a in a.c:2 already */
/*
 * route: GET /x
 * permission: public
 * help: X.
 */
enum http_status golden_b(struct request *req, struct response *res)
{
    return response_error(req, res, HTTP_NOT_FOUND);
}
