#!/usr/bin/env python3
"""Routes: from the comments above handlers to tables in C (docs/dialects.md, "Routes").

    routes.py --room site --out DIR news.c ...             DIR/site_routes.h
    routes.py --table routes.c --out DIR [--source ROOT]   DIR/routes.h and the sorted table of all rooms
              [--extra tests/http]                         with the handlers of the test build

Promises: a handler that nobody declared, or that was declared without a permission, does not build; no address has two
handlers; what needs a permission is never cached. So nothing can be reached that does not stand in `candour routes`.
"""
import argparse
import glob
import os
import re
import sys
import textwrap

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Of http.h: what a form may bring in memory, and what a target may be; of web.h: what a form with files may bring.
BODY_MAX = 64 * 1024
UPLOAD_MAX = 256 * 1024 * 1024
TARGET_MAX = 4 * 1024
KEYS = ('route', 'permission', 'query', 'body', 'csrf', 'cache', 'help')


class Refused(Exception):
    """A mistake in what was read, with its place."""

    def __init__(self, path, line, words):
        super().__init__(f'{shown(path)}:{line}: {words}')


def shown(path):
    path = os.path.abspath(path)
    inside = os.path.relpath(path, TREE)
    return path if inside.startswith('..') else inside


class Route:
    def __init__(self, path, line):
        self.file, self.line = path, line
        self.method = self.pattern = self.permission = self.handler = self.help = None
        self.query, self.body, self.upload, self.csrf, self.again, self.cache = [], 0, None, False, False, 'no'

    def segments(self):
        return [s for s in self.pattern.split('/')[1:] if s]

    def parameters(self):
        return [s[1:-1] for s in self.segments() if s.startswith('{')]

    def order(self):
        return [(1, '') if s.startswith('{') else (0, s) for s in self.segments()], self.method


PIECE = re.compile(r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?P<other>.)""", re.S)
HANDLER = re.compile(r'(?P<static>\bstatic\s+)?(?:\binline\s+)?\benum\s+http_status\s+(?P<name>\w+)\s*'
                     r'\(\s*(?:const\s+)?struct\s+request\s*\*\s*\w*\s*,\s*struct\s+response\s*\*\s*\w*\s*\)\s*'
                     r'(?:__attribute__\s*\(\(.*?\)\)\s*)?\{')


def read_file(path, permissions):
    """The routes of one file. Every handler in it has one."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    code, comments = [], []
    for m in PIECE.finditer(text):
        if m.lastgroup == 'comment':
            comments.append((m.start(), m.end()))
        code.append(m.group() if m.lastgroup == 'other' else re.sub(r'[^\n]', ' ', m.group()))
    code = ''.join(code)
    line_of = lambda offset: text.count('\n', 0, offset) + 1
    blocks = {}
    for start, end in comments:
        at = re.search(r'^[ \t/*]*route\s*:', text[start:end], re.M)
        if at:
            blocks[end] = block_of(path, line_of(start), text[start:end], permissions)
    found = []
    for m in HANDLER.finditer(code):
        above = [end for end in blocks if end <= m.start() and not code[end:m.start()].strip()]
        # Blanked comments look like space: the nearest comment is the one directly above.
        last = max((end for _, end in comments if end <= m.start() and not code[end:m.start()].strip()), default=None)
        line = line_of(m.start('name'))
        if not above or max(above) != last:
            if not m['static']:
                raise Refused(path, line, f'handler {m["name"]} has no route: write a block with "route:", '
                                          f'"permission:" and "help:" directly above it, or make it static')
            continue
        if m['static']:
            raise Refused(path, line, f'handler {m["name"]} has a route and is static, so that no table can name it')
        route = blocks.pop(last)
        route.handler = m['name']
        found.append(route)
    for route in blocks.values():
        raise Refused(path, route.line, 'this block has a route and no handler directly below it')
    return found


