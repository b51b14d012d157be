"""Feeds as readers see them: each document is held against the schema of Atom by xmllint, and read by feedparser of Debian."""
import json
import os
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
