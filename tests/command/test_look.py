"""The force's own look: its colour and its logo, from the settings to what a visitor gets."""
import os
import re
import struct
import urllib.request
import zlib

from common import Case, Server, run

SECRET = b"Taken at 1 Mill Lane"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width=160, height=80, more=b"", end=b""):
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff\xff\xff\xff" * width) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"") + end


def fetch(port, path):
    with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=30) as answer:
        return answer.headers, answer.read()


def contrast(*colours):
    """WCAG 2.2, of two colours #rrggbb."""
    def luminance(colour):
        parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05
    low, high = sorted(map(luminance, colours))
    return high / low


class Look(Case):
    def put(self, folder, text, logo=None):
        with open(os.path.join(folder, "candour.yaml"), "w", encoding="utf-8") as f:
            f.write(text)
        if logo is not None:
            with open(os.path.join(folder, "logo.png"), "wb") as f:
                f.write(logo)

    def test_colour_and_logo_come_with_no_request_more_than_the_picture(self):
        folder = self.installation(demonstration=True)
        self.put(folder, 'site:\n  name: Midshire & "Hartley" Police\n  colour: "#003366"\n  logo: logo.png\n',
                 png(more=chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"eXIf", SECRET)))
        with Server(folder) as server:
            page = fetch(server.port, "/")[1].decode()
            self.assertEqual(len(re.findall(r'<link rel="stylesheet"', page)), 1)
            self.assertIn('<meta name="theme-color" content="#003366">', page)
            self.assertNotIn(" style=", page)
            head, sheet = fetch(server.port, re.search(r'<link rel="stylesheet" href="([^"]+)"', page)[1])
            self.assertIn("immutable", head["Cache-Control"])
            own = re.search(r":root{--candour-header-colour:#003366;--govuk-brand-colour:#003366}@media screen and "
                            r"\(prefers-color-scheme:dark\){:root{--govuk-brand-colour:(#[0-9a-f]{6})}}\n$", sheet.decode())
            ground = re.search(r"prefers-color-scheme: ?dark\){:root{--govuk-body-background-colour: ?(#[0-9a-f]{6})", sheet.decode())
            self.assertTrue(4.5 <= contrast(own[1], ground[1]) < 4.7, (own[1], ground[1]))
            picture = re.search(r'<a href="/" class="govuk-generic-header__homepage-link">(<img [^>]+>)</a>', page)[1]
            self.assertIn('alt="Midshire &amp; &quot;Hartley&quot; Police" width="80" height="40"', picture)
            head, logo = fetch(server.port, re.search(r'src="([^"]+)"', picture)[1])
            self.assertEqual((head["Content-Type"], head["X-Content-Type-Options"]), ("image/png", "nosniff"))
            self.assertNotIn(SECRET, logo)
            self.assertEqual(logo, png())

    def test_without_them_the_name_stands_in_a_black_header(self):
        folder = self.installation(demonstration=True)
        with Server(folder) as server:
            page = fetch(server.port, "/")[1].decode()
            self.assertNotIn("candour-logo", page)
            self.assertIn('content="#0b0c0c"', page)
            sheet = fetch(server.port, re.search(r'<link rel="stylesheet" href="([^"]+)"', page)[1])[1]
            self.assertNotIn(b"--candour-header-colour:", sheet)

    def test_a_colour_on_which_white_words_cannot_be_read_is_refused_with_its_contrast(self):
        for colour, said in [("#ffffff", "1.0 to 1"), ("#ffdd00", "1.3 to 1"), ("#777777", "4.4 to 1"), ("#00ff00", "1.3 to 1")]:
            with self.subTest(colour):
                self.write(self.work, "s.yaml", f'site:\n  colour: "{colour}"\n')
                done = run("check-config", self.path("s.yaml"))
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stdout, rf":2:11: site.colour {colour} is too light: .* {said}, and need 4.5; write a darker")
        for colour in ["#767676", "#000000", "#1D70B8"]:
            with self.subTest(colour):
                self.write(self.work, "s.yaml", f'site:\n  colour: "{colour}"\n')
                self.assertEqual(run("check-config", self.path("s.yaml")).returncode, 0)

    def test_a_logo_that_cannot_be_shown_is_refused_with_the_reason(self):
        whole = png()
        wrong_sum = bytearray(whole)
        wrong_sum[-13] ^= 1
        folder = self.installation()
        for logo, said in [
                (None, "logo.png"),
                (b"", "not a whole PNG"),
                (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "No other format"),
                (whole[:-1], "not a whole PNG"),
                (whole + b"<script>", "not a whole PNG"),
                (bytes(wrong_sum), "not a whole PNG"),
                (whole.replace(b"IDAT", b"iDAT"), "not a whole PNG"),
                (b"\x89PNG\r\n\x1a\n" + b"\xff" * 40, "not a whole PNG"),
                (png(10, 401), "at most 400 high"),
                (png(900, 100), "900 × 100 pixels"),
                (png(0, 0), "0 × 0 pixels"),
                (png(more=chunk(b"tEXt", os.urandom(33000))), "larger than 32768 bytes"),
        ]:
            with self.subTest(said=said, logo=logo and logo[:60]):
                self.put(folder, "site:\n  logo: logo.png\n", logo)
                done = run("check-config", "--data", folder)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertRegex(done.stdout, r"candour.yaml:\d+:9: site.logo")
                self.assertIn(said, done.stdout)
                served = run("serve", "--data", folder, "--listen", "localhost:0")
                self.assertNotEqual(served.returncode, 0)
                self.assertIn(said, served.stderr)


if __name__ == "__main__":
    import unittest
    unittest.main()
