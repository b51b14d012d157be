#!/usr/bin/env python3
"""The checker of the house: whether each file keeps to its floor and to the rules that a compiler does not know.

A floor is a layer of the source, a room is a folder on it (docs/architecture.md).

    floors.py [--root FOLDER] [--quiet]

Prints file:line: words for each fault, then each rule with what it looked at, and last "N passed, N failed"; ends
with 1 where there is a fault. --quiet prints faults only. The order of rooms and what is vendored stand in floors.txt.

Promises: no room reaches up; statements, markup and sockets stay where they are read with suspicion. It reads text and
resolves no macros: it keeps honest people from slipping, and review keeps the rest.
"""
import argparse
import os
import re
import subprocess
import sys

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINES_MAX = 800
SKIPPED = re.compile(r'build.*|\.git|node_modules|data|__pycache__')
# Cases there are wrong on purpose, or are the output of a program.
FIXTURES = 'tests/golden/'
TCK = 'tests/dmn-tck/'  # as it came
SOURCES = ('.c', '.h', '.py', '.sh', '.html', '.atom', '.xml', '.sql', '.js', '.mjs', '.css', '.scss', '.md', '.txt', '.yaml', '.yml', '.build',
           '.json', '')
SQL_HOME = ('src/db/',)
HTML_HOME = ('src/html/',)
SOCKET_HOME = ('src/http/', 'src/proc/', 'src/db/')

PIECE = re.compile(r"""(?P<comment>/\*.*?(?:\*/|\Z)|//[^\n]*)|(?P<text>"(?:\\.|[^"\\\n])*")|(?P<char>'(?:\\.|[^'\\\n])*')
|(?P<other>.)""", re.X | re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]*)"|<([^>]*)>)', re.M)
SQL = re.compile(r'''\s*(?:(?:select|with)\s.*\sfrom\s|insert\s+(?:or\s+\w+\s+)?into\s|replace\s+into\s|update\s+\S+\s+set\s
|delete\s+from\s|(?:create|drop|alter)\s+(?:temp\w*\s+|unique\s+|virtual\s+)?(?:table|index|trigger|view)\s
|pragma\s+\w|savepoint\s+\w|release\s+savepoint|rollback\s+to\s|begin\s+(?:immediate|deferred|exclusive|transaction)|vacuum\b)''',
                 re.X | re.S | re.I)
# These words alone are English in small letters.
SQL_LOUD = re.compile(r'\s*(?:SELECT\s+\S|(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|PRAGMA)\s*;?\s*\Z)', re.S)
MARKUP = re.compile(r'''</?(?:a|abbr|article|aside|b|blockquote|body|br|button|code|dd|del|details|div|dl|dt|em|entry|feed|fieldset|footer|form
|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|legend|li|link|main|meta|nav|ol|option|p|pre|script|section|select|small
|span|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|time|title|tr|ul)(?:[\s>/]|\Z)|<!doctype''',
                    re.X | re.I)
SOCKET = re.compile(r'''(?<![\w.>])(socket|socketpair|bind|listen|accept4?|connect|send|sendto|sendmsg|sendmmsg|recv|recvfrom|recvmsg
|recvmmsg|getaddrinfo|epoll_\w+)\s*\(''', re.X)
# Of a machine or of a place where packages lie; nothing of ours depends on either.
PLACES = re.compile(r'/(?:home|root|work|Users)/|/tm[p]/w/|\.\./shar[e]d|registry\.[a-z]')
UNDONE = re.compile(r'\b(?:TO[D]O|FIX[M]E|XX[X])\b')


class Code:
    """A file of C in pieces: code with everything else blanked, and its string literals."""

    def __init__(self, text):
        code, self.literals, between = [], [], False
        for m in PIECE.finditer(text):
            if m.lastgroup == 'other':
                code.append(m.group())
                between = between or not m.group().isspace()
                continue
            # Neighbours are one literal to the compiler, so they are one here.
            if m.lastgroup == 'text':
                words = m.group()[1:-1].replace('\\n', '\n').replace('\\t', '\t').replace('\\"', '"')
                if self.literals and not between:
                    self.literals[-1] = (self.literals[-1][0], self.literals[-1][1] + words)
                else:
                    self.literals.append((m.start(), words))
                between = False
            elif m.lastgroup == 'char':
                between = True
            code.append(re.sub(r'[^\n]', ' ', m.group()))
        self.code = ''.join(code)


