#!/usr/bin/env python3
"""Pages made from the database for each request, beside Fossil's: requests a second, 99th percentile, processor time.

    python3 bench/database.py build-test/tests/http/candour-test [--seconds 3] [--rounds 5]

Needs wrk and fossil (Debian packages). Fossil is a site of one C program with SQLite, as candour is; its page is a wiki page
with a list of twenty entries in Markdown, ours the list of news under an address that nobody has asked for before, so that no
cache can help. Both servers run at once and are asked in turn. Fossil starts a process for each request; its processor time
counts those. The load comes from this machine. Every figure is the median of the rounds, every ratio the median of the
rounds' ratios.
"""
import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

import pages

CONNECTIONS = (1, 16, 64)
TICK = os.sysconf("SC_CLK_TCK")
# One address after the other, in a part of time that no post has; each thread of wrk begins elsewhere.
ADDRESSES = """
local n = 0
local threads = 0
function setup(thread) threads = threads + 1; thread:set("first", (tonumber(os.time()) % 1000000) * 100 + threads) end
function request()
  n = n + 1
  return wrk.format("GET", string.format("/news?after=%.0f.z", first * 1000000 + n))
end
"""


class Fossil(pages.Server):
    """Its own time and that of all the processes it has started and that have ended."""

    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            return sum(map(int, f.read().rsplit(")", 1)[1].split()[11:15])) / TICK


def entry(i):
    return f"- [Post number {i}](/news/{i}) of 3 November: what it says is told *in two lines*, as a summary in a list is, and no longer.\n"


def start_fossil(folder):
    environment = dict(os.environ, HOME=folder, USER="admin")
    repository = os.path.join(folder, "site.fossil")
    page = os.path.join(folder, "page")
    with open(page, "w", encoding="utf-8") as f:
        f.write("# News\n\n" + "\n".join(map(entry, range(20))))
    for command in (["new", "-A", "admin", repository],
                    ["wiki", "create", "News", page, "-R", repository, "-M", "text/x-markdown", "--user", "admin"]):
        subprocess.run(["fossil", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    os.environ.update(environment)
    return Fossil("fossil", ["fossil", "server", "--port", "PORT", "--localhost", "--nojail", repository], "/wiki?name=News")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", help="the test build of the server")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for tool in ("wrk", "fossil"):
        if not shutil.which(tool):
            raise SystemExit(f"{tool} is missing; apt-get install {tool}")
    print(f"machine: {pages.machine()}, {os.cpu_count()} processors, Linux {platform.release()}")
    print(f"command: python3 {' '.join(sys.argv)}; {options.rounds} rounds of {options.seconds} s")
    program = os.path.abspath(options.program)
    folder = tempfile.mkdtemp(prefix="candour-database-")
    servers = []
    try:
        data = os.path.join(folder, "data")
        script = os.path.join(folder, "addresses.lua")
        with open(script, "w", encoding="utf-8") as f:
            f.write(ADDRESSES)
        subprocess.run([program, "init", "--demonstration", "--data", data], check=True, stdout=subprocess.DEVNULL)
        servers.append(pages.Server("candour", [program, "serve", "--data", data, "--listen", "127.0.0.1:PORT"],
                                    "/news?after=9999999999999.z"))
        servers[0].more = ("-s", script)
        servers.append(start_fossil(folder))
        for server in servers:
            print(f"{server.name}: {len(server.body)} bytes, {server.body.count(b'<li')} entries of lists")
        return compare(servers, options)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def compare(servers, options):
    print("\n| connections | server | requests a second | p99 | processor time a page |\n| --- | --- | --- | --- | --- |")
    for connections in CONNECTIONS:
        results = {server.name: [] for server in servers}
        for turn in range(options.rounds):
            for server in servers if turn % 2 == 0 else servers[::-1]:
                results[server.name].append(server.load(connections, True, options.seconds))
        for name, rounds in results.items():
            median = {key: statistics.median(r[key] for r in rounds) for key in ("requests", "p99", "processor")}
            print(f"| {connections} | {name} | {median['requests']:,.0f} | {median['p99']:.1f} ms | {median['processor']:.0f} µs |")
            for wrong in {r["wrong"] for r in rounds} - {""}:
                print(f"  {name}: {wrong}")
        ratio = {key: statistics.median(a[key] / b[key] for a, b in zip(results["candour"], results["fossil"]))
                 for key in ("requests", "p99", "processor")}
        print(f"| {connections} | ratio | {ratio['requests']:.1f} | {ratio['p99']:.3f} | {ratio['processor']:.3f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
