"""How we decide: the rules as pages, and a made-up case tried on them, as somebody meets them who knows the law and no C.

The answer of the page is held against that of candour policy eval, and each of its reasons is followed to its row.
"""
import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.parse

from common import ROOT, Case, Server, get, run, wait_for
from links import crawl, dead
from test_forms import Visitor
from test_pages import Page

TRY = "/how-we-decide/try"
# A threat in the street, as the victim tells it, in 2022.
CASE = {"entries": "1", "do": "answer", "dates-incident-day": "10", "dates-incident-month": "10", "dates-incident-year": "2022",
        "dates-recorded-day": "16", "dates-recorded-month": "10", "dates-recorded-year": "2022", "reporter-role": "victim",
        "conduct-1-act": "words", "conduct-1-threatening": "yes", "conduct-1-towards-person": "yes",
        "conduct-1-fear-of-immediate-violence": "yes", "conduct-1-abusive": "no", "hostility-strands-race": "yes",
        "hostility-perceived-by-victim": "yes"}
SAME = {"dates": {"incident": "2022-10-10", "recorded": "2022-10-16"}, "reporter": {"role": "victim"},
        "conduct": [{"act": "words", "threatening": True, "towards_person": True, "fear_of_immediate_violence": True, "abusive": False}],
        "hostility": {"strands": ["race"], "perceived_by": ["victim"]}}
OUTCOMES = {"hate-crime": "hate crime", "crime": "crime", "nchi": "non-crime hate incident",
            "nchi-with-personal-data": "non-crime hate incident with a name", "not-recorded-as-hate": "not recorded as hate",
            "insufficient-facts": "more facts are needed", "review": "a person has to decide"}


