#!/usr/bin/env python3
"""The hashes of the edition vectors, computed without candour: vectors.py FOLDER [--write]

Each vector-N.json is an edition's document as docs/edition-hash.md describes it, written by hand. Here it becomes RFC
8785 JSON and SHA-256 in a second way, and must give what stands in vector-N.sha256; test_file.c shows that candour gives
the same for vector-N.md.
"""
import glob
import hashlib
import json
import os
import sys


def string(text):
    """RFC 8785 section 3.2.2.2: the short escapes, \\u00xx in lower case for other controls, all else as it is."""
    short = {'\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '"': '\\"', '\\': '\\\\'}
    return '"' + ''.join(short.get(c) or (f'\\u{ord(c):04x}' if ord(c) < 32 else c) for c in text) + '"'


def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode('utf-16-be'))
        return '{' + ','.join(string(name) + ':' + canonical(value[name]) for name in names) + '}'
    if isinstance(value, list):
        return '[' + ','.join(canonical(item) for item in value) + ']'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return string(value)
    raise ValueError(f'a document holds no {type(value).__name__}')


def once(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError('a name stands twice')
    return dict(pairs)


def main():
    folder, write = sys.argv[1], '--write' in sys.argv[2:]
    passed = failed = 0
    for path in sorted(glob.glob(os.path.join(folder, 'vector-*.json'))):
        with open(path, encoding='utf-8') as f:
            document = json.load(f, object_pairs_hook=once)
        got = hashlib.sha256(canonical(document).encode('utf-8')).hexdigest()
        beside = path[:-len('.json')] + '.sha256'
        if write:
            with open(beside, 'w', encoding='ascii') as f:
                f.write(got + '\n')
        with open(beside, encoding='ascii') as f:
            fine = f.read().strip() == got
        passed, failed = passed + fine, failed + (not fine)
        print(f'{"ok" if fine else "FAILED"} {os.path.basename(path)} {got}')
    print(f'{passed} passed, {failed} failed')
    return 0 if failed == 0 and passed == 3 else 1


if __name__ == '__main__':
    sys.exit(main())
