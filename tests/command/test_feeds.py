"""Feeds: what is told to programs that ask again. The words are those of the pages, and nothing that a page hides."""
import html
import json
import os
import re
import socket
import sqlite3
import time
import zlib

from common import Case, ROOT, Server, get, run
from desk import Desk
from feeds import good, good_json, json_faults, read, validate


def ask(port, path, *fields):
    """(status, fields, body) of one request, with header lines of its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=40) as s:
        s.sendall("\r\n".join([f"GET {path} HTTP/1.1", f"Host: localhost:{port}", "Connection: close", *fields, "", ""]).encode())
        data = b""
        while piece := s.recv(65536):
            data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(lines[0].split()[1]), {n.lower(): v for n, v in (line.split(": ", 1) for line in lines[1:])}, body


class Empty(Case):
    def test_an_empty_register_is_a_whole_feed(self):
        with Server(self.installation()) as server:
            feed = good(self, get(server.port, "/corrections.atom")[1])
            self.assertEqual((feed["entries"], feed["updated"]), ([], "1970-01-01T00:00:00Z"))


class Feeds(Desk):
    def feed(self, server, path):
        code, body = get(server.port, path)
        self.assertEqual(code, 200, path)
        return good(self, body)

    # -- the register --

    def test_the_register_as_a_feed_says_what_the_page_says(self):
        with Server(self.folder) as server:
            feed = self.feed(server, "/corrections.atom")
            self.assertEqual(feed["author"], "Midshire Police")
            self.assertEqual(feed["id"], f"http://localhost:{server.port}/corrections.atom")
            self.assertEqual(feed["links"]["self"], f"http://localhost:{server.port}/corrections.atom")
            self.assertEqual(feed["links"]["alternate"], f"http://localhost:{server.port}/corrections")
            rows = json.loads(get(server.port, "/corrections.json")[1])
            self.assertEqual([entry["term"] for entry in feed["entries"]], [row["kind"] for row in rows])
            self.assertEqual([entry["published"] for entry in feed["entries"]], [row["time"] for row in rows])
            page = get(server.port, "/corrections")[1]
            for entry, row in zip(feed["entries"], rows):
                self.assertIn(row["title"] or "This post has ended", entry["title"])
                self.assertEqual(entry["links"]["alternate"],
                                 f"http://localhost:{server.port}{row['address'] or '/corrections'}")
                for line in re.findall(r"<p>([^<]+)</p>", entry["content"]):
                    self.assertIn(line, page)
            self.assertEqual(feed["updated"], max(entry["updated"] for entry in feed["entries"]))
            self.assertIn('<link rel="alternate" type="application/atom+xml" href="/corrections.atom">', page)
            self.assertRegex(page, r'<a class="govuk-link" type="application/atom\+xml" href="/corrections.atom">')

    def test_names_of_entries_are_tags_that_stay_and_hold_no_word_of_a_post(self):
        with Server(self.folder) as server:
            before = self.feed(server, "/corrections.atom")
            self.publish("lamp-in-the-lane", "The lamp in the lane")
            self.act("withdraw", "lamp-in-the-lane", "--reason", "error: it is in the street", by="duty-communications")
            after = self.feed(server, "/corrections.atom")
            self.assertEqual([e["id"] for e in after["entries"][1:]], [e["id"] for e in before["entries"]])
            for entry in after["entries"]:
                self.assertRegex(entry["id"], r"\Atag:localhost,\d{4}-\d\d-\d\d:corrections/\d+\Z")
            self.assertEqual(len({e["id"] for e in after["entries"]}), len(after["entries"]))

    def test_a_ground_that_hides_leaves_kind_day_and_ground_in_the_feed(self):
        self.publish("secret-lane", "A secret of the lane", more='promises:\n  - { what: "mend the lane", owner: approver, '
                     'due: 2030-01-15 }\n')
        with Server(self.folder) as server:
            shown = self.feed(server, "/corrections.atom")["entries"][0]
            self.assertIn("mend the lane", shown["content"])
            time.sleep(1.1)     # times of a feed are whole seconds
            self.act("withdraw", "secret-lane", "--reason", "court-order", by="duty-communications")
            for path in ("/corrections.atom", "/corrections.atom?kind=withdrawal", "/corrections.atom?kind=promise"):
                text = get(server.port, path)[1]
                good(self, text)
                for word in ("secret", "mend", "approver"):
                    self.assertNotIn(word, text.lower().replace("/support", ""), path)
            withdrawal, promise, *_ = self.feed(server, "/corrections.atom")["entries"]
            self.assertEqual(withdrawal["title"], "Withdrawal: This post was withdrawn")
            self.assertRegex(withdrawal["content"],
                             r"\A<p>Withdrawal – \d+ \w+ \d{4} at [^<]+</p><p>Ground: the order of a court.</p>\Z")
            self.assertEqual(withdrawal["links"]["alternate"], f"http://localhost:{server.port}/corrections")
            self.assertEqual(promise["id"], shown["id"])
            self.assertGreater(promise["updated"], shown["updated"], "a reader that keeps old words must hear of it")

    def test_the_feed_is_chosen_by_kind_and_month_as_the_list_is(self):
        with Server(self.folder) as server:
            for query in ("", "?kind=withdrawal", "?kind=promise", "?month=2025-10", "?kind=withdrawal&month=2025-10",
                          "?kind=kept", "?kind=withdrawal&month=2025-11"):
                feed = self.feed(server, "/corrections.atom" + query)
                rows = json.loads(get(server.port, "/corrections.json" + query)[1])
                self.assertEqual([(e["term"], e["published"]) for e in feed["entries"]],
                                 [(row["kind"], row["time"]) for row in rows], query)
                self.assertEqual(feed["id"], f"http://localhost:{server.port}/corrections.atom{query}")
            for wrong in ("kind=nothing", "month=2025-13", "month=0000-01", "after=x", "after=1.2.3"):
                self.assertEqual(get(server.port, "/corrections.atom?" + wrong)[0], 404, wrong)
            page = get(server.port, "/corrections?kind=promise&month=2025-10")[1]
            self.assertIn('href="/corrections.atom?kind=promise&amp;month=2025-10"', page)

    def test_more_than_a_hundred_entries_come_a_page_at_a_time_and_all_of_them(self):
        promises = "\n".join(f'  - {{ what: "do thing {n}", owner: approver, due: 2030-01-15 }}' for n in range(50))
        for n in range(3):
            self.publish(f"many-{n}", f"Many things {n}", more=f"promises:\n{promises}\n")
        with Server(self.folder) as server:
            path, seen, pages = "/corrections.atom", [], 0
            while path:
                feed = self.feed(server, path)
                seen += [e["id"] for e in feed["entries"]]
                pages += 1
                self.assertLessEqual(len(feed["entries"]), 100)
                self.assertEqual("first" in feed["links"], pages > 1)
                self.assertEqual(feed["id"], f"http://localhost:{server.port}/corrections.atom")
                path = feed["links"].get("next", "").replace(f"http://localhost:{server.port}", "")
            rows = json.loads(get(server.port, "/corrections.json")[1])
            self.assertEqual((len(seen), len(set(seen)), pages), (len(rows), len(rows), 2))

    def test_a_feed_is_cached_compressed_and_told_apart_as_pages_are(self):
        with Server(self.folder) as server:
            code, head, body = ask(server.port, "/corrections.atom", "Accept-Encoding: gzip")
            self.assertEqual((code, head["content-type"], head["content-encoding"]), (200, "application/atom+xml", "gzip"))
            good(self, zlib.decompress(body, 31).decode())
            code, again, body = ask(server.port, "/corrections.atom", "Accept-Encoding: gzip", f"If-None-Match: {head['etag']}")
            self.assertEqual((code, body, again["etag"]), (304, b"", head["etag"]))
            self.publish("tag", "The tag of the feed changes", more='promises:\n  - { what: "do", owner: approver, due: '
                         '2030-01-15 }\n')
            code, changed, _ = ask(server.port, "/corrections.atom", "Accept-Encoding: gzip", f"If-None-Match: {head['etag']}")
            self.assertEqual(code, 200)
            self.assertNotEqual(changed["etag"], head["etag"])

    def test_markup_in_a_title_is_text_to_a_feed_reader(self):
        title = "<b>Bold</b> & <script>alert(1)</script> ]]> é"
        self.publish("marks", title)
        self.act("withdraw", "marks", "--reason", "error: <i>wrong</i> & gone", by="duty-communications")
        with Server(self.folder) as server:
            text = get(server.port, "/corrections.atom?kind=withdrawal")[1]
            self.assertEqual(validate(text), "")
            self.assertNotIn("<script", text)
            entry = read(text)["entries"][0]
            self.assertIn("&lt;script&gt;", text)
            self.assertIn("<p>&lt;i&gt;wrong&lt;/i&gt; &amp; gone</p>", entry["content"])


    # -- posts --

    def entry(self, server, title):
        found = [e for e in self.feed(server, "/news.atom")["entries"] if title in e["title"]]
        self.assertEqual(len(found), 1, title)
        return found[0]

    def test_the_feed_of_posts_has_what_the_list_has_newest_first(self):
        with Server(self.folder) as server:
            feed = self.feed(server, "/news.atom")
            self.assertEqual((feed["title"], feed["author"]), ("News – Midshire Police", "Midshire Police"))
            self.assertEqual(feed["links"]["alternate"], f"http://localhost:{server.port}/news")
            page = get(server.port, "/news")[1]
            listed = re.findall(r'<h2 class="govuk-heading-s[^>]*><a class="govuk-link" href="([^"]+)"', page)
            live = [e for e in feed["entries"] if "Withdrawn: " not in e["title"] and e["title"] != "This post has ended"]
            self.assertEqual([e["links"]["alternate"] for e in live], [f"http://localhost:{server.port}{a}" for a in listed])
            self.assertEqual([e["published"] for e in feed["entries"]],
                             sorted((e["published"] for e in feed["entries"]), reverse=True))
            for entry in feed["entries"]:
                self.assertRegex(entry["id"], r"\Atag:localhost,\d{4}-\d\d-\d\d:news/\d+\Z")
            for path in ("/", "/news", "/report"):
                self.assertIn('<link rel="alternate" type="application/atom+xml" href="/news.atom">', get(server.port, path)[1])
            self.assertRegex(page, r'<a class="govuk-link" type="application/atom\+xml" href="/news.atom">')

    def test_title_and_text_of_a_feed_begin_with_the_label(self):
        stock = "Stock image. The person shown has nothing to do with this story."
        self.publish("sam", "Sam says no", body="> No & never.\n\nSam [reports](/report).",
                     more='people:\n  - { as_written: "Sam", kind: fictitious }\n' + self.image("stock"))
        with Server(self.folder) as server:
            entry = self.entry(server, "Sam says no")
            self.assertEqual(entry["title"], f"Name and story made up to illustrate. {stock} Sam says no")
            self.assertTrue(entry["content"].startswith(
                f"<p><strong>Name and story made up to illustrate.</strong></p><p><strong>{stock}</strong></p>"), entry["content"])
            self.assertIn("No &amp; never.", entry["content"])
            self.assertIn(f'href="http://localhost:{server.port}/report"', entry["content"], "addresses are the site's")
            self.assertNotIn("<img", entry["content"], "the picture carries no label yet")
            raw = get(server.port, "/news.atom")[1]
            self.assertNotIn("<strong>", raw, "markup of a text is escaped")

    def test_a_corrected_post_is_updated_and_ends_with_what_was_wrong(self):
        self.publish("lamp", "The lamp is red", body="The lamp is red.")
        with Server(self.folder) as server:
            before = self.entry(server, "The lamp is red")
            self.assertEqual(before["updated"], before["published"])
            time.sleep(1.1)
            self.correct("lamp", "The lamp is green", "It is green & new.", body="The lamp is green.")
            after = self.entry(server, "The lamp is green")
            self.assertEqual((after["id"], after["published"]), (before["id"], before["published"]))
            self.assertGreater(after["updated"], before["updated"])
            self.assertTrue(after["content"].endswith(
                "<p>Something that it said was wrong. It is green &amp; new.</p>"), after["content"])
            self.assertNotIn("red", after["content"])
            self.assertEqual(self.feed(server, "/news.atom")["updated"], after["updated"])

    def test_what_a_correction_erases_leaves_both_feeds_and_both_tell_of_it(self):
        promise = 'promises:\n  - { what: "mend the %s lamp", owner: approver, due: 2030-01-15 }\n'
        self.publish("lane", "The crimson lamp of Alex", body="Alex has a lamp.", more=promise % "crimson")
        with Server(self.folder) as server:
            news = self.entry(server, "The crimson lamp of Alex")
            before = {e["id"]: e for e in self.feed(server, "/corrections.atom")["entries"]}
            time.sleep(1.1)
            self.bring("lane", "Somebody has a lamp", body="There is a lamp.", more=promise % "plain")
            self.act("correct", "lane", "--kind", "factual", "--ground", "personal-data", by="duty-communications")
            for path in ("/news.atom", "/corrections.atom"):
                text = get(server.port, path)[1]
                good(self, text)
                for word in ("Alex", "alex", "crimson"):
                    self.assertNotIn(word, text, path)
            after = self.entry(server, "Somebody has a lamp")
            self.assertEqual(after["id"], news["id"])
            self.assertGreater(after["updated"], news["updated"])
            self.assertTrue(after["content"].endswith("<p>Ground: it held personal data.</p>"), after["content"])
            for entry in self.feed(server, "/corrections.atom")["entries"]:
                old = before.get(entry["id"])
                if old and old["content"] != entry["content"]:
                    self.assertGreater(entry["updated"], old["updated"], entry)

    def test_a_withdrawn_post_becomes_its_withdrawal(self):
        self.publish("yes", "Sam says yes", body="Certainly.", more='people:\n  - { as_written: "Sam", kind: fictitious }\n')
        with Server(self.folder) as server:
            before = self.entry(server, "Sam says yes")
            time.sleep(1.1)
            self.act("withdraw", "yes", "--reason", "error: Sam said no & left", by="duty-communications")
            after = self.entry(server, "Sam says yes")
            self.assertEqual(after["id"], before["id"])
            self.assertGreater(after["updated"], before["updated"])
            self.assertEqual(after["title"], "Withdrawn: Name and story made up to illustrate. Sam says yes")
            self.assertRegex(after["content"], r"\A<p><strong>Withdrawn \d+ [^<]+</strong></p><p>Sam said no &amp; left</p>")
            self.assertNotIn("Certainly", after["content"])
            self.act("restore", "yes", "--reason", "She did say yes.", by="duty-communications")
            again = self.entry(server, "Sam says yes")
            self.assertIn("Certainly", again["content"])
            self.assertNotIn("Withdrawn", again["title"])

    def test_what_is_gone_or_over_has_its_name_and_no_word_in_the_feed(self):
        self.publish("gone", "The secret of Rook Lane", body="Nobody may know.")
        self.publish("over", "The fair of Rook Lane", body="It is on Sunday.")
        with Server(self.folder) as server:
            before = {self.entry(server, title)["id"] for title in ("The secret", "The fair")}
            self.act("withdraw", "gone", "--reason", "personal-data", by="duty-communications")
            self.act("end", "over", "--reason", "event-over", by="duty-communications")
            text = get(server.port, "/news.atom")[1]
            for word in ("Rook Lane", "rook-lane", "secret", "Sunday", "Nobody may"):
                self.assertNotIn(word, text)
            entries = [e for e in good(self, text)["entries"] if e["id"] in before]
            self.assertEqual({e["title"] for e in entries}, {"This post was withdrawn", "This post has ended"})
            self.assertIn("Ground: it held personal data.", "".join(e["content"] for e in entries))
            self.assertIn("It has taken place.", "".join(e["content"] for e in entries))
            self.assertEqual([e["term"] for e in entries], [None, None])

    def test_a_copy_of_a_post_made_elsewhere_says_so_in_the_feed(self):
        self.elsewhere("copy", "Max, 44", body="> They shouted at me.\n\nMax, 44, Hartley")
        with Server(self.folder) as server:
            entry = self.entry(server, "Max, 44")
            self.assertEqual(entry["title"], "Copy of a post made elsewhere: Max, 44")
            self.assertTrue(entry["content"].startswith("<p><strong>This is a copy of a post that was made elsewhere</strong></p>"))

    def test_an_old_post_that_was_withdrawn_is_in_the_feed_and_no_more_than_fifty_are(self):
        with Server(self.folder) as server:
            first = self.feed(server, "/news.atom")["entries"][-1]
            self.assertIn("When somebody you do not know", first["title"])
        paths = [self.file(f"many-{n}", f"Many posts {n}") for n in range(55)]
        self.act("import", *paths, "--submit", by="press-officer-1")
        for n in range(55):
            self.act("approve", f"many-{n}", by="approver")
            self.act("publish", f"many-{n}", by="duty-communications")
        with Server(self.folder) as server:
            entries = self.feed(server, "/news.atom")["entries"]
            self.assertEqual(len(entries), 50)
            self.assertTrue(all(entry["title"].startswith("Many posts") for entry in entries))
            self.act("withdraw", "02-doorstep-callers", "--reason", "error: not on Monday", by="duty-communications")
            entries = self.feed(server, "/news.atom")["entries"]
            self.assertEqual((len(entries), entries[-1]["id"]), (50, first["id"]))
            self.assertTrue(entries[-1]["title"].startswith("Withdrawn: "))

    def test_texts_that_are_too_long_for_a_feed_are_left_to_their_pages(self):
        many = "a\n\n" * 10000         # ten times as long as markup
        for n, body in enumerate(["Words of a long post. " * 5500] * 3 + [many, many, "The short one."]):
            self.publish(f"long-{n}", f"Long post {n}", body=body)
        with Server(self.folder) as server:
            text = get(server.port, "/news.atom")[1]
            self.assertLess(len(text), 2_000_000)
            entries = {e["title"]: e["content"] for e in good(self, text)["entries"]}
            self.assertIn("The short one.", entries["Long post 5"])
            self.assertGreater(len(entries["Long post 4"]), 50_000)
            bikes = next(words for title, words in entries.items() if "Free bike marking" in title)
            self.assertIn("Bring your bike", bikes, "what is short still comes")
            self.assertGreater(len(entries["Long post 2"]), 100_000)
            for n in (0, 1, 3):
                self.assertEqual(entries[f"Long post {n}"], "<p>The text is too long for a feed. Its page shows it.</p>")

    def test_the_reading_of_a_feed_costs_no_more_with_more_posts(self):
        with open(os.path.join(ROOT, "src", "posts", "feed.sql"), encoding="utf-8") as f:
            text = f.read()
        for name, values, index in (("feed_newest", (50,), "SCAN post_public USING COVERING INDEX post_public_news"),
                                    ("feed_kind", ("event", 50), "SEARCH post_public USING COVERING INDEX post_public_kind (kind=?)")):
            statement = re.sub(r"\$(\d)", r"?\1", re.search(rf"-- name: {name} :many.*?\n(SELECT.*?);", text, re.S)[1])
            with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
                plan = [row[3] for row in db.execute("EXPLAIN QUERY PLAN " + statement, values)]
            self.assertEqual(plan, [index], "an index that ends at the LIMIT, and nothing sorted")

    def test_what_acts_keep_of_the_newest_news_is_what_a_database_of_before_is_given(self):
        self.publish("lamp", "The lamp is red", more='promises:\n  - { what: "mend it", owner: approver, due: 2030-01-15 }\n')
        self.publish("fair", "The fair", kind="event")
        self.act("withdraw", "lamp", "--reason", "error: it is green", by="duty-communications")
        self.act("restore", "lamp", "--reason", "It is red after all.", by="duty-communications")
        self.correct("lamp", "The lamp is green", "It is green.", kind="advice")
        self.act("end", "fair", "--reason", "event-over", by="duty-communications")
        with open(os.path.join(ROOT, "src", "posts", "schema", "0013_news.sql"), encoding="utf-8") as f:
            given = re.search(r"^UPDATE post_public\n.*?;", f.read(), re.M | re.S)[0]
        with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
            kept = db.execute("SELECT post, kind, news FROM post_public ORDER BY post").fetchall()
            db.execute("UPDATE post_public SET kind = '', news = 0")
            db.execute(given)
            self.assertEqual(db.execute("SELECT post, kind, news FROM post_public ORDER BY post").fetchall(), kept)
            db.rollback()
        self.assertGreater(min(news for _, _, news in kept), 0)
        self.assertTrue({"advice", "event"} <= {kind for _, kind, _ in kept[-2:]})

    def test_markup_and_forbidden_characters_do_not_reach_a_feed_as_such(self):
        self.publish("marks", "<b>x</b> ]]> & 'y'", body="a < b & \ufffe\uffff <c@midshire.police.uk>")
        with Server(self.folder) as server:
            text = get(server.port, "/news.atom")[1]
            good(self, text)
            self.assertNotRegex(text, "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
            self.assertIn("<title>&lt;b&gt;x&lt;/b&gt; ]]&gt; &amp; &#39;y&#39;</title>", text)

    # -- as JSON, by kind and by campaign --

    def json(self, server, path="/news.json"):
        code, body = get(server.port, path)
        self.assertEqual(code, 200, path)
        return good_json(self, body)

    def same(self, server, query=""):
        """Both feeds tell the same; gives the entries of Atom."""
        atom, feed = self.feed(server, "/news.atom" + query), self.json(server, "/news.json" + query)
        self.assertEqual((feed["title"], feed["home_page_url"]), (atom["title"], atom["links"]["alternate"]))
        self.assertEqual(feed["feed_url"], atom["links"]["self"].replace("/news.atom", "/news.json"))
        self.assertEqual(feed["authors"][0]["name"], atom["author"])
        self.assertEqual([(i["id"], i["url"], i["title"], i["date_published"], i["date_modified"]) for i in feed["items"]],
                         [(e["id"], e["links"]["alternate"], e["title"], e["published"], e["updated"]) for e in atom["entries"]])
        for item, entry in zip(feed["items"], atom["entries"]):
            self.assertEqual(html.unescape(item["content_html"]).strip(), html.unescape(entry["content"]))
            self.assertNotRegex(item["content_html"], r'(href|src)="(?!https?://|mailto:|tel:)', "there is no base in JSON Feed")
            self.assertEqual("tags" in item, entry["term"] is not None)
        return atom["entries"]

    def test_the_json_feed_tells_what_the_atom_feed_tells(self):
        stock = "Stock image. The person shown has nothing to do with this story."
        self.publish("sam", "Sam says <no>", body="> No & never.\n\nSam", more='people:\n  - { as_written: "Sam", kind: fictitious }\n'
                     + self.image("stock"))
        self.publish("lamp", "The lamp is red", body="The lamp is red: [report](/report) it, [or](/) not. ` href=\"/x\"`")
        self.publish("gone", "The secret of Rook Lane", body="Nobody may know.")
        self.publish("over", "The fair of Rook Lane", body="It is on Sunday.")
        with Server(self.folder) as server:
            before = self.same(server)
            item = next(i for i in self.json(server)["items"] if "Sam" in i["title"])
            self.assertEqual(item["title"], f"Name and story made up to illustrate. {stock} Sam says <no>")
            self.assertTrue(item["content_html"].startswith(
                f"<p><strong>Name and story made up to illustrate.</strong></p><p><strong>{stock}</strong></p>"))
            self.correct("lamp", "The lamp is green", "It is green & new.", body="The lamp is green.")
            self.act("withdraw", "sam", "--reason", "error: Sam said yes", by="duty-communications")
            self.act("withdraw", "gone", "--reason", "personal-data", by="duty-communications")
            self.act("end", "over", "--reason", "event-over", by="duty-communications")
            after = self.same(server)
            self.assertEqual([e["id"] for e in after], [e["id"] for e in before])
            text = get(server.port, "/news.json")[1]
            for word in ("Rook Lane", "rook-lane", "secret", "Sunday", "Nobody may", "is red", "& never"):
                self.assertNotIn(word, text)
            items = {i["title"]: i["content_html"] for i in self.json(server)["items"]}
            self.assertIn("It is green &amp; new.", items["The lamp is green"])
            self.assertTrue(any(title.startswith("Withdrawn: Name and story") for title in items))

    def test_feeds_of_a_kind_hold_that_kind_and_keep_what_is_hidden_without_a_word(self):
        self.publish("fair", "The fair of Rook Lane", kind="event", body="On Sunday.")
        self.publish("tip", "Lock the door", kind="advice", body="Twice.")
        with Server(self.folder) as server:
            every = self.same(server)
            for kind in ("awareness", "statement", "appeal", "update", "advice", "event"):
                entries = self.same(server, "?kind=" + kind)
                self.assertEqual([e["id"] for e in entries if e["term"]], [e["id"] for e in every if e["term"] == kind], kind)
                self.assertTrue({e["title"] for e in entries if not e["term"]} <= {"This post has ended", "This post was withdrawn"})
                self.assertTrue(kind in ("appeal",) or entries, kind)
            events = self.feed(server, "/news.atom?kind=event")
            self.assertEqual((events["title"], events["id"]), ("News: Event – Midshire Police",
                                                               f"http://localhost:{server.port}/news.atom?kind=event"))
            self.act("withdraw", "fair", "--reason", "court-order", by="duty-communications")
            after = self.same(server, "?kind=event")
            self.assertEqual([e["id"] for e in after], [e["id"] for e in events["entries"]])
            self.assertEqual((after[0]["title"], after[0]["term"]), ("This post was withdrawn", None))
            for path in ("/news.atom?kind=event", "/news.json?kind=event"):
                self.assertNotIn("Rook", get(server.port, path)[1])
            for wrong in ("kind=nothing", "kind=a%20b", "campaign=nothing", "campaign=%00", "campaign=" + "x" * 500):
                for path in ("/news.atom?", "/news.json?"):
                    self.assertEqual(get(server.port, path + wrong)[0], 404, wrong)

    def test_feeds_of_a_campaign_are_found_by_name_and_slug_and_have_one_name(self):
        self.publish("hands", "Lending a hand", kind="event", body="On Sunday.", more='campaign: "Lamp Week"\n')
        self.publish("lamps", "Lamps", body="They burn.", more="campaign: lamp-week\n")
        done = run("campaign", "set", "lamp-week", "--name", "Lamp Week", "--purpose", "More light.", "--from", "2026-01-01",
                   "--to", "2026-12-31", "--as", "duty-communications", "--data", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        with Server(self.folder) as server:
            entries = self.same(server, "?campaign=lamp-week")
            self.assertEqual([e["title"] for e in entries], ["Lamps", "Lending a hand"])
            self.assertEqual([e["title"] for e in self.same(server, "?kind=event&campaign=lamp-week")], ["Lending a hand"])
            feed = self.feed(server, "/news.atom?campaign=Lamp%20Week")
            self.assertEqual(feed, self.feed(server, "/news.atom?campaign=lamp-week"), "the name stands in its addresses nowhere")
            self.assertEqual(feed["links"]["alternate"], f"http://localhost:{server.port}/campaigns/lamp-week")
            self.assertEqual(self.json(server, "/news.json?kind=event&campaign=lamp-week")["title"], "Lamp Week: Event – Midshire Police")
            page = get(server.port, "/campaigns/lamp-week")[1]
            self.assertIn('<link rel="alternate" type="application/feed+json" title="Lamp Week" href="/news.json?campaign=lamp-week">', page)
            self.bring("hands", "Lending a hand", body="On Monday.", kind="event")
            self.act("correct", "hands", "--kind", "factual", "--reason", "It is on Monday.", by="duty-communications")
            titles = {e["title"]: e["content"] for e in self.same(server, "?campaign=lamp-week")}
            self.assertIn("It is on Monday.", titles["Lending a hand"], "who read it in the campaign hears that it was wrong")

    def test_the_list_of_posts_names_every_feed(self):
        with Server(self.folder) as server:
            page = get(server.port, "/news")[1]
            named = re.findall(r'<link rel="alternate" type="application/(atom\+xml|feed\+json)"(?: title="[^"]+")? href="([^"]+)">', page)
            self.assertEqual(len(named), 14)
            for form, path in named:
                (self.feed if form == "atom+xml" else self.json)(server, path)
            self.assertIn('<a class="govuk-link" type="application/feed+json" href="/news.json">', page)

    def test_the_json_feed_is_cached_and_told_apart_as_pages_are(self):
        with Server(self.folder) as server:
            code, head, body = ask(server.port, "/news.json", "Accept-Encoding: gzip")
            self.assertEqual((code, head["content-type"], head["content-encoding"]), (200, "application/feed+json", "gzip"))
            good_json(self, zlib.decompress(body, 31).decode())
            self.assertEqual(head["cache-control"], "no-cache")
            code, again, body = ask(server.port, "/news.json", "Accept-Encoding: gzip", f"If-None-Match: {head['etag']}")
            self.assertEqual((code, body), (304, b""))
            self.publish("tag", "The tag of the feed changes")
            code, changed, _ = ask(server.port, "/news.json", "Accept-Encoding: gzip", f"If-None-Match: {head['etag']}")
            self.assertEqual((code, changed["etag"] != head["etag"]), (200, True))

    def test_what_json_feed_forbids_is_seen(self):
        whole = {"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [{"id": "1", "content_html": "<p>x</p>"}]}
        self.assertEqual(json_faults(json.dumps(whole))[1], [])
        for change in ({"version": "1.1"}, {"title": 1}, {"items": {}}, {"other": 1}, {"feed_url": "/news.json"},
                       {"items": [{"content_html": "x"}]}, {"items": [{"id": "1"}]}, {"items": [{"id": 1, "content_text": "x"}]},
                       {"items": [{"id": "1", "content_html": "<p>x"}]}, {"items": [whole["items"][0]] * 2},
                       {"items": [{"id": "1", "content_text": "x", "date_published": "2026-01-01"}]},
                       {"authors": {}}, {"authors": [{}]}):
            self.assertNotEqual(json_faults(json.dumps(whole | change))[1], [], change)
        self.assertNotEqual(json_faults('{"title": "a", "title": "b"}')[1], [])
