/*
 * route: GET /x
 * permission: public
 * help: X.
 */
enum http_status golden_a(struct request *req, struct response *res)
{
    return response_error(req, res, HTTP_NOT_FOUND);
}
