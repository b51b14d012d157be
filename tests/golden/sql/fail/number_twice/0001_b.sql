-- expect: 0001_b.sql:1: the steps of the schema are numbered over all rooms without a hole: this one should be 0002
CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT;
