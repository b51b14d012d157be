"""What other people's tools say of the demonstration's public pages, and what each costs who reads it.

    CANDOUR_BUILD=build-test python3 tests/browser/measured.py budget|lint     last line "N passed, N failed"

The pages are those of run.py.
"""
import json
import subprocess
import sys
import unittest

from run import HERE, SEARCHED, Server, Site, crawl, install, more_pages, pages


def main():
    look = sys.argv[1]
    if look not in ("budget", "lint") or not install():
        print("0 passed, 1 failed")
        return 1
    site = Site()
    site.setUp()
    try:
        folder = site.installation(demonstration=True)
        more = more_pages(site, folder)
        with Server(folder) as server:
            given = site.path("pages.json")
            asked = pages("demonstration", crawl(server.port, [*SEARCHED, *more]), more)
            with open(given, "w", encoding="utf-8") as f:
                json.dump([one for one in asked if "press" not in one], f)
            return subprocess.run(["node", f"{look}.mjs", f"http://localhost:{server.port}", given], cwd=HERE).returncode
    finally:
        site.doCleanups()
        unittest.doModuleCleanups()


if __name__ == "__main__":
    sys.exit(main())
