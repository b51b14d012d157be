#!/usr/bin/env python3
"""How long all checks of a post take with full registers: 10,000 orders, 10,000 references, 50 elections.

    bench/registers.py [BUILD] [ENTRIES] [POSTS]     BUILD: build-test; ENTRIES: 10000; POSTS: tests/cases/checks/clean

The names are made up of syllables, and of given names, so that a post that names somebody meets entries that are like it.
Prints how long the imports took, and what bench/policy says. Aim: under 5 ms a post.
"""
import os
import random
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build-test")
ENTRIES = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
POSTS = sys.argv[3] if len(sys.argv) > 3 else os.path.join(ROOT, "tests", "cases", "checks", "clean")
SYLLABLES = "ka lo mi ten var do sha rin bel cor du fen gra hol ist jun kel".split()
GIVEN = "Joan Sam Daniel Priya Omar Alex Ellie Mary John Sarah David Anna Lee Maria Peter Grace".split()


def run(*words):
    done = subprocess.run([os.path.join(BUILD, "src", "main", "candour"), *words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: {done.stdout}{done.stderr}")


def surname(chance):
    return "".join(chance.choice(SYLLABLES) for _ in range(3)).capitalize()


def tables(chance):
    names = [f"{chance.choice(GIVEN)} {surname(chance)}" for _ in range(ENTRIES)]
    yield "orders", ["order,name,kind,court,from"] + [f"{i},{n},reporting restriction,Northford,2026-01-01"
                                                     for i, n in enumerate(names)]
    yield "references", ["reference,status"] + [f"MP/26/{i:06d},charged" for i in range(ENTRIES)]
    yield "elections", ["election,area,kind,from,to,candidates"] + [
        f"{i},Area {i},local,2020-01-01,2090-01-01,{chance.choice(GIVEN)} {surname(chance)}" for i in range(50)]


with tempfile.TemporaryDirectory() as work:
    data = os.path.join(work, "data")
    run("init", "--demonstration", "--data", data)
    for word, lines in tables(random.Random(1)):
        file = os.path.join(work, word + ".csv")
        with open(file, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
        begun = time.monotonic()
        run("register", word, "import", file, "--data", data, "--as", "duty-communications")
        print(f"{word}: {len(lines) - 1} imported in {time.monotonic() - begun:.1f} s", flush=True)
    pack = os.path.join(ROOT, "policy", "england-wales")
    sys.exit(subprocess.run([os.path.join(BUILD, "bench", "policy"), pack, "5", POSTS, data], check=False).returncode)
