/* A file of a case, which says what it is for. */
struct post;
