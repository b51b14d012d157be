ALTER TABLE thing RENAME COLUMN old TO name; -- "quoted" \ words
CREATE INDEX thing_name ON thing (name);
CREATE TRIGGER thing_stays BEFORE DELETE ON thing BEGIN SELECT RAISE(ABORT, 'a thing stays'); END;
