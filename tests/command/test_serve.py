"""serve: starts, answers, refuses, mends itself, ends; with real processes."""
import fcntl
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import threading
import time
import unittest

from common import BINARY, PATIENCE, Case, Server, alive, children, get, run, status, wait_for

DATABASE = ("candour.db", "candour.db-wal", "candour.db-shm")


class Serve(Case):
    def test_it_says_where_to_look_and_ends_with_0(self):
        folder = self.installation()
        with Server(folder) as server:
            self.assertIn(f"http://localhost:{server.port}", server.said[0])
            self.assertEqual(get(server.port, "/healthz"), (200, "ok\n"))
            self.assertEqual(status(server.port, "/"), 200)
            self.assertEqual(server.end(), 0)
            with self.assertRaises(OSError):
                get(server.port, "/healthz", timeout=2)
        with Server(folder) as server:
            self.assertEqual(server.end(signal.SIGINT), 0)

    def test_the_demonstration_says_which_accounts_exist(self):
        with Server(self.installation(demonstration=True)) as server:
            said = "".join(server.said)
            self.assertIn("does not exist", said)
            self.assertRegex(said, r"(?m)^  approver +passphrase: \w")
            self.assertIn("does not exist", get(server.port)[1])

    def test_the_demonstrations_links_lead_to_the_port_that_it_took_unless_an_address_was_written(self):
        folder = self.installation(demonstration=True)
        with Server(folder) as server:
            self.assertIn(f'rel="canonical" href="http://localhost:{server.port}/news"', get(server.port, "/news")[1])
        self.write(folder, "candour.yaml", "site:\n  address: http://localhost:7\n")
        with Server(folder) as server:
            self.assertIn('rel="canonical" href="http://localhost:7/news"', get(server.port, "/news")[1])

    def test_localhost_is_reached_over_both_families(self):
        with Server(self.installation()) as server:
            self.assertEqual(get(server.port, "/healthz", "127.0.0.1")[0], 200)
            with open("/proc/net/if_inet6") as f:
                if " lo\n" in f.read():
                    self.assertEqual(get(server.port, "/healthz", "::1")[0], 200)

    def test_the_setting_listen_is_used_and_the_option_stands_above_it(self):
        folder = self.installation()
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.write(folder, "candour.yaml", f"server:\n  listen:\n    - 127.0.0.1:{port}\n")
        process = subprocess.Popen([BINARY, "serve", "--data", folder], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: status(port, "/healthz") == 200, "the listener of the settings")
        finally:
            process.terminate()
            self.assertEqual(process.wait(), 0)
        with Server(folder) as server:
            self.assertNotEqual(server.port, port)
            self.assertEqual(status(server.port, "/healthz"), 200)

    # ---- Refusals ----

    def test_a_second_server_on_the_same_folder_is_refused_and_the_first_goes_on(self):
        folder = self.installation()
        with Server(folder) as server:
            done = run("serve", "--data", folder, "--listen", "localhost:0")
            self.refused(done, 2, f"process {server.process.pid}", f"127.0.0.1:{server.port}", "--data")
            self.assertEqual(status(server.port, "/healthz"), 200)
            self.assertEqual(server.end(), 0)
        with Server(folder) as server:
            self.assertEqual(status(server.port, "/healthz"), 200)

    def test_a_taken_port_is_named_and_nothing_stays_behind(self):
        folder = self.installation()
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            for where in (f"127.0.0.1:{port}", f"localhost:{port}"):
                done = run("serve", "--data", folder, "--listen", where)
                self.refused(done, 2, f"127.0.0.1:{port} is taken", "--listen")
        self.assertRegex(run("doctor", "--data", folder).stdout, r"(?m)^ok +server +not running")

    def test_an_address_that_cannot_be_listened_on(self):
        folder = self.installation()
        for where, words in [("8080", "localhost:8080"), ("example.org:80", "localhost:8080"), ("192.0.2.7:0", "192.0.2.7")]:
            self.refused(run("serve", "--data", folder, "--listen", where), 2, words)

    def test_a_missing_folder_settings_or_key(self):
        self.refused(run("serve", "--data", self.path("none")), 2, "candour init")
        os.mkdir(self.path("empty"))
        self.refused(run("serve", "--data", self.path("empty")), 2, "candour init")
        folder = self.installation()
        self.write(folder, "key", "short")
        self.refused(run("serve", "--data", folder), 3, "copy of the key file")
        os.unlink(os.path.join(folder, "key"))
        self.refused(run("serve", "--data", folder), 2, "key")

    def test_an_address_with_a_path_is_refused_before_anything_is_started(self):
        folder = self.installation()
        self.write(folder, "candour.yaml", "site:\n  address: https://police.example/path\n")
        self.refused(run("serve", "--data", folder, "--listen", "localhost:0"), 1, "candour.yaml:2:12", "site.address")

    def told(self, folder, starts, settings):
        """What a web child says and answers to this first message: (exit code, its messages, standard error)."""
        def number(n):
            return struct.pack("=q", n)

        def text(s):
            return number(len(s)) + s
        start = (text(b"v") + text(folder.encode()) + text(settings.encode()) + number(0) + text(b"") +
                 number(os.getuid()) + number(os.getgid()) + text(b"e" * 32) + text(b"k" * 32))
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, its, socket.create_server(("127.0.0.1", 0)) as listener:
            keep = fcntl.fcntl(its, fcntl.F_DUPFD, 20), fcntl.fcntl(listener, fcntl.F_DUPFD, 20)
            process = subprocess.Popen([BINARY, "@web"], stderr=subprocess.PIPE, text=True, close_fds=False,
                                       preexec_fn=lambda: (os.dup2(keep[0], 3), os.dup2(keep[1], 4)))
            for descriptor in keep:
                os.close(descriptor)
            its.close()
            ours.send(b"T" + number(os.getpid()) + number(starts) + number(1) + text(start))
            errors = process.communicate(timeout=PATIENCE)[1]
            said = b""
            while piece := ours.recv(100):
                said += piece
        return process.returncode, said, errors

    def test_a_web_child_whose_settings_are_refused_ends_the_server_at_its_first_start_alone(self):
        folder, settings = self.installation(), "site:\n  address: https://police.example/path\n"
        code, said, errors = self.told(folder, 0, settings)
        self.assertEqual((code, said), (2, b"F"), errors)
        self.assertRegex(errors, r"(?m)^candour: site\.address .*nothing behind it\.$")
        code, said, errors = self.told(folder, 1, settings)
        self.assertEqual((code, said), (70, b""), errors)
        self.assertIn("event=proc.step_failed", errors)

    def test_the_default_folder_is_named_where_it_is_missing(self):
        self.refused(run("serve", cwd=self.work), 2, "no data folder data", "candour init --data data")

    def test_demonstration_data_is_not_served_under_a_real_name(self):
        folder = self.installation(demonstration=True)
        for address in ("https://police.example", "https://localhost.police.example", "http://127.0.0.1.police.example"):
            self.write(folder, "candour.yaml", f"site:\n  address: {address}\n")
            self.refused(run("serve", "--data", folder, "--listen", "localhost:0"), 1, "site.address", "demonstration")
        for address in ("http://localhost:8080", "http://127.0.0.1", "http://[::1]:9"):
            self.write(folder, "candour.yaml", f"site:\n  address: {address}\n")
            with Server(folder) as server:
                self.assertEqual(status(server.port, "/healthz"), 200)

    def test_demonstration_data_is_not_served_beyond_this_machine(self):
        folder = self.installation(demonstration=True)
        for where in ("0.0.0.0:0", "[::]:0", "[::ffff:127.0.0.1]:0", "192.0.2.7:0"):
            done = run("serve", "--data", folder, "--listen", where)
            self.refused(done, 1, "demonstration", where, "listen on localhost")
            self.assertEqual(done.stdout, "", "no passphrase is shown")
            self.write(folder, "candour.yaml", f"server:\n  listen: [\"127.0.0.1:0\", \"{where}\"]\n")
            self.refused(run("serve", "--data", folder), 1, "demonstration", where)
        with Server(folder) as server:
            self.assertEqual(status(server.port, "/healthz"), 200, "--listen stands above the setting")
        for where in ("127.0.0.1:0", "127.8.9.1:0", "[::1]:0"):
            process = subprocess.Popen([BINARY, "serve", "--data", folder, "--listen", where], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
            with process:
                self.assertIn("is at http://", process.stdout.readline(), where)
                process.terminate()

    # ---- The database ----

    def test_a_damaged_database_at_the_start_ends_it(self):
        folder = self.installation()
        for name in DATABASE[1:]:
            if os.path.exists(os.path.join(folder, name)):
                os.unlink(os.path.join(folder, name))
        with open(os.path.join(folder, "candour.db"), "r+b") as f:
            f.write(os.urandom(8192))
        done = run("serve", "--data", folder, "--listen", "localhost:0")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, r"(?m)^candour: .*candour\.db")
        self.assertEqual(done.stdout, "")

    def test_a_newer_database_at_the_start_ends_it(self):
        folder = self.installation()
        with sqlite3.connect(os.path.join(folder, "candour.db")) as db:
            db.execute("PRAGMA user_version = 9999")
        db.close()
        done = run("serve", "--data", folder, "--listen", "localhost:0")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, r"(?m)^candour: .*newer")

    def away(self, folder):
        os.mkdir(self.path("away"))
        for name in DATABASE:
            if os.path.exists(os.path.join(folder, name)):
                os.rename(os.path.join(folder, name), self.path("away", name))

    def back(self, folder):
        for name in os.listdir(self.path("away")):
            os.rename(self.path("away", name), os.path.join(folder, name))

    def test_without_a_database_it_starts_with_the_503_page_and_takes_it_up_when_it_comes(self):
        folder = self.installation()
        self.away(folder)
        with Server(folder) as server:
            code, page = get(server.port, "/")
            self.assertEqual(code, 503)
            self.assertIn("<h1", page)
            self.back(folder)
            wait_for(lambda: status(server.port, "/") == 200, "the page from the database")
            self.assertEqual(server.end(), 0)

    def test_a_database_that_went_away_gives_the_503_page_and_the_doctor_says_why(self):
        folder = self.installation()
        with Server(folder) as server:
            self.assertEqual(status(server.port, "/"), 200)
            web = server.children()["web"]
            self.away(folder)
            wait_for(lambda: status(server.port, "/news") == 503, "the 503 page")
            done = run("doctor", "--data", folder)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stdout, r"(?m)^problem +database .*candour\.db")
            self.back(folder)
            wait_for(lambda: status(server.port, "/news") == 200, "the page from the database")
            self.assertEqual(server.children()["web"], web, "it was the same process all the time")

    def test_commands_and_the_server_work_on_the_same_folder(self):
        folder = self.installation(demonstration=True)
        with Server(folder) as server:
            before = get(server.port, "/news")[1]
            for arguments in (["post", "list"], ["user", "list"], ["audit", "verify"], ["check-config"], ["doctor"]):
                done = run(*arguments, "--data", folder)
                self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
            key = next(line for line in run("post", "list", "--data", folder).stdout.split() if line.startswith("06-"))
            done = run("post", "withdraw", "--data", folder, "--as", "duty-communications", "--ground", "error",
                       "--reason", "It was wrong.", key)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotEqual(get(server.port, "/news")[1], before, "the very next page shows the withdrawal")

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
    def test_on_a_full_disk_an_act_is_refused_whole_and_goes_through_when_there_is_room(self):
        disk = self.path("disk")
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", disk], check=True)
        try:
            folder = os.path.join(disk, "data")
            shutil.copytree(self.installation(demonstration=True), folder)
            withdraw = ["post", "withdraw", "--data", folder, "--as", "duty-communications", "--reason", "error: wrong",
                        next(word for word in run("post", "list", "--data", folder).stdout.split()
                             if word.startswith("06-"))]
            with Server(folder) as server:
                before = get(server.port, "/news")
                with open(os.path.join(disk, "filler"), "wb", buffering=0) as filler:
                    try:
                        while True:
                            filler.write(b"x" * 4096)
                    except OSError:
                        pass
                self.refused(run(*withdraw), 2, "full")
                self.assertEqual(get(server.port, "/news"), before, "the act failed; what was public is still served")
                self.assertEqual(run("audit", "verify", "--data", folder).returncode, 0)
                self.assertRegex(run("doctor", "--data", folder).stdout, r"(?m)^problem +disk ")
                os.unlink(os.path.join(disk, "filler"))
                self.assertEqual(run(*withdraw).returncode, 0, "with room again it goes through")
                self.assertEqual(run("audit", "verify", "--data", folder).returncode, 0)
                self.assertNotEqual(get(server.port, "/news"), before)
                self.assertEqual(server.end(), 0)
        finally:
            subprocess.run(["umount", "-l", disk], check=True)

    def test_a_job_that_nobody_does_is_held_for_a_person(self):
        folder = self.installation()
        path = os.path.join(folder, "candour.db")
        with sqlite3.connect(path) as db:
            db.execute("INSERT INTO job (kind, key, argument, state, step, first_at, run_at, lease, again, why)"
                       " VALUES ('nobody.does', 'secret-key', '{}', 'open', 0, 0, 0, NULL, 0, NULL)")
        db.close()

        def state():
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as reader:
                row = reader.execute("SELECT state FROM job").fetchone()
            reader.close()
            return row[0] == "held"
        with Server(folder) as server:
            wait_for(state, "the job to be held")
            log = server.logged()
            self.assertIn("job=nobody.does", log)
            self.assertNotIn("secret-key", log)

    # ---- Processes ----

    def test_a_crashed_web_child_is_back_and_the_log_says_so(self):
        with Server(self.installation()) as server:
            wait_for(lambda: "worker" in server.children(), "the worker")
            before = server.children()
            os.kill(before["web"], signal.SIGKILL)
            wait_for(lambda: server.children().get("web", before["web"]) != before["web"], "another web child")
            self.assertEqual(get(server.port, "/healthz"), (200, "ok\n"), "a connection meanwhile waits for it")
            self.assertEqual(server.children()["worker"], before["worker"])
            self.assertRegex(server.logged(), rf"event=proc.child_ended .*role=web pid={before['web']} code=9")
            self.assertEqual(server.end(), 0)

    def test_a_crashed_worker_is_back_and_the_site_never_noticed(self):
        with Server(self.installation()) as server:
            before = wait_for(lambda: "worker" in server.children() and server.children(), "the worker")
            os.kill(before["worker"], signal.SIGSEGV)
            wait_for(lambda: server.children().get("worker", before["worker"]) != before["worker"], "another worker")
            self.assertEqual(server.children()["web"], before["web"])

    def test_children_end_when_the_parent_was_killed(self):
        folder = self.installation()
        with Server(folder) as server:
            wait_for(lambda: len(server.children()) == 2, "both children")
            pids = list(server.children().values())
            server.process.kill()
            server.process.wait()
            wait_for(lambda: not any(alive(pid) for pid in pids), "the children to end")
        with Server(folder) as server:
            self.assertEqual(status(server.port, "/healthz"), 200, "the folder is free again")

    def test_ctrl_c_reaches_the_whole_group_and_drains_once(self):
        with Server(self.installation(), group=True) as server:
            wait_for(lambda: len(server.children()) == 2, "both children")
            os.killpg(server.process.pid, signal.SIGINT)
            self.assertEqual(server.process.wait(60), 0)
            self.assertEqual(len(re.findall("event=proc.ended", server.logged())), 2)

    def test_a_second_ctrl_c_ends_at_once(self):
        with Server(self.installation()) as server:
            wait_for(lambda: len(server.children()) == 2, "both children")
            pids = list(server.children().values())
            os.kill(server.children()["web"], signal.SIGSTOP)
            begun = time.monotonic()
            server.process.send_signal(signal.SIGINT)
            wait_for(lambda: "event=proc.draining" in server.logged(), "the drain to begin")
            server.process.send_signal(signal.SIGINT)
            self.assertEqual(server.process.wait(30), 130)
            self.assertLess(time.monotonic() - begun, 30)
            self.assertFalse(any(alive(pid) for pid in pids))

    def test_sigterm_under_load_cuts_no_answer(self):
        with Server(self.installation(demonstration=True)) as server:
            counts = {"whole": 0, "cut": 0}
            ended = threading.Event()

            def client():
                while not ended.is_set():
                    try:
                        s = socket.create_connection(("127.0.0.1", server.port), timeout=60)
                    except OSError:
                        return
                    with s:
                        data = b""
                        try:
                            s.sendall(b"GET /news HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            while piece := s.recv(65536):
                                data += piece
                        except OSError:
                            data += b""
                        if not data:
                            return  # it came too late to be taken
                        counts["whole" if data.rstrip().endswith(b"</html>") else "cut"] += 1

            threads = [threading.Thread(target=client) for _ in range(8)]
            for thread in threads:
                thread.start()
            wait_for(lambda: counts["whole"] > 100, "load")
            code = server.end()
            ended.set()
            for thread in threads:
                thread.join()
            self.assertEqual(code, 0)
            self.assertEqual(counts["cut"], 0, counts)

    # ---- What a child has ----

    def test_a_child_has_no_way_to_more_rights_and_none_of_the_environment(self):
        with Server(self.installation(), env={"CANDOUR_SECRET": "hunter2", "HOME": "/root"}) as server:
            wait_for(lambda: len(server.children()) == 2, "both children")
            for name, pid in server.children().items():
                with open(f"/proc/{pid}/environ") as f:
                    self.assertNotIn("hunter2", f.read(), name)
                with open(f"/proc/{pid}/cmdline") as f:
                    self.assertEqual(f.read().split("\0")[1], "@" + name)

                def closed():
                    with open(f"/proc/{pid}/status") as f:
                        return "NoNewPrivs:\t1" in f.read()
                wait_for(closed, "no_new_privs")

    def test_the_worker_has_no_listener(self):
        with Server(self.installation()) as server:
            worker = wait_for(lambda: server.children().get("worker"), "the worker")
            with open("/proc/net/tcp") as f:
                listening = {line.split()[9] for line in f if f":{server.port:04X} 00000000:0000 0A" in line}
            self.assertTrue(listening)

            def sockets(pid):
                found = set()
                for fd in os.listdir(f"/proc/{pid}/fd"):
                    match = re.match(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{fd}"))
                    if match:
                        found.add(match[1])
                return found
            self.assertTrue(listening & sockets(server.children()["web"]))
            self.assertFalse(listening & sockets(worker))

    @unittest.skipUnless(os.geteuid() == 0, "giving up root needs root")
    def test_as_root_its_children_are_the_owner_of_the_folder(self):
        folder = self.installation()
        os.chmod(self.work, 0o755)
        for name in [folder, *(os.path.join(folder, name) for name in os.listdir(folder))]:
            os.chown(name, 65534, 65534)
        with Server(folder) as server:
            self.assertEqual(status(server.port, "/"), 200)
            for name, pid in server.children().items():
                def owner():
                    with open(f"/proc/{pid}/status") as f:
                        return re.search(r"(?m)^Uid:\t65534\t65534\t65534\t65534$", f.read())
                wait_for(owner, f"{name} to give up root")
            self.assertEqual(server.end(), 0)

    @unittest.skipIf("asan" in BINARY or "tsan" in BINARY, "a sanitised program is larger")
    def test_all_processes_together_stay_under_48_mb(self):
        with Server(self.installation(demonstration=True)) as server:
            for n in range(1000):
                self.assertEqual(status(server.port, "/news" if n % 2 else "/"), 200)
            total = 0
            for pid in [server.process.pid, *server.children().values()]:
                with open(f"/proc/{pid}/smaps_rollup") as f:
                    total += int(re.search(r"(?m)^Pss: +(\d+) kB", f.read())[1])
            print(f"idle memory of all processes (sum of Pss after 1,000 requests): {total / 1024:.1f} MB", flush=True)
            self.assertLess(total, 48 * 1024)