def block_of(path, first, comment, permissions):
    """One block, checked line by line."""
    values, last, began, ended = {}, None, False, False
    lines = comment[2:-2].split('\n') if comment.startswith('/*') else [comment[2:]]
    for number, line in enumerate(lines, first):
        line = re.sub(r'^[ \t]*\*?[ \t]?', '', line).rstrip()
        m = re.match(r'([a-z]+)\s*:\s*(.*)$', line)
        if m and m[1] in KEYS and (began or m[1] == 'route') and not ended:
            if m[1] in values:
                raise Refused(path, number, f'"{m[1]}:" stands twice')
            began, last = True, m[1]
            values[m[1]] = (number, m[2].strip())
        elif began and not ended and line and last == 'query' and values['query'][1].endswith(','):
            values['query'] = (values['query'][0], values['query'][1] + ' ' + line.strip())
        elif m and m[1] in KEYS:
            raise Refused(path, number, f'"{m[1]}:" stands apart from its route; a block is one run of lines that begins with '
                                        f'"route:"')
        elif began and not line:
            ended = True
        elif began and not ended:
            raise Refused(path, number, f'"{line}" is no line of a route: its lines are {", ".join(KEYS)}; words come '
                                        f'before it, or after an empty line')
    route = Route(path, values['route'][0])
    read_route(route, values)
    for key in ('permission', 'help'):
        if key not in values or not values[key][1]:
            raise Refused(path, route.line, f'{route.method} {route.pattern} has no "{key}:"')
    number, word = values['permission']
    if word not in permissions:
        raise Refused(path, number, f'permission {word} is no word of enum permission in src/web/web.h')
    route.permission, route.help = word, values['help'][1]
    if 'query' in values:
        read_query(route, *values['query'])
    read_body(route, values)
    read_cache(route, values)
    return route


def read_route(route, values):
    number, text = values['route']
    m = re.fullmatch(r'(GET|POST) +(/\S*)', text)
    if not m:
        raise Refused(route.file, number, f'"{text}" is no route: write GET or POST and a path, as in "GET /news/{{slug}}"')
    route.method, route.pattern = m[1], m[2]
    if len(route.pattern) > 1 and route.pattern.endswith('/') or '//' in route.pattern:
        raise Refused(route.file, number, f'{route.pattern} has an empty segment')
    for segment in route.segments():
        if not re.fullmatch(r'\{[a-z][a-z0-9_]*\}|[a-z0-9._-]+', segment) or segment in ('.', '..'):
            raise Refused(route.file, number, f'"{segment}" is no segment: write letters a-z, digits, - . _ or one {{name}}')
    names = route.parameters()
    if len(set(names)) != len(names):
        raise Refused(route.file, number, f'{route.pattern} names a parameter twice')


def read_query(route, number, text):
    for piece in text.split(','):
        m = re.fullmatch(r'\s*([a-z][a-z0-9_-]*)\s+(?:(text|word)\s+(\d+)|int\s+(-?\d+)\.\.(-?\d+))\s*', piece)
        if not m:
            raise Refused(route.file, number, f'"{piece.strip()}" is no query field: write "NAME text MAXBYTES", "NAME word '
                                              f'MAXBYTES" or "NAME int MIN..MAX"')
        name, kind = m[1], m[2] or 'int'
        low, high = (0, int(m[3])) if m[2] else (int(m[4]), int(m[5]))
        if kind != 'int' and not 1 <= high <= TARGET_MAX:
            raise Refused(route.file, number, f'{name} takes from 1 to {TARGET_MAX} bytes')
        if kind == 'int' and (low > high or low < -2**53 or high > 2**53):
            raise Refused(route.file, number, f'{name} has no such range: {low}..{high}')
        if any(f[0].replace('-', '_') == name.replace('-', '_') for f in route.query):
            raise Refused(route.file, number, f'query field {name} stands twice')
        route.query.append((name, kind, low, high))


def read_body(route, values):
    number, text = values.get('body', (route.line, None))
    if text is None and route.method == 'POST':
        raise Refused(route.file, route.line, f'POST {route.pattern} has no "body:": write "form MAXBYTES", "upload MAXBYTES '
                                               f'TABLE" or "none"')
    m = re.fullmatch(r'none|form +(\d+)|upload +(\d+) +([a-z][a-z0-9_]*)', text or 'none')
    if not m:
        raise Refused(route.file, number, f'"{text}" is no body: write "none", "form MAXBYTES" or "upload MAXBYTES TABLE"')
    if m[1] or m[2]:
        if route.method == 'GET':
            raise Refused(route.file, number, f'GET {route.pattern} has a body; a form that is sent belongs to a POST')
        if m[1] and not 1 <= int(m[1]) <= BODY_MAX:
            raise Refused(route.file, number, f'a form has from 1 to {BODY_MAX} bytes')
        if m[2] and not 1 <= int(m[2]) <= UPLOAD_MAX:
            raise Refused(route.file, number, f'an upload has from 1 to {UPLOAD_MAX} bytes')
        route.body, route.upload = int(m[1] or m[2]), m[3]
    route.csrf = route.method == 'POST'
    if 'csrf' in values:
        number, text = values['csrf']
        if route.method == 'GET':
            raise Refused(route.file, number, f'GET {route.pattern} has "csrf:"; a GET changes nothing')
        if not re.fullmatch(r'token|again|none: *\S.*', text):
            raise Refused(route.file, number, 'write "csrf: token", "csrf: again", or "csrf: none: " and the reason')
        route.csrf, route.again = text in ('token', 'again'), text == 'again'
    if route.again and route.upload:
        raise Refused(route.file, values['csrf'][0], f'POST {route.pattern} brings files, which nobody can show again: '
                                                     f'write "csrf: token"')
    if route.csrf and not route.body:
        raise Refused(route.file, number, f'POST {route.pattern} asks for a token and has no form to bring it: write '
                                          f'"body: form MAXBYTES", or "csrf: none: " and the reason')


