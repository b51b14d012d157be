"""backup and restore: whole or absent, read back, and nothing that was erased since comes back unasked."""
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import threading
import time
import unittest

from common import BINARY, Case, Server, get, run, wait_for

PAGES = ("/", "/news", "/corrections", "/help")
HEAD = b"candour erasures 1\n"


def tree(folder):
    """Every file with its bytes."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, folder)] = f.read()
    return found


def erasures(*marks, kind=6):
    """A list as candour writes it."""
    text, before = HEAD, bytes(32)
    for n, mark in enumerate(marks, 1):
        made, name = 1772442000000 + n, bytes([mark]) * 31 + bytes([kind])  # 6: safety
        before = hashlib.sha256(b"candour erasure 1\n" + before + struct.pack(">qq", n, made) + name).digest()
        text += f"{n} {made} {name.hex()} {before.hex()}\n".encode()
    return text


def seal(manifest):
    """The text of a manifest with its hash at the end, as candour writes it."""
    body = json.dumps({k: v for k, v in manifest.items() if k != "sha256"}, separators=(",", ":"))[:-1].encode()
    return body + b',"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'


def pages(port):
    """What the public reads, without what differs from request to request."""
    found = {}
    for path in PAGES + tuple(sorted(set(re.findall(r'href="(/news/\d{4}/[^"#?]+)"', get(port, "/news")[1])))):
        status, body = get(port, path)
        found[path] = status, body.replace(f":{port}", ":PORT")
    return found


class Backup(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)
        self.there = self.path("backup")

    def blob(self, data, named=True):
        """As a picture's bytes lie in the data folder; `named`: with a row, as a picture has that is in use."""
        name = hashlib.sha256(data).hexdigest()
        shelf = os.path.join(self.folder, "blobs", name[:2])
        os.makedirs(shelf, mode=0o700, exist_ok=True)
        with open(os.path.join(shelf, name), "wb") as f:
            f.write(data)
        if named:
            with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
                db.execute("INSERT INTO picture (sha256, bytes, format, width, height, facts, name, made) VALUES "
                           "(?, ?, 'jpeg', 1, 1, ?, 'a.jpg', 0)",
                           (bytes.fromhex(name), len(data), '{"format":"jpeg","height":1,"position":false,"width":1}'))
            db.close()
        return os.path.join("blobs", name[:2], name)

    def backup(self, to=None):
        done = run("backup", to or self.there, "--data", self.folder)
        self.quiet(done)
        return done.stdout

    def quiet(self, done):
        """It ended well and said nothing but how far it was, which it does where it takes long."""
        said = re.sub(r"(?m)^(copied|read|restored) \d+ of \d+ MB\n", "", done.stderr)
        self.assertEqual((done.returncode, said), (0, ""))

    def restore(self, *rest, backup=None, to=None, erasures=None):
        backup = backup or self.there
        return run("restore", backup, "--data", to or self.path("new"), "--erasures",
                   erasures or os.path.join(backup, "erasures"), *(rest or ("--key", os.path.join(self.folder, "key"))))

    def restored(self, **how):
        done = self.restore(**how)
        self.quiet(done)
        return done.stdout

    def nothing_made(self, *names):
        left = set(os.listdir(self.work)) - {"data", "backup", *names}
        self.assertEqual(left, set())

    # ---- What is in it ----

    def test_a_backup_holds_all_but_the_key_and_only_its_owner_reads_it(self):
        old = os.umask(0)
        self.addCleanup(os.umask, old)
        name = self.blob(b"a picture")
        with open(os.path.join(self.folder, "key"), "rb") as f:
            key = f.read()
        said = self.backup()
        self.assertIn("The key is not in it", said)
        held = tree(self.there)
        pictures = {os.path.join("blobs", name[:2], name) for shelf in os.listdir(os.path.join(self.folder, "blobs"))
                    for name in os.listdir(os.path.join(self.folder, "blobs", shelf))}
        self.assertIn(name, pictures)
        self.assertEqual(set(held), {"manifest.json", "candour.db", "candour.yaml", "erasures", "blobs.list",
                                     "demonstration", *pictures})
        for file, data in held.items():
            self.assertNotIn(key, data, file)
            self.assertNotIn(key.hex().encode(), data, file)
        self.assertEqual(held[name], b"a picture")
        for at, folders, names in os.walk(self.there):
            self.assertEqual(os.stat(at).st_mode & 0o077, 0, at)
            for file in names:
                self.assertEqual(os.stat(os.path.join(at, file)).st_mode & 0o777, 0o600, file)
        manifest = json.loads(held["manifest.json"])
        for file in manifest["files"]:
            self.assertEqual(file["sha256"], hashlib.sha256(held[file["name"]]).hexdigest())
            self.assertEqual(file["size"], len(held[file["name"]]))
        self.assertIn(manifest["audit"]["head"], run("audit", "verify", "--data", self.folder).stdout)

    def test_a_backup_holds_no_file_that_no_row_names(self):
        name, other = self.blob(b"a picture"), self.blob(b"what was erased, or refused", named=False)
        self.backup()
        held = tree(self.there)
        self.assertIn(name, held)
        self.assertNotIn(other, held)

    def test_verify_says_the_same_again_and_changes_nothing(self):
        said = self.backup()
        os.chmod(self.there, 0o500)
        before = tree(self.there)
        done = run("backup", "verify", self.there)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, said.splitlines()[0] + "\n")
        self.assertEqual(tree(self.there), before)
        os.chmod(self.there, 0o700)

    def test_a_restored_folder_shows_the_same_pages_and_has_a_whole_audit(self):
        name = self.blob(b"a picture" * 100000)
        self.backup()
        entries = json.loads(run("audit", "verify", "--json", "--data", self.folder).stdout)["entries"]
        before = tree(self.there)
        self.assertIn("is ready", self.restored())
        self.assertEqual(tree(self.there), before, "the backup itself was changed")
        new = self.path("new")
        audit = json.loads(run("audit", "verify", "--json", "--data", new).stdout)
        self.assertEqual((audit["whole"], audit["entries"]), (True, entries + 1))
        self.assertIn("backup.restored", run("audit", "list", "--most", "1", "--data", new).stdout)
        self.assertEqual(run("doctor", "--data", new).returncode, 0)
        self.assertEqual(tree(new)[name], b"a picture" * 100000)
        self.assertEqual(tree(new)["key"], tree(self.folder)["key"])
        self.assertEqual(tree(new)["candour.yaml"], tree(self.folder)["candour.yaml"])
        self.assertEqual(os.stat(new).st_mode & 0o777, 0o700)
        with Server(self.folder) as old, Server(new) as again:
            shown = pages(old.port)
            self.assertGreater(len(shown), len(PAGES) + 2)
            self.assertEqual(pages(again.port), shown)

    # ---- Beside a server ----

    def test_a_backup_beside_a_server_that_takes_writes_is_one_moment(self):
        stop, failed, made = threading.Event(), [], []

        def work():
            text = ("---\nkind: update\ntitle: Post number {0}\ndate: 2026-03-02\nchannels: [site]\n"
                    "authors: [press-officer-1]\n---\nWords of post {0}.\n")
            while not stop.is_set():
                path = self.path(f"post-{len(made)}.md")
                with open(path, "w") as f:
                    f.write(text.format(len(made)))
                done = run("post", "import", path, "--as", "press-officer-1", "--data", self.folder)
                os.unlink(path)
                if done.returncode:
                    failed.append(done.stderr)
                    return
                made.append(path)
                self.blob(b"picture %d" % len(made), named=False)

        with Server(self.folder) as server:
            thread = threading.Thread(target=work)
            thread.start()
            try:
                counts = []
                for n in range(6):
                    least = len(made)
                    self.backup(self.path(f"b{n}"))
                    most = len(made) + 1
                    counts.append((least, most))
                    self.assertEqual(get(server.port, "/news")[0], 200)
            finally:
                stop.set()
                thread.join()
            self.assertEqual(failed, [])
            self.assertEqual(run("audit", "verify", "--data", self.folder).returncode, 0)
        self.assertGreater(counts[-1][0], counts[0][0], "nothing was written meanwhile")
        base = json.loads(run("audit", "verify", "--json", "--data", self.folder).stdout)["entries"] - len(made)
        for n, (least, most) in enumerate(counts):
            with open(self.path(f"b{n}", "manifest.json")) as f:
                entries = json.load(f)["audit"]["entries"] - base
            self.assertTrue(least <= entries <= most, (least, entries, most))
            self.restored(backup=self.path(f"b{n}"), to=self.path(f"new{n}"))
            listed = json.loads(run("post", "list", "--json", "--data", self.path(f"new{n}")).stdout)
            self.assertEqual(sum("Post number" in json.dumps(p) for p in listed), entries)

    # ---- Whole or absent ----

    def test_a_backup_that_was_killed_leaves_nothing_that_passes_for_one(self):
        for n in range(40):
            self.blob(os.urandom(400000))
        begun = time.monotonic()
        self.backup(self.path("whole"))
        length = time.monotonic() - begun
        killed = 0
        for step in range(24):
            process = subprocess.Popen([BINARY, "backup", self.there, "--data", self.folder], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(length * step / 22)
            process.send_signal(signal.SIGKILL)
            process.wait()
            if os.path.exists(self.there):
                self.assertEqual(run("backup", "verify", self.there).returncode, 0)
                shutil.rmtree(self.there)
                continue
            if not os.path.exists(self.there + ".unfinished"):
                continue
            killed += 1
            if not os.path.exists(os.path.join(self.there + ".unfinished", "manifest.json")):
                self.refused(run("backup", "verify", self.there + ".unfinished"), 3, "not finished")
                self.refused(self.restore(backup=self.there + ".unfinished", to=self.path("new"),
                                          erasures=self.path("whole", "erasures")), 3, "not finished")
        self.assertGreater(killed, 5)
        self.backup()
        self.nothing_made("whole")

    def test_two_at_once_make_one_backup(self):
        for n in range(12):
            to = self.path(f"b{n}")
            both = []
            for _ in range(3):
                both.append(subprocess.Popen([BINARY, "backup", to, "--data", self.folder], stdout=subprocess.DEVNULL,
                                             stderr=subprocess.PIPE, text=True))
                time.sleep(0.004 * n)
            results = [(p.communicate()[1], p.returncode) for p in both]
            self.assertEqual([code for _, code in results].count(0), 1, results)
            for words, code in results:
                if code:
                    self.assertRegex(words, "wait for it|not empty")
            self.assertEqual(run("backup", "verify", to).returncode, 0)
            self.assertFalse(os.path.exists(to + ".unfinished"))

    def test_one_that_comes_as_another_is_done_takes_nothing_away(self):
        """The second has opened what the first makes, and has its lock only when the first has given it its name."""
        def slowed(call, microseconds):
            return subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                     f"inject={call}:delay_enter={microseconds}", BINARY, "backup", self.there, "--data",
                                     self.folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                    env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        first = slowed("syncfs", 400000)
        wait_for(lambda: os.path.exists(self.there + ".unfinished"), "the first has begun")
        second = slowed("flock", 5000000)
        out, words = first.communicate()
        self.assertEqual(first.returncode, 0, words)
        out, words = second.communicate()
        self.assertEqual(second.returncode, 2, out + words)
        self.assertIn("wait for it", words)
        self.assertEqual(run("backup", "verify", self.there).returncode, 0)

    def test_a_restore_that_was_killed_leaves_no_data_folder(self):
        for n in range(40):
            self.blob(os.urandom(400000))
        self.backup()
        begun = time.monotonic()
        self.restored(to=self.path("whole"))
        length = time.monotonic() - begun
        killed, new = 0, self.path("new")
        for step in range(20):
            process = subprocess.Popen([BINARY, "restore", self.there, "--data", new, "--erasures",
                                        os.path.join(self.there, "erasures"), "--key", os.path.join(self.folder, "key")],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(length * step / 18)
            process.send_signal(signal.SIGKILL)
            process.wait()
            if os.path.exists(new):
                self.assertEqual(run("doctor", "--data", new).returncode, 0)
                shutil.rmtree(new)
            killed += os.path.exists(new + ".unfinished")
        self.assertGreater(killed, 3)
        self.restored()
        self.nothing_made("whole", "new")

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
    def test_a_full_disk_leaves_nothing(self):
        self.blob(os.urandom(300000))
        self.backup()
        disk = self.path("disk")
        os.mkdir(disk)
        whole = {"backup": 0, "restore": 0}
        failed = {"backup": 0, "restore": 0}
        for kilobytes in (4, 64, 256, 330, 400, 500, 600, 640, 660, 700, 760, 3000):
            for what in whole:
                subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", disk], check=True)
                try:
                    to = os.path.join(disk, "new")
                    done = run("backup", to, "--data", self.folder) if what == "backup" else self.restore(to=to)
                    if done.returncode == 0:
                        whole[what] += 1
                    else:
                        failed[what] += 1
                        self.refused(done, 2)
                        self.assertRegex(done.stderr, "room|full|space")
                        self.assertEqual(os.listdir(disk), [], f"{kilobytes} KB")
                finally:
                    subprocess.run(["umount", "-l", disk], check=True)
        for what in whole:
            self.assertGreater(whole[what], 0, what)
            self.assertGreater(failed[what], 4, what)

    def test_all_is_on_the_disk_before_the_backup_gets_its_name(self):
        trace = self.path("trace")
        self.blob(b"a picture")
        done = subprocess.run(["strace", "-f", "-y", "-s", "300", "-o", trace, "-e",
                               "trace=rename,renameat,syncfs,fsync,fdatasync,write,openat,pwrite64", BINARY, "backup",
                               self.there, "--data", self.folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(trace) as f:
            lines = f.read().splitlines()

        def at(pattern, what=max):
            return what(n for n, line in enumerate(lines) if re.search(pattern, line))

        manifest = at(r'rename\(.*manifest\.json"\)')
        named = at(r'rename\(".*/backup\.unfinished", ".*/backup"\)')
        written = at(r"(write|pwrite64)\(\d+<[^>]*backup\.unfinished/(candour\.db|blobs/|candour\.yaml|erasures|blobs\.list)")
        synced = [n for n, line in enumerate(lines) if "syncfs(" in line and " = 0" in line]
        self.assertTrue(any(written < n < manifest for n in synced), "no sync before the manifest")
        self.assertTrue(any(manifest < n < named for n in synced), "no sync before the name")
        self.assertTrue(any(n > named for n in synced), "no sync of the name")
        self.assertGreater(at(r"(?<!p)write\(1<.*whole backup"), named)
        read_back = at(r'openat\(.*"candour\.db", O_RDONLY')
        self.assertTrue(manifest < read_back < named, "not read back")

    # ---- What is damaged is found ----

    def test_a_flipped_byte_in_any_file_is_found_and_nothing_is_restored(self):
        self.blob(b"a picture")
        self.write(self.folder, "erasures", erasures(1, 2).decode())
        self.backup()
        for name, data in tree(self.there).items():
            places = range(0, len(data), max(1, len(data) // 40)) if name != "manifest.json" else range(0, len(data), 17)
            for place in [*places, len(data) - 1]:
                if not data:
                    continue
                changed = bytearray(data)
                changed[place] ^= 1
                with open(os.path.join(self.there, name), "wb") as f:
                    f.write(changed)
                with self.subTest(name=name, place=place):
                    self.refused(run("backup", "verify", self.there), 3, name)
            if data:
                self.refused(self.restore(), 3, name)
            with open(os.path.join(self.there, name), "wb") as f:
                f.write(data + b"\n")
            self.refused(run("backup", "verify", self.there), 3, name)
            os.unlink(os.path.join(self.there, name))
            self.refused(run("backup", "verify", self.there), 3, name)
            os.symlink(os.path.join(self.folder, "key"), os.path.join(self.there, name))
            self.refused(run("backup", "verify", self.there), 3, name)
            os.unlink(os.path.join(self.there, name))
            with open(os.path.join(self.there, name), "wb") as f:
                f.write(data)
        self.assertEqual(run("backup", "verify", self.there).returncode, 0)
        shutil.copytree(os.path.join(self.there, "blobs"), self.path("blobs"))
        shutil.rmtree(os.path.join(self.there, "blobs"))
        os.symlink(self.path("blobs"), os.path.join(self.there, "blobs"))
        self.refused(run("backup", "verify", self.there), 3, "link")
        self.nothing_made("blobs")

    def test_what_is_damaged_in_the_data_folder_is_not_backed_up(self):
        name = self.blob(b"a picture")
        with open(os.path.join(self.folder, name), "w") as f:
            f.write("another!!")
        self.refused(run("backup", self.there, "--data", self.folder), 3, name, "older backup")
        self.nothing_made()
        self.write(self.folder, name, "a picture")
        self.write(self.folder, "erasures", erasures(1, 2).decode().replace("1 1772442000001", "1 1772442000003"))
        self.refused(run("backup", self.there, "--data", self.folder), 3, "erasures", "line 2")
        self.nothing_made()

    def test_a_backup_of_a_newer_candour_is_refused_in_plain_words(self):
        self.backup()
        path = os.path.join(self.there, "manifest.json")
        with open(path) as f:
            manifest = json.load(f)
        with open(path, "rb") as f:
            self.assertEqual(f.read(), seal(manifest), "the test seals as candour does")
        for change, words in (({"schema": 900, "program": "9.9"}, ["candour 9.9", "newer", "Install that version"]),
                              ({"candour_backup": 2}, ["newer candour", "Install that version"])):
            with open(path, "wb") as f:
                f.write(seal({**manifest, **change}))
            self.refused(run("backup", "verify", self.there), 3, *words)
            self.refused(self.restore(), 3, *words)
        self.nothing_made()

    def test_another_database_with_a_manifest_of_its_own_is_seen_by_the_audit(self):
        """Somebody who may write to the backup changed a row and made the hashes anew."""
        import sqlite3
        self.backup()
        database = os.path.join(self.there, "candour.db")
        with sqlite3.connect(database) as db:
            db.execute("UPDATE audit SET actor = 99 WHERE n = 7")
        db.close()
        path = os.path.join(self.there, "manifest.json")
        with open(path) as f:
            manifest = json.load(f)
        with open(database, "rb") as f:
            data = f.read()
        manifest["bytes"] += len(data) - manifest["files"][0]["size"]
        manifest["files"][0].update(size=len(data), sha256=hashlib.sha256(data).hexdigest())
        with open(path, "wb") as f:
            f.write(seal(manifest))
        self.refused(run("backup", "verify", self.there), 3, "audit", "entry 7")
        self.refused(self.restore(), 3, "audit", "entry 7")
        self.nothing_made()

    # ---- Where it may be made ----

    def test_a_folder_with_something_in_it_is_refused_and_stays(self):
        self.backup()
        before = tree(self.there)
        self.refused(run("backup", self.there, "--data", self.folder), 1, "not empty", "nothing was changed")
        self.assertEqual(tree(self.there), before)
        self.refused(self.restore(to=self.folder), 1, "not empty", "nothing was changed")
        os.mkdir(self.path("mine"))
        self.write(self.path("mine"), "mine", "mine")
        self.refused(self.restore(to=self.path("mine")), 1, "it has mine in it")
        self.refused(run("backup", self.path("mine"), "--data", self.folder), 1, "it has mine in it")
        self.assertEqual(tree(self.path("mine")), {"mine": b"mine"})
        self.write(self.work, "file", "mine")
        self.refused(self.restore(to=self.path("file")), 1, "no folder")
        os.symlink(self.path("elsewhere"), self.path("link"))
        self.refused(run("backup", self.path("link"), "--data", self.folder), 1, "no folder")
        self.nothing_made("mine", "file", "link")

    def test_an_empty_folder_is_taken_and_a_slash_at_the_end_is_nothing(self):
        os.mkdir(self.there, 0o755)
        self.backup(self.there + "/")
        os.mkdir(self.path("new"), 0o755)
        self.restored(to=self.path("new") + "//")
        self.assertEqual(os.stat(self.path("new")).st_mode & 0o777, 0o700)
        self.nothing_made("new")

    def test_a_backup_in_the_data_folder_or_nowhere_is_refused(self):
        before = set(os.listdir(self.folder))
        self.refused(run("backup", os.path.join(self.folder, "b"), "--data", self.folder), 1, "outside")
        os.symlink(self.folder, self.path("link"))
        self.refused(run("backup", self.path("link", "b"), "--data", self.folder), 1, "outside")
        self.refused(run("backup", self.path("no", "b"), "--data", self.folder), 2, "There is no folder")
        self.refused(run("backup", self.there, "--data", self.path("none")), 2, "no data folder")
        self.assertEqual({n for n in os.listdir(self.folder) if n not in before}, set())
        self.nothing_made("link")

    def test_what_is_left_beside_and_is_not_ours_stays(self):
        os.mkdir(self.there + ".unfinished", 0o700)
        self.write(self.there + ".unfinished", "mine", "mine")
        self.refused(run("backup", self.there, "--data", self.folder), 1, "mine", "not ours")
        self.assertEqual(tree(self.there + ".unfinished"), {"mine": b"mine"})

    def test_wrong_words_do_nothing(self):
        self.backup()
        for arguments, words in (([], "one folder"), (["a", "b"], "one folder"), (["verify"], "one folder"),
                                 (["verify", "x", "--data", "y"], "leave --data out")):
            self.refused(run("backup", *arguments, cwd=self.work), 2, words)
        self.refused(run("backup", "verify", self.path("none")), 2, "There is no folder")
        self.refused(run("backup", "verify", self.folder), 3, "is no backup")
        key, listed, new = os.path.join(self.folder, "key"), os.path.join(self.there, "erasures"), self.path("new")
        for arguments, words in (([], "one backup"), ([self.there], "--data"),
                                 ([self.there, "--data", new, "--key", key], "--erasures"),
                                 ([self.there, "--data", new, "--erasures", listed], "--key"),
                                 ([self.there, "--data", new, "--erasures", listed, "--key", key, "--new-key"], "--key")):
            self.refused(run("restore", *arguments), 2, words)
        self.nothing_made()

    # ---- The key ----

    def test_only_the_key_of_the_site_or_a_new_one_is_taken(self):
        self.backup()
        run("init", "--data", self.path("other"))
        self.refused(self.restore("--key", self.path("other", "key")), 1, "not the key")
        self.refused(self.restore("--key", os.path.join(self.there, "candour.db")), 1, "32 bytes")
        self.refused(self.restore("--key", self.path("none")), 2, "no ")
        self.nothing_made("other")
        self.assertEqual(self.restore("--new-key").returncode, 0)
        self.assertEqual(len(tree(self.path("new"))["key"]), 32)
        self.assertNotEqual(tree(self.path("new"))["key"], tree(self.folder)["key"])
        self.assertEqual(run("doctor", "--data", self.path("new")).returncode, 0)

    # ---- The list of erasures ----

    def listed(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def test_only_the_newest_list_of_erasures_is_taken(self):
        self.write(self.folder, "erasures", erasures(1, 2, 3).decode())
        self.assertIn("The newest erasure in it is number 3.", self.backup())
        whole = erasures(1, 2, 3)
        for name, data, code, words in (
                ("older", erasures(1, 2), 1, ["older than the backup", "2 entries", "knew 3", "newest list"]),
                ("empty", HEAD, 1, ["older than the backup", "newest list"]),
                ("nothing", b"", 1, ["older than the backup"]),
                ("another", erasures(1, 2, 9), 1, ["another site"]),
                ("changed", whole.replace(b"02" * 31, b"05" * 31), 3, ["not whole", "line 3"]),
                ("cut out", b"".join(whole.splitlines(True)[:2] + whole.splitlines(True)[3:]), 3, ["not whole"]),
                ("torn", erasures(1, 2, 3, 4)[:-30], 3, ["cut", "copy the list again"]),
                ("no list", b"mine\n" * 40, 3, ["no list of erasures"]),
                ("newer", b"candour erasures 2\n", 3, ["newer candour"])):
            with self.subTest(name):
                self.refused(self.restore(erasures=self.listed(name, data)), code, *words)
            os.unlink(self.path(name))
        self.refused(self.restore(erasures=self.path("none")), 2, "There is no")
        self.nothing_made()
        self.restored(erasures=self.listed("list", whole))
        self.assertEqual(tree(self.path("new"))["erasures"], whole)

    def test_a_post_that_was_erased_since_does_not_come_back(self):
        self.backup()
        done = run("post", "withdraw", "03-what-is-a-hate-crime", "--ground", "safety", "--reason", "safety", "--data",
                   self.folder, "--as", "duty-communications")
        self.assertEqual(done.returncode, 0, done.stderr)
        newer = os.path.join(self.folder, "erasures")
        self.refused(self.restore("--new-key", erasures=newer), 1, "has not done: 1.", "--key")
        self.nothing_made()
        self.assertIn("1 erasures since were done again", self.restored(erasures=newer))
        shown = run("post", "list", "--data", self.path("new")).stdout
        self.assertNotIn("03-what-is-a-hate-crime", shown)
        self.assertIn("erased-", shown)
        self.assertEqual(run("audit", "verify", "--data", self.path("new")).returncode, 0)

    def test_a_list_of_a_kind_that_is_not_known_restores_nothing(self):
        self.backup()
        unknown = self.listed("list", erasures(1, kind=0xff))
        self.refused(self.restore(erasures=unknown), 3, "a kind that this candour does not know")
        self.nothing_made("list")
