"""How pages look in dark, in colours that the reader chose and on paper, and with a look of the force's own (look.mjs).

    CANDOUR_BUILD=build-test python3 tests/browser/look.py     last line "N passed, N failed"
"""
import contextlib
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from run import Site, decision_site, install, more_pages
from common import Server
from test_look import png

OWN = 'site:\n  name: A force with a rather long name\n  colour: "#5b2c6f"\n  logo: logo.png\n'


def main():
    if not install():
        print("0 passed, 1 failed")
        return 1
    plain, own = Site(), Site()
    for site in (plain, own):
        site.setUp()
    try:
        folder, other = (site.installation(demonstration=True) for site in (plain, own))
        more_pages(plain, folder)
        own.write(other, "candour.yaml", OWN)
        with open(os.path.join(other, "logo.png"), "wb") as f:
            f.write(png(480, 120))
        with Server(folder) as one, Server(other) as two, contextlib.ExitStack() as stack:
            return subprocess.run(["node", "look.mjs", f"http://localhost:{one.port}", f"http://localhost:{two.port}",
                                   decision_site(plain, stack)], cwd=HERE).returncode
    finally:
        for site in (plain, own):
            site.doCleanups()
        unittest.doModuleCleanups()


if __name__ == "__main__":
    sys.exit(main())
