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
