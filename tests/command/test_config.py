"""check-config: every fault with its place and the cure; and settings with a fault are used by nobody."""
import os

from common import Case, run


class Config(Case):
    def test_each_fault_is_named_with_line_column_and_cure(self):
        for text, place, words in [
                ("site:\n  nam: x\n", "2:3", ["nam", "name"]),
                ("sit:\n  name: x\n", "1:1", ["sit"]),
                ("site:\n  name: 7 lines\n  name: other\n", "3:3", ["twice"]),
                ("site: &a\n  name: x\n", "1:7", ["nchor"]),
                ("site:\n  name: &a x\n", "2:", ["nchor"]),
                ("site:\n  name: !!str x\n", "2:", ["Tags"]),
                ("server:\n  log: loud\n", "2:8", ["debug info warn error"]),
                ("server:\n  listen: localhost:80\n", "2:11", ["list"]),
                ("server:\n  listen: [\"example.org:80\"]\n", "2:", ["localhost:8080"]),
                ("server:\n  behind_proxy: maybe\n", "2:17", ["true or false"]),
                ("site:\n  address: example.org\n", "2:12", ["https://"]),
                ("site:\n  address: https://example.org/path\n", "2:12", ["site.address", "nothing behind it"]),
                ("site:\n  address: \"https://example.org?a=b\"\n", "2:12", ["site.address", "nothing behind it"]),
                ("exit:\n  target: http://example.org/weather\n", "2:11", ["exit.target", "https://"]),
                ("exit:\n  target: https://example.org/#x\n", "2:11", []),
                ("site:\n  address: https://example.org\nexit:\n  target: https://example.org/weather\n", "4:11",
                 ["exit.target", "back to this site"]),
                ("exit:\n  words: ''\n", "2:10", ["exit.words"]),
                ("site:\n  time_zone: Europe/Atlantis\n", "2:14", ["Europe/Atlantis"]),
                ("site:\n  page_cache_bytes: -1\n", "2:21", ["from 0 to"]),
                ("site:\n\tname: x\n", "2:", []),
                ("- site\n", "1:1", []),
                ("site:\n  name: x\n---\nsite:\n  name: y\n", "3:", ["document"]),
        ]:
            with self.subTest(text):
                self.write(self.work, "s.yaml", text)
                path = self.path("s.yaml")
                done = run("check-config", path)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                first = done.stdout.splitlines()[0]
                self.assertTrue(first.startswith(f"{path}:{place}"), first)
                self.assertRegex(first, r":\d+:\d+: ")
                for word in words:
                    self.assertIn(word, first)
                self.refused(done, 1, "fault")

    def test_all_faults_come_in_one_go_in_the_order_of_the_file(self):
        self.write(self.work, "s.yaml", "site:\n  colour: red\n  name: ''\nserver:\n  log: no\nmail:\n  from: x\n")
        done = run("check-config", self.path("s.yaml"))
        lines = [int(line.split(":")[1]) for line in done.stdout.splitlines()]
        self.assertEqual(len(lines), 4, done.stdout)
        self.assertEqual(lines, sorted(lines))
        self.assertIn("4 faults", done.stderr)

    def test_an_empty_file_and_one_of_comments_are_fine(self):
        for text in ["", "# nothing\n", "\n\n"]:
            self.write(self.work, "s.yaml", text)
            self.assertEqual(run("check-config", self.path("s.yaml")).returncode, 0, text)

    def test_what_init_writes_can_be_uncommented_line_by_line(self):
        folder = self.installation()
        with open(os.path.join(folder, "candour.yaml")) as f:
            lines = f.read().splitlines()
        self.assertTrue(any(line.startswith("  #") for line in lines))
        self.write(self.work, "s.yaml", "\n".join(
            line if " # " in line or line.startswith("# ") else line.replace("#", "", 1) for line in lines) + "\n")
        done = run("check-config", self.path("s.yaml"))
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_a_file_that_cannot_be_read_is_named(self):
        self.refused(run("check-config", self.path("none.yaml")), 2, "none.yaml")
        self.refused(run("check-config", "--data", self.path("none")), 2, "none/candour.yaml")
        self.refused(run("check-config", self.work), 2, self.work)
        self.write(self.work, "big.yaml", "#" * 70000)
        self.refused(run("check-config", self.path("big.yaml")), 2, "big.yaml")
        self.refused(run("check-config", "a", "b"), 2, "one file")

    def test_nothing_is_served_with_a_fault_in_the_settings(self):
        folder = self.installation()
        self.write(folder, "candour.yaml", "site:\n  colour: red\n")
        done = run("serve", "--data", folder, "--listen", "localhost:0")
        self.refused(done, 1, "candour.yaml:2:11", "colour")
        self.assertEqual(run("user", "list", "--data", folder).returncode, 1)
