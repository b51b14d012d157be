"""The story that candour is there for, played at the command line, with the public pages read at every step."""
import calendar
import csv
import io
import json
import os
import re
import sqlite3
import time

from common import Case, Server, answer, get, run, wait_for

# Everybody and every place here is made up.
PORTRAIT = """---
kind: awareness
title: "{name}, {age}"
date: {day}
campaign: A week against hate
topics: [hate-crime, awareness-week]
channels: [site]
authors: [press-officer-1]
---
> {words}

{name}, {age}, Hartley

If this happens to you, report it. [Report hate crime](/report), or [talk to people who help](/support).
"""
STATEMENT = """---
kind: statement
title: About our posts in the week against hate
date: {day}T19:11
topics: [hate-crime, transparency]
channels: [site]
authors: [head-of-communications]
speaker: {{ name: "Robin Ashdown", office: "Chief Constable of Midshire Police" }}
promises:
  - {{ what: "review how we use stock images and names that are made up", owner: head-of-communications, due: 2027-01-15 }}
  - {{ what: "have every story read by the hate crime team before it goes out", owner: hate-crime-adviser, due: 2027-03-01 }}
about: [monday, tuesday]
---
This week we posted portraits with quotes. The pictures were stock images, the names were made up, and we did not say so.
One of the stories is not a crime by itself, and we asked people to report it as one. We are sorry.

In danger call 999. [Report hate crime](/report). [Get support](/support).
"""
FOLLOWUP = """---
kind: update
title: What our review of stock images found
channels: [site]
authors: [head-of-communications]
about: [statement]
---
We looked at every post of the last two years. From now on every picture has a record, and the page says what it is.
"""


