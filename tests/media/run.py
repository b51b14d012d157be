"""Pictures through candour-media: what is read, what is refused, and that nothing of an original is served.

All, or those facts that are named. The programs are those of $CANDOUR_BUILD, or of ./build. exiftool and vips, which are
not ours, say what stands in a file. The last line is "N passed, N failed".
"""
import json
import os
import random
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

import pictures
from pictures import converted, fill, near, pixel, png

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("CANDOUR_BUILD", os.path.join(ROOT, "build")))
TRY = os.path.join(BUILD, "tests", "media", "media-try")
CASES = os.path.join(ROOT, "tests", "cases", "images")
WISH = {"creator": "Jane Doe", "credit": "A Made-up Force", "rights": "© A Made-up Force <2026> & others",
        "alt": "Stock photograph: a person at a desk. \"Quoted\" ]]>", "source_type": "digitalCapture"}
NOTHING = {name: "" for name in WISH}
# What exiftool says of a file because it is one.
OF_A_FILE = {"ExifTool", "System", "File", "Composite", "RIFF", "JFIF"}
SECONDS_MAX = 25


def attempt(*words):
    before = time.monotonic()
    done = subprocess.run([TRY, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120,
                          errors="replace")
    done.seconds = time.monotonic() - before
    return done


class Case(unittest.TestCase):
    def setUp(self):
        self.work = tempfile.mkdtemp(prefix="candour-media-")
        self.addCleanup(shutil.rmtree, self.work, True)

    def path(self, name):
        return os.path.join(self.work, name)

    def facts(self, path, name=None):
        done = attempt("read", path, *([name] if name else []))
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refused(self, path, *words, name=None):
        """Both questions give the same sentence, quickly; `words` stand in it."""
        said = []
        for done in (attempt("read", path, *([name] if name else [])), attempt("render", path, self.work, *WISH.values())):
            if name and not said:
                self.assertEqual(done.returncode, 1, done.stdout)
            else:
                self.assertTrue(name or done.returncode == 1, done.stdout + done.stderr)
            self.assertLess(done.seconds, SECONDS_MAX)
            said.append(done.stderr.strip())
        for line in said[:1] if name else said:
            self.assertRegex(line, r"^[a-z-]+: [A-Z].*\.$")
            for word in words:
                self.assertIn(word, line)
        return said[0]

    def render(self, path, wish=WISH):
        """{(width, format): path}, in folders of their own."""
        folder = tempfile.mkdtemp(dir=self.work)
        done = attempt("render", path, folder, *wish.values())
        self.assertEqual(done.returncode, 0, done.stderr)
        made = {}
        for line in done.stdout.splitlines():
            size, word, at = line.split(" ", 2)
            made[int(size.split("x")[0]), word] = at
        return made

    def jpeg(self, name="a.jpg", width=1800, height=1200, options="[Q=90]", **more):
        return converted(png(self.path("from.png"), width, height, **more), self.path(name), options)

    def tags(self, path):
        """What exiftool finds in a file, without what every file has: {"Group:Tag": value}."""
        found = json.loads(pictures.run("exiftool", "-j", "-a", "-u", "-U", "-G1", "-s", "-struct", path))[0]
        found.pop("SourceFile")
        return {k: v for k, v in found.items() if k.split(":")[0] not in OF_A_FILE}


class Served(Case):
    def wished(self, jpeg):
        words = {"XMP-dc:Creator": [WISH["creator"]], "XMP-photoshop:Credit": WISH["credit"], "XMP-dc:Rights": WISH["rights"],
                 "XMP-iptcCore:AltTextAccessibility": WISH["alt"],
                 "XMP-iptcExt:DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/" + WISH["source_type"]}
        if jpeg:
            words.update({"IPTC:By-line": WISH["creator"], "IPTC:Credit": WISH["credit"], "IPTC:CopyrightNotice": WISH["rights"],
                          "IPTC:CodedCharacterSet": "UTF8"})
        return words

    def nothing_of_the_original(self, source):
        """For each of the formats that are served: our words, and not a byte of theirs."""
        with open(source, "rb") as f:
            held = f.read()
        self.assertIn(b"ZSERIAL77421", held, "the original does not hold what is to be looked for")
        made = self.render(source)
        self.assertEqual({word for _, word in made}, {"jpeg", "webp"})
        for (_, word), path in made.items():
            found = self.tags(path)
            self.assertEqual({k: v for k, v in found.items() if not k.startswith("XMP-x:")}, self.wished(word == "jpeg"))
            with open(path, "rb") as f:
                data = f.read()
            for value in [*(v for v in pictures.SECRETS.values() if len(v) > 4), "Zprofile", "Exif\0", "ICC_PROFILE", "ICCP", "EXIF"]:
                self.assertNotIn(value.encode(), data, f"{value} in {path}")
            self.assertIn("OK", pictures.run("exiftool", "-validate", "-s3", "-Validate", path))

    def test_nothing_of_a_jpeg_is_served(self):
        small = converted(png(self.path("small.png"), 120, 80), self.path("small.jpg"))
        profile = pictures.profile(self.path("p.icc"))
        source = fill(self.jpeg(), pictures.SECRETS, f"-ThumbnailImage<={small}", f"-ICC_Profile<={profile}", "-Orientation#=6",
                      "-Comment=Zcomment of JPEG")
        self.assertIn("ThumbnailImage", pictures.run("exiftool", "-s", source))
        self.nothing_of_the_original(source)

    def test_nothing_of_a_png_is_served(self):
        text = [(b"tEXt", b"Author\0Zauthor"), (b"eXIf", b"MM\0*\0\0\0\x08\0\0\0\0\0\0")]
        self.nothing_of_the_original(fill(png(self.path("a.png"), 1700, 900, bands=4, chunks=text)))

    def test_nothing_of_a_webp_is_served(self):
        self.nothing_of_the_original(fill(converted(png(self.path("b.png"), 1700, 900), self.path("a.webp"))))

    def test_an_empty_wish_leaves_a_file_that_says_nothing(self):
        for path in self.render(fill(self.jpeg()), NOTHING).values():
            self.assertEqual(self.tags(path), {})

    def test_words_that_iim_cannot_hold_whole_are_left_out_of_it(self):
        wish = dict(WISH, creator="Jane Doe of the Department of Long Names", alt="é" * 1500)
        for (_, word), path in self.render(self.jpeg(), wish).items():
            found = self.tags(path)
            self.assertNotIn("IPTC:By-line", found)
            self.assertEqual(found["XMP-dc:Creator"], [wish["creator"]])
            self.assertEqual(found["XMP-iptcCore:AltTextAccessibility"], wish["alt"])
            self.assertEqual("IPTC:Credit" in found, word == "jpeg")


class Pixels(Case):
    def sizes(self, path):
        return {key: tuple(int(pictures.run("vipsheader", "-f", side, at)) for side in ("width", "height"))
                for key, at in self.render(path).items()}

    def upright(self, path, colours=((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255))):
        """Red and green above, blue and white below, in all that is served."""
        for at in self.render(path).values():
            w, h = (int(pictures.run("vipsheader", "-f", side, at)) for side in ("width", "height"))
            for place, colour in zip(((w // 4, h // 4), (3 * w // 4, h // 4), (w // 4, 3 * h // 4), (3 * w // 4, 3 * h // 4)),
                                     colours):
                self.assertTrue(near(pixel(at, *place), colour), f"{at} at {place}: {pixel(at, *place)}, not {colour}")

    def test_widths_are_800_and_1600_and_nothing_is_enlarged(self):
        self.assertEqual(set(self.sizes(self.jpeg()).values()), {(800, 533), (1600, 1067)})
        self.assertEqual(self.sizes(self.jpeg(width=1200, height=300)),
                         {(800, "jpeg"): (800, 200), (800, "webp"): (800, 200), (1200, "jpeg"): (1200, 300),
                          (1200, "webp"): (1200, 300)})
        self.assertEqual(self.sizes(self.jpeg(width=320, height=200)), {(320, "jpeg"): (320, 200), (320, "webp"): (320, 200)})
        self.assertEqual(self.sizes(self.jpeg(width=2, height=2)), {(2, "jpeg"): (2, 2), (2, "webp"): (2, 2)})

    def test_a_tall_picture_stays_within_what_webp_can_hold(self):
        self.assertEqual(max(h for _, h in self.sizes(self.jpeg(width=400, height=18000)).values()), 8000)

    def test_every_orientation_is_turned_upright(self):
        turns = {1: [], 2: ["flip", "horizontal"], 3: ["rot", "d180"], 4: ["flip", "vertical"], 6: ["rot", "d270"],
                 8: ["rot", "d90"]}
        for orientation in range(1, 9):
            with self.subTest(orientation=orientation):
                source = self.jpeg(width=900, height=600)
                stored = self.path("stored.jpg")
                if orientation in (5, 7):  # turned and mirrored
                    middle = self.path("middle.v")
                    pictures.run("vips", "rot", source, middle, "d270" if orientation == 5 else "d90")
                    pictures.run("vips", "flip", middle, stored, "vertical")
                elif turns[orientation]:
                    pictures.run("vips", turns[orientation][0], source, stored, turns[orientation][1])
                else:
                    shutil.copy(source, stored)
                fill(stored, {}, f"-Orientation#={orientation}")
                facts = self.facts(stored)
                self.assertEqual((facts["width"], facts["height"]), (900, 600))
                self.upright(stored)

    def test_a_colour_profile_is_applied(self):
        source = self.jpeg()
        fill(source, {}, f"-ICC_Profile<={pictures.profile(self.path('p.icc'))}")
        self.upright(source, ((0, 255, 0), (255, 0, 0), (0, 0, 255), (255, 255, 255)))

    def test_a_profile_that_is_broken_or_of_another_kind_is_passed_over(self):
        with open(self.path("bad.icc"), "wb") as f:
            f.write(open(pictures.profile(self.path("p.icc")), "rb").read()[:200])
        pictures.run("exiftool", "-q", "-q", "-m", "-overwrite_original", f"-ICC_Profile<={self.path('bad.icc')}", self.jpeg())
        self.upright(self.path("a.jpg"))

    def test_cmyk_grey_and_sixteen_bits_become_srgb(self):
        rgb = png(self.path("rgb.png"), 900, 600)
        pictures.run("vips", "icc_transform", rgb, self.path("c.v"), "cmyk", "--input-profile", "srgb")
        for keeps in ("[profile=none]", ""):
            self.upright(converted(self.path("c.v"), self.path("c.jpg"), keeps),
                         (pixel_of_cmyk(self, 0), pixel_of_cmyk(self, 1), pixel_of_cmyk(self, 2), (255, 255, 255)))
        self.upright(png(self.path("deep.png"), 900, 600, depth=16))
        self.upright(png(self.path("grey.png"), 900, 600, bands=1), ((85,) * 3, (85,) * 3, (85,) * 3, (255,) * 3))

    def test_transparent_parts_stay_so_in_webp_and_are_white_in_jpeg(self):
        for depth in (8, 16):
            made = self.render(png(self.path("alpha.png"), 1700, 900, bands=4, depth=depth))
            self.assertEqual({pictures.run("vipsheader", "-f", "bands", p).strip() for (_, w), p in made.items() if w == "webp"},
                             {"4"})
            self.assertTrue(near(pixel(made[800, "jpeg"], 200, 100), (255, 127, 127)), pixel(made[800, "jpeg"], 200, 100))
            self.assertTrue(near(pixel(made[800, "jpeg"], 600, 100), (0, 255, 0)))

    def test_what_is_not_seen_does_not_colour_what_is(self):
        line = (b"\xff\0\0\0" + b"\0\0\xff\xff") * 1600  # a red that is not there beside a blue that is
        made = self.render(png(self.path("stripes.png"), 3200, 200, bands=4, pixels=line * 200))
        self.assertTrue(near(pixel(made[1600, "jpeg"], 800, 50), (127, 127, 255)), pixel(made[1600, "jpeg"], 800, 50))

    def test_no_file_of_the_originals_is_served_as_it_was(self):
        for name in os.listdir(CASES):
            source = os.path.join(CASES, name)
            for path in self.render(source).values():
                self.assertNotEqual(open(path, "rb").read(), open(source, "rb").read())


def pixel_of_cmyk(case, which):
    """What the printable colours look like on a screen, by vips alone."""
    back = case.path("back.png")
    pictures.run("vips", "icc_transform", case.path("c.v"), back, "srgb")
    return pixel(back, *((200, 100), (700, 100), (200, 500))[which])


class Words(Case):
    def test_the_cases_say_what_their_readme_says(self):
        facts = {name[:-4]: self.facts(os.path.join(CASES, name)) for name in sorted(os.listdir(CASES))}
        self.assertEqual(facts["portrait-a"]["licensor"], "Northlight Stock")
        self.assertEqual(facts["portrait-a"]["model_release"], "MR-UMR")
        self.assertEqual(facts["portrait-b"]["source_type"], "trainedAlgorithmicMedia")
        self.assertEqual((facts["portrait-c"]["source_type"], facts["portrait-c"]["position"]), ("digitalCapture", True))
        self.assertEqual(facts["portrait-d"]["usage_terms"], "Editorial use only. No advertising, no sensitive use.")
        self.assertEqual({k for k, v in facts["portrait-e"].items() if v}, {"format", "width", "height"})

    def test_xmp_comes_before_iim_and_iim_before_exif(self):
        said = {"EXIF:Artist": "of EXIF", "EXIF:Copyright": "right of EXIF", "IPTC:By-line": "of IIM", "IPTC:Credit": "credit of IIM"}
        source = fill(self.jpeg(), said)
        facts = self.facts(source)
        self.assertEqual((facts["creator"], facts["rights"], facts["credit"]), ("of IIM", "right of EXIF", "credit of IIM"))
        fill(source, {"XMP-dc:Creator": "of XMP"})
        self.assertEqual(self.facts(source)["creator"], "of XMP")

    def test_all_that_facts_h_names_is_read_in_each_format(self):
        words = {"XMP-dc:Creator": "A", "XMP-photoshop:Credit": "B", "XMP-photoshop:Source": "C", "XMP-dc:Rights": "D",
                 "XMP-xmpRights:UsageTerms": "F", "XMP-xmpRights:WebStatement": "https://stock.example/g",
                 "XMP-iptcExt:DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic",
                 "XMP-plus:ModelReleaseStatus#": "http://ns.useplus.org/ldf/vocab/MR-LMR", "XMP-iptcExt:PersonInImage": "Ann",
                 "XMP-plus:Licensor": "{LicensorName=E,LicensorURL=https://stock.example/}", "EXIF:GPSLatitude": "51.5"}
        want = {"creator": "A", "credit": "B", "source": "C", "rights": "D", "licensor": "E", "usage_terms": "F",
                "web_statement": "https://stock.example/g", "source_type": "compositeSynthetic", "model_release": "MR-LMR",
                "person_shown": "Ann, Bob", "position": True, "width": 640, "height": 480}
        for name in ("a.jpg", "a.png", "a.webp"):
            source = png(self.path("f.png"), 640, 480)
            source = converted(source, self.path(name)) if name != "a.png" else shutil.copy(source, self.path(name))
            fill(source, words, "-XMP-iptcExt:PersonInImage=Bob")
            facts = self.facts(source, name)
            self.assertEqual(facts.pop("format"), {"jpg": "jpeg"}.get(name[2:], name[2:]))
            self.assertEqual(facts, want)

    def test_texts_are_one_line_of_bounded_length(self):
        source = fill(self.jpeg(), {"XMP-dc:Rights": "one\ntwo\u202ethree\u200b " + "é" * 4000, "XMP-dc:Creator": "\u200b"})
        facts = self.facts(source)
        self.assertTrue(facts["rights"].startswith("one twothree é"))
        self.assertLessEqual(len(facts["rights"].encode()), 1000)
        self.assertNotIn("creator", facts)

    def test_what_was_wished_is_what_a_rendition_says(self):
        for path in self.render(self.jpeg()).values():
            facts = self.facts(path)
            self.assertEqual({k: facts.get(k) for k in ("creator", "credit", "rights", "source_type")},
                             {k: WISH[k] for k in ("creator", "credit", "rights", "source_type")})


class Refused(Case):
    def bytes(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def test_a_truncated_picture_is_cut_short_wherever_it_ends(self):
        plain = self.jpeg()
        sources = [plain, converted(self.path("from.png"), self.path("p.jpg"), "[interlace=true]"),
                   png(self.path("n.png"), 900, 600), converted(plain, self.path("i.png"), "[interlace=true]"),
                   converted(plain, self.path("w.webp")), converted(plain, self.path("l.webp"), "[lossless=true]"),
                   fill(shutil.copy(plain, self.path("m.jpg")))]
        for source in sources:
            whole = open(source, "rb").read()
            for cut in (12, 30, 200, len(whole) // 4, len(whole) // 2, len(whole) - 200, len(whole) - 3):
                if cut >= len(whole) - 2:
                    continue
                with self.subTest(source=os.path.basename(source), cut=cut):
                    said = self.refused(self.bytes("cut" + source[-4:], whole[:cut]))
                    self.assertRegex(said, "cut short|damaged|no picture")

    def test_a_damaged_picture_says_so(self):
        source = self.jpeg()
        data = bytearray(open(source, "rb").read())
        for at in range(len(data) // 2, len(data) // 2 + 64):
            data[at] = 0xff if at % 2 else 0xd5
        self.assertRegex(self.refused(self.bytes("d.jpg", bytes(data))), "damaged|cut short")
        data = bytearray(open(png(self.path("x.png"), 900, 600), "rb").read())
        data[len(data) // 2] ^= 0x55
        self.refused(self.bytes("d.png", bytes(data)))

    def test_nothing_is_no_picture(self):
        self.refused(self.bytes("0.jpg", b""), "The file is empty")

    def test_a_telephone_gets_a_busy_picture_in_45_KB_and_a_plain_one_as_good_as_ever(self):
        at = {name: self.path(name) for name in ("clouds.v", "grain.v", "sum.v")}
        pictures.run("vips", "perlin", at["clouds.v"], "1800", "1200", "--cell-size", "24", "--uchar", "--seed", "1")
        pictures.run("vips", "gaussnoise", at["grain.v"], "1800", "1200", "--mean", "0", "--sigma", "11", "--seed", "2")
        pictures.run("vips", "add", at["clouds.v"], at["grain.v"], at["sum.v"])
        pictures.run("vips", "cast", at["sum.v"], self.path("busy.jpg[Q=95]"), "uchar")
        busy, plain = self.render(self.path("busy.jpg")), self.render(self.jpeg())
        # At full quality it is more than a telephone is to load. Larger screens get it as it was.
        pictures.run("vips", "thumbnail", self.path("busy.jpg"), self.path("full.webp[Q=78,effort=2,strip]"), "800")
        self.assertGreater(os.path.getsize(self.path("full.webp")), 50_000)
        self.assertLessEqual(os.path.getsize(busy[800, "webp"]), 45_000)
        self.assertGreater(os.path.getsize(busy[1600, "webp"]), 100_000)
        pictures.run("vips", "thumbnail", self.path("a.jpg"), self.path("same.webp[Q=78,effort=2,strip]"), "800")
        self.assertAlmostEqual(os.path.getsize(plain[800, "webp"]), os.path.getsize(self.path("same.webp")), delta=3000)

    def test_random_bytes_are_no_picture(self):
        r = random.Random(5)
        for head in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x10\x00\x00WEBPVP8 "):
            for _ in range(3):
                self.refused(self.bytes("r", head + r.randbytes(4096)))

    def test_bytes_flipped_at_random_never_harm_the_caller(self):
        r = random.Random(7)
        sources = [fill(self.jpeg(width=300, height=200)), fill(png(self.path("f.png"), 300, 200)),
                   fill(converted(self.path("from.png"), self.path("f.webp")))]
        for i in range(60):
            data = bytearray(open(sources[i % 3], "rb").read())
            for _ in range(r.randrange(1, 12)):
                data[r.randrange(len(data))] = r.randrange(256)
            done = attempt("render", self.bytes("flip", bytes(data)), self.work, *WISH.values())
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertLess(done.seconds, SECONDS_MAX)

    def test_a_header_that_claims_too_much_is_refused_at_once(self):
        head = struct.pack(">IIBBBBB", 50000, 50000, 8, 2, 0, 0, 0)
        data = b"\x89PNG\r\n\x1a\n" + pictures.chunk(b"IHDR", head) + pictures.chunk(b"IDAT", zlib.compress(b"\0" * 5000)) \
            + pictures.chunk(b"IEND", b"")
        said = self.refused(self.bytes("bomb.png", data), "50000 x 50000 pixels")
        self.assertIn("limit", said)
        before = time.monotonic()
        attempt("read", self.path("bomb.png"))
        self.assertLess(time.monotonic() - before, 1)
        self.refused(png(self.path("wide.png"), 20002, 2), "20002 x 2 pixels")

    def test_a_file_over_32_mb_is_refused(self):
        with open(self.jpeg(), "ab") as f:
            f.truncate(32 * 1024 * 1024 + 1)
        self.refused(self.path("a.jpg"), "The file has 32 MB")

    def test_what_unpacks_to_much_is_bounded_in_memory_and_time(self):
        # 49 million pixels in about 150 KB, as deep as PNG goes.
        side = 7000
        line = b"\0" + b"\0" * (side * 8)
        squeeze = zlib.compressobj(9)
        data = b"".join(squeeze.compress(line) for _ in range(side)) + squeeze.flush()
        head = struct.pack(">IIBBBBB", side, side, 16, 6, 0, 0, 0)
        source = self.bytes("deep.png", b"\x89PNG\r\n\x1a\n" + pictures.chunk(b"IHDR", head) + pictures.chunk(b"IDAT", data)
                            + pictures.chunk(b"IEND", b""))
        done = attempt("render", source, self.work, *WISH.values())
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertLess(done.seconds, SECONDS_MAX)
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 1100 * 1024)
        # A chunk of text that unpacks to a gigabyte is not for us.
        squeeze = zlib.compressobj(9)
        bomb = b"".join(squeeze.compress(b"\0" * (1 << 20)) for _ in range(1024)) + squeeze.flush()
        source = png(self.path("text.png"), 40, 40, chunks=[(b"zTXt", b"Comment\0\0" + bomb), (b"iCCP", b"x\0\0" + bomb)])
        done = attempt("read", source)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertLess(done.seconds, SECONDS_MAX)

    def test_a_jpeg_of_thousands_of_scans_costs_no_more_than_its_job(self):
        wide = self.jpeg("wide.jpg", 20000, 2400, "[interlace=true]")
        self.refused(pictures.jpeg_of_many_scans(self.path("scans.jpg"), wide, 20000))

    def test_a_file_that_is_named_otherwise_is_refused_with_both_names(self):
        self.refused(png(self.path("real.jpg"), 40, 40), "named .jpg and holds PNG", ".png", name="folder/real.jpg")
        self.refused(self.jpeg(), "named .webp and holds JPEG", name="a.webp")
        for name in ("A.JPG", "a.jpeg", "noending"):
            self.facts(self.path("a.jpg"), name)

    def test_other_formats_are_named_with_those_that_are_taken(self):
        for data, word in ((b"GIF89a" + b"\0" * 40, "GIF"), (b"II*\0" + b"\0" * 40, "TIFF"), (b"%PDF-1.7\n", "PDF"),
                           (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"), (b"\0\0\0\x1cftypheic" + b"\0" * 40, "HEIC"),
                           (b"\0\0\0\x1cftypavif" + b"\0" * 40, "AVIF"), (b"BM" + b"\0" * 60, "BMP"), (b"8BPS\0\1", "Photoshop"),
                           (b"\0\0\0\x18ftypisom" + b"\0" * 40, "video")):
            self.refused(self.bytes("o", data), word, "JPEG, PNG and WebP")
        self.refused(self.bytes("o", b"MZ" + b"\0" * 100), "one of JPEG, PNG and WebP")

    def test_a_picture_that_moves_is_refused(self):
        self.refused(png(self.path("m.png"), 40, 40, chunks=[(b"acTL", struct.pack(">II", 2, 0))]), "moves")
        strip = png(self.path("strip.png"), 40, 80)
        converted(strip, self.path("s.v"))
        moving = self.path("m.webp")
        pictures.run("vips", "webpsave", self.path("s.v"), moving, "--page-height", "40")
        self.refused(moving, "moves")

    def test_a_polyglot_is_what_its_first_bytes_say_and_serves_nothing_else(self):
        data = open(self.jpeg(), "rb").read()
        source = self.bytes("p.jpg", data + b"PK\x03\x04<script>alert(1)</script>%PDF-1.7 ZHIDDEN")
        for path in self.render(source).values():
            served = open(path, "rb").read()
            self.assertNotIn(b"<script", served)
            self.assertNotIn(b"ZHIDDEN", served)
        self.refused(self.bytes("q.jpg", b"GIF89a/*" + data), "GIF")

    def test_xml_that_grows_is_refused_before_it_does(self):
        bomb = b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
            b"<!ENTITY %c '%s'>" % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)) + b"]>"
        rdf = (b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
               b"<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:creator>%s</dc:creator>"
               b"</rdf:Description></rdf:RDF></x:xmpmeta>")
        plain = self.jpeg()
        for xmp in (bomb + rdf % b"&j;", bomb + b"<a b='&j;'/>", b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
                    rdf % b"&undeclared;", b"<a>" * 200 + b"</a>" * 200, b"<a><b></a>", b"\xff\xfe<\0a\0/\0>\0"):
            self.refused(pictures.jpeg_with_xmp(self.path("x.jpg"), plain, xmp), "XMP")
        self.assertEqual(self.facts(pictures.jpeg_with_xmp(self.path("x.jpg"), plain, rdf % b"Jo &amp; Co"))["creator"], "Jo & Co")


class Helper(Case):
    def test_the_helper_by_hand_says_what_it_is(self):
        done = subprocess.run([os.path.join(BUILD, "src", "main", "candour-media")], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("is a part of candour", done.stderr)

    def test_only_the_helper_links_libvips(self):
        def links(name):
            with open(os.path.join(BUILD, "src", "main", name), "rb") as f:
                return re.search(rb"libvips[.\w-]*\.so", f.read())

        self.assertFalse(links("candour"))
        self.assertTrue(links("candour-media"))

    def test_the_helper_is_shut_in_before_it_decodes_and_opens_nothing_afterwards(self):
        trace = self.path("trace")
        done = subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=prctl,openat,open,socket,execve,landlock_restrict_self,write",
                               TRY, "render", self.jpeg(), self.work, *WISH.values()], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(trace, errors="replace") as f:
            lines = f.read().splitlines()
        helper = next(line.split()[0] for line in lines if "execve(" in line and '/main/candour-media"' in line)
        own = [line for line in lines if line.split()[0] == helper]
        shut = next(i for i, line in enumerate(own) if "PR_SET_SECCOMP" in line and line.endswith("= 0"))
        self.assertTrue(any("PR_SET_NO_NEW_PRIVS" in line for line in own[:shut]))
        after = own[shut + 1:]
        self.assertTrue(any("write(1" in line for line in after), "it answered before it was shut in")
        for line in after:
            # The C library would like to know how memory is given out, and is refused.
            self.assertNotRegex(line, r"(open(at)?|socket|execve)\(.*= [0-9]")

    def test_ten_at_once_are_all_answered(self):
        source = self.jpeg()
        many = [subprocess.Popen([TRY, "read", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(10)]
        for one in many:
            self.assertEqual(one.wait(timeout=120), 0, one.stderr.read())
            one.stdout.close()
            one.stderr.close()


class Hijacked(Case):
    """A helper that somebody else wrote, beside a copy of the client."""

    def answered(self, script):
        shutil.copy(TRY, self.path("media-try"))
        with open(self.path("candour-media"), "w") as f:
            f.write("#!/bin/sh\n" + script)
        os.chmod(self.path("candour-media"), 0o700)
        done = subprocess.run([self.path("media-try"), "read", os.path.join(CASES, "portrait-e.jpg")], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (1, b""), done.stderr)
        return done.stderr.decode()

    def test_a_helper_that_lies_is_not_believed(self):
        good = struct.pack("=qqqq", 1, 0, 0, 0) + struct.pack("=qqqq", 0, 800, 600, 0)
        text = struct.pack("=q", 5)
        for answer in (b"", b"x", good, good + 10 * (text + b"\x1b[2Jx"), good + 10 * (struct.pack("=q", 1 << 62)),
                       struct.pack("=qqqq", 1, 99, 0, 0), struct.pack("=qqqq", 1, 2, 1 << 40, 0), os.urandom(4000)):
            with open(self.path("answer"), "wb") as f:
                f.write(answer)
            said = self.answered(f"exec cat {self.path('answer')}")
            self.assertRegex(said, r"damaged: The picture stopped the program that read it.*\.\n$")
            self.assertNotIn("\x1b", said)

    def test_a_helper_that_dies_or_floods_costs_its_picture_alone(self):
        for script in ("kill -SEGV $$", "kill -9 $$", "exit 1", "exec cat /dev/zero"):
            self.assertIn("damaged: The picture stopped the program", self.answered(script))

    def test_a_helper_that_never_answers_is_killed_after_20_seconds(self):
        before = time.monotonic()
        self.assertIn("limit: The picture took longer than 20 seconds", self.answered(f"echo $$ > {self.path('pid')}; exec sleep 100"))
        self.assertLess(time.monotonic() - before, SECONDS_MAX)
        with open(self.path("pid")) as f:
            self.assertFalse(os.path.exists(f"/proc/{f.read().strip()}"))

    def test_without_a_helper_the_words_say_what_to_do(self):
        shutil.copy(TRY, self.path("media-try"))
        done = subprocess.run([self.path("media-try"), "read", os.path.join(CASES, "portrait-e.jpg")], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("unavailable: The program candour-media is not beside candour", done.stderr)


class Result(unittest.TestResult):
    passed = 0

    def addSuccess(self, test):
        self.passed += 1

    def addFailure(self, test, error):
        super().addFailure(test, error)
        print(f"FAILED {test.id()}\n{self.failures[-1][1]}", flush=True)

    def addError(self, test, error):
        super().addError(test, error)
        print(f"FAILED {test.id()}\n{self.errors[-1][1]}", flush=True)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            print(f"FAILED {subtest}\n{(self.failures + self.errors)[-1][1]}", flush=True)


def chosen(suite, words):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from chosen(test, words)
        elif not words or any(word in test.id() for word in words):
            yield test


def main():
    if not os.path.exists(TRY):
        print(f"There is no {TRY}: build first with -Dtests=true, or set CANDOUR_BUILD.")
        return 2
    result = Result()
    unittest.TestSuite(chosen(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]), sys.argv[1:])).run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed")
    return 1 if failed or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
