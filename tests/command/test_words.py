"""The words of the command line: help, options, errors on one line, exit codes."""
import os
import re
import subprocess

from common import BINARY, ROOT, Case, run

COMMANDS = ["init", "serve", "check-config", "doctor", "user", "post", "image", "promise", "campaign", "speaker-confirm",
            "check", "dmn", "policy", "audit", "backup", "restore", "routes", "version"]


class Words(Case):
    def test_every_command_says_how_it_is_used(self):
        overview = run("--help")
        self.assertEqual((overview.returncode, overview.stderr), (0, ""))
        for command in COMMANDS:
            with self.subTest(command):
                self.assertRegex(overview.stdout, rf"(?m)^  {command} +\w")
                done = run(command, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout.startswith(f"usage: candour {command}"), done.stdout)
                self.assertEqual(run("help", command).stdout, done.stdout)

    def test_a_command_that_does_not_exist_names_the_one_that_was_meant(self):
        for typed, meant in [("serv", "serve"), ("doktor", "doctor"), ("check-confg", "check-config"), ("usr", "user")]:
            with self.subTest(typed):
                self.refused(run(typed), 2, f"no command {typed}", f"did you mean {meant}?")
        self.refused(run("zebra"), 2, "no command zebra", "--help")
        self.assertNotIn("did you mean", run("zebra").stderr)

    def test_no_command_is_an_error_that_says_what_to_do(self):
        done = run()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("candour --help", done.stderr)

    def test_an_option_that_is_not_understood_ends_the_command_before_anything_is_done(self):
        folder = self.path("data")
        for arguments, words in [(["--dat", folder], ["no option --dat", "did you mean --data?"]),
                                 (["--frobnicate"], ["no option --frobnicate"]),
                                 (["--data"], ["--data needs a value"]),
                                 (["--data", ""], ["--data needs a value"]),
                                 (["--data="], ["--data needs a value"]),
                                 (["--data", folder, "--data", folder], ["--data stands twice"]),
                                 (["--demonstration=yes", "--data", folder], ["takes no value"]),
                                 (["--data", folder, "more"], ["no argument"])]:
            with self.subTest(arguments):
                self.refused(run("init", *arguments, cwd=self.work), 2, *words)
        self.assertEqual(os.listdir(self.work), [])

    def test_what_was_typed_cannot_move_a_terminals_cursor(self):
        for arguments in [["\x1b[2Jserve"], ["init", "--\x1b[2J"], ["init", "a\nb"]]:
            done = run(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertNotIn("\x1b", done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_an_error_is_one_clean_line_whatever_stands_in_a_path(self):
        name = "a\nb\x1b[2J\x9b2J"
        folder = os.path.join(self.installation(), name)
        os.mkdir(folder)
        for where in (folder, folder + "-none"):
            for arguments in (["user", "list"], ["serve", "--listen", "localhost:0"], ["check-config"],
                              ["serve", "--listen", "local\nhost:0"]):
                self.clean(run(*arguments, "--data", where))
        self.write(folder, "candour.yaml", "site:\n  colour: red\n")
        self.write(folder, "key", "k" * 32)
        self.clean(run("user", "list", "--data", folder))
        done = run("check-config", "--data", folder)
        self.clean(done)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertEqual(done.stdout.count("\n"), 1)
        self.clean(run("init", "--data", folder))
        self.clean(run("init", "--data", os.path.join(folder, "no", "such")))
        self.assertNotRegex(run("doctor", "--data", folder).stdout, "[\x1b\x9b]")

    def clean(self, done):
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"\Acandour: [^\x00-\x1f\x7f-\x9f]*\n\Z")
        self.assertNotRegex(done.stdout, "[\x1b\x9b]")

    def test_version_is_that_of_the_source(self):
        with open(os.path.join(ROOT, "meson.build")) as f:
            version = re.search(r"version: '([^']+)'", f.read())[1]
        self.assertEqual(run("version").stdout, f"candour {version}\n")
        self.assertEqual(run("--version").stdout, f"candour {version}\n")

    def test_output_that_cannot_be_written_is_an_error(self):
        for command in ["version", "routes", "--help"]:
            with open("/dev/full", "w") as full:
                done = subprocess.run([BINARY, command], stdout=full, stderr=subprocess.PIPE, text=True)
            self.refused(done, 2, "Standard output")

    def test_a_closed_standard_output_does_not_end_in_a_file_of_ours(self):
        folder = self.path("data")
        done = subprocess.run(f'exec "{BINARY}" init --data "{folder}" >&- 2>&-', shell=True)
        self.assertIn(done.returncode, (0, 2))
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as f:
                self.assertNotIn(b"is ready", f.read())

    def test_a_part_of_the_server_cannot_be_started_by_hand(self):
        for role in ["@web", "@worker"]:
            done = run(role)
            self.refused(done, 71, "started by it")
        self.refused(run("@other"), 2, "candour serve")

    def test_routes_shows_each_address_with_who_may(self):
        done = run("routes")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        head, *rows = done.stdout.splitlines()
        self.assertEqual(head.split(), ["METHOD", "PATH", "PERMISSION", "BODY", "CSRF", "CACHE", "WHERE", "HELP"])
        self.assertRegex(done.stdout, r"(?m)^GET +/healthz +public ")
        for row in rows:
            method, path, permission, *_ = row.split()
            self.assertIn(method, ("GET", "POST"))
            self.assertTrue(path.startswith("/"))
            self.assertRegex(permission, r"^[a-z-]+$")
            where = re.search(r" (src/\S+):(\d+) ", row)
            self.assertTrue(os.path.exists(os.path.join(ROOT, where[1])))
        self.assertNotIn("tests/", done.stdout, "the shipped program has no route of the tests")
