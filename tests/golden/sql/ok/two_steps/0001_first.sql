-- The second step changes what the first has made; statements see the result.
CREATE TABLE thing (id INTEGER PRIMARY KEY, old TEXT NOT NULL) STRICT;
