"""Who acts: on the terminal, by standard input, or as a demonstration account."""
import os
import pty
import select
import time

from common import BINARY, PATIENCE, Case, run

PASSPHRASE = "midshire duty communications"


def on_terminal(arguments, answers):
    """Runs the command on a terminal of its own; `answers` are (question, line). Gives (code, all that was shown)."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(BINARY, [BINARY, *arguments])
    shown, end = b"", time.monotonic() + PATIENCE
    waiting = list(answers)
    while time.monotonic() < end:
        if waiting and shown.rstrip().endswith(waiting[0][0].encode()):
            os.write(terminal, waiting.pop(0)[1].encode() + b"\n")
            shown += b" "
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


class Actor(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)
        self.withdraw = ["post", "withdraw", "--data", self.folder, "--reason", "error: it was wrong", self.key("06-")]

    def key(self, beginning):
        listed = run("post", "list", "--data", self.folder)
        self.assertEqual(listed.returncode, 0, listed.stderr)
        return next(word for word in listed.stdout.split() if word.startswith(beginning))

    def test_the_terminal_asks_and_does_not_show_the_passphrase(self):
        code, shown = on_terminal(self.withdraw, [("User:", "duty-communications"), ("Passphrase:", PASSPHRASE)])
        self.assertEqual(code, 0, shown)
        self.assertIn("duty-communications", shown)
        self.assertNotIn(PASSPHRASE, shown)

    def test_a_wrong_passphrase_on_the_terminal_is_refused(self):
        code, shown = on_terminal(self.withdraw, [("User:", "duty-communications"), ("Passphrase:", "not this one at all")])
        self.assertEqual(code, 1, shown)
        self.assertNotIn("not this one", shown)

    def test_standard_input_gives_the_passphrase_of_a_named_user(self):
        done = run(*self.withdraw, "--user", "duty-communications", stdin="wrong\n")
        self.refused(done, 1)
        done = run(*self.withdraw, "--user", "duty-communications", stdin=PASSPHRASE + "\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_without_a_terminal_the_command_says_how_to_say_who_acts(self):
        self.refused(run(*self.withdraw), 2, "--user USER")

    def test_an_unknown_user_and_a_wrong_passphrase_read_the_same(self):
        wrong = run(*self.withdraw, "--user", "duty-communications", stdin="no\n")
        unknown = run(*self.withdraw, "--user", "nobody-here", stdin="no\n")
        self.assertEqual((wrong.returncode, wrong.stderr), (unknown.returncode, unknown.stderr))

    def test_as_works_on_demonstration_data_only(self):
        self.refused(run(*self.withdraw, "--as", "nobody-here"), 2, "candour user list")
        self.refused(run(*self.withdraw, "--as", "approver", "--user", "approver"), 2, "leave one out")
        os.unlink(os.path.join(self.folder, "demonstration"))
        self.refused(run(*self.withdraw, "--as", "duty-communications"), 1, "demonstration data only")

    def test_as_takes_no_account_that_was_added_later(self):
        done = run("user", "add", "real-person", "--name", "R. Person", "--role", "duty-communications", "--data",
                   self.folder, stdin="a passphrase of one's own\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.refused(run(*self.withdraw, "--as", "real-person"), 1, "demonstration accounts only")
