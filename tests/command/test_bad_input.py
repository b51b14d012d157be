"""What people give by mistake or on purpose: a clear answer, nothing lost, nothing public by accident. A row a test."""
import concurrent.futures
import json
import os
import re
import sqlite3

from common import Case, Server, get, run

POST = """---
kind: update
title: {title}
{head}channels: [site]
authors: [press-officer-1]
---
{text}
"""


class BadInput(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)
        self.before = self.everything()

    def everything(self):
        """What nobody may change by a mistake: every row of posts, the audit, and what is public."""
        with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
            tables = ("post", "post_edition", "post_work", "post_approval", "post_public", "post_presence", "post_register",
                      "post_event", "audit", "public_generation")
            found = {table: db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables}
        db.close()
        return found

    def unchanged(self, since=None):
        now, since = self.everything(), since or self.before
        for table, rows in since.items():
            self.assertEqual(now[table], rows, table)
        self.whole()

    def whole(self):
        for command in (("audit", "verify"), ("doctor",)):
            done = run(*command, "--data", self.folder)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def post(self, act, *rest, by=None, code=0):
        done = run("post", act, "--data", self.folder, *(["--as", by] if by else []), *rest)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def file(self, name="lamps", title="The lamps", head="", text="Text."):
        path = self.path(name + ".md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(POST.format(title=title, head=head, text=text))
        return path

    def bring(self, *rest, **words):
        return re.search(r"[0-9a-f]{64}", self.post("import", self.file(**words), "--submit", *rest,
                                                    by="press-officer-1").stdout)[0]

    def refused_import(self, *words, line, **file):
        """Refused with the place in the file, and nothing is there afterwards."""
        done = self.post("import", self.file(**file), by="press-officer-1", code=1)
        self.assertRegex(done.stderr + done.stdout, rf"lamps\.md:{line}:\d+: ")
        for word in words:
            self.assertIn(word, done.stderr + done.stdout)
        self.assertNotRegex(done.stderr + done.stdout, "[\u202e\u200b\u200f]")
        self.unchanged()

    def elsewhere(self, at):
        """A copy of a post that was made elsewhere at an impossible time."""
        secret = "the desk of the story\n"
        run("user", "add", "desk", "--name", "Desk", "--role", "author,duty-communications", "--data", self.folder,
            stdin=secret)
        since = self.everything()
        done = run("post", "import", self.file("old"), "--published-elsewhere", "https://social.example/1", "--at", at,
                   "--user", "desk", "--data", self.folder, stdin=secret)
        self.assertIn(done.returncode, (1, 2), done.stdout)
        self.assertIn("--at", done.stderr)
        self.unchanged(since)

    def test_a_date_in_1066(self):
        self.refused_import("must lie between 1970 and 2099", head="date: 1066-10-14\n", line=4)
        self.bring()
        self.post("approve", "lamps", by="approver")
        since = self.everything()
        done = self.post("schedule", "lamps", "--at", "1066-10-14T09:00", by="duty-communications", code=1)
        self.assertIn("at least 5 minutes ahead", done.stderr)
        self.unchanged(since)
        self.elsewhere("1066-10-14T09:00")

    def test_a_date_in_9999(self):
        self.refused_import("must lie between 1970 and 2099", head="date: 9999-12-31\n", line=4)
        self.bring()
        self.post("approve", "lamps", by="approver")
        since = self.everything()
        for at in ("9999-12-31T09:00", "2099-12-31T09:00"):
            done = self.post("schedule", "lamps", "--at", at, by="duty-communications", code=1)
            self.assertIn("at most 366 days ahead", done.stderr)
        self.unchanged(since)
        self.elsewhere("9999-12-31T09:00")

    def test_a_title_of_10000_characters(self):
        self.refused_import("10000 characters", "at most", title="a" * 10000, line=3)
        self.refused_import("10000 characters", "at most", title="\u00e4" * 10000, line=3)

    def test_right_to_left_marks(self):
        self.refused_import("U+202E", title='"The \u202elamps"', line=3)
        self.refused_import("U+202E", title='"The \\u202Elamps"', line=3)
        self.refused_import("U+200F", text="Text \u200fhere.", line=7)
        self.refused_import("U+202E", text="Text &#x202E;here.", line=7)
        self.bring()
        self.post("approve", "lamps", by="approver")
        self.post("publish", "lamps", by="duty-communications")
        since = self.everything()
        done = self.post("withdraw", "lamps", "--reason", "The \u202eday was wrong.", by="duty-communications", code=1)
        self.assertIn("plain words", done.stderr)
        self.unchanged(since)

    def test_zero_width_and_lookalike_letters_in_a_name(self):
        # In the head they are refused where they stand; in the text the name is found as it is read.
        self.refused_import("U+200B", head='people: [{ as_written: "S\u200bam", kind: fictitious }]\n', line=4)
        for name in ("Sam", "\u0405am", "S\u200bam", "Sa\u200dm", "S\u0430\u2060m", "\uff33\uff41\uff4d", "\U0001d412am"):
            path = self.file(text=f"{name} 30 from Hartley was followed.")
            shown = json.loads(run("check", path, "--json").stdout)
            person = next(row for row in shown["checks"] if row["id"] == "person-kind")
            self.assertEqual(person["outcome"], "block", name)
            self.assertIn("Sam 30", json.dumps(person), name)
            done = self.post("import", path, "--submit", by="press-officer-1", code=1)
            self.assertIn("person-kind", done.stderr)
            self.unchanged()

    def test_an_approval_of_yesterdays_hash(self):
        yesterday = self.bring()
        self.bring(text="Text, mended.")
        since = self.everything()
        done = self.post("approve", "lamps", "--edition", yesterday, by="approver", code=1)
        self.assertIn("is not the newest edition, which is number 2", done.stderr)
        self.unchanged(since)
        # An approval of yesterday does not reach what was written since.
        self.post("approve", "lamps", by="approver")
        self.bring(text="Text, mended again.")
        since = self.everything()
        done = self.post("publish", "lamps", by="duty-communications", code=1)
        self.assertIn("has not been approved", done.stderr)
        done = self.post("publish", "lamps", "--edition", yesterday, by="duty-communications", code=1)
        self.assertIn("is not the newest edition", done.stderr)
        self.unchanged(since)

    def test_two_approvals_at_once(self):
        for n in range(6):
            key = f"lamps-{n}"
            edition = self.bring(name=key, title=f"Lamps {n}")
            with concurrent.futures.ThreadPoolExecutor(4) as at_once:
                done = list(at_once.map(lambda user: run("post", "approve", key, "--edition", edition, "--as", user,
                                                         "--data", self.folder),
                                        ("approver", "head-of-communications", "approver", "head-of-communications")))
            # Each is told what came of it; what counts twice counts once.
            self.assertEqual({d.returncode for d in done} - {0, 1}, set(), [d.stderr for d in done])
            self.assertTrue(any(d.returncode == 0 for d in done), [d.stderr for d in done])
            for d in done:
                self.assertEqual(d.stdout.count("approved") + d.stderr.count("candour: "), 1, d.stdout + d.stderr)
            with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
                approvals = db.execute("SELECT account FROM post_approval a JOIN post_edition e ON e.id = a.edition "
                                       "JOIN post p ON p.id = e.post WHERE p.key = ?", (key,)).fetchall()
                events = db.execute("SELECT count(*) FROM post_event v JOIN post p ON p.id = v.post WHERE p.key = ? AND "
                                    "v.what = 'approved'", (key,)).fetchone()[0]
            db.close()
            self.assertEqual(len(approvals), len(set(approvals)), "one approver counts once")
            self.assertEqual(events, len(approvals))
            self.assertEqual(sum(d.returncode == 0 for d in done), len(approvals))
        # An approval and a new edition at once: what goes out is what was approved, or nothing.
        for n in range(6):
            key = f"bells-{n}"
            edition = self.bring(name=key, title=f"Bells {n}")
            path = self.file(key, title=f"Bells {n}", text="Other text.")
            with concurrent.futures.ThreadPoolExecutor(2) as at_once:
                both = [at_once.submit(run, "post", *words, "--data", self.folder) for words in (
                    ("approve", key, "--edition", edition, "--as", "approver"),
                    ("import", path, "--submit", "--as", "press-officer-1"))]
                done = [future.result() for future in both]
            self.assertEqual(done[1].returncode, 0, done[1].stderr)
            self.assertIn("has not been approved", self.post("publish", key, by="duty-communications", code=1).stderr)
        self.whole()

    def test_a_withdrawal_of_what_was_never_published(self):
        self.bring()
        self.post("approve", "lamps", by="approver")
        self.bring(name="bells", title="The bells")
        self.post("approve", "bells", by="approver")
        self.post("publish", "bells", by="duty-communications")
        since = self.everything()
        withdraw = ("--reason", "error: the day was wrong")
        done = self.post("withdraw", "lamps", *withdraw, by="duty-communications", code=1)
        self.assertIn("lamps is not public: there is nothing to withdraw", done.stderr)
        self.unchanged(since)
        # Together with what is public: neither, and the one that is not is named.
        for keys in (("bells", "lamps"), ("lamps", "bells")):
            done = self.post("withdraw", *keys, *withdraw, by="duty-communications", code=1)
            self.assertIn("lamps is not public", done.stderr)
            self.unchanged(since)
        done = self.post("withdraw", "bells", "nothing", *withdraw, by="duty-communications", code=2)
        self.assertIn("There is no post", done.stderr)
        self.unchanged(since)
        done = self.post("withdraw", "bells", "bells", *withdraw, by="duty-communications", code=1)
        self.assertIn("was withdrawn already", done.stderr)
        self.unchanged(since)
        with Server(self.folder) as server:
            self.assertIn("The bells", get(server.port, "/news")[1])
            self.assertNotIn("The lamps", get(server.port, "/news")[1])
