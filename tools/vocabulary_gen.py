#!/usr/bin/env python3
"""The vocabulary of facts: from policy/vocabulary.yaml to a table in C and to the types of the decision models.

    vocabulary_gen.py --vocabulary policy/vocabulary.yaml --c OUT.c         the table that src/policy/facts.h declares
    vocabulary_gen.py --vocabulary policy/vocabulary.yaml --dmn OUT.dmn     policy/england-wales/facts.dmn
    vocabulary_gen.py --vocabulary policy/vocabulary.yaml --check FILE.dmn  exit 1 where the file is another one

The file is YAML of one form: a list of entries with "key: words" lines, and one list of values inside an entry.
Everything else is refused with its line, so that no fact is lost in a slip of the pen.
"""
import argparse
import os
import re
import sys
from xml.sax.saxutils import escape

TYPES = ('boolean', 'number', 'date', 'text', 'texts', 'one-of', 'some-of')
KEYS = ('fact', 'type', 'values', 'unless-known', 'label', 'help', 'question', 'ask')
TEXT_MAX = 200
NAMESPACE = 'https://candour.invalid/policy/england-wales/facts'
PATH = re.compile(r'[a-z][a-z_0-9]*(?:\[\])?(?:\.[a-z][a-z_0-9]*){1,2}')


class Refused(Exception):
    """A mistake in the file, with its line."""


class Fact:
    def __init__(self, line):
        self.line, self.keys, self.values = line, {}, []

    def __getattr__(self, name):
        return self.keys.get(name.replace('_', '-'))


def read(path):
    facts, fact, within = [], None, False

    def refuse(words):
        raise Refused(f'{path}:{number}: {words}')

    with open(path, encoding='utf-8') as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip('\n')
            if not line.strip() or line.startswith('#'):
                continue
            entry = re.fullmatch(r'(- |  |    )([a-z-]+):(?: (.*\S))?', line)
            if not entry:
                refuse('this line is not understood: write "  key: words"')
            indent, key, words = entry.groups()
            if words and (re.search(r': | #', words) or words[0] in '\'"&*!|>%@`[]{}-?'):
                refuse('YAML reads these words as something else: leave out ": ", " #" and marks at the beginning')
            if indent == '- ':
                fact = Fact(number)
                facts.append(fact)
                within = False
            elif not fact:
                refuse('an entry begins with "- fact: "')
            if indent == '    ':
                if not within:
                    refuse('only "values:" has lines of its own')
                if not words or key in dict(fact.values):
                    refuse(f'"{key}" needs words, and stands once')
                fact.values.append((key, words))
                continue
            within = key == 'values'
            if key not in KEYS or key in fact.keys or (indent == '- ') != (key == 'fact'):
                refuse(f'"{key}" is no key of an entry, or stands twice')
            if bool(words) == within:
                refuse(f'"{key}" needs words' if not within else '"values:" has its words on lines of their own')
            fact.keys[key] = words
    check(path, facts)
    return facts


def check(path, facts):
    paths, asked, groups = set(), {}, []
    for fact in facts:
        def refuse(words, line=fact.line):
            raise Refused(f'{path}:{line}: {words}')
        for key in ('fact', 'type', 'label', 'help', 'question', 'ask'):
            if key not in fact.keys:
                refuse(f'the entry has no "{key}"')
        if not PATH.fullmatch(fact.fact) or fact.fact in paths:
            refuse(f'"{fact.fact}" is no path of two or three names, or stands twice')
        paths.add(fact.fact)
        if fact.type not in TYPES:
            refuse(f'a type is one of {", ".join(TYPES)}')
        if (fact.type in ('one-of', 'some-of')) != (len(fact.values) > 1):
            refuse('one-of and some-of have two values or more, and nothing else has any')
        allowed = [v for v, _ in fact.values] if fact.type == 'one-of' else ['true', 'false'] if fact.type == 'boolean' else []
        if fact.unless_known and fact.unless_known not in allowed:
            refuse('"unless-known" is one of the values')
        if not re.fullmatch(r'[1-9][0-9]{0,2}', fact.ask):
            refuse('"ask" is a number from 1 to 999')
        if fact.ask in asked:
            refuse(f'"ask: {fact.ask}" stands at line {asked[fact.ask]} already')
        asked[fact.ask] = fact.line
        if not fact.question.endswith('?'):
            refuse('a question ends in "?"')
        for words in (fact.label, fact.help, fact.question, *(w for _, w in fact.values)):
            if len(words) > TEXT_MAX or not words.isprintable():
                refuse(f'a line of at most {TEXT_MAX} printable characters')
        group = fact.fact.rpartition('.')[0]
        if group not in groups:
            groups.append(group)
        elif groups[-1] != group:
            refuse(f'the facts of {group} stand together')
    if not facts:
        raise Refused(f'{path}:1: there is no fact')


def quoted(words):
    if words is None:
        return '{ NULL, 0 }'
    data = ''.join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f'\\{b:03o}' for b in words.encode())
    return f'STR_INIT("{data}")'


