"""The probe table against the real server: makes a data folder and hands the test build's server to probe.py.

    python3 tests/http/probe_server.py [options of probe.py]     last line "N passed, N failed"
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.join(ROOT, os.environ.get("CANDOUR_BUILD", "build-test"), "tests", "http", "candour-test")


def main():
    folder = tempfile.mkdtemp(prefix="candour-probe-")
    try:
        data = os.path.join(folder, "data")
        subprocess.run([PROGRAM, "init", "--data", data], check=True, stdout=subprocess.DEVNULL)
        return subprocess.run([sys.executable, os.path.join(HERE, "probe.py"),
                               "--command", f"{PROGRAM} serve --data {data} --listen 127.0.0.1:{{port}}",
                               "--post", "/test/form", "--limit", "2000", "--post-status", "403", *sys.argv[1:]]).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
