"""A file as bytes in C, for the test build of the server.

    bytes.py NAME FILE OUT.c      NAME[] and NAME_n
"""
import sys

name, given, out = sys.argv[1:]
with open(given, "rb") as f:
    data = f.read()
rows = [", ".join(str(one) for one in data[at:at + 20]) for at in range(0, len(data), 20)]
with open(out, "w", encoding="ascii") as f:
    f.write(f"#include <stddef.h>\nextern const char {name}[];\nextern const size_t {name}_n;\n")
    f.write(f"const char {name}[] = {{ " + ",\n    ".join(rows) + f" }};\nconst size_t {name}_n = {len(data)};\n")
