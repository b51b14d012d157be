"""The pages that say what a hate crime is, where the law comes from, how to report, who helps, and what the site is.

They are asked as a reader meets them: by links from the first page, without a script. Marks of what nobody has confirmed
are counted, and no link of the site leads nowhere. How hard they are to read: test_reading.py.
"""
import html.parser
import os
import re

from common import ROOT, Case, Server, get, run, status, wait_for
from links import crawl, dead

# Path, title and heading (they are the same).
PAGES = [("/hate-crime", "What is a hate crime"), ("/law", "Where the law comes from"), ("/how-we-decide", "How we decide"), ("/report", "How to report hate crime"),
         ("/support", "Get support"), ("/pictures-and-names", "How we use pictures and names"), ("/about", "About this site"),
         ("/accessibility", "Accessibility statement"), ("/privacy", "Privacy"), ("/cookies", "Cookies"), ("/contact", "Contact us")]
STRANDS = ["race", "religion", "sexual-orientation", "disability", "transgender"]
NEEDS = ["report", "talk", "advice", "casework", "sign-language"]
# What stands on the pages without a source that was read: a piece of it, and its mark. Wherever it is told it is marked.
UNVERIFIED = {"30 September 1998": "Not confirmed", "4 April 2005": "Not confirmed", "145 and 146": "Not confirmed",
              "damage and of harassment": "Not confirmed",
              "3 December 2012": "Not confirmed", "1 December 2020": "Not confirmed", "28 April 2022": "Not confirmed",
              "21 July 2022": "Not confirmed", "10 September 2024": "Not confirmed", "that change is in the Act": "Not confirmed",
              "a rude word": "Not confirmed", "Calling somebody by a name": "Not confirmed", "may be harassment": "Not confirmed",
              "Crime and Policing Act 2026 becomes": "Second-hand", "No proof of the hostility": "Second-hand",
              "believes it is not enough": "Second-hand"}
MARKS_EXPLAINED = ["“Not confirmed” means", "Not confirmed means", "Second-hand means"]
# Services that no source confirmed: in the table of the program, never on a page.
UNCONFIRMED = ["Traveller Movement", "On Your Side"]
TO_BE_CHECKED = {"0800 138 1625": "stop-hate-uk", "0800 555 111": "crimestoppers", "61016": "british-transport-police"}
POLICE_NUMBERS = {"999", "101", "18000", "18001", "55"}


class Page(html.parser.HTMLParser):
    """What a reader meets: title, headings, links with their words, ids, and the text of each block of the main part."""
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.title, self.headings, self.links, self.ids, self.blocks = "", [], [], set(), []
        self.description, self.open, self.main, self.hidden = "", [], False, False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.add(attributes["id"])
        if tag == "a" and "href" in attributes:
            self.links.append((attributes["href"], attributes.get("rel", "")))
        if tag == "meta" and attributes.get("name") == "description":
            self.description = attributes["content"]
        self.hidden = self.hidden or (tag == "meta" and attributes.get("name") == "robots" and "noindex" in attributes["content"])
        if tag in ("title", "h1", "h2", "h3", "main", "p", "li", "dt", "dd", "td", "th", "caption"):
            if self.open:
                self.open[-1][2] = True
            self.open.append([tag, "", False])
        self.main = self.main or tag == "main"

    def handle_data(self, data):
        for block in self.open:
            block[1] += data

    def handle_endtag(self, tag):
        self.main = self.main and tag != "main"
        if not self.open or self.open[-1][0] != tag:
            return
        _, words, parts = self.open.pop()
        words = " ".join(words.split())
        for block in self.open:
            block[1] += " "
        if tag == "title":
            self.title = words
        elif tag == "h1":
            self.headings.append(words)
        if self.main and tag != "main" and words and not parts:
            self.blocks.append((tag, words))


def sentences(page):
    """Of the running text: a list's item without a full stop is one, too. Marks are no words of it."""
    for tag, words in page.blocks:
        if tag in ("p", "li", "dd", "td"):
            words = re.sub(r"Not confirmed|Second-hand", "", words).replace("No. 2", "No 2")
            yield from (s for s in re.split(r"(?<=[.?!:])[”’]?\s+", words) if re.search(r"[a-z]", s))


