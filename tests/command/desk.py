"""A demonstration force whose people bring posts to the public: what tests of the public pages need."""
import json
import os
import shutil

from common import Case, ROOT, answer, run

POST = """---
kind: {kind}
title: "{title}"
channels: [site]
authors: [press-officer-1]
{more}---
{body}
"""
SECRET = "the desk of the demonstration\n"


class Desk(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)

    def act(self, act, *rest, by, code=0):
        done = run("post", act, "--data", self.folder, "--as", by, *rest)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def file(self, key, title, body="It is in the paper.", kind="update", more=""):
        path = os.path.join(os.path.dirname(self.folder), key + ".md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(POST.format(kind=kind, title=title, body=body, more=more))
        return path

    def bring(self, key, title, **more):
        """A post up to its approval."""
        self.act("import", self.file(key, title, **more), "--submit", by="press-officer-1")
        answer(self.folder, key)
        self.act("approve", key, by="approver")

    def publish(self, key, title, **more):
        self.bring(key, title, **more)
        self.act("publish", key, by="duty-communications")
        return self.address(key)

    def correct(self, key, title, reason, **more):
        self.bring(key, title, **more)
        self.act("correct", key, "--kind", "factual", "--reason", reason, by="duty-communications")

    def address(self, key):
        return json.loads(run("post", "show", key, "--json", "--data", self.folder).stdout)["address"]

    def image(self, made, alt="A street by night", **more):
        """The lines of a picture that lies beside the file, of one of these kinds."""
        shutil.copy(os.path.join(ROOT, "tests", "cases", "images", "street-lamps.jpg"), os.path.dirname(self.folder))
        words = {"file": "street-lamps.jpg", "made": made, "alt": f'"{alt}"', **more}
        if made in ("stock", "ai", "illustration"):
            words |= {"source": "A library", "credit": "A library", "release": "MR",
                      "licence": '{ id: "1", licensor: A library, expires: 2090-01-01, sensitive_use: true }'}
        return "image: { " + ", ".join(f"{name}: {value}" for name, value in words.items()) + " }\n"

    def elsewhere(self, key, title, **more):
        run("user", "add", "desk", "--name", "Desk", "--role", "author,duty-communications", "--data", self.folder,
            stdin=SECRET)
        done = run("post", "import", self.file(key, title, **more), "--published-elsewhere", "https://social.example/1",
                   "--at", "2026-01-05T09:00", "--user", "desk", "--data", self.folder, stdin=SECRET)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return self.address(key)
