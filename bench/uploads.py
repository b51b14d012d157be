"""What slow uploads cost everybody else: docs/performance.md says what came out.

    python3 bench/uploads.py build-test/tests/http/candour-test [ROUNDS]

Measures the latency of pages (one from the cache and one made for each request, in turns, on one connection) alone, and
then while 64 uploads come in at the slowest rate that the front permits (HTTP_RATE_BYTES and HTTP_STALL_BYTES of
src/http/http.h), a new one for each that ends, and 2,000 connections stand idle; several rounds of both, in turns.
Prints the medians over the rounds of the median and of the 99th percentile, and their ratios. Ends with 1 where a ratio
is over 1.5, where an upload was not answered with the hash of its bytes, or where an idle connection was closed.
Everything stays on 127.0.0.0/8: the idle ones and the uploads have addresses of their own, because one address has 512
connections.
"""
import hashlib
import multiprocessing
import os
import platform
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

UPLOADS, IDLE, REQUESTS, ALLOWED = 64, 2000, 4000, 1.5
SECONDS = 24                       # uploads begin for so long: three spans of HTTP_STALL_SECONDS, under HTTP_IDLE_SECONDS
SHORTEST = 8                       # seconds that an upload takes at least; three times as many at most
SLACK = 0.2                        # seconds; what the rate below leaves, less than half of it
EVERY = 0.25                       # a little at a time, as a slow line does
PAGES = ("/news", "/test/form")    # from the cache; made for each request
BOUNDARY = "----candour7MA4YWxkTrZu0gW"


def limits():
    """Of http.h, so that this says the slowest rate also after they were changed."""
    with open(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src", "http", "http.h"),
              encoding="utf-8") as f:
        text = f.read()
    value = lambda name: eval(re.search(rf"\b{name} = ([0-9 *]+)", text)[1])  # digits and stars only
    return value("HTTP_RATE_BYTES"), value("HTTP_STALL_BYTES"), value("HTTP_STALL_SECONDS")


def connect(port, address):
    s = socket.socket()
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.bind((address, 0))
    s.settimeout(20)
    s.connect(("127.0.0.1", port))
    return s


def ask(s, path, port):
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
    got = b""
    while b"\r\n\r\n" not in got:
        piece = s.recv(65536)
        if not piece:
            raise OSError("closed")
        got += piece
    head, body = got.split(b"\r\n\r\n", 1)
    if b" 200 " not in head[:20]:
        raise OSError(head[:40].decode())
    length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
    while len(body) < length:
        body += s.recv(65536)


