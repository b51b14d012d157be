"""Leaves the site in Chromium and Firefox by every way there is, and holds docs/quick-exit.md against what was seen.

    CANDOUR_BUILD=build-test python3 tests/browser/quick_exit.py [--write] [chromium|firefox]
        --write     writes the table into docs/quick-exit.md          last line "N passed, N failed"
"""
import datetime
import json
import os
import re
import socket
import subprocess
import sys
import unittest

from run import HERE, install
from common import ROOT, TEST_BINARY, Case, Server

DOCUMENT = os.path.join(ROOT, "docs", "quick-exit.md")
BROWSERS = ["chromium", "firefox"]
GROUPS = [(1, "There"), (9, "Ways in"), (19, "The screen"), (24, "Afterwards"), (34, "Honest")]
# What no public page has yet, or no run can see: number, fact, why.
LATER = [
    (8, "On Welsh pages its words are Welsh", "there are no Welsh pages yet"),
    (32, "In the history the titles of a report are neutral, and its steps lie under one neutral path",
     "there is no report form yet"),
    (33, "The receipt stands in no address, title, history or source", "there is no report form yet"),
]


class Site(Case):
    def runTest(self):
        pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def certificate(site):
    key, cert = site.path("key.pem"), site.path("cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
                    "-out", cert], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return key, cert


def try_browser(which):
    """(exit code, what was seen or None)."""
    site = Site()
    site.setUp()
    try:
        folder = site.installation(demonstration=True)
        port, metrics = free_port(), free_port()
        with open(os.path.join(folder, "candour.yaml"), "a", encoding="utf-8") as f:
            f.write(f'\nexit:\n  target: "https://localhost:{port}/weather"\nserver:\n  metrics: "127.0.0.1:{metrics}"\n')
        key, cert = certificate(site)
        out = site.path("results.json")
        with Server(folder, binary=TEST_BINARY) as server:
            given = {"base": f"http://localhost:{server.port}", "metrics": f"http://127.0.0.1:{metrics}/metrics",
                     "log": f"/proc/{os.getpid()}/fd/{server.log.fileno()}", "key": key, "cert": cert, "port": port,
                     "user": "press-officer-1", "out": out, "database": os.path.join(folder, "candour.db")}
            code = subprocess.run(["xvfb-run", "-a", "node", "quick_exit.mjs", which, json.dumps(given)], cwd=HERE,
                                  stdin=subprocess.DEVNULL).returncode
        if not os.path.exists(out):
            return code or 1, None
        with open(out, encoding="utf-8") as f:
            return code, json.load(f)
    finally:
        site.doCleanups()


def rows(seen):
    """Lines of the table: each fact as it was seen in both."""
    facts = {}                       # (number, words) -> {browser: (result, why)}
    for which, result in seen.items():
        for number, list_of in result["results"].items():
            for one in list_of:
                facts.setdefault((int(number), one["words"]), {})[which] = (one["result"], one["why"])
    for number, words, why in LATER:
        facts[(number, words)] = {which: ("untested", why) for which in BROWSERS}
    said = {"yes": "yes", "no": "**no**", "known": "**no**", "untested": "not tested"}
    lines, notes = [], []
    for at, (first, group) in enumerate(GROUPS):
        end = GROUPS[at + 1][0] if at + 1 < len(GROUPS) else 99
        lines += ["", f"### {group}", "", "| | fact | Chromium | Firefox |", "| --- | --- | --- | --- |"]
        for (number, words), by in sorted(facts.items(), key=lambda f: f[0][0]):   # stable: as they were tried
            if not first <= number < end:
                continue
            cells = []
            for which in BROWSERS:
                result, why = by.get(which, ("untested", "this run ended before it"))
                mark = ""
                if why:
                    if why not in notes:
                        notes.append(why)
                    mark = f" ({chr(ord('a') + notes.index(why))})"
                cells.append(said[result] + mark)
            lines.append(f"| {number} | {words} | {cells[0]} | {cells[1]} |")
    lines += ["", "Notes:", ""] + [f"- ({chr(ord('a') + i)}) {why}" for i, why in enumerate(notes)]
    return "\n".join(lines).strip() + "\n"


def compare(seen, write):
    """True where the document says what was seen; dates and versions aside."""
    with open(DOCUMENT, encoding="utf-8") as f:
        text = f.read()
    table = re.compile(r"(<!-- results -->\n)(.*?)(<!-- end of results -->)", re.S)
    body = rows(seen)
    dated = f"Last run: {datetime.date.today():%-d %B %Y}, " + ", ".join(seen[w]["version"] for w in BROWSERS) + ".\n\n"
    if write:
        with open(DOCUMENT, "w", encoding="utf-8") as f:
            f.write(table.sub(lambda m: m[1] + dated + body + m[3], text))
        return True
    written = table.search(text)
    return written is not None and re.sub(r"^Last run:.*\n\n", "", written[2]) == body


def main():
    write = "--write" in sys.argv[1:]
    chosen = [a for a in sys.argv[1:] if a in BROWSERS] or BROWSERS
    if not install():
        print("0 passed, 1 failed")
        return 1
    seen, passed, failed = {}, 0, 0
    try:
        for which in chosen:
            code, result = try_browser(which)
            if result is None:
                failed += 1
                continue
            seen[which] = result
            all_of = [one["result"] for facts in result["results"].values() for one in facts]
            passed += len(all_of) - all_of.count("no")
            failed += all_of.count("no") + (1 if code and "no" not in all_of else 0)
    finally:
        unittest.doModuleCleanups()
    if len(seen) == len(BROWSERS):
        good = compare(seen, write)
        print(f"{'ok    ' if good else 'FAILED'} docs/quick-exit.md says what was seen" +
              ("" if good else ": run tests/browser/quick_exit.py --write and read what changed"))
        passed, failed = passed + good, failed + (not good)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
