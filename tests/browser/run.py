"""Installs what the browser tests need from npm (pinned by the lock file), serves the demonstration and looks at it.

    CANDOUR_BUILD=build-test python3 tests/browser/run.py [FOLDER FOR PICTURES]     last line "N passed, N failed"
"""
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "command"))
from common import Case, ROOT, Server, run


class Site(Case):
    def runTest(self):
        pass


def install():
    """npm ci where the folder is not what the lock file says."""
    mark = os.path.join(HERE, "node_modules", ".installed")
    with open(os.path.join(HERE, "package-lock.json"), encoding="utf-8") as f:
        lock = f.read()
    if os.path.exists(mark):
        with open(mark, encoding="utf-8") as f:
            if f.read() == lock:
                return True
    print("installing the npm packages of tests/browser/package-lock.json", flush=True)
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        print(done.stdout[-3000:], flush=True)
        return False
    with open(mark, "w", encoding="utf-8") as f:
        f.write(lock)
    return True


UPDATE = "---\nkind: update\ntitle: {title}\nchannels: [site]\nauthors: [press-officer-1]\n---\n{text}\n"


def more_pages(site, folder):
    """What the demonstration has none of: a picture, a correction, an emergency, an end, a copy. Addresses that no list has."""
    def post(act, *words, by):
        done = run("post", act, *words, "--data", folder, "--as", by)
        site.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def written(key, title, text):
        path = os.path.join(os.path.dirname(folder), key + ".md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(UPDATE.format(title=title, text=text))
        return path

    def published(key, path):
        post("import", path, "--submit", by="press-officer-1")
        post("approve", key, by="approver")
        return post("publish", key, by="duty-communications").split()[-1]

    published("08-wanted", os.path.join(ROOT, "tests", "cases", "posts", "08-wanted.md"))
    published("lamp", written("lamp", "The lamp", "The lamp is red.\n\nIt is mended on Monday."))
    post("import", written("lamp", "The lamps", "The lamp is green. It is mended on Tuesday."), "--submit", by="press-officer-1")
    post("approve", "lamp", by="approver")
    post("correct", "lamp", "--kind", "factual", "--reason", "It is green.", by="duty-communications")
    post("import", written("leak", "Stay away", "Stay away from Mill Lane."), by="press-officer-1")
    post("publish", "leak", "--emergency", "--reason", "A leak.", "--told", "Somebody, duty officer", by="duty-communications")
    ended = published("fair", written("fair", "The fair", "The fair is on Sunday."))
    post("end", "fair", "--reason", "event-over", by="duty-communications")
    secret = "the desk of the browser\n"
    run("user", "add", "desk", "--name", "Desk", "--role", "author,duty-communications", "--data", folder, stdin=secret)
    copy = run("post", "import", written("copy", "Jo, 41", "> They shouted at me.\n\nJo, 41, Hartley"), "--published-elsewhere",
               "https://social.example/1", "--at", "2026-01-05T09:00", "--user", "desk", "--data", folder, stdin=secret)
    site.assertEqual(copy.returncode, 0, copy.stderr)
    return [ended]


def main():
    if not install():
        print("0 passed, 1 failed")
        return 1
    site = Site()
    site.setUp()
    try:
        folder = site.installation(demonstration=True)
        more = more_pages(site, folder)
        with Server(folder) as server:
            return subprocess.run(["node", "pages.mjs", f"http://localhost:{server.port}", ",".join(more), *sys.argv[1:]],
                                  cwd=HERE).returncode
    finally:
        site.doCleanups()
        unittest.doModuleCleanups()


if __name__ == "__main__":
    sys.exit(main())
