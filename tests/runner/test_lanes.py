"""What runs the tests is tested: that it counts, that two run at once and one alone, and that nothing is left behind.

The last line is "N passed, N failed".
"""
import os
import signal
import subprocess
import sys
import time
import unittest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TESTS)
import lanes
import run as runner
from lanes import Job, Lanes

# Two that each wait until the other is there: they end only when they run at once.
MEET = """import os, sys, time
mine, other = sys.argv[1:]
open(mine, "w").close()
end = time.monotonic() + 20
while not os.path.exists(other):
    if time.monotonic() > end: sys.exit(1)
    time.sleep(0.01)
print("met")
"""
# Starts a process in a session of its own, which keeps what is asked for, and waits.
LEAVES = """import os, subprocess, sys, time
child = subprocess.Popen(["sleep", sys.argv[1]], start_new_session=True, **eval(sys.argv[2]))
print("child", child.pid, flush=True)
time.sleep(float(sys.argv[3]))
"""


def python(name, program, *words, **more):
    return Job(name, [sys.executable, "-c", program, *words], **more)


def shell(name, words, **more):
    return Job(name, ["sh", "-c", words], **more)


def living(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class Runner(unittest.TestCase):
    def setUp(self):
        self.work = lanes.tempfile.mkdtemp(prefix="candour-runner-")
        self.addCleanup(lanes.shutil.rmtree, self.work, True)
        self.said = []

    def path(self, name):
        return os.path.join(self.work, name)

    def run_all(self, jobs, number=2):
        Lanes(jobs, number, self.said.append).run()
        return jobs

    def gone(self, *pids):
        end = time.monotonic() + 5
        while any(living(pid) for pid in pids) and time.monotonic() < end:
            time.sleep(0.05)
        for pid in pids:
            self.assertFalse(living(pid), pid)

    def children(self):
        return [int(line.split()[1]) for line in self.said if line.startswith("child ")]

    # --- order

    def test_two_run_at_once_in_two_lanes(self):
        a, b = self.path("a"), self.path("b")
        for job in self.run_all([python("a", MEET, a, b), python("b", MEET, b, a)]):
            self.assertTrue(job.well)
        self.assertEqual(self.said, ["met", "met"])

    def test_one_after_the_other_in_one_lane(self):
        note = self.path("note")
        words = f"echo in >>{note}; sleep 0.2; echo out >>{note}"
        self.run_all([shell(str(n), words, aside=n == 1) for n in range(3)], 1)
        with open(note, encoding="utf-8") as f:
            self.assertEqual(f.read().split(), ["in", "out"] * 3)

    def test_one_that_is_alone_has_nothing_beside_it(self):
        note = self.path("note")
        jobs = [shell(str(n), f"echo {n} >>{note}; sleep 0.3; echo {n} >>{note}", alone=n == 3, aside=n == 4)
                for n in range(6)]
        self.run_all(jobs)
        with open(note, encoding="utf-8") as f:
            seen = f.read().split()
        self.assertEqual(len(seen), 12)
        self.assertEqual(seen[seen.index("3") + 1], "3", seen)
        self.assertEqual(seen[0], "3", "it waited although it could run")

    def test_one_waits_for_those_that_it_is_after(self):
        built = shell("built", f"sleep 0.4; touch {self.path('made')}", aside=True)
        used = shell("used", f"test -e {self.path('made')}", after=[built])
        free = shell("free", f"test ! -e {self.path('made')}")
        for job in self.run_all([built, used, free]):
            self.assertTrue(job.well, job.name)

    def test_after_one_that_failed_nothing_is_run(self):
        built = shell("built", "exit 3", aside=True)
        used = shell("used", f"touch {self.path('ran')}", after=[built], title="used")
        other = shell("other", "echo other")
        self.run_all([built, used, other])
        self.assertEqual((built.code, used.state, other.well), (3, "not run", True))
        self.assertFalse(os.path.exists(self.path("ran")))
        self.assertEqual(self.said, ["used", "other"])

    def test_what_is_said_stands_whole_and_in_order(self):
        jobs = [shell(str(n), f"for i in 1 2 3; do echo {n}.$i; sleep 0.{4 - n % 3}; done", title=f"part {n}") for n in range(4)]
        self.run_all(jobs, 3)
        self.assertEqual(self.said, [line for n in range(4) for line in (f"part {n}", f"{n}.1", f"{n}.2", f"{n}.3")])

    def test_the_first_is_shown_as_it_speaks(self):
        seen = []
        job = shell("a", "echo one; sleep 0.5; echo two")
        Lanes([job, shell("b", "echo b")], 2, lambda line: seen.append((line, time.monotonic()))).run()
        self.assertEqual([line for line, _ in seen], ["one", "two", "b"])
        self.assertGreater(seen[1][1] - seen[0][1], 0.3)

    # --- ends

    def test_one_that_hangs_is_ended_with_all_that_it_started(self):
        for keeps in ("{}", '{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}', '{"env": {}}'):
            with self.subTest(keeps=keeps):
                self.said.clear()
                job, after = python("hangs", LEAVES, "600", keeps, "600", limit=1), shell("next", "echo next")
                self.run_all([job, after])
                self.assertTrue(job.late)
                self.assertFalse(job.well)
                self.assertIn("   ended: it took longer than 1 s", self.said)
                self.assertEqual(self.said[-1], "next")
                self.gone(*self.children())

    def test_one_that_hears_no_signal_is_ended(self):
        job = shell("deaf", "trap '' INT TERM; echo child $$; while :; do sleep 1; done", limit=0.5)
        self.run_all([job])
        self.assertTrue(job.late)
        self.gone(*self.children())

    def test_what_is_left_running_is_ended(self):
        for keeps in ("{}", '{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}'):
            with self.subTest(keeps=keeps):
                self.said.clear()
                job = python("leaves", LEAVES, "600", keeps, "0")
                self.run_all([job])
                self.assertTrue(job.well)
                self.assertLess(job.seconds, 60)
                self.gone(*self.children())

    def test_each_has_a_folder_for_temporary_files_that_goes_with_it(self):
        jobs = self.run_all([shell(str(n), 'touch "$TMPDIR/mine"; echo "$TMPDIR"; ls "$TMPDIR"') for n in range(2)])
        self.assertTrue(all(job.well for job in jobs))
        self.assertEqual((self.said[1], self.said[3]), ("mine", "mine"))
        self.assertNotEqual(self.said[0], self.said[2])
        self.assertFalse(os.path.exists(self.said[0]) or os.path.exists(self.said[2]))

    def test_the_processor_time_is_that_of_all_it_waited_for(self):
        job = python("busy", "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time\\nwhile "
                     "time.process_time() < 0.5: pass'])")
        self.run_all([job])
        self.assertGreaterEqual(job.processor, 0.5)

    def test_an_interrupt_ends_both_and_leaves_nothing(self):
        program = ("import sys; sys.path.insert(0, sys.argv[1])\nfrom lanes import Job, Lanes\n"
                   "leaves = ['sh', '-c', 'sleep 600 & echo child $!; touch $0; wait']\n"
                   "try:\n    Lanes([Job('a', leaves + [sys.argv[2]]), Job('b', leaves + [sys.argv[3]]), "
                   "Job('c', ['echo', 'never'])], 2).run()\n"
                   "except KeyboardInterrupt:\n    sys.exit(130)\n")
        begun = [self.path("a"), self.path("b")]
        process = subprocess.Popen([sys.executable, "-c", program, TESTS, *begun], text=True, stdout=subprocess.PIPE,
                                   start_new_session=True)
        while not all(os.path.exists(path) for path in begun) and process.poll() is None:
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        self.said += process.communicate(timeout=60)[0].splitlines()
        self.assertEqual(process.returncode, 130)
        self.assertEqual(len(self.children()), 2, self.said)
        self.assertNotIn("never", self.said)
        self.gone(*self.children())

    # --- counts

    def tally(self, words, **more):
        part = runner.Part("part", "what", ["sh", "-c", words])
        tally = runner.Tally(part)
        self.run_all([Job("part", part.run, read=tally.read, close=tally.close, **more)])
        return tally.passed, tally.failed

    def test_the_last_line_counts(self):
        self.assertEqual(self.tally("echo '3 passed, 0 failed'"), (3, 0))
        self.assertEqual(self.tally("echo '3 passed, 2 failed, 1 skipped'; exit 1"), (3, 2))

    def test_an_end_that_is_no_good_counts_as_a_failure(self):
        self.assertEqual(self.tally("echo '3 passed, 0 failed'; exit 1"), (3, 1))
        self.assertEqual(self.tally("echo nothing"), (0, 1))
        self.assertEqual(self.tally("echo '3 passed, 0 failed'; kill -9 $$"), (3, 1))
        self.assertEqual(self.tally("echo '3 passed, 0 failed'; sleep 600", limit=0.5), (3, 1))

    def test_what_failed_is_kept_to_be_said_again_at_the_end(self):
        part = runner.Part("part", "what", ["sh", "-c", "echo 'ok     one'; echo 'FAILED two'; echo because; "
                                                        "echo 'ok     three'; echo well; echo '2 passed, 1 failed'; exit 1"])
        tally = runner.Tally(part)
        self.run_all([Job("part", part.run, read=tally.read, close=tally.close)])
        self.assertEqual(tally.faults, ["FAILED two", "because"])

    def test_a_part_that_failed_is_said_again_behind_all_others(self):
        words = subprocess.run([sys.executable, "-c", "import parts, run\n"
                                "parts.parts = lambda Part, suite: [Part('first', 'w', ['sh', '-c', 'echo FAILED this; echo 0 passed, 1 failed; exit 1']),"
                                " Part('second', 'w', ['echo', '1 passed, 0 failed'])]\n"
                                "run.main()"], cwd=TESTS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        self.assertGreater(words.rindex("FAILED this"), words.index("second: 1 passed"), words)
        self.assertTrue(words.endswith("1 passed, 1 failed\n"), words)

    def test_a_part_whose_build_failed_is_one_failure(self):
        part = runner.Part("part", "what", ["true"])
        tally = runner.Tally(part)
        broken = shell("build-x", "exit 1", aside=True)
        self.run_all([broken, Job("part", part.run, read=tally.read, close=tally.close, after=[broken])])
        self.assertEqual((tally.passed, tally.failed), (0, 1))
        self.assertIn("   not run: build-x did not build", self.said)


class Result(unittest.TestResult):
    passed = 0

    def addSuccess(self, test):
        self.passed += 1
        print(f"ok     {test._testMethodName}", flush=True)

    def told(self, test, where):
        print(f"FAILED {getattr(test, '_testMethodName', test)}\n{where[-1][1]}", flush=True)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.told(test, self.failures)

    def addError(self, test, error):
        super().addError(test, error)
        self.told(test, self.errors)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            self.told(subtest, self.failures + self.errors)


def main():
    result = Result()
    unittest.defaultTestLoader.loadTestsFromTestCase(Runner).run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed")
    return 1 if failed or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
