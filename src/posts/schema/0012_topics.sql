-- How many live posts are about each topic in each month of UTC, "2026-11". The triggers below keep it, so that no act can
-- forget to. A topic that no live post has any more leaves no row: it may have been erased.
CREATE TABLE post_topic_month (
    month TEXT NOT NULL,
    topic TEXT NOT NULL,
    posts INTEGER NOT NULL,
    PRIMARY KEY (month, topic)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER post_topic_published AFTER INSERT ON post_public WHEN NEW.withdrawn IS NULL AND NEW.ended IS NULL BEGIN
    INSERT INTO post_topic_month (month, topic, posts)
    SELECT DISTINCT strftime('%Y-%m', NEW.published / 1000, 'unixepoch'), j.value, 1
      FROM post_edition e, json_each(e.document, '$.topics') j WHERE e.id = NEW.edition
    ON CONFLICT (month, topic) DO UPDATE SET posts = posts + 1;
END;
CREATE TRIGGER post_topic_gone AFTER DELETE ON post_public WHEN OLD.withdrawn IS NULL AND OLD.ended IS NULL BEGIN
    UPDATE post_topic_month SET posts = posts - 1
     WHERE month = strftime('%Y-%m', OLD.published / 1000, 'unixepoch')
       AND topic IN (SELECT j.value FROM post_edition e, json_each(e.document, '$.topics') j WHERE e.id = OLD.edition);
    DELETE FROM post_topic_month WHERE month = strftime('%Y-%m', OLD.published / 1000, 'unixepoch') AND posts <= 0;
END;
CREATE TRIGGER post_topic_changed AFTER UPDATE OF edition, withdrawn, ended ON post_public BEGIN
    UPDATE post_topic_month SET posts = posts - 1
     WHERE OLD.withdrawn IS NULL AND OLD.ended IS NULL
       AND month = strftime('%Y-%m', OLD.published / 1000, 'unixepoch')
       AND topic IN (SELECT j.value FROM post_edition e, json_each(e.document, '$.topics') j WHERE e.id = OLD.edition);
    INSERT INTO post_topic_month (month, topic, posts)
    SELECT DISTINCT strftime('%Y-%m', NEW.published / 1000, 'unixepoch'), j.value, 1
      FROM post_edition e, json_each(e.document, '$.topics') j
     WHERE e.id = NEW.edition AND NEW.withdrawn IS NULL AND NEW.ended IS NULL
    ON CONFLICT (month, topic) DO UPDATE SET posts = posts + 1;
    DELETE FROM post_topic_month WHERE month = strftime('%Y-%m', OLD.published / 1000, 'unixepoch') AND posts <= 0;
END;

-- What there was before.
INSERT INTO post_topic_month (month, topic, posts)
SELECT strftime('%Y-%m', u.published / 1000, 'unixepoch'), j.value, count(DISTINCT u.post)
  FROM post_public u JOIN post_edition e ON e.id = u.edition, json_each(e.document, '$.topics') j
 WHERE u.withdrawn IS NULL AND u.ended IS NULL GROUP BY 1, 2;
