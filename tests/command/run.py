"""Runs the tests of the command line: all, or those of the files or facts that are named.

    tests/command/run.py [WORD…]            the binary is that of $CANDOUR_BUILD, or of ./build

Several files run at once, each in a process of its own, for most of a test's time is waiting for a server or a disk; what a
file says is shown whole. The last line is "N passed, N failed".
"""
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import common


class Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.passed = 0
        self.skips = 0

    def addSuccess(self, test):
        self.passed += 1

    def addSkip(self, test, reason):
        self.skips += 1
        print(f"skipped {test._testMethodName}: {reason}", flush=True)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        print(f"FAILED {getattr(test, '_testMethodName', test)}\n{self.failures[-1][1]}", flush=True)

    def addError(self, test, error):
        super().addError(test, error)
        print(f"FAILED {getattr(test, '_testMethodName', test)}\n{self.errors[-1][1]}", flush=True)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            print(f"FAILED {subtest}\n{(self.failures + self.errors)[-1][1]}", flush=True)


def chosen(suite, words):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from chosen(test, words)
        elif not words or any(word in test.id() for word in words):
            yield test


HERE = os.path.dirname(os.path.abspath(__file__))
ONE = "--file"                           # what a process of this program is told that runs one file
COUNT = re.compile(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$")
# These begin first, for they take longest; the rest fills up.
LONGEST = ["test_import", "test_backup", "test_serve", "test_listen", "test_feeds", "test_pages", "test_erasure", "test_init",
           "test_journey"]


def one_file(name, words):
    """Runs the tests of a file that have one of the words in their names."""
    found = unittest.defaultTestLoader.discover(HERE, pattern=name + ".py")
    result = Result()
    unittest.TestSuite(chosen(found, words)).run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed" + (f", {result.skips} skipped" if result.skips else ""))
    return 1 if failed else 0


def files_with(words):
    """The names of the files that have such a test, in the order in which they begin."""
    found = unittest.defaultTestLoader.discover(HERE)
    names = {test.id().split(".")[0] for test in chosen(found, words)}
    all_of = {entry[:-3] for entry in os.listdir(HERE) if entry.startswith("test_") and entry.endswith(".py")}
    if not names <= all_of:              # a file that cannot be read is a test of another name, which fails
        names = all_of
    return [name for name in LONGEST if name in names] + sorted(names - set(LONGEST))


def main():
    if sys.argv[1:2] == [ONE]:
        return one_file(sys.argv[2], sys.argv[3:])
    if not os.path.exists(common.BINARY):
        print(f"There is no {common.BINARY}: build first, or set CANDOUR_BUILD.")
        return 2
    words = sys.argv[1:]
    passed = failed = skipped = 0
    running = set()

    def run(name):
        began = time.monotonic()
        process = subprocess.Popen([sys.executable, os.path.abspath(__file__), ONE, name, *words], text=True, errors="replace",
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        running.add(process)
        said = process.communicate()[0]
        running.discard(process)
        return name, process.returncode, said, time.monotonic() - began

    with tempfile.TemporaryDirectory(prefix="candour-command-") as made:
        os.environ[common.MADE] = made
        with concurrent.futures.ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
            files = [pool.submit(run, name) for name in files_with(words)]
            try:
                for file in concurrent.futures.as_completed(files):
                    name, code, said, seconds = file.result()
                    *lines, last = said.splitlines() or [""]
                    count = COUNT.match(last)
                    good, bad, left = (int(n or 0) for n in count.groups()) if count else (0, 0, 0)
                    if not count:
                        lines.append(last)
                    if not count or (code != 0 and not bad):
                        bad += 1
                        lines.append(f"ended with code {code}" + ("" if count else " and without a count"))
                    print(*lines, f"{'ok    ' if not bad else 'FAILED'} {name}: {good} passed, {bad} failed, {seconds:.1f} s",
                          sep="\n", flush=True)
                    passed, failed, skipped = passed + good, failed + bad, skipped + left
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in list(running):
                    process.send_signal(signal.SIGINT)
                raise
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
