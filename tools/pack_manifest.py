#!/usr/bin/env python3
"""The sha256 values in the manifest of a policy pack.

    pack_manifest.py [--check | --write] [FOLDER]     FOLDER: policy/england-wales, unless said

--check, which is meant unless --write is said, ends with 1 where a value is not that of the file, where a version names
a file that is not there, or where a model is in no version. --write puts the right values into the list under "sha256:"
and changes nothing else: the manifest stays the text that a person wrote. Days are not looked at here; that a version of
law or recording has a first day, and that only one of publication may leave it out, is checked when the pack is read.

A version that was signed off is never edited; the program refuses it whatever stands here, since a sign-off keeps its own
values.
"""
import argparse
import hashlib
import os
import re
import sys

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOME = os.path.join(TREE, 'policy', 'england-wales')
FILE = re.compile(r' +- ([a-z0-9._/-]+\.dmn)')
VALUE = re.compile(r'  ([a-z0-9._/-]+\.dmn): ([0-9a-f]{64})')


def models(folder):
    """Every model below the folder, by its path there."""
    found = {}
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith('.dmn'):
                path = os.path.join(where, name)
                with open(path, 'rb') as f:
                    found[os.path.relpath(path, folder)] = hashlib.sha256(f.read()).hexdigest()
    return found


def parts(lines):
    """The lines before the values, the values with their line numbers, and the lines after them."""
    try:
        start = lines.index('sha256:') + 1
    except ValueError:
        raise SystemExit('The manifest has no line "sha256:".') from None
    end = start
    while end < len(lines) and lines[end].startswith(' '):
        end += 1
    values = {}
    for number in range(start, end):
        entry = VALUE.fullmatch(lines[number])
        if not entry or entry[1] in values:
            raise SystemExit(f'manifest.yaml:{number + 1}: write "  path.dmn: 64 digits", each path once')
        values[entry[1]] = (entry[2], number + 1)
    return lines[:start], values, lines[end:]


def main():
    parser = argparse.ArgumentParser(description='The sha256 values in the manifest of a policy pack.')
    which = parser.add_mutually_exclusive_group()
    which.add_argument('--check', action='store_true', help='say what is not right (this is the default)')
    which.add_argument('--write', action='store_true', help='put the right values in')
    parser.add_argument('folder', nargs='?', default=HOME)
    options = parser.parse_args()
    path = os.path.join(options.folder, 'manifest.yaml')
    with open(path, encoding='utf-8') as f:
        lines = f.read().splitlines()
    before, values, after = parts(lines)
    there = models(options.folder)
    named = {}
    for number, line in enumerate(lines, 1):
        entry = FILE.fullmatch(line)
        if entry:
            named.setdefault(entry[1], number)
    wrong = [f'manifest.yaml:{number}: {name} is not in the folder' for name, number in named.items() if name not in there]
    wrong += [f'{name}: no version names it' for name in there if name not in named]
    if options.write and not wrong:
        lines = before + [f'  {name}: {there[name]}' for name in sorted(named)] + after
        with open(path, 'w', encoding='utf-8') as f:
            f.write('\n'.join(lines) + '\n')
    elif not options.write:
        for name in sorted(named):
            if name in there and name not in values:
                wrong.append(f'manifest.yaml: {name} has no sha256')
            elif name in there and values[name][0] != there[name]:
                wrong.append(f'manifest.yaml:{values[name][1]}: {name} has changed: its sha256 is {there[name]}')
        wrong += [f'manifest.yaml:{number}: no version names {name}' for name, (_, number) in values.items() if name not in named]
    for words in wrong:
        print(words)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
