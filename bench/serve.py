"""Start, memory and the cost of a page: what docs/performance.md says of `candour serve`.

    python3 bench/serve.py build/src/main/candour

Prints the machine, the command and, for each figure, the median of several rounds. Sends requests to 127.0.0.1 only, a
bounded number of them. "Without the cache" asks for the news from a different place each time, so that every page is
made from the database; the processor time is the whole web process's, kernel included, from /proc.
"""
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS_START = 15
ROUNDS_PAGE = 5
PAGES = 2000


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, program, data):
        self.port = free_port()
        self.started = time.monotonic()
        self.process = subprocess.Popen([program, "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.first = None
        while time.monotonic() - self.started < 10:
            try:
                if self.get("/news").startswith(b"HTTP/1.1 200"):
                    self.first = time.monotonic() - self.started
                    return
            except OSError:
                time.sleep(0.001)
        raise SystemExit("the server gave no answer in 10 s")

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def ask(self, connection, path):
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\n\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = connection.recv(65536)
            if not piece:
                raise OSError("closed")
            answer += piece
        head, body = answer.split(b"\r\n\r\n", 1)
        length = int(next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")))
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def get(self, path):
        with self.connect() as connection:
            return self.ask(connection, path)

    def processes(self):
        pids = [self.process.pid]
        out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True).stdout
        return pids + [int(pid) for pid in out.split()]

    def web(self):
        for pid in self.processes()[1:]:
            with open(f"/proc/{pid}/comm", encoding="utf-8") as f:
                if f.read().strip() == "web":
                    return pid
        raise SystemExit("no web process")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=70)


def pss(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as f:
            total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
    return total


def processor_seconds(pid):
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="utf-8") as f:
            total += int(f.read().split()[0])
    return total / 1e9


def main():
    program = os.path.abspath(sys.argv[1])
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), "unknown")
    print(f"machine: {model}, {os.cpu_count()} cores, Linux {platform.release()}")
    print(f"command: python3 bench/serve.py {sys.argv[1]}")
    folder = tempfile.mkdtemp(prefix="candour-bench-")
    data = os.path.join(folder, "data")
    try:
        subprocess.run([program, "init", "--demonstration", "--data", data], check=True, stdout=subprocess.DEVNULL)
        starts = []
        for _ in range(ROUNDS_START):
            server = Server(program, data)
            starts.append(server.first * 1000)
            server.stop()
        print(f"start to first answer of a page: median {statistics.median(starts):.1f} ms, "
              f"most {max(starts):.1f} ms ({ROUNDS_START} starts)")

        server = Server(program, data)
        with server.connect() as connection:
            for i in range(1000):
                server.ask(connection, ("/", "/news", "/report", "/support")[i % 4])
        time.sleep(10)
        pids = server.processes()
        print(f"memory after 1,000 requests and 10 s: {pss(pids) / 1024:.1f} MB (sum of Pss of {len(pids)} processes)")

        web = server.web()
        costs, sizes = [], set()
        place = 10 ** 13
        with server.connect() as connection:
            for _ in range(ROUNDS_PAGE):
                before = processor_seconds(web)
                for _ in range(PAGES):
                    place += 1
                    sizes.add(len(server.ask(connection, f"/news?after={place}.z")))
                costs.append((processor_seconds(web) - before) / PAGES * 1e6)
        print(f"a page made from the database, without the cache: median {statistics.median(costs):.0f} µs of processor "
              f"time ({ROUNDS_PAGE} rounds of {PAGES}; {min(costs):.0f} to {max(costs):.0f}; {min(sizes)} bytes with its head)")
        before = processor_seconds(web)
        with server.connect() as connection:
            for _ in range(PAGES):
                server.ask(connection, "/news")
        print(f"the same page from the cache: {(processor_seconds(web) - before) / PAGES * 1e6:.0f} µs, one connection")
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
