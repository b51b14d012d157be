"""Feeds as readers see them: an Atom document is held against its schema by xmllint, and read by feedparser of Debian; a JSON
Feed is held against the rules of version 1.1, which stand below as they were read in jsonfeed.org/version/1.1."""
import html.parser
import json
import os
import re
import subprocess
import sys

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "atom.rng")
# Some machines have a Python of their own beside Debian's, which does not see Debian's packages.
PYTHONS = [sys.executable, "/usr/bin/python3"]
READ = """
import feedparser, json, sys
d = feedparser.parse(sys.stdin.buffer.read(), response_headers={"content-type": "application/atom+xml"})
def links(o): return {l["rel"]: l["href"] for l in o.get("links", [])}
print(json.dumps({"bozo": str(d.get("bozo_exception", "")) if d.bozo else "", "version": d.version, "id": d.feed.get("id"),
  "title": d.feed.get("title"), "updated": d.feed.get("updated"), "author": d.feed.get("author"), "links": links(d.feed),
  "entries": [{"id": e.id, "title": e.title, "published": e.published, "updated": e.updated, "links": links(e),
               "term": e.tags[0].term if e.get("tags") else None, "content": e.content[0].value if e.get("content") else "",
               "summary": e.get("summary", "")} for e in d.entries]}))
"""


def validate(text):
    """What xmllint has against it; empty where nothing."""
    done = subprocess.run(["xmllint", "--noout", "--nonet", "--relaxng", SCHEMA, "-"], input=text.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return "" if done.returncode == 0 else done.stdout.decode("utf-8", "replace")


def read(text):
    """The feed as feedparser reads it."""
    said = ""
    for python in PYTHONS:
        done = subprocess.run([python, "-c", READ], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode == 0:
            return json.loads(done.stdout)
        said = done.stderr.decode("utf-8", "replace")
    raise AssertionError("feedparser (python3-feedparser) could not read it: " + said)


def good(case, text):
    """Reads a feed that has no fault."""
    case.assertEqual(validate(text), "")
    feed = read(text)
    case.assertEqual((feed["bozo"], feed["version"]), ("", "atom10"))
    return feed


# -- JSON Feed 1.1 --

WHOLE = {"version", "title", "home_page_url", "feed_url", "description", "user_comment", "next_url", "icon", "favicon", "authors",
         "language", "expired", "hubs", "items"}
ITEM = {"id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
        "date_published", "date_modified", "authors", "tags", "language", "attachments"}
AUTHOR = {"name", "url", "avatar"}
ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+\Z")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")
VOID = {"br", "hr", "img"}


class Balanced(html.parser.HTMLParser):
    """Markup whose elements are all closed, in their order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.good = [], True
        self.feed(text)
        self.close()
        self.good = self.good and not self.open

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        self.good = self.good and bool(self.open) and self.open.pop() == tag


def twice(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a member stands twice: {names}")
    return dict(pairs)


def json_faults(text):
    """(the feed, what is against it)."""
    try:
        feed = json.loads(text, object_pairs_hook=twice, parse_constant=lambda word: 1 / 0)
    except (ValueError, ZeroDivisionError) as fault:
        return None, [f"this is not JSON: {fault}"]
    wrong = []

    def rule(holds, words):
        if not holds:
            wrong.append(words)

    def members(thing, known, needed, what):
        rule(isinstance(thing, dict), f"{what} is an object")
        if not isinstance(thing, dict):
            return {}
        rule(all(name in known or name.startswith("_") for name in thing), f"{what} has a member of its own: {sorted(thing)}")
        rule(needed <= set(thing), f"{what} lacks {sorted(needed - set(thing))}")
        return thing

    def words(thing, name, pattern=None):
        if name in thing:
            rule(isinstance(thing[name], str) and thing[name] != "" and (pattern is None or pattern.match(thing[name])),
                 f"{name} is {thing[name]!r}")

    def authors(thing):
        if "authors" in thing:
            rule(isinstance(thing["authors"], list) and thing["authors"], "authors are an array")
            for author in thing["authors"]:
                author = members(author, AUTHOR, set(), "an author")
                rule(author, "an author has one of its members")
                words(author, "name")
                words(author, "url", ADDRESS)

    feed = members(feed, WHOLE, {"version", "title", "items"}, "the feed")
    rule(feed.get("version") == "https://jsonfeed.org/version/1.1", "version is the address of 1.1")
    for name in ("title", "description", "user_comment", "language"):
        words(feed, name)
    for name in ("home_page_url", "feed_url", "next_url", "icon", "favicon"):
        words(feed, name, ADDRESS)
    rule(feed.get("next_url") is None or feed["next_url"] != feed.get("feed_url"), "next_url is another feed")
    authors(feed)
    items = feed.get("items")
    rule(isinstance(items, list), "items are an array")
    for item in items if isinstance(items, list) else []:
        item = members(item, ITEM, {"id"}, "an item")
        rule("content_html" in item or "content_text" in item, "an item has a content")
        for name in ("id", "title", "content_html", "content_text", "summary", "language"):
            words(item, name)
        for name in ("url", "external_url", "image", "banner_image"):
            words(item, name, ADDRESS)
        for name in ("date_published", "date_modified"):
            words(item, name, RFC3339)
        rule("content_html" not in item or Balanced(item["content_html"]).good, f"content_html of {item.get('id')} is whole")
        rule(isinstance(item.get("tags", []), list) and all(isinstance(tag, str) and tag for tag in item.get("tags", [])), "tags")
        authors(item)
    ids = [item.get("id") for item in items or [] if isinstance(item, dict)]
    rule(len(ids) == len(set(ids)), "an id stands twice")
    return feed, wrong


def good_json(case, text):
    """Reads a JSON Feed that has no fault."""
    feed, wrong = json_faults(text)
    case.assertEqual(wrong, [])
    return feed
