"""Fuzzes every target for some seconds: python3 tests/fuzz/run.py SECONDS [NAME]     last line "N passed, N failed"

A NAME is that of a program, fuzz_http. NAME.dict beside the corpus, where there is one, gives words to put in. What is
found new is thrown away; a fault leaves its input in the current folder and its words here.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(os.environ.get("CANDOUR_BUILD", os.path.join(os.path.dirname(os.path.dirname(HERE)), "build-fuzz")),
                     "tests", "fuzz")


def main():
    seconds = int(sys.argv[1])
    names = sys.argv[2:] or sorted(name for name in os.listdir(BUILD)
                                   if name.startswith("fuzz_") and os.access(os.path.join(BUILD, name), os.X_OK)
                                   and os.path.isfile(os.path.join(BUILD, name)))
    # What was freed is kept a while to be noticed when used; 256 MB of it for each process is more than needed.
    environment = {"ASAN_OPTIONS": "quarantine_size_mb=8", **os.environ}
    passed = failed = 0
    for name in names:
        corpus = os.path.join(HERE, "corpus", name.removeprefix("fuzz_"))
        words = os.path.join(HERE, name.removeprefix("fuzz_") + ".dict")
        found = tempfile.mkdtemp(prefix="candour-fuzz-")
        done = subprocess.run([os.path.join(BUILD, name), f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
                               "-print_final_stats=1", *([f"-dict={words}"] if os.path.exists(words) else []), found,
                               corpus], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
        edges = re.findall(r"cov: (\d+)", done.stdout)
        runs = next((line.split()[-1] for line in done.stdout.splitlines() if "number_of_executed_units" in line), "?")
        if done.returncode == 0:
            passed += 1
            print(f"ok     {name}: {runs} runs in {seconds} s, edges from {edges[0]} to {edges[-1]}", flush=True)
        else:
            failed += 1
            print(f"FAILED {name}\n{done.stdout[-4000:]}", flush=True)
        shutil.rmtree(found, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
