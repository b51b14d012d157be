"""Sign-offs of versions, a pack of the force's own, and the re-check of what is live."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys

from common import ROOT, Server, run, wait_for
from desk import Desk
from test_policy import Packs, VERSIONS

ENGLAND_WALES = os.path.join(ROOT, "policy", "england-wales")
STORY = """scenario:
  dates: { incident: 2022-03-01, recorded: 2026-01-11 }
  reporter: { role: victim }
  hostility: { strands: [race], perceived_by: [] }
  conduct: [{ act: misnaming, threatening: false, abusive: false, insulting: false, occasions: 1, threat_of: none,
              property_damaged: false, sent_by_network: false }]
claims: none
"""


class Sign(Packs):
    def setUp(self):
        super().setUp()
        self.data = self.installation(demonstration=True)

    def policy(self, *words, code=0):
        done = run("policy", *words, "--data", self.data)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def sign(self, version, pack, by="registrar"):
        return run("policy", "sign", version, "--pack", pack, "--as", by, "--data", self.data)

    def held(self, pack, code=0):
        facts = self.written({"dates": {"incident": "2022-10-10", "recorded": "2022-10-16"}, "conduct": [{"act": "assault"}]})
        return self.policy("eval", "--facts", facts, "--pack", pack, "--json", code=code)

    def test_a_sign_off_says_who_and_when_and_an_answer_needs_all_its_versions_signed(self):
        pack = self.pack()
        self.assertEqual([json.loads(self.held(pack).stdout)[k] for k in ("signed_off", "sign_offs")], [False, []])
        self.refused(self.sign("law-2020", pack, by="press-officer-1"), 1, "no role that may sign")
        self.refused(self.sign("law-1900", pack), 2, "There is no version law-1900")
        self.assertEqual(self.sign("law-2020", pack).returncode, 0)
        self.assertFalse(json.loads(self.held(pack).stdout)["signed_off"])
        self.assertEqual(self.sign("rec-2015", pack).returncode, 0)
        answer = json.loads(self.held(pack).stdout)
        self.assertTrue(answer["signed_off"])
        self.assertEqual([(s["version"], s["by"], s["role"]) for s in answer["sign_offs"]],
                         [(v, "Force crime registrar", "force crime registrar") for v in ("law-2020", "rec-2015")])
        self.assertRegex(self.policy("list", "--pack", pack).stdout,
                         r"law-2020 .* signed off \d{4}-\d\d-\d\d by Force crime registrar, force crime registrar\n")
        one = json.loads(self.policy("show", "law-2020", "--pack", pack, "--json").stdout)[0]
        self.assertEqual((one["signed_off"], one["refused"], len(one["sha256"])), (True, None, 64))
        self.refused(self.sign("law-2020", pack), 1, "signed off already")
        # What nobody was asked for says so: the same pack without the data folder.
        self.assertIn("not signed off", run("policy", "list", "--pack", pack, cwd=self.work).stdout)
        self.assertIn("policy.signed", run("audit", "list", "--data", self.data).stdout)

    def test_what_was_changed_after_its_sign_off_is_refused_and_never_used(self):
        pack = self.pack()
        self.sign("law-2020", pack)
        self.sign("rec-2015", pack)
        name = os.path.join(pack, "law", "small.dmn")
        with open(name, encoding="utf-8") as f:
            was = f.read()
        before = self.sha(pack)
        with open(name, "w", encoding="utf-8") as f:
            f.write(was + "\n")
        self.refused(self.held(pack, code=2), 2, "law/small.dmn is not the file that the manifest means")
        self.manifest(pack)
        after = self.sha(pack)
        self.refused(self.held(pack, code=2), 2, "law-2020 was changed after its sign-off", "law/small.dmn", before, after,
                     "Put back what was signed")
        self.assertRegex(self.policy("list", "--pack", pack).stdout, r"law-2020 .* REFUSED: changed after its sign-off")
        self.assertIn(after, self.policy("show", "law-2020", "--pack", pack, code=2).stderr)
        self.refused(self.sign("law-2020", pack), 3, "was changed after its sign-off")
        # The file back, another first day under the signed id.
        with open(name, "w", encoding="utf-8") as f:
            f.write(was)
        self.manifest(pack, VERSIONS.replace("from: 2020-01-01, files", "from: 2020-02-01, files")
                      .replace("to: 2020-01-01", "to: 2020-02-01"))
        self.refused(self.held(pack, code=2), 2, "the day it begins")
        self.manifest(pack)
        self.assertTrue(json.loads(self.held(pack).stdout)["signed_off"])

    def sha(self, pack):
        with open(os.path.join(pack, "manifest.yaml"), encoding="utf-8") as f:
            return f.read().split("law/small.dmn: ")[1][:64]

    def test_what_is_not_in_force_yet_counts_for_nothing_even_signed(self):
        pack = self.pack(VERSIONS.replace("from: 2015-06-01", "from: 2099-06-01"))
        self.assertEqual(self.sign("rec-2015", pack).returncode, 0)
        answer = json.loads(self.held(pack).stdout)
        self.assertEqual((answer["outcome"], answer["versions"], answer["signed_off"]), ("review", ["law-2020"], False))

    def test_a_pack_of_the_forces_own_counts_from_the_day_it_is_taken_in(self):
        pack = self.pack()
        self.refused(run("policy", "use", pack, "--as", "press-officer-1", "--data", self.data), 1, "no role")
        self.assertIn("4 versions", self.policy("use", pack, "--as", "registrar").stdout)
        shutil.rmtree(pack)  # the rows count, not the folder
        self.assertEqual(len(self.policy("list").stdout.splitlines()), 4)
        self.policy("sign", "law-2020", "--as", "registrar")
        self.assertIn("signed off 2", self.policy("list").stdout)
        db = sqlite3.connect(os.path.join(self.data, "candour.db"))
        with db:
            db.execute("UPDATE policy_local_file SET bytes = CAST(bytes || x'0a' AS BLOB) WHERE path = 'law/small.dmn'")
        db.close()
        self.refused(self.policy("list", code=2), 2, "is not the one that was taken in", "sha256")
        doctor = run("doctor", "--data", self.data)
        self.assertRegex(doctor.stdout, r"problem +policy +The force's own pack is not the one")
        self.policy("use", "--shipped", "--as", "registrar")
        self.assertGreater(len(self.policy("list").stdout.splitlines()), 10)

    def test_a_pack_that_is_broken_or_goes_in_a_circle_is_not_taken_in(self):
        pack = self.pack()
        name = os.path.join(pack, "law", "small.dmn")
        with open(name, encoding="utf-8") as f:
            text = f.read()
        space = text.split(' namespace="')[1].split('"')[0]
        at = text.index("<import")
        for broken in [text[:200], text.replace("</definitions>", ""),
                       text[:at] + f'<import name="self" namespace="{space}" importType="https://www.omg.org/spec/DMN/'
                       '20230324/MODEL/"/>' + text[at:]]:
            with open(name, "w", encoding="utf-8") as f:
                f.write(broken)
            self.manifest(pack)
            done = run("policy", "use", pack, "--as", "registrar", "--data", self.data)
            self.assertNotEqual(done.returncode, 0, broken[at:at + 80])
            self.assertRegex(done.stderr, r"^candour: law/small\.dmn:")
        self.assertGreater(len(self.policy("list").stdout.splitlines()), 10)


class Recheck(Desk):
    def setUp(self):
        super().setUp()
        self.publish("story", "A story", kind="awareness", more=STORY)

    def policy(self, *words, code=0):
        done = run("policy", *words, "--data", self.folder)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def other_pack(self):
        """One that answers otherwise: what it gave as not recorded, it gives for review."""
        pack = self.path("pack")
        shutil.copytree(ENGLAND_WALES, pack)
        name = os.path.join(pack, "recording", "recording-2023-06.dmn")
        with open(name, encoding="utf-8") as f:
            text = f.read()
        outcome = self.outcome()
        self.assertIn(f'<outputEntry><text>"{outcome}"', text)
        with open(name, "w", encoding="utf-8") as f:
            f.write(text.replace(f'<outputEntry><text>"{outcome}"', '<outputEntry><text>"review"'))
        subprocess.run([sys.executable, os.path.join(ROOT, "tools", "pack_manifest.py"), "--write", pack], check=True,
                       stdout=subprocess.DEVNULL)
        return pack

    def outcome(self):
        return json.loads(run("post", "check", "story", "--json", "--data", self.folder).stdout)["scenario_outcome"]

    def doctor(self):
        return next(l for l in run("doctor", "--data", self.folder).stdout.splitlines() if l[9:].startswith("policy"))

    def test_another_pack_makes_every_live_post_be_checked_and_says_which_answers_changed(self):
        self.assertIn("wait for a re-check", self.doctor())
        self.assertRegex(self.policy("recheck"), r"^\d+ live posts checked, 0 answered differently\n$")
        self.assertIn("none is answered differently", self.doctor())
        was = self.outcome()
        self.policy("use", self.other_pack(), "--as", "registrar")
        self.assertIn("wait for a re-check", self.doctor())
        said = self.policy("recheck")
        self.assertIn(f"story\n  as it was recorded: review, before: {was}; ", said)
        self.assertIn(f"  if it were recorded today: review, before: {was}; ", said)
        self.assertTrue(said.endswith(", 1 answered differently\n"), said)
        self.assertIn("answered differently: candour policy recheck says which", self.doctor())
        [row] = json.loads(self.policy("recheck", "--json"))["changed"]
        self.assertEqual((row["post"], row["outcome"], row["outcome_before"]), ("story", "review", was))
        self.assertIn("not signed off", row["versions"])
        # Asked for again, what had changed stays said; nothing is in the list that did not.
        self.assertTrue(self.policy("recheck", "--again").endswith(", 1 answered differently\n"))

    def test_a_pack_that_was_altered_in_the_database_holds_every_post_and_says_why(self):
        self.policy("use", self.other_pack(), "--as", "registrar")
        db = sqlite3.connect(os.path.join(self.folder, "candour.db"))
        with db:
            db.execute("UPDATE policy_local_file SET bytes = CAST(bytes || x'0a' AS BLOB) WHERE path = 'facts.dmn'")
        db.close()
        done = run("post", "check", "story", "--data", self.folder)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("is not the one that was taken in", done.stdout)
        self.policy("use", "--shipped", "--as", "registrar")
        self.assertEqual(run("post", "check", "story", "--data", self.folder).returncode, 0)

    def test_a_sign_off_is_a_reason_and_the_server_does_it(self):
        self.policy("recheck")
        with Server(self.folder) as server:
            self.policy("sign", "ew-recording-2023-06", "--as", "registrar")
            wait_for(lambda: "none is answered differently" in self.doctor(), "the re-check by the worker")
            wait_for(lambda: "policy.rechecked" in server.logged(), "the line in the log")
            line = next(l for l in server.logged().splitlines() if "policy.rechecked" in l)
        self.assertRegex(line, r"changed=0\b|\"changed\": ?0")
        self.assertNotIn("story", line)

    def test_the_check_of_a_file_knows_what_is_signed(self):
        def signed():
            done = run("check", self.file("bare", "A file"), "--json", "--data", self.folder)
            return next(c["outcome"] for c in json.loads(done.stdout)["checks"] if c["id"] == "pack-signed")
        self.assertEqual(signed(), "warn")
        self.policy("sign", "ew-publication-2026-01", "--as", "registrar")
        self.assertEqual(signed(), "pass")

    def test_a_recheck_that_was_broken_off_is_gone_on_with(self):
        self.policy("recheck")
        db = sqlite3.connect(os.path.join(self.folder, "candour.db"))
        with db:
            db.execute("UPDATE policy_recheck SET finished = NULL, upto = (SELECT max(post) FROM post_public), done = 3,"
                       " total = 9, changed = 2")
        db.close()
        self.assertIn("3 of 9 live posts are checked again", self.doctor())
        self.assertTrue(self.policy("recheck").endswith("3 live posts checked, 2 answered differently\n"))

    def test_two_versions_are_compared_over_the_live_posts(self):
        said = self.policy("diff", "ew-recording-2021-12", "ew-recording-2023-06", "--pack", ENGLAND_WALES)
        self.assertRegex(said, r"live post story: \S+, then \S+\n")
        self.assertRegex(said, r"\d+ of \d+ fixtures change\n(live post .*\n)*\d+ of \d+ live posts with a story change\n$")
