"""How hard our own words are to read: the pages of advice, what the exit button does, feedback, search, errors, and every
sentence of the catalogue. Said by GNU style, which is not ours.

Two grades of American schools are taken, since each can be fooled: Flesch and Kincaid's (words a sentence, syllables a
word) and the automated readability index (words a sentence, letters a word). A grade and five years more is about the age
of who reads it with ease. Programs count syllables differently: where words are long, style's grade is up to one lower than
that of others. Neither knows whether a text is true, in good order, or in words that people use.
"""
import os
import re
import subprocess

from common import ROOT, Case, Server, get
from test_pages import PAGES, Page, sentences

WORDS_MAX = 24
# The law asks for these words as they are.
MODEL_WORDS = ["is responsible for enforcing the Public Sector Bodies", "is committed to making its website accessible"]
# GOV.UK asks for a reading age of nine years; that is grade 4. Advice keeps near it; what names Acts, courts and rooms of
# the law cannot quite.
GRADE = 5.0
GRADES = {"/law": 6.5, "/how-we-decide": 6.5, "/accessibility": 6.5}
FRAGMENT_MAX = 3            # words: a label or a name in a list, and no sentence
# Path: number of the answer. Pages whose words are our own.
OURS = {**{path: 200 for path, _ in PAGES}, "/leaving": 200, "/how-we-decide/try": 200, "/feedback": 200, "/feedback/sent": 200, "/search": 200,
        "/search?q=zzzzz": 200, "/no-such-page": 404, "/search?q=%01": 400}


def plain(sentence):
    """As style reads it: ASCII marks, one full stop at the end, no numbers of telephones or addresses of pages."""
    text = sentence.translate(str.maketrans({"’": "'", "‘": "'", "“": "", "”": "", "…": "", "–": ","}))
    text = re.sub(r"\S+@\S+|\S+\.\w+/\S*|\b\d[\d ]*\d\b", "10", text)
    return re.sub(r"[\s.?!:;,]+$", "", text.replace(". ", ", ")) + "."


def style(told):
    """(grade of Flesch and Kincaid, automated readability index, words a sentence) of these sentences."""
    text = "\n\n".join(plain(s) for s in told) + "\n"
    done = subprocess.run(["style", "-L", "en"], input=text.encode("ascii", "replace"), stdout=subprocess.PIPE,
                          env={**os.environ, "LC_ALL": "C"}, check=True)
    said = done.stdout.decode()
    return (float(re.search(r"Kincaid: ([-\d.]+)", said)[1]), float(re.search(r"ARI: ([-\d.]+)", said)[1]),
            float(re.search(r"average length ([\d.]+) words", said)[1]))


def catalogue():
    """[(name, sentence)] of each sentence that the program says to a reader; what is filled in is one word."""
    out = []
    with open(os.path.join(ROOT, "src", "web", "catalogue.en.txt"), encoding="utf-8") as f:
        for line in f:
            found = re.match(r"(\w+)(?:\([^)]*\))? = (.+)", line)
            if found:
                told = re.split(r"(?<=[.?!:])[”’]?\s+", re.sub(r"\{[^}]*\}", "this", found[2]))
                out += [(found[1], s) for s in told if len(s.split()) > FRAGMENT_MAX]
    return out


class Reading(Case):
    def test_style_tells_hard_words_from_easy_ones(self):
        easy = style(["Call us if you saw it", "We will help you"] * 5)
        hard = style(["Notwithstanding the aforementioned obligations, communications personnel necessarily prioritise "
                      "proportionate interoperability considerations whenever organisational circumstances necessitate it"] * 5)
        self.assertLess(max(easy[:2]), 3)
        self.assertGreater(min(hard[:2]), 15)

    def test_each_page_of_our_own_is_read_with_ease(self):
        with Server(self.installation(demonstration=True)) as server:
            print("page: grade of Flesch and Kincaid, automated readability index, words a sentence")
            for path, status in OURS.items():
                code, text = get(server.port, path)
                self.assertEqual(code, status, path)
                told = [s for s in sentences(Page(text)) if len(s.split()) > FRAGMENT_MAX]
                if not told:
                    continue
                kincaid, index, words = style(told)
                print(f"{path}: {kincaid:.1f}, {index:.1f}, {words:.1f}")
                with self.subTest(path):
                    self.assertLessEqual(kincaid, GRADES.get(path, GRADE))
                    self.assertLessEqual(index, GRADES.get(path, GRADE))
                    for sentence in told:
                        if not any(piece in sentence for piece in MODEL_WORDS):
                            self.assertLessEqual(len(sentence.split()), WORDS_MAX, sentence)

    def test_each_sentence_of_the_catalogue_is_short_and_all_of_them_are_read_with_ease(self):
        told = catalogue()
        self.assertGreater(len(told), 150)
        for name, sentence in told:
            with self.subTest(name):
                self.assertLessEqual(len(sentence.split()), WORDS_MAX, sentence)
        kincaid, index, words = style([s for _, s in told])
        print(f"the catalogue: {kincaid:.1f}, {index:.1f}, {words:.1f}")
        self.assertLessEqual(max(kincaid, index), GRADE)
