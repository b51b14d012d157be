#!/usr/bin/env python3
"""Makes assets/served/favicon.ico from favicon.svg with vips: 16, 32 and 48 pixels, each a PNG inside the file.

    favicon.py SVG ICO

Its result is in the tree: building candour needs neither.
"""
import os
import struct
import subprocess
import sys
import tempfile

SIZES = (16, 32, 48)


def png(svg, size, folder):
    path = os.path.join(folder, f"{size}.png")
    subprocess.run(["vips", "thumbnail", svg, f"{path}[strip,compression=9]", str(size)], check=True)
    with open(path, "rb") as f:
        return f.read()


def main():
    svg, ico = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        pictures = [png(svg, size, folder) for size in SIZES]
    at = 6 + 16 * len(SIZES)
    head = struct.pack("<HHH", 0, 1, len(SIZES))        # an icon, of so many pictures
    for size, data in zip(SIZES, pictures):
        head += struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(data), at)
        at += len(data)
    with open(ico, "wb") as f:
        f.write(head + b"".join(pictures))


if __name__ == "__main__":
    main()
