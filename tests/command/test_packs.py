"""The policy packs as they are shipped: no model has a fault, every rule has its citation, the manifest means these files."""
import glob
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

from common import ROOT, Case, run

PACK = os.path.join(ROOT, "policy", "england-wales")
MANIFEST = os.path.join(ROOT, "tools", "pack_manifest.py")
MODEL = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
NOTES = ["reason", "instrument", "place", "address", "verified"]
# Of the rules of publication: what the officer reads, and what is to be done about it.
CHECK_NOTES = ["why", "fix"] + NOTES[1:]
TO_MEND = {'"warn"', '"confirm"', '"block"'}
VERIFIED = {"yes", "yes, from a secondary source", "no"}


def models():
    return sorted(glob.glob(os.path.join(PACK, "**", "*.dmn"), recursive=True))


def text(element):
    return element.findtext(MODEL + "text") or ""


def manifest(folder, *arguments):
    return subprocess.run([sys.executable, MANIFEST, *arguments, folder], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=40)


class Packs(Case):
    def test_no_model_has_an_error_a_gap_or_a_rule_that_never_counts(self):
        self.assertGreater(len(models()), 30)
        for path in models():
            with self.subTest(os.path.relpath(path, PACK)):
                done = run("dmn", "check", path, "--imports", PACK)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(done.stdout, f"{path}: no fault was found.\n")

    def test_every_rule_has_a_sentence_a_citation_and_says_whether_it_is_verified(self):
        rules = 0
        for path in models():
            for decision in ET.parse(path).getroot().iter(MODEL + "decision"):
                for table in decision.iter(MODEL + "decisionTable"):
                    self.assertEqual(table.get("hitPolicy"), "FIRST", path)
                    check = os.path.basename(os.path.dirname(path)) == "publication"
                    self.assertEqual([a.get("name") for a in table.iter(MODEL + "annotation")],
                                     CHECK_NOTES if check else NOTES, path)
                    for column in table.iter(MODEL + "input"):
                        self.assertTrue(column.get("label"), path)
                    for rule in table.iter(MODEL + "rule"):
                        notes = [text(note) for note in rule.iter(MODEL + "annotationEntry")]
                        reason, (instrument, _, address, verified) = notes[0], notes[-4:]
                        where = f"{path}, {decision.get('name')}: {reason}"
                        if check:  # who has to act is told what to do, and nobody else
                            self.assertEqual(bool(notes[1]), text(rule.find(MODEL + "outputEntry")) in TO_MEND, where)
                        self.assertRegex(reason, r"^[A-Z].*\.$", where)
                        self.assertTrue(instrument, where)
                        self.assertRegex(address, r"^(https://\S+)?$", where)
                        self.assertIn(verified, VERIFIED, where)
                        rules += 1
        self.assertGreater(rules, 300)

    def test_each_offence_of_a_file_is_a_decision_of_it(self):
        for path in models():
            with open(path, encoding="utf-8") as f:
                words = f.read()
            relation = re.search(r'<decision name="offences".*?</decision>', words, re.S)
            for row in re.findall(r"<row>(.*?)</row>", relation[0] if relation else "", re.S):
                name = re.search(r'<text>"([^"]+)"</text>', row)[1]
                self.assertIn(f'<decision name="{name}"', words, path)

    def test_the_manifest_means_the_files_that_are_there(self):
        done = manifest(PACK)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_a_byte_that_changes_is_told_and_written_only_when_asked(self):
        copy = self.path("pack")
        shutil.copytree(PACK, copy)
        with open(os.path.join(copy, "law", "football.dmn"), "a", encoding="utf-8") as f:
            f.write("\n")
        with open(os.path.join(copy, "law", "new.dmn"), "w", encoding="utf-8") as f:
            f.write("")
        done = manifest(copy)
        self.assertEqual(done.returncode, 1)
        self.assertIn("law/football.dmn has changed", done.stdout)
        self.assertIn("law/new.dmn: no version names it", done.stdout)
        self.assertEqual(manifest(copy, "--write").returncode, 1)
        os.remove(os.path.join(copy, "law", "new.dmn"))
        self.assertEqual(manifest(copy, "--write").returncode, 0)
        self.assertEqual(manifest(copy, "--check").returncode, 0)
