"""Link previews: what other programs show of a page, beside which nobody reads the page itself."""
import re
from html.parser import HTMLParser

from common import Server, get, run
from desk import Desk

STOCK = "Stock image. The person shown has nothing to do with this story."
MADE_UP = "Name and story made up to illustrate."


class Head(HTMLParser):
    """The metas and links of a head."""

    def __init__(self, text):
        super().__init__()
        self.meta, self.link = {}, {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "meta" and ("property" in a or "name" in a):
            name = a.get("property") or a["name"]
            assert name not in self.meta, f"{name} stands twice"
            self.meta[name] = a["content"]
        if tag == "link":
            self.link[a["rel"]] = a["href"]


class Previews(Desk):
    def head(self, server, path):
        return Head(get(server.port, path)[1])

    def begins(self, head, words):
        self.assertTrue(head.meta["og:title"].startswith(words), head.meta["og:title"])
        self.assertTrue(head.meta["og:description"].startswith(words), head.meta["og:description"])
        self.assertEqual(head.meta["description"], head.meta["og:description"])

    def test_a_page_is_told_by_its_title_and_its_own_address(self):
        with Server(self.folder) as server:
            for path in ("/", "/news", "/corrections", "/withdrawn", "/report", "/support", "/corrections?kind=promise"):
                head = self.head(server, path)
                self.assertEqual(head.link["canonical"], f"http://localhost:{server.port}{path}")
                self.assertEqual(head.meta["og:url"], head.link["canonical"])
                self.assertEqual((head.meta["og:type"], head.meta["twitter:card"]), ("website", "summary"))
                self.assertEqual(head.meta["og:site_name"], "Midshire Police")
                self.assertTrue(head.meta["og:title"])
                self.assertNotIn("og:image", head.meta)
            self.assertNotIn("og:url", self.head(server, "/no-such-page").meta)

    def test_a_post_is_told_with_its_times_and_the_beginning_of_its_text(self):
        words = "One word after another follows “here” & there. " * 20
        address = self.publish("long", "A long post", body=f"**Bold** [link](/report) {words}")
        with Server(self.folder) as server:
            head = self.head(server, address)
            self.assertEqual((head.meta["og:title"], head.meta["og:type"]), ("A long post", "article"))
            self.assertTrue(head.meta["og:description"].startswith("Bold link One word after another follows “here” & there."))
            self.assertTrue(head.meta["og:description"].endswith("…"))
            self.assertLessEqual(len(head.meta["og:description"]), 201)
            self.assertRegex(head.meta["article:published_time"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
            self.assertEqual(head.meta["article:modified_time"], head.meta["article:published_time"])
            self.assertEqual(head.link["canonical"], f"http://localhost:{server.port}{address}")

    def test_a_summary_ends_at_a_block_or_a_word_and_says_that_there_is_more(self):
        address = "https://example.org/" + "a" * 620
        bodies = {f"[Here]({address}) it is.\n\n" + "More. " * 300: "Here it is. …",
                  f"[Here][1] it is.\n\n{'Word ' * 20}\n\n" + "Text. " * 200 + f"\n\n[1]: {address}\n": "Here it is. Word Word ",
                  "é" * 190 + " ends here\n\n" + "More. " * 300: "é" * 190 + " ends here…",
                  "Short.": "Short."}
        addresses = [self.publish(f"summary-{n}", f"Summary {n}", body=body) for n, body in enumerate(bodies)]
        with Server(self.folder) as server:
            for path, words in zip(addresses, bodies.values()):
                said = self.head(server, path).meta["og:description"]
                self.assertTrue(said == words or words.endswith(" ") and said.startswith(words), said)

    def test_the_label_is_the_first_thing_that_a_preview_says(self):
        told = 'people:\n  - { as_written: "Sam", kind: fictitious }\n'
        made_up = self.publish("sam", "Sam says no", body="> No.\n\nSam", more=told)
        both = self.publish("both", "Sam in a picture", body="> No.\n\nSam", more=told + self.image("stock"))
        short = self.publish("short", "A street in a picture", more=self.image("stock", persons="none"))
        drawn = self.publish("drawn", "A drawing", more=self.image("illustration"))
        with Server(self.folder) as server:
            self.begins(self.head(server, made_up), MADE_UP + " ")
            self.begins(self.head(server, both), f"{MADE_UP} {STOCK} ")
            self.begins(self.head(server, short), "Stock image. ")
            self.assertEqual(self.head(server, short).meta["og:title"], "Stock image. A street in a picture")
            self.begins(self.head(server, drawn), "Illustration. ")
            self.assertIn("<title>Sam says no – Midshire Police</title>", get(server.port, made_up)[1])
            for address in (made_up, both, short, drawn):
                self.assertNotIn("og:image", self.head(server, address).meta, "a picture carries no label yet")
                self.assertEqual(self.head(server, address).meta["twitter:card"], "summary")

    def test_a_picture_stands_in_a_preview_only_where_no_label_is_due(self):
        address = self.publish("lamps", "The lamps", more=self.image("photograph", alt="Lamps by <night> & day",
                                                                      credit="Midshire Police"))
        with Server(self.folder) as server:
            head = self.head(server, address)
            self.assertRegex(head.meta["og:image"], rf"\Ahttp://localhost:{server.port}/pictures/[0-9a-f]{{64}}\.jpg\Z")
            self.assertEqual(head.meta["og:image:alt"], "Lamps by <night> & day")
            self.assertGreater(int(head.meta["og:image:width"]), 0)
            self.assertGreater(int(head.meta["og:image:height"]), 0)
            self.assertEqual(head.meta["twitter:card"], "summary_large_image")
            picture = head.meta["og:image"].removeprefix(f"http://localhost:{server.port}")
            self.assertEqual(get(server.port, picture)[0], 200)
            self.act("withdraw", "lamps", "--reason", "error: they are off", by="duty-communications")
            self.assertNotIn("og:image", self.head(server, address).meta)

    def test_a_withdrawn_post_says_so_first_and_tells_no_more_of_its_text(self):
        address = self.publish("gone-wrong", "Sam says yes", body="> Certainly.\n\nSam",
                               more='people:\n  - { as_written: "Sam", kind: fictitious }\n')
        self.act("withdraw", "gone-wrong", "--reason", "error: Sam said no & left", by="duty-communications")
        with Server(self.folder) as server:
            head = self.head(server, address)
            self.assertEqual(head.meta["og:title"], f"Withdrawn: {MADE_UP} Sam says yes")
            self.assertRegex(head.meta["og:description"],
                             r"\AThis post was withdrawn on \d+ .*\. Reason: Sam said no & left " + re.escape(MADE_UP) + r"\Z")
            self.assertNotIn("Certainly", str(head.meta))

    def test_what_is_gone_or_over_has_no_word_in_its_preview(self):
        gone = self.publish("gone", "The secret of Mill Lane", body="Nobody may know.", more=self.image("photograph",
                            alt="The mill", credit="Midshire Police"))
        over = self.publish("over", "The fair of Mill Lane", body="It is on Sunday.")
        self.act("withdraw", "gone", "--reason", "court-order", by="duty-communications")
        self.act("end", "over", "--reason", "event-over", by="duty-communications")
        with Server(self.folder) as server:
            for address, code in ((gone, 410), (over, 200)):
                status, page = get(server.port, address)
                self.assertEqual(status, code)
                for word in ("Mill", "mill", "secret", "Sunday", "Nobody", "og:url", "og:image", "canonical"):
                    self.assertNotIn(word, page)

    def test_a_copy_of_a_post_made_elsewhere_says_that_it_is_one(self):
        address = self.elsewhere("copy", "Jo, 41", body="> They shouted at me.\n\nJo, 41, Hartley")
        with Server(self.folder) as server:
            head = self.head(server, address)
            self.assertEqual(head.meta["og:title"], "Copy of a post made elsewhere: Jo, 41")
            self.assertTrue(head.meta["og:description"].startswith("This is a copy of a post that was made elsewhere."))

    def test_a_corrected_post_says_when_it_was_changed(self):
        address = self.publish("lamp", "The lamp is red")
        with Server(self.folder) as server:
            self.correct("lamp", "The lamp is green", "It is green.")
            head = self.head(server, address)
            self.assertEqual(head.meta["og:title"], "The lamp is green")
            self.assertGreaterEqual(head.meta["article:modified_time"], head.meta["article:published_time"])

    def test_markup_in_a_title_stays_text(self):
        address = self.publish("marks", "<b>x</b> & 'one' > y")
        with Server(self.folder) as server:
            self.assertEqual(self.head(server, address).meta["og:title"], "<b>x</b> & 'one' > y")

    def test_the_page_and_the_export_say_what_the_record_says_of_the_picture(self):
        address = self.publish("street", "A street", more=self.image("stock", persons="none"))
        person = self.publish("person", "A person", more=self.image("stock"))
        self.assertIn("none", run("post", "export", "street", "--data", self.folder).stdout)
        with Server(self.folder) as server:
            page = get(server.port, address)[1]
            self.assertIn(">Stock image.</p>", page)
            self.assertIn('alt="Stock image. A street by night"', page)
            self.assertNotIn("The person shown", page)
            self.assertIn(f'alt="{STOCK} A street by night"', get(server.port, person)[1])
            self.assertIn("<p class=\"govuk-body-s govuk-!-margin-bottom-1\">Stock image.</p>", get(server.port, "/news")[1])
