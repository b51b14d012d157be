#!/usr/bin/env python3
"""A cached page beside nginx serving the same bytes as a file: requests a second, 99th percentile, processor time.

    python3 bench/pages.py build-test/tests/http/candour-test [--seconds 3] [--rounds 5] [--only 64] [--quick]

Needs wrk and nginx (Debian: wrk, nginx-light). Both servers run at once and are asked in turn, in each round the other one
first; the load comes from this machine and shares its processors. nginx has two workers, sendfile, an open file cache, no
log, no limit of requests on a connection, and head lines of the same length in all. Processor time is that of all processes
of a server, kernel included (/proc/PID/task/*/schedstat). Every figure is the median of the rounds, every ratio the median
of the rounds' ratios. Ends with 1 where an aim is missed.
"""
import argparse
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

PAGE = "/test/page"
CONNECTIONS = (1, 64, 512)
PROCESSOR_MOST = 0.8
REQUESTS_LEAST = {1: 1.0, 64: 1.1, 512: 1.0}
P99_MOST = 1.0
OWN_OF_NGINX = ("date", "content-length", "connection", "server", "content-type")
UNITS = {"us": 1e-3, "ms": 1, "s": 1000, "m": 60000}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def fetch(port, path, *fields):
    """(head, body) as they come over the wire."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
        lines = "".join(f"{field}\r\n" for field in fields)
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{lines}Connection: close\r\n\r\n".encode())
        got = b""
        while piece := s.recv(1 << 16):
            got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    return head, body


def await_answer(port, path, process):
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        try:
            head, body = fetch(port, path)
            if head[:6] == b"HTTP/1" and head[8:12] == b" 200":
                return head, body
        except OSError:
            pass
        time.sleep(0.02)
    raise SystemExit(f"no answer from {process.args[0]}")


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        return next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), "unknown")


class Server:
    more = ()  # further arguments of wrk

    def __init__(self, name, command, path):
        self.name, self.path = name, path
        self.port = free_port()
        self.process = subprocess.Popen([part.replace("PORT", str(self.port)) for part in command],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.head, self.body = await_answer(self.port, path, self.process)

    def processor_seconds(self):
        out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], stdout=subprocess.PIPE, text=True).stdout
        total = 0
        for pid in [self.process.pid, *map(int, out.split())]:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as f:
                    total += int(f.read().split()[0])
        return total / 1e9

    def load(self, connections, keep, seconds):
        command = ["wrk", "-t", "1" if connections == 1 else "2", "-c", str(connections), "-d", f"{seconds}s", "--latency", *self.more]
        if not keep:
            command += ["-H", "Connection: close"]
        before = self.processor_seconds()
        out = subprocess.run([*command, f"http://127.0.0.1:{self.port}{self.path}"], stdout=subprocess.PIPE, text=True).stdout
        spent = self.processor_seconds() - before
        n = int(re.search(r"(\d+) requests in", out)[1])
        wrong = re.search(r"Non-2xx[^\n]*|Socket errors[^\n]*", out)
        p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", out)
        return {"requests": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), "p99": float(p99[1]) * UNITS[p99[2]],
                "processor": spent / n * 1e6, "wrong": wrong[0] if wrong else ""}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(70)


def nginx_settings(folder, port, fields, pad):
    lines = []
    for name, value in fields:
        if name.lower() in OWN_OF_NGINX:
            continue
        if name == "Permissions-Policy":
            value = value[:pad] if pad < 0 else value + "x" * pad
        quoted = value.replace('"', '\\"')
        lines.append(f'        add_header {name} "{quoted}";')
    text = f"""
