"""A case of the most entries that fit has an answer, whatever is not known of them."""
import json

from common import Case, run


class Limits(Case):
    def test_as_many_things_done_as_a_case_has_are_answered_with_nothing_known_of_them(self):
        path = self.path("facts.json")
        for entries, code in ((50, 0), (51, 2)):
            with open(path, "w", encoding="utf-8") as f:
                json.dump({"conduct": [{}] * entries}, f)
            done = run("policy", "eval", "--facts", path, "--json")
            self.assertEqual(done.returncode, code, done.stderr)
            if code == 0:
                self.assertEqual(json.loads(done.stdout)["outcome"], "insufficient-facts")
            else:
                self.assertIn("conduct: a case has at most 50 entries", done.stderr)


class Difference(Case):
    def test_where_no_fixtures_are_at_hand_the_live_posts_are_compared_or_it_is_said_what_to_name(self):
        versions = ("ew-recording-2022-07", "ew-recording-2023-06")
        done = run("policy", "diff", *versions, cwd=self.path("."))
        self.assertEqual(done.returncode, 2)
        self.assertIn("name the folder of the pack with --pack, or a data folder with --data", done.stderr)
        folder = self.installation(demonstration=True)
        done = run("policy", "diff", *versions, "--data", folder, cwd=self.path("."))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^(live post .*\n)*\d+ of \d+ live posts with a story change\n$")
        for other, words in (("ew-law-2024-01", "two versions of the law"), ("nope", "no version nope")):
            done = run("policy", "diff", versions[0], other, "--data", folder, cwd=self.path("."))
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(words, done.stderr)
