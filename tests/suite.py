"""Runs a Meson test suite and counts the tests inside its cmocka programs.

    python3 tests/suite.py BUILD SUITE [what else meson test is told]       last line "N passed, N failed"
"""
import json
import os
import re
import subprocess
import sys

from builds import BUILDS, environment


def main():
    build, suite, *extra = sys.argv[1:]
    folder = BUILDS[build].path
    log = os.path.join(folder, "meson-logs", "testlog.json")
    if os.path.exists(log):
        os.remove(log)
    done = subprocess.run(["meson", "test", "-C", folder, "--no-rebuild", "--print-errorlogs", "--suite", suite, *extra],
                          env=environment(build), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    passed = failed = 0
    for line in open(log, encoding="utf-8", errors="replace") if os.path.exists(log) else []:
        result = json.loads(line)
        output = result.get("stdout", "") + result.get("stderr", "")
        inside = sum(int(n) for n in re.findall(r"\[  PASSED  \] (\d+) test", output))
        broken = sum(int(n) for n in re.findall(r"\[  FAILED  \] (\d+) test", output))
        fine = result["result"] in ("OK", "EXPECTEDFAIL")
        print(f"{'ok    ' if fine else 'FAILED'} {result['name']} ({inside} passed, {broken} failed, "
              f"{result['duration']:.1f} s)")
        passed += inside if inside or not fine else 1
        failed += broken if broken or fine else 1
        if not fine:
            print(output[-4000:])
    if passed + failed == 0 or (done.returncode != 0 and failed == 0):
        print(done.stdout[-3000:])
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
