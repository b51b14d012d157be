"""What programs ask every site for: sitemap, robots.txt, security.txt and the icon, each read by something that is not ours."""
import datetime
import os
import re
import shutil
import socket
import sqlite3
import struct
import subprocess
import tempfile
import unittest
import urllib.robotparser
import xml.etree.ElementTree

from common import Case, Server, get, run
from desk import Desk
from test_feeds import ask

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sitemap.xsd")
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def sitemap_faults(text):
    """What xmllint has against a sitemap; empty where nothing."""
    done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", SCHEMA, "-"], input=text.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return "" if done.returncode == 0 else done.stdout.decode("utf-8", "replace")


class Sitemap(Desk):
    def sitemap(self, server, path="/sitemap.xml", root="urlset"):
        """{own path: last change} of a sitemap without a fault, or of a list of them."""
        code, text = get(server.port, path)
        self.assertEqual(code, 200, path)
        self.assertEqual(sitemap_faults(text), "")
        tree = xml.etree.ElementTree.fromstring(text)
        self.assertEqual(tree.tag, SPACE + root)
        site = f"http://localhost:{server.port}"
        found = {}
        for entry in tree:
            address = entry.findtext(SPACE + "loc")
            self.assertTrue(address.startswith(site + "/"), address)
            self.assertNotIn(address[len(site):], found, "each stands once")
            found[address[len(site):]] = entry.findtext(SPACE + "lastmod")
        return found

    def test_every_address_of_the_sitemap_is_a_page_and_every_page_that_is_linked_stands_there(self):
        with Server(self.folder) as server:
            listed = self.sitemap(server)
            seen, wait = set(), ["/"]
            while wait:
                path = wait.pop()
                if path in seen:
                    continue
                seen.add(path)
                code, page = get(server.port, path)
                wait += [a.split("#")[0] for a in re.findall(r'<a [^>]*href="(/[^"?]*)"', page)]
                own = f'<link rel="canonical" href="http://localhost:{server.port}{path}">' in page
                if code == 200 and own and "noindex" not in page and not path.startswith("/feedback/"):
                    self.assertIn(path, listed)
            for path in listed:
                code, page = get(server.port, path)
                self.assertEqual(code, 200, path)
                self.assertIn(f'<link rel="canonical" href="http://localhost:{server.port}{path}">', page)
                self.assertNotIn("noindex", page)
            self.assertTrue({"/", "/news", "/report", "/support", "/corrections"} < set(listed))
            self.assertGreater(len([path for path in listed if path.startswith("/campaigns/")]), 0)
            for path, changed in listed.items():
                self.assertEqual(changed is not None, path.startswith("/news/"), path)

    def test_what_is_gone_over_or_erased_stands_in_no_sitemap_and_what_is_withdrawn_in_public_does(self):
        address = {key: self.publish(key, f"The {key} of Rook Lane") for key in ("order", "fair", "fault", "data", "lamp")}
        with Server(self.folder) as server:
            before = self.sitemap(server)
            self.assertTrue(set(address.values()) <= set(before))
            self.act("withdraw", "order", "--reason", "court-order", by="duty-communications")
            self.act("end", "fair", "--reason", "event-over", by="duty-communications")
            self.act("withdraw", "fault", "--reason", "error: it is wrong", by="duty-communications")
            self.act("withdraw", "data", "--reason", "personal-data", by="duty-communications")
            after = self.sitemap(server)
            for key, there in (("order", False), ("fair", False), ("data", False), ("fault", True), ("lamp", True)):
                self.assertEqual(address[key] in after, there, key)
            self.assertNotRegex(get(server.port, "/sitemap.xml")[1], "order-of|data-of|fair-of")
            self.assertEqual(after[address["lamp"]], before[address["lamp"]])
            self.assertGreaterEqual(after[address["fault"]], before[address["fault"]])

    def many(self, posts, slug="many-{}"):
        """Rows of published posts as far as a sitemap looks, with these numbers."""
        with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
            for n in posts:
                db.execute("INSERT INTO post (id, key, made) VALUES (?, ?, 1)", (n, f"many-{n}"))
                db.execute("""INSERT INTO post_edition (id, post, number, hash, salt, kind, title, labels, dated_has_time, document, made,
                              made_by) VALUES (?, ?, 1, zeroblob(32), zeroblob(16), 'update', ?, '', 0, '{}', 1, 1)""",
                           (n, n, f"Many {n}"))
                db.execute("INSERT INTO post_public (post, edition, year, slug, published) VALUES (?, ?, 2026, ?, ?)",
                           (n, n, slug.format(n), 1767225600000 + n))

    def test_more_than_ten_thousand_come_in_parts_that_are_whole_and_say_nothing_twice(self):
        self.many(range(100, 10001, 11))
        with Server(self.folder) as server:
            self.assertIn("/news/2026/many-10000", self.sitemap(server))
        self.many([10001, 10002, 45000])
        with sqlite3.connect(os.path.join(self.folder, "candour.db")) as db:
            db.execute("UPDATE post_public SET withdrawn = 1, ground = 'safety' WHERE post = 45000")
        with Server(self.folder) as server:
            index = self.sitemap(server, root="sitemapindex")
            self.assertEqual(list(index), ["/sitemap.xml?part=1", "/sitemap.xml?part=2"])
            parts = [self.sitemap(server, path) for path in index]
            self.assertIn("/report", parts[0])
            self.assertEqual(parts[1], {"/news/2026/many-10001": "2026-01-01T00:00:10Z", "/news/2026/many-10002": "2026-01-01T00:00:10Z"})
            for wrong in ("3", "5", "0", "1001", "x", "-1", "99999999999999999999"):
                self.assertEqual(get(server.port, "/sitemap.xml?part=" + wrong)[0], 404, wrong)

    def test_a_whole_part_fits_into_an_answer(self):
        self.many(range(100, 20001), slug="a-long-address-of-many-words-" + "x" * 44 + "-{}")
        with Server(self.folder) as server:
            first = self.sitemap(server, "/sitemap.xml?part=1")
            self.assertGreater(len(first), 9900)
            self.assertEqual(len(self.sitemap(server, "/sitemap.xml?part=2")), 10000)
            code, head, body = ask(server.port, "/sitemap.xml?part=1")
            self.assertEqual((code, head["content-type"]), (200, "application/xml"))
            self.assertLess(len(body), 2_500_000)

    def test_the_schema_sees_what_a_sitemap_may_not_hold(self):
        whole = ('<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example/b</loc>'
                 "<lastmod>2026-01-02T03:04:05Z</lastmod></url></urlset>")
        self.assertEqual(sitemap_faults(whole), "")
        for old, new in (("https://a.example/b", "/b"), ("2026-01-02T03:04:05Z", "2026-13-02"), ("2026-01-02T03:04:05Z", "yesterday"),
                         ("<url>", "<url><priority>1</priority>"), ("sitemap/0.9", "sitemap/0.8"), ("<loc>https://a.example/b</loc>", ""),
                         ("<url>", "<page>")):
            self.assertNotEqual(sitemap_faults(whole.replace(old, new).replace("</url>", "</page>") if new == "<page>"
                                               else whole.replace(old, new)), "", new)


