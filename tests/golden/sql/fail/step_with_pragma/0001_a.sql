-- expect: 0001_a.sql:3: transactions, PRAGMA and ATTACH belong to src/db/ alone
CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
PRAGMA user_version = 3;