class Pages(Case):
    @classmethod
    def setUpClass(cls):
        cls.case = Case()
        cls.case.setUp()
        cls.server = Server(cls.case.installation(demonstration=True))
        cls.server.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        cls.case.doCleanups()

    def page(self, path, status=200):
        code, text = get(self.server.port, path)
        self.assertEqual(code, status, path)
        return Page(text)

    def test_each_page_has_its_title_one_heading_and_a_description(self):
        for path, title in PAGES:
            with self.subTest(path):
                page = self.page(path)
                self.assertEqual(page.title, f"{title} – Midshire Police")
                self.assertEqual(page.headings, [title])
                self.assertGreater(len(page.description), 20)

    def test_no_link_of_the_site_leads_nowhere_and_what_matters_is_two_steps_away(self):
        found = crawl(self.server.port, ["/search?q=river"])
        self.assertEqual(dead(self.server.port, found), [])
        for path in [p for p, _ in PAGES] + ["/corrections", "/withdrawn"] + [f"/support?for={s}" for s in STRANDS]:
            self.assertLessEqual(found[path].steps, 2, path)
        for kind in ("text/html", "application/atom+xml", "application/feed+json", "application/xml", "image/webp", "image/jpeg"):
            self.assertTrue([path for path, one in found.items() if one.kind == kind and one.links or kind.startswith("image")], kind)
        self.assertGreater(len(found), 150)
        # What a search engine shows under the title, and who sends a link on.
        shown = {path: self.page(path) for path, one in found.items() if one.kind == "text/html" and one.status == 200}
        self.assertGreater(len(shown), 40)
        self.assertEqual([path for path, page in shown.items() if not page.hidden and len(page.description) < 20], [])

    def test_the_words_at_the_foot_of_a_page_are_the_heading_of_what_they_lead_to(self):
        _, text = get(self.server.port, "/")
        foot = dict(re.findall(r'<a class="govuk-footer__link" href="([^"]+)">([^<]+)</a>', text))
        wanted = [(path, title) for path, title in PAGES if path not in ("/report", "/support")]
        self.assertEqual([(path, foot.get(path)) for path, _ in wanted], wanted)

    def test_links_to_other_sites_do_not_say_where_the_reader_came_from(self):
        for path, _ in PAGES:
            for link, rel in self.page(path).links:
                if link.startswith("http"):
                    self.assertIn("noreferrer", rel, f"{path}: {link}")

    def test_what_nobody_confirmed_is_marked_beside_it_and_nothing_else_is(self):
        told = set()
        for path, _ in PAGES:
            if path == "/how-we-decide":      # what is marked there comes from the packs: test_how_we_decide.py
                continue
            for tag, words in self.page(path).blocks:
                for piece, mark in UNVERIFIED.items():
                    if piece in words and tag != "dt":
                        told.add(piece)
                        self.assertIn(mark, words, f"{path}: {words}")
                marks = re.search(r"Not confirmed|Second-hand", words) and not any(m in words for m in MARKS_EXPLAINED)
                self.assertTrue(not marks or any(piece in words for piece in UNVERIFIED), f"{path}: marked, not in the list: {words}")
        # A date that heads a row of the story is told in the row.
        self.assertEqual(told | {"4 April 2005"}, set(UNVERIFIED))

    def test_a_date_without_a_source_heads_no_row_that_is_not_marked(self):
        blocks = self.page("/law").blocks
        for (tag, words), (_, told) in zip(blocks, blocks[1:]):
            if tag == "dt" and words in UNVERIFIED:
                self.assertIn(UNVERIFIED[words], told)

    def test_services_that_no_source_confirmed_are_on_no_page(self):
        with open(os.path.join(ROOT, "src", "site", "services.c"), encoding="utf-8") as f:
            table = f.read()
        for name in UNCONFIRMED:
            self.assertIn(name, table)
            for path in ["/support", *(f"/support?for={s}" for s in STRANDS), *(f"/support?need={n}" for n in NEEDS), "/report"]:
                self.assertNotIn(name, " ".join(w for _, w in self.page(path).blocks))

    def names(self, path):
        return [words for tag, words in self.page(path).blocks if tag == "h3"]

    def test_every_other_service_is_shown_and_strand_and_need_choose_among_them(self):
        with open(os.path.join(ROOT, "src", "site", "services.c"), encoding="utf-8") as f:
            table = re.findall(r"\.name = STR_INIT\(\"([^\"]+)\"\)", f.read())
        self.assertEqual(sorted(self.names("/support") + ["The Traveller Movement", "On Your Side"]), sorted(table))
        race, orientation = self.names("/support?for=race"), self.names("/support?for=sexual-orientation")
        self.assertEqual(race[0], "SARI")
        self.assertEqual(orientation[:3], ["Galop", "LGBT Foundation", "Switchboard"])
        self.assertNotIn("Galop", race)
        for shown in (race, orientation):
            self.assertIn("Stop Hate UK", shown)
        self.assertEqual(self.names("/support?for=disability&need=sign-language"), ["True Vision", "British Deaf Association", "SignVideo"])
        self.assertEqual(self.names("/support?for=transgender&need=casework"), ["Galop", "CATCH"])
        for strand in STRANDS:
            for need in NEEDS:
                self.assertTrue(self.names(f"/support?for={strand}&need={need}"))

    def test_a_strand_that_is_not_there_is_a_page_that_helps_on(self):
        for query in ("for=everything", "for=race%00", "need=x", "for=RACE"):
            page = self.page(f"/support?{query}", 404)
            self.assertIn("/support", [link for link, _ in page.links])

    def test_no_number_is_on_a_page_that_is_not_known_and_what_is_to_be_checked_says_so(self):
        number = re.compile(r"(?<![\w/:-])\+?\d[\d ]{2,}\d(?![\w-])")
        for path in ["/report", "/support", "/contact", "/hate-crime", "/about", "/privacy", "/accessibility", "/pictures-and-names"]:
            for _, words in self.page(path).blocks:
                for found in number.findall(re.sub(r"\b(19|20)\d\d\b", "", words)):
                    if found in TO_BE_CHECKED:
                        self.assertIn(f"{found} (number to be checked by the force)", words)
                    else:
                        self.assertTrue(set(found.split()) <= POLICE_NUMBERS, f"{path}: {found}")

    def test_the_labels_are_explained_in_the_very_words_of_the_posts(self):
        with open(os.path.join(ROOT, "src", "web", "catalogue.en.txt"), encoding="utf-8") as f:
            labels = re.findall(r"(?m)^label_\w+ = (.+)$", f.read())
        text = " ".join(words for _, words in self.page("/pictures-and-names").blocks)
        self.assertEqual(len(labels), 8)
        for label in labels:
            self.assertIn(f"“{label}”", text)

    def test_the_accessibility_statement_claims_no_more_than_was_done(self):
        text = " ".join(words for _, words in self.page("/accessibility").blocks)
        self.assertIn("No disabled people have tested this website yet.", text)
        self.assertIn("partially compliant", text)
        self.assertNotRegex(text, r"(?i)fully (compliant|accessible)")
        for words in ["applies to http", "Feedback and contact information", "Enforcement procedure", "Compliance status",
                      "Preparation of this accessibility statement", "Equality Advisory and Support Service (EASS)"]:
            self.assertIn(words, text)

    def test_the_cookies_page_names_each_cookie_of_the_program(self):
        with open(os.path.join(ROOT, "src", "web", "cookies.c"), encoding="utf-8") as f:
            named = re.findall(r'"(candour-[a-z]+)"', f.read())
        text = " ".join(words for _, words in self.page("/cookies").blocks)
        self.assertTrue(named)
        for name in named:
            self.assertIn(name, text)
        self.assertEqual(sorted(set(named)), sorted(set(re.findall(r"candour-[a-z]+", text))))


