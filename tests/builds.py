"""The ways in which the tests build candour, and what their programs find in the environment.

    python3 tests/builds.py NAME        makes or brings up to date that build folder; 0 where it builds
"""
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@dataclass
class Build:
    """A build folder: options for meson setup, and what the compiler is."""
    folder: str
    options: list
    compiler: str = "gcc"

    @property
    def path(self):
        return os.path.join(ROOT, self.folder)


BUILDS = {
    "test": Build("build-test", ["-Dtests=true", "-Dwerror=true"]),
    # At -O1 they are built in about seven tenths of the time; a report needs lines, and no more.
    "asan": Build("build-asan", ["-Dtests=true", "-Dwerror=true", "-Doptimization=1", "-Ddebug=false", "-Dc_args=-g1",
                                 "-Db_sanitize=address,undefined"]),
    "tsan": Build("build-tsan", ["-Dtests=true", "-Dwerror=true", "-Db_sanitize=thread"]),
    "fuzz": Build("build-fuzz", ["-Dtests=true", "-Dwerror=true", "-Db_sanitize=address,undefined", "-Db_lundef=false",
                                 "-Doptimization=1", "-Ddebug=false", "-Dc_args=-g1 -fsanitize=fuzzer-no-link"], "clang-14"),
}


def environment(build=None):
    env = dict(os.environ)
    env["ASAN_OPTIONS"] = "abort_on_error=0:detect_stack_use_after_return=1:strict_string_checks=1"
    env["UBSAN_OPTIONS"] = "halt_on_error=1:print_stacktrace=1"
    env["TSAN_OPTIONS"] = "halt_on_error=1:second_deadlock_stack=1"
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    if build:
        env["CANDOUR_BUILD"] = BUILDS[build].path
    return env


def setup(name):
    """Whether the build folder is ready, also where an earlier try left half of one."""
    build = BUILDS[name]
    started = time.monotonic()
    env = environment()
    env["CC"] = build.compiler
    for attempt in (1, 2):
        if not os.path.exists(os.path.join(build.path, "build.ninja")):
            shutil.rmtree(build.path, ignore_errors=True)
            done = subprocess.run(["meson", "setup", build.path, ROOT, *build.options], env=env, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode != 0:
                print(done.stdout[-4000:])
                return False
        done = subprocess.run(["ninja", "-C", build.path], env=env, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode == 0:
            print(f"built in {time.monotonic() - started:.0f} s")
            return True
        if attempt == 1 and "regenerat" in done.stdout.lower():
            shutil.rmtree(build.path, ignore_errors=True)
            continue
        print(done.stdout[-6000:])
    return False


if __name__ == "__main__":
    sys.exit(0 if setup(sys.argv[1]) else 1)
