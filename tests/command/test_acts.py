"""The acts on one post: which edition they are about, and what is said of it."""
import json
import os
import re
import resource
import subprocess

from common import BINARY, Case, run

POST = "---\nkind: update\ntitle: {title}\nchannels: [site]\nauthors: [press-officer-1]\n---\n{text}\n"


class Acts(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)
        self.file = os.path.join(os.path.dirname(self.folder), "lamps.md")

    def post(self, act, *rest, by=None, code=0):
        done = run("post", act, "--data", self.folder, *(["--as", by] if by else []), *rest)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def bring(self, title, text="Text."):
        with open(self.file, "w", encoding="utf-8") as f:
            f.write(POST.format(title=title, text=text))
        return re.search(r"[0-9a-f]{64}", self.post("import", self.file, "--submit", by="press-officer-1").stdout)[0]

    def test_post_show_gives_the_command_that_approves_exactly_this_edition(self):
        edition = self.bring("The lamps are mended")
        command = f"candour post approve lamps --edition {edition}\n"
        self.assertIn(command, self.post("show", "lamps").stdout)
        self.bring("The lamps are broken")
        refused = self.post(*command.split()[2:], by="approver", code=1)
        self.assertIn("is not the newest edition, which is number 2", refused.stderr)
        command = re.search(r"candour (post approve .*)", self.post("show", "lamps").stdout)[1]
        self.post(*command.split()[1:], by="approver")
        command = re.search(r"candour (post publish .*)", self.post("show", "lamps").stdout)[1]
        self.post(*command.split()[1:], by="duty-communications")
        self.assertNotIn("--edition", self.post("show", "lamps").stdout)

    def test_an_approval_says_number_title_and_hash(self):
        edition = self.bring("The lamps are mended")
        said = self.post("approve", "lamps", by="approver").stdout
        self.assertEqual(said, f'lamps: edition 1 approved, "The lamps are mended", {edition}\n')

    def test_an_edition_is_named_by_8_to_64_digits_in_any_letter_case(self):
        edition = self.bring("The lamps are mended")
        for wrong in (edition[:7], edition + "0", "g" * 12, edition[:8] + " ", "0x" + edition[:10]):
            self.assertIn("--edition takes the hash", self.post("approve", "lamps", "--edition", wrong, by="approver",
                                                                code=2).stderr)
        other = ("1" if edition[7] == "0" else "0").join((edition[:7], edition[8:]))
        self.post("approve", "lamps", "--edition", other, by="approver", code=1)
        self.post("approve", "lamps", "--edition", edition[:8].upper(), by="approver")
        self.post("publish", "lamps", "--edition", edition.upper(), by="duty-communications")

    def test_a_withdrawal_takes_no_edition(self):
        edition = self.bring("The lamps are mended")
        self.post("approve", "lamps", by="approver")
        self.post("publish", "lamps", by="duty-communications")
        refused = self.post("withdraw", "lamps", "--edition", edition, "--reason", "Wrong.", by="duty-communications",
                            code=2)
        self.assertIn("post withdraw takes no --edition", refused.stderr)

    def test_a_limit_on_file_sizes_is_a_fault_and_not_the_end(self):
        self.bring("The lamps are mended")
        limit = 30 * 1024
        done = subprocess.run([BINARY, "post", "approve", "lamps", "--data", self.folder, "--as", "approver"],
                              capture_output=True, text=True,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, "^candour: Reading or writing .* failed")
        self.post("approve", "lamps", by="approver")

    def test_a_ground_that_is_misspelt_publishes_nothing_and_changes_nothing(self):
        self.bring("The lamps")
        self.post("approve", "lamps", by="approver")
        self.post("publish", "lamps", by="duty-communications")
        for options in (("personal dat: Sam lives there",), ("Court Orders: Sam",), ("personel data",), ("safty",),
                        ("Sam", "--ground", "personel-data")):
            said = self.post("withdraw", "lamps", "--reason", *options, by="duty-communications", code=2).stderr
            self.assertIn("Grounds are error", said, options)
        shown = json.loads(self.post("show", "lamps", "--json").stdout)
        self.assertEqual((shown["ground"], shown["state"]), (None, "published"))

    def test_only_a_ground_with_a_colon_is_taken_off_a_reason(self):
        for n, (options, ground, reason) in enumerate((
                (("policy: guidance has changed",), "policy", "guidance has changed"),
                (("policy/guidance has changed",), "other", "policy/guidance has changed"),
                (("error/policy: both", "--ground", "other"), "other", "error/policy: both"),
                (("The sign said: error",), "other", "The sign said: error"),
                (("policy: see 1/2: guidance", "--ground", "error"), "error", "policy: see 1/2: guidance"),
                (("safety",), "safety", None))):
            self.file = os.path.join(os.path.dirname(self.file), f"lamps-{n}.md")
            self.bring(f"The lamps, {n}")
            self.post("approve", f"lamps-{n}", by="approver")
            self.post("publish", f"lamps-{n}", by="duty-communications")
            self.post("withdraw", f"lamps-{n}", "--reason", *options, by="duty-communications")
            key = f"lamps-{n}"
            if ground == "safety":  # erased, its name too
                key = re.search(r"erased-[0-9a-f]{20}", self.post("list").stdout)[0]
            shown = json.loads(self.post("show", key, "--json").stdout)
            self.assertEqual((shown["ground"], shown["reason"]), (ground, reason))
