"""Runs the tests of the command line: all, or those of the files or facts that are named.

The binary is that of $CANDOUR_BUILD, or of ./build. The last line is "N passed, N failed".
"""
import os
import sys
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


def main():
    if not os.path.exists(common.BINARY):
        print(f"There is no {common.BINARY}: build first, or set CANDOUR_BUILD.")
        return 2
    found = unittest.defaultTestLoader.discover(os.path.dirname(os.path.abspath(__file__)))
    result = Result()
    unittest.TestSuite(chosen(found, sys.argv[1:])).run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed" + (f", {result.skips} skipped" if result.skips else ""))
    return 1 if failed or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