class House:
    """What floors.txt says."""

    def __init__(self, path):
        self.place, self.apart, self.whole, self.vendored = {}, {}, {}, set()
        with open(path, encoding='utf-8') as f:
            for number, line in enumerate(f, 1):
                words = line.split('#')[0].split()
                if not words:
                    continue
                floor = re.match(r'floor (\d+) (in order|apart):\s+(.*)', ' '.join(words))
                if floor:
                    for at, room in enumerate(floor[3].split()):
                        self.place[room] = (int(floor[1]), at)
                    self.apart[int(floor[1])] = floor[2] == 'apart'
                elif words[0] == 'whole' and len(words) == 3:
                    self.whole[words[1]] = words[2]
                elif words[0] == 'vendored' and len(words) == 2:
                    self.vendored.add(words[1])
                else:
                    raise SystemExit(f'{path}:{number}: this line is not understood')

    def may_use(self, room, other):
        """None, or why not."""
        if room == other:
            return None
        (floor, at), (other_floor, other_at) = self.place[room], self.place[other]
        if other_floor > floor:
            return f'{room} stands on floor {floor} and {other} on floor {other_floor}: a room uses only what is below'
        if other_floor == floor and self.apart[floor]:
            return f'{room} and {other} stand apart on floor {floor}: neither uses the other'
        if other_floor == floor and other_at > at:
            return f'{other} comes after {room} in the order of floor {floor}'
        return None


