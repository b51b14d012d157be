"""doctor: every kind of fault is found, and the line says how to mend it."""
import os
import re
import shutil
import sqlite3
import subprocess
import time
import unittest

from common import BINARY, Case, Server, run


class Doctor(Case):
    def problem(self, folder, what, *words):
        done = run("doctor", "--data", folder)
        self.assertEqual(done.returncode, 1, done.stdout)
        lines = [line for line in done.stdout.splitlines() if re.match(rf"problem +{what} ", line)]
        self.assertEqual(len(lines), 1, done.stdout)
        for word in words:
            self.assertIn(word, lines[0])
        self.assertIn("problem", done.stderr)

    def test_a_healthy_installation_has_no_problem(self):
        done = run("doctor", "--data", self.installation())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertGreaterEqual(len(done.stdout.splitlines()), 8)
        for line in done.stdout.splitlines():
            self.assertTrue(line.startswith("ok "), line)

    def test_a_missing_helper_for_pictures_is_a_problem(self):
        alone = shutil.copy(BINARY, self.path("candour"))
        done = subprocess.run([alone, "doctor", "--data", self.installation()], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^problem +pictures +The program candour-media is not beside candour.*install")

    def test_a_missing_folder_is_one_problem(self):
        self.problem(self.path("none"), "folder", "candour init")

    def test_an_unfinished_init_is_named(self):
        folder = self.installation()
        self.write(folder, "init.unfinished", "")
        self.problem(folder, "folder", "candour init")

    def test_others_may_read_the_folder_or_the_key(self):
        folder = self.installation()
        os.chmod(folder, 0o755)
        self.problem(folder, "folder", "chmod 700")
        os.chmod(folder, 0o700)
        os.chmod(os.path.join(folder, "key"), 0o640)
        self.problem(folder, "key file", "chmod 600")

    def test_a_list_of_erasures_that_is_not_whole(self):
        folder = self.installation()
        self.assertRegex(run("doctor", "--data", folder).stdout, r"(?m)^ok +erasures +none so far$")
        self.write(folder, "erasures", "candour erasures 1\n1 2 3 4\n")
        self.problem(folder, "erasures", "not whole", "line 2", "newest copy")

    def test_a_missing_or_short_key(self):
        folder = self.installation()
        self.write(folder, "key", "short")
        self.problem(folder, "key file", "put your copy")
        os.unlink(os.path.join(folder, "key"))
        self.problem(folder, "key file", "missing", "put your copy")

    def test_faults_of_the_settings_come_with_their_place(self):
        folder = self.installation()
        self.write(folder, "candour.yaml", "site:\n  shade: red\n")
        self.problem(folder, "settings", "candour.yaml:2:3")
        self.write(folder, "candour.yaml", "site:\n  address: https://police.example/path\n")
        self.problem(folder, "settings", "candour.yaml:2:12", "nothing behind it")
        os.unlink(os.path.join(folder, "candour.yaml"))
        self.problem(folder, "settings", "candour.yaml", "backup", "empty file")

    def test_demonstration_data_under_a_real_name(self):
        folder = self.installation(demonstration=True)
        self.write(folder, "candour.yaml", "site:\n  address: https://police.example\n")
        self.problem(folder, "demonstration", "candour init")

    def test_demonstration_data_that_others_reach(self):
        folder = self.installation(demonstration=True)
        self.write(folder, "candour.yaml", "server:\n  listen: [\"localhost:8080\", \"[::]:8080\"]\n")
        self.problem(folder, "demonstration", "[::]:8080", "localhost")

    def test_a_missing_database(self):
        folder = self.installation()
        for name in ("candour.db", "candour.db-wal", "candour.db-shm"):
            if os.path.exists(os.path.join(folder, name)):
                os.unlink(os.path.join(folder, name))
        self.problem(folder, "database", "restore candour.db from a backup")

    def test_a_damaged_database_is_found_anywhere_in_the_file(self):
        folder = self.installation(demonstration=True)
        path = os.path.join(folder, "candour.db")
        size = os.path.getsize(path)
        with open(path, "rb") as f:
            whole = f.read()
        for at in (0, 4096 * 2, size // 2 // 4096 * 4096, size - 4096):
            with self.subTest(at):
                with open(path, "r+b") as f:
                    f.write(whole)
                    f.seek(at)
                    f.write(os.urandom(4096))
                self.problem(folder, "database")

    def test_a_newer_database(self):
        folder = self.installation()
        with sqlite3.connect(os.path.join(folder, "candour.db")) as db:
            db.execute("PRAGMA user_version = 9999")
        db.close()
        self.problem(folder, "database", "newer")

    def test_a_clock_behind_the_database(self):
        folder = self.installation()
        later = time.time() + 3 * 24 * 3600
        os.utime(os.path.join(folder, "candour.db"), (later, later))
        self.problem(folder, "clock", "set the machine's clock")

    def test_zones_that_are_not_there(self):
        folder = self.installation()
        self.write(folder, "candour.yaml", "site:\n  time_zone: Mars/Olympus\n")
        done = run("doctor", "--data", folder)
        self.assertIn("Mars/Olympus", done.stdout)
        self.assertEqual(done.returncode, 1)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
    def test_little_room_on_the_disk(self):
        disk = self.path("disk")
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", disk], check=True)
        try:
            self.assertEqual(run("init", "--data", os.path.join(disk, "data")).returncode, 0)
            self.problem(os.path.join(disk, "data"), "disk", "make room")
        finally:
            subprocess.run(["umount", "-l", disk], check=True)

    @unittest.skipUnless(os.geteuid() == 0, "another user is tried as root")
    def test_another_users_folder(self):
        folder = self.installation()
        os.chmod(self.work, 0o755)
        os.chmod(folder, 0o755)
        program = shutil.copy(BINARY, os.path.join(self.work, "candour"))  # the tree may lie where others may not go
        done = subprocess.run([program, "doctor", "--data", folder], user=65534, group=65534, extra_groups=[],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, "problem +folder")

    def test_a_running_server_is_asked(self):
        folder = self.installation()
        with Server(folder) as server:
            done = run("doctor", "--data", folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, rf"(?m)^ok +server +process {server.process.pid} answers at 127.0.0.1:{server.port}")
        self.assertRegex(run("doctor", "--data", folder).stdout, r"(?m)^ok +server +not running")

    def test_a_server_that_does_not_answer_is_a_problem(self):
        folder = self.installation()
        with Server(folder) as server:
            web = server.children()["web"]
            os.kill(web, 19)
            try:
                self.problem(folder, "server", f"kill {server.process.pid}")
            finally:
                os.kill(web, 18)
