"""candour policy ask: the questions of a case one at a time, from a terminal or a pipe."""
import json
import os
import pty
import re
import select
import subprocess
import time

from common import BINARY, Case, run

FIRST = "When did it happen?"


class Asking(Case):
    def ask(self, said, *more):
        done = run("policy", "ask", *more, stdin=said)
        self.assertEqual(done.returncode, 0, done.stderr[-500:])
        return done

    def kept(self):
        with open(self.path("kept.json"), encoding="utf-8") as f:
            return json.load(f)

    def evaluated(self, facts):
        with open(self.path("facts.json"), "w", encoding="utf-8") as f:
            json.dump(facts, f)
        done = run("policy", "eval", "--facts", self.path("facts.json"), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def questions(self, done):
        """[(question, what it settles)] in the order in which they were asked."""
        return re.findall(r"(?m)^(\S.*\?)\n  To be settled: (.*)$", done.stderr)

    def test_the_answer_is_that_of_eval_over_the_facts_that_were_kept(self):
        done = self.ask("2022-10-10\nwords\n1\n", "--save", self.path("kept.json"), "--json")
        self.assertEqual(self.kept(), {"dates": {"incident": "2022-10-10"}, "conduct": [{"act": "words", "threatening": True}]})
        self.assertEqual(json.loads(done.stdout), self.evaluated(self.kept()))
        self.assertIn("The input has ended", done.stderr)
        self.assertEqual(os.stat(self.path("kept.json")).st_mode & 0o777, 0o600)
        self.assertIn("outcome: insufficient-facts", self.ask("q\n").stdout)

    def test_each_question_is_the_most_decisive_that_is_left(self):
        done = self.ask("n\n" * 12 + "q\n")
        asked = self.questions(done)
        self.assertEqual(asked[0][0], FIRST)
        wanted = [q["text"] for q in self.evaluated({})["questions"]]
        self.assertEqual([text for text, _ in asked[1:13]], wanted[:12])
        self.assertNotIn("hate-crime", done.stderr)  # what an answer leads to is not said before the end

    def test_back_forgets_the_last_answer_and_asks_again(self):
        done = self.ask("2022-10-10\nwords\n1\nb\n2\nq\n", "--save", self.path("kept.json"))
        self.assertEqual(self.kept()["conduct"], [{"act": "words", "threatening": False}])
        asked = [text for text, _ in self.questions(done)]
        self.assertEqual(asked[2], asked[4])
        self.ask("2022-10-10\nwords\n1\nb\nn\nq\n", "--save", self.path("kept.json"))
        self.assertEqual(self.kept()["conduct"], [{"act": "words"}])  # also where it turns out not to be known
        self.assertIn("This is the first question.", self.ask("b\nq\n").stderr)
        self.ask("n\nb\n2020-01-01\nq\n", "--save", self.path("kept.json"))
        self.assertEqual(self.kept(), {"dates": {"incident": "2020-01-01"}})

    def test_it_begins_from_a_file_and_asks_nothing_that_is_known(self):
        facts = {"dates": {"incident": "2022-10-10"}, "conduct": [{"act": "words"}, {"act": "graffiti", "property_damaged": True}],
                 "hostility": {"strands": [], "perceived_by": ["victim"]}, "evidence": {"court": {"offence": "None yet"}}}
        with open(self.path("begun.json"), "w", encoding="utf-8") as f:
            json.dump(facts, f)
        done = self.ask("q\n", "--facts", self.path("begun.json"), "--save", self.path("kept.json"))
        self.assertEqual(self.kept(), facts)
        self.assertNotIn(FIRST, done.stderr)
        self.assertRegex(done.stderr, r"\(thing \d of 2\)")

    def test_another_thing_can_be_added_and_lists_take_several_or_none(self):
        done = self.ask("n\n1\nm\n12\nq\n", "--save", self.path("kept.json"))
        self.assertEqual(self.kept()["conduct"], [{"act": "words"}, {"act": "graffiti"}])
        self.assertIn("What was done (thing 2 of 2)", done.stderr)
        crime = {"dates": {"incident": "2022-10-10"}, "reporter": {"role": "victim"}, "context": dict.fromkeys(
            ("debate", "humour", "satire", "personal_view"), False), "conduct": [{"act": "injury", "injury": "actual"}]}
        with open(self.path("crime.json"), "w", encoding="utf-8") as f:
            json.dump(crime, f)
        for said, strands in (("1, 2", ["race", "religion"]), ("0", []), ("disability", ["disability"])):
            done = self.ask(f"{said}\nq\n", "--facts", self.path("crime.json"), "--save", self.path("kept.json"))
            self.assertIn("To be settled: What the hostility is thought to be about", done.stderr)
            self.assertEqual(self.kept()["hostility"], {"strands": strands})

    def test_what_is_no_answer_is_asked_for_again(self):
        done = self.ask("2022-02-30\nyesterday\n" + "x" * 9000 + "\n\n?\n\x1b[2J\n2022-02-28\n26\n0\n-1\nq\n", "--save", self.path("kept.json"))
        self.assertEqual(self.kept(), {"dates": {"incident": "2022-02-28"}})
        self.assertIn("This is too long.", done.stderr)
        self.assertIn("The law of this day counts.", done.stderr)
        self.assertNotIn("\x1b", done.stderr + done.stdout)
        # Days that do not fit together.
        with open(self.path("day.json"), "w", encoding="utf-8") as f:
            json.dump({"dates": {"recorded": "2020-01-01"}}, f)
        done = self.ask("2021-01-01\n2019-01-01\nq\n", "--facts", self.path("day.json"), "--save", self.path("kept.json"))
        self.assertIn("after the day of recording", done.stderr)
        self.assertEqual(self.kept()["dates"]["incident"], "2019-01-01")
        self.assertEqual(len(re.findall(re.escape(FIRST), done.stderr)), 2)
        done = self.ask("2021-01-01\n", "--facts", self.path("day.json"), "--save", self.path("kept.json"))
        self.assertEqual(self.kept()["dates"], {"recorded": "2020-01-01"})

    def test_an_input_that_never_ends_and_one_that_is_no_text_come_to_an_end(self):
        with subprocess.Popen(["yes", "1"], stdout=subprocess.PIPE) as endless:
            done = subprocess.run([BINARY, "policy", "ask"], stdin=endless.stdout, capture_output=True, timeout=60)
            endless.kill()
            endless.stdout.close()
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"Nothing that was written is an answer.", done.stderr)
        done = subprocess.run([BINARY, "policy", "ask"], input=b"\xff\xfe\n\x00\n" * 50, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0)
        with open(os.devnull, "rb") as nothing:
            done = subprocess.run([BINARY, "policy", "ask"], stdin=nothing, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"outcome: insufficient-facts", done.stdout)
        # All that can be asked is not known: then nothing is left.
        done = self.ask("n\n" * 500)
        self.assertNotIn("The input has ended", done.stderr)
        self.assertIn("outcome: insufficient-facts", done.stdout)

    def test_what_is_broken_is_refused_with_what_to_do(self):
        with open(self.path("broken.json"), "w", encoding="utf-8") as f:
            f.write('{"conduct": [{"act": "shouting"}]}')
        for arguments, words in ((("--facts", self.path("broken.json")), r"conduct\[0\]\.act: write one of"),
                                 (("--facts", self.path("none.json")), "none.json"), (("--on", "2022-13-01"), "Write a day"),
                                 (("--save", self.path("no", "folder.json")), "folder.json"), (("again",), "Write policy list")):
            done = run("policy", "ask", *arguments, stdin="q\n")
            self.assertEqual(done.returncode, 2, arguments)
            self.assertRegex(done.stderr, words)

    def test_in_a_terminal(self):
        master, slave = pty.openpty()
        with subprocess.Popen([BINARY, "policy", "ask"], stdin=slave, stdout=slave, stderr=slave) as process:
            os.close(slave)
            seen, end = b"", time.monotonic() + 30

            def until(words):
                nonlocal seen
                while words not in seen and time.monotonic() < end:
                    if select.select([master], [], [], 0.2)[0]:
                        seen += os.read(master, 4096)
                self.assertIn(words, seen)
            until(b"> ")
            os.write(master, b"2022-10-10\n")
            until(b"What happened?")
            os.write(master, b"\x04")
            until(b"outcome: insufficient-facts")
            until(b"not signed off")
            self.assertEqual(process.wait(30), 0)
        os.close(master)
