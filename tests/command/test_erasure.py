"""Erasure with the real program: a word that was erased is nowhere, and was everywhere before.

Posts hold a marker in every field that there is. It is looked for, as it is and in every spelling in which it could be
written down, in all that the public can ask of a running server, in every byte of the data folder, in what the commands
say, and in backups.
"""
import base64
import ctypes
import gzip
import hashlib
import html
import http.client
import json
import os
import re
import shutil
import sqlite3
import subprocess
import urllib.parse

from common import BINARY, Case, ROOT, Server, answer, run, wait_for

MARK = "Zyxwvut"
LICENSED = "Qponmlk"  # in the licensed picture alone, whose post keeps its words
IMAGES = os.path.join(ROOT, "tests", "cases", "images")
HEAD = """---
kind: update
title: The {mark} title of {n}
date: 2026-03-02
campaign: {mark} campaign
topics: [{mark}-topic]
channels: [site]
authors: [press-officer-1]
people: [{{ as_written: "{mark} Sam", kind: fictitious, consent: {mark}-7 }}]
speaker: {{ name: Robin Ashdown, office: "Chief Constable, {mark} Police" }}
promises:
  - {{ what: to ask {mark} again about {n}, owner: {mark} Smith, due: 2027-01-15 }}
about: [before, {mark}-too]
case: {{ status: charged, reference: {mark}-case }}
image: {{ file: {mark}-{n}.jpg, made: stock, persons: none, source: {mark} source, credit: {mark} credit,
         release: {mark}-release, alt: "{mark} alternative of {n}",
         licence: {{ id: {mark}-licence, licensor: {mark} licensor, expires: 2030-01-01 }} }}
---
{text} {mark} in the text of {n}, and [tell us](/report).
"""
PLAIN = "---\nkind: update\ntitle: {title}\nchannels: [site]\nauthors: [press-officer-1]\n{more}---\n{text}\n"
RENDITIONS = "SELECT lower(hex(sha256)) FROM picture_rendition"
# Words inside of the picture, wherever its format has room for them.
TAGS = ("Artist", "Copyright", "Make", "SerialNumber", "OwnerName", "UserComment", "ImageDescription", "IPTC:By-line",
        "IPTC:Credit", "IPTC:Keywords", "XMP-dc:Creator", "XMP-dc:Rights", "XMP-dc:Description",
        "XMP-photoshop:Credit", "XMP-iptcExt:PersonInImage")


BROTLI = ctypes.CDLL("libbrotlidec.so.1")


def unbrotli(data):
    room = ctypes.create_string_buffer(1 << 20)
    size = ctypes.c_size_t(len(room))
    if BROTLI.BrotliDecoderDecompress(ctypes.c_size_t(len(data)), data, ctypes.byref(size), room) != 1:
        raise AssertionError("this is no brotli")
    return room.raw[:size.value]


def spellings(words=(), digests=()):
    """{name: bytes} of every way in which a word or a SHA-256 (hexadecimal) is looked for; all in small letters."""
    found = {}
    for word in words:
        raw = word.encode()
        found[word] = raw
        found[word + " in UTF-16"] = word.encode("utf-16-le")
        found[word + " in percents"] = "".join(f"%{b:02x}" for b in raw).encode()
        found[word + " in hexadecimal"] = raw.hex().encode()
    found = {name: value.lower() for name, value in found.items()}
    for n, digest in enumerate(digests):
        found[f"hash {n}"] = digest.encode()
        found[f"hash {n} in percents"] = re.sub("(..)", r"%\1", digest).encode()
    return found


def exact(words=(), digests=()):
    """The same where capitals matter."""
    found = {}
    for n, digest in enumerate(digests):
        raw = bytes.fromhex(digest)
        found[f"hash {n} in bytes"] = raw
        found[f"hash {n} in base64"] = base64.b64encode(raw)[:42]
        found[f"hash {n} in base64 for addresses"] = base64.urlsafe_b64encode(raw)[:42]
    for word in words:
        for skip in range(3):  # the three ways in which a word can lie in base64
            coded = base64.b64encode(b"\0" * skip + word.encode())
            found[f"{word} in base64, {skip}"] = coded[(0, 2, 3)[skip]:-4]
    return found


