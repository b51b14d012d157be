"""Builds candour in every way that the tests need, runs the parts in lanes, and counts.

    python3 tests/run.py [--lanes N] [NAME… | long | --list]

Called by ./test, which installs what is missing first. Each part is a command whose own last line is
"N passed, N failed". A part that ends badly without having counted a failure counts as one.
"""
import os
import re
import signal
import sys
import time
from dataclasses import dataclass, field

from builds import BUILDS, ROOT, environment
from lanes import Job, Lanes

FAILED = re.compile(r"\s*(FAIL(ED)?|not ok)\b")
AFTER_FAILED, FAILED_MAX = 25, 100   # lines that are said again at the end: after each fault, and of one part
COUNT = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$")
PYTHON = sys.executable
LIMIT, LIMIT_LONG = 2400, 4 * 3600   # seconds: ten times what the longest part takes, for machines that are busy


@dataclass
class Part:
    name: str
    what: str
    run: list                        # the command
    builds: list = field(default_factory=list)
    long: bool = False               # only in ./test long
    alone: bool = False              # it measures: nothing else runs meanwhile


def say(text):
    print(text, flush=True)


def suite(build, name, *extra):
    """The command that runs a Meson suite and counts what is inside."""
    return [PYTHON, os.path.join("tests", "suite.py"), build, name, *extra]


class Tally:
    """What a part says of itself as it runs, and how it ended."""

    def __init__(self, part):
        self.part = part
        self.passed = self.failed = 0
        self.counted = False
        self.faults, self.more = [], 0

    def read(self, job, line):
        match = COUNT.match(line)
        if not match:
            self.more = AFTER_FAILED if FAILED.match(line) else 0 if line.startswith(("ok ", "  ok ")) else self.more - 1
            if self.more > 0 and len(self.faults) < FAILED_MAX:
                self.faults.append(line)
            return "   " + line
        self.passed, self.failed, self.counted = int(match[1]), int(match[2]), True
        return None

    def close(self, job):
        said = []
        if job.state == "not run":
            broken = [other.name for other in job.after if not other.well]
            said.append(f"   not run: {' and '.join(broken)} did not build")
            self.failed = 1
        elif not self.counted or job.late or (job.code != 0 and self.failed == 0):
            said.append(f"   ended with code {job.code}" + ("" if self.counted else " and without a count"))
            self.failed += 1
        self.faults += [line.strip() for line in said]
        return said + [f"   {self.part.name}: {self.passed} passed, {self.failed} failed in {job.seconds:.0f} s"]


def jobs_of(chosen, lanes):
    """The jobs of these parts and their builds, in their order, and what each part says."""
    jobs, built, tallies = [], {}, {}
    for part in chosen:
        for name in part.builds:
            if name not in built:
                build = BUILDS[name]
                built[name] = Job(build.folder, ["nice", "-n", "5" if lanes > 1 else "0", PYTHON,
                                                 os.path.join("tests", "builds.py"), name], cwd=ROOT, aside=True, limit=3600,
                                  title=f"── building {build.folder} ({build.compiler})",
                                  read=lambda job, line: "   " + line)
                jobs.append(built[name])
        tally = tallies[part.name] = Tally(part)
        tally.job = Job(part.name, part.run, env=environment(part.builds[0] if part.builds else None), cwd=ROOT,
                        title=f"── {part.name}: {part.what}", after=[built[name] for name in part.builds], alone=part.alone,
                        limit=LIMIT_LONG if part.long else LIMIT, read=tally.read, close=tally.close)
        jobs.append(tally.job)
    return jobs, tallies


def arguments(words):
    """(lanes, the other words); ends with 2 where they make no sense."""
    lanes, rest = min(2, os.cpu_count() or 1), []
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "--lanes" or word.startswith("--lanes="):
            given = word.partition("=")[2] if "=" in word else words.pop(0) if words else ""
            if not given.isdigit() or not 1 <= int(given) <= 16:
                say("./test: --lanes needs a number from 1 to 16")
                sys.exit(2)
            lanes = int(given)
        else:
            rest.append(word)
    return lanes, rest


def main():
    from parts import parts
    table = parts(Part, suite)
    names = [part.name for part in table]
    lanes, wanted = arguments(sys.argv[1:])
    if wanted == ["--list"]:
        for part in table:
            say(f"{part.name:<14}{part.what}{' (long)' if part.long else ''}")
        return 0
    unknown = [name for name in wanted if name not in names and name != "long"]
    if unknown:
        say(f"./test: there is no part {unknown[0]}; there are: {', '.join(names)}")
        return 2
    if not wanted:
        chosen = [part for part in table if not part.long]
    else:
        chosen = [part for part in table if part.name in wanted or ("long" in wanted and part.long)]

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    started = time.monotonic()
    jobs, tallies = jobs_of(chosen, lanes)
    code = None
    try:
        Lanes(jobs, lanes, say).run()
    except KeyboardInterrupt:
        code = 130
        say("interrupted: what had ended before")
        jobs = [job for job in jobs if job.state == "ended"]

    for job in jobs:
        tally = tallies.get(job.name)
        if tally and tally.failed:
            say(f"\n── what failed in {job.name}")
            for line in tally.faults or ["it named no test: what it said is above"]:
                say("   " + line)
    say("")
    for job in jobs:
        tally = tallies.get(job.name)
        if tally:
            mark, said = ("  " if tally.failed == 0 else "! "), f"{tally.passed:>6} passed {tally.failed:>4} failed"
        else:
            mark, said = ("  " if job.well else "! "), " " * 25
        say(f"{mark}{job.name:<16}{said} {job.seconds:>6.0f} s, {job.processor:.0f} s of processor")
    say(f"  in {time.monotonic() - started:.0f} s, {sum(job.processor for job in jobs):.0f} s of processor")
    shown = [tallies[job.name] for job in jobs if job.name in tallies]
    passed, failed = sum(tally.passed for tally in shown), sum(tally.failed for tally in shown)
    say(f"{passed} passed, {failed} failed")
    return code or (0 if failed == 0 and passed > 0 else 1)


if __name__ == "__main__":
    sys.exit(main())