class Texts(Case):
    def test_robots_may_read_everything_but_what_people_look_for(self):
        with Server(self.installation(demonstration=True)) as server:
            code, head, body = ask(server.port, "/robots.txt")
            self.assertEqual((code, head["content-type"], head["cache-control"]), (200, "text/plain; charset=utf-8", "no-cache"))
            robots = urllib.robotparser.RobotFileParser()
            robots.parse(body.decode().splitlines())
            site = f"http://localhost:{server.port}"
            self.assertEqual(robots.site_maps(), [site + "/sitemap.xml"])
            self.assertFalse(robots.can_fetch("Anything", site + "/search?words=x"))
            for path in ("/", "/news", "/news/2026/x", "/report", "/pictures/a.jpg", "/a/0/candour.css", "/sitemap.xml"):
                self.assertTrue(robots.can_fetch("Anything", site + path), path)
            allowed = {"", "user-agent", "disallow", "sitemap"}
            self.assertTrue({line.split(":")[0].lower() for line in body.decode().splitlines()} <= allowed)
            linked = get(server.port, "/")[1]
            for path in re.findall(r"^Disallow: (\S+)$", body.decode(), re.M):
                self.assertIn(f'"{path}"', linked, "nothing is named that is not known anyway")

    def security(self, contact):
        folder = self.installation()
        self.write(folder, "candour.yaml", f'security:\n  contact: "{contact}"\n')
        with Server(folder) as server:
            return ask(server.port, "/.well-known/security.txt")

    def fields(self, text):
        """RFC 9116: lines of a name and a value, comments, empty lines; Contact at least once, Expires exactly once."""
        found = []
        for line in text.split("\n")[:-1]:
            line = line.removesuffix("\r")
            if line and not line.startswith("#"):
                self.assertRegex(line, r"\A[!-9;-~]+: \S[^\r\n]*\Z")
                found.append(tuple(line.split(": ", 1)))
        names = [name.lower() for name, _ in found]
        self.assertTrue(text.endswith("\n"))
        self.assertGreater(names.count("contact"), 0)
        self.assertEqual(names.count("expires"), 1)
        self.assertLessEqual(names.count("preferred-languages"), 1)
        fields = {name.lower(): value for name, value in found}
        self.assertRegex(fields["contact"], r"\A(https://|mailto:|tel:)")
        self.assertRegex(fields["expires"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        for name in ("canonical", "policy", "encryption", "hiring", "acknowledgments"):
            self.assertTrue(fields.get(name, "https://").startswith("https://"), name)
        return fields

    def test_security_txt_says_whom_to_tell_and_expires_within_a_year(self):
        code, head, body = self.security("mailto:security@midshire.example")
        self.assertEqual((code, head["content-type"]), (200, "text/plain; charset=utf-8"))
        fields = self.fields(body.decode())
        self.assertEqual((fields["contact"], fields["preferred-languages"]), ("mailto:security@midshire.example", "en"))
        ahead = datetime.datetime.fromisoformat(fields["expires"].replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
        self.assertTrue(datetime.timedelta(days=170) < ahead <= datetime.timedelta(days=365), ahead)
        self.assertNotIn("canonical", fields, "an address without https cannot be one")

    def test_security_txt_names_its_own_address_and_is_not_there_without_a_contact(self):
        folder = self.installation()
        self.write(folder, "candour.yaml", 'site:\n  address: "https://www.midshire.example"\nsecurity:\n  contact: "https://midshire.example/tell"\n')
        with Server(folder, "--listen", "unix:" + self.path("web.sock")) as server:
            code, _, body = self.named("www.midshire.example", "/.well-known/security.txt")
            self.assertEqual(code, 200)
            self.assertEqual(self.fields(body)["canonical"], "https://www.midshire.example/.well-known/security.txt")
            server.end()    # with all of its processes: nothing is written in the folder any more
        shutil.rmtree(folder)
        with Server(self.installation()) as server:
            self.assertEqual(get(server.port, "/.well-known/security.txt")[0], 404)

    def named(self, host, path):
        """Under the name of the settings, on a socket that is known where the address says nothing of the port."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(40)
            s.connect(self.path("web.sock"))
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            data = b""
            while piece := s.recv(65536):
                data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode(), body.decode()

    def test_a_contact_that_is_none_is_refused_with_its_place(self):
        folder = self.installation()
        for good in ("mailto:a.b+c@midshire.example", "tel:+44-20-7946-0000", "https://midshire.example/a?b=c"):
            self.write(folder, "candour.yaml", f'security:\n  contact: "{good}"\n')
            self.assertEqual(run("check-config", "--data", folder).returncode, 0, good)
        for wrong in ("security@midshire.example", "http://midshire.example/", "mailto:", "mailto:a", "mailto:@b.example", "mailto:a@",
                      "mailto:a@b@c.example", "mailto:a b@c.example", "tel:020", "tel:+", "tel:+44x;ext=1", "javascript:alert(1)",
                      "https://a b", "mailto:a@b.example\\nCanonical: https://evil.example", "mailto:a?subject=x@b.example"):
            self.write(folder, "candour.yaml", f'security:\n  contact: "{wrong}"\n')
            done = run("check-config", "--data", folder)
            self.assertNotEqual(done.returncode, 0, wrong)
            self.assertIn("candour.yaml:2:", done.stdout + done.stderr)

    def test_the_icon_is_there_for_who_does_not_read_which_one_a_page_names(self):
        with Server(self.installation()) as server:
            code, head, body = ask(server.port, "/favicon.ico")
            self.assertEqual((code, head["content-type"]), (200, "image/x-icon"))
            self.assertEqual(ask(server.port, "/favicon.ico", f"If-None-Match: {head['etag']}")[0], 304)
        zero, kind, n = struct.unpack_from("<HHH", body)
        self.assertEqual((zero, kind, n), (0, 1, 3))
        with tempfile.TemporaryDirectory() as folder:
            for i in range(n):
                width, height, _, _, _, _, size, at = struct.unpack_from("<BBBBHHII", body, 6 + 16 * i)
                path = os.path.join(folder, "a.png")
                with open(path, "wb") as f:
                    f.write(body[at:at + size])
                said = subprocess.run(["vips", "copy", path, os.path.join(folder, "b.ppm")], capture_output=True, text=True)
                self.assertEqual(said.returncode, 0, said.stderr)
                with open(os.path.join(folder, "b.ppm"), "rb") as f:
                    words = f.read(200).split()
                self.assertIn(str(width).encode(), words[:12])
                self.assertEqual(width, height)


if __name__ == "__main__":
    unittest.main()
