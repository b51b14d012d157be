"""The catalogue of sentences: one file a language, and the C made from it.

Promises: a sentence has the same arguments in every language; a key that a
language lacks, a brace that names no argument and an argument that no
sentence uses are refused with file and line. Sentences are text: what they
say is escaped where it is written into a page.
"""
import os
import re

from pages_parse import Fault, TAKEN

KEY = re.compile(r"([a-z][a-z0-9_]*)\s*(\(([^)]*)\))?\s*=\s*(.*)\Z")
ARGUMENT = re.compile(r"([a-z][a-z0-9_]*)\s*:\s*(\S+)\Z")


class Entry:
    def __init__(self, key, arguments, pieces, file, line):
        self.key, self.arguments, self.file, self.line = key, arguments, file, line
        self.pieces = {"en": pieces}


def language_of(file):
    m = re.search(r"\.([a-z]{2})\.txt\Z", os.path.basename(file))
    if not m:
        raise Fault(file, 1, "a catalogue's name ends in .LANGUAGE.txt, as catalogue.en.txt")
    return m.group(1)


def lines_joined(source):
    """[(line, text)]: an indented line goes on with the sentence before it."""
    rows = []
    for number, row in enumerate(source.split("\n"), 1):
        if row[:1] in (" ", "\t") and row.strip() and rows:
            rows[-1] = (rows[-1][0], rows[-1][1] + " " + row.strip())
        elif row.strip() and not row.startswith("#"):
            rows.append((number, row.strip()))
    return rows


def arguments_read(file, line, words):
    arguments = {}
    for piece in (words or "").split(","):
        if not piece.strip():
            continue
        m = ARGUMENT.match(piece.strip())
        if not m or m.group(2) not in ("text", "int"):
            raise Fault(file, line, f"argument '{piece.strip()}': written name: text or name: int")
        name = m.group(1)
        if name in arguments or name in TAKEN or name == "said":
            raise Fault(file, line, f"'{name}' cannot be the name of an argument here")
        arguments[name] = m.group(2)
    return arguments


def pieces_read(file, line, sentence, arguments):
    """[(is argument, text)]"""
    pieces, used = [], set()
    for i, part in enumerate(re.split(r"\{([a-z][a-z0-9_]*)\}", sentence)):
        if i % 2:
            if part not in arguments:
                raise Fault(file, line, f"{{{part}}} is not an argument of this sentence")
            used.add(part)
            pieces.append((True, part))
        elif "{" in part or "}" in part:
            raise Fault(file, line, "a brace that names no argument")
        elif part:
            pieces.append((False, part))
    for name in arguments:
        if name not in used:
            raise Fault(file, line, f"argument '{name}' is not used in the sentence")
    return pieces


class Catalogue:
    """Entries by key, as English declares them."""

    def __init__(self, files, shown=lambda file: file):
        self.entries, self.languages = {}, []
        # English declares the keys, in whatever order a build names the files.
        for at, file in enumerate(sorted(files, key=lambda file: language_of(file) != "en")):
            language = language_of(file)
            if language in self.languages:
                raise Fault(shown(file), 1, f"language {language} is given twice")
            self.languages.append(language)
            self.read(file, shown(file), language, at == 0)
        if not files:
            self.languages.append("en")

    def read(self, file, shown, language, is_first):
        try:
            with open(file, encoding="utf-8", newline="") as f:
                source = f.read()
        except UnicodeDecodeError:
            raise Fault(shown, 1, "is not UTF-8") from None
        except OSError as e:
            raise Fault(shown, 1, f"cannot be read: {e.strerror}") from None
        seen, last = {}, 1
        for line, row in lines_joined(source):
            last = line
            if any(ord(c) < 32 or ord(c) == 127 for c in row):
                raise Fault(shown, line, "holds a control character")
            m = KEY.match(row)
            if not m:
                raise Fault(shown, line, "a sentence is written key = Sentence. or key(name: text, n: int) = Sentence.")
            key, sentence = m.group(1), m.group(4)
            if key in seen:
                raise Fault(shown, line, f"key '{key}' stands twice (first in line {seen[key]})")
            seen[key] = line
            if not sentence:
                raise Fault(shown, line, f"key '{key}' says nothing")
            arguments = arguments_read(shown, line, m.group(3))
            if m.group(2) and not arguments:
                raise Fault(shown, line, f"key '{key}' has empty brackets")
            pieces = pieces_read(shown, line, sentence, arguments)
            if is_first:
                self.entries[key] = Entry(key, arguments, pieces, shown, line)
                self.entries[key].pieces = {language: pieces}
                continue
            entry = self.entries.get(key)
            if not entry:
                raise Fault(shown, line, f"key '{key}' is not in the catalogue of {self.languages[0]}")
            if list(entry.arguments.items()) != list(arguments.items()):
                raise Fault(shown, line, f"key '{key}' has other arguments than in {entry.file}:{entry.line}")
            entry.pieces[language] = pieces
        for key, entry in self.entries.items():
            if key not in seen:
                raise Fault(shown, last, f"language {language} lacks key '{key}' ({entry.file}:{entry.line})")


