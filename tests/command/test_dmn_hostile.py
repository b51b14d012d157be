"""Hostile models through candour dmn: under 64 MB, under two seconds of processor time, and a clear word. A row a test."""
import os
import subprocess
import sys
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


# A process begins with the peak of the one that it is a copy of: a small one stands between.
MEASURE = """
import os, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as out:
    print(usage.ru_maxrss, usage.ru_utime + usage.ru_stime, os.waitstatus_to_exitcode(status), file=out)
"""


class Hostile(Case):
    def said(self, name, model):
        path = self.path("m.dmn")
        with open(path, "wb") as out:
            out.write(model if isinstance(model, bytes) else model.encode())
        measured = self.path("measured")
        said = subprocess.run([sys.executable, "-c", MEASURE, measured, BINARY, "dmn", "eval", path, "--json"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode(errors="replace")
        with open(measured) as file:
            peak, seconds, code = file.read().split()
        self.assertIn(int(code), (0, 1, 2), f"{name}: it ended with {code}: {said[-300:]}")
        if not SANITISED:
            self.assertLess(int(peak), MEMORY_KB, name)
            self.assertLess(float(seconds), SECONDS, name)
        return said, int(peak), float(seconds)

    def test_every_hostile_model_is_answered_with_little(self):
        for name, (model, word) in ROWS.items():
            with self.subTest(name):
                said, peak, seconds = self.said(name, model)
                print(f"    {name}: {peak // 1024} MB, {seconds:.2f} s; {said[:80]!r}")
                if word:
                    self.assertIn(word, said)


if __name__ == "__main__":
    unittest.main()
