"""What it costs to make all renditions of a picture: docs/performance.md says what came out.

    python3 bench/pictures.py build [ROUNDS]

Makes a photograph-like JPEG of 12 megapixels (and one as PNG, for comparison) and has it rendered through the client, in a
process of its own each time, so that the start of the helper and of libvips is in it. Prints the medians of processor
time (user and system, of the client and the helper), of the time on the clock, and of the memory of the larger of the two processes. Ends
with 1 where the JPEG takes more than 450 ms of processor time. Needs vips (libvips-tools).
"""
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

ALLOWED_MS = 450
WISH = ("A. Photographer", "A Made-up Force", "© A Made-up Force", "Made of noise, for measuring", "digitalCreation")


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def photograph(folder):
    """4,000 x 3,000: smooth shapes with the grain of a sensor, at the quality that cameras write."""
    at = {name: os.path.join(folder, name + ".v") for name in ("a", "b", "c", "rgb", "grain", "sum")}
    for name, cells in (("a", 512), ("b", 256), ("c", 128)):
        run("vips", "perlin", at[name], "4000", "3000", "--cell-size", str(cells), "--uchar")
    run("vips", "bandjoin", " ".join(at[n] for n in "abc"), at["rgb"])
    run("vips", "gaussnoise", at["grain"], "4000", "3000", "--mean", "0", "--sigma", "6")
    run("vips", "add", at["rgb"], at["grain"], at["sum"])
    made = os.path.join(folder, "made.v")
    run("vips", "cast", at["sum"], made, "uchar")
    srgb = os.path.join(folder, "srgb.v")
    run("vips", "copy", made, srgb, "--interpretation", "srgb")
    for name in ("photograph.jpg[Q=90]", "photograph.png"):
        run("vips", "copy", srgb, os.path.join(folder, name))
    return [os.path.join(folder, name) for name in ("photograph.jpg", "photograph.png")]


def rendered(program, path, folder):
    """(ms of processor time, ms on the clock, KB of memory) of the client and the helper that it started."""
    clock = time.monotonic()
    child = subprocess.Popen([program, "render", path, folder, *WISH], stdout=subprocess.DEVNULL)
    _, code, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(code)
    if child.returncode:
        sys.exit(f"{path} was not rendered")
    return (used.ru_utime + used.ru_stime) * 1000, (time.monotonic() - clock) * 1000, used.ru_maxrss


def main():
    program = os.path.join(sys.argv[1], "tests", "media", "media-try")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    print(f"{platform.node()}: {os.cpu_count()} processors, {rounds} rounds")
    with tempfile.TemporaryDirectory(prefix="candour-bench-") as folder:
        worst = None
        for path in photograph(folder):
            rendered(program, path, folder)
            took = [rendered(program, path, folder) for _ in range(rounds)]
            cpu, clock, memory = (statistics.median(t[i] for t in took) for i in (0, 1, 2))
            worst = worst or cpu
            made = {n: os.path.getsize(os.path.join(folder, n)) for n in sorted(os.listdir(folder)) if n[0].isdigit()}
            print(f"{os.path.basename(path)}, {os.path.getsize(path) / 1e6:.1f} MB: {cpu:.0f} ms of processor time, "
                  f"{clock:.0f} ms on the clock, {memory / 1024:.0f} MB; {', '.join(f'{n} {s // 1024} KB' for n, s in made.items())}")
    return 1 if worst > ALLOWED_MS else 0


if __name__ == "__main__":
    sys.exit(main())
