/* A file of a case, which says what it is for. */
int posts_nothing;
