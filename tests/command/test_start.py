"""./start: what it does, in which order, and what it says when it cannot; with tools that only note that they were called."""
import os
import shutil
import subprocess
import textwrap

from common import ROOT, Case

MESON = """\
    #!/bin/bash
    echo "meson $*" >>"$NOTES"
    [ -e "$2" ] && [ -e "$2/half" ] && { echo "ERROR: half a folder"; exit 1; }
    mkdir -p "$2/meson-private" && touch "$2/build.ninja" "$2/meson-private/coredata.dat"
"""
NINJA = """\
    #!/bin/bash
    echo "ninja $*" >>"$NOTES"
    [ -e "$2/stale" ] && { echo "ninja: error: stale"; exit 1; }
    [ -e fail ] && { echo "FAILED: some.c"; exit 1; }
    mkdir -p "$2/src/main"
    cp candour.sh "$2/src/main/candour"
"""
CANDOUR = """\
    #!/bin/bash
    echo "candour $*" >>"$NOTES"
    [ "$1" = init ] && mkdir -p "$3" && touch "$3/key"
    exit 0
"""


class Start(Case):
    def setUp(self):
        super().setUp()
        self.tree = self.path("a tree with spaces")
        os.makedirs(os.path.join(self.tree, "src"))
        shutil.copy(os.path.join(ROOT, "start"), self.tree)
        shutil.copytree(os.path.join(ROOT, "tools"), os.path.join(self.tree, "tools"))
        for name in ("meson.build", "meson_options.txt"):
            self.write(self.tree, name, "")
        self.write(os.path.join(self.tree, "tools"), "packages-build.txt", "meson meson\nninja-build ninja\n")
        self.write(os.path.join(self.tree, "src"), "a.c", "int a;\n")
        os.mkdir(self.path("bin"))
        for folder, name, text in [("bin", "meson", MESON), ("bin", "ninja", NINJA), (self.tree, "candour.sh", CANDOUR)]:
            path = os.path.join(self.work, folder, name)
            with open(path, "w") as f:
                f.write(textwrap.dedent(text))
            os.chmod(path, 0o755)

    def start(self, *arguments, cwd=None):
        notes = self.path("notes")
        if os.path.exists(notes):
            os.unlink(notes)
        env = {**os.environ, "NOTES": notes, "PATH": self.path("bin") + ":" + os.environ["PATH"]}
        done = subprocess.run([os.path.join(self.tree, "start"), *arguments], env=env, cwd=cwd or "/", text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.notes = open(notes).read().splitlines() if os.path.exists(notes) else []
        return done

    def test_it_builds_sets_up_and_serves_from_any_folder(self):
        done = self.start()
        self.assertEqual(done.returncode, 0, done.stderr)
        data = os.path.join(self.tree, "data")
        self.assertEqual(self.notes, ["meson setup build", "ninja -C build", f"candour init --data {data} --demonstration",
                                      f"candour serve --data {data}"])
        self.assertIn("Building", done.stdout)
        self.assertIn("Setting up the demonstration", done.stdout)

    def test_a_second_start_only_serves(self):
        self.start()
        done = self.start()
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(self.notes, [f"candour serve --data {self.tree}/data"])

    def test_a_changed_source_is_built_again_without_configuring(self):
        self.start()
        self.write(os.path.join(self.tree, "src"), "a.c", "int other;\n")
        self.start()
        self.assertEqual([note.split()[0] for note in self.notes], ["ninja", "candour"])

    def test_another_folder_and_address(self):
        for arguments in (["--data", "mine", "--listen", "127.0.0.1:9"], ["--data=mine", "--listen=127.0.0.1:9"]):
            self.assertEqual(self.start(*arguments, cwd=self.work).returncode, 0)
            self.assertEqual(self.notes[-1], f"candour serve --data {self.work}/mine --listen 127.0.0.1:9")
        os.mkdir(self.path("taken"))
        self.write(self.path("taken"), "file", "")
        self.start("--data", self.path("taken"))
        self.assertEqual(self.notes, [f"candour serve --data {self.path('taken')}"], "a folder with something in it stays")

    def test_a_half_configured_folder_is_made_anew(self):
        os.makedirs(os.path.join(self.tree, "build"))
        self.write(os.path.join(self.tree, "build"), "half", "")
        done = self.start()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.notes[0], "meson setup build")

    def test_a_stale_folder_is_made_anew_once(self):
        self.start()
        self.write(os.path.join(self.tree, "build"), "stale", "")
        self.write(os.path.join(self.tree, "src"), "a.c", "int other;\n")
        done = self.start()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([note.split()[0] for note in self.notes], ["ninja", "meson", "ninja", "candour"])

    def test_a_build_that_fails_says_so_and_the_next_try_goes_on(self):
        self.write(self.tree, "fail", "")
        done = self.start()
        self.assertEqual(done.returncode, 2)
        self.assertIn("could not be built", done.stderr)
        self.assertIn("FAILED: some.c", done.stdout)
        os.unlink(os.path.join(self.tree, "fail"))
        self.assertEqual(self.start().returncode, 0)
        self.assertEqual(self.notes[-1], f"candour serve --data {self.tree}/data")

    def test_an_unfinished_set_up_is_begun_again(self):
        self.start()
        self.write(os.path.join(self.tree, "data"), "init.unfinished", "")
        self.start()
        self.assertEqual([note.split()[1] for note in self.notes], ["init", "serve"])

    def test_without_installing_it_names_what_is_missing(self):
        self.write(os.path.join(self.tree, "tools"), "packages-build.txt",
                   "# a comment\nmeson meson\ncandour-has-no-such-package\ncandour-nor-this-one nor-this-command\n")
        done = self.start("--no-install")
        self.assertEqual(done.returncode, 2)
        self.assertIn("candour-has-no-such-package candour-nor-this-one", done.stderr)
        self.assertIn("apt-get install", done.stderr)
        self.assertEqual(self.notes, [])

    def test_wrong_options_are_named(self):
        for arguments, words in [(["--dta", "x"], "no option --dta"), (["--data"], "--data needs a value"),
                                 (["--listen", ""], "--listen needs a value"), (["more"], "no option more")]:
            done = self.start(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
            self.assertEqual(self.notes, [])
        done = self.start("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for option in ("--data DIR", "--listen ADDR:PORT", "--no-install"):
            self.assertIn(option, done.stdout)