def read_cache(route, values):
    number, text = values.get('cache', (route.line, 'no'))
    if text not in ('public', 'public no-store', 'no', 'no-store'):
        raise Refused(route.file, number, f'"{text}" is not known: write public, public no-store, no or no-store')
    if text.startswith('public') and route.method == 'POST':
        raise Refused(route.file, number, f'POST {route.pattern} is cached; only a GET can be')
    if text.startswith('public') and route.permission != 'public':
        raise Refused(route.file, number, f'GET {route.pattern} is cached behind the permission {route.permission}; only a '
                                          f'public page can be')
    route.cache = text if route.permission == 'public' else 'no-store'


def permissions_of(path):
    """The words of enum permission, in its order."""
    with open(path, encoding='utf-8') as f:
        m = re.search(r'enum\s+permission\s*\{(.*?)\}', f.read(), re.S)
    if not m:
        raise Refused(path, 1, 'enum permission does not stand here')
    return [w.lower().replace('_', '-') for w in re.findall(r'\bPERMISSION_(\w+)', m[1])]


def check_table(routes):
    """No two handlers for one address; where two patterns fit, one is the narrower everywhere."""
    for i, a in enumerate(routes):
        for b in routes[:i]:
            if a.handler == b.handler:
                raise Refused(a.file, a.line, f'handler {a.handler} stands in {shown(b.file)}:{b.line} already')
            if a.method != b.method or len(a.segments()) != len(b.segments()):
                continue
            pairs = [(x if not x.startswith('{') else None, y if not y.startswith('{') else None)
                     for x, y in zip(a.segments(), b.segments())]
            if any(x and y and x != y for x, y in pairs):
                continue
            a_narrower, b_narrower = any(x and not y for x, y in pairs), any(y and not x for x, y in pairs)
            if not a_narrower and not b_narrower:
                raise Refused(a.file, a.line, f'{a.method} {a.pattern} is the address of {b.handler} in '
                                              f'{shown(b.file)}:{b.line} already')
            if a_narrower and b_narrower:
                raise Refused(a.file, a.line, f'{a.method} {a.pattern} cannot be told apart from {b.pattern} of {b.handler} '
                                              f'in {shown(b.file)}:{b.line}: an address can fit both')


# ---- C ----


def constant(*words):
    return '_'.join(words).upper().replace('-', '_').replace('.', '_')


def header(room, routes, sources):
    guard = constant('candour', room, room, 'routes_h')
    out = comment(f'Generated by tools/routes.py from {", ".join(sources)}: the handlers of the room {room}, and the '
                  f'positions of their parameters and query fields.')
    out += [f'#ifndef {guard}', f'#define {guard}', '', '#include "web/web.h"', '']
    tables = sorted({r.upload for r in routes if r.upload})
    if tables:
        out += ['/* The forms of uploads. Each is defined beside its handler. */']
        out += [f'extern const struct upload_form {t};' for t in tables] + ['']
    for r in routes:
        out.append(f'/* {r.method} {r.pattern} */')
        for kind, names in (('param', r.parameters()), ('query', [f[0] for f in r.query])):
            if names:
                out.append('enum { ' + ', '.join(constant(r.handler, kind, n) for n in names) + ' };')
        out += [f'enum http_status {r.handler}(struct request *req, struct response *res);', '']
    return '\n'.join(out + ['#endif', ''])


def c_string(text):
    text = text.replace('\\', '\\\\').replace('"', '\\"').replace('??', '?\\?')
    return '"' + ''.join(c if ord(c) < 128 else ''.join(f'\\{b:03o}' for b in c.encode()) for c in text) + '"'


