"""Hostile models through candour dmn: under 64 MB, under two seconds of processor time, and a clear word. A row a test."""
import os
import subprocess
import sys
import unittest

from common import BINARY, Case

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="urn:m">\n'
MEMORY_KB = 64 * 1024
SECONDS = 60.0  # of the processor, short of a hang: what is done is bounded in steps
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


def members(n, value="1", back=False):
    return "{" + ",".join(f"a{i:04d}:{value}" for i in (range(n - 1, -1, -1) if back else range(n))) + "}"


def often(what, before="", times=150000):
    return expression("{" + before + f"r: count(for i in 1..{times} return {what})" + "}.r")


def decision(name, text, needs=""):
    return f'<decision id="d{name}" name="{name}">{needs}<literalExpression><text>{text}</text></literalExpression></decision>'


def needs(kind, ids):
    return "".join(f'<informationRequirement><required{kind} href="#{i}"/></informationRequirement>' for i in ids)


def types(n):
    return "".join(f'<itemDefinition name="t{i}"><typeRef>number</typeRef></itemDefinition>' for i in range(n))


def model(*parts):
    return HEAD + "".join(parts) + "</definitions>"


TEXT = "s: (" + GROWING + ")[-1], "
LONG_LIST = "l: for i in 1..190000 return i, "
STEPS, LOOKS = "steps", "looks"
FAN = "".join(f'<itemDefinition name="t{i}">' + "".join(f'<itemComponent name="c{j}"><typeRef>t{i + 1}</typeRef></itemComponent>' for j in range(4))
              + "</itemDefinition>" for i in range(30)) + '<itemDefinition name="t30"><typeRef>number</typeRef></itemDefinition>'
WIDE = '<itemDefinition name="t0">' + "".join(f'<itemComponent name="c{j}"><typeRef>number</typeRef></itemComponent>' for j in range(19000)) + "</itemDefinition>"


def table(inputs, rules):
    """Ranges that cut each input into as many parts as they can, and overlap."""
    columns = range(inputs)
    return model(*(f'<inputData id="i{c}" name="x{c}"><variable name="x{c}" typeRef="number"/></inputData>' for c in columns),
                 '<decision name="Hot">', needs("Input", (f"i{c}" for c in columns)), "<decisionTable>",
                 *(f'<input><inputExpression typeRef="number"><text>x{c}</text></inputExpression></input>' for c in columns), "<output/>",
                 *("<rule>" + "".join(f"<inputEntry><text>[{(r * 37 + c * 101) % (rules * 3)}..{(r * 37 + c * 101) % (rules * 3) + c + 2}]</text></inputEntry>"
                                      for c in columns) + f"<outputEntry><text>{r}</text></outputEntry></rule>" for r in range(rules)),
                 "</decisionTable></decision>")


def typed_input(definitions):
    return model(definitions, '<inputData id="i" name="x"><variable name="x" typeRef="t0"/></inputData>', decision("Hot", "x", needs("Input", ["i"])))