def c_table(facts):
    out = ['/* Generated by tools/vocabulary_gen.py: every fact that the packs know. */', '#include "policy/facts.h"',
           '#include "base/banned.h"', '']
    for at, fact in enumerate(facts):
        if fact.values:
            out.append(f'static const struct policy_value values_{at}[] = {{')
            out += [f'    {{ {quoted(v)}, {quoted(w)} }},' for v, w in fact.values]
            out.append('};')
    out += ['', 'const struct policy_fact policy_vocabulary[] = {']
    for at, fact in enumerate(facts):
        group, _, name = fact.fact.rpartition('.')
        values = f'values_{at}, {len(fact.values)}' if fact.values else 'NULL, 0'
        out += [f'    {{ {quoted(fact.fact)}, {quoted(group)}, {quoted(name)},',
                f'      POLICY_{fact.type.upper().replace("-", "_")}, {values}, {quoted(fact.unless_known)},',
                f'      {quoted(fact.label)},', f'      {quoted(fact.help)},', f'      {quoted(fact.question)}, {fact.ask} }},']
    return '\n'.join([*out, '};', 'const size_t policy_vocabulary_n = sizeof policy_vocabulary / sizeof policy_vocabulary[0];', ''])


def type_name(path):
    """tPerceivedBy of hostility.perceived_by."""
    return 't' + ''.join(word.capitalize() for word in re.split(r'[_\-]', path.rpartition('.')[2].replace('[]', '')))


SIMPLE = {'boolean': 'boolean', 'number': 'number', 'date': 'date', 'text': 'string', 'texts': 'string'}


def model(facts):
    groups, used = {}, {}
    for fact in facts:
        groups.setdefault(fact.fact.rpartition('.')[0], []).append(fact)
    out = ['<?xml version="1.0" encoding="UTF-8"?>',
           '<!-- Made from policy/vocabulary.yaml by tools/vocabulary_gen.py: change that file, not this one. -->',
           '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="facts" id="facts"',
           f'             namespace="{NAMESPACE}">']

    def item(indent, head, lines):
        out.append(f'{indent}<{head}>')
        out.extend(f'{indent}  {line}' for line in lines)
        out.append(f'{indent}</{head.split()[0]}>')

    for fact in facts:
        if fact.type == 'some-of' or fact.type == 'one-of':
            name = type_name(fact.fact)
            if name in used or name in map(type_name, groups):  # two facts of one name: the group comes before it
                name = type_name(fact.fact.rpartition('.')[0]) + name[1:]
            fact.keys['name'] = used[name] = name
            allowed = escape(', '.join(f'"{v}"' for v, _ in fact.values))
            item('  ', f'itemDefinition name="{name}"',
                 ['<typeRef>string</typeRef>', f'<allowedValues><text>{allowed}</text></allowedValues>'])

    def members(group):
        lines = []
        for fact in groups[group]:
            many = ' isCollection="true"' if fact.type in ('some-of', 'texts') else ''
            kind = fact.keys.get('name') or SIMPLE[fact.type]
            lines.append(f'<itemComponent name="{fact.fact.rpartition(".")[2]}"{many}><typeRef>{kind}</typeRef></itemComponent>')
        for inner in groups:
            if inner.rpartition('.')[0] == group and inner != group:
                lines.append(f'<itemComponent name="{inner.rpartition(".")[2]}"><typeRef>{type_name(inner)}</typeRef></itemComponent>')
        return lines

    for group in sorted(groups, key=lambda g: -g.count('.')):
        item('  ', f'itemDefinition name="{type_name(group)}"', members(group))
    whole = []
    for group in groups:
        if '.' not in group:
            many = ' isCollection="true"' if group.endswith('[]') else ''
            whole.append(f'<itemComponent name="{group.replace("[]", "")}"{many}><typeRef>{type_name(group)}</typeRef></itemComponent>')
    for inner in groups:
        if '.' in inner and inner.rpartition('.')[0] not in groups:  # a group that has no fact but another group
            raise Refused(f'{inner}: the group around it has no fact of its own')
    item('  ', 'itemDefinition name="tFacts"', whole)
    return '\n'.join([*out, '</definitions>', ''])


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--vocabulary', required=True)
    p.add_argument('--c')
    p.add_argument('--dmn')
    p.add_argument('--check')
    o = p.parse_args()
    try:
        facts = read(o.vocabulary)
        if o.c:
            with open(o.c, 'w', encoding='ascii') as f:
                f.write(c_table(facts))
        if o.dmn:
            with open(o.dmn, 'w', encoding='utf-8') as f:
                f.write(model(facts))
        if o.check:
            with open(o.check, encoding='utf-8') as f:
                if f.read() != model(facts):
                    raise Refused(f'{o.check}:1: the vocabulary has changed: make it again with tools/vocabulary_gen.py '
                                  f'--vocabulary {os.path.relpath(o.vocabulary)} --dmn {os.path.relpath(o.check)}')
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
