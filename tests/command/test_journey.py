"""A post's way with the real program: from a file to the public page and back, while the server runs."""
import glob
import hashlib
import http.client
import json
import os
import re
import sqlite3
import subprocess

from common import BINARY, Case, ROOT, Server, answer, get, run, wait_for, wanted


def ask(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Host": f"localhost:{port}"})
    return connection.getresponse()


CASES = os.path.join(ROOT, "tests", "cases", "posts")
IMAGES = os.path.join(ROOT, "tests", "cases", "images")
DEMONSTRATION_LIVE = 9
CLEAN = ("07-charge", "09-statement", "12-convicted")


def files(*keys):
    return [os.path.join(CASES, key + ".md") for key in keys]


class Journey(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.installation(demonstration=True)

    def post(self, act, *rest, by=None, code=0):
        done = run("post", act, "--data", self.folder, *(["--as", by] if by else []), *rest)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def speak(self, key):
        """The speaker of 09-statement has an account in their own name, and stands behind the words."""
        secret = "the speaker of the statement\n"
        run("user", "add", "alex-morgan", "--name", "Alex Morgan", "--role", "author", "--data", self.folder, stdin=secret)
        done = run("speaker-confirm", key, "--user", "alex-morgan", "--data", self.folder, stdin=secret)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def publish(self, key):
        if json.loads(self.post("show", key, "--json").stdout)["state"] == "draft":
            self.post("submit", key, by="press-officer-1")
        if key == "09-statement":
            self.speak(key)
        answer(self.folder, key)
        self.post("approve", key, by="approver")
        said = self.post("publish", key, by="duty-communications").stdout
        return re.search(r"/news/\S+", said)[0]

    def audit_is_whole(self):
        done = run("audit", "verify", "--data", self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_case_imports_and_the_clean_ones_go_out_and_come_back(self):
        every = sorted(glob.glob(os.path.join(CASES, "*.md")))
        self.assertEqual(len(every), 12)
        said = self.post("import", *every, by="press-officer-1").stdout
        self.assertEqual(len(re.findall(r"new post, edition 1 [0-9a-f]{64}", said)), 12)
        with Server(self.folder) as server:
            for key in CLEAN:
                address = self.publish(key)
                status, page = get(server.port, address)
                self.assertEqual(status, 200)
                self.assertNotIn("was withdrawn", page)
                self.assertIn(address, get(server.port, "/news")[1])
                self.post("withdraw", key, "--reason", "The day was wrong.", by="duty-communications")
                status, page = get(server.port, address)
                self.assertEqual(status, 200)
                self.assertIn("This post was withdrawn", page)
                self.assertIn("Reason: The day was wrong.", page)
                self.assertNotIn(address, get(server.port, "/news")[1])
                self.assertIn(address, get(server.port, "/withdrawn")[1])
        self.audit_is_whole()

    def test_a_second_import_of_the_same_file_changes_nothing(self):
        first = self.post("import", *files("07-charge"), by="press-officer-1").stdout
        again = self.post("import", *files("07-charge"), by="press-officer-1").stdout
        self.assertNotEqual(first, again)
        self.assertNotIn("new", again)
        self.assertEqual(re.search(r"[0-9a-f]{64}", first)[0], re.search(r"[0-9a-f]{64}", again)[0])

    def test_check_of_the_file_and_the_import_give_the_same_hash(self):
        for name in sorted(glob.glob(os.path.join(CASES, "*.md"))):
            checked = run("check", name, "--json")
            said = self.post("import", name, by="press-officer-1").stdout
            self.assertEqual(json.loads(checked.stdout)["edition"], re.search(r"[0-9a-f]{64}", said)[0], name)

    def pictures(self, page):
        """The addresses of a page's pictures, without those of other sizes."""
        return sorted(set(re.findall(r"/pictures/[0-9a-f]{64}\.(?:webp|jpg)", page)))

    def test_a_picture_goes_with_its_post_and_is_never_the_original(self):
        self.post("import", wanted(self.work), by="press-officer-1")
        with Server(self.folder) as server:
            address = self.publish("08-wanted")
            page = get(server.port, address)[1]
            pictures = self.pictures(page)
            self.assertEqual(len(pictures), 2)
            for path in pictures:
                answer = ask(server.port, path)
                body = answer.read()
                self.assertEqual((answer.status, answer.headers["Cache-Control"]), (200, "no-cache"))
                kind = "image/webp" if path.endswith(".webp") else "image/jpeg"
                self.assertEqual(answer.headers["Content-Type"], kind)
                self.assertEqual(hashlib.sha256(body).hexdigest(), path.split("/")[-1].split(".")[0])
                other = path.replace(".webp", ".jpg") if ".webp" in path else path.replace(".jpg", ".webp")
                self.assertEqual(get(server.port, other)[0], 404)
            with open(files("08-wanted")[0], encoding="utf-8") as f:
                name = re.search(r"file: ([\w.-]+)", f.read())[1]
            with open(os.path.join(IMAGES, name), "rb") as f:
                original = hashlib.sha256(f.read()).hexdigest()
            self.assertEqual(get(server.port, f"/pictures/{original}.jpg")[0], 404)
            for wrong in ("0" * 64 + ".jpg", pictures[0][10:-5], "x.webp", pictures[0][10:] + "x"):
                self.assertEqual(get(server.port, "/pictures/" + wrong)[0], 404, wrong)
            self.post("end", "08-wanted", "--reason", "arrested", by="duty-communications")
            page = get(server.port, address)[1]
            self.assertIn("This post has ended", page)
            register = get(server.port, "/corrections?kind=ending")[1]
            self.assertIn("This post has ended", register)
            self.assertNotIn("This post was withdrawn", register)
            self.assertEqual(self.pictures(page), [])
            for path in pictures:
                self.assertEqual(get(server.port, path)[0], 404, path)

    def test_a_picture_of_a_draft_is_nobodys_to_see(self):
        self.post("import", *files("06-diwali"), by="press-officer-1")
        with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
            made = [row[0].hex() for row in db.execute(
                "SELECT r.sha256 FROM picture_rendition r JOIN post_picture x ON x.picture_set = r.picture_set "
                "JOIN post_edition e ON e.id = x.edition JOIN post p ON p.id = e.post "
                "WHERE r.format = 'webp' AND p.key = '06-diwali'")]
        db.close()
        self.assertTrue(made)
        with Server(self.folder) as server:
            for name in made:
                self.assertEqual(ask(server.port, f"/pictures/{name}.webp").status, 404)
            self.publish("06-diwali")
            for name in made:
                self.assertEqual(ask(server.port, f"/pictures/{name}.webp").status, 200)
            self.post("withdraw", "06-diwali", "--reason", "licence-or-consent: the licence has ended",
                      by="duty-communications")
            for name in made:
                self.assertEqual(ask(server.port, f"/pictures/{name}.webp").status, 404)

    def test_an_exported_post_is_the_same_edition_when_it_is_imported(self):
        every = sorted(glob.glob(os.path.join(CASES, "*.md")))
        self.post("import", *every, by="press-officer-1")
        os.makedirs(self.path("images"))
        for name in glob.glob(os.path.join(IMAGES, "*")):
            os.symlink(name, os.path.join(self.path("images"), os.path.basename(name)))
        os.makedirs(self.path("posts"))
        for name in every:
            key = os.path.basename(name)[:-3]
            path = os.path.join(self.path("posts"), key + ".md")
            with open(path, "w", encoding="utf-8") as f:
                f.write(self.post("export", key).stdout)
            self.assertIn("nothing changed", self.post("import", path, by="press-officer-1").stdout, key)
        self.refused(self.post("export", "nothing", code=2), 2, "There is no post")

    def test_the_register_of_pictures_shows_both_sides_and_every_use(self):
        self.post("import", *files("01-former-name", "02-former-name-mended"), by="press-officer-1")
        rows = json.loads(run("image", "list", "--json", "--data", self.folder).stdout)
        rows = [row for row in rows if row["name"].startswith("portrait")]
        self.assertEqual([(row["name"], row["posts"], row["public"]) for row in rows], [("portrait-a.jpg", 2, 0)])
        shown = run("image", "show", "portrait-a.jpg", "--data", self.folder)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for words in ("the same bytes stand in 2 posts", "01-former-name, edition 1", "02-former-name-mended, edition 1",
                      "claimed: photograph", "the file says: Northlight Stock"):
            self.assertIn(words, shown.stdout)
        one = json.loads(run("image", "show", rows[0]["sha256"][:8].upper(), "--json", "--data", self.folder).stdout)
        self.assertEqual({use["post"]: use["labels"] for use in one["uses"]},
                         {"01-former-name": [], "02-former-name-mended": ["stock", "fictitious"]})
        self.refused(run("image", "show", "nobody.jpg", "--data", self.folder), 2, "There is no picture")

    def test_a_picture_whose_writer_was_away_before_the_passphrase_is_there_afterwards(self):
        secret = "the writer who was away\n"
        run("user", "add", "away", "--name", "Away", "--role", "author", "--data", self.folder, stdin=secret)
        before = set(glob.glob(os.path.join(self.folder, "blobs", "*", "*")))
        with subprocess.Popen([BINARY, "post", "import", *files("06-diwali"), "--user", "away", "--data", self.folder],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as importing:
            kept = wait_for(lambda: [name for name in glob.glob(os.path.join(self.folder, "blobs", "*", "*"))
                                     if not name.endswith(".new") and name not in before], "the picture")
            for name in kept:
                os.utime(name, (1, 1))
            with Server(self.folder):
                wait_for(lambda: not any(map(os.path.exists, kept)), "the sweep")
            said, errors = importing.communicate(secret)
        self.assertEqual(importing.returncode, 0, errors)
        self.assertIn("new post", said)
        self.assertTrue(os.path.exists(kept[0]))
        self.publish("06-diwali")

    def test_what_no_row_names_is_swept_and_what_one_names_is_kept(self):
        self.post("import", *files("06-diwali"), by="press-officer-1")
        blobs = glob.glob(os.path.join(self.folder, "blobs", "*", "*"))
        self.assertGreater(len(blobs), 2)
        shelf = os.path.join(self.folder, "blobs", "ab")
        os.makedirs(shelf, exist_ok=True)
        orphan, young = os.path.join(shelf, "ab" * 32), os.path.join(shelf, "ab" * 31 + "cd")
        for path in (orphan, young):
            with open(path, "wb") as f:
                f.write(b"nobody's")
        for path in [*blobs, orphan]:
            os.utime(path, (1000, 1000))
        with Server(self.folder):
            wait_for(lambda: not os.path.exists(orphan), "the sweep")
        self.assertTrue(os.path.exists(young))
        for path in blobs:
            self.assertTrue(os.path.exists(path), path)

    def test_a_broken_picture_is_a_fault_of_its_file_and_imports_nothing(self):
        with open(os.path.join(IMAGES, "street-lamps.jpg"), "rb") as f:
            picture = f.read()
        for name, content, words in (("cut.jpg", picture[:len(picture) // 2], "cut short"),
                                     ("text.jpg", b"no picture at all", "no picture"),
                                     ("named.png", picture, "named")):
            with open(self.path(name), "wb") as f:
                f.write(content)
            post = self.path("broken.md")
            with open(post, "w", encoding="utf-8") as f:
                f.write("---\nkind: update\ntitle: Lamps\nchannels: [site]\nauthors: [press-officer-1]\n"
                        f"image: {{ file: {name}, made: photograph, alt: A lamp }}\n---\nWords.\n")
            done = self.post("import", post, by="press-officer-1", code=1)
            self.assertIn(name, done.stderr)
            self.assertIn(words, done.stderr)
            self.assertNotRegex(self.post("list").stdout, r"(?m)^broken ")

    def test_an_author_cannot_approve_and_who_imported_cannot_either(self):
        self.post("import", *files("09-statement"), by="press-officer-1")
        self.refused(self.post("approve", "09-statement", by="head-of-communications", code=1), 1)
        self.refused(self.post("approve", "09-statement", by="press-officer-1", code=1), 1)

    def test_an_approval_dies_when_one_byte_changes(self):
        with open(files("07-charge")[0], encoding="utf-8") as f:
            text = f.read()
        copy = self.path("07-charge.md")
        self.post("import", *files("07-charge"), "--submit", by="press-officer-1")
        answer(self.folder, "07-charge")
        self.post("approve", "07-charge", by="approver")
        with open(copy, "w", encoding="utf-8") as f:
            f.write(text.replace("27 February", "26 February"))
        self.post("import", copy, by="press-officer-1")
        self.refused(self.post("publish", "07-charge", by="duty-communications", code=1), 1, "approv")
        self.publish("07-charge")

    def test_a_fault_in_one_file_names_its_line_and_imports_none(self):
        bad = self.path("bad.md")
        with open(bad, "w", encoding="utf-8") as f:
            f.write("---\nkind: awareness\ntitle: Hello\ntopic: [x]\nchannels: [site]\nauthors: [press-officer-1]\n---\nWords.\n")
        done = self.post("import", *files("07-charge"), bad, by="press-officer-1", code=1)
        self.assertRegex(done.stdout + done.stderr, re.escape(bad) + r":4:1: ")
        self.assertNotIn("07-charge", self.post("list").stdout)

    def test_a_withdrawal_on_a_hiding_ground_leaves_no_word_anywhere(self):
        self.post("import", *files("07-charge"), by="press-officer-1")
        with Server(self.folder) as server:
            address = self.publish("07-charge")
            self.assertIn("Daniel Example", get(server.port, address)[1])
            self.post("import", *files("09-statement"), self.about("late", "07-charge"), by="press-officer-1")
            self.post("withdraw", "07-charge", "--reason", "court-order", by="duty-communications")
            self.assertEqual(get(server.port, address)[0], 410)
            statement = self.publish("late")
            for path in (address, "/", "/news", "/withdrawn", statement):
                page = get(server.port, path)[1]
                self.assertNotIn("Daniel", page, path)
                self.assertNotIn("robbery in Hartley", page, path)
                self.assertNotIn("robbery-in-hartley", page, path)
            self.assertIn("Ground: the order of a court.", get(server.port, "/withdrawn")[1])

    def test_a_ground_written_wrongly_publishes_no_word(self):
        self.post("import", *files("07-charge", "09-statement"), by="press-officer-1")
        self.publish("07-charge")
        self.publish("09-statement")
        for reason in ("court-ordr: the name of a child", "courtorder", "Safty : an address"):
            done = self.post("withdraw", "07-charge", "--reason", reason, by="duty-communications", code=2)
            self.assertIn("Grounds are error", done.stderr)
        self.assertRegex(self.post("list").stdout, r"07-charge +published")
        self.post("withdraw", "07-charge", "--reason", " Court order : the name of a child", by="duty-communications")
        self.post("withdraw", "09-statement", "--ground", "Other", "--reason", "Correction: the day was wrong",
                  by="duty-communications")
        with Server(self.folder) as server:
            page = get(server.port, "/withdrawn")[1]
        self.assertIn("Ground: the order of a court.", page)
        self.assertNotIn("the name of a child", page)
        self.assertIn("Correction: the day was wrong", page)

    def about(self, key, other):
        path = self.path(key + ".md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"---\nkind: advice\ntitle: More\nchannels: [site]\nauthors: [press-officer-2]\nabout: [{other}]\n---\n"
                    "Words.\n")
        return path

    def test_the_list_goes_a_page_at_a_time_and_leaves_no_post_out(self):
        keys = [f"many-{n:02}" for n in range(25)]
        self.post("import", *[self.about(key, "06-river-path") for key in keys], by="press-officer-1")
        made = {self.publish(key) for key in keys}
        live = DEMONSTRATION_LIVE + len(keys)
        with Server(self.folder) as server:
            seen, path = [], "/news"
            while path:
                page = get(server.port, path)[1]
                seen += re.findall(r'<h2[^>]*><a class="govuk-link" href="(/news/\d+/[^"]+)"', page)
                older = re.search(r'rel="next" href="([^"]+)"', page)
                self.assertEqual("/news?after=" in path, ">Newest<" in page)
                path = older[1].replace("&amp;", "&") if older else None
        self.assertEqual((len(seen), len(set(seen))), (live, live))
        self.assertLess(made, set(seen))

    def test_a_post_has_one_address_and_no_other_way_of_writing_its_year(self):
        with Server(self.folder) as server:
            address = re.search(r'href="(/news/\d+/[^"]+)"', get(server.port, "/news")[1])[1]
            self.assertEqual(get(server.port, address)[0], 200)
            for other in (address.replace("/news/2", "/news/02"), address.replace("/news/2", "/news/+2"), address + "/",
                          address.upper()):
                self.assertEqual(get(server.port, other)[0], 404, other)

    def test_how_to_report_and_who_helps_stand_without_a_database(self):
        with Server(self.folder) as server:
            self.assertEqual(get(server.port, "/news")[0], 200)
            os.rename(os.path.join(self.folder, "candour.db"), os.path.join(self.folder, "elsewhere.db"))
            self.assertEqual(get(server.port, "/news?after=99999999999999.z")[0], 503)
            for path, words in (("/report", "call 999"), ("/support", "Stop Hate UK")):
                status, page = get(server.port, path)
                self.assertEqual(status, 200, path)
                self.assertIn(words, page)

    def test_what_a_browser_kept_is_not_confirmed_after_a_withdrawal(self):
        self.post("import", *files("07-charge"), by="press-officer-1")
        with Server(self.folder) as server:
            address = self.publish("07-charge")
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)

            def ask(**fields):
                connection.request("GET", address, headers={"Host": f"localhost:{server.port}", **fields})
                answer = connection.getresponse()
                return answer.status, answer.getheader("ETag"), answer.read()

            status, tag, _ = ask()
            self.assertEqual(status, 200)
            self.assertEqual(ask(**{"If-None-Match": tag})[0], 304)
            self.post("withdraw", "07-charge", "--reason", "error: the court was wrong", by="duty-communications")
            status, new, page = ask(**{"If-None-Match": tag})
            self.assertEqual(status, 200)
            self.assertNotEqual(tag, new)
            self.assertIn(b"This post was withdrawn", page)
            connection.close()

    def test_the_labels_of_made_up_people_stand_on_list_and_page(self):
        with Server(self.folder) as server:
            news = get(server.port, "/news")[1]
            for words in ("Name and story made up to illustrate.", "Based on several accounts; name and details changed."):
                self.assertIn(words, news)
            for address in re.findall(r'href="(/news/\d+/(?:when-somebody|feeling)[^"]*)"', news):
                page = get(server.port, address)[1]
                label = page.index("candour-disclosure")
                self.assertLess(label, page.index("<blockquote"))

    def test_the_demonstration_has_three_posts_that_were_withdrawn_and_one_statement_about_them(self):
        with Server(self.folder) as server:
            live = set(re.findall(r'href="(/news/\d+/[^"]+)"', get(server.port, "/news")[1]))
            gone = set(re.findall(r'href="(/news/\d+/[^"]+)"', get(server.port, "/withdrawn")[1]))
            self.assertEqual((len(live), len(gone)), (DEMONSTRATION_LIVE, 3))
            statements = [post for post in live if "Statement by" in get(server.port, post)[1]]
            self.assertEqual(len(statements), 1)
            for address in gone:
                self.assertIn(address, get(server.port, statements[0])[1])
                self.assertIn(statements[0], get(server.port, address)[1])
        self.audit_is_whole()
