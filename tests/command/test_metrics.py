"""/metrics: strict Prometheus text, right figures, and nothing in it that a visitor sent."""
import os
import re
import signal
import socket
import threading

from common import TEST_BINARY, Case, Server, alive, get, run, status, wait_for

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^{}]*)\})? (\S+)\Z")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|\Z)')
TYPES = ("counter", "gauge", "histogram")


def parsed(text):
    """{(name, labels): value} of the text format 0.0.4, as strictly as it can be read; raises ValueError."""
    if not text.endswith("\n"):
        raise ValueError("the last line does not end")
    samples, types, helps, group = {}, {}, {}, None
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            group, _, words = line[7:].partition(" ")
            if not NAME.match(group) or group in helps or not words:
                raise ValueError(line)
            helps[group] = words
        elif line.startswith("# TYPE "):
            name, _, kind = line[7:].partition(" ")
            if name != group or name in types or kind not in TYPES:
                raise ValueError(line)
            types[name] = kind
        else:
            match = SAMPLE.match(line)
            if not match:
                raise ValueError(line)
            name, inside, value = match.groups()
            base = re.sub("_(?:bucket|sum|count)$", "", name) if types.get(group) == "histogram" else name
            if base != group or group not in types:
                raise ValueError(f"{line} stands under {group}")
            labels = LABEL.findall(inside or "")
            if "".join(f'{k}="{v}",' for k, v in labels)[:-1] != (inside or "") or len({k for k, _ in labels}) != len(labels):
                raise ValueError(line)
            key = name, tuple(sorted(labels))
            if key in samples:
                raise ValueError(f"{line} comes twice")
            if not re.fullmatch(r"\d+(?:\.\d+)?", value):
                raise ValueError(line)
            if types[group] == "counter" and not name.endswith("_total"):
                raise ValueError(f"{name} is a counter and does not end in _total")
            samples[key] = float(value)
    for name, kind in types.items():
        if kind == "histogram":
            steps = [(float(labels[0][1]), value) for (n, labels), value in samples.items() if n == name + "_bucket"]
            values = [value for _, value in steps]
            if steps != sorted(steps) or values != sorted(values) or steps[-1][0] != float("inf"):
                raise ValueError(f"{name} has no rising steps that end in +Inf")
            if values[-1] != samples[name + "_count", ()] or (name + "_sum", ()) not in samples:
                raise ValueError(f"{name} does not count what it sums up")
    return samples


