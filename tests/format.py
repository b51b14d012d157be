"""Whether every C file stands as clang-format would have it. The last line is "N passed, N failed"; a file is one."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main():
    files = subprocess.run(["git", "ls-files", "src/*.[ch]", "tests/*.[ch]", "bench/*.[ch]", "tools/*.[ch]"], cwd=ROOT,
                           capture_output=True, text=True).stdout.split()
    files = [name for name in files if "/golden/" not in name]
    done = subprocess.run(["clang-format-14", "--dry-run", "-Werror", *files], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    wrong = {line.split(":")[0] for line in done.stdout.splitlines() if ": error:" in line}
    for name in sorted(wrong):
        print(f"{name}: not as clang-format would have it; run clang-format-14 -i {name}")
    if not files or (done.returncode != 0 and not wrong):
        print(done.stdout[-2000:] or "git names no file")
        print("0 passed, 1 failed")
        return 1
    print(f"{len(files) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
