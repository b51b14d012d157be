-- When there was news of a post last, and of which kind its public edition is, beside the post itself: so that a feed of
-- all posts or of one kind ends at its LIMIT. The triggers below keep both, so that no act can forget to.

-- news: the newest of its publication and of all acts that the public is told of it: corrected, withdrawn, restored, ended.
ALTER TABLE post_public ADD COLUMN news INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post_public ADD COLUMN kind TEXT NOT NULL DEFAULT '';

UPDATE post_public
   SET kind = (SELECT e.kind FROM post_edition e WHERE e.id = post_public.edition),
       news = coalesce((SELECT max(g.made) FROM post_register g WHERE g.post = post_public.post
                           AND g.what NOT IN ('emergency', 'promise', 'kept')), published);

CREATE INDEX post_public_news ON post_public (news);
CREATE INDEX post_public_kind ON post_public (kind, news);

CREATE TRIGGER post_news_published AFTER INSERT ON post_public BEGIN
    UPDATE post_public
       SET kind = (SELECT e.kind FROM post_edition e WHERE e.id = NEW.edition),
           news = coalesce((SELECT max(g.made) FROM post_register g WHERE g.post = NEW.post
                               AND g.what NOT IN ('emergency', 'promise', 'kept')), NEW.published)
     WHERE post = NEW.post;
END;
CREATE TRIGGER post_news_edition AFTER UPDATE OF edition ON post_public BEGIN
    UPDATE post_public SET kind = (SELECT e.kind FROM post_edition e WHERE e.id = NEW.edition) WHERE post = NEW.post;
END;
CREATE TRIGGER post_news_registered AFTER INSERT ON post_register
WHEN NEW.what NOT IN ('emergency', 'promise', 'kept') BEGIN
    UPDATE post_public SET news = max(news, NEW.made) WHERE post = NEW.post;
END;
