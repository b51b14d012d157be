"""Makes corpus/feel and corpus/dmn from the TCK's cases: python3 tests/fuzz/dmn_corpus.py

Expressions: of each folder those whose words are not there yet, so that a few hundred have every function and form.
Models: the small ones, and one of each folder's kinds of elements.
"""
import hashlib
import os
import re
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
TCK = os.path.join(os.path.dirname(HERE), "dmn-tck")
MODEL_BYTES = 6000


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def write(kind, data):
    folder = os.path.join(HERE, "corpus", kind)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, hashlib.sha256(data).hexdigest()[:16]), "wb") as out:
        out.write(data)


def main():
    seen, elements = set(), set()
    for folder, folders, names in os.walk(TCK):
        folders.sort()
        for name in sorted(names):
            if not name.endswith(".dmn"):
                continue
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                data = file.read()
            root = ET.fromstring(data)
            kinds = {local(element) for element in root.iter()}
            if len(data) < MODEL_BYTES or (len(data) < 20000 and kinds - elements):
                if kinds - elements or len(data) < 2500:
                    write("dmn", data)
                elements |= kinds
            for element in root.iter():
                text = (element.text or "").strip()
                if local(element) != "text" or not text or len(text) > 400:
                    continue
                words = set(re.findall(r"[a-z]{2,}|[^a-z\s\d]", text))
                pairs = {(a, b) for a, b in zip(text.split(), text.split()[1:])} if len(text) < 60 else set()
                if words - seen or len(seen & pairs) < len(pairs) // 4:
                    write("feel", text.encode())
                seen |= words


if __name__ == "__main__":
    main()
