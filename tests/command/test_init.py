"""init: a data folder is whole, or it is seen to be unfinished; what was there stays."""
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import time
import unittest

from common import BINARY, Case, run


def contents(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as f:
            found[name] = hashlib.sha256(f.read()).hexdigest()
    return found


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


class Init(Case):
    def test_only_the_owner_can_read_what_is_made(self):
        old = os.umask(0)
        self.addCleanup(os.umask, old)
        folder = self.path("data")
        done = run("init", "--data", folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(mode(folder), 0o700)
        for name in os.listdir(folder):
            self.assertEqual(mode(os.path.join(folder, name)) & 0o077, 0, name)
        self.assertEqual(os.path.getsize(os.path.join(folder, "key")), 32)
        self.assertEqual(run("check-config", "--data", folder).returncode, 0)
        self.assertEqual(run("doctor", "--data", folder).returncode, 0)

    def test_two_installations_have_two_keys(self):
        for name in ("a", "b"):
            run("init", "--data", self.path(name))
        self.assertNotEqual(contents(self.path("a"))["key"], contents(self.path("b"))["key"])

    def test_a_second_init_changes_nothing(self):
        folder = self.installation()
        before = contents(folder)
        self.refused(run("init", "--data", folder), 1, "already", "nothing was changed")
        self.refused(run("init", "--data", folder, "--demonstration"), 1, "already")
        self.assertEqual(contents(folder), before)

    def test_where_a_part_of_a_data_folder_is_gone_every_command_says_which_and_what_to_do(self):
        folder = self.installation()
        for name, words in (("candour.db", "restore candour.db from a backup"), ("key", "put your copy of it in its place"),
                            ("candour.yaml", "or an empty file")):
            with self.subTest(name):
                os.rename(os.path.join(folder, name), self.path("aside"))
                before = contents(folder)
                self.refused(run("user", "list", "--data", folder), 2, f"{name} is missing", words)
                self.refused(run("init", "--data", folder), 1, "already", f"{name} is missing", words)
                self.assertNotIn("candour init", run("doctor", "--data", folder).stdout)
                self.assertEqual(set(before) - set(contents(folder)), set())
                os.rename(self.path("aside"), os.path.join(folder, name))
        os.unlink(os.path.join(folder, "key"))
        os.unlink(os.path.join(folder, "candour.yaml"))
        self.refused(run("user", "list", "--data", folder), 2, "candour.yaml is missing")
        self.assertEqual(run("init", "--data", folder).returncode, 1)

    def test_the_folder_above_must_be_there(self):
        self.refused(run("init", "--data", self.path("no", "such")), 2, "no/such")

    def test_a_file_in_the_way_stays(self):
        self.write(self.work, "data", "mine")
        done = run("init", "--data", self.path("data"))
        self.refused(done, 1, "not a folder")
        with open(self.path("data")) as f:
            self.assertEqual(f.read(), "mine")

    def test_a_folder_with_something_else_in_it_is_refused_and_stays_as_it_was(self):
        folder = self.path("data")
        os.mkdir(folder)
        self.write(folder, "mine", "mine")
        for wanted in (0o755, 0o700):
            os.chmod(folder, wanted)
            self.refused(run("init", "--data", folder), 1, "not empty", "mine", "nothing was changed")
            self.assertEqual(mode(folder), wanted)
            self.assertEqual(os.listdir(folder), ["mine"])

    def test_a_refused_second_init_leaves_the_mode_too(self):
        folder = self.installation()
        os.chmod(folder, 0o750)
        self.refused(run("init", "--data", folder), 1, "nothing was changed")
        self.assertEqual(mode(folder), 0o750)

    def test_an_empty_folder_of_ours_becomes_private(self):
        folder = self.path("data")
        os.mkdir(folder)
        os.chmod(folder, 0o755)
        self.assertEqual(run("init", "--data", folder).returncode, 0)
        self.assertEqual(mode(folder), 0o700)

    @unittest.skipUnless(os.geteuid() == 0, "giving a folder away needs root")
    def test_an_empty_folder_of_another_user_is_refused(self):
        folder = self.path("data")
        os.mkdir(folder)
        os.chmod(folder, 0o755)
        os.chown(folder, 65534, 65534)
        self.refused(run("init", "--data", folder), 1, "belongs to user 65534", "as that user")
        self.assertEqual((mode(folder), os.listdir(folder)), (0o755, []))

    def test_name_and_address_stand_in_the_settings(self):
        name = 'The "North" \\ South Force'
        self.assertEqual(run("init", "--data", self.path("d"), "--name", name, "--address",
                             "https://police.example").returncode, 0)
        self.assertEqual(run("check-config", "--data", self.path("d")).returncode, 0)
        with open(self.path("d", "candour.yaml")) as f:
            text = f.read()
        self.assertIn('name: "The \\"North\\" \\\\ South Force"', text)
        self.assertIn('address: "https://police.example"', text)

    def test_a_wrong_name_or_address_leaves_nothing(self):
        for arguments in [("--name", "x" * 500), ("--name", "two\nlines"), ("--name", "a\x1b[2J"), ("--address", "police.example"),
                          ("--address", "https://me@police.example"), ("--address", "https://police.example/path"),
                          ("--address", "https://police.example?query=1")]:
            with self.subTest(arguments):
                done = run("init", "--data", self.path("d"), *arguments)
                self.refused(done, 1, arguments[0])
                self.assertFalse(os.path.exists(self.path("d")))

    def test_the_demonstration_says_who_can_be_tried(self):
        done = run("init", "--data", self.path("d"), "--demonstration")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"(?m)^  approver +passphrase: ")
        self.assertTrue(os.path.exists(self.path("d", "demonstration")))
        self.refused(run("init", "--data", self.path("e"), "--demonstration", "--name", "Ours"), 2, "its own name")

    def test_a_demonstration_that_cannot_be_made_leaves_nothing(self):
        alone = self.path("candour")
        shutil.copy(BINARY, alone)
        done = subprocess.run([alone, "init", "--data", self.path("d"), "--demonstration"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("candour-media is not beside candour", done.stderr)
        self.assertFalse(os.path.exists(self.path("d")))

    def test_pictures_that_a_cut_short_demonstration_left_go_with_it(self):
        folder = self.installation(demonstration=True)
        self.assertGreater(len(os.listdir(os.path.join(folder, "blobs"))), 0)
        self.write(folder, "init.unfinished", "")
        self.assertEqual(run("init", "--data", folder).returncode, 0)
        self.assertNotIn("blobs", os.listdir(folder))

    def test_an_init_that_was_killed_is_seen_and_mended_by_the_next(self):
        begun = time.monotonic()
        run("init", "--data", self.path("whole"))
        length = time.monotonic() - begun
        seen_unfinished = 0
        for step in range(16):
            folder = self.path(f"killed-{step}")
            process = subprocess.Popen([BINARY, "init", "--data", folder], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(length * step / 14)
            process.send_signal(signal.SIGKILL)
            process.wait()
            if not os.path.exists(os.path.join(folder, "init.unfinished")):
                if os.path.exists(folder) and os.listdir(folder):
                    self.assertEqual(run("doctor", "--data", folder).returncode, 0)
                continue
            seen_unfinished += 1
            self.refused(run("serve", "--data", folder, "--listen", "localhost:0"), 2, "run candour init")
            self.assertEqual(run("doctor", "--data", folder).returncode, 1)
            done = run("init", "--data", folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(run("doctor", "--data", folder).returncode, 0)
            self.assertEqual(sorted(contents(folder)), sorted(contents(self.path("whole"))))
        self.assertGreater(seen_unfinished, 0, "no kill came while init was at work")

    def test_a_mark_beside_accounts_goes_and_everything_else_stays(self):
        folder = self.installation()
        done = run("user", "add", "a-writer", "--name", "A. Writer", "--role", "author", "--data", folder,
                   stdin="a long enough passphrase\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        before = contents(folder)
        self.write(folder, "init.unfinished", "")
        done = run("init", "--data", folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("in use already", done.stdout)
        self.assertFalse(os.path.exists(os.path.join(folder, "init.unfinished")))
        self.assertEqual(contents(folder)["key"], before["key"])
        self.assertEqual(contents(folder)["candour.yaml"], before["candour.yaml"])
        self.assertIn("a-writer", run("user", "list", "--data", folder).stdout)

    def test_a_mark_beside_a_database_that_cannot_be_read_takes_nothing_away(self):
        folder = self.installation()
        self.write(folder, "candour.db", "not a database " * 999)
        self.write(folder, "init.unfinished", "")
        before = contents(folder)
        self.refused(run("init", "--data", folder), 3, "Nothing was taken away", "run candour init again")
        after = contents(folder)
        for name in ("candour.db", "candour.yaml", "key", "init.unfinished"):
            self.assertEqual(after[name], before[name])

    def test_the_folder_is_synced_after_the_mark_is_gone_and_before_the_answer(self):
        trace = self.path("trace")
        done = subprocess.run(["strace", "-f", "-y", "-s", "300", "-o", trace, "-e", "trace=unlink,unlinkat,fsync,write", BINARY,
                               "init", "--data", self.path("data")], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(trace) as f:
            lines = f.read().splitlines()
        unlinked = max(n for n, line in enumerate(lines) if "unlink" in line and "init.unfinished" in line)
        answered = next(n for n, line in enumerate(lines) if "is ready" in line)
        synced = [line for line in lines[unlinked:answered] if "fsync(" in line and self.path("data") + ">" in line]
        self.assertEqual(len(synced), 1, lines[unlinked:])

    def test_two_at_once_make_one_installation(self):
        folder = self.path("data")
        both = [subprocess.Popen([BINARY, "init", "--data", folder], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                 text=True) for _ in range(2)]
        results = [(p.communicate()[1], p.returncode) for p in both]
        codes = sorted(code for _, code in results)
        self.assertEqual(codes[0], 0, results)
        self.assertIn(codes[1], (1, 2), results)
        self.assertEqual(run("doctor", "--data", folder).returncode, 0)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
    def test_a_full_disk_leaves_the_folder_as_it_was(self):
        disk = self.path("disk")
        os.mkdir(disk)
        whole = failed = 0
        for kilobytes in (4, 8, 12, 16, 24, 40, 64, 96, 128, 160, 200, 256, 320, 1024, 2048):
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", disk], check=True)
            try:
                folder = os.path.join(disk, "data")
                done = run("init", "--data", folder)
                if done.returncode == 0:
                    whole += 1
                else:
                    failed += 1
                    self.refused(done, 2)
                    self.assertRegex(done.stderr, "room|full|space")
                    self.assertEqual(os.listdir(disk), [], f"{kilobytes} KB")
            finally:
                subprocess.run(["umount", "-l", disk], check=True)
        self.assertGreater(whole, 0)
        self.assertGreater(failed, 3)
