"""Installations as a reader may meet them: one that is just made, one of a single post, of many, and of very long things.

Each is a folder that is ready to be served. What they hold goes through the program's own acts.
"""
import os
import subprocess
import time

from common import BINARY, answer, run

POST = """---
kind: {kind}
title: "{title}"
channels: [site]
authors: [{author}]
{more}---
{text}
"""
DAY = 24 * 60 * 60
SECRET = "a passphrase of the states\n"
MANY, EMERGENCIES, WITHDRAWN = 200, 45, 45
KINDS = ["update", "advice", "awareness", "appeal", "event"]
LONG_WORD = "W"                      # the widest letter there is: no line can be broken at it


def day(offset):
    return time.strftime("%Y-%m-%d", time.localtime(time.time() + offset * DAY))


class Made:
    """An installation of a test case, and who may act in it: on a demonstration by name, elsewhere by passphrase."""

    def __init__(self, case, name, demonstration, settings=""):
        self.name, self.demonstration = name, demonstration
        self.work = case.path(name)
        os.mkdir(self.work)
        self.folder = os.path.join(self.work, "data")
        self.must("init", *(["--demonstration"] if demonstration else []))
        if settings:
            with open(os.path.join(self.folder, "candour.yaml"), "w", encoding="utf-8") as f:
                f.write(settings)

    def must(self, *words, by=None, stdin=""):
        who = [] if by is None else ["--as", by] if self.demonstration else ["--user", by]
        done = run(*words, "--data", self.folder, *who, stdin=SECRET if by and not self.demonstration else stdin)
        if done.returncode != 0:
            raise AssertionError(f"{self.name}: candour {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def file(self, key, title, text, kind="update", more="", folder=""):
        path = os.path.join(self.work, folder, key + ".md")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        author = "press-officer-1" if self.demonstration else "author"
        with open(path, "w", encoding="utf-8") as f:
            f.write(POST.format(kind=kind, title=title, author=author, text=text, more=more))
        return path

    def people(self):
        """Who imports, approves and publishes."""
        return ("press-officer-1", "approver", "duty-communications") if self.demonstration else ("author", "approver", "duty")

    def brought(self, key, title, text, **more):
        author, approver, _ = self.people()
        self.must("post", "import", self.file(key, title, text, **more), "--submit", by=author)
        answer(self.folder, key, author, secret=None if self.demonstration else SECRET)
        self.must("post", "approve", key, by=approver)

    def published(self, key, title, text, **more):
        """The address of a post that is brought all the way."""
        self.brought(key, title, text, **more)
        return self.must("post", "publish", key, by=self.people()[2]).split()[-1]


def empty(case):
    return Made(case, "empty", False)


def one(case):
    """One of each: a post, a topic, a campaign, a correction."""
    made = Made(case, "one", False)
    for name, role in (("author", "author"), ("approver", "approver"), ("duty", "duty-communications")):
        made.must("user", "add", name, "--name", name.capitalize(), "--role", role, stdin=SECRET)
    made.must("campaign", "set", "lamps", "--name", "Lamps", "--from", day(-1), "--to", day(20), "--purpose",
              "Light where people walk.", by="duty")
    more = "campaign: lamps\ntopics: [lamps]\n"
    made.published("lamp", "The lamp at the ferry", "The lamp is red.", more=more)
    made.brought("lamp", "The lamp at the ferry", "The lamp is green.", more=more)
    made.must("post", "correct", "lamp", "--kind", "factual", "--reason", "It is green.", by="duty")
    return made


def each(made, words):
    """The same act on many posts, two at a time, as one process a post takes its time."""
    running = []
    for act in words:
        running.append(subprocess.Popen([BINARY, *act, "--data", made.folder], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        if len(running) == 2:
            finish(made, running.pop(0))
    for act in running:
        finish(made, act)


def finish(made, act):
    said = act.communicate()[1]
    if act.returncode != 0:
        raise AssertionError(f"{made.name}: {' '.join(act.args)}: {said}")


def many(case):
    """So many that each list has several pages: news, search, the register, what was withdrawn, a campaign."""
    made = Made(case, "many", True)
    author, approver, duty = made.people()
    made.must("campaign", "set", "river", "--name", "Along the river", "--from", day(-1), "--to", day(20), "--purpose",
              "Who looks after the banks.", by=duty)
    keys = [f"river-{n:03}" for n in range(1, MANY + 1)]
    for n, key in enumerate(keys):
        topics = f"topics: [river, topic-{n % 20:02}]\n"
        made.file(key, f"News of the river, {n + 1}", f"Bank {n + 1} of the river is mended.", kind=KINDS[n % len(KINDS)],
                  more=topics + ("campaign: river\n" if n % 2 else ""), folder="posts")
    made.must("post", "import", os.path.join(made.work, "posts"), "--submit", by=author)
    each(made, [["post", "publish", key, "--emergency", "--reason", "The bank is open.", "--told", "Somebody, duty officer",
                 "--as", duty] for key in keys[:EMERGENCIES]])
    for key in keys[EMERGENCIES:]:
        answer(made.folder, key, author)
    each(made, [["post", "approve", key, "--as", approver] for key in keys[EMERGENCIES:]])
    each(made, [["post", "publish", key, "--as", duty] for key in keys[EMERGENCIES:]])
    made.must("post", "withdraw", *keys[-WITHDRAWN:], "--reason", "error: the bank was another one", by=duty)
    return made


def long_text(most):
    """Markdown of at most so many bytes, with everything that a post may hold, each of it too wide for any screen."""
    wide = LONG_WORD * 120
    parts = [f"## {wide}", wide, f"- {wide}\n- short\n    - {wide}\n        - {wide}", f"1. {wide}\n2. short",
             f"> {wide}\n>\n> > {wide}", f"```\n{wide} {wide}\n    indented\n```", f"`{wide}`", f"**{wide}** *{wide}*",
             f"[{wide}](/report)", f"https://www.example.org/{wide}",
             "| " + " | ".join(f"Column {n}" for n in range(1, 13)) + " |\n|" + "---|" * 12 + "\n" +
             "| " + " | ".join([wide] + [str(1000 * n) for n in range(2, 13)]) + " |", "---"]
    text = "\n\n".join(parts)
    plain = "The river is high after the rain, and the path along it is closed between the ferry and the mill. " * 5
    while len(text) + len(plain) + 2 < most:
        text += "\n\n" + plain.strip()
    return text


def long(case):
    """Whatever has a limit is as long as it may be, and without a blank where it may be so."""
    word = LONG_WORD
    made = Made(case, "long", True, f'site:\n  name: "{word * 80}"\nexit:\n  words: "{word * 30}"\ncontact:\n'
                f'  email: "{"w" * 50}@{"w" * 50}.example.org"\n  address: "{word * 190}"\n  hours: "{word * 120}"\n'
                '  telephone: "+44 1632 960 001"\n')
    author, approver, duty = made.people()
    made.must("campaign", "set", "w" * 60, "--name", word * 100, "--from", day(-1), "--to", day(20), "--purpose", word * 1000,
              by=duty)
    more = f'campaign: "{"w" * 60}"\ntopics: ["{"w" * 60}", "{"v" * 60}"]\n'
    made.published("long", word * 200, long_text(128 * 1024), more=more + "people:\n"
                   f'  - {{ as_written: "{word * 120}", kind: fictitious }}\n')
    made.published("wrong", word * 199 + "x", word * 300, more=more)
    made.brought("wrong", word * 199 + "y", "V" * 300, more=more)
    made.must("post", "correct", "wrong", "--kind", "factual", "--reason", word * 1000, by=duty)
    made.published("back", word * 199 + "z", word * 300, more=more)
    made.must("post", "withdraw", "back", "--reason", "error: " + word * 900, by=duty)
    return made


STATES = {"empty": empty, "one": one, "many": many, "long": long}
