"""How the database finds what a statement asks for: no statement that reads walks through a table that grows.

Explains every statement of every room that only reads against the fresh schema. A walk through a whole table or index, and
a sort of what was found, must stand below with the reason why what is walked through or sorted stays small.
"""
import glob
import os
import sqlite3
import sys

ROOT = sys.argv[1]
sys.path.insert(0, os.path.join(ROOT, "tools"))
import sql

SMALL = {
    "media.row_renditions": "at most four renditions of one set",
    "media.blobs_of": "the blobs of one picture",
    "posts.about_by": "the posts that are about one post",
    "posts.approvals": "the approvals of one post",
    "posts.campaign_count": "campaigns, of which there are at most 500",
    "posts.campaign_live": "the posts of one campaign",
    "posts.campaign_named": "the one or two campaigns of one word",
    "posts.campaign_register": "what the register has of one campaign",
    "posts.campaigns": "campaigns, of which there are at most 500",
    "posts.campaigns_running": "campaigns, of which there are at most 500",
    "posts.erasures_unfinished": "the index of erasures that are not finished",
    "posts.erasure_files": "files that are about to be deleted; the table is empty otherwise",
    "posts.hashes_of": "the editions of one post",
    "posts.pictures_of": "the editions of one post",
    "posts.sets_unused": "the renditions of one picture",
    "posts.feed_campaign": "the posts of one campaign",
    "posts.feed_newest": "the index of news, as far as the limit",
    "posts.images": "the editions that show one picture, once for each row of a page",
    "posts.image_uses": "the editions that show one picture",
    "posts.picture_elsewhere": "the sets of the pictures that have the same bytes",
    "posts.roll_keyed": "the names of one post, and the entries that they lead to",
    "posts.search": "the index of words, in its own order, as far as the limit",
    "posts.topics": "the topics of twelve months",
    "posts.trouble": "the index of releases that failed, which a person empties",
    "posts.register_first": "the first entry of an index",
    "posts.register_open": "the index of open promises, as far as the limit",
    "staff.account_all": "accounts, of which there are at most 1,000",
    "staff.account_others": "accounts, of which there are at most 1,000",
}


def main():
    base = sqlite3.connect(":memory:")
    for _, _, _, text in sql.migrations_of(glob.glob(os.path.join(ROOT, "src", "*", "schema", "*.sql"))):
        base.executescript(text)
    found, looked = {}, 0
    for path in sorted(glob.glob(os.path.join(ROOT, "src", "*", "*.sql"))):
        for s in sql.statements_of([path]):
            if s.role != "read":
                continue
            looked += 1
            plan = [row[3] for row in base.execute("EXPLAIN QUERY PLAN " + sql.sqlite_text(s), [None] * len(s.ins))]
            inner = {"SCAN " + line.split()[1] for line in plan if line.startswith("CO-ROUTINE")} | {"SCAN CONSTANT ROW"}
            walks = [line for line in plan if line.startswith("SCAN") and line not in inner or
                     "TEMP B-TREE" in line or "AUTOMATIC" in line]
            if walks:
                found[os.path.basename(os.path.dirname(path)) + "." + s.name] = walks
    wrong = [f"{name}: {line}" for name, lines in found.items() if name not in SMALL for line in lines]
    wrong += [f"{name}: SCAN without an index" for name, lines in found.items() if name not in ("staff.account_others", "posts.erasure_files", "posts.roll_keyed")
              for line in lines if line.startswith("SCAN") and "INDEX" not in line]
    wrong += [f"{name}: stands in the list and walks through nothing" for name in SMALL if name not in found]
    for line in wrong:
        print(line)
    print(f"{looked} statements read, {len(wrong)} of them wrongly")
    return 1 if wrong or looked < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