class Checker:
    def __init__(self, root, house):
        self.root, self.house, self.faults, self.looked = root, house, [], {}
        self.texts, self.codes = {}, {}
        for path in self.listed():
            with open(os.path.join(root, path), 'rb') as f:
                data = f.read()
            if b'\0' not in data:
                self.texts[path] = data.decode('utf-8', errors='replace')

    def listed(self):
        """The files of the tree: those that git knows or would take; without git all of them."""
        done = subprocess.run(['git', '-C', self.root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        if done.returncode == 0 and os.path.exists(os.path.join(self.root, '.git')):
            names = [n for n in done.stdout.decode().split('\0') if n]
        else:
            names = list(self.walked())
        return sorted(n for n in set(names) if not n.startswith(FIXTURES) and os.path.isfile(os.path.join(self.root, n))
                      and not os.path.islink(os.path.join(self.root, n)))

    def walked(self):
        for at, folders, files in os.walk(self.root):
            folders[:] = [d for d in folders if not SKIPPED.fullmatch(d)]
            for name in files:
                yield os.path.relpath(os.path.join(at, name), self.root)

    def fault(self, path, line, words):
        self.faults.append((path, line, words))

    def of(self, *endings, under=('',)):
        return [p for p in self.texts if p.endswith(endings) and p.startswith(under)]

    def code(self, path):
        if path not in self.codes:
            self.codes[path] = Code(self.texts[path])
        return self.codes[path]

    def line(self, path, offset):
        return self.texts[path].count('\n', 0, offset) + 1

    def includes(self, path):
        """(line, name, own) of each include that is not in a comment."""
        code = self.code(path).code
        for m in INCLUDE.finditer(self.texts[path]):
            if code[m.start():m.end()].lstrip()[:1] == '#':
                yield self.line(path, m.start() + len(m.group()) - len(m.group().lstrip())), m[1] or m[2], m[1] is not None

    # ---- Rules. Each gives the files it looked at. ----

    def rule_floors(self):
        """an include goes down, or sideways in order"""
        files = self.of('.c', '.h', under=('src/',))
        for path in files:
            parts = path.split('/')
            room = parts[1] if len(parts) > 2 else ''
            if room not in self.house.place:
                self.fault(path, 1, f'src/{room} is no room of tools/floors.txt')
                continue
            for line, name, own in self.includes(path):
                if not own:
                    continue
                other, slash, _ = name.partition('/')
                if name.startswith('.') or '/../' in name:
                    self.fault(path, line, f'"{name}" climbs through folders: write "room/file.h"')
                elif not slash and name in self.house.whole:
                    if self.house.whole[name] != room:
                        self.fault(path, line, f'"{name}" is for src/{self.house.whole[name]} alone')
                elif not slash or other not in self.house.place:
                    self.fault(path, line, f'"{name}" names no room: write "room/file.h"')
                else:
                    why = self.house.may_use(room, other)
                    if why:
                        self.fault(path, line, why)
        return files

    def rule_circles(self):
        """no include leads back to its file"""
        files = self.of('.c', '.h', under=('src/',))
        edges = {p: [(line, 'src/' + name) for line, name, own in self.includes(p) if own and 'src/' + name in self.texts]
                 for p in files}
        done = set()

        def visit(path, trail):
            for line, other in edges.get(path, []):
                if other in trail or other == path:
                    circle = [*trail[trail.index(other):], path] if other in trail else [path]
                    names = ', '.join(p[len('src/'):] for p in circle)
                    self.fault(path, line, f'this include closes a circle: {names}')
                elif other not in done:
                    visit(other, [*trail, path])
            done.add(path)

        for path in sorted(files):
            if path not in done:
                visit(path, [])
        return files

    def rule_sql(self):
        """statements stand in *.sql and src/db/"""
        files = [p for p in self.of('.c', '.h', under=('src/', 'tests/http/')) if not p.startswith(SQL_HOME)]
        for path in files:
            for offset, words in self.code(path).literals:
                if SQL.match(words) or SQL_LOUD.match(words):
                    self.fault(path, self.line(path, offset), 'this is SQL: it belongs into a *.sql file of its room')
        return files

    def rule_html(self):
        """markup stands in *.html and src/html/"""
        files = [p for p in self.of('.c', '.h', under=('src/', 'tests/http/')) if not p.startswith(HTML_HOME)]
        for path in files:
            for offset, words in self.code(path).literals:
                if MARKUP.search(words):
                    self.fault(path, self.line(path, offset), 'this is HTML: it belongs into a template of its room')
        return files

    def rule_sockets(self):
        """sockets stay in src/http/, src/proc/ and src/db/"""
        files = [p for p in self.of('.c', '.h', under=('src/',)) if not p.startswith(SOCKET_HOME)]
        for path in files:
            for m in SOCKET.finditer(self.code(path).code):
                self.fault(path, self.line(path, m.start()), f'{m[1]}() belongs into src/http/, src/proc/ or src/db/')
        return files

    def rule_length(self):
        """a file has at most 800 lines"""
        files = [p for p in self.texts if os.path.splitext(p)[1] in SOURCES and p not in self.house.vendored]
        for path in files:
            if not path.startswith(TCK) and len(self.texts[path].splitlines()) > LINES_MAX:
                self.fault(path, LINES_MAX + 1, f'this file has {len(self.texts[path].splitlines())} lines, so it holds two '
                                                f'subjects: {LINES_MAX} are the most')
        return files

    def rule_banned(self):
        """banned.h is the last include of every .c"""
        files = self.of('.c')
        for path in files:
            found = list(self.includes(path))
            if not found or found[-1][1] != 'base/banned.h':
                self.fault(path, found[-1][0] if found else 1, 'the last include must be "base/banned.h"')
        return files

    def rule_guards(self):
        """a header has a guard with its own name"""
        files = self.of('.h')
        for path in files:
            inside = path[len('src/'):] if path.startswith('src/') else path
            guard = 'CANDOUR_' + re.sub(r'[^A-Z0-9]', '_', inside.upper())
            code = self.code(path).code
            lines = [line for line in code.split('\n') if line.strip()]
            first = re.search(r'\S', code)
            # Tests may choose their names; two headers of src/ must not meet.
            given = re.fullmatch(r'#ifndef (CANDOUR_\w+_H)', lines[0]) if lines else None
            if given and not path.startswith('src/'):
                guard = given[1]
            if lines[:2] != [f'#ifndef {guard}', f'#define {guard}'] or not lines[-1].startswith('#endif'):
                self.fault(path, self.line(path, first.start()) if first else 1,
                           f'the header needs its guard around everything: #ifndef {guard}')
        return files

    def rule_first_comment(self):
        """a file begins by saying what it is for"""
        begins = {'.c': r'/\*[\s*]*[^\s*].{20,}?\*/', '.h': r'/\*[\s*]*[^\s*].{20,}?\*/', '.sql': r'--\s*\S.{10,}',
                  '.py': r'(?:#![^\n]*\n)?(?:"""|#\s)\s*\S.{10,}'}
        files = [p for p in self.of(*begins) if p.startswith(('src/', 'tools/', 'tests/', 'bench/'))]
        for path in files:
            if not re.match(begins[os.path.splitext(path)[1]], self.texts[path], re.S):
                self.fault(path, 1, 'the file must begin with a comment that says what it is for')
        return files

    def rule_places(self):
        """no file names a machine's folders or a registry"""
        files = list(self.texts)
        for path in files:
            for m in PLACES.finditer(self.texts[path]):
                self.fault(path, self.line(path, m.start()), f'"{m.group()}" is a place outside this tree')
        return files

    def rule_undone(self):
        """nothing is left for later in a comment"""
        files = [p for p in self.texts if os.path.splitext(p)[1] in SOURCES and p not in self.house.vendored]
        for path in files:
            for m in UNDONE.finditer(self.texts[path]):
                self.fault(path, self.line(path, m.start()), f'{m.group()}: do it, or say in an issue what is missing')
        return files


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--root', default=TREE)
    p.add_argument('--quiet', action='store_true')
    o = p.parse_args()
    checker = Checker(os.path.abspath(o.root), House(os.path.join(TREE, 'tools', 'floors.txt')))
    passed = failed = 0
    for name in [n for n in dir(checker) if n.startswith('rule_')]:
        rule = getattr(checker, name)
        before = len(checker.faults)
        files = rule()
        faults = sorted(set(checker.faults[before:]))
        for path, line, words in faults:
            print(f'{path}:{line}: {words}')
        # In the tree itself a rule that found nothing to look at has not passed.
        fine = not faults and (files or os.path.abspath(o.root) != TREE)
        passed, failed = passed + bool(fine), failed + (not fine)
        if not o.quiet:
            print(f'{"ok    " if fine else "FAILED"} {rule.__doc__} ({len(files)} files)')
    if not o.quiet:
        print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
