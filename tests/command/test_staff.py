"""user and audit: accounts at the console, passphrases that are not seen, a chain that tells."""
import json
import os
import pty
import select
import signal
import sqlite3
import termios
import time

from common import BINARY, Case, PATIENCE, run

GOOD = "correct horse battery"


class Typed:
    """A command with a terminal of its own, on which somebody types when asked."""

    def __init__(self, *arguments):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background of a shell ignores it
            os.execv(BINARY, [BINARY, *arguments])
        self.shown = ""

    def wait_for(self, words):
        end = time.monotonic() + PATIENCE
        while words not in self.shown:
            if time.monotonic() > end or not self.take(0.1):
                raise AssertionError(f"{words!r} did not come: {self.shown!r}")

    def take(self, seconds):
        """False at the end."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.fd, 4096)
        except OSError:
            return False
        self.shown += piece.decode("utf-8", "replace")
        return bool(piece)

    def answer(self, question, words):
        self.wait_for(question)
        os.write(self.fd, (words + "\n").encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def end(self):
        while self.take(PATIENCE):
            pass
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return code


class Staff(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation()

    def user(self, *arguments, stdin=GOOD + "\n"):
        return run("user", *arguments, "--data", self.folder, stdin=stdin)

    def add(self, user, roles):
        done = self.user("add", user, "--name", "Sam Example", "--role", roles)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def change(self, sql):
        with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
            db.execute(sql)
        db.close()

    def test_an_account_is_added_listed_and_disabled(self):
        self.assertIn("There are no accounts yet", self.user("list").stdout)
        self.add("boss", "administrator")
        self.add("sam", "author,approver")
        self.assertEqual(self.user("disable", "sam").returncode, 0)
        lines = self.user("list").stdout.splitlines()
        self.assertEqual([line.split()[:3] for line in lines],
                         [["boss", "in", "use"], ["sam", "disabled", "author,"]])

    def test_what_is_wrong_is_said_before_a_passphrase_is_asked_for(self):
        for arguments, word in [(["add", "sam", "--name", "Sam", "--role", "autor"], "autor"),
                                (["add", "sam", "--name", "Sam", "--role", "author,"], "is no role"),
                                (["add", "sam", "--role", "author"], "--name"), (["add"], "user name"),
                                (["list", "--role", "author"], "--role"), (["remove", "sam"], "disable"), ([], "add")]:
            self.refused(self.user(*arguments, stdin=""), 2, word)

    def test_a_refusal_changes_nothing(self):
        self.add("boss", "administrator")
        self.refused(self.user("add", "boss", "--name", "B", "--role", "author"), 1, "already")
        self.refused(self.user("add", "Sam", "--name", "Sam", "--role", "author"), 1, "small letters")
        self.refused(self.user("add", "sam", "--name", "Sam", "--role", "author", stdin="short\n"), 1, "too short")
        self.refused(self.user("add", "sam", "--name", "Sam", "--role", "author", stdin=""), 2, "standard input")
        self.refused(self.user("add", "sam", "--name", "Sam", "--role", "author", stdin="x" * 5000), 1, "too long")
        self.refused(self.user("disable", "boss"), 1, "last administrator")
        self.refused(self.user("passphrase", "nobody"), 2, "no such account")
        self.assertEqual(len(self.user("list").stdout.splitlines()), 1)
        self.assertEqual(json.loads(run("audit", "verify", "--json", "--data", self.folder).stdout)["entries"], 1)

    def test_a_passphrase_is_typed_twice_and_never_shown(self):
        typed = Typed("user", "add", "sam", "--name", "Sam", "--role", "author", "--data", self.folder)
        typed.answer("Passphrase for the new account: ", GOOD)
        typed.answer("The same again: ", GOOD)
        self.assertEqual(typed.end(), 0)
        self.assertIn("was added", typed.shown)
        self.assertNotIn("horse", typed.shown)
        typed = Typed("user", "passphrase", "sam", "--data", self.folder)
        typed.answer("New passphrase: ", GOOD)
        typed.answer("The same again: ", GOOD + "!")
        self.assertEqual(typed.end(), 1)
        self.assertIn("differ", typed.shown)
        self.assertNotIn("horse", typed.shown)

    def test_a_question_that_is_broken_off_leaves_a_terminal_that_shows(self):
        self.add("sam", "author")
        typed = Typed("user", "passphrase", "sam", "--data", self.folder)
        typed.wait_for("New passphrase: ")
        self.assertFalse(typed.echoes())
        os.kill(typed.pid, signal.SIGINT)
        end = time.monotonic() + PATIENCE
        while not typed.echoes() and time.monotonic() < end:
            time.sleep(0.02)
        self.assertTrue(typed.echoes())
        self.assertEqual(typed.end(), -signal.SIGINT)

    def test_every_act_stands_in_the_audit_and_no_passphrase_or_name(self):
        self.add("boss", "administrator")
        self.assertEqual(self.user("passphrase", "boss").returncode, 0)
        done = run("audit", "list", "--json", "--data", self.folder)
        entries = json.loads(done.stdout)
        self.assertEqual([(e["act"], e["user"]) for e in entries],
                         [("account.passphrase-changed", None), ("account.added", None)])
        self.assertNotIn("horse", done.stdout)
        self.assertNotIn("Example", done.stdout)
        self.assertEqual(len(run("audit", "list", "--most", "1", "--data", self.folder).stdout.splitlines()), 1)
        for most in ("0", "501", "x", "-1"):
            self.refused(run("audit", "list", "--most", most, "--data", self.folder), 2, "--most")

    def test_a_changed_entry_is_named_and_ends_with_3(self):
        self.add("boss", "administrator")
        self.add("sam", "author")
        whole = run("audit", "verify", "--data", self.folder)
        self.assertEqual((whole.returncode, whole.stderr), (0, ""))
        self.change("UPDATE audit SET made = made + 1 WHERE n = 2")
        self.refused(run("audit", "verify", "--data", self.folder), 3, "entry 2")
        done = run("audit", "verify", "--json", "--data", self.folder)
        self.assertEqual((done.returncode, json.loads(done.stdout)["first_wrong"]), (3, 2))

    def test_words_of_an_act_cannot_move_the_cursor(self):
        self.add("boss", "administrator")
        self.change("UPDATE audit_words SET words = 'a' || char(27) || '[2J' || char(10) || 'b' || char(155) || 'c'")
        done = run("audit", "list", "--data", self.folder)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertNotRegex(done.stdout, "[\x1b\x9b]")
