"""What the tests of the command line share: the real binary, data folders to try it on, a running server."""
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("CANDOUR_BUILD", os.path.join(ROOT, "build")))
BINARY = os.path.join(BUILD, "src", "main", "candour")
# The same program with routes to try it with: a write, a page that stalls.
TEST_BINARY = os.path.join(BUILD, "tests", "http", "candour-test")
# Where a run of several files keeps the installations that they copy.
MADE = "CANDOUR_TEST_MADE"
# A sanitised build on a busy machine is slow; nothing here waits so long unless something is wrong.
PATIENCE = 40


def run(*arguments, stdin="", env=None, timeout=PATIENCE, cwd=None):
    return subprocess.run([BINARY, *arguments], input=stdin, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=timeout, cwd=cwd, env=None if env is None else {**os.environ, **env}, errors="replace")


def answer(folder, key, by="press-officer-1", reason="Somebody looked.", secret=None):
    """Answers each check of the post that asks a person, whichever they are. What blocks is nobody's to answer. `secret`: the
    passphrase, where `by` is nobody of a demonstration."""
    who = ["--as", by] if secret is None else ["--user", by]
    done = run("post", "check", key, "--json", "--data", folder)
    for check in json.loads(done.stdout)["checks"]:
        if check["outcome"] == "confirm" and not check.get("answered"):
            said = run("post", "confirm", key, "--check", check["id"], "--reason", reason, *who, "--data", folder,
                       stdin=secret or "")
            if said.returncode != 0:
                raise AssertionError(said.stderr)


def wanted(folder):
    """The file of an appeal as it may go out, written there: with an officer's decision, and when the picture goes."""
    cases, path = os.path.join(ROOT, "tests", "cases"), os.path.join(folder, "08-wanted.md")
    with open(os.path.join(cases, "posts", "08-wanted.md"), encoding="utf-8") as f:
        text = f.read()
    mended = text.replace("reference: MP/26/01990 }", "reference: MP/26/01990, decision: SIO-2026-31, ends: arrest }")
    assert mended != text
    shutil.copy(os.path.join(cases, "images", "portrait-c.jpg"), folder)
    with open(path, "w", encoding="utf-8") as f:
        f.write(mended)
    return path


def wait_for(question, what, seconds=PATIENCE):
    """What `question` gives as soon as it is not false."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)


def alive(pid):
    """Running: neither gone nor a zombie."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid):
    """Those that have their name; a child that has just begun is called after the file it began from."""
    found = {}
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            for child in f.read().split():
                with open(f"/proc/{child}/comm") as name:
                    said = name.read().strip()
                if said != "exe":
                    found[said] = int(child)
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def get(port, path="/", host="127.0.0.1", timeout=PATIENCE):
    """(status, body) of one request on a connection of its own; raises OSError where nobody answers."""
    with socket.create_connection((host, port), timeout=timeout) as s:
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
        data = b""
        while piece := s.recv(65536):
            data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
    if not match:
        raise OSError("no answer")
    return int(match[1]), body.decode("utf-8", "replace")


def status(port, path="/"):
    """The status alone; 0 where nobody answers."""
    try:
        return get(port, path)[0]
    except OSError:
        return 0


class Server:
    """candour serve on a free port, ended at the end whatever happens."""

    def __init__(self, folder, *arguments, env=None, group=False, binary=BINARY):
        self.log = tempfile.TemporaryFile("w+", errors="replace")
        # The server shares the place in the file with who reads it: without this it would write over its own lines.
        fcntl.fcntl(self.log, fcntl.F_SETFL, fcntl.fcntl(self.log, fcntl.F_GETFL) | os.O_APPEND)
        self.process = subprocess.Popen([binary, "serve", "--data", folder, "--listen", "localhost:0", *arguments],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        env=None if env is None else {**os.environ, **env}, start_new_session=group)
        self.said = []
        self.port = 0

    def __enter__(self):
        try:
            self.wait_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def wait_ready(self):
        while "Ctrl-C" not in (line := self.process.stdout.readline()):
            if not line:
                raise AssertionError(f"the server ended with {self.process.wait()}: {self.logged()}")
            self.said.append(line)
            if match := re.search(r"http://localhost:(\d+)", line):
                self.port = int(match[1])

    def logged(self):
        self.log.seek(0)
        return self.log.read()

    def children(self):
        return children(self.process.pid)

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE + 60)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        log = self.logged()
        self.process.stdout.close()
        self.log.close()
        if "Sanitizer" in log or "runtime error:" in log:
            raise AssertionError(log)


def template(made, demonstration):
    """An installation in the folder `made`, which other processes may want at the same time."""
    folder = os.path.join(made, "demonstration" if demonstration else "empty")
    with open(folder + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(folder):
            half = folder + ".half"
            shutil.rmtree(half, ignore_errors=True)     # of a try that did not end
            done = run("init", "--data", half, *(["--demonstration"] if demonstration else []), timeout=5 * PATIENCE)
            if done.returncode != 0:
                raise AssertionError(done.stderr)
            os.rename(half, folder)
    return folder


class Case(unittest.TestCase):
    """A folder of its own for each test; two installations are made once and copied."""
    templates = {}

    def setUp(self):
        self.work = tempfile.mkdtemp(prefix="candour-command-")
        self.addCleanup(shutil.rmtree, self.work, True)

    def path(self, *names):
        return os.path.join(self.work, *names)

    def installation(self, demonstration=False):
        """A copy of one that is made once: for all files of a run together, or for this one."""
        if demonstration not in self.templates:
            made = os.environ.get(MADE)
            if not made:
                made = tempfile.mkdtemp(prefix="candour-command-")
                unittest.addModuleCleanup(shutil.rmtree, made, True)
                unittest.addModuleCleanup(self.templates.clear)
            self.templates[demonstration] = template(made, demonstration)
        folder = self.path("data")
        shutil.copytree(self.templates[demonstration], folder)
        return folder

    def refused(self, done, code, *words):
        """One line that begins with "candour: ", ends as a sentence, and says `words`."""
        self.assertEqual(done.returncode, code, done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertRegex(lines[0], r"^candour: .*[.:)a-z0-9?/]$")
        for word in words:
            self.assertIn(word, lines[0])

    def write(self, folder, name, text):
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)