worker_processes 2;
daemon off;
user {"root" if os.getuid() == 0 else "nobody"};
pid {folder}/nginx.pid;
error_log /dev/null crit;
events {{ worker_connections 4096; }}
http {{
    types {{ }}
    default_type "text/html; charset=utf-8";
    access_log off;
    sendfile on;
    open_file_cache max=100 inactive=600s;
    open_file_cache_valid 600s;
    keepalive_timeout 65s;
    keepalive_requests 1000000000;
    etag off;
    if_modified_since off;
    max_ranges 0;
    client_body_temp_path {folder}/t1;
    proxy_temp_path {folder}/t2;
    fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/root;
        add_header Last-Modified "";
{chr(10).join(lines)}
    }}
}}
"""
    with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as f:
        f.write(text)


def start_nginx(folder, candour):
    """nginx with the same body and as many bytes of head; what it must add itself is taken from a field that it copies."""
    os.makedirs(os.path.join(folder, "root/test"))
    with open(os.path.join(folder, "root", PAGE.strip("/")), "wb") as f:
        f.write(candour.body)
    fields = [line.split(": ", 1) for line in candour.head.decode().split("\r\n")[1:]]
    command = ["nginx", "-p", folder, "-e", "/dev/null", "-c", os.path.join(folder, "nginx.conf")]
    pad = 0
    for _ in range(2):
        port = free_port()
        nginx_settings(folder, port, fields, pad)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            head, body = await_answer(port, PAGE, process)
            open_head = fetch_open(port)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        if body != candour.body:
            raise SystemExit("nginx does not serve the same body")
        # As it is on a connection that stays: most requests of this bench.
        pad += len(fetch_open(candour.port)) - len(open_head)
    nginx_settings(folder, "PORT", fields, pad)
    with open(os.path.join(folder, "nginx.conf"), encoding="utf-8") as f:
        text = f.read()
    server = Server.__new__(Server)
    server.name, server.path, server.port = "nginx", PAGE, free_port()
    with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as f:
        f.write(text.replace("PORT", str(server.port)))
    server.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server.head, server.body = await_answer(server.port, PAGE, server.process)
    return server


def fetch_open(port):
    """The head as it comes on a connection that stays open."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
        s.sendall(f"GET {PAGE} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        got = b""
        while b"\r\n\r\n" not in got:
            got += s.recv(1 << 16)
        return got.partition(b"\r\n\r\n")[0]


def judge(connections, ratios):
    missed = []
    if ratios["processor"] > PROCESSOR_MOST:
        missed.append(f"processor time {ratios['processor']:.2f} > {PROCESSOR_MOST}")
    if ratios["requests"] < REQUESTS_LEAST[connections]:
        missed.append(f"requests {ratios['requests']:.2f} < {REQUESTS_LEAST[connections]}")
    if ratios["p99"] > P99_MOST:
        missed.append(f"p99 {ratios['p99']:.2f} > {P99_MOST}")
    return missed


def measure(servers, options):
    missed_any = False
    print("| connections | kept | server | requests a second | p99 | processor time a request |")
    print("| --- | --- | --- | --- | --- | --- |")
    verdicts = []
    for keep in (True, False):
        for connections in CONNECTIONS:
            if options.only and connections != options.only:
                continue
            results = {server.name: [] for server in servers}
            for turn in range(options.rounds):
                for server in servers if turn % 2 == 0 else servers[::-1]:
                    results[server.name].append(server.load(connections, keep, options.seconds))
            ours, theirs = results["candour"], results["nginx"]
            ratios = {key: statistics.median(a[key] / b[key] for a, b in zip(ours, theirs))
                      for key in ("requests", "p99", "processor")}
            for name in ("nginx", "candour"):
                median = {key: statistics.median(r[key] for r in results[name]) for key in ("requests", "p99", "processor")}
                print(f"| {connections} | {'yes' if keep else 'no'} | {name} | {median['requests']:,.0f} | "
                      f"{median['p99']:.2f} ms | {median['processor']:.1f} µs |", flush=True)
                for wrong in {r["wrong"] for r in results[name]} - {""}:
                    print(f"  {name}: {wrong}")
                    missed_any |= name == "candour"
            missed = judge(connections, ratios)
            missed_any |= bool(missed)
            print(f"| {connections} | {'yes' if keep else 'no'} | ratio | {ratios['requests']:.2f} | {ratios['p99']:.2f} | "
                  f"{ratios['processor']:.2f} |", flush=True)
            verdicts.append(f"{connections} connections, {'kept' if keep else 'one request each'}: "
                            + ("met" if not missed else "MISSED: " + "; ".join(missed)))
    print()
    print("\n".join(verdicts))
    return 1 if missed_any else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", help="the test build of the server")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", type=int, choices=CONNECTIONS)
    parser.add_argument("--quick", action="store_true", help="one round of a second")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.rounds = 1, 1
    for tool in ("wrk", "nginx"):
        if not shutil.which(tool) and not os.path.exists(f"/usr/sbin/{tool}"):
            raise SystemExit(f"{tool} is missing; apt-get install {'nginx-light' if tool == 'nginx' else tool}")
    os.environ["PATH"] += ":/usr/sbin"
    print(f"machine: {machine()}, {os.cpu_count()} cores, Linux {platform.release()}")
    print(f"command: python3 {' '.join(sys.argv)}; {options.rounds} rounds of {options.seconds} s")
    program = os.path.abspath(options.program)
    folder = tempfile.mkdtemp(prefix="candour-pages-")
    os.chmod(folder, 0o755)
    servers = []
    try:
        data = os.path.join(folder, "data")
        subprocess.run([program, "init", "--demonstration", "--data", data], check=True, stdout=subprocess.DEVNULL)
        # All load comes from one address, which may otherwise have 512 connections.
        with open(os.path.join(data, "candour.yaml"), "a", encoding="utf-8") as f:
            f.write("server:\n  behind_proxy: true\n")
        candour = Server("candour", [program, "serve", "--data", data, "--listen", "127.0.0.1:PORT"], PAGE)
        servers.append(candour)
        servers.append(start_nginx(folder, candour))
        heads = [len(fetch_open(server.port)) for server in servers]
        print(f"body {len(candour.body)} bytes; head {heads[0]} (candour) and {heads[1]} bytes (nginx)")
        print()
        return measure(servers, options)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
