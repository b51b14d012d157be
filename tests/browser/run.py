"""Installs what the browser tests need from npm (pinned by the lock file), serves the site in each of its states and looks
at it: where its links lead, its pages, and the ways of a reader through it.

    CANDOUR_BUILD=build-test python3 tests/browser/run.py [links|pages|journeys]…     last line "N passed, N failed"
    CANDOUR_BUILD=build-test python3 tests/browser/run.py FOLDER                      makes pictures of all pages there
                                                                                      instead, a sheet of them for each state
"""
import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "command"))
from common import Case, ROOT, TEST_BINARY, Server, answer, run, status, wait_for, wanted
from links import crawl, dead
from states import STATES


class Site(Case):
    def runTest(self):
        pass


def install():
    """npm ci where the folder is not what the lock file says."""
    mark = os.path.join(HERE, "node_modules", ".installed")
    with open(os.path.join(HERE, "package-lock.json"), encoding="utf-8") as f:
        fcntl.flock(f, fcntl.LOCK_EX)    # two parts may want it at once; the second then finds it done
        lock = f.read()
        return installed(mark, lock)


def installed(mark, lock):
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
        answer(folder, key)
        post("approve", key, by="approver")
        return post("publish", key, by="duty-communications").split()[-1]

    published("08-wanted", wanted(os.path.dirname(folder)))
    published("lamp", written("lamp", "The lamp", "The lamp is red.\n\nIt is mended on Monday."))
    post("import", written("lamp", "The lamps", "The lamp is green. It is mended on Tuesday."), "--submit", by="press-officer-1")
    answer(folder, "lamp")
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


ALWAYS = ["/", "/news", "/withdrawn", "/corrections", "/campaigns", "/topics", "/search"]
# Of the demonstration, beside its posts: every page that is always there, and every answer to something asked for.
DEMONSTRATION = [*ALWAYS, "/corrections?kind=promise", "/campaigns/week-against-hate", "/campaigns/lights-on", "/report", "/support",
                 "/support?for=race", "/support?for=disability&need=sign-language", "/hate-crime", "/law", "/pictures-and-names",
                 "/about", "/accessibility", "/privacy", "/cookies", "/contact", "/leaving", "/feedback", "/feedback/sent",
                 "/search?q=river", "/search?q=zzzzz", ("/search?q=%01", 400), ("/no-such-page", 404), ("/news?after=broken", 404),
                 ("/feedback", 422, "main form button"), "/how-we-decide", "/how-we-decide/versions/ew-law-2024-01",
                 "/how-we-decide/versions/ew-recording-2023-06", "/how-we-decide/tables/recording-2023-06",
                 "/how-we-decide/tables/public-order-2014", "/how-we-decide/try", ("/how-we-decide/try", 200, "main form button >> nth=0"),
                 ("/how-we-decide/try", 422, "main form button >> nth=0", "#conduct-1-occasions=many")]
# Of the others: each list as it is there.
MORE = {"empty": ["/corrections?kind=correction", "/search?q=river", "/report", "/support"],
        "one": ["/corrections?kind=correction", "/search?q=lamp", "/campaigns/lamps"],
        "many": ["/search?q=river", "/campaigns/river", "/corrections?kind=withdrawal"],
        "long": ["/search?q=river", f"/campaigns/{'w' * 60}", "/report", "/support?for=race", "/contact", "/about", ("/no-such-page", 404),
                 ("/feedback", 422, "main form button")]}
AWAY = [("/news?after=9.x", 503), "/report", "/support", "/hate-crime", "/how-we-decide/try"]
SEARCHED = ["/search", "/search?q=river", "/search?q=lamp"]


def pages(state, found, more):
    """What is looked at of a state of which all that links lead to was found."""
    asked = DEMONSTRATION if state == "demonstration" else [*ALWAYS, *MORE[state]]
    asked = [one if isinstance(one, tuple) else (one,) for one in [*asked, *more]]
    posts = sorted(path for path in found if re.match(r"/news/\d", path))
    if state == "many":
        posts = posts[:1]
    if state == "long":                  # the demonstration's own are looked at there
        posts = [path for path in posts if path.split("/")[3].startswith("www")]
    asked += [(path,) for path in posts]
    for path, *_ in list(asked):         # of a list of several pages the second and the last
        after = []
        while path in found:
            path = next((link.address for link in found[path].links if link.rel == "next"), None)
            if path:
                after.append(path)
        asked += [(path,) for path in dict.fromkeys(after[:1] + after[-1:])]
    asked += [(path,) for path in found if re.match(r"/campaigns/[^?]*\?acts=", path)][:1]
    unique = {(one[0], one[2:]): one for one in asked}
    return [dict(zip(("path", "status", "press", "fill"), one)) for one in unique.values()]


