#!/usr/bin/env python3
"""How long it takes to hold the live posts against another policy: candour policy recheck, in one process.

    bench/recheck.py [CANDOUR] [POSTS]     CANDOUR: build-test/src/main/candour; POSTS: 10000

Posts are copies of one story with facts, put into a demonstration's data folder behind the program's back; each is read,
checked with all checks, and its story held against law and recording policy. Prints one JSON object. Aim: under 30 s.
"""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time

CANDOUR = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build-test/src/main/candour")
POSTS = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
STORY = """---
kind: awareness
title: A story
channels: [site]
authors: [press-officer-1]
claims: none
scenario:
  reporter: { role: victim }
  conduct: [{ act: words, threatening: false }]
---
Somebody used a former name. It hurts. If this happens to you, [talk to people who help](/support).
"""


def run(*words, code=0):
    done = subprocess.run([CANDOUR, *words], capture_output=True, text=True)
    if done.returncode != code:
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def copies(folder):
    db = sqlite3.connect(os.path.join(folder, "candour.db"))
    with db:
        post, edition = db.execute("SELECT p.id, u.edition FROM post p JOIN post_public u ON u.post = p.id"
                                   " WHERE p.key = 'story'").fetchone()
        for i in range(POSTS):
            new = db.execute("INSERT INTO post (key, made) VALUES (?, 0)", (f"copy-{i}",)).lastrowid
            names = [r[1] for r in db.execute("PRAGMA table_info(post_edition)") if r[1] not in ("id", "post")]
            at = db.execute(f"INSERT INTO post_edition (post, {', '.join(names)}) SELECT ?, {', '.join(names)}"
                            " FROM post_edition WHERE id = ?", (new, edition)).lastrowid
            db.execute("INSERT INTO post_record (edition, beside, changed) SELECT ?, beside, changed FROM post_record"
                       " WHERE edition = ?", (at, edition))
            db.execute("INSERT INTO post_public (post, edition, year, slug, published) SELECT ?, ?, year, ?, published"
                       " FROM post_public WHERE post = ?", (new, at, f"copy-{i}", post))
    db.close()


with tempfile.TemporaryDirectory() as work:
    data, file = os.path.join(work, "data"), os.path.join(work, "story.md")
    run("init", "--demonstration", "--data", data)
    with open(file, "w", encoding="utf-8") as f:
        f.write(STORY)
    run("post", "import", file, "--submit", "--as", "press-officer-1", "--data", data)
    run("post", "approve", "story", "--as", "approver", "--data", data)
    run("post", "publish", "story", "--as", "duty-communications", "--data", data)
    copies(data)
    begun = time.monotonic()
    said = run("policy", "recheck", "--data", data)
    print(json.dumps({"seconds": round(time.monotonic() - begun, 1), "said": said.strip()}))
