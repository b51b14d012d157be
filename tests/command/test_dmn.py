"""candour dmn: models evaluated, checked, shown and tested; and that docs/dmn.md prints what the program prints."""
import json
import os
import re
import subprocess
import unicodedata

from common import BINARY, ROOT, Case, run

TCK = os.path.join(ROOT, "tests", "dmn-tck")
MODEL = os.path.join(ROOT, "docs", "call-back.dmn")
GAP = os.path.join(ROOT, "docs", "call-back-gap.dmn")
INPUTS = os.path.join(ROOT, "docs", "call-back.json")
HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m" namespace="n">'
WIDE = os.path.join(ROOT, "tests", "http", "decision.dmn")
PAGE = os.path.join(ROOT, "docs", "dmn.md")


def wide(line):
    """Columns of a terminal, by the Unicode database: wide characters take two, marks upon others none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def page():
    with open(PAGE, encoding="utf-8") as f:
        return f.read()


def conversations():
    """(command, what it printed) of every block of the page that begins with "$ "."""
    for block in re.findall(r"```\n(\$ .*?)```", page(), re.S):
        for piece in re.split(r"(?m)^(?=\$ )", block)[1:]:
            command, _, printed = piece.partition("\n")
            yield command[2:], printed


def limits():
    """Of src/dmn/limits.h: (name, value, words)."""
    with open(os.path.join(ROOT, "src", "dmn", "limits.h"), encoding="utf-8") as f:
        for name, value, words in re.findall(r"(DMN_\w+) = ([\d* ]+),\s*(?:/\* (.*?) \*/)?", f.read()):
            number = 1
            for factor in value.split("*"):
                number *= int(factor)
            yield name, number, words


class Page(Case):
    def test_the_page_shows_what_the_program_prints(self):
        said = list(conversations())
        self.assertGreater(len(said), 7)
        for command, printed in said:
            with self.subTest(command):
                words = command.split()
                done = subprocess.run([BINARY, *words[1:]] if words[0] == "candour" else words, cwd=ROOT, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=40,
                                      env={**os.environ, "COLUMNS": "100"})
                self.assertEqual(done.stderr, "")
                self.assertEqual(done.stdout, printed)

    def test_the_page_has_every_bound_with_its_value(self):
        table = re.search(r"<!-- limits -->\n(.*?)<!-- end of limits -->", page(), re.S)[1]
        rows = re.findall(r"(?m)^\| `(\w+)` \| ([\d,]+) \| (.*) \|$", table)
        wanted = [(name, f"{value:,}", words) for name, value, words in limits()]
        self.assertGreater(len(wanted), 15)
        self.assertEqual(rows, wanted)

    def test_the_page_has_the_figures_of_the_test_cases(self):
        for folder, row in [("compliance-level-2", "2"), ("compliance-level-3", "3"), ("non-compliant", "not part of a level")]:
            with self.subTest(folder):
                done = run("dmn", "tck", os.path.join(TCK, folder), timeout=120)
                passed, failed = map(int, re.match(r"(\d+) passed, (\d+) failed", done.stdout.splitlines()[-1]).groups())
                self.assertIn(f"| {row} | {passed:,} of {passed + failed:,}", page())
        folders = len(os.listdir(os.path.join(TCK, "compliance-level-3")))
        self.assertIn(f"in {folders} folders", page())


class Dmn(Case):
    def model(self, inner):
        path = self.path("m.dmn")
        with open(path, "w", encoding="utf-8") as f:
            f.write(HEAD + inner + "</definitions>")
        return path

    def shown(self, path, *arguments, columns=80):
        done = run("dmn", "show", path, *arguments, env={"COLUMNS": str(columns)})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_a_decision_is_evaluated_from_json(self):
        done = run("dmn", "eval", MODEL, "--input", INPUTS, "--json", "--trace")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        said = json.loads(done.stdout)
        self.assertEqual((said["priority"]["value"], said["hours"]["value"]), ("today", 24))
        table = said["hours"]["trace"][0]["tables"][0]
        self.assertEqual([rule["rule"] for rule in table["rules"]], [3])
        self.assertEqual(table["rules"][0]["annotations"], ["It may happen again"])
        self.assertEqual(table["inputs"], [False, 3, True])

    def test_what_is_not_there_is_said(self):
        self.refused(run("dmn", "eval", MODEL, "--decision", "nothing"), 2, 'no decision "nothing"', "candour dmn show")
        self.refused(run("dmn", "show", MODEL, "--decision", "nothing"), 2, 'no decision "nothing"')
        self.refused(run("dmn", "check", self.path("none.dmn")), 2, "none.dmn")
        wrong = self.path("wrong.json")
        with open(wrong, "w", encoding="utf-8") as f:
            f.write('{ "dangr": true }')
        self.refused(run("dmn", "eval", MODEL, "--input", wrong), 2, 'no input "dangr"')

    def test_an_input_that_is_not_of_its_type_is_refused_and_not_taken_for_unknown(self):
        types = ('<itemDefinition name="tPlace"><typeRef>string</typeRef><allowedValues><text>"home"</text></allowedValues></itemDefinition>'
                 '<itemDefinition name="tWho"><itemComponent name="age"><typeRef>number</typeRef></itemComponent></itemDefinition>')
        names = {"place": "tPlace", "who": "tWho", "day": "date", "n": "number"}
        data = "".join(f'<inputData id="{one}" name="{one}"><variable name="{one}" typeRef="{kind}"/></inputData>' for one, kind in names.items())
        path = self.model(types + data + '<decision name="d"><literalExpression><text>1</text></literalExpression></decision>')
        inputs = self.path("in.json")
        for name, wrong, right in [("place", "hom", "home"), ("who", {"age": "x"}, {"age": 1}), ("day", "2026-02-30", "2026-02-28"),
                                   ("n", "1", 1), ("n", [1, 2], None)]:
            with self.subTest(name):
                for value, good in [(wrong, False), (right, True), (None, True)]:
                    with open(inputs, "w", encoding="utf-8") as f:
                        json.dump({name: value}, f)
                    done = run("dmn", "eval", path, "--input", inputs, "--decision", "d")
                    if good:
                        self.assertEqual((done.returncode, done.stderr, done.stdout), (0, "", "d = 1\n"))
                    else:
                        self.refused(done, 2, f'in.json: "{name}": ', "is not of the type")

    def test_a_model_without_a_fault_passes_the_check(self):
        done = run("dmn", "check", MODEL)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("no fault was found", done.stdout)
        said = json.loads(run("dmn", "check", MODEL, "--json").stdout)
        self.assertEqual(said, {"errors": 0, "warnings": 0, "not_examined": 0, "findings": []})

    def test_an_overlap_is_an_error_and_a_gap_a_warning(self):
        done = run("dmn", "check", GAP, "--json")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        said = json.loads(done.stdout)
        self.assertEqual((said["errors"], said["warnings"]), (1, 1))
        gap, overlap = said["findings"]
        self.assertEqual((gap["kind"], gap["severity"]), ("gap", "warning"))
        self.assertEqual([cell["cell"] for cell in gap["inputs"]], ["false", "(1..2]", "true"])
        self.assertEqual((overlap["kind"], overlap["severity"], overlap["rules"]), ("overlap", "error", [2, 4]))

    def test_examples_of_the_check_are_what_it_says(self):
        for finding, value in zip(json.loads(run("dmn", "check", GAP, "--json").stdout)["findings"],
                                  ["No rule of the table matches.", "Rules 2 and 4 match, and the table allows one (UNIQUE)."]):
            path = self.path("example.json")
            with open(path, "w", encoding="utf-8") as f:
                json.dump({cell["input"]: cell["example"] for cell in finding["inputs"]}, f)
            said = json.loads(run("dmn", "eval", GAP, "--input", path, "--decision", "priority", "--json").stdout)
            self.assertEqual(said["priority"]["why"], value)

    def test_warnings_alone_end_with_0(self):
        path = self.model('<decision name="d"><decisionTable><input><inputExpression typeRef="number"><text>1</text>'
                          '</inputExpression></input><output/><rule><inputEntry><text>&lt; 5</text></inputEntry><outputEntry>'
                          '<text>1</text></outputEntry></rule></decisionTable></decision>')
        done = run("dmn", "check", path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("m.dmn:1: warning: d: no rule matches where 1 is >= 5", done.stdout)
        self.assertIn("0 errors, 1 warning, 0 not examined.", done.stdout)

    def test_a_file_that_is_no_model_is_refused_by_the_check(self):
        path = self.path("m.dmn")
        with open(path, "w", encoding="utf-8") as f:
            f.write("<html/>")
        self.refused(run("dmn", "check", path), 1, "this is not a DMN file")

    def test_what_a_model_says_cannot_move_a_terminals_cursor(self):
        path = self.model('<inputData name="a&#x9;b"/><decision name="x&#x85;y"><literalExpression><text>nobody + "&#x9b;2J&#x202e;&#x7f;"</text>'
                          '</literalExpression></decision>')
        for command in ["check", "show", "eval"]:
            done = run("dmn", command, path)
            self.assertNotRegex(done.stdout + done.stderr, "[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u202e]")

    def test_every_model_of_the_test_cases_is_checked_and_shown(self):
        n = 0
        for folder, _, names in os.walk(TCK):
            for name in names:
                if not name.endswith(".dmn"):
                    continue
                n += 1
                with self.subTest(name):
                    path = os.path.join(folder, name)
                    done = run("dmn", "check", path, "--json")
                    self.assertIn(done.returncode, (0, 1))
                    self.assertEqual(done.returncode == 1, json.loads(done.stdout)["errors"] > 0)
                    self.assertTrue(self.shown(path))
        self.assertGreater(n, 100)

    def test_no_line_is_wider_than_the_terminal(self):
        models = [MODEL, WIDE]
        for folder, _, names in os.walk(TCK):
            models += [os.path.join(folder, name) for name in names if name.endswith(".dmn")]
        for columns in [40, 80, 120]:
            for model in models if columns == 80 else models[:20]:
                for line in self.shown(model, columns=columns).splitlines():
                    self.assertLessEqual(wide(line), columns, f"{model}: {line}")

    def test_the_columns_of_a_table_stand_under_each_other_whatever_is_in_them(self):
        cells = ['"東京", "大阪", "京都", "名古屋", "札幌", "神戸", "横浜市中区山下町一丁目"', '"e\u0301te\u0301"', '"Größe"', '"\U0001f600"']
        rules = "".join(f"<rule><inputEntry><text>{cell}</text></inputEntry><outputEntry><text>{cell[:5]}</text></outputEntry>"
                        f"<annotationEntry><text>日本の都市についての長い説明がここに書かれていて、次の行に続きます。</text></annotationEntry></rule>"
                        for cell in cells)
        shown = self.shown(self.model('<decision name="場所"><decisionTable hitPolicy="FIRST"><input><inputExpression><text>"a"</text>'
                                      '</inputExpression></input><output/><annotation name="注"/>' + rules + "</decisionTable></decision>"))
        lines = shown[shown.index("  rule |"):].splitlines()
        self.assertGreater(len(lines), 8)
        signs = {tuple(wide(line[:at.start()]) for at in re.finditer(r"[|+]+", line)) for line in lines}
        self.assertEqual(len(signs), 1, shown)
        for city in "東京 大阪 京都 名古屋 札幌 神戸 横浜市中区山下町一丁目".split():
            self.assertIn(city, shown)
        self.assertTrue(all(wide(line) <= 80 for line in lines))

    def test_a_long_head_and_its_cell_share_the_line(self):
        name = "whether somebody who was there has said that it happened so"
        inputs = "".join(f'<input label="{name} {i}"><inputExpression><text>{i}</text></inputExpression></input>' for i in range(9))
        cells = "".join("<inputEntry><text>[date(&quot;2025-01-01&quot;)..date(&quot;2025-12-31&quot;)]</text></inputEntry>" for i in range(9))
        shown = self.shown(self.model(f'<decision name="d"><decisionTable>{inputs}<output name="o"/><rule>{cells}<outputEntry><text>77</text>'
                                      '</outputEntry></rule></decisionTable></decision>'), columns=70)
        self.assertIn(f"    {name} 0:\n      [date", shown)

    def test_long_cells_go_on_in_the_next_line_and_nothing_is_cut(self):
        words = " ".join(f"word{i}" for i in range(30))
        path = self.model('<decision name="d"><decisionTable><input><inputExpression><text>1</text></inputExpression></input>'
                          '<output/><annotation name="why"/><rule><inputEntry><text>-</text></inputEntry><outputEntry>'
                          f'<text>1</text></outputEntry><annotationEntry><text>{words}</text></annotationEntry></rule>'
                          '</decisionTable></decision>')
        shown = self.shown(path, columns=60)
        for i in range(30):
            self.assertRegex(shown, rf"\bword{i}\b")

    def test_a_table_with_too_many_columns_is_a_list_of_its_rules(self):
        inputs = "".join(f"<input><inputExpression><text>{i}</text></inputExpression></input>" for i in range(9))
        cells = "".join(f"<inputEntry><text>{i}0000000000</text></inputEntry>" for i in range(9))
        path = self.model(f'<decision name="d"><decisionTable>{inputs}<output name="o"/><rule>{cells}<outputEntry><text>77</text>'
                          '</outputEntry></rule></decisionTable></decision>')
        shown = self.shown(path, columns=60)
        self.assertIn("  rule 1\n", shown)
        self.assertIn("    8: 80000000000\n", shown)
        self.assertIn("    => o: 77\n", shown)
        self.assertIn(" || 77", self.shown(path, columns=200))

    def test_boxed_expressions_are_shown(self):
        literal = "<literalExpression><text>%s</text></literalExpression>"
        path = self.model(
            '<decision name="c"><context><contextEntry><variable name="rate" typeRef="number"/>' + literal % "0.5" +
            "</contextEntry><contextEntry>" + literal % "rate * 2" + "</contextEntry></context></decision>"
            '<decision name="r"><relation><column name="place"/><column name="code"/><row>' + literal % '"A"' + literal % "1" +
            "</row><row>" + literal % '"B"' + literal % "2" + "</row></relation></decision>"
            '<decision name="f"><functionDefinition><formalParameter name="x" typeRef="number"/>' + literal % "x + 1" +
            "</functionDefinition></decision>"
            '<decision name="i"><conditional><if>' + literal % "true" + "</if><then>" + literal % "1" + "</then><else>" +
            literal % "2" + "</else></conditional></decision>"
            '<decision name="n"><invocation>' + literal % "max" + '<binding><parameter name="list"/>' + literal % "[1]" +
            "</binding></invocation></decision>"
            '<decision name="o"><for iteratorVariable="v"><in>' + literal % "[1]" + "</in><return>" + literal % "v" +
            "</return></for></decision>")
        shown = self.shown(path)
        for lines in ["decision c\n  rate (number) = 0.5\n  result = rate * 2\n",
                      "decision r\n  row   place | code\n  ------------+-----\n  1     \"A\"   | 1\n  2     \"B\"   | 2\n",
                      "decision f\n  = function of x (number)\n    = x + 1\n",
                      "decision i\n  if = true\n  then = 1\n  else = 2\n",
                      "decision n\n  = calls max\n    list = [1]\n",
                      "decision o\n  = for v\n    in = [1]\n    return = v\n"]:
            self.assertIn(lines, shown)

    def test_a_case_of_a_service_names_one_of_its_outputs(self):
        path = self.model("".join(
            f'<decision id="{name}" name="{name}"><variable name="{name}"/><literalExpression><text>{value}</text>'
            "</literalExpression></decision>" for name, value in [("a", 1), ("b", 2)]) +
            '<decisionService id="s" name="s"><outputDecision href="#a"/><outputDecision href="#b"/></decisionService>')
        folder = self.path("cases")
        os.mkdir(folder)
        os.rename(path, os.path.join(folder, "m.dmn"))
        value = '<value xsi:type="xsd:decimal">%d</value>'
        cases = "".join(
            f'<testCase id="{name}" invocableName="s" type="decisionService"><resultNode name="{name}"><expected>'
            f"{expected}</expected></resultNode></testCase>"
            for name, expected in [("a", value % 1), ("b", value % 2), ("s", '<component name="a">' + value % 1 +
                                   '</component><component name="b">' + value % 2 + "</component>")])
        with open(os.path.join(folder, "m-test-01.xml"), "w", encoding="utf-8") as f:
            f.write('<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" '
                    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>m.dmn</modelName>' + cases +
                    "</testCases>")
        self.assertEqual(run("dmn", "tck", folder, timeout=20).stdout.splitlines()[-1], "3 passed, 0 failed")

    def test_the_table_of_results_is_the_kits_own(self):
        path = self.path("results.csv")
        done = run("dmn", "tck", os.path.join(TCK, "compliance-level-2"), "--csv", path, timeout=120)
        self.assertEqual(done.returncode, 0)
        with open(path, encoding="utf-8") as f:
            rows = f.read().splitlines()
        self.assertEqual(len(rows), 116)
        self.assertRegex(rows[0], r'^"[^"]+","[^"]+","[^"]+","SUCCESS",""$')
