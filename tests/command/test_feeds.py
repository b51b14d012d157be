"""Feeds: what is told to programs that ask again. The words are those of the pages, and nothing that a page hides."""
import json
import re
import socket
import time
import zlib

from common import Case, Server, get
from desk import Desk
from feeds import good, read, validate

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
                self.assertIn(row["title"], entry["title"])
                self.assertEqual(entry["links"]["alternate"], f"http://localhost:{server.port}{row['address']}")
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