def table(routes):
    out = comment('Generated by tools/routes.py from the comments above all handlers. In the order of paths, segment by '
                  'segment, a literal before a {name}: the first route that fits a request is the right one.')
    out += ['#include "routes.h"', '', '#include "base/banned.h"', '']
    out += [f'extern web_handler {r.handler};' for r in routes]
    out += [f'extern const struct upload_form {t};' for t in sorted({r.upload for r in routes if r.upload})] + ['']
    for r in routes:
        if r.query:
            out.append(f'static const struct query_field query_{r.handler}[] = {{')
            out += [f'    {{ {c_string(n)}, QUERY_{k.upper()}, {low}, {high} }},' for n, k, low, high in r.query] + ['};']
    out += ['', 'const struct route candour_routes[] = {']
    for r in routes:
        out += ['    {', f'        .method = "{r.method}",', f'        .path = {c_string(r.pattern)},',
                f'        .permission = {constant("permission", r.permission)},']
        if r.query:
            out += [f'        .query = query_{r.handler},', f'        .query_n = {len(r.query)},']
        if r.body:
            out += [f'        .body = {"BODY_UPLOAD" if r.upload else "BODY_FORM"},', f'        .body_max = {r.body},']
        if r.upload:
            out += [f'        .upload = &{r.upload},']
        out += [f'        .{flag} = true,' for flag, on in (('csrf', r.csrf), ('csrf_again', r.again), ('cached', r.cache.startswith('public')),
                                                            ('no_store', r.cache.endswith('no-store'))) if on]
        out += [f'        .handler = {r.handler},', f'        .help = {c_string(r.help)},',
                f'        .where = {c_string(shown(r.file) + ":" + str(r.line))},', '    },']
    out += ['    { 0 },', '};', f'const size_t candour_routes_n = {len(routes)};', '']
    return '\n'.join(out)


ROUTES_H = '''/*
 * Generated by tools/routes.py: the table of all routes, for web_options and the command that prints it.
 */
#ifndef CANDOUR_ROUTES_H
#define CANDOUR_ROUTES_H

#include "web/web.h"

extern const struct route candour_routes[];
extern const size_t candour_routes_n;

#endif
'''


def comment(words):
    return ['/*'] + textwrap.wrap(words, 116, initial_indent=' * ', subsequent_indent=' * ', break_on_hyphens=False) + [' */']


def write(path, text):
    """Only where it changed, so that nothing is compiled in vain."""
    try:
        with open(path, encoding='utf-8') as f:
            if f.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--room')
    p.add_argument('--table', metavar='NAME.c')
    p.add_argument('--out', required=True)
    p.add_argument('--source', default=TREE)
    p.add_argument('--extra', action='append', default=[], metavar='FOLDER')
    p.add_argument('--depfile')
    p.add_argument('files', nargs='*')
    o = p.parse_args()
    src = os.path.join(o.source, 'src')
    web = os.path.join(src, 'web', 'web.h')
    try:
        permissions = permissions_of(web)
        if o.room and o.files:
            routes = [r for path in o.files for r in read_file(path, permissions)]
            check_table(routes)
            write(os.path.join(o.out, f'{o.room}_routes.h'), header(o.room, routes, [shown(f) for f in o.files]))
        elif o.table:
            folders = [d for d in glob.glob(os.path.join(src, '*')) if os.path.isdir(d)]
            folders += [d for d in (os.path.join(o.source, extra) for extra in o.extra) if os.path.isdir(d)]
            files = o.files or sorted(f for d in folders for f in glob.glob(os.path.join(d, '*.c')))
            routes = [r for path in files for r in read_file(path, permissions)]
            check_table(routes)
            routes.sort(key=Route.order)
            # Both tables have the same name in C and share one header, which the shipped one brings.
            if not o.extra:
                write(os.path.join(o.out, 'routes.h'), ROUTES_H)
            write(os.path.join(o.out, o.table), table(routes))
            if o.depfile:
                # Folders too: a file that is added or removed changes its folder, and the build looks again.
                watched = [src, web] + [os.path.dirname(os.path.join(o.source, extra)) for extra in o.extra]
                with open(o.depfile, 'w', encoding='utf-8') as f:
                    f.write(f'{os.path.join(o.out, o.table)}: {" ".join(files + folders + watched)}\n')
        else:
            p.error('give --room and files, or --table')
    except Refused as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