# ---- C ----

def c_string(text):
    """A C string literal of the bytes of text: nothing in it can end it, form a trigraph or run into what follows."""
    out = []
    for b in text.encode("utf-8"):
        c = chr(b)
        if c in "\\\"?":
            out.append("\\" + c)
        elif c == "\n":
            out.append("\\n")
        elif 32 <= b < 127:
            out.append(c)
        else:
            out.append(f"\\{b:03o}")
    return '"' + "".join(out) + '"'


def c_arguments(entry):
    return "".join(f", {'int64_t ' if kind == 'int' else 'struct str '}{name}" for name, kind in entry.arguments.items())


def language_names(languages):
    return ["LANGUAGE_" + name.upper() for name in languages]


def header_write(catalogue):
    out = ["""/*
 * The sentences of pages, components, errors and labels. Generated by
 * tools/pages.py from the catalogue; changed there, not here.
 *
 * A sentence without arguments lives as long as the program. One with
 * arguments is made in the arena and is STR_NONE when memory is gone.
 */
#ifndef CANDOUR_WEB_CATALOGUE_H
#define CANDOUR_WEB_CATALOGUE_H

#include "base/buf.h"
"""]
    out.append("enum language { " + ", ".join(language_names(catalogue.languages)) + ", LANGUAGES };\n")
    for entry in catalogue.entries.values():
        if entry.arguments:
            out.append(f"struct str t_{entry.key}(enum language language, struct arena *arena{c_arguments(entry)});")
        else:
            out.append(f"struct str t_{entry.key}(enum language language);")
    out.append("\n/* The same sentence added to a buffer: as text, and escaped for HTML. For generated pages. */")
    for entry in catalogue.entries.values():
        if entry.arguments:
            for prefix in ("catalogue_add_", "catalogue_html_"):
                out.append(f"void {prefix}{entry.key}(struct buf *out, enum language language{c_arguments(entry)});")
    out.append("\n#endif\n")
    return "\n".join(out)


def pieces_write(out, catalogue, entry, literal, text, number):
    out.append("    switch (language) {")
    for language, name in zip(catalogue.languages, language_names(catalogue.languages)):
        out.append(f"    case {name}:")
        for is_argument, piece in entry.pieces[language]:
            if not is_argument:
                out.append(f"        {literal}(out, STR({c_string(piece)}));")
            elif entry.arguments[piece] == "int":
                out.append(f"        {number}(out, {piece});")
            else:
                out.append(f"        {text}(out, {piece});")
        out.append("        break;")
    out.append("    case LANGUAGES:\n        break;\n    }\n}\n")


def source_write(catalogue):
    out = ["""/* The sentences. Generated by tools/pages.py from the catalogue; changed there, not here. */
#include "web/catalogue.h"

#include "html/html.h"

#include "base/banned.h"

enum { SENTENCE_MAX_BYTES = 64 * 1024 };
"""]
    plain = [e for e in catalogue.entries.values() if not e.arguments]
    for entry in plain:
        out.append(f"struct str t_{entry.key}(enum language language)\n{{")
        out.append("    static const struct str words[LANGUAGES] = {")
        for language, name in zip(catalogue.languages, language_names(catalogue.languages)):
            words = "".join(piece for _, piece in entry.pieces[language])
            out.append(f"        [{name}] = STR_INIT({c_string(words)}),")
        out.append("    };\n    return words[language];\n}\n")
    for entry in catalogue.entries.values():
        if not entry.arguments:
            continue
        head = f"(struct buf *out, enum language language{c_arguments(entry)})\n{{"
        out.append(f"void catalogue_add_{entry.key}{head}")
        pieces_write(out, catalogue, entry, "buf_add", "buf_add", "buf_add_i64")
        out.append(f"void catalogue_html_{entry.key}{head}")
        pieces_write(out, catalogue, entry, "html_text", "html_text", "html_int")
        out.append(f"struct str t_{entry.key}(enum language language, struct arena *arena{c_arguments(entry)})\n{{")
        out.append("    struct buf said;\n    buf_init(&said, arena, SENTENCE_MAX_BYTES);")
        names = "".join(", " + name for name in entry.arguments)
        out.append(f"    catalogue_add_{entry.key}(&said, language{names});\n    return buf_str(&said);\n}}\n")
    return "\n".join(out)