class Story(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)

    def post(self, act, *rest, by=None, code=0):
        if act == "approve":
            answer(self.folder, rest[0], by="hate-crime-adviser")
        done = run("post", act, "--data", self.folder, *(["--as", by] if by else []), *rest)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def command(self, *words, code=0):
        done = run(*words, "--data", self.folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def write(self, name, text):
        path = os.path.join(os.path.dirname(self.folder), name + ".md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def both(self):
        """An account that may do what two people of the demonstration may."""
        run("user", "add", "desk", "--name", "Desk", "--role", "author,duty-communications", "--data", self.folder,
            stdin="the desk of the story\n")

    def elsewhere(self, name, url, at):
        done = run("post", "import", name, "--published-elsewhere", url, "--at", at, "--user", "desk", "--data",
                   self.folder, stdin="the desk of the story\n")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def address(self, key):
        return json.loads(self.post("show", key, "--json"))["address"]

    def test_the_failure_from_the_first_draft_to_the_kept_promise(self):
        self.both()
        monday = PORTRAIT.format(name="Jo", age=41, day="2026-11-16", words="I was called by my old name, and it hurt.")
        tuesday = PORTRAIT.format(name="Sam", age=30, day="2026-11-17", words="They shouted at me on the bus.")
        with Server(self.folder) as server:
            # Made here it would not have gone out: nobody held the story against law and policy, and the person is
            # neither said to be real nor to be made up.
            self.post("import", self.write("here", monday), by="press-officer-1")
            self.assertIn("scenario-policy", self.post("submit", "here", by="press-officer-1", code=1))
            self.assertIn("BLOCKS: person-kind", self.post("check", "here", code=1))
            self.post("discard", "here", by="press-officer-1")
            # It was made on an account elsewhere, where nobody asked.
            self.elsewhere(self.write("monday", monday), "https://social.example/midshire/1", "2026-11-16T09:00")
            self.elsewhere(self.write("tuesday", tuesday), "https://social.example/midshire/2", "2026-11-17T09:00")
            page = get(server.port, self.address("monday"))[1]
            self.assertIn("This is a copy of a post that was made elsewhere", page)
            self.assertIn("https://social.example/midshire/1", page)
            self.assertIn("16 November 2026 at 9am", page)
            self.assertIn("Here it would not have been published", page)
            self.assertIn("does not say whether they are real or made up", page)
            self.assertIn("that nobody had held against the law and the recording policy", page)
            self.assertEqual(get(server.port, "/news")[1].count("This is a copy of a post that was made elsewhere"), 2)
            # Withdrawn together.
            self.post("withdraw", "monday", "tuesday", "--reason",
                      "disclosure: the pictures were stock images and the names made up, and we did not say so",
                      by="duty-communications")
            for key in ("monday", "tuesday"):
                page = get(server.port, self.address(key))[1]
                self.assertIn("This post was withdrawn on", page)
                self.assertIn("we did not say so", page)
            self.assertNotIn("Sam, 30", get(server.port, "/news")[1])
            # The statement: nobody publishes words that the speaker has not confirmed.
            self.post("import", self.write("statement", STATEMENT.format(day="2026-11-20")), "--submit",
                      by="head-of-communications")
            self.assertIn("has not confirmed", self.post("approve", "statement", by="approver", code=1))
            self.assertIn("Only the speaker confirms", self.command("speaker-confirm", "statement", "--as", "approver",
                                                                    code=1))
            self.command("speaker-confirm", "statement", "--as", "chief-officer")
            self.post("approve", "statement", by="approver")
            self.post("publish", "statement", by="duty-communications")
            page = get(server.port, self.address("statement"))[1]
            self.assertIn("Robin Ashdown, Chief Constable of Midshire Police", page)
            self.assertIn("The speaker confirmed these words on", page)
            self.assertIn(self.address("monday"), page)
            self.assertIn(self.address("statement"), get(server.port, self.address("tuesday"))[1])
            # The promises stand in the register until a follow-up closes them.
            register = get(server.port, "/corrections")[1]
            self.assertIn("Promises that are open", register)
            self.assertIn("review how we use stock images", register)
            self.assertIn("To be kept by 15 January 2027.", register)
            self.keep("statement", "1", "nowhere", "There is no post")
            self.post("import", self.write("followup", FOLLOWUP), "--submit", by="head-of-communications")
            self.keep("statement", "1", "followup", "is not public")
            self.post("approve", "followup", by="approver")
            self.post("publish", "followup", by="duty-communications")
            self.command("promise", "keep", "statement", "1", "--by", "followup", "--as", "duty-communications")
            kept = get(server.port, "/corrections?kind=kept")[1]
            self.assertIn("What shows that it was kept:", kept)
            self.assertIn(self.address("followup"), kept)
            self.assertRegex(self.command("promise", "list"), r"statement 1  kept")
        self.assertIn("whole", self.command("audit", "verify"))

    def keep(self, key, number, by, words):
        said = self.command("promise", "keep", key, number, "--by", by, "--as", "duty-communications", code=1 if
                            "is not public" == words else 2)
        self.assertIn(words, said)
        return "is not public"

    def test_the_register_is_read_by_kind_and_month_and_by_programs(self):
        with Server(self.folder) as server:
            everything = get(server.port, "/corrections")[1]
            self.assertIn("About our posts in the week against hate", everything)
            self.assertIn("Late: it was to be kept by", everything)
            now = time.localtime()
            first = (now.tm_mon - 1) // 3 * 3 + 1
            self.assertIn(f"{calendar.month_name[first]} to {calendar.month_name[first + 2]} {now.tm_year}", everything)
            withdrawn = json.loads(get(server.port, "/corrections.json?kind=withdrawal")[1])
            self.assertEqual([row["title"] for row in withdrawn], ["Dee, 24", "Sam, 30", "Jo, 41"])
            month = withdrawn[0]["time"][:7]
            self.assertIn("It had not said what it should have said",
                          get(server.port, f"/corrections?kind=withdrawal&month={month}")[1])
            self.assertIn("There is nothing here", get(server.port, "/corrections?kind=withdrawal&month=2025-01")[1])
            for wrong in ("kind=nothing", "month=2025-13", "month=2025-1", "month=0000-01", "after=x", "after=1", "after=1.2.3"):
                self.assertEqual(get(server.port, "/corrections?" + wrong)[0], 404, wrong)
                self.assertEqual(get(server.port, "/corrections.csv?" + wrong)[0], 404, wrong)
            rows = json.loads(get(server.port, "/corrections.json")[1])
            table = list(csv.DictReader(io.StringIO(get(server.port, "/corrections.csv")[1])))
            self.assertEqual(len(rows), len(table))
            for row, line in zip(rows, table):
                self.assertEqual({name: value or "" for name, value in row.items()}, line)
            self.assertEqual({row["kind"] for row in rows},
                             {"withdrawal", "promise", "kept", "correction", "ending", "emergency"})

    def test_the_demonstration_tells_the_failure_on_its_pages(self):
        with Server(self.folder) as server:
            pages = {key: get(server.port, self.address(key))[1] for key in
                     ("02-doorstep-callers", "06-river-path", "07-former-name", "08-on-the-bus", "09-the-ramp",
                      "10-statement", "11-every-picture")}
            for key in ("07-former-name", "08-on-the-bus", "09-the-ramp"):
                for words in ("This post was withdrawn on", "This is a copy of a post that was made elsewhere",
                              "does not say whether they are real or made up", "its picture is not what was said of it",
                              self.address("10-statement"), "/campaigns/week-against-hate", "are made up"):
                    self.assertIn(words, pages[key], key)
                self.assertIn(self.address(key), pages["10-statement"])
                self.assertNotIn("<img", pages[key])
            self.assertIn("at 7:11pm", pages["10-statement"])
            self.assertIn("The speaker confirmed these words", pages["10-statement"])
            self.assertIn(self.address("11-every-picture"), pages["10-statement"])
            self.assertIn("Illustration.", pages["06-river-path"])
            self.assertIn("Name and story made up to illustrate.", pages["02-doorstep-callers"])
            for key in ("02-doorstep-callers", "06-river-path"):
                picture = re.search(r'<img src="([^"]+)"', pages[key])[1]
                self.assertEqual(get(server.port, picture)[0], 200, "a picture is there at the first visit")
            self.assertIn("/campaigns/lights-on", get(server.port, "/")[1])
        self.assertIn("whole", self.command("audit", "verify"))

    def test_a_correction_shows_what_it_changed_word_by_word(self):
        text = "---\nkind: update\ntitle: The lamp\nchannels: [site]\nauthors: [press-officer-1]\n---\nThe lamp is {}.\n"
        self.post("import", self.write("lamp", text.format("red & grey")), "--submit", by="press-officer-1")
        self.post("approve", "lamp", by="approver")
        self.post("publish", "lamp", by="duty-communications")
        self.post("import", self.write("lamp", text.format("green")), "--submit", by="press-officer-1")
        self.assertIn("approved by a second person", self.post(
            "correct", "lamp", "--kind", "factual", "--reason", "It is green.", by="duty-communications", code=1))
        self.post("approve", "lamp", by="approver")
        with Server(self.folder) as server:
            self.assertIn("red &amp; grey", get(server.port, self.address("lamp"))[1])
            self.post("correct", "lamp", "--kind", "factual", "--reason", "It is green.", by="duty-communications")
            page = get(server.port, self.address("lamp"))[1]
        self.assertRegex(page, r"<del>.*red.*amp;.*</del><ins>.*green.*</ins>")
        self.assertIn("Something that it said was wrong. It is green.", page)
        self.assertNotIn("In the title", page)

    def test_a_ground_that_hides_leaves_no_word_in_the_register(self):
        self.post("import", self.write("secret", FOLLOWUP.replace("about: [statement]\n", "")), "--submit",
                  by="press-officer-1")
        self.post("approve", "secret", by="approver")
        self.post("publish", "secret", by="duty-communications")
        self.post("withdraw", "secret", "--reason", "court-order", by="duty-communications")
        with Server(self.folder) as server:
            for path in ("/corrections", "/corrections.json", "/corrections.csv", "/corrections?kind=withdrawal"):
                text = get(server.port, path)[1]
                self.assertNotIn("review of stock images", text, path)
                self.assertNotIn("what-our-review", text, path)
            self.assertIn("Ground: the order of a court.", get(server.port, "/corrections")[1])

    def scheduled(self, key, seconds_ago):
        """A post whose release is due since then: five minutes are too long for a test, so its rows are set back."""
        self.post("import", self.write(key, FOLLOWUP.replace("about: [statement]\n", "")), "--submit",
                  by="press-officer-1")
        self.post("approve", key, by="approver")
        soon = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 3 * 3600))
        self.post("schedule", key, "--at", soon, by="duty-communications")
        due = int((time.time() - seconds_ago) * 1000)
        with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
            edition = db.execute("SELECT e.id FROM post_edition e JOIN post p ON p.id = e.post WHERE p.key = ?",
                                 (key,)).fetchone()[0]
            db.execute("UPDATE post_work SET due = ? WHERE edition = ?", (due, edition))
            db.execute("UPDATE job SET key = ?, run_at = ?, first_at = ? WHERE kind = 'posts.release'",
                       (f"{edition}.{due}", due, due))
        db.close()

    def state(self, key):
        return json.loads(self.post("show", key, "--json"))["state"]

    def test_the_worker_releases_what_is_due(self):
        self.scheduled("due", 1)
        with Server(self.folder) as server:
            wait_for(lambda: self.state("due") == "published", "the release")
            self.assertIn("What our review of stock images found", get(server.port, self.address("due"))[1])

    def test_a_release_that_is_too_late_is_held_and_said_loudly(self):
        self.scheduled("late", 16 * 60)
        with Server(self.folder):
            wait_for(lambda: self.state("late") == "failed", "the hold")
        self.assertIn("Its time passed", self.post("show", "late"))
        self.assertRegex(self.command("doctor", code=1), r"problem +posts +1 scheduled release did not go out")
        self.post("publish", "late", by="duty-communications")
        self.assertRegex(self.command("doctor"), r"ok +posts")