class OfTheForce(Case):
    """What a force's settings say."""

    def told(self, path, settings):
        folder = self.installation()
        with open(os.path.join(folder, "candour.yaml"), "a", encoding="utf-8") as f:
            f.write(settings)
        with Server(folder) as server:
            return get(server.port, path)[1], get(server.port, "/report")[1]

    def test_without_settings_the_police_are_named_and_nothing_is_made_up(self):
        contact, report = self.told("/contact", "")
        for words in ("tel:999", "tel:101", "18000"):
            self.assertIn(words, contact)
        for words in ("mailto:", "By telephone", "By letter"):
            self.assertNotIn(words, contact)
        self.assertNotIn("Our address is", report)

    def test_telephone_email_and_address_of_the_force_are_shown_and_escaped(self):
        contact, report = self.told("/contact", 'contact:\n  telephone: "01632 960 001"\n  hours: "Monday to Friday, 9am to 5pm"\n'
                                    '  email: desk@example.org\n  address: "1 <High> Street, Hartley"\n')
        for words in ('href="tel:01632960001"', "01632 960 001", "Monday to Friday", 'href="mailto:desk@example.org"',
                      "1 &lt;High&gt; Street"):
            self.assertIn(words, contact)
        for words in ("01632 960 001", "1 &lt;High&gt; Street"):
            self.assertIn(words, report)

    def test_a_number_that_the_force_checked_says_when(self):
        support, report = self.told("/support", "support:\n  checked:\n    - stop-hate-uk 2026-11-23\n    - crimestoppers 2026-02-28\n")
        self.assertIn("0800 138 1625</a> (number checked by the force on 23 November 2026)", support)
        for text in (support, report):
            self.assertIn("0800 555 111</a> (number checked by the force on 28 February 2026)", text)
            self.assertIn("(number to be checked by the force)", text)

    def test_a_website_that_the_force_names_is_linked_and_no_other(self):
        support, report = self.told("/support", "support:\n  websites:\n    - true-vision https://www.example.org/a?b=1&c=2\n"
                                    "    - galop https://galop.example/\n")
        for text in (support, report):
            self.assertIn('rel="noreferrer" href="https://www.example.org/a?b=1&amp;c=2">True Vision', text)
        self.assertIn('rel="noreferrer" href="https://galop.example/">Galop’s own website</a>', support)
        outside = [link for text in (support, report) for link, _ in Page(text).links if link.startswith("https:")]
        self.assertEqual(len(outside), 3)

    def test_the_pages_stand_while_the_database_is_away(self):
        folder = self.installation()
        with Server(folder) as server:
            os.rename(os.path.join(folder, "candour.db"), os.path.join(folder, "elsewhere.db"))
            wait_for(lambda: status(server.port, "/news?after=9.x") == 503, "a database that is away")
            for path, title in PAGES:
                code, text = get(server.port, path)
                self.assertEqual((path, code, Page(text).headings), (path, 200, [title]))

    def test_the_privacy_notice_of_the_force_is_linked(self):
        privacy, _ = self.told("/privacy", "contact:\n  privacy_notice: https://www.example.org/privacy?a=1&b=2\n")
        self.assertIn('rel="noreferrer" href="https://www.example.org/privacy?a=1&amp;b=2"', privacy)

    def test_what_the_pages_cannot_use_is_a_fault_with_its_line(self):
        for row, words in [('contact:\n  telephone: "call us"\n', "contact.telephone is no telephone number"),
                           ('contact:\n  telephone: " "\n', "contact.telephone"),
                           ('contact:\n  email: desk\n', "contact.email is no address"),
                           ('contact:\n  email: "a@example.org?cc=b@example.org"\n', "contact.email"),
                           ('contact:\n  privacy_notice: "https://a@example.org/"\n', "contact.privacy_notice"),
                           (f'contact:\n  privacy_notice: "https://example.org/{"a" * 2100}"\n', "contact.privacy_notice"),
                           ("support:\n  checked:\n    - stop-hate-uk 2026-13-01\n", "support.checked has"),
                           ("support:\n  checked:\n    - stop-hate-uk 2026-02-30\n", "support.checked has"),
                           ("support:\n  checked:\n    - nobody-knows 2026-01-01\n", "support.checked has"),
                           ("support:\n  checked:\n    - victim-support 2026-01-01\n", "support.checked has"),
                           ("support:\n  websites:\n    - galop http://galop.example/\n", "support.websites has"),
                           ("support:\n  websites:\n    - nobody-knows https://galop.example/\n", "support.websites has"),
                           ("support:\n  websites:\n    - on-your-side https://example.org/\n", "support.websites has"),
                           ("support:\n  websites:\n    - galop javascript:alert(1)\n", "support.websites has")]:
            with self.subTest(row):
                folder = self.path("data")
                if not os.path.exists(folder):
                    self.installation()
                    with open(os.path.join(folder, "candour.yaml"), encoding="utf-8") as f:
                        before = f.read()
                self.write(folder, "candour.yaml", before + row)
                done = run("check-config", "--data", folder)
                self.assertNotEqual(done.returncode, 0)
                self.assertRegex(done.stdout, rf"candour\.yaml:\d+:\d+: .*{re.escape(words)}")
