-- Campaigns: what is public of them beside their posts. A post names its campaign by name or slug in its document.

-- first_day and last_day are local days, "2026-10-10". version: raised with each change, so that nobody overwrites what
-- they have not seen.
CREATE TABLE campaign (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    changed INTEGER NOT NULL,
    CHECK (first_day <= last_day)
) STRICT;
CREATE INDEX campaign_first_day ON campaign (first_day, slug);

-- Stands in the document too; it is here so that the posts of a campaign are found.
ALTER TABLE post_edition ADD COLUMN campaign TEXT;
UPDATE post_edition SET campaign = json_extract(document, '$.campaign');
CREATE INDEX post_edition_campaign ON post_edition (campaign) WHERE campaign IS NOT NULL;
