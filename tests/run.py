"""Builds candour in every way that the tests need, runs the parts one after the other, and counts.

Called by ./test, which installs what is missing first. Each part is a command whose own last line is
"N passed, N failed", or a Meson test suite whose cmocka programs are counted test by test. A part that ends badly
without having counted a failure counts as one.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COUNT = re.compile(r"^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$")


@dataclass
class Build:
    """A build folder: options for meson setup, and what the compiler is."""
    folder: str
    options: list
    compiler: str = "gcc"


BUILDS = {
    "test": Build("build-test", ["-Dtests=true", "-Dwerror=true"]),
    "asan": Build("build-asan", ["-Dtests=true", "-Dwerror=true", "-Db_sanitize=address,undefined"]),
    "tsan": Build("build-tsan", ["-Dtests=true", "-Dwerror=true", "-Db_sanitize=thread"]),
    "fuzz": Build("build-fuzz", ["-Dtests=true", "-Dwerror=true", "-Db_sanitize=address,undefined", "-Db_lundef=false",
                                 "-Dc_args=-fsanitize=fuzzer-no-link"], "clang-14"),
}


@dataclass
class Part:
    name: str
    what: str
    run: object                      # a command as list, or a function that gives (passed, failed)
    builds: list = field(default_factory=list)
    long: bool = False               # only in ./test long


def say(text):
    print(text, flush=True)


def environment(build=None):
    env = dict(os.environ)
    env["ASAN_OPTIONS"] = "abort_on_error=0:detect_stack_use_after_return=1:strict_string_checks=1"
    env["UBSAN_OPTIONS"] = "halt_on_error=1:print_stacktrace=1"
    env["TSAN_OPTIONS"] = "halt_on_error=1:second_deadlock_stack=1"
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    if build:
        env["CANDOUR_BUILD"] = os.path.join(ROOT, BUILDS[build].folder)
    return env


def setup(name):
    """A build folder that is ready, also where an earlier try left half of one. None when it does not build."""
    build = BUILDS[name]
    folder = os.path.join(ROOT, build.folder)
    started = time.monotonic()
    env = environment()
    env["CC"] = build.compiler
    say(f"── building {build.folder} ({build.compiler})")
    for attempt in (1, 2):
        if not os.path.exists(os.path.join(folder, "build.ninja")):
            shutil.rmtree(folder, ignore_errors=True)
            done = subprocess.run(["meson", "setup", folder, ROOT, *build.options], env=env, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode != 0:
                say(done.stdout[-4000:])
                return None
        done = subprocess.run(["ninja", "-C", folder], env=env, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode == 0:
            say(f"   built in {time.monotonic() - started:.0f} s")
            return folder
        if attempt == 1 and "regenerat" in done.stdout.lower():
            shutil.rmtree(folder, ignore_errors=True)
            continue
        say(done.stdout[-6000:])
        return None
    return None


def meson_suite(build, suite, *extra):
    """Runs a suite and counts the tests inside its cmocka programs."""
    def run():
        folder = os.path.join(ROOT, BUILDS[build].folder)
        done = subprocess.run(["meson", "test", "-C", folder, "--no-rebuild", "--print-errorlogs", "--suite", suite,
                               *extra], env=environment(build), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        passed = failed = 0
        log = os.path.join(folder, "meson-logs", "testlog.json")
        for line in open(log, encoding="utf-8", errors="replace") if os.path.exists(log) else []:
            result = json.loads(line)
            output = result.get("stdout", "") + result.get("stderr", "")
            inside = sum(int(n) for n in re.findall(r"\[  PASSED  \] (\d+) test", output))
            broken = sum(int(n) for n in re.findall(r"\[  FAILED  \] (\d+) test", output))
            fine = result["result"] in ("OK", "EXPECTEDFAIL")
            say(f"   {'ok    ' if fine else 'FAILED'} {result['name']} ({inside} passed, {broken} failed, "
                f"{result['duration']:.1f} s)")
            passed += inside if inside or not fine else 1
            failed += broken if broken or fine else 1
            if not fine:
                say(output[-4000:])
        if passed + failed == 0:
            say(done.stdout[-3000:])
            failed = 1
        return passed, failed
    return run


def command_part(part):
    """Runs a command, shows its lines as they come, and reads its last line."""
    process = subprocess.Popen(part.run, cwd=ROOT, env=environment(part.builds[0] if part.builds else None), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                               stdin=subprocess.DEVNULL)
    passed = failed = 0
    counted = False
    for line in process.stdout:
        match = COUNT.match(line)
        if match:
            passed, failed, counted = int(match[1]), int(match[2]), True
        else:
            say("   " + line.rstrip("\n"))
    code = process.wait()
    if not counted or (code != 0 and failed == 0):
        say(f"   ended with code {code}" + ("" if counted else " and without a count"))
        failed += 1
    return passed, failed


def main():
    sys.path.insert(0, os.path.join(ROOT, "tests"))
    from parts import parts
    table = parts(Part, meson_suite)
    names = [part.name for part in table]
    wanted = sys.argv[1:]
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

    started = time.monotonic()
    ready = {}
    results = []
    for part in chosen:
        broken = None
        for build in part.builds:
            if build not in ready:
                ready[build] = setup(build)
            if ready[build] is None:
                broken = build
        say(f"── {part.name}: {part.what}")
        begun = time.monotonic()
        if broken:
            say(f"   not run: {BUILDS[broken].folder} does not build")
            passed, failed = 0, 1
        elif callable(part.run):
            passed, failed = part.run()
        else:
            passed, failed = command_part(part)
        results.append((part.name, passed, failed, time.monotonic() - begun))
        say(f"   {part.name}: {passed} passed, {failed} failed in {results[-1][3]:.0f} s")

    say("")
    for name, passed, failed, seconds in results:
        say(f"{'  ' if failed == 0 else '! '}{name:<14}{passed:>6} passed {failed:>4} failed {seconds:>6.0f} s")
    say(f"  in {time.monotonic() - started:.0f} s")
    passed = sum(result[1] for result in results)
    failed = sum(result[2] for result in results)
    say(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
