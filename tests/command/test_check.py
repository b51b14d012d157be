"""candour check: what it prints of a post, and how it ends."""
import glob
import json
import os

from common import ROOT, Case, run

CASES = os.path.join(ROOT, "tests", "cases", "posts")
HEAD = "---\nkind: advice\ntitle: A title\nchannels: [site]\nauthors: [a]\n%s---\n%s\n"
IDS = ["scenario-policy", "call-to-action", "witness-appeal", "law-wording", "statement-speaker", "person-kind",
       "fictitious-label", "stock-label", "ai-label", "posed-label", "image-claim", "image-licence", "model-release",
       "image-reuse", "alt-text", "active-proceedings", "court-order", "under-18", "lifelong-anonymity", "naming-on-arrest", "naming-on-charge",
       "custody-image", "wanted-image", "personal-data", "pre-election", "equality-note", "reporting-route", "report-wording",
       "hashtag-case", "plain-language", "captions", "welsh-pair", "pack-signed"]
MEMBERS = ["publishable", "edition", "labels", "scenario_outcome", "questions", "versions", "checks", "faults"]


class Check(Case):
    def post(self, body, head=""):
        path = self.path("post.md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(HEAD % (head, body))
        return path

    def answers(self, path, *arguments, code, cwd=None):
        done = run("check", path, "--json", *arguments, cwd=cwd or self.work)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual(list(said), MEMBERS)
        return said, {check["id"]: check for check in said["checks"]}

    def test_a_post_without_a_fault_can_go_out(self):
        path = self.post("Mark your bike.")
        done = run("check", path, cwd=self.work)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.splitlines()[-1], "It can go out: no check blocks.")
        # The rules are as they were delivered: no registrar of this test has signed them.
        self.assertEqual([line.split(":")[:2] for line in done.stdout.splitlines()[1:-1]],
                         [["warning", " pack-signed"], ["    version", " ew-publication-2026-01"]])
        self.assertEqual(len(run("check", path, "--all", cwd=self.work).stdout.splitlines()), len(IDS) + 3)
        said, checks = self.answers(path, code=0)
        self.assertTrue(said["publishable"])
        self.assertEqual([check for check in checks], IDS)
        self.assertEqual((said["scenario_outcome"], said["questions"], said["faults"]), (None, [], []))
        self.assertEqual(said["versions"], ["ew-publication-2026-01"])
        for check in checks.values():
            self.assertEqual(list(check), ["id", "version", "outcome", "why", "evidence", "fix", "citation"])
            self.assertEqual(check["version"], "ew-publication-2026-01")
            self.assertRegex(check["citation"]["rule"], rf"^publication-2026-01/{check['id']}/\d+$")
            self.assertIsInstance(check["citation"]["verified"], bool)

    def test_a_block_stands_first_with_its_line_and_what_to_do(self):
        path = self.post("Words. #hatecrime\n\nSam, 30, was followed. [Tell us](/reprot).")
        done = run("check", path, cwd=self.work)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        lines = done.stdout.splitlines()
        self.assertRegex(lines[1], r"^BLOCKS: scenario-policy: .*Add \"scenario\"")
        self.assertRegex(done.stdout, r"(?m)^BLOCKS: person-kind: .*Add them to \"people\".*\n    body:3: Sam, 30$")
        self.assertRegex(done.stdout, r"(?s)BLOCKS: reporting-route: .*body:3: /reprot is no page.*warning: hashtag-case")
        self.assertRegex(done.stdout, r"(?m)^The story is recorded as: insufficient-facts \(ew-recording-.*; not signed off\)")
        self.assertIn("    to ask: ", done.stdout)
        self.assertEqual(lines[-1], "It cannot go out: 3 checks block. 3 answers are to be confirmed by a person before approval.")
        said, checks = self.answers(path, code=1)
        self.assertFalse(said["publishable"])
        self.assertEqual(checks["person-kind"]["outcome"], "block")
        self.assertEqual(checks["person-kind"]["evidence"], [{"where": "body:3", "text": "Sam, 30"}])
        self.assertEqual(checks["hashtag-case"]["outcome"], "warn")

    def test_a_confirm_changes_neither_answer_nor_exit_code(self):
        path = self.post("Words.", "people: [{ as_written: Sam, kind: composite }]\n")
        said, checks = self.answers(path, code=0)
        self.assertTrue(said["publishable"])
        self.assertEqual(said["labels"], ["composite"])
        self.assertEqual(checks["fictitious-label"]["outcome"], "confirm")
        self.assertIn("3 answers are to be confirmed", run("check", path, cwd=self.work).stdout)

    def test_a_file_with_faults_has_no_answers(self):
        path = self.path("bad.md")
        with open(path, "w") as f:
            f.write("no head")
        said, checks = self.answers(path, code=1)
        self.assertEqual((said["publishable"], said["edition"], checks), (False, None, {}))
        self.assertEqual(len(said["faults"]), 1)
        self.assertEqual(run("check", self.path("none.md"), cwd=self.work).returncode, 2)

    def test_a_way_to_report_is_a_page_that_is_served(self):
        head = "topics: [hate-crime]\n"
        for body, outcome in [("[a](/report) [b](/support)", "pass"), ("[a](/report/) [b](/support)", "block"),
                              ("[a](/report/x) [b](/support)", "block"), ("[a](/report) [b](/support) [c](/news)", "pass"),
                              ("[a](/report) [b](/support) [c](/newz)", "warn")]:
            with self.subTest(body):
                _, checks = self.answers(self.post(body, head), code=int(outcome == "block"))
                self.assertEqual(checks["reporting-route"]["outcome"], outcome)

    def test_the_address_of_the_site_is_that_of_its_settings(self):
        folder = self.installation()
        self.write(folder, "candour.yaml", "site:\n  name: Midshire Police\n  address: https://midshire.example\n")
        path = self.post("[a](https://midshire.example/report) [b](/support)", "topics: [hate-crime]\n")
        # ./data is looked into where it is there, as by every other command.
        self.assertEqual(self.answers(path, code=0, cwd=os.path.dirname(folder))[1]["reporting-route"]["outcome"], "pass")
        self.assertEqual(self.answers(path, code=1, cwd=folder)[1]["reporting-route"]["outcome"], "block")
        _, checks = self.answers(path, "--data", folder, code=0)
        self.assertEqual(checks["reporting-route"]["outcome"], "pass")
        self.assertEqual(run("check", path, "--data", self.path("nowhere"), cwd=self.work).returncode, 2)

    def test_each_case_has_its_answers(self):
        with open(os.path.join(CASES, "expected.json"), encoding="utf-8") as f:
            expected = json.load(f)
        for path in sorted(glob.glob(os.path.join(CASES, "*.md"))):
            wanted = expected[os.path.basename(path)[:-3]]
            said = json.loads(run("check", path, "--json", cwd=self.work).stdout)
            checks = {check["id"]: check["outcome"] for check in said["checks"]}
            for member, outcome in [("block", "block"), ("confirm", "confirm"), ("warn", "warn"), ("pass", "pass"),
                                    ("not_applicable", "not-applicable")]:
                for name in wanted.get(member, []):
                    if name in checks:
                        with self.subTest(path, check=name):
                            self.assertEqual(checks[name], outcome)
            if "scenario_outcome" in wanted:
                self.assertEqual(said["scenario_outcome"], wanted["scenario_outcome"], path)
            for name in wanted.get("questions", []):
                self.assertTrue(any(name in question["fact"] for question in said["questions"]), (path, name))
            if "labels" in wanted:
                self.assertEqual(sorted(said["labels"]), sorted(wanted["labels"]))
            # What another check has to hold is not held before that check is there.
            if wanted["publishable"] or all(name in checks for name in wanted.get("block", [])):
                self.assertEqual(said["publishable"], wanted["publishable"], path)
