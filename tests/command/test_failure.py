"""The failure that candour is there to prevent, a row a test: each at the command line and on the public pages."""
import json
import os
import re

from common import Server, get, run
from desk import Desk

PORTRAIT = "> They shouted at me on the bus.\n\nSam, 30, Hartley\n"
WORDS = "the portraits were bought and the names invented, which we had not told anybody"
REASON = "disclosure: " + WORDS


class Failure(Desk):
    def said(self, *words, code=0, **more):
        done = run(*words, "--data", self.folder, **more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def held(self, key, words):
        """A post with this in its way is handed in by nobody, and nobody publishes it, in an emergency neither."""
        self.assertIn(words, self.act("submit", key, by="press-officer-1", code=1))
        self.assertIn(words, self.act("publish", key, "--emergency", "--reason", "Now.", "--told", "Sam Example, duty",
                                      by="duty-communications", code=1))

    def test_images_a_stock_picture_that_is_called_our_own_is_held_and_both_sides_are_shown(self):
        image = self.image("photograph", alt="A portrait").replace("street-lamps.jpg", "portrait-a.jpg")
        with open(os.path.join(os.path.dirname(self.file("x", "x")), "portrait-a.jpg"), "wb") as to, \
                open(os.path.join(os.path.dirname(__file__), "..", "cases", "images", "portrait-a.jpg"), "rb") as of:
            to.write(of.read())
        self.act("import", self.file("p", "A portrait", more=image), by="press-officer-1")
        self.held("p", "image-claim")
        check = self.said("post", "check", "p", code=1)
        self.assertIn("Northlight Stock", check)
        shown = self.said("image", "show", "portrait-a.jpg")
        self.assertIn("claimed: photograph", shown)
        self.assertIn("the file says: Northlight Stock", shown)

    def test_names_and_images_carry_what_they_are_on_page_list_feed_preview_and_alt_text_and_nobody_takes_it_off(self):
        stock, made_up = "Stock image. The person shown has nothing to do with this story.", "Name and story made up to illustrate."
        self.act("import", self.file("p", "Sam's story", body=PORTRAIT, kind="awareness", more=self.image("stock")),
                 by="press-officer-1")
        self.held("p", "person-kind")
        with Server(self.folder) as server:
            address = self.publish("p", "Sam's story", body=PORTRAIT, kind="awareness",
                                   more=self.image("stock") + "people: [{ as_written: Sam, kind: fictitious }]\n")
            page = get(server.port, address)[1]
            alt = re.search(r'<img [^>]*alt="([^"]*)"', page)[1]
            preview = re.search(r'<meta property="og:title" content="([^"]*)"', page)[1]
            self.assertLess(page.index(stock, page.index("<h1")), page.index("<picture"))
            for words in (alt, preview):
                self.assertTrue(words.startswith(made_up) or words.startswith(stock), words)
                self.assertIn(made_up, words)
            feed = get(server.port, "/news.atom")[1]
            self.assertIn(stock, feed)
            self.assertIn(made_up, feed)
            self.assertIn(made_up, get(server.port, "/news")[1])
            # No field of the file takes a label off.
            done = run("post", "import", self.file("q", "Q", more="labels: []\n"), "--data", self.folder, "--as",
                       "press-officer-1")
            self.assertEqual(done.returncode, 1)

    def test_second_pair_of_eyes_is_none_of_the_authors_and_ends_with_any_edit(self):
        more = "people: [{ as_written: Sam, kind: real, consent: C-1 }]\n"
        self.act("import", self.file("p", "One"), "--submit", by="head-of-communications")
        self.act("approve", "p", by="head-of-communications", code=1)
        self.act("approve", "p", by="press-officer-1", code=1)
        self.act("approve", "p", by="approver")
        self.act("import", self.file("p", "One", body="It is in the paper!", more=more), by="press-officer-1")
        self.assertIn("approve", self.act("publish", "p", by="duty-communications", code=1))
        with Server(self.folder) as server:
            before = self.at_the_console(server)
            self.act("approve", "p", by="approver")
            self.act("publish", "p", by="duty-communications")
            self.assertEqual(self.at_the_console(server), before + 1)

    def at_the_console(self, server):
        page = get(server.port, "/corrections")[1]
        return int(re.search(r"Approved at the console</dt><dd[^>]*>(\d+)<", page)[1])

    def test_removal_takes_several_posts_in_one_act_and_a_notice_with_the_reason_stays(self):
        with Server(self.folder) as server:
            addresses = [self.publish(key, f"The post {key}") for key in ("a", "b", "c")]
            self.assertIn("c-is-not-there", self.act("withdraw", "a", "b", "c-is-not-there", "--reason", REASON,
                                                     by="duty-communications", code=2))
            self.assertIn("The post a", get(server.port, "/news")[1])
            self.act("withdraw", "a", "b", "c", "--reason", REASON, by="duty-communications")
            for address in addresses:
                status, page = get(server.port, address)
                self.assertEqual(status, 200)
                self.assertLess(page.index(WORDS), page.index("It is in the paper."))
            news = get(server.port, "/news")[1]
            self.assertFalse([key for key in "abc" if f"The post {key}" in news])
            self.assertEqual(get(server.port, "/corrections?kind=withdrawal")[1].count(WORDS), 3)

    def test_statement_has_a_speaker_who_confirmed_and_links_both_ways_with_day_and_hour(self):
        more = ('date: 2026-11-20T19:11\nspeaker: { name: "Robin Ashdown", office: "Chief Constable of Midshire Police" '
                '}\nabout: [a]\n')
        with Server(self.folder) as server:
            about = self.publish("a", "The first post")
            self.act("import", self.file("s", "About our post", kind="statement", more=more), "--submit",
                     by="press-officer-1")
            self.assertIn("has not confirmed", self.act("approve", "s", by="approver", code=1))
            self.said("speaker-confirm", "s", "--as", "approver", code=1)
            self.said("speaker-confirm", "s", "--as", "chief-officer")
            self.act("approve", "s", by="approver")
            self.act("publish", "s", by="duty-communications")
            page = get(server.port, self.address("s"))[1]
            self.assertIn("Robin Ashdown, Chief Constable of Midshire Police", page)
            self.assertIn("The speaker confirmed these words on", page)
            self.assertIn("20 November 2026 at 7:11pm", page)
            self.assertIn(f'href="{about}"', page)
            self.assertIn(f'href="{self.address("s")}"', get(server.port, about)[1])

    def test_promises_stand_open_with_owner_and_day_until_a_public_followup_closes_them_and_late_ones_say_so(self):
        more = ('promises: [{ what: "look again at our pictures", owner: head-of-communications, due: 2026-01-15 }, '
                '{ what: "read every story first", owner: head-of-communications, due: 2090-01-15 }]\n')
        with Server(self.folder) as server:
            address = self.publish("s", "We will look", more=more)
            register = get(server.port, "/corrections")[1]
            open_ones = register[register.index("Promises that are open"):]
            self.assertIn("look again at our pictures", open_ones)
            self.assertIn("15 January 2090", open_ones)
            self.assertRegex(open_ones, r"(?i)late")
            self.assertRegex(self.said("promise", "list"), r"s 1  LATE, was due 2026-01-15")
            page = get(server.port, address)[1]
            self.assertRegex(page, r"look again at our pictures<br><strong>Late</strong>")
            self.assertNotIn("read every story first<br>", page)
            self.publish("f", "What we found", more="about: [s]\n")
            self.said("promise", "keep", "s", "1", "--by", "f", "--as", "duty-communications")
            kept = get(server.port, "/corrections?kind=kept")[1]
            self.assertIn("look again at our pictures", kept)
            self.assertIn(self.address("f"), kept)
            self.assertRegex(get(server.port, address)[1], r"look again at our pictures<br><strong>Kept on \d")

    def test_posts_elsewhere_are_taken_in_with_their_address_marked_and_withdrawn_in_public(self):
        with Server(self.folder) as server:
            address = self.elsewhere("m", "Sam's story", body=PORTRAIT, kind="awareness")
            page = get(server.port, address)[1]
            self.assertIn("This is a copy of a post that was made elsewhere", page)
            self.assertIn("https://social.example/1", page)
            self.assertIn("does not say whether they are real or made up", page)
            self.act("withdraw", "m", "--reason", REASON, by="duty-communications")
            page = get(server.port, address)[1]
            self.assertIn(WORDS, page)
            self.assertIn("https://social.example/1", page)

    def test_register_of_images_says_where_each_is_used_its_label_its_licence_and_the_same_bytes_before(self):
        self.bring("a", "One post", more=self.image("stock"))
        self.bring("b", "Another post", more=self.image("stock", alt="The same street"))
        shown = self.said("image", "show", "street-lamps.jpg")
        for words in ("the same bytes stand in 2 posts", "a, edition 1", "b, edition 1", "stock", "2090"):
            self.assertIn(words, shown)
        row = [r for r in json.loads(self.said("image", "list", "--json")) if r["name"] == "street-lamps.jpg"]
        self.assertEqual([r["posts"] for r in row], [2])