def plain(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def form_of(facts):
    """The fields of the form for these facts, as a browser would send them; None: the form does not take as many entries."""
    fields = {"do": "answer", "entries": "1"}

    def put(path, value):
        name = re.sub(r"[._]", "-", path)
        if isinstance(value, dict):
            for member, inner in value.items():
                put(f"{path}.{member}", inner)
        elif isinstance(value, bool):
            fields[name] = "yes" if value else "no"
        elif path.startswith("dates."):
            fields.update(zip((f"{name}-year", f"{name}-month", f"{name}-day"), value.split("-")))
        elif isinstance(value, list) and path == "hostility.other_characteristics":
            fields[name] = "\r\n".join(value)
        elif isinstance(value, list):
            fields.update({f"{name}-{one}": "yes" for one in value or ["none"]})
        elif value is not None:
            fields[name] = str(value)
    for group, members in facts.items():
        if group == "conduct":
            fields["entries"] = str(len(members))
            for at, entry in enumerate(members, 1):
                put(f"conduct.{at}", entry)
        elif members:
            put(group, members)
    return fields if 1 <= int(fields["entries"]) <= 5 else None


class HowWeDecide(Case):
    @classmethod
    def setUpClass(cls):
        cls.case = Case()
        cls.case.setUp()
        cls.folder = cls.case.installation()
        cls.server = Server(cls.folder)
        cls.server.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        cls.case.doCleanups()

    def setUp(self):
        super().setUp()
        self.visitor = Visitor(self.server)

    def page(self, path, status=200):
        code, text = get(self.server.port, path)
        self.assertEqual(code, status, path)
        return text

    def sent(self, fields, status=200):
        text = self.visitor.ask(TRY, fields)
        self.assertEqual(self.visitor.status, status, plain(text)[:600])
        return text

    def evaluated(self, facts):
        path = self.path("facts.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(facts, f)
        done = run("policy", "eval", "--facts", path, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    # ---- The rules ----

    def test_every_version_of_the_pack_has_a_page_with_its_days_and_its_tables(self):
        listed = run("policy", "list").stdout.splitlines()
        front = self.page("/how-we-decide")
        self.assertGreater(len(listed), 15)
        for line in listed:
            version = line.split()[0]
            self.assertIn(f'href="/how-we-decide/versions/{version}"', front)
            text = self.page(f"/how-we-decide/versions/{version}")
            self.assertIn(f"<code>{version}</code>", text)
            self.assertIn("Not signed off by the force crime registrar", text)
            self.assertEqual("not enabled" in line, "Not in force" in plain(text), version)
            self.assertTrue(re.findall(r'href="(/how-we-decide/tables/[^"#]+)"', text), version)
        said = plain(front)
        for words in ("An officer decides, and the force crime registrar does where it is in doubt", "In force today", "No longer in force",
                      "Not confirmed", "Second-hand", "Not signed off by the force crime registrar"):
            self.assertIn(words, said)

    def test_what_is_not_verified_in_a_pack_is_marked_beside_it(self):
        text = self.page("/how-we-decide/tables/recording-2023-06")
        shown = run("dmn", "show", os.path.join(ROOT, "policy", "england-wales", "recording", "recording-2023-06.dmn"), "--decision",
                    "incident test").stdout
        section = text[text.index("incident test</h2>"):]
        section = section[:section.index("</section>")]
        self.assertEqual(section.count('<strong class="govuk-tag">Second-hand</strong>'), shown.count("yes, from a secondary source"))
        counted = 0
        for name in ("property", "harassment-2012", "public-order-2014", "recording-2021-12"):
            folder = "recording" if name.startswith("recording") else "law"
            with open(os.path.join(ROOT, "policy", "england-wales", folder, name + ".dmn"), encoding="utf-8") as f:
                wanted = len(re.findall(r"<annotationEntry><text>no</text></annotationEntry>", f.read()))
            found = self.page(f"/how-we-decide/tables/{name}").count('<strong class="govuk-tag">Not confirmed</strong>')
            self.assertGreaterEqual(found, wanted, name)  # what it takes from another file is shown, too
            counted += wanted
        self.assertGreater(counted, 30)

    def test_what_a_version_changed_is_said_row_by_row(self):
        said = plain(self.page("/how-we-decide/versions/ew-law-2014-02"))
        changes = said[said.index("What is new in it"):]
        self.assertRegex(changes, r"No longer there: .*Threatening, abusive or insulting\? true.*New: .*Threatening or abusive\? true")
        self.assertNotIn("poa-4a", changes)
        self.assertIn("It is the first that we hold", plain(self.page("/how-we-decide/versions/ew-law-1998-09")))

    def test_no_link_of_it_leads_nowhere_and_names_that_are_not_there_are_refused(self):
        found = crawl(self.server.port, ["/how-we-decide"])
        self.assertEqual(dead(self.server.port, found), [])
        self.assertGreater(len([path for path in found if path.startswith("/how-we-decide/tables/")]), 25)
        for path in ("/how-we-decide/versions/ew-law-1900-01", "/how-we-decide/tables/nothing", "/how-we-decide/tables/facts",
                     "/how-we-decide/tables/..%2fmanifest", "/how-we-decide/versions/%00", "/how-we-decide/versions"):
            self.assertIn(get(self.server.port, path)[0], (400, 404), path)

    # ---- A case ----

    def test_the_form_is_made_from_the_vocabulary_and_kept_by_no_browser(self):
        text = self.visitor.ask(TRY)
        self.assertEqual(self.visitor.head["Cache-Control"], "no-store")
        self.assertIsNone(self.visitor.head["Set-Cookie"])
        facts = run("policy", "facts").stdout
        paths = re.findall(r"(?m)^(\S+): ", facts)
        paths = [path for path in paths if "." in path]
        self.assertGreater(len(paths), 50)
        for path in paths:
            name = re.sub(r"[._]", "-", path.replace("[]", "-1"))
            self.assertRegex(text, f'id="{name}"', path)
        for name in re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', text):
            self.assertTrue(name == "entries" or any(name.startswith(re.sub(r"[._]", "-", p.replace("[]", "-1"))) for p in paths), name)
        for words in ("Do not report a real crime here", "tel:999", "tel:101", 'href="/report"', 'href="/exit"', 'autocomplete="off"'):
            self.assertIn(words, text)

    def test_the_answer_is_that_of_the_command_and_every_reason_leads_to_its_row(self):
        text, wanted = self.sent(CASE), self.evaluated(SAME)
        said = plain(text)
        self.assertEqual(self.visitor.head["Cache-Control"], "no-store")
        self.assertIsNone(self.visitor.head["Set-Cookie"])
        self.assertIn('<meta name="robots" content="noindex">', text)
        self.assertEqual(wanted["outcome"], "hate-crime")
        self.assertIn("The answer: hate crime", said)
        self.assertIn("Not signed off:", said)
        self.assertIn("Seen as hate about Race", said)
        for offence in wanted["offences"]:
            self.assertEqual(f'{offence["name"]}</h4>' in text, offence["status"] != "not-made-out", offence["id"])
            if offence["aggravated"] and offence["status"] != "not-made-out":
                self.assertIn(f'Its aggravated form is {offence["aggravated"]}. That is evidence to gather', said)
        questions = re.findall(r'<li><p class="govuk-body govuk-!-margin-bottom-1"><a class="govuk-link" href="(#[^"]+)">([^<]+)</a></p>', text)
        self.assertEqual([html.unescape(words) for _, words in questions], [q["text"] for q in wanted["questions"]])
        ids = Page(text).ids
        for address, words in questions:
            self.assertIn(address[1:], ids)
            self.assertEqual(len(re.findall(r'candour-asked"><strong class="govuk-tag">Question \d+</strong>\s*' + re.escape(words), text)),
                             len([1 for _, w in questions if w == words]))
        # From each reason to the row, and from the row to what it cites.
        rows = re.findall(r'<a class="govuk-link" href="(/how-we-decide/tables/[^"#]+)#([^"]+)">The row that it rests on: ([^<]+)</a>', text)
        self.assertEqual([rule for _, _, rule in rows], [r["rule"] for r in wanted["reasons"]])
        for (path, row, rule), reason in zip(rows, wanted["reasons"]):
            table = self.page(path)
            self.assertEqual(table.count(f'id="{row}"'), 1, rule)
            told = plain(table[table.index(f'id="{row}"'):].split("</tr>")[1])
            self.assertIn(f'reason: {reason["text"]}', told, rule)
            self.assertIn(f'instrument: {reason["citation"]["instrument"]}', told, rule)
            if reason["citation"]["place"]:
                self.assertIn(f'place: {reason["citation"]["place"]}', told, rule)
            self.assertEqual("Not confirmed" in told, not reason["citation"]["verified"], rule)

    def test_every_fixture_of_the_pack_gets_the_outcome_of_the_command(self):
        folder, tried = os.path.join(ROOT, "policy", "england-wales", "fixtures"), 0
        for name in sorted(os.listdir(folder))[::7]:
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                fixture = json.load(f)
            fields = form_of(fixture.get("facts", {}))
            if fields is None or "as_if" in fixture or "outcome" not in fixture.get("expect", {}):
                continue
            text = self.sent(fields)
            self.assertIn(f'The answer: {OUTCOMES[fixture["expect"]["outcome"]]}</h2>', text, name)
            tried += 1
        self.assertGreater(tried, 50)

    def test_what_was_filled_in_is_there_again_and_in_no_log_file_or_address(self):
        marks = {"hostility-other-characteristics": "Zyzzyva one\r\nZyzzyva two", "evidence-court-offence": "Zyzzyva <b>three</b>"}
        text = self.sent({**CASE, **marks})
        for name in ("conduct-1-threatening", "reporter-role", "hostility-strands-race"):
            self.assertRegex(text, f'name="{name}"[^>]* checked', name)
        self.assertRegex(text, '<option value="words" selected>')
        self.assertIn('name="dates-incident-year" type="text" inputmode="numeric" value="2022"', text)
        self.assertIn("Zyzzyva one\nZyzzyva two</textarea>", text)
        self.assertIn('value="Zyzzyva &lt;b&gt;three&lt;/b&gt;"', text)
        self.assertEqual(self.visitor.path, TRY)
        self.assertNotIn("Zyzzyva", self.server.logged())
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    self.assertNotIn(b"Zyzzyva", f.read(), name)
        self.assertNotIn("Zyzzyva", self.visitor.ask(TRY))

    def test_mistakes_are_said_at_their_fields_and_nothing_is_lost(self):
        wrong = {**CASE, "dates-incident-day": "31", "dates-incident-month": "2", "conduct-1-occasions": "many", "reporter-role": "king",
                 "dates-recorded-day": "", "hostility-strands-none": "yes", "evidence-court-offence": "x" * 201,
                 "hostility-other-characteristics": "age\nage", "conduct-1-abusive": "perhaps", "place-setting": "moon"}
        text = self.sent(wrong, 422)
        self.assertIn("<title>Error: Try a made-up case", text)
        summary = re.search(r'<ul class="govuk-list govuk-error-summary__list">(.*?)</ul>', text, re.S)[1]
        links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary)
        self.assertEqual([link for link, _ in links],
                         ["dates-incident-day", "dates-recorded-day", "place-setting", "reporter-role", "conduct-1-abusive", "conduct-1-occasions",
                          "hostility-strands", "hostility-other-characteristics", "evidence-court-offence"])
        for link, words in links:
            self.assertRegex(text, f'id="{link.removesuffix("-day")}-error"[^>]*>.*?{re.escape(words)}</p>')
            self.assertEqual(len(re.findall(f' id="{link}"', text)), 1, link)
        for value in ('value="31"', 'value="many"', "x" * 201, "age\nage</textarea>"):
            self.assertIn(value, text)
        self.assertNotIn("The answer:", text)
        # Days that are good by themselves and not together.
        text = self.sent({**CASE, "dates-recorded-year": "2021"}, 422)
        self.assertIn('<a href="#dates-incident-day">Day it happened: this must not be after the day it is recorded</a>', text)
        for day in (("30", "2", "2022"), ("1", "1", "1899"), ("1", "13", "2022"), ("-1", "1", "2022"), ("1", "1", "99999999999999999999")):
            text = self.sent({**CASE, **dict(zip(("dates-incident-day", "dates-incident-month", "dates-incident-year"), day))}, 422)
            self.assertIn("write a real day between 1900 and 2199", text)

    def test_entries_of_conduct_come_and_go(self):
        text = self.sent({**CASE, "do": "add"})
        self.assertIn('id="conduct-2-act"', text)
        self.assertIn('name="entries" value="2"', text)
        self.assertRegex(text, 'name="conduct-1-threatening"[^>]* checked')
        two = {**CASE, "entries": "2", "conduct-2-act": "graffiti", "conduct-2-property-damaged": "yes"}
        self.assertIn("What was done (2) Graffiti", plain(self.sent(two)))
        text = self.sent({**two, "do": "remove-1"})
        self.assertIn('<option value="graffiti" selected>', text)
        self.assertIn('name="entries" value="1"', text)
        self.assertNotIn('id="conduct-2-act"', text)
        text = self.sent({**CASE, "entries": "5", "do": "add"})
        self.assertNotIn('id="conduct-6-act"', text)
        self.assertNotIn('value="add"', text)
        # Who takes away is not told what else is wrong; what was typed stays.
        text = self.sent({**two, "do": "remove-2", "conduct-1-occasions": "many"})
        self.assertIn('value="many"', text)

    def test_what_is_no_form_of_ours_is_refused_and_nothing_falls_over(self):
        body = urllib.parse.urlencode(CASE)
        for sent in (body + "&what=1", body + "&reporter-role=witness", body + "&conduct-6-act=words", body.replace("entries=1", "entries=6"),
                     body.replace("entries=1", "entries=0"), body.replace("do=answer", "do=remove-2"), body.replace("do=answer", "do=eval"),
                     "%ff=1", "entries", body + "&evidence-court-offence=%00", body + "&evidence-court-offence=%ff%fe"):
            self.visitor.ask(TRY, sent.encode())
            self.assertIn(self.visitor.status, (400, 422), sent[-60:])
        self.visitor.ask(TRY, b"a=" + b"x" * 70000)
        self.assertEqual(self.visitor.status, 413)
        for text in ("‮evil", "two\nlines", "zero​width", "<script>alert(1)</script>", "عربي", "日本語"):
            page = self.visitor.ask(TRY, {**CASE, "evidence-court-offence": text})
            self.assertIn(self.visitor.status, (200, 422))
            self.assertNotIn("<script>alert", page)
        # Everything at once, five times over.
        full = {name: "yes" for name in re.findall(r'name="([^"]+)"', self.visitor.ask(TRY, {**CASE, "entries": "5"}))
                if name not in ("entries", "do", "robots", "viewport", "description", "color-scheme", "theme-color")}
        for path in ("dates-incident", "dates-recorded"):
            full.update({f"{path}-day": "1", f"{path}-month": "2", f"{path}-year": "2022"})
        self.visitor.ask(TRY, {**full, "entries": "5", "do": "answer"})
        self.assertEqual(self.visitor.status, 422)
        self.assertEqual(self.sent(CASE).count("The answer: hate crime"), 1)

    def test_another_nation_and_a_day_before_any_law_are_for_a_person(self):
        for more in ({"place-nation": "scotland"}, {"dates-recorded-year": "1950", "dates-incident-year": "1949"}):
            self.assertIn("The answer: a person has to decide", plain(self.sent({**CASE, **more})))


class SignedOff(Case):
    """Who signed what, as the record of the force has it."""

    def said(self, path):
        code, text = get(self.server.port, path)
        self.assertEqual(code, 200, path)
        return plain(text)

    def policy(self, *words):
        done = run("policy", *words, "--as", "registrar", "--data", self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def own_pack(self, name):
        """The shipped pack with one file changed after its sign-off, and the manifest made right again."""
        folder = self.path("pack")
        shutil.copytree(os.path.join(ROOT, "policy", "england-wales"), folder)
        with open(os.path.join(folder, name), "a", encoding="utf-8") as f:
            f.write("<!-- another word -->\n")
        done = subprocess.run([sys.executable, os.path.join(ROOT, "tools", "pack_manifest.py"), "--write", folder], timeout=40)
        self.assertEqual(done.returncode, 0)
        return folder

    def test_a_page_says_who_signed_a_version_and_when_and_what_was_changed_afterwards_is_not_used(self):
        self.folder = self.installation(demonstration=True)
        version, path = "ew-recording-2023-06", "/how-we-decide/versions/ew-recording-2023-06"
        with Server(self.folder) as self.server:
            visitor = Visitor(self.server)
            for page in ("/how-we-decide", path):
                self.assertNotIn("Signed off by", self.said(page))
            self.policy("sign", version)
            signed = r"Signed off by Force crime registrar on \d+ [A-Z][a-z]+ \d{4}"
            for page in ("/how-we-decide", path):     # a page that was kept before the act is not shown after it
                self.assertRegex(self.said(page), signed)
            self.assertIn("In force today. Signed off by", self.said("/how-we-decide"))
            self.assertNotRegex(self.said("/how-we-decide/versions/ew-recording-2022-07"), signed)
            answer = plain(visitor.ask(TRY, CASE))
            self.assertIn("The answer: hate crime", answer)
            self.assertIn("Not signed off:", answer)   # the law is not
            # A pack of the force's own, with that version altered.
            self.policy("use", self.own_pack("recording/recording-2023-06.dmn"))
            for page in ("/how-we-decide", path):
                said = self.said(page)
                self.assertIn("Not used: it was changed after it was signed off", said)
                self.assertNotRegex(said, signed)
            self.assertIn("Not in force. Not used", self.said("/how-we-decide"))
            self.assertNotIn("In force today", self.said(path))
            said = visitor.ask(TRY, {**CASE, "dates-recorded-year": "2024"})
            self.assertEqual(visitor.status, 503)      # no answer rests on it, and what was filled in is kept
            self.assertIn("There is no answer Rules that this case needs were changed after they were signed off or taken in", plain(said))
            self.assertIn('value="2024"', said)
            self.assertNotIn("The answer:", plain(said))
            visitor.ask(TRY, CASE)                     # recorded in 2022: another version answers
            self.assertEqual(visitor.status, 200)
            self.policy("use", "--shipped")
            self.assertRegex(self.said(path), signed)
            # Nobody can read the record: nothing is said of it.
            os.rename(os.path.join(self.folder, "candour.db"), os.path.join(self.folder, "away.db"))
            wait_for(lambda: visitor.ask("/search?q=x") and visitor.status == 503, "a server that notices")
            wait_for(lambda: "Whether it was signed off cannot be read just now" in plain(get(self.server.port, path)[1]),
                     "a page that says so")

    def test_a_pack_whose_rows_were_altered_is_on_no_page_and_takes_no_other_page_with_it(self):
        self.folder = self.installation(demonstration=True)
        self.policy("use", os.path.join(ROOT, "policy", "england-wales"))
        db = sqlite3.connect(os.path.join(self.folder, "candour.db"))
        with db:
            db.execute("UPDATE policy_local_file SET bytes = CAST(bytes || x'0a' AS BLOB) WHERE path LIKE 'recording/%'")
        db.close()
        with Server(self.folder) as self.server:
            for path, status in (("/how-we-decide", 500), ("/how-we-decide/versions/ew-recording-2023-06", 500), (TRY, 200),
                                 ("/", 200), ("/news", 200), ("/sitemap.xml", 200)):
                self.assertEqual(get(self.server.port, path)[0], status, path)
            self.assertIn("is not the one that was taken in", self.server.logged())
            self.assertNotIn("/how-we-decide/versions/", get(self.server.port, "/sitemap.xml")[1])
            self.policy("use", "--shipped")
            self.assertEqual(get(self.server.port, "/how-we-decide")[0], 200)
            self.assertIn("/how-we-decide/versions/", get(self.server.port, "/sitemap.xml")[1])

    def test_rules_of_publishing_have_no_first_day(self):
        self.folder = self.installation()
        with Server(self.folder) as self.server:
            front = self.said("/how-we-decide")
            self.assertIn("Rules for publishing: ew-publication-2026-01", front)
            for said in (front, self.said("/how-we-decide/versions/ew-publication-2026-01")):
                self.assertNotIn("2000", said)
                self.assertRegex(said, "No first day .*In force today")
        self.assertRegex(run("policy", "list").stdout, r"(?m)^ew-publication-2026-01 +publication +in force +not signed off$")
        self.assertIn("no first day: it counts on any day", run("policy", "show", "ew-publication-2026-01").stdout)
        self.assertIsNone(json.loads(run("policy", "show", "ew-publication-2026-01", "--json").stdout)[0]["from"])


class WithoutDatabase(Case):
    def test_it_is_answered_while_the_database_is_away(self):
        folder = self.installation()
        with Server(folder) as server:
            os.rename(os.path.join(folder, "candour.db"), os.path.join(folder, "away.db"))
            visitor = Visitor(server)
            wait_for(lambda: visitor.ask("/search?q=x") and visitor.status == 503, "a server that notices")
            self.assertIn("The answer: hate crime", plain(visitor.ask(TRY, CASE)))
            self.assertEqual(visitor.status, 200)
