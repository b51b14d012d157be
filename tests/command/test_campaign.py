"""Campaigns: set at the command line, shown in public with what was corrected in them."""
import json
import os
import re
import time

from common import Case, Server, answer, get, run

POST = """---
kind: update
title: {title}
channels: [site]
authors: [press-officer-1]
campaign: {campaign}
---
{text}
"""
DAY = 24 * 60 * 60


def day(offset):
    return time.strftime("%Y-%m-%d", time.localtime(time.time() + offset * DAY))


class Campaign(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)

    def campaign(self, *words, by="duty-communications", code=0):
        acts = words[0] in ("set", "remove")
        done = run("campaign", *words, "--data", self.folder, *(["--as", by] if acts else []))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def post(self, act, *rest, by, code=0):
        if act == "approve":
            answer(self.folder, rest[0], by="hate-crime-adviser")
        done = run("post", act, "--data", self.folder, "--as", by, *rest)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def publish(self, key, title, campaign, text="The lamp is red."):
        path = self.path(key + ".md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(POST.format(title=title, campaign=campaign, text=text))
        said = self.post("import", path, "--submit", by="press-officer-1")
        self.post("approve", key, by="approver")
        return said, self.post("publish", key, by="duty-communications").split()[-1]

    def test_a_campaign_is_public_with_the_act_that_sets_it_and_leaves_the_home_page_when_it_is_over(self):
        with Server(self.folder) as server:
            self.assertEqual(get(server.port, "/campaigns/quiet-streets")[0], 404)
            said = self.campaign("set", "quiet-streets", "--name", "Quiet streets", "--from", day(-1), "--to", day(1),
                                 "--purpose", "Less noise at night.")
            self.assertIn("/campaigns/quiet-streets", said)
            for path in ("/", "/campaigns", "/campaigns/quiet-streets"):
                status, page = get(server.port, path)
                self.assertEqual(status, 200)
                self.assertIn("Quiet streets", page)
                self.assertIn("Less noise at night.", page)
            self.assertIn("It is running now.", page)
            self.assertIn("No post of this campaign can be read here now.", page)
            self.assertIn("Nothing in this campaign has been corrected or withdrawn.", page)
            self.campaign("set", "quiet-streets", "--from", day(-9), "--to", day(-2))
            self.assertNotIn("Quiet streets", get(server.port, "/")[1])
            self.assertIn("It is over.", get(server.port, "/campaigns/quiet-streets")[1])
            self.campaign("set", "quiet-streets", "--to", day(9), "--from", day(3))
            self.assertIn("To come", get(server.port, "/campaigns")[1])
            self.campaign("remove", "quiet-streets")
            self.assertEqual(get(server.port, "/campaigns/quiet-streets")[0], 404)
            self.assertNotIn("Quiet streets", get(server.port, "/campaigns")[1])
        audit = run("audit", "list", "--data", self.folder).stdout
        for act in ("campaign.made", "campaign.changed", "campaign.removed"):
            self.assertIn(act, audit)

    def test_its_page_lists_its_posts_a_page_at_a_time_and_what_was_withdrawn(self):
        self.campaign("set", "many", "--name", "Many posts", "--from", day(0), "--to", day(0), "--purpose", "Many.")
        addresses = [self.publish(f"many-{n:02}", f"Lamp number {n}", "Many posts")[1] for n in range(23)]
        with Server(self.folder) as server:
            first = get(server.port, "/campaigns/many")[1]
            self.assertEqual(len(set(re.findall(r"Lamp number \d+", first))), 20)
            self.assertLess(first.index("Lamp number 22<"), first.index("Lamp number 3<"))
            older = re.search(r'rel="next" href="([^"]+)"', first)[1]
            page = get(server.port, older)[1]
            self.assertEqual(set(re.findall(r"Lamp number \d+", page)), {f"Lamp number {n}" for n in range(3)})
            self.assertIn('<a class="govuk-link" href="/campaigns/many"', page.replace(f"http://localhost:{server.port}", ""))
            self.post("withdraw", "many-21", "--reason", "error: It was green.", by="duty-communications")
            self.post("withdraw", "many-22", "--reason", "court-order", by="duty-communications")
            page = get(server.port, "/campaigns/many")[1]
            self.assertNotIn("Lamp number 22", page)
            self.assertNotIn(addresses[22], page)
            self.assertIn("Ground: the order of a court.", page)
            self.assertIn("It was green.", page)
            self.assertEqual(page.count("Lamp number 21<"), 1, "only where the withdrawal is told")
            for wrong in ("?after=x", "?acts=x", "?acts=1.2.3", "?after=1.a&acts=1.1", "?other=1"):
                self.assertIn(get(server.port, "/campaigns/many" + wrong)[0], (404, 200 if "other" in wrong else 404), wrong)
        shown = json.loads(self.campaign("show", "many", "--json"))
        self.assertEqual((shown["published"], shown["withdrawals"]), (23, 2))

    def test_a_post_that_names_a_campaign_that_there_is_not_says_so_and_shows_its_words(self):
        said, address = self.publish("lamp", "The lamp", "Lamps of the north")
        self.assertIn('there is no campaign "Lamps of the north"', said)
        with Server(self.folder) as server:
            page = get(server.port, address)[1]
            self.assertIn("Part of Lamps of the north", page)
            self.assertNotRegex(page, r"<a[^>]*>Part of Lamps of the north")
            self.campaign("set", "lamps", "--name", "Lamps of the north", "--from", day(0), "--to", day(0), "--purpose", "Lamps.")
            self.assertRegex(get(server.port, address)[1], r'<a[^>]*/campaigns/lamps"[^>]*>Part of Lamps of the north')
        said, address = self.publish("lamp-2", "The other lamp", "lamps")
        self.assertNotIn("there is no campaign", said)

    def test_what_cannot_be_is_refused_in_plain_words(self):
        self.refused(run("campaign", "set", "x", "--as", "approver", "--data", self.folder), 1, "no role")
        for words, code, said in (
                (["list", "more"], 2, "takes no name"), (["show"], 2, "needs one slug"), (["dance", "x"], 2, "list, show, set"),
                (["show", "nowhere"], 2, "There is no campaign"), (["remove", "nowhere", "--as", "duty-communications"], 2, "no campaign"),
                (["list", "--name", "x"], 2, "takes no --name"), (["set", "x", "--json"], 2, "takes no --json"),
                (["remove", "week-against-hate", "--as", "duty-communications"], 1, "Posts name this campaign"),
                (["set", "week-against-hate", "--name", "Other", "--as", "duty-communications"], 1, "leave its name"),
                (["set", "lights-on", "--to", "2020-01-01", "--as", "duty-communications"], 1, "would end before it begins"),
                (["set", "new", "--name", "New", "--as", "duty-communications"], 1, "first and a last day")):
            with self.subTest(words):
                self.refused(run("campaign", *words, "--data", self.folder), code, said)


if __name__ == "__main__":
    import unittest
    unittest.main()
