"""Runs commands in lanes: several at once, what each says whole and in the order of the list, and nothing left behind.

A job is a command with a session, a folder for its temporary files and a mark in its environment of its own. A job starts
when those that it is after have ended well; where one of them did not, it is not run. A job that is `alone` has the machine
to itself, and the next one that could run goes before all others. A job that takes longer than its limit is ended, and so
are all when end() is called; with a job end all processes that it has started, also those in sessions of their own.
"""
import os
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

MARK = "CANDOUR_TEST_JOB"
GRACE = 5        # seconds between the signal that asks and the one that does not
MEMORY, MEMORY_FREE = "/dev/shm", 4 << 30   # bytes: all parts together were never seen to take a tenth of it


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


def in_memory():
    """Where temporary files need not wait for a disk at each sync, if there is room; otherwise None, the machine's own
    place. The parts that cut the power have a disk of their own that knows what was synced."""
    try:
        free = shutil.disk_usage(MEMORY).free
    except OSError:
        return None
    return MEMORY if free >= MEMORY_FREE and os.access(MEMORY, os.W_OK) else None


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
    """The process and all below it, each as (pid, when it started), for a number may be given again."""
    below, started = {}, {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as f:
                    words = f.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            below.setdefault(int(words[1]), []).append(int(entry))
            started[int(entry)] = words[19]
    found, look = set(), [pid]
    while look:
        at = look.pop()
        if at in started and (at, started[at]) not in found:
            found.add((at, started[at]))
            look += below.get(at, [])
    return found


def still(processes):
    """Those that are there, of what descendants() gave."""
    return {pid for pid, started in processes if (pid, started) in descendants(pid)}


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
        self.busy = 0                # lanes that have something to do
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
        with self.change:
            self.busy -= 1

    def do(self, job):
        if job.title:
            self.tell(job, job.title)
        mark = f"{os.getpid()}-{id(job)}"
        place = tempfile.mkdtemp(prefix="candour-", dir=in_memory())
        os.chmod(place, 0o1777)                              # programs that give up root write here too
        began = time.monotonic()
        job.process = subprocess.Popen(job.command, cwd=job.cwd, env={**job.env, MARK: mark, "TMPDIR": place},
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       start_new_session=True)
        try:
            self.listen(job, began, mark)
            kill_all(marked(mark))       # what is not below it and does not hold its output
            _, status, used = os.wait4(job.process.pid, 0)
            job.code = job.process.returncode = os.waitstatus_to_exitcode(status)
            job.processor = used.ru_utime + used.ru_stime
        finally:
            job.process.stdout.close()
            job.seconds = time.monotonic() - began
            shutil.rmtree(place, ignore_errors=True)
        if job.late:
            job.code = job.code or 1
            self.tell(job, f"   ended: it took longer than {job.limit:.0f} s")

    def listen(self, job, began, mark):
        """Takes what a job says until nobody is left to say anything; ends one that takes too long or is no longer wanted."""
        pipe, rest, open_still = job.process.stdout, b"", True
        asked = gone = killed = 0        # when
        own = set()
        while open_still and not (killed and time.monotonic() - killed > GRACE):
            if select.select([pipe], [], [], 0.2)[0]:
                piece = os.read(pipe.fileno(), 65536)
                open_still = bool(piece)
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines + [rest] * (not piece and bool(rest)):
                    line = line.decode("utf-8", "replace").rstrip("\r")
                    line = job.read(job, line) if job.read else line
                    if line is not None:
                        self.tell(job, line)
            now = time.monotonic()
            if not asked and (now - began > job.limit or self.ending):
                job.late, asked = now - began > job.limit, now
                own = descendants(job.process.pid)       # before some of them lose their parent
                try:
                    os.killpg(job.process.pid, signal.SIGINT)
                except ProcessLookupError:
                    pass
            if not gone and os.waitid(os.P_PID, job.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                gone = now
            # Whoever holds its output after its end has been left behind.
            if not killed and ((asked and now - asked > GRACE) or (gone and now - gone > GRACE)):
                kill_all(still(own | descendants(job.process.pid)) | marked(mark))
                killed = now
        kill_all(still(own) - {job.process.pid} if gone else still(own))

    # --- all of them

    def run(self):
        lanes = [threading.Thread(target=self.work, args=(False,), daemon=True) for _ in range(self.lanes)]
        if self.lanes > 1:
            lanes.append(threading.Thread(target=self.work, args=(True,), daemon=True))
        try:
            for lane in lanes:
                with self.change:
                    self.busy += 1
                lane.start()
            # Neither join() nor is_alive() here: an interrupt in join() makes Python 3.11 take a thread for ended.
            while self.busy:
                time.sleep(0.1)
        except KeyboardInterrupt:
            self.say("ending what runs")
            self.end()
            last = time.monotonic() + 4 * GRACE
            while self.busy and time.monotonic() < last:
                try:
                    time.sleep(0.1)
                except KeyboardInterrupt:                    # it ends in a moment, and must not leave anything
                    pass
            raise

    def end(self):
        with self.change:
            self.ending = True
            self.change.notify_all()
