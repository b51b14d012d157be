-- What makes pages and lists cost the same with a hundred thousand posts as with a hundred.

CREATE INDEX post_register_promise ON post_register (promise, what) WHERE promise IS NOT NULL;
CREATE INDEX post_promise_listed ON post_promise (kept IS NOT NULL, due, id);
CREATE INDEX picture_name ON picture (name);
CREATE INDEX post_emergency_late ON post_emergency (made) WHERE reviewed > due;
CREATE INDEX post_emergency_unreviewed ON post_emergency (made, due) WHERE reviewed IS NULL;

-- How much of each happened in a month of UTC, "2026-11"; register.c makes local quarters of it. The triggers below keep
-- it, so that no act can forget to: each row says what counting the rows of that month would give. overdue: emergencies
-- that were reviewed after their time.
CREATE TABLE post_month (
    month TEXT PRIMARY KEY,
    published INTEGER NOT NULL DEFAULT 0,
    copied INTEGER NOT NULL DEFAULT 0,
    console INTEGER NOT NULL DEFAULT 0,
    corrections INTEGER NOT NULL DEFAULT 0,
    withdrawals INTEGER NOT NULL DEFAULT 0,
    restorations INTEGER NOT NULL DEFAULT 0,
    endings INTEGER NOT NULL DEFAULT 0,
    emergencies INTEGER NOT NULL DEFAULT 0,
    overdue INTEGER NOT NULL DEFAULT 0,
    promises INTEGER NOT NULL DEFAULT 0,
    kept INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TRIGGER post_month_published AFTER INSERT ON post_public BEGIN
    INSERT INTO post_month (month, published, copied)
    VALUES (strftime('%Y-%m', NEW.published / 1000, 'unixepoch'),
            NOT EXISTS (SELECT 1 FROM post_elsewhere WHERE post = NEW.post),
            EXISTS (SELECT 1 FROM post_elsewhere WHERE post = NEW.post))
    ON CONFLICT (month) DO UPDATE SET published = published + excluded.published, copied = copied + excluded.copied;
END;
CREATE TRIGGER post_month_unpublished AFTER DELETE ON post_public BEGIN
    UPDATE post_month
       SET published = published - NOT EXISTS (SELECT 1 FROM post_elsewhere WHERE post = OLD.post),
           copied = copied - EXISTS (SELECT 1 FROM post_elsewhere WHERE post = OLD.post)
     WHERE month = strftime('%Y-%m', OLD.published / 1000, 'unixepoch');
END;
CREATE TRIGGER post_month_elsewhere AFTER INSERT ON post_elsewhere BEGIN
    UPDATE post_month SET published = published - 1, copied = copied + 1
     WHERE month = (SELECT strftime('%Y-%m', published / 1000, 'unixepoch') FROM post_public WHERE post = NEW.post);
END;
CREATE TRIGGER post_month_not_elsewhere AFTER DELETE ON post_elsewhere BEGIN
    UPDATE post_month SET published = published + 1, copied = copied - 1
     WHERE month = (SELECT strftime('%Y-%m', published / 1000, 'unixepoch') FROM post_public WHERE post = OLD.post);
END;

CREATE TRIGGER post_month_approved AFTER INSERT ON post_approval WHEN NEW.place = 'console' BEGIN
    INSERT INTO post_month (month, console) VALUES (strftime('%Y-%m', NEW.made / 1000, 'unixepoch'), 1)
    ON CONFLICT (month) DO UPDATE SET console = console + 1;
END;
CREATE TRIGGER post_month_not_approved AFTER DELETE ON post_approval WHEN OLD.place = 'console' BEGIN
    UPDATE post_month SET console = console - 1 WHERE month = strftime('%Y-%m', OLD.made / 1000, 'unixepoch');
END;

CREATE TRIGGER post_month_registered AFTER INSERT ON post_register BEGIN
    INSERT INTO post_month (month, corrections, withdrawals, restorations, endings, emergencies, promises, kept)
    VALUES (strftime('%Y-%m', NEW.made / 1000, 'unixepoch'), NEW.what = 'correction', NEW.what = 'withdrawal',
            NEW.what = 'restoration', NEW.what = 'ending', NEW.what = 'emergency', NEW.what = 'promise',
            NEW.what = 'kept')
    ON CONFLICT (month) DO UPDATE SET corrections = corrections + excluded.corrections,
        withdrawals = withdrawals + excluded.withdrawals, restorations = restorations + excluded.restorations,
        endings = endings + excluded.endings, emergencies = emergencies + excluded.emergencies,
        promises = promises + excluded.promises, kept = kept + excluded.kept;
END;
CREATE TRIGGER post_month_not_registered AFTER DELETE ON post_register BEGIN
    UPDATE post_month
       SET corrections = corrections - (OLD.what = 'correction'), withdrawals = withdrawals - (OLD.what = 'withdrawal'),
           restorations = restorations - (OLD.what = 'restoration'), endings = endings - (OLD.what = 'ending'),
           emergencies = emergencies - (OLD.what = 'emergency'), promises = promises - (OLD.what = 'promise'),
           kept = kept - (OLD.what = 'kept')
     WHERE month = strftime('%Y-%m', OLD.made / 1000, 'unixepoch');
END;

CREATE TRIGGER post_month_reviewed AFTER UPDATE OF reviewed ON post_emergency BEGIN
    INSERT INTO post_month (month, overdue)
    VALUES (strftime('%Y-%m', NEW.made / 1000, 'unixepoch'),
            coalesce(NEW.reviewed > NEW.due, 0) - coalesce(OLD.reviewed > OLD.due, 0))
    ON CONFLICT (month) DO UPDATE SET overdue = overdue + excluded.overdue;
END;
CREATE TRIGGER post_month_not_emergency AFTER DELETE ON post_emergency WHEN OLD.reviewed > OLD.due BEGIN
    UPDATE post_month SET overdue = overdue - 1 WHERE month = strftime('%Y-%m', OLD.made / 1000, 'unixepoch');
END;

-- What there was before.
INSERT INTO post_month (month, published, copied)
SELECT strftime('%Y-%m', u.published / 1000, 'unixepoch'), sum(o.post IS NULL), sum(o.post IS NOT NULL)
  FROM post_public u LEFT JOIN post_elsewhere o ON o.post = u.post GROUP BY 1;
INSERT INTO post_month (month, console)
SELECT strftime('%Y-%m', made / 1000, 'unixepoch'), count(*) FROM post_approval WHERE place = 'console' GROUP BY 1
ON CONFLICT (month) DO UPDATE SET console = excluded.console;
INSERT INTO post_month (month, corrections, withdrawals, restorations, endings, emergencies, promises, kept)
SELECT strftime('%Y-%m', made / 1000, 'unixepoch'), sum(what = 'correction'), sum(what = 'withdrawal'),
       sum(what = 'restoration'), sum(what = 'ending'), sum(what = 'emergency'), sum(what = 'promise'), sum(what = 'kept')
  FROM post_register WHERE true GROUP BY 1
ON CONFLICT (month) DO UPDATE SET corrections = excluded.corrections, withdrawals = excluded.withdrawals,
    restorations = excluded.restorations, endings = excluded.endings, emergencies = excluded.emergencies,
    promises = excluded.promises, kept = excluded.kept;
INSERT INTO post_month (month, overdue)
SELECT strftime('%Y-%m', made / 1000, 'unixepoch'), count(*) FROM post_emergency WHERE reviewed > due GROUP BY 1
ON CONFLICT (month) DO UPDATE SET overdue = excluded.overdue;