def latencies(port):
    """{path: (median, p99)} in microseconds."""
    taken = {path: [] for path in PAGES}
    with connect(port, "127.0.0.9") as s:
        for i in range(REQUESTS):
            path = PAGES[i % len(PAGES)]
            before = time.perf_counter()
            ask(s, path, port)
            taken[path].append((time.perf_counter() - before) * 1e6)
    out = {}
    for path, all_of in taken.items():
        all_of.sort()
        out[path] = (statistics.median(all_of), all_of[len(all_of) * 99 // 100])
    return out


def body_of(seed, length):
    head = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="slow"\r\n'
            f"Content-Type: application/octet-stream\r\n\r\n").encode()
    last = f"\r\n--{BOUNDARY}--\r\n".encode()
    data = hashlib.shake_128(str(seed).encode()).digest(length - len(head) - len(last))
    return head + data + last, hashlib.sha256(data).hexdigest()


def begin(port, seed, rate):
    """One upload, of a length of its own, so that they end at different moments."""
    body, digest = body_of(seed, int(rate * SHORTEST * (1 + seed % 17 / 8)))
    s = connect(port, "127.0.0.3")
    s.sendall(f"POST /test/upload/open HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: multipart/form-data; "
              f"boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    return {"socket": s, "body": body, "digest": digest, "start": time.monotonic(), "at": 0, "late": False}


def answered(upload):
    """Whether the answer has the hash of what was sent."""
    try:
        answer = upload["socket"].recv(65536).decode()
    except OSError as fault:
        answer = str(fault)
    upload["socket"].close()
    if answer.startswith("HTTP/1.1 200 ") and upload["digest"] in answer:
        return True
    if not upload["late"]:
        print(f"an upload of {len(upload['body'])} bytes after {time.monotonic() - upload['start']:.1f} s: {answer[:60]!r}")
    return False


def uploads(port, rate, began, whole):
    """
    A process: UPLOADS at once, each at `rate`, a new one for each that ends; puts how many began, were right, and were
    wrong after this process was not let run for so long that they were below the slowest rate: a busy machine's doing.
    """
    end = time.monotonic() + SECONDS
    count, good, late, last = UPLOADS, 0, 0, time.monotonic()
    current = [begin(port, i, rate) for i in range(UPLOADS)]
    began.set()
    while current:
        now = time.monotonic()
        if now - last > EVERY + SLACK:
            for upload in current:
                upload["late"] = True
        last = now
        for i, upload in enumerate(current):
            until = min(len(upload["body"]), int((now - upload["start"]) * rate) + 1)
            try:
                upload["socket"].sendall(upload["body"][upload["at"]:until])
            except OSError:
                until = len(upload["body"])
            upload["at"] = until
            if until == len(upload["body"]):
                whole_one = answered(upload)
                good += whole_one
                late += upload["late"] and not whole_one
                current[i] = begin(port, count, rate) if now < end else None
                count += now < end
        current = [upload for upload in current if upload]
        time.sleep(EVERY)
    whole.put((count, good, late))


def idle(port, began, stop, whole):
    """A process: connections that have had one answer from the cache and stand idle; puts how many were not closed."""
    all_of = []
    for i in range(IDLE):
        all_of.append(connect(port, f"127.0.1.{1 + i % 8}"))
        ask(all_of[-1], PAGES[0], port)
    began.set()
    stop.wait(60)
    closed = 0
    for s in all_of:
        s.setblocking(False)
        try:
            s.recv(1)
            closed += 1
        except BlockingIOError:
            pass
        s.close()
    whole.put(IDLE - closed)


class Server:
    def __init__(self, program, data):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.process = subprocess.Popen([program, "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ready(self):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                with connect(self.port, "127.0.0.9") as s:
                    for path in PAGES:
                        ask(s, path, self.port)
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the server gave no answer in 30 s")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=70)


def loaded(port, rate):
    """Latencies while the uploads come in; how many of them, and of the idle ones, came through."""
    processes, events = [], [multiprocessing.Event() for _ in range(3)]
    whole, awake = multiprocessing.Queue(), multiprocessing.Queue()
    processes.append(multiprocessing.Process(target=idle, args=(port, events[0], events[1], awake)))
    processes.append(multiprocessing.Process(target=uploads, args=(port, rate, events[2], whole)))
    processes[0].start()
    events[0].wait(60)
    processes[1].start()
    events[2].wait(60)
    end = time.monotonic() + SECONDS - 2
    rounds = []
    while not rounds or time.monotonic() < end:
        rounds.append(latencies(port))
    result = {path: tuple(statistics.median(r[path][i] for r in rounds) for i in (0, 1)) for path in PAGES}
    events[1].set()
    stayed = awake.get(timeout=60)
    count, good, late = whole.get(timeout=4 * SECONDS + 30)
    for p in processes:
        p.join()
    return result, count, good, late, stayed


def alone(port):
    rounds = [latencies(port) for _ in range(3)]
    return {path: tuple(statistics.median(r[path][i] for r in rounds) for i in (0, 1)) for path in PAGES}


def main():
    program = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rate_bytes, stall_bytes, stall_seconds = limits()
    # Deadlines are kept up to a quarter of a second early: the slowest that is sure to be let through.
    rate = max(rate_bytes, stall_bytes / (stall_seconds - 0.75))
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), "unknown")
    print(f"machine: {model}, {os.cpu_count()} cores, Linux {platform.release()}")
    print(f"command: python3 bench/uploads.py {sys.argv[1]} {rounds}")
    folder = tempfile.mkdtemp(prefix="candour-bench-")
    data = os.path.join(folder, "data")
    server, failed = None, False
    before, during = [], []
    try:
        subprocess.run([program, "init", "--demonstration", "--data", data], check=True, stdout=subprocess.DEVNULL)
        server = Server(program, data)
        server.ready()
        alone(server.port)
        for i in range(rounds):
            before.append(alone(server.port))
            result, count, good, late, stayed = loaded(server.port, rate)
            during.append(result)
            failed |= good + late != count or good < count // 2 or stayed != IDLE
            print(f"round {i + 1}: {good} of {count} uploads came whole, {late} were sent late, {UPLOADS} at once, at "
                  f"{rate:.0f} bytes a second each; {stayed} of {IDLE} idle connections stayed", flush=True)
        for path in PAGES:
            for what, at in (("median", 0), ("p99", 1)):
                a = statistics.median(r[path][at] for r in before)
                b = statistics.median(r[path][at] for r in during)
                failed |= b > ALLOWED * a
                print(f"{path}: {what} {a:.0f} µs alone, {b:.0f} µs beside them, ratio {b / a:.2f}")
        failed |= server.stop() != 0
        server = None
    finally:
        if server:
            server.process.kill()
        shutil.rmtree(folder, ignore_errors=True)
    print("FAILED" if failed else f"every ratio is at most {ALLOWED}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
