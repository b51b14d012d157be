#!/usr/bin/env python3
"""Shows that base/banned.h bans: every function on its list stops the compiler, and a file without one compiles.

usage: must_not_compile.py COMPILER SOURCE_ROOT
"""
import re
import subprocess
import sys
import tempfile

HEAD = '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <time.h>\n#include "base/banned.h"\n'


def compiles(compiler, root, body):
    with tempfile.NamedTemporaryFile("w", suffix=".c") as source:
        source.write(HEAD + body)
        source.flush()
        run = subprocess.run([compiler, "-std=c17", "-D_GNU_SOURCE", "-I", root + "/src", "-fsyntax-only", source.name],
                             capture_output=True, text=True)
    return run.returncode == 0, run.stderr


def main():
    compiler, root = sys.argv[1:]
    with open(root + "/src/base/banned.h", encoding="utf-8") as header:
        banned = re.findall(r"^#pragma GCC poison (.*)$", header.read(), re.M)
    names = [name for line in banned for name in line.split()]
    assert len(names) > 20, "the list of banned functions was not found"
    for must in "strcpy sprintf strcat gmtime localtime atoi alloca system".split():
        assert must in names, must + " is not on the list"
    good, words = compiles(compiler, root, "int f(const char *s);\nint f(const char *s) { return (int)strlen(s); }\n")
    assert good, "a clean file does not compile: " + words
    for name in names:
        good, words = compiles(compiler, root, "void *f(void);\nvoid *f(void) { return (void *)%s; }\n" % name)
        assert not good and "poison" in words, name + " compiles: " + words
    print(len(names), "functions do not compile")


main()
