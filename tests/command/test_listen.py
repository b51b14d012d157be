"""Where it listens, and whom it believes there: unix sockets, both families, the service manager's sockets, proxies."""
import os
import random
import re
import signal
import socket
import stat
import subprocess
import tempfile
import time
import unittest

from common import BINARY, PATIENCE, Case, Server, alive, run, status, wait_for

HTTPS = "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\n"


def asked(where, path="/", fields=""):
    """The whole answer from a port of 127.0.0.1, of another address (host, port), or from the path of a socket."""
    if isinstance(where, str):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE)
        s.connect(where)
    else:
        s = socket.create_connection(where if isinstance(where, tuple) else ("127.0.0.1", where), timeout=PATIENCE)
    with s:
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n".encode())
        data = b""
        while piece := s.recv(65536):
            data += piece
    return data.decode("utf-8", "replace")


def believed(where):
    """Whether the scheme that a request names is taken for the visitor's: then the answer asks for https for ever."""
    return "\r\nStrict-Transport-Security:" in asked(where, fields=HTTPS)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def port_of_no_client():
    """Free on all addresses, and not one of those that the kernel gives to whoever connects (from 32768 on)."""
    while True:
        with socket.socket() as s:
            port = random.randrange(20000, 32000)
            try:
                s.bind(("0.0.0.0", port))
                return port
            except OSError:
                pass


