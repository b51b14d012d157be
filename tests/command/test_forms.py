"""What readers type: a search, and feedback. Nothing of it is lost, nothing of it is in a log."""
import concurrent.futures
import http.cookiejar
import json
import os
import re
import sqlite3
import urllib.error
import urllib.parse
import urllib.request

from common import Case, Server, run, wait_for
from desk import Desk


class Visitor:
    """A browser as far as forms go: it keeps cookies and follows redirects."""

    def __init__(self, server):
        self.base = f"http://localhost:{server.port}"
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def ask(self, path, fields=None, head=None):
        data = urllib.parse.urlencode(fields).encode() if isinstance(fields, dict) else fields
        try:
            answer = self.open.open(urllib.request.Request(self.base + path, data, head or {}), timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            self.status, self.page = answer.status, answer.read().decode()
            self.path, self.head = answer.url[len(self.base):], answer.headers
        return self.page

    def title(self):
        return re.search(r"<title>(.*?)</title>", self.page)[1]

    def form(self):
        self.ask("/feedback")
        return {name: re.search(f'name="{name}" value="([^"]+)"', self.page)[1] for name in ("form-token", "once")}


class Search(Desk):
    def found(self, visitor, words, more=""):
        page = visitor.ask(f"/search?q={urllib.parse.quote(words)}{more}")
        self.assertEqual(visitor.status, 200)
        return [re.sub("<[^>]+>", "", title) for title in re.findall(r"<h3[^>]*>(.*?)</h3>", page, re.S)]

    def test_what_is_public_is_found_and_what_must_be_known_stands_first(self):
        self.publish("lamps", "The <lamps> & the river", body="The quagga crossed the **river**.")
        self.publish("gone", "A post that goes", body="Another quagga.")
        self.act("withdraw", "gone", "--ground", "error", "--reason", "It was no quagga.", by="duty-communications")
        with Server(self.folder) as server:
            visitor = Visitor(server)
            self.assertEqual(self.found(visitor, "QUAGGA"), ["Withdrawn: A post that goes",
                                                             "The &lt;lamps&gt; &amp; the river"])
            self.assertIn("It was no quagga.", visitor.page)
            self.assertIn("<mark>quagga</mark> crossed the river", visitor.page)
            self.assertIn("no-store", visitor.head["Cache-Control"])
            self.assertNotIn("quagga", visitor.title().lower())
            self.assertEqual(self.found(visitor, "quagga lamp"), ["The &lt;lamps&gt; &amp; the river"])
            self.assertEqual(self.found(visitor, "zzzz"), [])
            self.assertIn("No post holds all of these words", visitor.page)
            self.act("withdraw", "lamps", "--ground", "safety", "--reason", "x", by="duty-communications")
            self.assertEqual(self.found(visitor, "quagga"), ["Withdrawn: A post that goes"])
            self.assertNotIn("quagga", server.logged().lower())

    def test_a_second_page_goes_on_where_the_first_ended(self):
        for n in range(23):
            self.publish(f"p{n}", f"Okapi number {n}")
        with Server(self.folder) as server:
            visitor = Visitor(server)
            first = self.found(visitor, "okapi")
            older = re.search(r'rel="next" href="([^"]+)"', visitor.page)[1].replace("&amp;", "&")
            visitor.ask(older)
            second = re.findall(r"<h3[^>]*>(.*?)</h3>", visitor.page, re.S)
            self.assertEqual((len(first), len(second)), (20, 3))
            self.assertIn("Newest", visitor.page)
            visitor.ask("/search?q=okapi&after=broken")
            self.assertEqual(visitor.status, 404)

    def test_whatever_is_typed_gets_a_clear_page(self):
        self.publish("p", "Okapi")
        with Server(self.folder) as server:
            visitor = Visitor(server)
            for typed, status, words in (("", 200, "Search this site"), ("%20%20", 200, "Search this site"),
                                         ("%01%02", 400, "could not be read"), ("%FF%FE", 400, "could not be read"),
                                         ("okapi&q=okapi", 400, "could not be read"),
                                         ("x" * 201, 400, "at most 200 characters"),
                                         ("%F0%9F%98%A0" * 200, 200, "No post holds"),
                                         ("%22%22%22", 200, "No post holds"), ("%22%20OR%20okapi%20zz%22", 200, "No post holds"),
                                         ("%E2%80%8Fokapi", 200, "Okapi"), ("title%3Aokapi*", 200, "No post holds"),
                                         ("%3Cscript%3Ealert(1)%3C/script%3E", 200, "&lt;script&gt;"),
                                         ("x" * 10000, 414, "The address is too long")):
                with self.subTest(typed=typed[:20]):
                    visitor.ask("/search?q=" + typed)
                    self.assertEqual(visitor.status, status)
                    self.assertIn(words, visitor.page)
                    self.assertNotIn("<script>", visitor.page)
                    if status == 400:
                        self.assertTrue(visitor.title().startswith("Error: "))
            self.assertNotIn("level=error", server.logged())

    def test_a_page_that_is_not_there_helps_to_find_it(self):
        with Server(self.folder) as server:
            visitor = Visitor(server)
            visitor.ask("/no-such-page")
            self.assertEqual(visitor.status, 404)
            for link in ('action="/search"', 'href="/report"', 'href="/support"', "tel:999", "tel:101"):
                self.assertIn(link, visitor.page)


class Away(Case):
    def test_without_a_database_the_page_offers_what_works_and_nothing_else(self):
        folder = self.installation()
        with Server(folder) as server:
            os.rename(os.path.join(folder, "candour.db"), os.path.join(folder, "elsewhere.db"))
            visitor = Visitor(server)
            wait_for(lambda: visitor.ask("/news?after=9.x") and visitor.status == 503, "a database that is away")
            self.assertIn("tel:999", visitor.page)
            self.assertIn("tel:101", visitor.page)
            links = set(re.findall(r'<a[^>]* href="(/[^"]*)"', visitor.page))
            self.assertTrue({"/report", "/support"} <= links, links)
            for link in links - {"/exit"}:  # which leads to another site
                visitor.ask(link)
                self.assertEqual((link, visitor.status), (link, 200))
            self.assertNotIn("<form", visitor.page)


class Feedback(Case):
    def rows(self, folder, *columns):
        with sqlite3.connect(os.path.join(folder, "candour.db")) as db:
            return db.execute(f"SELECT {', '.join(columns)} FROM feedback ORDER BY id").fetchall()

    def test_what_was_said_is_kept_without_who_said_it(self):
        folder = self.installation(demonstration=True)
        with Server(folder) as server:
            visitor = Visitor(server)
            self.assertIn('<a class="govuk-link" href="/feedback">', visitor.ask("/news"))
            form = visitor.form()
            self.assertLess(visitor.page.index("Do not use this form to report a crime or name anybody"),
                            visitor.page.index("<textarea"))
            for link in ("tel:999", "tel:101", 'href="/report"', 'autocomplete="off"'):
                self.assertIn(link, visitor.page)
            head = {"User-Agent": "Marked-Browser", "X-Forwarded-For": "203.0.113.77"}
            visitor.ask("/feedback", {**form, "words": "The menu\r\nhides <b>it</b>", "page": "/news"}, head)
            self.assertEqual((visitor.status, visitor.path), (200, "/feedback/sent"))
            self.assertEqual(self.rows(folder, "words", "page"), [("The menu\nhides <b>it</b>", "/news")])
            columns = [row[1] for row in sqlite3.connect(os.path.join(folder, "candour.db"))
                       .execute("PRAGMA table_info(feedback)")]
            self.assertEqual(columns, ["id", "day", "once", "words", "page", "outcome", "note"])
            self.assertRegex(self.rows(folder, "day")[0][0], r"\A\d{4}-\d\d-\d\d\Z")
            # The same form once more is kept once; one that was changed in between is kept as well.
            visitor.ask("/feedback", {**form, "words": "The menu\r\nhides <b>it</b>", "page": "/news"})
            self.assertEqual((visitor.path, len(self.rows(folder, "id"))), ("/feedback/sent", 1))
            visitor.ask("/feedback", {**form, "words": "And the search"})
            self.assertEqual(len(self.rows(folder, "id")), 2)
            for typed in ("menu", "Marked-Browser", "203.0.113.77", "search"):
                self.assertNotIn(typed, server.logged())
        for name in os.listdir(folder):
            if os.path.isfile(os.path.join(folder, name)):
                with open(os.path.join(folder, name), "rb") as f:
                    self.assertNotIn(b"Marked-Browser", f.read(), name)

    def test_a_mistake_is_said_twice_and_what_was_typed_is_there_again(self):
        folder = self.installation()
        with Server(folder) as server:
            visitor = Visitor(server)
            form = visitor.form()
            for fields, words in (({"words": ""}, "Enter what you want to tell us"),
                                  ({"words": " \r\n "}, "Enter what you want to tell us"),
                                  ({"words": "\u200f"}, "Enter what you want to tell us"),
                                  ({"words": "é" * 2001}, "Write at most 2000 characters: take out 1"),
                                  ({"words": "fine", "page": "y" * 201}, "Write at most 200 characters: take out 1"),
                                  ({"words": "bell\x07 rings"}, "a character in it that cannot be read")):
                visitor.ask("/feedback", {**form, **fields})
                self.assertEqual(visitor.status, 422)
                self.assertTrue(visitor.title().startswith("Error: "))
                self.assertEqual(visitor.page.count(words), 2, words)
                self.assertIn('<div class="govuk-error-summary" tabindex="-1" autofocus>', visitor.page)
                for typed in fields.values():
                    self.assertIn(typed.strip().replace("\x07", ""), visitor.page)
            # What must be given up: fields that no form of ours has, and 1 MB.
            visitor.ask("/feedback", {**form, "words": "fine", "more": "x"})
            self.assertEqual(visitor.status, 400)
            visitor.ask("/feedback", b"words=" + b"x" * (1 << 20))
            self.assertEqual((visitor.status, visitor.title().split(" –")[0]), (413, "That is too large"))
            self.assertEqual(self.rows(folder, "id"), [])
            self.assertNotIn("fine", server.logged())

    def test_a_page_that_was_open_too_long_comes_back_with_what_was_typed(self):
        folder = self.installation()
        with Server(folder) as server:
            visitor = Visitor(server)
            form = visitor.form()
            other = Visitor(server)  # its cookie is gone
            other.ask("/feedback", {**form, "words": "Typed for an hour"})
            self.assertEqual(other.status, 403)
            self.assertIn("Typed for an hour", other.page)
            self.assertIn("open too long", other.page)
            self.assertEqual(self.rows(folder, "id"), [])
            again = {name: re.search(f'name="{name}" value="([^"]+)"', other.page)[1] for name in ("form-token", "once")}
            other.ask("/feedback", {**again, "words": "Typed for an hour"})
            self.assertEqual((other.path, self.rows(folder, "words")), ("/feedback/sent", [("Typed for an hour",)]))
            # From a page of somebody else's nothing is shown and nothing is kept.
            visitor.ask("/feedback", {**form, "words": "Not mine"}, {"Sec-Fetch-Site": "cross-site"})
            self.assertEqual(visitor.status, 403)
            self.assertNotIn("Not mine", visitor.page)
            self.assertEqual(len(self.rows(folder, "id")), 1)

    def test_a_day_has_room_for_so_much_and_the_rest_is_asked_to_come_back(self):
        folder = self.installation()
        with Server(folder) as server:
            visitor = Visitor(server)
            form = visitor.form()
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                def send(n):
                    one = Visitor(server)
                    one.ask("/feedback", {**one.form(), "words": f"words {n}"})
                    return one.status
                self.assertEqual(set(pool.map(send, range(200))), {200})
            visitor.ask("/feedback", {**form, "words": "One too many"})
            self.assertEqual(visitor.status, 429)
            self.assertIn("send it tomorrow", visitor.page)
            self.assertIn("One too many", visitor.page)
            self.assertEqual(len(self.rows(folder, "id")), 200)

    def test_staff_list_it_show_it_and_say_what_was_done(self):
        folder = self.installation(demonstration=True)
        self.assertIn("There is no feedback.", run("feedback", "list", "--data", folder).stdout)
        with Server(folder) as server:
            visitor = Visitor(server)
            visitor.ask("/feedback", {**visitor.form(), "words": "A quagga \u202e sits\r\nin the menu", "page": "/news"})
        self.assertRegex(run("feedback", "list", "--data", folder).stdout, r"\A1  \d{4}-\d\d-\d\d  NEW  about /news\n\Z")
        shown = run("feedback", "show", "1", "--data", folder).stdout
        self.assertIn("sits\nin the menu\n", shown)
        self.assertNotIn("\u202e", shown)
        act = ("feedback", "act", "1", "--data", folder)
        self.refused(run(*act, "--as", "duty-communications"), 2, "--outcome done")
        self.refused(run(*act, "--outcome", "lost", "--as", "duty-communications"), 2, "--outcome done")
        self.refused(run(*act, "--outcome", "done", "--as", "approver"), 1, "duty-communications")
        self.refused(run("feedback", "act", "7", "--outcome", "done", "--as", "duty-communications", "--data", folder), 2,
                     "There is no feedback 7")
        self.refused(run(*act, "--outcome", "done", "--note", "two\nlines", "--as", "duty-communications"), 1, "one line")
        done = run(*act, "--outcome", "may-be-a-report", "--note", "told the desk", "--as", "duty-communications")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no report has been made of it", done.stdout)
        row = json.loads(run("feedback", "show", "1", "--json", "--data", folder).stdout)
        self.assertEqual((row["outcome"], row["note"], row["page"]), ("may-be-a-report", "told the desk", "/news"))
        self.assertEqual([row], json.loads(run("feedback", "list", "--json", "--data", folder).stdout))
        audit = run("audit", "list", "--data", folder).stdout
        self.assertIn("feedback 1: may-be-a-report", audit)
        self.assertNotIn("quagga", audit)
        self.assertNotIn("told the desk", audit)

    def test_the_worker_deletes_it_after_90_days(self):
        folder = self.installation()
        with Server(folder):
            pass
        with sqlite3.connect(os.path.join(folder, "candour.db")) as db:
            for days in (0, 89, 90, 91, 200):
                db.execute("INSERT INTO feedback (day, once, words) VALUES (date('now', ?), ?, ?)",
                           (f"-{days} days", str(days), f"{days} days"))
        with Server(folder) as server:
            # A day has gone by only in one of the two zones for a part of the night.
            wait_for(lambda: not {"91 days", "200 days"} & {row[0] for row in self.rows(folder, "words")}, "the sweep")
            left = {row[0] for row in self.rows(folder, "words")}
            self.assertTrue({"0 days", "89 days"} <= left, left)
            wait_for(lambda: "worker.feedback_deleted" in server.logged(), "a word about it")

    def test_the_banner_is_a_setting_and_the_foot_keeps_its_link(self):
        folder = self.installation()
        with Server(folder) as server:
            self.assertIn(">Beta<", Visitor(server).ask("/"))
        with open(os.path.join(folder, "candour.yaml"), "w", encoding="utf-8") as f:
            f.write("site:\n  phase: none\n")
        with Server(folder) as server:
            page = Visitor(server).ask("/")
            self.assertNotIn(">Beta<", page)
            self.assertIn('<a class="govuk-footer__link" href="/feedback">', page)
