"""What readers send by mistake or on purpose: a clear page with the way on, nothing lost, nothing written down. A row a test."""
import os
import re
import socket
import sqlite3
import urllib.parse

from common import Server
from desk import Desk
from test_forms import Visitor

MARK = "vwxquagga"
# No letter of the alphabet twice: what is typed may not be found by chance.
MANY = 10 ** 9
CURSOR_AT_NO_PLACE = (str(MANY), "-1", "0", "9" * 40, f"{MANY}.{MANY}", "1.x", "%00", "%FF", "%C0%AF", "%E2%80%AE1", "x" * 3000,
                      "' OR 1=1 --", "../../etc/passwd")


class Row(Desk):
    """A server that says as much as it can, and the looking for what was typed in all that it says and keeps."""

    def setUp(self):
        super().setUp()
        with open(os.path.join(self.folder, "candour.yaml"), "a", encoding="utf-8") as f:
            f.write("\nserver:\n  log: debug\n")
        self.server = Server(self.folder).__enter__()
        self.addCleanup(self.server.__exit__)
        self.visitor = Visitor(self.server)

    def raw(self, data):
        """(status, head, body) of what no browser sends."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=40) as s:
            s.sendall(data)
            answer = b""
            while piece := s.recv(65536):
                answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode("latin-1"), body.decode()

    def asked(self, target, method="GET", more="", body=b""):
        head = f"{method} {target} HTTP/1.1\r\nHost: localhost:{self.server.port}\r\n{more}Connection: close\r\n"
        if body or method == "POST":
            head += f"Content-Length: {len(body)}\r\n"
        return self.raw(head.encode("utf-8", "surrogateescape") + b"\r\n" + body)

    def has(self, words, page):
        if words not in page:
            self.fail(f"{words[:200]!r} is not on the page {re.search('<title>.*?</title>', page)[0]}")

    def clear(self, page):
        """A whole page with the way on: the button, who to call, the ways to report, who helps, the search."""
        self.assertTrue(page.rstrip().endswith("</html>"), page[-200:])
        for words in ("<h1", "govuk-js-exit-this-page-button", 'href="/exit"', "999", "101", 'href="/report"', 'href="/support"'):
            self.has(words, page)
        self.assertTrue('href="/search"' in page or 'action="/search"' in page)
        self.assertIsNone(re.search(r"\(null\)|SQL|0x[0-9a-f]{6}|src/|errno", page))

    def places(self, mark):
        """Where it stands: standard output, standard error, and every file of the data folder."""
        found = []
        texts = {"stdout": "".join(self.server.said), "stderr": self.server.logged()}
        for root, _, names in os.walk(os.path.dirname(self.folder)):
            for name in names:
                with open(os.path.join(root, name), "rb") as f:
                    texts[name] = f.read().decode("latin-1")
        shapes = {mark.lower(), "".join(f"%{ord(c):02x}" for c in mark.lower()), mark.lower().encode().hex()}
        for place, text in texts.items():
            if any(shape in text.lower() for shape in shapes):
                found.append(place)
        return found

    def nowhere(self, mark=MARK):
        # What is kept is found in the same way: the looking itself works, in a file and in the log.
        if not self.places("zyxokapi"):
            self.visitor.ask("/feedback", {**self.visitor.form(), "words": "zyxokapi"})
        self.assertTrue(any("candour.db" in place for place in self.places("zyxokapi")))
        self.assertIn("stderr", self.places("serve.listening"))
        self.assertEqual(self.places(mark), [])
        self.assertNotIn("level=error", self.server.logged())

    def kept(self):
        with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
            rows = [words for (words,) in db.execute("SELECT words FROM feedback ORDER BY id")]
        db.close()
        return rows

    def typed_again(self, page):
        return re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.S)[1]


class PagesOfLists(Row):
    def test_a_page_number_of_a_thousand_million_on_every_list(self):
        self.publish("lamps", "The lamps")
        campaign = re.search(r'href="(/campaigns/[^"/]+)"', self.visitor.ask("/campaigns"))[1]
        lists = ("/news?after=", "/withdrawn?after=", "/corrections?after=", "/corrections?kind=withdrawal&after=", "/search?q=lamps&after=",
                 f"{campaign}?after=", f"{campaign}?acts=")
        for where in lists:
            for cursor in CURSOR_AT_NO_PLACE:
                status, head, page = self.asked(where + cursor.replace(" ", "%20"))
                with self.subTest(where=where, cursor=cursor[:20]):
                    self.assertIn(status, (200, 400, 404), page[:300])
                    self.clear(page)
        for where in ("/sitemap.xml?part=", "/corrections.atom?after=", "/corrections.json?after=", "/corrections.csv?after=",
                      "/corrections?month=", "/corrections?kind=", "/support?for=", "/support?need=", "/news.atom?kind=",
                      "/news.json?campaign="):
            status, head, page = self.asked(where + str(MANY))
            with self.subTest(where=where):
                self.assertEqual(status, 404)
                self.assertIn("text/html", head)
                self.clear(page)
        # Names that nobody declared say nothing: the page is the first one.
        for where in ("/news", "/corrections", campaign):
            self.assertEqual(self.visitor.ask(where), self.visitor.ask(f"{where}?page={MANY}&p=-1"))
        self.nowhere(str(MANY))


class Searches(Row):
    def test_a_search_of_ten_thousand_characters(self):
        typed = MARK + "x" * 10_000
        status, _, page = self.asked("/search?q=" + typed)
        self.assertEqual(status, 414)
        self.clear(page)
        self.has('action="/search"', page)
        self.has("use fewer words", page)
        # What a browser lets somebody type into the field is answered by the page itself, with what was typed.
        most = int(re.search(r'name="q" type="search" maxlength="(\d+)"', self.visitor.ask("/search"))[1])
        for letter in ("x", "é", "語", "😀"):
            typed = MARK + letter * ((most - len(MARK)) // len(letter.encode("utf-16-le")) * 2)
            page = self.visitor.ask("/search?q=" + urllib.parse.quote(typed))
            self.assertIn(self.visitor.status, (200, 400))
            self.has(f'value="{typed}"', page)
            self.clear(page)
        self.assertEqual(self.visitor.ask("/search?q=" + "x" * 201).count("at most 200 characters"), 2)
        self.nowhere()

    def test_a_search_of_control_bytes_and_of_bytes_that_are_no_text(self):
        for bad in ("%00", "%01%02%07%08%0A%0D%1B", "%7F", "%FF", "%FE%FF", "%C0%AF", "%E0%80%AF", "%F0%80%80%AF", "%ED%A0%80",
                    "%F4%90%80%80", "%F8%88%80%80%80", "%C3", "%", "%zz", "%4"):
            for typed in (MARK + bad, bad + MARK, bad):
                status, _, page = self.asked("/search?q=" + typed)
                with self.subTest(typed=typed):
                    self.assertEqual(status, 400)
                    # "%" without two digits no browser sends: the address as a whole is refused.
                    if bad in ("%", "%zz", "%4"):
                        self.has("We could not read that request", page)
                    else:
                        self.has("<title>Error: ", page)
                        self.assertEqual(page.count("could not be read"), 2)
                    self.clear(page)
                    self.assertIsNone(re.search("[\x00-\x08\x0b-\x1f\x7f]", page))
        # As bytes in the address, not written as "%": refused before anything is looked for.
        for bad in (b"\x00", b"\x01", b"\xff", b"\xc0\xaf"):
            status, _, page = self.raw(b"GET /search?q=" + MARK.encode() + bad + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            self.assertEqual(status, 400)
            self.clear(page)
        self.nowhere()

    def test_a_search_with_letters_that_nobody_sees_or_that_turn_the_line_round(self):
        self.publish("lamps", "Café lamps")
        for typed, found in (("\u202elamps", True), ("la\u200bmps", False), ("lamps\u200f", True), ("cafe\u0301 lamps", True),
                             ("lamps\u2066", True), ("\u202e" * 50, False), ("e" + "\u0301" * 150, False), ("\u200d\u200d", False),
                             ("<b>lamps</b>\"'&", False), ("\ufeff", False), ("{{lamps}} ${lamps} %lamps", True)):
            page = self.visitor.ask("/search?q=" + urllib.parse.quote(typed))
            with self.subTest(typed=typed[:20]):
                self.assertEqual(self.visitor.status, 200)
                self.clear(page)
                if found:
                    self.has("<mark>", page)
                self.assertFalse("<b>lamps" in page)
        self.nowhere("cafe\u0301 lamps")

    def test_a_parameter_that_comes_twice(self):
        for where, status in (("/search?q=a&q=b", 400), ("/news?after=1&after=2", 404), ("/corrections?kind=withdrawal&kind=kept", 404),
                              ("/support?for=race&for=religion", 404), ("/search?q=" + MARK + "&q=" + MARK, 400),
                              ("/news?x=1&x=2&x=3", 200), ("/news?" + "&" * 500, 200), ("/news?" + "=&" * 500, 200),
                              ("/news?" + "&".join(f"a{i}=1" for i in range(300)), 200)):
            seen, _, page = self.asked(where)
            with self.subTest(where=where[:40]):
                self.assertEqual(seen, status)
                self.clear(page)
        self.nowhere()


class FeedbackSent(Row):
    def send(self, words, **more):
        return self.visitor.ask("/feedback", {**self.visitor.form(), "words": words, **more})

    def test_a_text_of_a_megabyte(self):
        form = self.visitor.form()
        page = self.visitor.ask("/feedback", {**form, "words": MARK + " x" * (1 << 19)})
        self.assertEqual(self.visitor.status, 413)
        self.clear(page)
        self.has("Nothing was saved", page)
        self.has("Make it shorter", page)
        # As much as a browser lets somebody type comes back whole, with how much is too much, whatever the letters.
        most = int(re.search(r'<textarea[^>]* maxlength="(\d+)"', self.visitor.ask("/feedback"))[1])
        page_most = int(re.search(r'name="page"[^>]* maxlength="(\d+)"', self.visitor.page)[1])
        for letter in ("x", "é", "語", "😀", "\n"):
            units = len(letter.encode("utf-16-le")) // 2
            typed = MARK + letter * ((most - len(MARK)) // units)
            where = letter.strip() * (page_most // units)
            page = self.send(typed.replace("\n", "\r\n"), page=where)
            with self.subTest(letter=letter):
                self.assertEqual(self.visitor.status, 422)
                self.assertEqual(self.typed_again(page).strip("\n"), typed.strip("\n"))
                self.assertEqual(page.count(f"Write at most 2000 characters: take out {len(typed) - 2000}"), 2)
                if where:
                    self.has(f'value="{where}"', page)
                self.clear(page)
        self.nowhere()

    def test_a_form_that_is_sent_twice(self):
        form = self.visitor.form()
        for _ in range(3):
            page = self.visitor.ask("/feedback", {**form, "words": "The menu hides it"})
            self.assertEqual((self.visitor.status, self.visitor.path), (200, "/feedback/sent"))
            self.clear(page)
        self.assertEqual(self.kept(), ["The menu hides it"])

    def test_a_form_from_yesterdays_page(self):
        form = self.visitor.form()
        others = (None, "", "x", "A" * 64, "AAAA" * 16 + "\u202e", form["form-token"][:-1], form["form-token"][:-2] + "AA")
        for token in others:
            late = Visitor(self.server)
            fields = {"once": form["once"], "words": MARK + " & <what> I \"typed\"\nin two lines", "page": "/" + MARK}
            if token is not None:
                fields["form-token"] = token
            page = late.ask("/feedback", fields)
            with self.subTest(token=token):
                self.assertEqual(late.status, 403)
                self.has("<title>Error: ", page)
                self.assertEqual(page.count("This page was open too long"), 2)
                self.assertEqual(self.typed_again(page), MARK + " &amp; &lt;what&gt; I &quot;typed&quot;\nin two lines")
                self.has(f'value="/{MARK}"', page)
                self.clear(page)
        self.assertEqual(self.kept(), [])
        self.nowhere()
        again = {name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("form-token", "once")}
        late.ask("/feedback", {**again, "words": "sent at once"})
        self.assertEqual((late.path, self.kept()[-1]), ("/feedback/sent", "sent at once"))

    def test_bytes_that_are_no_text(self):
        form = urllib.parse.urlencode(self.visitor.form())
        cookie = self.visitor.head["Set-Cookie"].split(";")[0]
        for bad in ("%00", "%FF", "%C0%AF", "%ED%A0%80", "%", "%zz"):
            status, _, page = self.asked("/feedback", "POST", f"Cookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
                                         f"{form}&words={MARK}{bad}".encode())
            with self.subTest(bad=bad):
                self.assertIn(status, (400, 403, 422))
                self.clear(page)
        self.assertEqual(self.kept(), [])
        self.nowhere()

    def test_letters_that_nobody_sees_or_that_turn_the_line_round_are_kept_as_they_were_typed(self):
        typed = ["right \u202e to left", "nothing\u200bbetween", "e\u0301\u0301\u0301\u0301", "\u200fשלום", "family 👩\u200d👩\u200d👧", "<script>x</script>"]
        for words in typed:
            page = self.send(words)
            self.assertEqual((self.visitor.status, self.visitor.path), (200, "/feedback/sent"), words)
            self.clear(page)
        self.assertEqual(self.kept(), typed)
        for words in ("\u200b", "\u202e\u200f", "\ufeff \u2060"):
            page = self.send(words)
            self.assertEqual(self.visitor.status, 422)
            self.assertEqual(page.count("Enter what you want to tell us"), 2)
        for words in ("bell \x07 " + MARK, MARK + "\x1b[31m", MARK + "\x7f"):
            page = self.send(words)
            self.assertEqual(self.visitor.status, 422)
            self.assertIn(MARK, self.typed_again(page))
            self.assertIsNone(re.search("[\x07\x1b\x7f]", page))
        self.assertEqual(self.kept(), typed)
        self.nowhere()

    def test_fields_that_no_form_of_ours_has(self):
        for fields in ({"more": MARK}, {"words": MARK, "once": "x"}, {"words": MARK, "once": MARK * 9}):
            page = self.visitor.ask("/feedback", {**self.visitor.form(), **fields})
            self.assertEqual(self.visitor.status, 400)
            self.clear(page)
        twice = urllib.parse.urlencode(self.visitor.form()) + f"&words={MARK}&words={MARK}"
        for data, head in ((twice.encode(), {}), (b"words=" + MARK.encode(), {"Content-Type": "text/plain"}),
                           (b'{"words":"' + MARK.encode() + b'"}', {"Content-Type": "application/json"}), (b"", {})):
            page = self.visitor.ask("/feedback", data, head)
            self.assertIn(self.visitor.status, (400, 403, 422))
            self.clear(page)
        self.assertEqual(self.kept(), [])
        self.nowhere()


class Heads(Row):
    def test_a_cookie_of_garbage_is_no_cookie(self):
        good = {path: self.visitor.ask(path) for path in ("/", "/news", "/report", "/support", "/no-such-page")}
        for cookie in (MARK, "=", ";;;;", "candour-session=" + MARK, "candour-form=" + MARK, "candour-session=", "candour-form=" + "A" * 3000,
                       "candour-session=\xff\xfe", "__Host-candour-session=" + MARK, "candour-form=a; candour-form=b",
                       "a=b; " * 400, "candour-session=%00%ff", '$Version="1"; candour-form="' + MARK + '"'):
            for path, page in good.items():
                status, _, seen = self.asked(path, more=f"Cookie: {cookie}\r\n")
                with self.subTest(cookie=cookie[:30], path=path):
                    self.assertEqual((status, seen), (404 if path == "/no-such-page" else 200, page))
            status, head, page = self.asked("/feedback", more=f"Cookie: {cookie}\r\n")
            self.assertEqual(status, 200)
            self.assertIn("candour-form=", head)
            self.clear(page)
        self.nowhere()

    def test_a_language_that_is_not_there(self):
        page = self.visitor.ask("/news")
        self.has('<html lang="en"', page)
        for language in ("xx", "cy", "*", "xx-XX;q=1, en;q=0", MARK, "en;q=x", "," * 500, "\xff"):
            status, head, seen = self.asked("/news", more=f"Accept-Language: {language}\r\n")
            self.assertEqual((status, seen), (200, page), language)
        for query in ("?lang=xx", "?lang=cy", "?hl=" + MARK):
            self.assertEqual((self.visitor.ask("/news" + query), self.visitor.status), (page, 200))
        for path in ("/xx/news", "/cy/news", "/cy", "/en/news"):
            seen = self.visitor.ask(path)
            self.assertEqual(self.visitor.status, 404)
            self.clear(seen)
        self.nowhere()

    def test_a_method_that_the_address_does_not_take(self):
        for method, path, allowed in (("POST", "/", "GET, HEAD"), ("POST", "/news", "GET, HEAD"), ("POST", "/search", "GET, HEAD"),
                                      ("POST", "/feedback/sent", "GET, HEAD"), ("POST", "/exit", "GET, HEAD"), ("DELETE", "/news", "GET, HEAD"),
                                      ("PUT", "/feedback", "GET, HEAD, POST"), ("OPTIONS", "/feedback", "GET, HEAD, POST")):
            status, head, page = self.asked(path, method, body=f"q={MARK}".encode() if method == "POST" else b"")
            with self.subTest(method=method, path=path):
                self.assertEqual(status, 405)
                self.assertIn(f"Allow: {allowed}\r\n", head + "\r\n")
                self.clear(page)
        self.assertEqual(self.asked("/feedback")[0], 200)
        self.nowhere()

    def test_an_address_that_is_no_address(self):
        for path, wanted in (("/%00", 400), ("/news/%FF", 400), ("/news/%C0%AF", 400), ("/news/..%2F..%2Fetc", 400), ("/news/../exit", 400),
                             ("/" + MARK, 404), ("/news/2026/" + MARK, 404), ("/news/2026/%E2%80%AE" + MARK, 404), ("//news", 404), ("/news/", 404),
                             ("/" + "a/" * 1000, 404), ("/" + MARK * 1000, 414), ("/%E2%80%8B", 404)):
            status, _, page = self.asked(path)
            with self.subTest(path=path[:40]):
                self.assertIn(status, (wanted, 400, 404) if wanted != 414 else (414,))
                self.clear(page)
                self.assertFalse(MARK in page)
        self.nowhere()
