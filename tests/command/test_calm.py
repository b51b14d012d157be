"""When things go wrong: every page still says how to reach the police, and has a way out. The real server, broken in each way."""
import os
import re
import shutil
import sqlite3
import subprocess

from common import TEST_BINARY, Server, run, wait_for
from test_forms import Visitor
from test_public_input import Row

PROSE = ("/report", "/support", "/hate-crime", "/law", "/leaving", "/about", "/accessibility", "/privacy", "/cookies", "/contact",
         "/pictures-and-names", "/how-we-decide", "/how-we-decide/try", "/how-we-decide/versions/ew-law-2022-06",
         "/how-we-decide/tables/recording-2023-06")
FEEDS = ("/news.atom", "/news.json", "/corrections.atom", "/corrections.json", "/corrections.csv", "/sitemap.xml")
NEEDS = ("/", "/news", "/news/2026/x", "/withdrawn", "/corrections", "/campaigns", "/topics", "/search?q=lamps", "/feedback")


class Calm(Row):
    def setUp(self):
        """Each test has a server of its own making."""
        super(Row, self).setUp()
        self.database = os.path.join(self.folder, "candour.db")

    def served(self, folder=None, **more):
        self.server = Server(folder or self.folder, **more).__enter__()
        self.addCleanup(self.server.__exit__)
        self.visitor = Visitor(self.server)
        return self.server

    def way_on(self, page):
        """What every page of an error has, also where the database is away."""
        for words in ("<h1", 'class="govuk-button govuk-button--warning govuk-exit-this-page__button', 'href="/exit"', "/exit.js", "tel:999",
                      "tel:101", 'href="/report"', 'href="/support"', "18001 101"):
            self.has(words, page)
        self.assertTrue(page.rstrip().endswith("</html>"))
        self.assertIsNone(re.search(r"SQL|database|disk|src/|errno|errored", page))

    def left(self):
        """The button's address, as without JavaScript."""
        for cookie in ("", "Cookie: candour-session=" + "A" * 43 + "\r\n"):
            status, head, _ = self.asked("/exit", more=cookie)
            self.assertEqual(status, 303)
            self.assertRegex(head, r"(?i)location: https://(?!localhost)")
            self.assertIn("Clear-Site-Data", head)

    def away(self):
        """The database is away: a page that needs it says so; all else stands."""
        wait_for(lambda: self.asked("/search?q=lamps")[0] == 503, "a server that notices")
        for path in NEEDS:
            status, head, page = self.asked(path)
            with self.subTest(path=path):
                self.assertEqual(status, 503)
                self.assertRegex(head, r"\r\nRetry-After: \d+")
                self.assertIn("no-store", head)
                self.way_on(page)
        for path in FEEDS:
            status, head, page = self.asked(path)
            with self.subTest(path=path):
                self.assertEqual(status, 503)
                self.assertIn("text/html", head)
                self.assertRegex(head, r"\r\nRetry-After: \d+")
        status, head, body = self.asked("/news.atom", "HEAD")
        self.assertEqual((status, body), (503, ""))
        self.assertRegex(head, r"\r\nRetry-After: \d+")
        # A form that was open meanwhile comes back with what was typed, and with its reason.
        for more in ("", "Cookie: candour-form=x; candour-session=" + "A" * 43 + "\r\n"):
            status, head, page = self.asked("/feedback", "POST", more + "Content-Type: application/x-www-form-urlencoded\r\n",
                                            b"form-token=x&once=" + b"a" * 32 + b"&words=Typed+before&page=%2Fnews")
            self.assertEqual(status, 503)
            self.assertRegex(head, r"\r\nRetry-After: \d+")
            self.assertEqual(self.typed_again(page), "Typed before")
            self.has('value="/news"', page)
            self.has("your feedback was not kept", page)
            for words in ('href="/exit"', "tel:999", "tel:101", 'href="/report"'):
                self.has(words, page)
        lines = self.server.logged().count("\n")
        for _ in range(20):
            self.asked("/news")
        self.assertLess(self.server.logged().count("\n") - lines, 10, "each visitor writes a line")
        for path in PROSE:
            status, _, page = self.asked(path)
            with self.subTest(path=path):
                self.assertEqual(status, 200)
                self.has('href="/exit"', page)
        status, _, page = self.asked("/no-such-page")
        self.assertEqual(status, 404)
        self.way_on(page)
        self.assertEqual(self.asked("/healthz")[0], 200)
        style = re.search(r'rel="stylesheet" href="([^"]+)"', page)[1]
        self.assertEqual(self.asked(style)[0], 200)
        self.left()

    def back(self):
        wait_for(lambda: self.asked("/news")[0] == 200, "a database that is back")
        self.assertIn("The lamps", self.asked("/news")[2])

    # ---- While it runs ----

    def test_the_file_is_gone_while_the_server_runs(self):
        self.publish("lamps", "The lamps")
        self.served()
        kept = self.asked("/news")
        os.rename(self.database, self.database + ".away")
        self.assertEqual(self.asked("/news")[2], kept[2])  # what was made before goes on until the loss is known
        self.away()
        os.rename(self.database + ".away", self.database)
        self.back()

    def test_something_else_stands_in_its_place(self):
        self.publish("lamps", "The lamps")
        self.served()
        for make in (lambda: os.mkdir(self.database),
                     lambda: self.write(self.folder, "candour.db", "words\n" * 9999),
                     lambda: self.write(self.folder, "candour.db", "")):
            os.rename(self.database, self.database + ".away")
            make()
            self.away()
            shutil.rmtree(self.database) if os.path.isdir(self.database) else os.remove(self.database)
            os.rename(self.database + ".away", self.database)
            self.back()

    def test_another_process_holds_it(self):
        self.publish("lamps", "The lamps")
        self.served()
        kept = self.asked("/news")
        form = self.visitor.form()
        holder = sqlite3.connect(self.database, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            # Who reads is not held up; what cannot be written comes back with what was typed.
            for path in ("/news", "/search?q=lamps", "/corrections", "/report"):
                self.assertEqual(self.asked(path)[0], 200, path)
            self.assertEqual(self.asked("/news")[2], kept[2])
            page = self.visitor.ask("/feedback", {**form, "words": "Typed while it was held"})
            self.assertEqual(self.visitor.status, 503)
            self.assertEqual(self.typed_again(page), "Typed while it was held")
            self.has("not kept", page)
            self.clear(page)
            self.left()
        finally:
            holder.execute("ROLLBACK")
            holder.close()
        again = {name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("form-token", "once")}
        self.visitor.ask("/feedback", {**again, "words": "Typed while it was held"})
        self.assertEqual((self.visitor.path, self.kept()), ("/feedback/sent", ["Typed while it was held"]))

    def test_the_disk_is_full(self):
        small = self.path("small")
        os.mkdir(small)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", small], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("a small disk cannot be made here")
        self.addCleanup(subprocess.run, ["umount", "-l", small])
        self.publish("lamps", "The lamps")
        folder = os.path.join(small, "data")
        shutil.copytree(self.folder, folder)
        self.database = os.path.join(folder, "candour.db")
        self.served(folder)
        form = self.visitor.form()
        with open(os.path.join(small, "filler"), "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError:
                pass
        for path in ("/", "/news", "/search?q=lamps", "/corrections", *PROSE):
            self.assertEqual(self.asked(path)[0], 200, path)
        page = self.visitor.ask("/feedback", {**form, "words": "Typed on a full disk " + "x" * 1900})
        if self.visitor.status != 200:  # there may be room left in a file that is there
            self.assertEqual(self.visitor.status, 503)
            self.assertTrue(self.typed_again(page).startswith("Typed on a full disk"))
            self.clear(page)
        statuses = set()
        for n in range(40):
            page = self.visitor.ask("/feedback", {**self.visitor.form(), "words": f"{n} " + "y" * 1990})
            statuses.add(self.visitor.status)
            if self.visitor.status != 200:
                self.assertTrue(self.typed_again(page).startswith(f"{n} "))
                self.clear(page)
        self.assertLessEqual(statuses, {200, 503})
        self.assertIn(503, statuses)
        for path in ("/", "/news", "/search?q=lamps", "/report"):
            self.assertEqual(self.asked(path)[0], 200, path)
        self.left()
        os.remove(os.path.join(small, "filler"))
        self.assertIn("/feedback/sent", (self.visitor.ask("/feedback", {**self.visitor.form(), "words": "room again"}), self.visitor.path))

    # ---- At the start ----

    def test_it_is_not_there_at_the_start(self):
        self.publish("lamps", "The lamps")
        os.rename(self.database, self.database + ".away")
        self.served()
        self.away()
        os.rename(self.database + ".away", self.database)
        self.back()

    def test_it_cannot_be_used_at_the_start(self):
        # Somebody stands at the console, or the manager of services: they are told; nothing is served from what is damaged.
        self.write(self.folder, "candour.db", "words\n" * 9999)
        done = run("serve", "--data", self.folder, "--listen", "localhost:0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("candour: ", done.stderr)

    # ---- Pages of errors ----

    def test_each_page_of_an_error_says_what_to_do(self):
        self.served(binary=TEST_BINARY)
        port = f"localhost:{self.server.port}"
        form = "Content-Type: application/x-www-form-urlencoded\r\n"
        seen = {404: self.asked("/no-such-page"), 405: self.asked("/news", "POST"), 500: self.asked("/test/fail/x"),
                413: self.asked("/feedback", "POST", form, b"words=" + b"x" * 100_000), 414: self.asked("/" + "x" * 9000),
                403: self.asked("/test/private"), 431: self.asked("/news", more="X-A: " + "x" * 20_000 + "\r\n"),
                421: self.raw(b"GET /news HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n"),
                400: self.raw(b"GET /news HTTP/1.1\r\nHost: %s\r\nBad Field: x\r\nConnection: close\r\n\r\n" % port.encode()),
                501: self.asked("/feedback", "POST", "Transfer-Encoding: chunked\r\n")}
        for status, (got, head, page) in seen.items():
            with self.subTest(status=status):
                self.assertEqual(got, status)
                self.assertIn("text/html", head)
                self.assertIn("no-store", head)
                self.way_on(page)
                if status in (404, 414):
                    self.has('action="/search"', page)
        for path, status in (("/no-such-page", 404), ("/test/fail/x", 500), ("/news.atom?kind=none", 404)):
            got, head, body = self.asked(path, "HEAD")
            whole, _, page = self.asked(path)
            self.assertEqual((got, whole, body), (status, status, ""))
            self.assertIn(f"Content-Length: {len(page.encode())}\r\n", head + "\r\n")

    def test_a_page_that_was_taken_down_says_why(self):
        address = self.publish("lamps", "The lamps")
        self.act("withdraw", "lamps", "--ground", "safety", "--reason", "x", by="duty-communications")
        self.served()
        status, _, page = self.asked(address)
        self.assertEqual(status, 410)
        self.clear(page)
        self.has("This post was withdrawn", page)
        self.assertFalse("The lamps" in page)
        self.assertRegex(re.sub(r"<[^>]+>", " ", page), "Ground: somebody’s safety")
        status, head, body = self.asked(address, "HEAD")
        self.assertEqual((status, body), (410, ""))
