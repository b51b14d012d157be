"""Many files at once: what is taken in act by act, what is left out, and what an interrupt leaves."""
import json
import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import time
import unittest

from common import BINARY, PATIENCE, ROOT, Case, children, run, wait_for

POST = "---\nkind: update\ntitle: \"The lamps in street {0} are mended\"\nchannels: [site]\nauthors: [{1}]\n---\n{2}\n"


class Import(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)
        self.files = os.path.join(os.path.dirname(self.folder), "posts")

    def write(self, name, author="press-officer-1", text="They shine again.", folder=None):
        folder = folder or self.files
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, f"{name}.md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(POST.format(name, author, text))
        return path

    def many(self, n):
        return [self.write(f"p{i:05}") for i in range(n)]

    def bring(self, *paths, more=(), by="press-officer-1", code=0):
        done = run("post", "import", *(paths or [self.files]), "--data", self.folder, "--as", by, *more)
        self.assertEqual(done.returncode, code, done.stdout[-500:] + done.stderr[-500:])
        return done

    def listed(self):
        done = run("post", "list", "--json", "--data", self.folder)
        return [entry["key"] for entry in json.loads(done.stdout) if re.fullmatch(r"p\d{5}", entry["key"])]

    def start(self, *more, **how):
        return subprocess.Popen([BINARY, "post", "import", self.files, "--data", self.folder, "--as", "press-officer-1", *more],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **how)

    def asked(self, sql):
        with sqlite3.connect(f"file:{self.folder}/candour.db?mode=ro", uri=True) as base:
            return base.execute(sql).fetchone()[0]

    def sound(self):
        self.assertEqual(run("audit", "verify", "--data", self.folder).returncode, 0)

    def test_a_folder_stands_for_its_files(self):
        self.many(3)
        with open(os.path.join(self.files, "notes.txt"), "w") as f:
            f.write("no post")
        os.mkdir(os.path.join(self.files, "more.md.old"))
        self.assertEqual(len(self.bring().stdout.splitlines()), 3)
        self.assertEqual(len(self.listed()), 3)
        empty = os.path.join(self.files, "more.md.old")
        self.assertIn("no file that ends in .md", self.bring(empty, code=2).stderr)

    def test_up_to_200_files_are_one_act(self):
        self.many(199)
        self.write("p99999", author="nobody-here")
        self.assertIn("Nothing was imported", self.bring(code=1).stderr)
        self.assertEqual(self.listed(), [])
        self.write("p99999")
        self.assertEqual(len(self.bring().stdout.splitlines()), 200)

    def test_of_many_files_a_bad_one_is_named_and_costs_only_itself(self):
        paths = self.many(450)
        self.write("p00007", author="nobody-here")
        with open(paths[300], "w") as f:
            f.write("---\nkind: update\ntitel: Wrong\n---\nText.\n")
        os.remove(paths[301])
        os.symlink("/nowhere", paths[301])
        done = self.bring(code=1)
        self.assertEqual(done.stdout, "450 files: 447 new posts, 3 left out\n")
        named = {re.match(r".*/(p\d+)\.md", line)[1] for line in done.stderr.splitlines()}
        self.assertEqual(named, {"p00007", "p00300", "p00301"})
        self.assertEqual(len(self.listed()), 447)
        self.write("p00007")
        self.assertEqual(self.bring(code=1).stdout, "450 files: 1 new post, 447 unchanged, 2 left out\n")
        self.sound()

    def test_a_post_that_cannot_be_handed_in_is_left_out_alone(self):
        self.many(201)
        with open(self.write("p00003"), "a", encoding="utf-8") as f:
            f.write("\n> He was unlucky.\n\n**Marjorie, 78**\n")
        done = self.bring(more=["--submit"], code=1)
        self.assertIn("p00003.md:1:1: ", done.stderr)
        self.assertEqual(len(self.listed()), 200)
        self.assertIn("in-review", run("post", "show", "p00004", "--data", self.folder).stdout)

    def test_the_same_name_in_two_folders_is_left_out_twice(self):
        self.many(250)
        other = self.write("p00001", text="Another text.", folder=os.path.join(self.files, "more"))
        done = self.bring(self.files, other, code=1)
        self.assertEqual(done.stderr.count("The same name stands twice"), 2)
        self.assertEqual(done.stdout, "251 files: 249 new posts, 2 left out\n")

    def test_whoever_may_not_import_is_told_once(self):
        self.many(450)
        done = self.bring(by="approver", code=1)
        self.assertEqual(done.stderr.count("approver has no role"), 1)
        self.assertIn("0 of 450 files are taken in", done.stderr)

    def test_json_names_every_file_of_many(self):
        self.many(450)
        self.write("p00007", author="nobody-here")
        said = json.loads(self.bring(more=["--json"], code=1).stdout)
        self.assertEqual(len(said["imported"]), 449)
        self.assertEqual(said["imported"][0]["outcome"], "post")
        self.assertEqual(len(said["faults"]), 1)
        self.assertIn("p00007.md", said["faults"][0]["file"])

    def test_an_interrupt_leaves_whole_acts_and_the_same_command_goes_on(self):
        n = 6000
        self.many(n)
        importing = self.start("--json", stderr=subprocess.PIPE)
        self.assertEqual(os.read(importing.stdout.fileno(), 1), b"{")
        importing.send_signal(signal.SIGINT)
        out, errors = importing.communicate(timeout=PATIENCE)
        self.assertEqual(importing.returncode, 130, errors)
        taken = int(re.search(rf"Interrupted: (\d+) of {n} files are taken in".encode(), errors)[1])
        self.assertEqual(len(json.loads(b"{" + out)["imported"]), taken)
        self.assertEqual(len(self.listed()), taken)
        self.assertTrue(0 < taken < n and taken % 200 == 0, taken)
        self.sound()
        self.assertEqual(self.bring().stdout, f"{n} files: {n - taken} new posts, {taken} unchanged\n")

    def test_an_interrupt_on_the_terminal_does_not_cost_the_picture_that_is_being_made(self):
        with open(os.path.join(ROOT, "tests", "cases", "images", "street-lamps.jpg"), "rb") as f:
            picture = f.read()
        for i in range(6):
            head = f"press-officer-1]\nimage: {{ file: a{i}.jpg, made: illustration, alt: A lamp }}\ntopics: [lamps"
            self.write(f"a{i:05}", author=head)
            with open(os.path.join(self.files, f"a{i}.jpg"), "wb") as f:
                f.write(picture[:2] + b"\xff\xfe\x00\x0a" + f"{i:08}".encode() + picture[2:])
        self.many(400)
        importing = self.start(stderr=subprocess.PIPE, start_new_session=True)
        wait_for(lambda: self.asked("SELECT count(*) FROM picture_set WHERE state = 'ready'"), "a picture that is ready")
        helper = wait_for(lambda: children(importing.pid).get("candour-media"), "another picture that is being made")
        os.killpg(importing.pid, signal.SIGINT)
        errors = importing.communicate(timeout=PATIENCE)[1]
        self.assertEqual(importing.returncode, 130, (helper, errors))
        self.assertIn(b"Interrupted: 200 of 406 files", errors)
        self.assertEqual(self.asked("SELECT count(*) FROM picture_set WHERE state = 'failed'"), 0)
        self.assertEqual(self.asked("SELECT count(*) FROM job WHERE step > 0 OR state <> 'open'"), 0)
        self.bring()

    def test_a_kill_leaves_whole_acts(self):
        self.many(6000)
        importing = self.start("--json", stderr=subprocess.DEVNULL)
        os.read(importing.stdout.fileno(), 1)
        importing.kill()
        importing.communicate(timeout=PATIENCE)
        taken = len(self.listed())
        self.assertTrue(0 < taken < 6000 and taken % 200 == 0, taken)
        self.sound()
        self.bring()
        self.assertEqual(len(self.listed()), 6000)

    def test_progress_stands_on_a_terminal_and_not_in_a_short_log(self):
        self.many(1000)
        ours, theirs = pty.openpty()
        importing = self.start(stderr=theirs)
        os.close(theirs)
        said = b""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    piece = os.read(ours, 4096)
                except OSError:
                    break
                said += piece
        importing.communicate(timeout=PATIENCE)
        os.close(ours)
        self.assertEqual(importing.returncode, 0)
        self.assertIn(b"\rtook in 200 of 1000 files", said)
        self.assertTrue(said.endswith(b"\r"), said)
        self.assertEqual(self.bring().stderr, "")

    @unittest.skipIf("asan" in BINARY or "tsan" in BINARY, "a sanitised program keeps what it gave back")
    def test_memory_does_not_grow_with_the_files(self):
        def peak():
            importing = self.start()
            importing.stdout.read()
            _, code, used = os.wait4(importing.pid, 0)
            importing.returncode = os.waitstatus_to_exitcode(code)
            self.assertEqual(importing.returncode, 0)
            importing.stdout.close()
            return used.ru_maxrss
        self.many(400)
        few = peak()
        self.many(6000)
        self.assertLess(peak(), few + 8 * 1024)