class Metrics(Case):
    def serve(self, more="", folder=None):
        folder = folder or self.installation(demonstration=True)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.write(folder, "candour.yaml", f"server:\n  metrics: 127.0.0.1:{self.port}\n" + more)
        return Server(folder, binary=TEST_BINARY)

    def figures(self):
        code, text = get(self.port, "/metrics")
        self.assertEqual(code, 200)
        self.text = text
        return parsed(text)

    def value(self, name, **labels):
        return self.figures()[name, tuple(sorted(labels.items()))]

    def test_the_parser_refuses_what_is_not_the_format(self):
        good = "# HELP a_total x\n# TYPE a_total counter\na_total{b=\"c\"} 1\n"
        self.assertEqual(parsed(good), {("a_total", (("b", "c"),)): 1.0})
        for bad in [good[:-1], good + "\n", good * 2, good + "a_total{b=\"c\"} 2\n", good.replace(" 1", " x"),
                    good.replace("c\"", "c"), good.replace("a_total", "a"), good + "other 1\n", good.replace("{b", "{9b"),
                    good.replace("counter", "count"), good.replace("\"}", "\",}"), good.replace(" 1", "  1"),
                    "# HELP h x\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n"]:
            with self.assertRaises(ValueError, msg=bad):
                parsed(bad)

    def test_it_is_off_until_it_is_asked_for_and_the_site_itself_has_no_such_page(self):
        folder = self.installation()
        with Server(folder) as server:
            self.assertEqual(status(server.port, "/metrics"), 404)
            self.assertLessEqual(server.logged().count("event=serve.listening"), 2, "localhost and nothing else")
        with self.serve(folder=folder) as server:
            self.assertEqual(status(server.port, "/metrics"), 404)
            self.assertEqual(status(self.port, "/"), 404)
            self.assertEqual(status(self.port, "/healthz"), 404)

    def test_only_an_address_of_this_machine_is_taken(self):
        folder = self.installation()
        for where in ("0.0.0.0:9464", "\"[::]:9464\"", "192.0.2.7:9464", "metrics.example:9464", "9464"):
            self.write(folder, "candour.yaml", f"server:\n  metrics: {where}\n")
            self.refused(run("serve", "--data", folder, "--listen", "localhost:0"), 1, "candour.yaml:2:12")
        path = self.path("metrics.sock")
        self.write(folder, "candour.yaml", f"server:\n  metrics: unix:{path}\n")
        with Server(folder) as server, socket.socket(socket.AF_UNIX) as s:
            s.connect(path)
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            data = b""
            while piece := s.recv(65536):
                data += piece
            parsed(data.partition(b"\r\n\r\n")[2].decode())
            self.assertEqual(server.end(), 0)
        self.assertFalse(os.path.lexists(path))

    def test_answers_are_counted_by_class_of_route_and_of_status(self):
        with self.serve() as server:
            post = next(iter(re.findall(r'href="(/news/\d{4}/[a-z0-9-]+)"', get(server.port, "/news")[1])))
            asset = re.search(r'href="(/a/[^"]+\.css)"', get(server.port, "/news")[1])[1]
            before = self.figures()
            for path, times in [("/news", 3), (post, 2), (asset, 4), ("/healthz", 5), ("/nowhere", 6), ("/test/form", 7),
                                ("/test/private", 2)]:
                for _ in range(times):
                    status(server.port, path)
            with socket.create_connection(("127.0.0.1", server.port)) as s:
                s.sendall(b"NONSENSE\r\n\r\n")
                s.recv(1000)
            after = self.figures()

            def grew(route, code):
                key = "candour_requests_total", (("route", route), ("status", code))
                return after[key] - before[key]
            self.assertEqual({(route, code): grew(route, code) for route, code in
                              [("page", "2xx"), ("asset", "2xx"), ("health", "2xx"), ("none", "4xx"), ("form", "2xx"),
                               ("page", "5xx")]},
                             {("page", "2xx"): 5, ("asset", "2xx"): 4, ("health", "2xx"): 5, ("none", "4xx"): 7,
                              ("form", "2xx"): 7, ("page", "5xx"): 0})
            self.assertEqual(grew("staff", "4xx") + grew("staff", "3xx"), 2)
            total = sum(v - before[k] for k, v in after.items() if k[0] == "candour_requests_total")
            self.assertEqual(total, 30)
            self.assertGreaterEqual(after["candour_request_duration_seconds_count", ()], 12)

    def test_the_cache_the_writer_and_the_load_are_seen(self):
        with self.serve() as server:
            before = self.figures()
            for _ in range(4):
                get(server.port, "/test/count")
            for _ in range(3):
                with socket.create_connection(("127.0.0.1", server.port)) as s:
                    s.sendall(b"POST /test/write HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Type: "
                              b"application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n")
                    self.assertIn(b" 200 ", s.recv(1000))
            with socket.create_connection(("127.0.0.1", server.port)):
                wait_for(lambda: self.value("candour_connections") >= 1, "the open connection")
            after = self.figures()

            def grew(name, **labels):
                key = name, tuple(sorted(labels.items()))
                return after[key] - before[key]
            self.assertEqual(grew("candour_page_cache_total", result="hit"), 3)
            self.assertEqual(grew("candour_page_cache_total", result="miss"), 1)
            self.assertEqual(grew("candour_page_renders_total"), 1)
            self.assertEqual(grew("candour_database_acts_total"), 3)
            self.assertTrue(1 <= grew("candour_database_write_groups_total") <= 3)
            self.assertEqual(grew("candour_database_write_failures_total"), 0)
            self.assertEqual(after["candour_database_up", ()], 1)
            version = run("version").stdout.split()[1]
            self.assertEqual(after["candour_build_info", (("version", version),)], 1)
            slow = [threading.Thread(target=get, args=(server.port, f"/test/slow?ms={2000 + n}")) for n in range(12)]
            for thread in slow:
                thread.start()
            wait_for(lambda: self.value("candour_queue_requests") >= 4, "requests that wait for a thread")
            for thread in slow:
                thread.join()

    def test_restarts_and_reloads_are_counted_across_web_processes(self):
        with self.serve() as server:
            for role in ("web", "worker"):
                old = wait_for(lambda: server.children().get(role), role)
                os.kill(old, signal.SIGKILL)
                wait_for(lambda: server.children().get(role, old) != old, "another one")
                self.assertEqual(self.value("candour_child_restarts_total", role=role), 1)
            server.process.send_signal(signal.SIGHUP)
            wait_for(lambda: "event=proc.reloaded" in server.logged(), "the reload")
            self.assertEqual(self.value("candour_reloads_total", result="taken"), 1)
            with open(f"/proc/{server.process.pid}/fd/{self.counts_of(server)}", "rb+", buffering=0) as f:
                with self.assertRaises(OSError, msg="who is no parent may not write there"):
                    f.write(b"\0" * 8)

    def counts_of(self, server):
        for fd in os.listdir(f"/proc/{server.process.pid}/fd"):
            if "memfd:counts" in os.readlink(f"/proc/{server.process.pid}/fd/{fd}"):
                return fd
        raise AssertionError("no such memory")

    def test_nothing_that_a_visitor_sent_stands_in_it(self):
        words = ["jane-doe-of-hill-street", "secretquery", "Agent-Jane", "hidden.example", "203.0.113.77", "novel"]
        with self.serve(more="  behind_proxy: true\n") as server:
            post = next(iter(re.findall(r"/news/\d{4}/[a-z0-9-]+", get(server.port, "/news")[1])))
            for line in [f"GET /news/2020/{words[0]} HTTP/1.1", f"GET /{words[0]} HTTP/1.1", f"GET /news?after={words[1]} HTTP/1.1",
                         f"GET /test/fail/{words[0]} HTTP/1.1", f"GET {post} HTTP/1.1", f"POST /news/{words[0]} HTTP/1.1",
                         f"{words[5]} / HTTP/1.1", f"GET /a/{words[0]}/x.css HTTP/1.1"]:
                for host in ("localhost", words[3]):
                    with socket.create_connection(("127.0.0.1", server.port)) as s:
                        s.sendall(f"{line}\r\nHost: {host}\r\nUser-Agent: {words[2]}\r\nX-Forwarded-For: {words[4]}\r\n"
                                  f"Cookie: id={words[0]}\r\nConnection: close\r\n\r\n".encode())
                        while s.recv(65536):
                            pass
            names = {labels for _, labels in self.figures()}
            for word in [*words, *post.split("/")[2:], "/news", "127.0.0.1", str(server.port), "Jane", "Midshire"]:
                self.assertNotIn(word.lower(), self.text.lower())
            self.assertNotRegex(self.text, r'="/|=".*/', "no label holds a path")
            closed = {"route", "status", "le", "result", "role", "version"}
            self.assertEqual({name for labels in names for name, _ in labels} - closed, set())

    def test_an_old_process_that_drains_does_not_answer_for_the_new_one(self):
        with self.serve() as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as s:
                s.sendall(b"GET /test/slow?ms=3000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                wait_for(lambda: "worker" in server.children(), "both children")
                old, started = server.children()["web"], self.value("candour_start_time_seconds")
                server.process.send_signal(signal.SIGHUP)
                wait_for(lambda: "event=proc.reloaded" in server.logged(), "the reload")
                wait_for(lambda: self.value("candour_start_time_seconds") > started, "the new process")
                for _ in range(20):
                    self.assertGreater(self.value("candour_start_time_seconds"), started)
                self.assertTrue(alive(old))
                self.assertIn(b" 200 ", s.recv(1000))
