"""Hostile models through candour dmn: under 64 MB, under two seconds of processor time, and a clear word. A row a test."""
import os
import subprocess
import unittest

from common import BINARY, Case

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="urn:m">\n'
MEMORY_KB = 64 * 1024
SECONDS = 2.0
SANITISED = "asan" in os.environ.get("CANDOUR_BUILD", "")

GROWING = "for i in 1..17 return if i = 1 then &quot;aaaaaaaa&quot; else partial[-1] + partial[-1]"


def expression(text):
    return f'{HEAD}<decision name="Hot"><literalExpression><text>{text}</text></literalExpression></decision></definitions>'


# What is written, and a word of the answer ("" where there is a value).
ROWS = {
    "a loop without end": (expression("for i in 1..1e12 return i"), "Hot, line 2"),
    "a function that calls itself": (expression("{f: function(f) f(f) + 1, r: f(f)}"), "Hot, line 2"),
    "lists twice in lists": (expression("for i in 1..90 return if i = 1 then [1] else [partial[-1], partial[-1]]"), "Hot, line 2"),
    "lists of a million": (expression("{l: for i in 1..190000 return i, r: for i in 1..9 return reverse(l)}"), "Hot, line 2"),
    "much memory": (expression("{l: for i in 1..190000 return i, r: for i in 1..900 return count(reverse(l))}"), "28 MB"),
    "a pattern without end": (expression("matches(&quot;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab&quot;, &quot;^(a+)+$&quot;)"), "Hot, line 2"),
    "a pattern at a million places": (expression("{s: " + GROWING + ", r: matches(s[-1], &quot;(a?){16}(a|aa){14}[bc]&quot;)}.r"), None),
    "a great text": (expression("{s: " + GROWING + "}"), None),
    "an answer of megabytes": (expression("{s: " + GROWING + ", r: [s, s, s, s, s, s, s, s]}"), "more than 4 MB"),
    "brackets": (expression("(" * 30000 + ")" * 30000), "deep"),
    "brackets in brackets": (expression("[1..x[" * 5000), ""),
    "elements in elements": (HEAD + "<a>" * 5000, "100 deep"),
    "elements beside elements": (HEAD + "<a/>" * 1000000 + "</definitions>", "28 MB"),
    "rules": (HEAD + '<decision name="d"><decisionTable><input/><output/>' + "<rule/>" * 500000 + "</decisionTable></decision></definitions>", "28 MB"),
    "a great model and a great run": (
        HEAD + '<decision name="d"><decisionTable><input/><output/>' + 32000 * (
            "<rule><inputEntry><text>1</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>")
        + '</decisionTable></decision><decision name="Hot"><literalExpression><text>'
        + "{l: for i in 1..190000 return i, r: for i in 1..900 return count(reverse(l))}"
        + "</text></literalExpression></decision></definitions>", "Hot, line 2"),
    "five megabytes": (HEAD + "<a/>" * 1300000 + "</definitions>", "larger than"),
    "entities in entities": ('<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>' + HEAD + "&b;</definitions>", "document type"),
    "an entity of a file": ('<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + HEAD + "&a;</definitions>", "document type"),
    "no UTF-8": (HEAD.encode("utf-16"), "UTF-8"),
    "nothing": ("", "XML"),
}


class Hostile(Case):
    def said(self, name, model):
        path = self.path("m.dmn")
        with open(path, "wb") as out:
            out.write(model if isinstance(model, bytes) else model.encode())
        child = subprocess.Popen([BINARY, "dmn", "eval", path, "--json"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stdout.close()
        self.assertIn(child.returncode, (0, 1, 2), f"{name}: it ended with {child.returncode}: {said[-300:]}")
        if not SANITISED:
            self.assertLess(usage.ru_maxrss, MEMORY_KB, name)  # at least what this process has, which it was a copy of
            self.assertLess(usage.ru_utime + usage.ru_stime, SECONDS, name)
        return said.decode(errors="replace"), usage

    def test_every_hostile_model_is_answered_with_little(self):
        for name, (model, word) in ROWS.items():
            with self.subTest(name):
                said, usage = self.said(name, model)
                print(f"    {name}: {usage.ru_maxrss // 1024} MB, {usage.ru_utime + usage.ru_stime:.2f} s; {said[:110]!r}")
                if word:
                    self.assertIn(word, said)


if __name__ == "__main__":
    unittest.main()
