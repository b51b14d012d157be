"""Runs commands in lanes: several at once, what each says whole and in the order of the list, and nothing left behind.

A job is a command with a session, a folder for its temporary files and a mark in its environment of its own. A job starts
when those that it is after have ended well; where one of them did not, it is not run. A job that is `alone` has the machine
to itself, and the next one that could run goes before all others. A job that takes longer than its limit is ended, and so
are all when end() is called; with a job end all processes that it has started, also those in sessions of their own.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field

MARK = "CANDOUR_TEST_JOB"
GRACE = 5        # seconds between the signal that asks and the one that does not


@dataclass(eq=False)
class Job:
    name: str
    command: list
    env: dict = field(default_factory=lambda: dict(os.environ))
    cwd: str = None
    title: str = ""
    after: list = field(default_factory=list)
    alone: bool = False
    aside: bool = False              # in the lane beside the others, one at a time
    limit: float = 900               # seconds
    read: object = None              # is asked with each line: what to show of it, or None
    close: object = None             # is asked at the end with the job: more lines to show
    state: str = "waiting"           # then "running", then "ended" or "not run"
    code: int = None
    seconds: float = 0
    processor: float = 0             # seconds of it, of all that the command waited for
    late: bool = False               # the limit ended it
    lines: list = field(default_factory=list)
    process: object = None

    @property
    def well(self):
        return self.state == "ended" and self.code == 0


def marked(mark):
    """The processes that have this mark in their environment."""
    wanted = f"{MARK}={mark}".encode()
    found = set()
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/environ", "rb") as f:
                    if wanted in f.read().split(b"\0"):
                        found.add(int(entry))
            except OSError:
                pass
    return found


def descendants(pid):
    """The process and all below it."""
    below = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as f:
                    below.setdefault(int(f.read().rsplit(")", 1)[1].split()[1]), []).append(int(entry))
            except OSError:
                pass
    found, look = set(), [pid]
    while look:
        at = look.pop()
        if at not in found:
            found.add(at)
            look += below.get(at, [])
    return found


def kill_all(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Lanes:
    def __init__(self, jobs, lanes, say=lambda line: print(line, flush=True)):
        self.jobs, self.lanes, self.say = jobs, lanes, say
        self.change = threading.Condition()
        self.shown = 0               # the jobs before this one have been shown whole
        self.ending = False

    # --- what is shown

    def tell(self, job, line):
        with self.change:
            job.lines.append(line)
            self.show()

    def show(self):
        """Shows what the first job that has not ended has said, and those before it whole."""
        while self.shown < len(self.jobs):
            job = self.jobs[self.shown]
            for line in job.lines:
                self.say(line)
            job.lines.clear()
            if job.state in ("waiting", "running"):
                return
            self.shown += 1

    # --- which is next

    def next(self, aside):
        """The next job of a lane; None when there is none for it any more."""
        with self.change:
            while not self.ending:
                waiting = [job for job in self.jobs if job.state == "waiting"]
                for job in waiting:
                    if any(other.state == "not run" or (other.state == "ended" and other.code != 0) for other in job.after):
                        job.state = "not run"
                        job.lines += [line for line in (job.title, *(job.close(job) if job.close else [])) if line]
                        self.show()
                        self.change.notify_all()
                waiting = [job for job in waiting if job.state == "waiting"]
                mine = [job for job in waiting if self.lanes == 1 or job.aside == aside]
                if not mine:
                    return None
                running = [job for job in self.jobs if job.state == "running"]
                able = [job for job in waiting if all(other.state == "ended" for other in job.after)]
                first = next((job for job in able if job.alone), None)
                if first is None and not any(job.alone for job in running):
                    first = next((job for job in able if job in mine), None)
                elif first is not None and (running or first not in mine):
                    first = None
                if first is not None:
                    first.state = "running"
                    return first
                self.change.wait()
            return None

    # --- a job

    def work(self, aside):
        while (job := self.next(aside)) is not None:
            try:
                self.do(job)
            except Exception as error:                       # a lane that fell over would wait for ever
                job.code = 1
                self.tell(job, f"   could not run: {error}")
            with self.change:
                job.lines += job.close(job) if job.close else []
                job.state = "ended"
                self.show()
                self.change.notify_all()

    def do(self, job):
        if job.title:
            self.tell(job, job.title)
        mark = f"{os.getpid()}-{id(job)}"
        place = tempfile.mkdtemp(prefix="candour-")
        os.chmod(place, 0o1777)                              # programs that give up root write here too
        began = time.monotonic()
        job.process = subprocess.Popen(job.command, cwd=job.cwd, env={**job.env, MARK: mark, "TMPDIR": place}, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                                       stdin=subprocess.DEVNULL, start_new_session=True)
        over = threading.Event()
        watch = threading.Thread(target=self.watch, args=(job, began, mark, over), daemon=True)
        watch.start()
        try:
            for line in job.process.stdout:
                line = line.rstrip("\n")
                line = job.read(job, line) if job.read else line
                if line is not None:
                    self.tell(job, line)
            _, status, used = os.wait4(job.process.pid, 0)
            job.code = job.process.returncode = os.waitstatus_to_exitcode(status)
            job.processor = used.ru_utime + used.ru_stime
        finally:
            over.set()
            watch.join()
            job.process.stdout.close()
            kill_all(marked(mark))       # what is not below it and does not hold its output
            job.seconds = time.monotonic() - began
            shutil.rmtree(place, ignore_errors=True)
        if job.late:
            job.code = job.code or 1
            self.tell(job, f"   ended: it took longer than {job.limit:.0f} s")

    def watch(self, job, began, mark, over):
        """Ends a job that takes too long, or that is no longer wanted."""
        while not over.wait(0.2):
            job.late = time.monotonic() - began > job.limit
            if job.late or self.ending:
                try:
                    os.killpg(job.process.pid, signal.SIGINT)
                except ProcessLookupError:
                    pass
                if not over.wait(GRACE):
                    kill_all(descendants(job.process.pid) | marked(mark))
                return

    # --- all of them

    def run(self):
        lanes = [threading.Thread(target=self.work, args=(False,), daemon=True) for _ in range(self.lanes)]
        if self.lanes > 1:
            lanes.append(threading.Thread(target=self.work, args=(True,), daemon=True))
        for lane in lanes:
            lane.start()
        try:
            for lane in lanes:
                while lane.is_alive():
                    lane.join(0.5)
        except KeyboardInterrupt:
            self.say("ending what runs")
            self.end()
            for lane in lanes:
                lane.join(GRACE + 10)
            raise
        finally:
            sys.stdout.flush()

    def end(self):
        with self.change:
            self.ending = True
            self.change.notify_all()