# Work that one step of an expression, one name or one decision brings with it, many times over.
ROWS |= {
    "contexts of many entries, made often": (expression(f"for i in 1..480 return ({members(3900, 'i')}).a0001"), None),
    "many arguments by name": (expression("{f: function(" + ",".join(f"a{i}" for i in range(3500)) + ") 1, r: for i in 1..480 return f("
                                          + ",".join(f"a{i}:1" for i in reversed(range(3500))) + ")}.r"), STEPS),
    "contexts compared in other orders": (often("c = d", f"c: {members(3600)}, d: {members(3600, back=True)}, "), STEPS),
    "contexts put together": (often("count(get entries(context merge([c, d])))", f"c: {members(3600)}, d: {members(3600, back=True)}, "), STEPS),
    "a parameter that is a list of numbers": (often("f(l)", LONG_LIST + "f: function(x: list&lt;number>) 1, "), STEPS),
    "a parameter that is a context": (often("f(c)", f"c: {members(1800)}, f: function(x: context&lt;" + ",".join(f"a{i:04d}: number" for i in reversed(range(1800))) + ">) 1, "), STEPS),
    "instance of a list": (often("l instance of list&lt;number>", LONG_LIST), STEPS),
    "long texts between long texts": (often("s between s and s", TEXT), STEPS),
    "long texts in ranges": (often("s in [s..s]", TEXT), STEPS),
    "long lists sorted": (often("count(sort(q, function(a,b) a &lt; b))", TEXT + "q: for i in 1..20 return s, ", 15000), STEPS),
    "long lists compared": (often("l = l", LONG_LIST), STEPS),
    "a value looked for in a long list": (often("list contains(l, -1)", LONG_LIST), STEPS),
    "how long a long text is": (often("string length(s)", TEXT), STEPS),
    "a text nearly found everywhere": (often("contains(s, &quot;aaaaaaaaaaaaaaaaaaaaaaaaaab&quot;)", TEXT), STEPS),
    "the rest of numbers far apart": (often("[modulo(1e6000,0.7), modulo(1e6000,0.9), modulo(1e6000,0.3)]"), STEPS),
    "long lists of differences": (often("stddev(l)", LONG_LIST), STEPS),
    "many operators in a row": (model(*(decision(f"D{k}", "[" + ",".join(["1+1"] * 15000) + "]") for k in range(60))), "28 MB"),
    "the same names in many contexts": (model(*(decision(f"D{k}", members(3900)) for k in range(60))), "28 MB"),
    "members among many members": (model(decision("A", members(3900)), decision("B", "{" + ",".join(f"a{i}:1" for i in range(3900)) + "}"),
                                         *(decision(f"D{k}", "[" + ",".join(["{a1:1}.a1"] * 6000) + "]") for k in range(50))), None),
    "names among many names": (model("".join(f'<inputData id="i{i}" name="x y {i}"><variable name="x y {i}"/></inputData>' for i in range(4900)),
                                     *(decision(f"D{k}", "[" + ",".join(["x y 1"] * 7000) + "]", needs("Input", (f"i{i}" for i in range(4900)))) for k in range(6))), LOOKS),
    "functions that take many names along": (model(*(decision(f"D{k}", "{" + ",".join(f"a{i}:1" for i in range(3000)) + ",f: function(q) [" + ",".join(f"a{i}" for i in range(3000)) + "]}")
                                                     for k in range(60))), None),
    "types among many types": (model(types(9000), *(decision(f"D{k}", "[" + ",".join(["1 instance of t8999"] * 3000) + "]") for k in range(20))), LOOKS),
    "requirements among many elements": (model("".join(f'<inputData id="i{i}" name="x{i}"><variable name="x{i}"/></inputData>' for i in range(8000)),
                                               *(decision(f"D{k}", "1", needs("Input", (f"i{i}" for i in range(7000, 8000)))) for k in range(38))), None),
    "a chain of ten thousand decisions": (model(*(decision(f"D{k}", f"D{k - 1} + 1" if k else "1", needs("Decision", [f"dD{k - 1}"]) if k else "") for k in range(9900))), "--decision"),
    "a circle of nine thousand decisions": (model(*(decision(f"D{k}", "1", needs("Decision", [f"dD{(k + 1) % 9000}"])) for k in range(9000))), "D0, line 2"),
    "ten thousand decisions of one name": (model(*(decision("D", "1") for _ in range(9990))), None),
    "decisions that need forty others each": (model(*(decision(f"D{k}", "1", needs("Decision", (f"dD{j}" for j in range(max(0, k - 40), k)))) for k in range(900))), None),
    "an input of types in types": (typed_input(FAN), None),
    "a wide table": (table(90, 300), None),
    "a table of a hundred by a hundred": (table(100, 100), None),
    "a long table": (table(5, 1000), None),
    "an input of nineteen thousand members": (typed_input(WIDE), None),
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
    def said(self, name, model, *words):
        path = self.path("m.dmn")
        with open(path, "wb") as out:
            out.write(model if isinstance(model, bytes) else model.encode())
        measured = self.path("measured")
        said = subprocess.run([sys.executable, "-c", MEASURE, measured, BINARY, "dmn", *words, path],
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
                said, peak, seconds = self.said(name, model, "eval", "--json")
                print(f"    {name}: {peak // 1024} MB, {seconds:.2f} s; {said[:80]!r}")
                if word:
                    self.assertIn(word, said)

    def test_what_is_still_to_be_known_is_answered_with_little_too(self):
        for name, (model, _) in ROWS.items():
            with self.subTest(name):
                _, peak, seconds = self.said(name, model, "eval", "--unknown")
                print(f"    {name}: {peak // 1024} MB, {seconds:.2f} s")

    def test_every_hostile_model_is_checked_with_little(self):
        for name, (model, _) in ROWS.items():
            with self.subTest(name):
                _, peak, seconds = self.said(name, model, "check")
                print(f"    {name}: {peak // 1024} MB, {seconds:.2f} s")


if __name__ == "__main__":
    unittest.main()