def made(site):
    """(name, folder, paths that no list leads to) of each installation."""
    folder = site.installation(demonstration=True)
    yield "demonstration", folder, more_pages(site, folder)
    for name, make in STATES.items():
        yield name, make(site).folder, []


def counted(words):
    """(passed, failed) of a program whose last line says so; it says what it finds while it runs."""
    last = ""
    with subprocess.Popen(words, cwd=HERE, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            last = line
            if not re.match(r"\d+ passed, ", line):
                print(line, end="", flush=True)
    match = re.match(r"(\d+) passed, (\d+) failed", last)
    return (int(match[1]), int(match[2]) + (process.returncode != 0 and match[2] == "0")) if match else (0, 1)


def sheets(folder):
    """One sheet a state, width and scheme, with the names under the pictures; where ImageMagick is there."""
    if not shutil.which("montage"):
        return
    for state in sorted(one for one in os.listdir(folder) if os.path.isdir(os.path.join(folder, one))):
        for kind in ("320-light", "320-dark", "1280-light", "1280-dark"):
            taken = sorted(one for one in os.listdir(os.path.join(folder, state)) if one.endswith(kind + ".png"))
            subprocess.run(["montage", "-label", "%t", *(f"{one}[320x480^]" for one in taken), "-geometry", "320x480+6+6",
                            "-gravity", "north", "-extent", "320x480", "-tile", "6x", os.path.join(folder, f"{state}-{kind}.png")],
                           cwd=os.path.join(folder, state), check=False)


DECISION = "/test/decision"


def decision_site(site, stack):
    """The address of the test build, which has a page of a decision model."""
    data = os.path.join(site.path("decision"), "data")
    os.mkdir(os.path.dirname(data))
    run("init", "--data", data)
    return f"http://localhost:{stack.enter_context(Server(data, binary=TEST_BINARY)).port}"


def look(site, parts, folder):
    passed = failed = 0
    with contextlib.ExitStack() as stack:
        states = []
        for name, data, more in made(site):
            server = stack.enter_context(Server(data))
            found = crawl(server.port, [*SEARCHED, *more])
            if "links" in parts:
                wrong = dead(server.port, found)
                print("\n".join([f"{'FAILED' if wrong else 'ok    '} {name}: {len(found)} addresses, none is dead", *wrong]), flush=True)
                passed, failed = passed + (not wrong), failed + len(wrong)
            states.append({"name": name, "base": f"http://localhost:{server.port}", "pages": pages(name, found, more)})
        data = site.path("away")
        os.mkdir(data)
        run("init", "--data", os.path.join(data, "data"))
        server = stack.enter_context(Server(os.path.join(data, "data")))
        os.rename(os.path.join(data, "data", "candour.db"), os.path.join(data, "candour.db"))
        wait_for(lambda: status(server.port, AWAY[0][0]) == 503, "a database that is away")
        states.append({"name": "away", "base": f"http://localhost:{server.port}", "pages": [
            dict(zip(("path", "status"), one if isinstance(one, tuple) else (one,))) for one in AWAY]})
        states.append({"name": "decision", "base": decision_site(site, stack), "pages": [{"path": DECISION, "status": 200}]})
        given = site.path("states.json")
        with open(given, "w", encoding="utf-8") as f:
            json.dump(states, f)
        if folder:
            done = counted(["node", "pictures.mjs", given, folder])
            sheets(folder)
            return done
        for part in ("pages", "journeys"):
            if part in parts:
                good, bad = counted(["node", f"{part}.mjs", given])
                passed, failed = passed + good, failed + bad
    return passed, failed


def main():
    parts = [word for word in sys.argv[1:] if word in ("links", "pages", "journeys")]
    folder = next((os.path.abspath(word) for word in sys.argv[1:] if word not in parts), None)
    if not install():
        print("0 passed, 1 failed")
        return 1
    site = Site()
    site.setUp()
    try:
        passed, failed = look(site, parts or ["links", "pages", "journeys"], folder)
    finally:
        site.doCleanups()
        unittest.doModuleCleanups()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
