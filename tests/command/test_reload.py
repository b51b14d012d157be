"""SIGHUP reads the settings anew, also under load: nobody is refused or cut, and no answered write is lost."""
import os
import pty
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import threading
import time

from common import BINARY, TEST_BINARY, Case, Server, alive, get, status, wait_for


class Cut(Exception):
    """No whole answer came."""


def answer_of(s, data=b""):
    """(status, head, body) of one answer on this connection, and what came after it."""
    while b"\r\n\r\n" not in data:
        piece = s.recv(65536)
        if not piece:
            raise Cut("a head that does not end" if data else "no answer")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)[1])
    while len(body) < length:
        piece = s.recv(65536)
        if not piece:
            raise Cut("a body that does not end")
        body += piece
    return int(head.split()[1]), head, body[:length]


class Client(threading.Thread):
    """Asks without a pause until it is told to end: on one connection as long as that stands, or each time on a new one."""

    def __init__(self, port, kind, ended):
        super().__init__()
        self.port, self.kind, self.ended = port, kind, ended
        self.connection, self.answers, self.closes, self.writes = None, 0, 0, 0
        self.cut = []       # when, and how
        self.fresh = True   # this connection has had no answer yet
        self.late = False   # its last connection was not taken any more
        self.refused = set()

    def request(self):
        closes = b"Connection: close\r\n" if self.kind == "short" else b""
        if self.kind == "write":
            # Seldom enough that a page of 30 ms is made between two of them, on a disk that takes 1,000 writes a second.
            body = b"public=yes" if self.writes % 200 == 0 else b""
            return (b"POST /test/write HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        path = b"/test/slow?ms=30" if self.kind == "slow" else b"/news"
        return b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + closes + b"\r\n"

    def once(self):
        if not self.connection:
            self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self.fresh = True
        self.connection.sendall(self.request())
        code, head, _ = answer_of(self.connection)
        if code != 200:
            self.refused.add(code)
        self.answers += 1
        self.fresh = False
        self.writes += self.kind == "write"
        if b"\r\nConnection: close" in head or self.kind == "short":
            self.closes += 1
            self.drop()

    def drop(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def run(self):
        while not self.ended.is_set():
            begun = time.monotonic()
            try:
                self.once()
            except (OSError, Cut) as why:
                self.cut.append((begun, time.monotonic(), repr(why)))
                self.drop()
        self.drop()


class LastClient(Client):
    """Ends where a new connection is not taken; what was taken must be answered."""

    def run(self):
        while not self.late:
            begun = time.monotonic()
            try:
                self.once()
            except (OSError, Cut) as why:
                self.late = self.fresh and "does not end" not in repr(why)
                if not self.late:
                    self.cut.append((begun, time.monotonic(), repr(why)))
                self.drop()
        self.drop()


class Reload(Case):
    def reloads(self, server):
        return len(re.findall(r"event=proc\.(?:reloaded|reload_failed)|event=serve\.settings_refused", server.logged()))

    def reload(self, server):
        before = self.reloads(server)
        server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.reloads(server) > before, "the settings to be read")

    def written(self, folder):
        with sqlite3.connect(f"file:{folder}/candour.db?mode=ro", uri=True) as db:
            rows = db.execute("SELECT count(*) FROM job WHERE kind = 'test.count'").fetchone()[0]
        db.close()
        return rows

    def test_new_settings_are_on_the_next_page_and_the_old_process_ends(self):
        folder = self.installation()
        with Server(folder) as server:
            before = wait_for(lambda: len(server.children()) == 2 and server.children(), "both children")
            self.assertNotIn("Reloaded Police", get(server.port)[1])
            self.write(folder, "candour.yaml", "site:\n  name: Reloaded Police\n")
            self.reload(server)
            wait_for(lambda: "Reloaded Police" in get(server.port)[1], "the page of the new process")
            wait_for(lambda: not any(alive(pid) for pid in before.values()), "the old children to end")
            self.assertEqual(len(server.children()), 2)
            self.assertEqual(server.end(), 0)

    def test_a_fault_is_logged_with_its_line_and_the_old_settings_stay(self):
        folder = self.installation()
        self.write(folder, "candour.yaml", "site:\n  name: Steady Police\n")
        with Server(folder) as server:
            before = wait_for(lambda: len(server.children()) == 2 and server.children(), "both children")
            for text, words in [("site:\n  name: Steady Police\n  nam: x\n", r"at=candour\.yaml:3:3 what=.*nam"),
                                ("site:\n  address: https://a.example/path\n", r"at=candour\.yaml:2:12 what=.*site\.address"),
                                ("server:\n  metrics: 0.0.0.0:1\n", r"at=candour\.yaml:2:12 what=.*this machine"),
                                ("server:\n  proxies: [\"10.0.0.1/8\"]\n", r"at=candour\.yaml:2:\d+ what=.*10\.0\.0\.1/8")]:
                self.write(folder, "candour.yaml", text)
                self.reload(server)
                self.assertRegex(server.logged(), "event=serve.settings_refused .*" + words)
            os.unlink(os.path.join(folder, "candour.yaml"))
            self.reload(server)
            wait_for(lambda: "Steady Police" in get(server.port)[1], "the page of the new process")
            self.assertEqual(server.children(), before, "nobody was started anew")
            self.write(folder, "candour.yaml", "site:\n  name: Mended Police\n")
            self.reload(server)
            wait_for(lambda: "Mended Police" in get(server.port)[1], "the page of the new process")

    def test_the_demonstration_is_not_reloaded_under_a_real_name(self):
        folder = self.installation(demonstration=True)
        with Server(folder) as server:
            self.write(folder, "candour.yaml", "site:\n  address: https://police.example\n")
            self.reload(server)
            self.assertRegex(server.logged(), "event=serve.settings_refused .*demonstration")
            self.assertEqual(status(server.port, "/news"), 200)

    def test_settings_that_count_at_the_start_are_named(self):
        folder = self.installation()
        with Server(folder) as server:
            self.write(folder, "candour.yaml", "server:\n  listen: [\"127.0.0.1:1\"]\n  log: warn\n")
            self.reload(server)
            wait_for(lambda: "event=serve.needs_restart" in server.logged(), "the warning")
            self.assertRegex(server.logged(), r"event=serve\.needs_restart .*at=server\.listen ")
            self.assertEqual(status(server.port, "/healthz"), 200)

    def test_a_new_web_process_that_cannot_serve_leaves_the_old_one(self):
        folder = self.installation()
        with Server(folder) as server:
            before = wait_for(lambda: len(server.children()) == 2 and server.children(), "both children")
            soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (40, hard))  # too few for a child
            self.write(folder, "candour.yaml", "site:\n  name: Next Police\n")
            self.reload(server)
            self.assertIn("event=proc.reload_failed", server.logged())
            wait_for(lambda: set(server.children().values()) == set(before.values()),
                     "the new ones to be gone, and the old ones to be there")
            self.assertNotIn("Next Police", get(server.port)[1])
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
            self.reload(server)
            wait_for(lambda: "Next Police" in get(server.port)[1], "the page of the new process")
            self.assertEqual(server.end(), 0)

    def test_ten_reloads_and_a_kill_under_load_cut_nobody_else_and_lose_no_answered_write(self):
        folder = self.installation(demonstration=True)
        with Server(folder, binary=TEST_BINARY) as server:
            ended = threading.Event()
            clients = [Client(server.port, kind, ended)
                       for kind in ("keep", "keep", "short", "short", "slow", "slow", "write", "write")]
            for client in clients:
                client.start()

            def answered():
                return sum(client.answers for client in clients)
            try:
                wait_for(lambda: answered() > 200, "load")
                killed = None
                for n in range(10):
                    self.write(folder, "candour.yaml", f"site:\n  name: Police {n}\n")
                    before = answered()
                    self.reload(server)
                    wait_for(lambda: answered() > before + 100, "load after a reload")
                    if n == 4:
                        web = server.children()["web"]
                        killed = time.monotonic()
                        os.kill(web, signal.SIGKILL)
                        wait_for(lambda: not alive(web), "its end")
                        wait_for(lambda: answered() > before + 200, "load after the kill")
            finally:
                ended.set()
                for client in clients:
                    client.join()
            wait_for(lambda: "Police 9" in get(server.port)[1], "the page of the new process")
            self.assertEqual(server.end(), 0)
            log = server.logged()
        self.assertEqual(len(re.findall("event=proc.reloaded", log)), 10)
        self.assertEqual([client.refused for client in clients if client.refused], [])
        for client in clients:
            # What was in hand at the kill, and nothing else: begun before it, and one on each connection.
            self.assertLessEqual(len(client.cut), 1, client.cut)
            for begun, seen, why in client.cut:
                self.assertTrue(begun - 0.5 <= killed <= seen + 0.5, (begun, killed, seen, why))
        cut = sum(len(client.cut) for client in clients)
        closes = sum(client.closes for client in clients if client.kind == "keep")
        writes = sum(client.writes for client in clients)
        unsure = sum(len(client.cut) for client in clients if client.kind == "write")
        self.assertGreater(closes, 0, "a drain closed a kept connection after its answer")
        self.assertGreater(writes, 20)
        rows = self.written(folder)
        self.assertTrue(writes <= rows <= writes + unsure, (writes, rows, unsure))
        print(f"10 reloads and a kill: {sum(c.answers for c in clients)} answers, {cut} cut by the kill, {writes} writes, "
              f"{rows} rows", flush=True)

    def test_sigterm_under_load_of_every_kind_cuts_nothing_and_every_row_was_answered(self):
        folder = self.installation(demonstration=True)
        with Server(folder, binary=TEST_BINARY) as server:
            clients = [LastClient(server.port, kind, None)
                       for kind in ("keep", "keep", "short", "short", "slow", "slow", "write", "write")]
            for client in clients:
                client.start()
            wait_for(lambda: all(client.answers > 5 for client in clients), "load")
            begun = time.monotonic()
            code = server.end()
            took = time.monotonic() - begun
            for client in clients:
                client.join()
        self.assertEqual(code, 0)
        self.assertLess(took, 30)
        self.assertEqual([client.cut for client in clients if client.cut], [])
        self.assertEqual([client.refused for client in clients if client.refused], [])
        self.assertEqual(sum(client.writes for client in clients), self.written(folder))

    def test_sighups_that_come_together_end_in_the_newest_settings(self):
        folder = self.installation()
        with Server(folder) as server:
            for n in range(20):
                self.write(folder, "candour.yaml", f"site:\n  name: Police {n}\n")
                server.process.send_signal(signal.SIGHUP)
            wait_for(lambda: "Police 19" in get(server.port)[1], "the newest settings")
            self.assertEqual(server.end(), 0)

    def test_a_request_in_hand_is_answered_by_the_process_that_leaves(self):
        folder = self.installation()
        with Server(folder, binary=TEST_BINARY) as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as s:
                s.sendall(b"GET /test/slow?ms=3000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                wait_for(lambda: "worker" in server.children(), "both children")
                old = server.children()["web"]
                self.write(folder, "candour.yaml", "site:\n  name: Next Police\n")
                self.reload(server)
                wait_for(lambda: "Next Police" in get(server.port)[1], "the page of the new process")
                self.assertTrue(alive(old))
                code, head, _ = answer_of(s)
                self.assertEqual(code, 200)
                self.assertIn(b"Connection: close", head)
            wait_for(lambda: not alive(old), "the old process to end")

    def test_sigterm_in_the_middle_of_a_reload_ends_all(self):
        folder = self.installation()
        with Server(folder) as server:
            server.process.send_signal(signal.SIGHUP)
            self.assertEqual(server.end(), 0)
        with Server(folder) as server:
            self.assertEqual(status(server.port, "/healthz"), 200)

    def test_a_terminal_that_is_closed_ends_it_although_it_says_so_by_the_same_signal(self):
        folder = self.installation()
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(BINARY, [BINARY, "serve", "--data", folder, "--listen", "localhost:0"])
        said = b""
        while b"Ctrl-C" not in said:
            said += os.read(terminal, 4096)
        os.kill(pid, signal.SIGHUP)
        while b"proc.reloaded" not in said:
            said += os.read(terminal, 4096)
        os.close(terminal)
        wait_for(lambda: os.waitpid(pid, os.WNOHANG)[0] == pid, "its end")
        self.assertEqual(subprocess.run([BINARY, "doctor", "--data", folder], stdout=subprocess.PIPE, text=True).stdout
                         .count("not running"), 1)
