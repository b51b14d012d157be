"""Installs what the browser tests need from npm (pinned by the lock file), serves the demonstration and looks at it.

    CANDOUR_BUILD=build-test python3 tests/browser/run.py [FOLDER FOR PICTURES]     last line "N passed, N failed"
"""
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "command"))
from common import Case, Server


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


def main():
    if not install():
        print("0 passed, 1 failed")
        return 1
    site = Site()
    site.setUp()
    try:
        with Server(site.installation(demonstration=True)) as server:
            return subprocess.run(["node", "pages.mjs", f"http://localhost:{server.port}", *sys.argv[1:]], cwd=HERE).returncode
    finally:
        site.doCleanups()
        unittest.doModuleCleanups()


if __name__ == "__main__":
    sys.exit(main())