class Needles:
    def __init__(self, words=(), digests=()):
        self.small, self.exact = spellings(words, digests), exact(words, digests)

    def found(self, data):
        """The names of what is in these bytes, read as they are, as a web address, as HTML and as JSON."""
        small = data.lower()
        names = {name for name, value in self.small.items() if value in small}
        names |= {name for name, value in self.exact.items() if value in data}
        for other in (urllib.parse.unquote_to_bytes(small), html.unescape(small.decode("latin-1")).encode("utf-8"),
                      re.sub(rb"\\u00([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), small)):
            names |= {name for name, value in self.small.items() if value in other.lower()}
        return names


def files(folder):
    """{path: bytes} of every file; each name is looked at as well."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            try:
                with open(path, "rb") as f:
                    found[os.path.relpath(path, folder)] = os.path.relpath(path, folder).encode() + b"\n" + f.read()
            except FileNotFoundError:
                pass  # a log that ended
    return found


class Visitor:
    """Asks on one connection that stays open; remembers every address that it was ever told, with its tag."""

    def __init__(self, port):
        self.port, self.connection, self.tags = port, http.client.HTTPConnection("127.0.0.1", port, timeout=40), {}

    def ask(self, path, method="GET", **fields):
        head = {"Host": f"localhost:{self.port}", **{k.replace("_", "-"): v for k, v in fields.items()}}
        try:
            self.connection.request(method, path, headers=head)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # it was idle for so long that the server closed it
            self.connection.close()
            self.connection.request(method, path, headers=head)
            answer = self.connection.getresponse()
        body = answer.read()
        coding = answer.headers.get("Content-Encoding")
        if method == "GET" and coding:
            body = gzip.decompress(body) if coding == "gzip" else unbrotli(body)
        if method == "GET" and answer.status == 200 and not coding and answer.headers.get("ETag"):
            self.tags.setdefault(path, set()).add(answer.headers["ETag"])
        return answer.status, "".join(f"{k}: {v}\n" for k, v in answer.headers.items()).encode() + b"\n" + body

    def crawl(self, known=()):
        """{request: bytes} of all that can be reached from the routes and the addresses that are known."""
        found, todo = {}, ["/", *routes(), *known]
        for year in ("2026", "2027"):
            todo += [f"/corrections{end}?month={year}-{month:02}" for month in range(1, 13) for end in ("", ".json")]
        todo += [f"/corrections{end}?kind={kind}" for kind in ("correction", "withdrawal", "emergency", "promise", "kept")
                 for end in ("", ".json", ".csv", ".atom")]
        while todo:
            path = todo.pop()
            if path in found:
                continue
            status, found[path] = self.ask(path)
            for link in re.findall(rb"""(?:href|src|srcset|content)=["']([^"'#]+)""", found[path]):
                for part in html.unescape(link.decode("utf-8", "replace")).split(","):
                    words = part.strip().split(" ")
                    local = re.sub(r"^http://localhost(:\d+)?", "", words[0])
                    if local.startswith("/") and not local.startswith("//") and len(found) < 2000:
                        todo.append(local)
        for path in list(found):
            for coding in ("gzip", "br"):
                found[f"{path} as {coding}"] = self.ask(path, Accept_Encoding=coding)[1]
            found[f"{path} without body"] = self.ask(path, "HEAD")[1]
            for n, tag in enumerate(sorted(self.tags.get(path, ()))):
                found[f"{path} asked with its tag {n}"] = self.ask(path, If_None_Match=tag)[1]
        return found


def routes():
    done = run("routes")
    return [path for path in re.findall(r"^GET +(/\S*)", done.stdout, re.M) if "{" not in path]


class Erasure(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)
        self.secret = "the words of the speaker\n"

    def done(self, *words, code=0, stdin=""):
        done = run(*words, "--data", self.folder, stdin=stdin, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def post(self, act, *rest, by=None, code=0):
        if act == "approve":
            answer(self.folder, rest[0], by="hate-crime-adviser")
        return self.done("post", act, *(["--as", by] if by else []), *rest, code=code)

    def shown(self, key):
        return json.loads(self.post("show", key, "--json"))

    def bring(self, key, text, *rest):
        path = self.path(key + ".md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return re.search(r"[0-9a-f]{64}", self.post("import", path, *rest, by="press-officer-1"))[0]

    def picture(self, name, word, source="street-lamps.jpg"):
        """A picture that says the word in each of its tags; its SHA-256."""
        path = self.path(name)
        shutil.copyfile(os.path.join(IMAGES, source), path)
        subprocess.run(["exiftool", "-q", "-q", "-m", "-overwrite_original", *(f"-{tag}={word} {tag[-4:]}" for tag in TAGS),
                        path], check=True)
        with open(path, "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()

    def speak(self, key):
        self.done("speaker-confirm", key, "--user", "robin", stdin=self.secret)

    def made_ready(self, key):
        wait_for(lambda: self.ready(key), f"the picture of {key}")

    def ready(self, key):
        with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
            waiting = db.execute("SELECT count(*) FROM picture_set WHERE state <> 'ready'").fetchone()[0]
        db.close()
        return waiting == 0

    def out(self, key, why=MARK):
        self.made_ready(key)
        self.speak(key)
        answer(self.folder, key, "hate-crime-adviser", f"{why} has looked at it.")
        self.post("approve", key, by="approver")
        self.post("publish", key, by="duty-communications")

    def marked(self, key, n):
        """A post with the marker in all that it has, public in its second edition; hashes of what it was."""
        digests = [self.picture(f"{MARK}-{n}.jpg", MARK)]
        digests.append(self.bring(key, HEAD.format(mark=MARK, n=n, text="First."), "--submit"))
        self.post("changes", key, "--reason", f"{MARK} should be another word.", by="approver")
        digests.append(self.bring(key, HEAD.format(mark=MARK, n=n, text="Second."), "--submit"))
        self.out(key)
        return digests

    def corrected(self, key, n):
        digest = self.bring(key, HEAD.format(mark=MARK, n=n, text="Third."), "--submit")
        self.made_ready(key)
        self.speak(key)
        answer(self.folder, key, "hate-crime-adviser", f"{MARK} has looked again.")
        self.post("approve", key, by="approver")
        self.post("correct", key, "--kind", "factual", "--reason", f"It was not {MARK}.", by="duty-communications")
        return digest

    def said(self, folder=None):
        """{command: bytes} of every command that shows something of posts."""
        data = folder or self.folder
        found, keys = {}, []
        for words in (("post", "list"), ("post", "list", "--json"), ("image", "list"), ("image", "list", "--json"),
                      ("promise", "list"), ("promise", "list", "--json"), ("audit", "list", "--most", "500"),
                      ("audit", "list", "--most", "500", "--json"), ("audit", "verify"), ("doctor",), ("user", "list")):
            done = run(*words, "--data", data, timeout=120)
            found[" ".join(words)] = (done.stdout + done.stderr).encode()
        keys = [row["key"] for row in json.loads(run("post", "list", "--json", "--data", data).stdout)]
        pictures = [row["sha256"] for row in json.loads(run("image", "list", "--json", "--data", data).stdout)]
        for key in keys:
            for words in (("show", key), ("show", key, "--json"), ("check", key), ("check", key, "--json"), ("export", key)):
                done = run("post", *words, "--data", data)
                found[f"post {words[0]} {' '.join(words[2:])} of post {keys.index(key)}"] = (done.stdout + done.stderr).encode()
        for n, name in enumerate(pictures):
            for words in (("show", name), ("show", name, "--json")):
                done = run("image", *words, "--data", data)
                found[f"image {words[0]} {' '.join(words[2:])} of {n}"] = (done.stdout + done.stderr).encode()
        return found

    def everywhere(self, visitor, known):
        return {**{"page " + k: v for k, v in visitor.crawl(known).items()}, **self.said(),
                **{"file " + k: v for k, v in files(self.folder).items()}}

    def nowhere(self, needles, places):
        found = {place: sorted(names) for place, data in places.items() if (names := needles.found(data))}
        self.assertEqual(found, {})

    def backup(self, name):
        self.done("backup", self.path(name))
        return {"backup " + k: v for k, v in files(self.path(name)).items()}

    def restored(self, backup, to):
        done = run("restore", self.path(backup), "--data", self.path(to), "--erasures",
                   os.path.join(self.folder, "erasures"), "--key", os.path.join(self.folder, "key"), timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {"restored " + k: v for k, v in files(self.path(to)).items()}

    def test_what_was_erased_is_nowhere_and_was_everywhere(self):
        self.done("user", "add", "robin", "--name", "Robin Ashdown", "--role", "author", stdin=self.secret)
        self.done("user", "add", "desk", "--name", "Desk", "--role", "author,duty-communications", stdin=self.secret)
        gone, court, copied, licensed = f"{MARK.lower()}-gone", f"{MARK.lower()}-court", f"{MARK.lower()}-copy", "licensed"
        others = set(self.rows(RENDITIONS))
        with Server(self.folder) as server:
            visitor = Visitor(server.port)
            digests = self.marked(gone, "gone")
            digests.append(self.corrected(gone, "gone"))
            digests.append(self.bring(gone, HEAD.format(mark=MARK, n="gone", text="A draft that waits."), "--submit"))
            # The second went out in an emergency.
            digests.append(self.picture(f"{MARK}-court.jpg", MARK, "seized-items.jpg"))
            digests.append(self.bring(court, HEAD.format(mark=MARK, n="court", text="First."), "--submit"))
            self.made_ready(court)
            self.speak(court)
            self.post("publish", court, "--emergency", "--reason", f"{MARK} cannot wait.", "--told", f"{MARK} Jones, chief",
                      by="duty-communications")
            self.post("review-late", court, "--reason", f"{MARK} was right.", by="approver")
            # One was made elsewhere.
            with open(self.path(copied + ".md"), "w", encoding="utf-8") as f:
                f.write(PLAIN.format(title=f"A {MARK} copy", more="", text=f"{MARK} elsewhere."))
            digests.append(re.search("[0-9a-f]{64}", self.done(
                "post", "import", self.path(copied + ".md"), "--published-elsewhere", f"https://social.example/{MARK}/1",
                "--at", "2026-03-02T09:00", "--user", "desk", stdin=self.secret))[0])
            # Others: about them, with promises that they keep and that are kept for them.
            statement = PLAIN.format(title="A statement", text="It is about others.", more="promises: [{ what: to look, "
                                     f"owner: head-of-communications, due: 2027-02-01 }}]\nabout: [{gone}, {court}, {copied}]\n")
            digests.append(self.bring("statement", statement, "--submit"))
            self.post("approve", "statement", by="approver")
            self.post("publish", "statement", by="duty-communications")
            self.done("promise", "keep", "statement", "1", "--by", gone, "--as", "duty-communications")
            self.done("promise", "keep", court, "1", "--by", "statement", "--as", "duty-communications")
            # The licence of one ends.
            original = self.picture("licensed.jpg", LICENSED, "portrait-e.jpg")
            self.bring(licensed, PLAIN.format(title="With a licence", text="Its words stay.", more="image: { file: licensed.jpg, "
                       'made: stock, persons: none, source: a library, release: MR-1, alt: "A picture", '
                       'licence: { id: L-1, licensor: a library, expires: 2030-01-01 } }\n'), "--submit")
            self.made_ready(licensed)
            self.post("approve", licensed, by="approver")
            self.post("publish", licensed, by="duty-communications")

            known = [self.shown(key)["address"] for key in (gone, court, copied, licensed, "statement")]
            before = self.everywhere(visitor, known)
            for name in sorted(set(self.rows(RENDITIONS)) - others):
                digests.append(name)
                known += [f"/pictures/{name}.jpg", f"/pictures/{name}.webp"]
            words = Needles([MARK], digests)
            picture = Needles([LICENSED])
            self.found_before(words, picture, before, digests)
            old = self.backup("before")
            self.assertTrue(any(words.found(data) for data in old.values()))
            self.bring(court, PLAIN.format(title="A clean title", text="Clean words.", more=""), "--submit")
            self.post("approve", court, by="approver")

            said = [self.post("withdraw", gone, "--ground", "personal-data", "--reason", f"because of {MARK}",
                              by="duty-communications"),
                    self.post("correct", court, "--kind", "factual", "--ground", "court-order", by="duty-communications"),
                    self.post("withdraw", copied, "--reason", "safety", by="duty-communications"),
                    self.post("withdraw", licensed, "--reason", "licence-or-consent: the licence has ended",
                              by="duty-communications")]
            for one in said:
                self.assertIn("another machine now", one)

            self.told(visitor, known)
            after = self.everywhere(visitor, known)
            self.nowhere(words, after)
            self.nowhere(picture, after)
            for data in after.values():
                self.assertNotIn(original_bytes(self.path("licensed.jpg")), data)
            self.assertIn(b"Its words stay.", after["page " + known[3]])
            self.assertTrue(any(b"Clean words." in data for data in after.values()))
            self.assertRegex(self.done("doctor"), r"ok +erasures +4;")
            self.nowhere(words, self.backup("after"))
            self.nowhere(picture, self.backup("again"))
            log = server.logged().encode()
            self.assertEqual((words.found(log), picture.found(log)), (set(), set()))
        self.nowhere(words, {"file " + k: v for k, v in files(self.folder).items()})

        # What is brought back from before is erased again.
        for name in ("before", "after"):
            to = "new-" + name
            held = self.restored(name, to)
            self.nowhere(words, held)
            self.nowhere(picture, held)
            self.nowhere(words, self.said(self.path(to)))
            with Server(self.path(to)) as server:
                visitor = Visitor(server.port)
                shown = visitor.crawl(known)
                self.nowhere(words, shown)
                self.nowhere(picture, shown)
                self.assertTrue(any(b"A statement" in data for data in shown.values()))
                self.nowhere(words, {"file " + k: v for k, v in files(self.path(to)).items()})

    def rows(self, statement):
        with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
            found = [row[0] for row in db.execute(statement)]
        db.close()
        return found

    def found_before(self, words, picture, places, digests):
        """The test can fail: each place where a word could be left has one now, and so has each way of asking."""
        for place in ("page /", "page /news", "page /news as gzip", "page /news as br", "page /corrections",
                      "page /corrections.json", "page /corrections.csv", "page /corrections.csv as br",
                      "page /corrections.atom", "page /news.atom", "page /news.json",
                      "page /sitemap.xml", "page /corrections?kind=promise", "post list",
                      "post list --json", "image list", "image list --json", "promise list", "promise list --json",
                      "audit list --most 500", "audit list --most 500 --json", "file candour.db"):
            self.assertIn(MARK, words.found(places[place]), place)
        for start in ("page /news/", "page /pictures/", "post show  of", "post show --json of", "post check --json of",
                      "post export  of", "image show  of", "image show --json of", "file blobs/"):
            self.assertTrue(any(MARK in words.found(data) for place, data in places.items() if place.startswith(start)), start)
        for start in ("image show", "file candour.db", "file blobs/"):
            self.assertTrue(any(LICENSED in picture.found(data) for place, data in places.items() if place.startswith(start)),
                            start)
        held = b"\n".join(data for place, data in places.items() if place.startswith("file "))
        in_bytes = words.found(held)
        for n in range(len(digests)):
            self.assertIn(f"hash {n} in bytes", in_bytes)

    def told(self, visitor, known):
        """What stands at the old addresses."""
        for address, status in zip(known[:4], (410, 410, 410, 200)):
            self.assertEqual(visitor.ask(address)[0], status, address)
        for address in known[5:]:
            self.assertEqual(visitor.ask(address)[0], 404, address)

    # ---- What must not come back ----

    def simple(self, key, more="", text="Words.", title=None):
        """A post without anything that asks; it is public, here where no server makes pictures the import does."""
        self.bring(key, PLAIN.format(title=title or f"Title of {key}", more=more, text=text), "--submit")
        self.post("approve", key, by="approver")
        self.post("publish", key, by="duty-communications")
        return self.shown(key)["address"]

    def pictured(self, key, name, text="Words."):
        return self.simple(key, f"image: {{ file: {name}, made: stock, persons: none, source: a library, release: MR-1, alt: A picture, "
                           "licence: { id: L-1, licensor: a library, expires: 2030-01-01 } }\n", text)

    def erase(self, *keys, ground="safety", code=0):
        return self.post("withdraw", *keys, "--ground", ground, "--reason", ground, by="duty-communications", code=code)

    def holds(self, word, folder=None):
        needles = Needles([word])
        return sorted(path for path, data in files(folder or self.folder).items() if needles.found(data))

    def test_a_picture_that_was_erased_is_not_even_kept_when_somebody_brings_it_again(self):
        digest = self.picture("one.jpg", MARK)
        self.pictured("a", "one.jpg")
        self.assertIn(f"blobs/{digest[:2]}/{digest}", self.holds(MARK))
        self.erase("a")
        shutil.copyfile(self.path("one.jpg"), self.path("two.jpg"))
        path = self.path("b.md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(PLAIN.format(title="B", more="image: { file: two.jpg, made: stock, persons: none, source: a library, "
                                 "alt: A picture }\n", text="B."))
        self.assertIn("erased with a post", self.post("import", path, by="press-officer-1", code=1))
        self.assertEqual(self.holds(MARK), [])
        self.picture("three.jpg", MARK, "seized-items.jpg")
        with open(self.path("a.md"), "w", encoding="utf-8") as f:
            f.write(PLAIN.format(title="A", more="image: { file: three.jpg, made: stock, persons: none, source: a library, "
                                 "alt: A picture }\n", text="Another A."))
        self.assertIn("name is not used again", self.post("import", self.path("a.md"), by="press-officer-1", code=1))
        self.assertEqual(self.holds(MARK), [])
        self.backup("after")
        self.assertEqual(self.holds(MARK, self.path("after")), [])

    def test_a_picture_that_stays_in_another_post_loses_the_name_that_the_erased_one_gave_it(self):
        self.picture("plain.jpg", "Nothing")
        shutil.copyfile(self.path("plain.jpg"), self.path(f"{MARK}.jpg"))
        self.pictured("a", f"{MARK}.jpg")
        address = self.pictured("b", "plain.jpg", "Other words.")
        self.assertIn(MARK, self.done("image", "list"))
        self.erase("a")
        self.assertEqual(self.holds(MARK), [])
        self.assertIn("plain.jpg", self.done("image", "list"))
        with Server(self.folder) as server:
            visitor = Visitor(server.port)
            pictures = re.findall(rb"/pictures/[0-9a-f]{64}[.]jpg", visitor.ask(address)[1])
            self.assertEqual([visitor.ask(one.decode())[0] for one in pictures][:1], [200])

    def test_what_was_withdrawn_because_it_was_wrong_can_be_erased_later(self):
        address = self.simple("a", text=f"{MARK}.")
        self.post("withdraw", "a", "--reason", f"error: not {MARK}", by="duty-communications")
        self.assertTrue(self.holds(MARK))
        self.assertIn("was withdrawn already", self.post("withdraw", "a", "--reason", "policy: other",
                                                         by="duty-communications", code=1))
        self.erase("a", ground="court-order")
        self.assertEqual(self.holds(MARK), [])
        with Server(self.folder) as server:
            self.assertEqual(Visitor(server.port).ask(address)[0], 410)

    def test_a_restore_does_not_do_again_what_the_backup_knows(self):
        self.picture("one.jpg", LICENSED)
        address = self.pictured("a", "one.jpg")
        self.post("withdraw", "a", "--reason", "licence-or-consent: the licence has ended", by="duty-communications")
        self.backup("after")
        self.restored("after", "new")
        seen = []
        for folder in (self.folder, self.path("new")):
            with Server(folder) as server:
                visitor = Visitor(server.port)
                self.assertIn(b"the licence has ended", visitor.ask(address)[1])
                seen.append(json.loads(visitor.ask("/corrections.json")[1].split(b"\n\n", 1)[1]))
        self.assertEqual(*seen)

    def test_a_restored_site_does_not_take_in_what_was_erased_before_it_could_have_known_of_it(self):
        self.backup("before")
        for key in ("a", "b"):
            self.simple(key, text=MARK)
        self.bring("b", PLAIN.format(title="B", more="", text="Clean."), "--submit")
        self.post("approve", "b", by="approver")
        self.erase("a")
        self.post("correct", "b", "--kind", "factual", "--ground", "court-order", by="duty-communications")
        self.restored("before", "new")
        for key in ("a", "b"):
            done = run("post", "import", self.path(key + ".md"), "--as", "press-officer-1", "--data", self.path("new"))
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"A post named {key} was erased after the backup", done.stderr)
        self.assertEqual(self.holds(MARK, self.path("new")), [])

    def test_the_oldest_backup_is_erased_by_a_chain_of_erasures_of_one_post(self):
        self.simple("a", text=f"{MARK} 1")
        self.simple("s", more="about: [a, a-b]\n")
        self.backup("oldest")
        key = "a"
        for n in range(2):
            self.bring(key, PLAIN.format(title=f"A{n}", more="", text=f"{MARK} {n + 2}"), "--submit")
            self.post("approve", key, by="approver")
            said = self.post("correct", key, "--kind", "factual", "--ground", "safety", by="duty-communications")
            key = re.search("erased-[0-9a-f]{20}", said)[0]
            self.backup(f"after{n}")
        self.erase(key)
        self.assertEqual(self.holds(MARK), [])
        last = sorted(row["key"] for row in json.loads(self.post("list", "--json")))
        for name in ("oldest", "after0", "after1"):
            self.restored(name, "new-" + name)
            self.assertEqual(self.holds(MARK, self.path("new-" + name)), [], name)
            done = run("post", "list", "--json", "--data", self.path("new-" + name))
            self.assertEqual(sorted(row["key"] for row in json.loads(done.stdout)), last, name)

    # ---- Broken off ----

    def broken(self, call, *words, code=None):
        """The command under strace, which lets a call fail or ends it there."""
        done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call.split(':')[0]}", "-e",
                               f"inject={call}", BINARY, *words, "--data", self.folder], text=True, timeout=120,
                              env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_a_kill_before_the_pictures_are_gone_is_told_and_made_good(self):
        withdraw = ("post", "withdraw", "a", "--ground", "safety", "--reason", "safety", "--as", "duty-communications")
        self.picture("one.jpg", MARK)
        self.pictured("a", "one.jpg")
        self.simple("b")
        self.broken("unlinkat:error=EIO:signal=KILL:when=1", *withdraw)
        self.assertTrue(any(path.startswith("blobs/") for path in self.holds(MARK)))
        self.assertRegex(self.done("doctor", code=1), r"problem +erasures +1 are not finished")
        self.erase("b")
        self.assertEqual(self.holds(MARK), [])
        self.assertRegex(self.done("doctor"), r"ok +erasures +2;")

    def test_a_backup_that_lists_an_erasure_which_it_has_not_done_needs_the_key(self):
        withdraw = ("post", "withdraw", "a", "--ground", "safety", "--reason", "safety", "--as", "duty-communications")
        self.simple("a", text=MARK)
        self.broken("fsync:error=EIO:signal=KILL:when=2", *withdraw)  # as where a backup is made at that moment
        self.backup("between")
        self.assertTrue(self.holds(MARK, self.path("between")))
        done = run("restore", self.path("between"), "--data", self.path("new"), "--erasures",
                   self.path("between", "erasures"), "--new-key")
        self.refused(done, 1, "has not done: 1.", "--key")
        self.restored("between", "new")
        self.assertEqual(self.holds(MARK, self.path("new")), [])

    def test_a_fault_behind_the_act_says_that_it_is_erased(self):
        withdraw = ("post", "withdraw", "a", "--ground", "safety", "--reason", "safety", "--as", "duty-communications")
        self.picture("one.jpg", MARK)
        self.pictured("a", "one.jpg")
        self.simple("b")
        done = self.broken("unlinkat:error=EIO:when=1", *withdraw, code=2)
        self.assertIn("withdrawn and erased", done.stdout)
        self.assertIn("It is erased, but bytes of it are still in the data folder", done.stderr)
        self.erase("b")
        self.assertEqual(self.holds(MARK), [])


def original_bytes(path):
    """The picture's own data, without its head."""
    with open(path, "rb") as f:
        data = f.read()
    return data[len(data) // 2:len(data) // 2 + 200]