class Listen(Case):
    def socket_path(self, name="web.sock"):
        return self.path(name)

    def test_a_tcp_connection_is_accepted_when_it_says_something_or_after_a_second(self):
        def sockets(web):
            links = [f"/proc/{web}/fd/{fd}" for fd in os.listdir(f"/proc/{web}/fd")]
            return sum(os.path.lexists(link) and os.readlink(link).startswith("socket:") for link in links)

        with Server(self.installation()) as server:
            wait_for(lambda: len(server.children()) == 2, "both children")
            self.assertEqual(status(server.port, "/healthz"), 200)
            web = server.children()["web"]
            before = sockets(web)
            begun = time.monotonic()
            silent = [socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) for _ in range(3)]
            self.assertEqual(status(server.port, "/healthz"), 200)
            if time.monotonic() - begun < 0.5:
                self.assertEqual(sockets(web), before)
            silent[0].sendall(b"G")
            wait_for(lambda: sockets(web) > before, "the one that says something")
            wait_for(lambda: sockets(web) == before + 3, "the silent ones")
            silent[1].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertIn(b"200 OK", silent[1].recv(65536))
            for s in silent:
                s.close()

    def test_who_had_connected_before_the_end_can_still_ask(self):
        """At once, after half a second, and when the kernel has handed them on; also who connects meanwhile."""
        with Server(self.installation()) as server:
            wait_for(lambda: len(server.children()) == 2, "both children")
            web = server.children()["web"]

            def connect():
                return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
            early = [connect() for _ in range(3)]
            server.process.send_signal(signal.SIGTERM)
            wait_for(lambda: "event=proc.draining" in server.logged(), "the drain to begin")
            late = connect()
            self.assertTrue(alive(web))
            for wait, s in ((0, early[0]), (0.5, early[1]), (0.7, early[2]), (0, late)):
                time.sleep(wait)
                s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                data = b""
                while piece := s.recv(65536):
                    data += piece
                s.close()
                self.assertTrue(data.startswith(b"HTTP/1.1 200 ") and data.rstrip().endswith(b"</html>"), (wait, data[-100:]))
            self.assertEqual(server.process.wait(PATIENCE), 0)

    def test_where_the_kernel_sends_no_cookies_silent_connections_are_accepted_at_once(self):
        if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no network of its own may be made here")
        folder, trace = self.installation(), self.path("trace")
        for cookies, defers in (("0", 0), ("1", 1)):
            script = (f"echo {cookies} > /proc/sys/net/ipv4/tcp_syncookies && exec strace -f -e trace=setsockopt -o {trace} "
                      f"{BINARY} serve --data {folder} --listen 127.0.0.1:18080")
            process = subprocess.Popen(["unshare", "-n", "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True, start_new_session=True)
            try:
                while (line := process.stdout.readline()) and "http://" not in line:
                    pass
            finally:
                os.killpg(process.pid, signal.SIGTERM)
                self.assertEqual(process.wait(PATIENCE), 0)
                process.stdout.close()
            with open(trace, encoding="utf-8") as f:
                self.assertEqual(len(re.findall(r"TCP_DEFER_ACCEPT, \[1\]", f.read())), defers, cookies)

    def test_a_socket_of_the_service_manager_stays_as_the_manager_made_it(self):
        folder = self.installation()
        for names in (None, "web"):
            s = self.listening()
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
            before = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT)
            process = self.activated(folder, [s], names=names)
            self.assertIn("200 OK", asked(s.getsockname()[1], "/healthz"))
            self.end(process)
            self.assertEqual(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT), before, names)

    def test_a_unix_socket_is_for_owner_and_group_and_is_gone_at_the_end(self):
        path = self.socket_path()
        old = os.umask(0)
        try:
            with Server(self.installation(), "--listen", "unix:" + path) as server:
                self.assertIn("200 OK", asked(path, "/healthz"))
                self.assertEqual(stat.S_IMODE(os.lstat(path).st_mode), 0o660)
                self.assertEqual(status(server.port, "/healthz"), 200, "the other listener is served, too")
                self.assertEqual(server.end(), 0)
        finally:
            os.umask(old)
        self.assertFalse(os.path.lexists(path))

    def test_the_socket_of_a_server_that_was_killed_is_taken_over(self):
        path, folder = self.socket_path(), self.installation()
        with Server(folder, "--listen", "unix:" + path) as server:
            inode = os.lstat(path).st_ino
            pids = list(server.children().values())
            server.process.kill()
            server.process.wait()
            wait_for(lambda: not any(alive(pid) for pid in pids), "its children to end")
        self.assertEqual(os.lstat(path).st_ino, inode, "it was left behind")
        with Server(folder, "--listen", "unix:" + path):
            self.assertIn("200 OK", asked(path, "/healthz"))
        self.assertTrue(os.path.lexists(path), "a kill leaves it")

    def test_a_socket_in_use_and_what_is_no_socket_are_left_alone(self):
        path, folder = self.socket_path(), self.installation()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(path)
            other.listen()
            self.refused(run("serve", "--data", folder, "--listen", "unix:" + path), 2, path, "taken")
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(path)
        os.unlink(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.bind(path)
            self.refused(run("serve", "--data", folder, "--listen", "unix:" + path), 2, path, "taken")
        self.assertTrue(os.path.lexists(path))
        os.unlink(path)
        self.write(self.work, "web.sock", "words")
        self.refused(run("serve", "--data", folder, "--listen", "unix:" + path), 2, path, "no socket")
        with open(path) as f:
            self.assertEqual(f.read(), "words")
        os.unlink(path)
        os.symlink(self.path("elsewhere"), path)
        self.refused(run("serve", "--data", folder, "--listen", "unix:" + path), 2, path, "no socket")
        self.refused(run("serve", "--data", folder, "--listen", "unix:" + self.path("none", "x")), 2, "folder")

    def test_a_socket_that_another_made_in_its_place_stays_at_the_end(self):
        path = self.socket_path()
        with Server(self.installation(), "--listen", "unix:" + path) as server:
            os.unlink(path)
            with socket.socket(socket.AF_UNIX) as other:
                other.bind(path)
                self.assertEqual(server.end(), 0)
                self.assertTrue(os.path.lexists(path))

    @unittest.skipUnless(os.geteuid() == 0, "giving a file away needs root")
    def test_started_as_root_the_socket_belongs_to_the_owner_of_the_folder(self):
        folder, path = self.installation(), self.socket_path()
        os.chmod(self.work, 0o755)
        for name in [folder, *(os.path.join(folder, name) for name in os.listdir(folder))]:
            os.chown(name, 65534, 65534)
        with Server(folder, "--listen", "unix:" + path):
            at = os.lstat(path)
            self.assertEqual((at.st_uid, at.st_gid, stat.S_IMODE(at.st_mode)), (65534, 65534, 0o660))

    def test_several_addresses_of_the_settings_and_the_doctor_asks_over_a_unix_socket(self):
        folder, path, port = self.installation(), self.socket_path(), free_port()
        self.write(folder, "candour.yaml", f"server:\n  listen: [\"unix:{path}\", \"127.0.0.1:{port}\"]\n")
        process = subprocess.Popen([BINARY, "serve", "--data", folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   text=True)
        with process:
            self.assertIn(f"http://localhost:{port}", process.stdout.readline())
            self.assertIn("200 OK", asked(path, "/healthz"))
            self.assertEqual(status(port, "/healthz"), 200)
            process.terminate()
        self.write(folder, "candour.yaml", f"server:\n  listen: [\"unix:{path}\"]\n")
        process = subprocess.Popen([BINARY, "serve", "--data", folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   text=True)
        with process:
            process.stdout.readline()
            self.assertIn(path, process.stdout.readline())
            self.assertRegex(run("doctor", "--data", folder).stdout, rf"(?m)^ok +server +process \d+ answers at unix:{path}$")
            process.terminate()

    def test_the_option_may_stand_sixteen_times(self):
        folder = self.installation()
        with Server(folder, *(word for n in range(14) for word in ("--listen", f"unix:{self.path(str(n))}"))):
            self.assertIn("200 OK", asked(self.path("13"), "/healthz"))
        self.refused(run("serve", "--data", folder, *(["--listen", "127.0.0.1:0"] * 17)), 2, "--listen", "16 times")

    # ---- Whom it believes ----

    def test_a_proxy_is_believed_on_its_own_listeners_and_a_visitor_nowhere(self):
        folder, path, port = self.installation(), self.socket_path(), free_port()
        self.write(folder, "candour.yaml", f"server:\n  proxy_listen: [\"127.0.0.1:{port}\", \"unix:{path}\"]\n")
        with Server(folder, "--listen", "unix:" + self.path("more")) as server:
            self.assertTrue(believed(port))
            self.assertTrue(believed(path))
            self.assertTrue(believed(self.path("more")), "a unix socket is always a proxy's")
            self.assertFalse(believed(server.port), "what a visitor says about itself is ignored")

    def test_behind_proxy_makes_every_listener_a_proxys_and_a_reload_takes_it_back(self):
        folder = self.installation()
        self.write(folder, "candour.yaml", "server:\n  behind_proxy: true\n")
        with Server(folder) as server:
            self.assertTrue(believed(server.port))
            self.write(folder, "candour.yaml", "server:\n  behind_proxy: false\n")
            server.process.send_signal(signal.SIGHUP)
            wait_for(lambda: not believed(server.port), "the new process alone")

    def test_where_proxies_have_names_nobody_else_is_believed(self):
        host = next((word for word in subprocess.run(["hostname", "-I"], stdout=subprocess.PIPE, text=True).stdout.split()
                     if re.fullmatch(r"[0-9.]+", word)), None)
        if not host:
            self.skipTest("this machine has no address but its own")
        folder, port = self.installation(), port_of_no_client()
        for proxies, expected in [("[]", True), ("[\"203.0.113.0/24\"]", False), (f"[\"{host}\"]", True)]:
            self.write(folder, "candour.yaml", f"server:\n  proxy_listen: [\"0.0.0.0:{port}\"]\n  proxies: {proxies}\n")
            with Server(folder) as server:
                self.assertEqual(believed((host, port)), expected, proxies)
                self.assertTrue(believed(port), "this machine is")
                self.assertEqual(server.end(), 0)

    # ---- The service manager ----

    def activated(self, folder, sockets, *arguments, names=None, pid=None, notify=None, environment=None):
        """The server with these sockets from descriptor 3 on, as a service manager starts it."""
        fds = [s.fileno() for s in sockets]
        code = ("import os, sys\nfds = [int(n) for n in sys.argv[1].split(',') if n]\n"
                "fds = [os.dup2(fd, 100 + i) for i, fd in enumerate(fds)]\n"
                "[os.dup2(fd, 3 + i) for i, fd in enumerate(fds)]\n"
                "os.environ['LISTEN_PID'] = sys.argv[2] or str(os.getpid())\nos.execv(sys.argv[3], sys.argv[3:])\n")
        env = {**os.environ, "LISTEN_FDS": str(len(fds)), **(environment or {})}
        if names is not None:
            env["LISTEN_FDNAMES"] = names
        if notify:
            env["NOTIFY_SOCKET"] = notify
        log = tempfile.TemporaryFile("w+")
        self.addCleanup(log.close)
        process = subprocess.Popen(["python3", "-c", code, ",".join(map(str, fds)), str(pid or ""), BINARY, "serve",
                                    "--data", folder, *arguments], pass_fds=fds, env=env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=log, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        process.log = log
        return process

    def end(self, process, code=0):
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), code)

    def listening(self, family=socket.AF_INET, where=("127.0.0.1", 0)):
        s = socket.socket(family)
        self.addCleanup(s.close)
        s.bind(where)
        s.listen()
        return s

    def test_sockets_of_the_service_manager_are_served_by_their_names(self):
        folder, path = self.installation(), self.socket_path()
        visitors, proxy, local = self.listening(), self.listening(), self.listening(socket.AF_UNIX, path)
        metrics = self.listening()
        self.write(folder, "candour.yaml", f"server:\n  listen: [\"127.0.0.1:{visitors.getsockname()[1]}\"]\n")
        process = self.activated(folder, [visitors, proxy, local, metrics], names="candour.socket:proxy:web:metrics")
        self.assertIn(f"http://localhost:{visitors.getsockname()[1]}", process.stdout.readline())
        self.assertFalse(believed(visitors.getsockname()[1]))
        self.assertTrue(believed(proxy.getsockname()[1]))
        self.assertTrue(believed(path))
        self.assertIn("candour_build_info", asked(metrics.getsockname()[1], "/metrics"))
        self.assertIn("404", asked(metrics.getsockname()[1], "/news")[:20])
        for line in subprocess.run(["pgrep", "-P", str(process.pid)], stdout=subprocess.PIPE, text=True).stdout.split():
            with open(f"/proc/{line}/environ") as f:
                self.assertNotRegex(f.read(), "LISTEN_|NOTIFY_")
        self.end(process)
        self.assertTrue(os.path.lexists(path), "its file is the service manager's")

    def test_sockets_for_another_process_are_not_taken(self):
        folder, other = self.installation(), self.listening()
        process = self.activated(folder, [other], "--listen", "127.0.0.1:0", pid=1)
        said = process.stdout.readline()
        self.assertNotIn(str(other.getsockname()[1]), said)
        self.assertIn("http://localhost:", said)
        self.end(process)

    def test_what_is_no_listening_socket_is_named(self):
        folder = self.installation()
        with socket.socket() as unbound, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            for s in (unbound, datagram):
                process = self.activated(folder, [s])
                self.assertEqual(process.wait(PATIENCE), 2)
                process.log.seek(0)
                self.assertRegex(process.log.read(), "(?m)^candour: Descriptor 3 .* no listening socket")

    def test_a_socket_for_metrics_that_others_reach_is_refused(self):
        process = self.activated(self.installation(), [self.listening(where=("0.0.0.0", 0))], names="metrics")
        self.assertEqual(process.wait(PATIENCE), 2)
        process.log.seek(0)
        self.assertIn("reached by others", process.log.read())

    def test_the_demonstration_is_not_served_on_a_socket_that_others_reach(self):
        process = self.activated(self.installation(demonstration=True), [self.listening(where=("0.0.0.0", 0))])
        self.assertEqual(process.wait(PATIENCE), 1)
        process.log.seek(0)
        self.assertIn("demonstration", process.log.read())

    def test_the_service_manager_hears_ready_reloading_and_stopping(self):
        for abstract in (False, True):
            with self.subTest(abstract=abstract), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                path = f"@candour-test-{os.getpid()}" if abstract else self.socket_path("notify")
                manager.bind("\0" + path[1:] if abstract else path)
                manager.settimeout(PATIENCE)
                if abstract:
                    folder = self.path("data")
                else:
                    folder = self.installation()
                process = self.activated(folder, [self.listening()], notify=path)
                self.assertEqual(manager.recv(200), b"READY=1")
                process.send_signal(signal.SIGHUP)
                self.assertRegex(manager.recv(200), rb"^RELOADING=1\nMONOTONIC_USEC=\d+$")
                self.assertEqual(manager.recv(200), b"READY=1")
                self.write(folder, "candour.yaml", "bad: 1\n")
                process.send_signal(signal.SIGHUP)
                self.assertTrue(manager.recv(200).startswith(b"RELOADING=1\n"))
                self.assertEqual(manager.recv(200), b"READY=1", "it goes on with the old settings")
                self.write(folder, "candour.yaml", "")
                process.terminate()
                self.assertEqual(manager.recv(200), b"STOPPING=1")
                self.assertEqual(process.wait(PATIENCE), 0)

    def test_a_service_manager_that_does_not_listen_changes_nothing(self):
        process = self.activated(self.installation(), [], "--listen", "127.0.0.1:0", notify=self.path("nobody"))
        self.assertIn("http://localhost:", process.stdout.readline())
        time.sleep(0.1)
        self.end(process)
