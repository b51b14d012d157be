"""Models that import others: what is found, what is not, and that each message names the file, the line and what to do."""
import json
import os

from common import Case, run

DMN = 'xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"'
TYPE = 'importType="https://www.omg.org/spec/DMN/20191111/MODEL/"'


def library(space, factor, head=""):
    return (f'<definitions {DMN} name="library" namespace="{space}">{head}\n'
            '<inputData id="x" name="x"><variable name="x" typeRef="number"/></inputData>\n'
            '<decision id="base" name="base"><variable name="base" typeRef="number"/>\n'
            '<informationRequirement><requiredInput href="#x"/></informationRequirement>\n'
            f'<literalExpression><text>x * {factor}</text></literalExpression></decision></definitions>')


def imports(name, space, more=""):
    return f'<import name="{name}" namespace="{space}" {more} {TYPE}/>'


def model(head, space="urn:a", expression="a.base + 1"):
    return (f'<definitions {DMN} name="main" namespace="urn:main">\n{head}\n'
            '<decision id="m" name="result"><variable name="result" typeRef="number"/>\n'
            f'<informationRequirement><requiredDecision href="{space}#base"/></informationRequirement>\n'
            f'<literalExpression><text>{expression}</text></literalExpression></decision></definitions>')


class Imports(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.path("models")
        os.mkdir(self.folder)

    def put(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def result(self, path, value=5):
        inputs = self.put("in.json", json.dumps({"x": value}))
        return run("dmn", "eval", path, "--input", inputs, "--decision", "result")

    def works(self, path, value):
        done = self.result(path)
        self.assertEqual((done.returncode, done.stderr, done.stdout), (0, "", f"result = {value}\n"))
        checked = run("dmn", "check", path)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assertIn("no fault was found", checked.stdout)

    def found(self, path, line, *words):
        """What the check says of this line; evaluating says the same before anything else."""
        name = os.path.basename(path)
        checked = run("dmn", "check", path)
        self.assertEqual((checked.returncode, checked.stderr), (1, ""))
        said = [one for one in checked.stdout.splitlines() if one.startswith(f"{name}:{line}: error: ")]
        self.assertTrue(any(all(word in one for word in words) for one in said), checked.stdout)
        first = self.result(path).stderr.splitlines()[0]
        self.assertTrue(first.startswith(f"candour: {name}:{line}: ") and words[0] in first, first)

    def test_a_model_beside_is_found_by_its_namespace_whatever_its_file_is_called(self):
        self.put("some name.dmn", library("urn:a", 2))
        self.works(self.put("main.dmn", model(imports("a", "urn:a"))), 11)
        self.works(self.put("main.dmn", model(imports("", "urn:a"), expression="base + 1")), 11)

    def test_a_file_that_is_missing_is_said_with_what_to_do(self):
        path = self.put("main.dmn", model(imports("a", "urn:a")))
        self.found(path, 2, 'no file with the namespace "urn:a" was found beside this one', "put it into the same folder")

    def test_no_import_leads_out_of_the_folder(self):
        with open(self.path("out.dmn"), "w", encoding="utf-8") as f:
            f.write(library("urn:a", 2))
        for place in ["../out.dmn", self.path("out.dmn"), "file://" + self.path("out.dmn")]:
            path = self.put("main.dmn", model(imports("a", "urn:a", f'locationURI="{place}"')))
            self.found(path, 2, 'no file with the namespace "urn:a"', f'(its location "{place}" is not followed)')

    def test_the_user_may_name_one_more_folder_and_a_file_that_is_in_both_is_one(self):
        out = self.path("out")
        os.mkdir(out)
        path = self.put("main.dmn", model(imports("a", "urn:a")))
        for text, beside in (library("urn:a", 2), ""), (library("urn:a", 2), library("urn:a", 2)):
            with open(os.path.join(out, "a.dmn"), "w", encoding="utf-8") as f:
                f.write(text)
            if beside:
                self.put("a.dmn", beside)
            checked = run("dmn", "check", path, "--imports", out)
            self.assertEqual((checked.returncode, checked.stdout), (0, f"{path}: no fault was found.\n"))
            inputs = self.put("in.json", json.dumps({"x": 5}))
            done = run("dmn", "eval", path, "--input", inputs, "--decision", "result", "--imports", out)
            self.assertEqual((done.returncode, done.stdout), (0, "result = 11\n"))
            self.assertIn("a.base", run("dmn", "show", path, "--imports", out).stdout)
        self.put("a.dmn", library("urn:a", 3))
        self.assertEqual(run("dmn", "check", path, "--imports", out).returncode, 1)
        done = run("dmn", "check", path, "--imports", self.path("none"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("this folder cannot be read", done.stderr)

    def test_a_broken_file_beside_is_named_where_one_is_missing_and_does_no_harm_where_none_is(self):
        self.put("a.dmn", "<definitions")
        path = self.put("main.dmn", model(imports("a", "urn:a")))
        self.found(path, 2, 'no file with the namespace "urn:a"', "left out was a.dmn: ")
        self.put("b.dmn", library("urn:a", 2))
        self.works(path, 11)

    def test_two_files_of_one_namespace_are_named(self):
        self.put("a.dmn", library("urn:a", 2))
        self.put("a2.dmn", library("urn:a", 3))
        path = self.put("main.dmn", model(imports("a", "urn:a")))
        self.found(path, 2, 'the namespace "urn:a" is that of a.dmn and of a2.dmn', "give it another namespace")

    def test_two_imports_of_one_name_are_an_error(self):
        self.put("a.dmn", library("urn:a", 2))
        self.put("b.dmn", library("urn:b", 3))
        path = self.put("main.dmn", model(imports("a", "urn:a") + "\n" + imports("a", "urn:b")))
        self.found(path, 3, "another import of this file has this name too")

    def test_files_that_import_each_other_work_and_a_decision_that_needs_itself_that_way_is_an_error(self):
        self.put("a.dmn", library("urn:a", 2, imports("b", "urn:b")))
        self.put("b.dmn", library("urn:b", 3, imports("a", "urn:a")))
        self.works(self.put("main.dmn", model(imports("a", "urn:a"))), 11)
        circle = (f'<definitions {DMN} name="c" namespace="urn:c">{imports("main", "urn:main")}\n'
                  '<decision id="base" name="base"><informationRequirement><requiredDecision href="urn:main#m"/>'
                  '</informationRequirement><literalExpression><text>main.result</text></literalExpression></decision></definitions>')
        self.put("c.dmn", circle)
        path = self.put("main.dmn", model(imports("a", "urn:c"), "urn:c"))
        checked = run("dmn", "check", path)
        self.assertEqual(checked.returncode, 1)
        self.assertIn("it needs itself: ", checked.stdout)
        done = run("dmn", "eval", path, "--decision", "result")
        self.assertEqual(done.returncode, 0)
        self.assertIn("result = null", done.stdout)

    def test_a_file_that_imports_itself_is_told_so(self):
        path = self.put("main.dmn", model(imports("me", "urn:main"), "urn:main", "1").replace("#base", "#m2").replace(
            "</definitions>", '<decision id="m2" name="two"><literalExpression><text>2</text></literalExpression></decision></definitions>'))
        self.found(path, 2, "the file imports itself")
