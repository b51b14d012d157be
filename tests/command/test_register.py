"""Registers: imported whole or not at all, read by whoever may, and held against posts."""
import json
import os

from common import Case, run

ORDERS = "order,name,aliases,case,kind,court,from,to\r\n"
POST = """---
kind: update
title: A title
channels: [site]
authors: [press-officer-1]
---
{text}
"""


class Register(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)

    def file(self, text, name="r.csv"):
        path = self.path(name)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def register(self, *words, by="duty-communications", code=0):
        done = run("register", *words, "--data", self.folder, *(["--as", by] if by else []))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stderr

    def test_an_import_says_what_it_did_and_check_changes_nothing(self):
        path = self.file("\ufeff" + ORDERS + '1,"SMITH, John",,22/1,k,Northford,2026-01-01,\r\n')
        self.assertIn("The register of orders is empty", self.register("orders", "list"))
        self.assertIn("1 added", self.register("orders", "import", path, "--check", by=None))
        self.assertIn("The register of orders is empty", self.register("orders", "list"))
        self.assertIn("1 added", self.register("orders", "import", path))
        said = json.loads(self.register("orders", "import", path, "--json"))
        self.assertEqual((said["added"], said["unchanged"]), (0, 1))
        self.assertEqual(json.loads(self.register("orders", "show", "1", "--json"))["name"], "SMITH, John")
        out = self.file(self.register("orders", "list", "--csv"), "out.csv")
        self.assertIn("1 unchanged", self.register("orders", "import", out, "--replace"))
        self.register("orders", "remove", "1")
        self.assertIn("is empty", self.register("orders", "list"))
        self.assertIn("no entry of that number", self.register("orders", "show", "1", code=2))

    def test_the_orders_are_shown_to_whoever_may_alone(self):
        self.register("orders", "import", self.file(ORDERS + "1,John Smith,,,k,c,2026-01-01,\n"))
        for words in (("list",), ("list", "--csv"), ("show", "1"), ("show", "1", "--json")):
            self.assertNotIn("Smith", self.register("orders", *words, by="approver", code=1))
        self.register("orders", "remove", "1", by="approver", code=1)

    def test_faults_name_line_and_column_and_nothing_is_taken(self):
        path = self.file(ORDERS + "1,John Smith,,,k,c,2026-01-01,\n2,Ann Other,,,,c,2026-13-01,\n")
        said = self.register("orders", "import", path, code=1)
        self.assertIn(f"{path}:3:", said)
        self.assertNotIn("Other", said)
        self.assertIn("is empty", self.register("orders", "list"))
        for text in (b"", b"\xff", b"order\n", b"a\rb", ORDERS.encode() + b'1,"John', b"\0"):
            said = self.register("orders", "import", self.file(text), code=1)
            self.assertIn("r.csv:", said)
        self.register("orders", "import", self.path("no such.csv"), code=2)

    def test_formulas_are_told(self):
        self.register("references", "import", self.file("reference,status,note\n1,charged,=1+1\n"))
        done = run("register", "references", "list", "--csv", "--data", self.folder)
        self.assertIn("=1+1", done.stdout)
        self.assertIn("1 cell begins", done.stderr)

    def test_a_post_with_a_name_on_the_register_is_held(self):
        self.register("orders", "import", self.file(ORDERS + '7,"SMITH, John",,,k,c,2026-01-01,\n'))
        path = self.file(POST.format(text="Charged: Jo\u200bhn S\u043cith."), "held.md")
        done = run("post", "import", path, "--submit", "--data", self.folder, "--as", "press-officer-1")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("court-order", done.stdout + done.stderr)
        self.assertNotIn("SMITH", done.stdout + done.stderr)
