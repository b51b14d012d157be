-- Registers that checks look up: court orders, elections, and the force's own references.

-- There once somebody has imported one: until then it is not configured, and a person is asked instead.
CREATE TABLE roll (
    word TEXT PRIMARY KEY CHECK (word IN ('orders', 'elections', 'references')),
    imported INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- key: the number as one word of small letters and figures. fields: a JSON array of the texts of the register's columns.
-- Names stand here in the clear: a person has to see what was found, and likeness cannot be told from a hash.
CREATE TABLE roll_entry (
    id INTEGER PRIMARY KEY,
    roll TEXT NOT NULL REFERENCES roll (word),
    key TEXT NOT NULL,
    first_day TEXT,
    last_day TEXT,
    fields TEXT NOT NULL,
    changed INTEGER NOT NULL,
    UNIQUE (roll, key)
) STRICT;
CREATE INDEX roll_entry_of ON roll_entry (roll);

-- Beginnings and sounds of names: what leads from a text to the entries that may be about it.
CREATE TABLE roll_key (
    roll TEXT NOT NULL,
    key TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES roll_entry (id),
    PRIMARY KEY (roll, key, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX roll_key_entry ON roll_key (entry);
