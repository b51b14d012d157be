"""What docs/ says about settings and commands is what the program does."""
import os
import re
import shlex

from common import ROOT, Case, run
from test_words import COMMANDS


def document(name):
    with open(os.path.join(ROOT, "docs", name), encoding="utf-8") as f:
        return f.read()


class Documents(Case):
    def test_the_table_of_settings_is_the_programs_own(self):
        described = run("check-config", "--describe")
        self.assertEqual((described.returncode, described.stderr), (0, ""))
        self.assertIn("site.name", described.stdout)
        written = re.search(r"<!-- settings -->\n(.*?)<!-- end of settings -->", document("configure.md"), re.S)
        self.assertIsNotNone(written)
        self.assertEqual(written[1].strip(), described.stdout.strip(),
                         "docs/configure.md: put the output of candour check-config --describe between its marks")

    def test_every_form_of_every_command_stands_in_the_documentation(self):
        text = document("commands.md")
        for command in COMMANDS:
            usage = run(command, "--help").stdout.split("\n\n")[0]
            for line in usage.splitlines():
                form = line.replace("usage:", "").strip()
                with self.subTest(form):
                    self.assertIn(form, text)

    def test_the_exit_codes_stand_in_the_documentation(self):
        text = document("commands.md")
        with open(os.path.join(ROOT, "src", "main", "command.h"), encoding="utf-8") as f:
            codes = re.findall(r"EXIT_\w+ = (\d+)", f.read())
        self.assertEqual(len(codes), 4)
        for code in codes:
            self.assertRegex(text, rf"(?m)^\| {code} \|")

    def test_every_file_of_the_data_folder_stands_in_the_documentation(self):
        text = document("install.md")
        for name in os.listdir(self.installation(demonstration=True)):
            self.assertIn(f"`{name}`", text)

    def test_the_first_commands_of_the_readme_do_what_they_say(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as f:
            text = f.read()
        folder = self.installation(demonstration=True)
        lines = re.findall(r"(?m)^build/src/main/candour (post .*|policy (?:list|test).*|dmn .*)$", text)
        self.assertGreater(len(lines), 12)
        for line in lines:
            words = [folder if word == "data" else word for word in shlex.split(line, comments=True)]
            done = run(*words, cwd=ROOT)
            self.assertEqual(done.returncode, 0, line + "\n" + done.stderr)
