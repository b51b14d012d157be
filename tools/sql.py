#!/usr/bin/env python3
"""Statements: from a room's *.sql files to typed C (docs/dialects.md, "Statements").

    sql.py --room posts --out DIR posts.sql ...      DIR/posts_sql.h and DIR/posts_sql.c
    sql.py --migrations --out DIR [--source ROOT]    DIR/migrations.h and DIR/migrations.c from src/*/schema/*.sql
    sql.py --check CHECKER [--stamp FILE]            every statement of src/*/*.sql against the fresh schema
           [--source ROOT] [--schema FILE ...] [--room NAME FILE ...]

Promises: every parameter and column of the C has the type that stands in the head; a head that its statement does not
bear out is refused with file:line. What needs a database to be known (columns, their types, what writes) is checked by
sql_check.c, which --check feeds. Text from outside cannot reach a statement: values are bound, never pasted.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
import textwrap

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROWS_MAX = 16384
TYPES = {'int': 'DB_INT', 'bool': 'DB_BOOL', 'text': 'DB_TEXT', 'bytes': 'DB_BYTES', 'time': 'DB_TIME',
         'date': 'DB_DATE', 'json': 'DB_JSON'}
KINDS = ('one', 'maybe', 'many', 'each', 'exec')
NUMBERS = ('int', 'time', 'bool')
C_WORDS = set('''auto bool break case char const continue default do double else enum extern false float for goto if
inline int long register restrict return short signed sizeof static struct switch true typedef union unsigned void
volatile while asm typeof linux unix system gets rand random'''.split())
# Names that the C made for a kind takes for itself.
OWN_NAMES = {'one': ('tx', 'arena', 'out'), 'maybe': ('tx', 'arena', 'out'), 'many': ('tx', 'arena', 'rows', 'n'),
             'each': ('tx', 'arena', 'each', 'self'), 'exec': ('tx', 'changed')}


class Refused(Exception):
    """A mistake in what was read, with its place."""

    def __init__(self, path, line, words):
        super().__init__(f'{shown(path)}:{line}: {words}')


def shown(path):
    path = os.path.abspath(path)
    inside = os.path.relpath(path, TREE)
    return path if inside.startswith('..') else inside


class Field:
    def __init__(self, name, type_, optional, line):
        self.name, self.type, self.optional, self.line = name, type_, optional, line

    def c_type(self):
        if self.type in NUMBERS:
            if self.optional:
                return 'struct db_opt_int '
            return 'bool ' if self.type == 'bool' else 'int64_t '
        return 'struct str '


class Form:
    """One form of a statement; comments are blanked, so that offsets still give lines."""

    def __init__(self, line):
        self.line, self.lines, self.ended = line, [], False

    def text(self):
        return '\n'.join(self.lines)


class Statement:
    def __init__(self, path, line, name, kind, role):
        self.path, self.line, self.name, self.kind, self.role = path, line, name, kind, role
        self.comment, self.ins, self.outs, self.forms = [], [], [], {}


TOKEN = re.compile(r"""(?P<space>\s+)|(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<string>[xX]?'(?:[^']|'')*')
|(?P<quoted>"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])|(?P<parameter>\$\d+)|(?P<matches>@@)|(?P<badparameter>[?:@][A-Za-z0-9_]*|\$\w*)
|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>\d[\w.]*)|(?P<other>\|\||->>|->|<>|<=|>=|!=|==|.)""", re.X | re.S)


def tokens(text):
    """(kind, text, offset) of everything but space and comments."""
    return [(m.lastgroup, m.group(), m.start()) for m in TOKEN.finditer(text)
            if m.lastgroup not in ('space', 'comment')]


def blanked(text):
    """The same text with comments as spaces, so that every offset stays."""
    return ''.join(re.sub(r'[^\n]', ' ', m.group()) if m.lastgroup == 'comment' else m.group()
                   for m in TOKEN.finditer(text))


def depths(toks):
    depth = 0
    for tok in toks:
        if tok[1] == ')':
            depth -= 1
        yield depth, tok
        if tok[1] == '(':
            depth += 1


def fields_of(path, pieces, what):
    """The fields of all lines of `-- in:` or `-- out:`."""
    found = []
    for line, text in pieces:
        for piece in text.split(','):
            piece = piece.strip()
            if not piece:
                continue
            m = re.fullmatch(r'([a-z][a-z0-9_]*)\s+([a-z]+)(\??)', piece)
            if not m:
                raise Refused(path, line, f'"{piece}" is not a field: write a name and a type, as in "title text" or '
                                          f'"withdrawn time?"')
            if m[2] not in TYPES:
                raise Refused(path, line, f'type {m[2]} is not known: write one of {", ".join(TYPES)}')
            if m[1] in C_WORDS:
                raise Refused(path, line, f'{m[1]} is a word of C; choose another name')
            if any(f.name == m[1] for f in found):
                raise Refused(path, line, f'{what} {m[1]} stands twice')
            found.append(Field(m[1], m[2], m[3] == '?', line))
    return found


def read_file(path):
    """All statements of one file, in its order."""
    with open(path, encoding='utf-8') as f:
        lines = f.read().split('\n')
    found, now, form, in_head, last_list = [], None, None, False, None
    lists = {}

    def close():
        if now is None:
            return
        if not now.forms or not any(f.text().strip() for f in now.forms.values()):
            raise Refused(path, now.line, f'{now.name} has a head and no statement')
        now.ins = fields_of(path, lists['in'], 'parameter')
        now.outs = fields_of(path, lists['out'], 'column')
        for which, piece in now.forms.items():
            cleaned = blanked(piece.text())
            piece.lines = cleaned.split('\n')
            check_form(now, which, piece)
        check_head(now)
        found.append(now)

    for number, line in enumerate(lines, 1):
        word = re.match(r'--\s*(name|in|out|role|sqlite|postgres)\s*:\s*(.*?)\s*$', line)
        if word and word[1] == 'name':
            close()
            m = re.fullmatch(r'([a-z][a-z0-9_]*)\s+:([a-z]+)\s+role:\s*([a-z]+)', word[2])
            if not m:
                raise Refused(path, number, 'a head is written "-- name: NAME :KIND  role: read" or "role: write"')
            if m[2] not in KINDS:
                raise Refused(path, number, f'kind :{m[2]} is not known: write one of :{", :".join(KINDS)}')
            if m[3] not in ('read', 'write'):
                raise Refused(path, number, f'role {m[3]} is not known: write read or write')
            if any(s.name == m[1] for s in found) or (now and now.name == m[1]):
                raise Refused(path, number, f'{m[1]} stands twice')
            now, form, in_head, last_list = Statement(path, number, m[1], m[2], m[3]), None, True, None
            lists = {'in': [], 'out': []}
        elif word and now is None:
            raise Refused(path, number, f'"{word[1]}:" stands before the first "-- name:"')
        elif word and word[1] in ('in', 'out'):
            if not in_head:
                raise Refused(path, number, f'"{word[1]}:" belongs above its statement')
            lists[word[1]].append((number, word[2]))
            last_list = word[1] if word[2].endswith(',') else None
        elif word and word[1] == 'role':
            raise Refused(path, number, 'the role stands in the line of the name')
        elif word:
            if word[1] in now.forms or (now.forms and 'both' in now.forms):
                raise Refused(path, number, f'{now.name} has this form already')
            form, in_head = now.forms.setdefault(word[1], Form(number)), False
            form.lines.append('')
        elif in_head and line.startswith('--'):
            words = line[2:].strip()
            if last_list:
                lists[last_list].append((number, words))
                last_list = last_list if words.endswith(',') else None
            elif words:
                now.comment.append(words)
        elif form is None and now is not None and line.strip():
            form, in_head = now.forms.setdefault('both', Form(number)), False
            form.lines.append(line)
        elif form is not None:
            form.lines.append(line)
        elif line.strip() and not line.startswith('--'):
            raise Refused(path, number, 'this stands before the first "-- name:"')
    close()
    if not found:
        raise Refused(path, 1, 'no statement stands in this file')
    return found


def line_at(form, offset):
    return form.line + form.text()[:offset].count('\n')


def check_form(s, which, form):
    """What can be known of a form without a database."""
    toks = tokens(form.text())
    ends = [t for t in toks if t[1] == ';']
    if ends:
        after = [t for t in toks if t[2] > ends[0][2]]
        if after:
            raise Refused(s.path, line_at(form, after[0][2]), f'{s.name} ends at its ";"; one head, one statement')
        form.lines = form.text()[:ends[0][2]].rstrip().split('\n')
        toks = tokens(form.text())
    if not toks:
        raise Refused(s.path, form.line, f'{s.name} has a form with no statement')
    used = set()
    for kind, text, offset in toks:
        if kind in ('string', 'quoted') and '\n' in text:
            raise Refused(s.path, line_at(form, offset), 'text in quotes ends on its line; join pieces with || or char(10)')
        if kind == 'badparameter':
            raise Refused(s.path, line_at(form, offset), f'{text} is no parameter: write $1, $2 … in the order of "in:"')
        if kind == 'parameter':
            at = int(text[1:])
            if at < 1 or at > len(s.ins):
                raise Refused(s.path, line_at(form, offset), f'{text} is not declared: "in:" of {s.name} names '
                                                             f'{len(s.ins)} parameters')
            used.add(at)
    for at, field in enumerate(s.ins, 1):
        if at not in used:
            raise Refused(s.path, field.line, f'parameter {field.name} (${at}) of {s.name} is declared and not used')
    if s.kind == 'many':
        check_limit(s, form, toks)
    if s.outs:
        check_columns(s, which, form, toks)


def check_limit(s, form, toks):
    limit = [i for i, (depth, t) in enumerate(depths(toks)) if depth == 0 and t[1].upper() == 'LIMIT']
    if not limit:
        raise Refused(s.path, form.line, f'{s.name} is :many and has no LIMIT; say how many rows at most, or take :each')
    kind, text, offset = toks[limit[-1] + 1] if limit[-1] + 1 < len(toks) else ('', '', len(form.text()))
    if kind == 'parameter':
        field = s.ins[int(text[1:]) - 1]
        if field.type != 'int' or field.optional:
            raise Refused(s.path, field.line, f'LIMIT takes {text}, so {field.name} must be an int')
    elif kind == 'number':
        if not text.isdigit() or int(text) < 1 or int(text) > ROWS_MAX:
            raise Refused(s.path, line_at(form, offset), f'LIMIT must be from 1 to {ROWS_MAX}')
    else:
        raise Refused(s.path, line_at(form, offset), 'LIMIT takes a plain number or a parameter')


def columns_of(toks):
    """The columns of the first SELECT or of RETURNING at depth 0, each a list of tokens; None where neither stands."""
    start, returning = None, any(d == 0 and t[1].upper() == 'RETURNING' for d, t in depths(toks))
    columns, part = [], []
    for depth, tok in depths(toks):
        word = tok[1].upper() if tok[0] == 'word' and depth == 0 else ''
        if start is None:
            if word == ('RETURNING' if returning else 'SELECT'):
                start = tok[2]
            continue
        if word in ('DISTINCT', 'ALL') and not part and not columns:
            continue
        if word in ('FROM', 'WHERE', 'UNION', 'EXCEPT', 'INTERSECT', 'LIMIT', 'ORDER', 'GROUP', 'HAVING', 'WINDOW'):
            break
        if depth == 0 and tok[1] == ',':
            columns.append(part)
            part = []
        else:
            part.append(tok)
    return None if start is None else columns + [part]


def check_columns(s, which, form, toks):
    columns = columns_of(toks)
    if columns is None:
        raise Refused(s.path, s.outs[0].line, f'{s.name} declares columns and has neither SELECT nor RETURNING')
    for column in columns:
        if column and column[-1][1] == '*':
            raise Refused(s.path, line_at(form, column[-1][2]), 'name the columns instead of *')
    if len(columns) != len(s.outs):
        raise Refused(s.path, form.line if not toks else line_at(form, toks[0][2]),
                      f'{s.name} gives {len(columns)} columns and "out:" names {len(s.outs)}')
    for field, column in zip(s.outs, columns):
        if which != 'postgres':
            field.cast = cast_of(column)
            field.at = line_at(form, column[0][2]) if column else form.line
        bare = bare_aggregate(column)
        if bare and not field.optional:
            raise Refused(s.path, field.line, f'{field.name} comes from {bare}, which is NULL where there is no row: '
                                              f'declare it with "?" or put coalesce around it')


def cast_of(column):
    """INTEGER, TEXT or BLOB where the whole column is CAST(… AS type), perhaps named; else ''."""
    toks = list(column)
    if len(toks) > 2 and toks[-2][1].upper() == 'AS' and toks[-3][1] == ')':
        toks = toks[:-2]
    if len(toks) < 6 or toks[0][1].upper() != 'CAST' or toks[1][1] != '(' or toks[-1][1] != ')':
        return ''
    closes = [i for i, (depth, t) in enumerate(depths(toks)) if depth == 0 and t[1] == ')']
    if closes[0] != len(toks) - 1 or toks[-3][1].upper() != 'AS':
        return ''
    return toks[-2][1].upper()


def bare_aggregate(column):
    inner = [t[1].lower() for t in column]
    while inner[:2] == ['cast', '(']:
        inner = inner[2:]
    if len(inner) > 1 and inner[1] == '(' and inner[0] in ('max', 'min', 'sum', 'avg', 'group_concat', 'string_agg'):
        # max(a, b) with two arguments is no aggregate.
        depth, commas = 0, 0
        for word in inner[1:]:
            depth += (word == '(') - (word == ')')
            commas += word == ',' and depth == 1
            if depth == 0:
                break
        return '' if commas and inner[0] in ('max', 'min') else inner[0] + '()'
    if inner[:2] == ['(', 'select']:
        return 'a SELECT in parentheses'
    return ''


def check_head(s):
    if set(s.forms) not in ({'both'}, {'sqlite', 'postgres'}):
        raise Refused(s.path, s.line, f'{s.name} needs one statement, or both a "-- sqlite:" and a "-- postgres:" form')
    if s.kind == 'exec' and s.outs:
        raise Refused(s.path, s.outs[0].line, f'{s.name} is :exec and declares columns; take :one, :maybe, :many or :each')
    if s.kind == 'exec' and s.role == 'read':
        raise Refused(s.path, s.line, f'{s.name} is :exec with role read, so it does nothing')
    if s.kind in ('many', 'each') and not s.outs:
        raise Refused(s.path, s.line, f'{s.name} is :{s.kind} and declares no columns')
    for field in s.ins:
        if field.name in OWN_NAMES[s.kind]:
            raise Refused(s.path, field.line, f'{field.name} is a name that the function of a :{s.kind} takes for '
                                              f'itself; choose another')


# ---- C ----


def c_text(text):
    """SQL as C string literals, a line each."""
    lines = [line.rstrip() for line in text.split('\n')]
    lines = [line for line in lines if line.strip()]
    out = []
    for i, line in enumerate(lines):
        escaped = ''.join(c if 32 <= ord(c) < 127 and c not in '"\\' else {'"': '\\"', '\\': '\\\\', '\t': '\\t'}.get(c)
                          or ''.join(f'\\{b:03o}' for b in c.encode()) for c in line).replace('??', '?\\?')
        out.append(f'"{escaped}{"" if i + 1 == len(lines) else chr(92) + "n"}"')
    return '\n        '.join(out)


def with_parameters(text, mark):
    return ''.join(mark + m.group()[1:] if m.lastgroup == 'parameter' else m.group() for m in TOKEN.finditer(text))


def sqlite_text(s):
    return with_parameters(s.forms.get('both', s.forms.get('sqlite')).text(), '?')


def prototype(room, s):
    full, args = f'{room}_{s.name}', ['struct db_tx *tx']
    if s.kind != 'exec':
        args.append('struct arena *arena')
    args += [f'{f.c_type()}{f.name}' for f in s.ins]
    if s.kind == 'exec':
        args.append('int64_t *changed')
    elif s.kind in ('one', 'maybe') and s.outs:
        args.append(f'struct {full} *out')
    elif s.kind == 'many':
        args += [f'struct {full} **rows', 'size_t *n']
    elif s.kind == 'each':
        args += [f'enum status (*each)(void *self, const struct {full} *row)', 'void *self']
    head, text, width = f'enum status sql_{full}(', '', 0
    width = len(head)
    for i, arg in enumerate(args):
        piece = arg + (')' if i + 1 == len(args) else ',')
        if width + len(piece) + 1 > 118 and text:
            text += '\n' + ' ' * len(head)
            width = len(head)
        elif text:
            text += ' '
            width += 1
        text += piece
        width += len(piece)
    return head + text


def header(room, statements, sources):
    guard = f'CANDOUR_{room.upper()}_{room.upper()}_SQL_H'
    out = comment(f'Generated by tools/sql.py from {", ".join(sources)}. The statements of the room {room} as typed '
                  f'functions; what each is for stands there. Kinds and what they answer: docs/dialects.md.')
    out += [f'#ifndef {guard}', f'#define {guard}', '', '#include "base/arena.h"', '#include "db/db.h"', '']
    for s in statements:
        if s.comment:
            out.append('/* ' + '\n * '.join(w.replace('*/', '* /').replace('/*', '/ *') for w in s.comment) + ' */')
        if s.outs:
            out.append(f'struct {room}_{s.name} {{')
            out += [f'    {f.c_type()}{f.name};' + (f' /* {f.type}{"?" if f.optional else ""} */') for f in s.outs]
            out.append('};')
        out += [prototype(room, s) + ';', '']
    return '\n'.join(out + ['#endif', ''])


def binds(s):
    out = []
    for at, f in enumerate(s.ins, 1):
        if f.type in NUMBERS and f.optional:
            value = f'{f.name}.value != 0' if f.type == 'bool' else f'{f.name}.value'
            out += [f'    if ({f.name}.set)', f'        db_bind_int(cursor_, {at}, {value});', '    else',
                    f'        db_bind_null(cursor_, {at});']
        elif f.type in NUMBERS:
            out.append(f'    db_bind_int(cursor_, {at}, {f.name});')
        else:
            call = f'db_bind_{"bytes" if f.type == "bytes" else "text"}(cursor_, {at}, {f.name});'
            if f.optional:
                out += [f'    if ({f.name}.p)', f'        {call}', '    else', f'        db_bind_null(cursor_, {at});']
            else:
                out.append(f'    {call}')
    return out


def reader(room, s):
    """The function that takes one row out of the cursor."""
    full = f'{room}_{s.name}'
    out = [f'static enum status read_{s.name}(struct db_cursor *cursor_, struct arena *arena, struct {full} *row)', '{']
    texts = [f for f in s.outs if f.type not in NUMBERS]
    for at, f in enumerate(s.outs):
        out.append(f'    COLUMN_FITS(cursor_, {at}, {TYPES[f.type]}, {"true" if f.optional else "false"}, '
                   f'"{room}.{s.name}", "{f.name}");')
    for at, f in enumerate(s.outs):
        if f.type in NUMBERS and f.optional:
            out += [f'    row->{f.name} = (struct db_opt_int){{ 0 }};', f'    if (!db_column_null(cursor_, {at}))',
                    f'        row->{f.name} = (struct db_opt_int){{ .set = true, .value = '
                    f'db_column_int(cursor_, {at}) }};']
        elif f.type in NUMBERS:
            out.append(f'    row->{f.name} = db_column_int(cursor_, {at}){" != 0" if f.type == "bool" else ""};')
        else:
            take = f'db_column_{"bytes" if f.type == "bytes" else "text"}(cursor_, {at}, arena)'
            if f.optional:
                take = f'db_column_null(cursor_, {at}) ? STR_NONE : {take}'
            out.append(f'    row->{f.name} = {take};')
    if texts:
        out.append('    return arena_failed(arena) ? STATUS_NO_MEMORY : STATUS_OK;')
    else:
        out += ['    (void)arena;', '    return STATUS_OK;']
    return out + ['}', '']


def body(room, s):
    out = [prototype(room, s), '{']
    full, outs = f'{room}_{s.name}', bool(s.outs)
    texts = [f for f in s.ins if f.type not in NUMBERS]
    required = [f for f in texts if not f.optional]
    if s.kind == 'many':
        out += ['    *rows = NULL;', '    *n = 0;']
    if s.kind in ('one', 'maybe') and not outs:
        out.append('    (void)arena;')
    for f in texts:
        if f.type != 'bytes':
            out.append(f'    PARAMETER_IS_TEXT({f.name}, "{room}.{s.name}");')
    if required:
        # Nothing but an allocation that failed leaves text absent where it is required.
        condition = ' || '.join(f'!{f.name}.p' for f in required)
        out += [f'    if ({condition})', '        return STATUS_NO_MEMORY;']
    out += ['    struct db_cursor *cursor_ = NULL;',
            f'    enum status status_ = db_start(tx, &statement_{s.name}, &cursor_);',
            '    if (status_ != STATUS_OK)', '        return status_;']
    out += binds(s)
    out += ['    bool more_ = false;', '    status_ = db_step(cursor_, &more_);']
    if s.kind == 'exec':
        out += ['    if (status_ == STATUS_OK && changed)', '        *changed = db_changed(cursor_);']
    elif s.kind in ('one', 'maybe'):
        none = 'STATUS_DAMAGED' if s.kind == 'one' else 'STATUS_NOT_FOUND'
        out += ['    if (status_ == STATUS_OK && !more_)', f'        status_ = {none};']
        if outs:
            out += ['    if (status_ == STATUS_OK)', f'        status_ = read_{s.name}(cursor_, arena, out);']
        out += ['    if (status_ == STATUS_OK)', '        status_ = no_second_row(cursor_);']
    elif s.kind == 'many':
        out += ['    size_t room_ = 0;', '    while (status_ == STATUS_OK && more_) {', '        if (*n == room_) {',
                '            room_ = room_ ? room_ * 2 : 16;',
                f'            struct {full} *larger_ = *n < ROWS_MAX ? ARENA_ARRAY(arena, room_, struct {full}) : NULL;',
                '            if (!larger_) {', '                status_ = *n < ROWS_MAX ? STATUS_NO_MEMORY : '
                'STATUS_LIMIT;', '                break;', '            }',
                '            for (size_t i = 0; i < *n; i++)', '                larger_[i] = (*rows)[i];',
                '            *rows = larger_;', '        }',
                f'        status_ = read_{s.name}(cursor_, arena, &(*rows)[*n]);', '        if (status_ != STATUS_OK)',
                '            break;', '        (*n)++;', '        status_ = db_step(cursor_, &more_);', '    }',
                '    if (status_ != STATUS_OK) {', '        *rows = NULL;', '        *n = 0;', '    }']
    else:
        out += ['    while (status_ == STATUS_OK && more_) {', f'        struct {full} row_ = {{ 0 }};',
                f'        status_ = read_{s.name}(cursor_, arena, &row_);', '        if (status_ == STATUS_OK)',
                '            status_ = each(self, &row_);', '        if (status_ == STATUS_OK)',
                '            status_ = db_step(cursor_, &more_);', '    }']
    return out + ['    db_finish(cursor_);', '    return status_;', '}', '']


def source(room, statements, sources):
    out = comment(f'Generated by tools/sql.py from {", ".join(sources)}: binds, steps and reads each statement, and gives '
                  f'the cursor back on every way out.')
    out += [f'#include "{room}/{room}_sql.h"', '',
           '#include "base/banned.h"', '', '/* In test builds a value of another type than declared ends the process with its name. */',
           '#ifdef CANDOUR_TEST_BUILD']
    any_out = any(s.outs for s in statements)
    any_text = any(f.type not in NUMBERS + ('bytes',) for s in statements for f in s.ins)
    if any_out:
        out += ['#define COLUMN_FITS(cursor, at, type, optional, statement, column) \\',
                '    do { \\', '        if (!db_column_fits((cursor), (at), (type), (optional))) \\',
                '            bug("%s: column %s does not fit its type", statement, column); \\', '    } while (0)']
    if any_text:
        out += ['#define PARAMETER_IS_TEXT(parameter, statement) \\', '    do { \\',
                '        if ((parameter).p && !str_is_text(parameter)) \\',
                '            bug("%s: parameter %s is not text", statement, #parameter); \\', '    } while (0)']
    out.append('#else')
    if any_out:
        out.append('#define COLUMN_FITS(cursor, at, type, optional, statement, column) ((void)0)')
    if any_text:
        out.append('#define PARAMETER_IS_TEXT(parameter, statement) ((void)0)')
    out += ['#endif', '']
    if any(s.kind == 'many' for s in statements):
        out += ['/* Also where a LIMIT comes from a parameter; a power of two, so that doubling meets it. */',
                f'enum {{ ROWS_MAX = {ROWS_MAX} }};', '']
    if any(s.kind in ('one', 'maybe') for s in statements):
        out += ['static enum status no_second_row(struct db_cursor *cursor_)', '{', '    bool more_ = false;',
                '    enum status status_ = db_step(cursor_, &more_);',
                '    return status_ == STATUS_OK && more_ ? STATUS_DAMAGED : status_;', '}', '']
    for s in statements:
        sqlite = c_text(sqlite_text(s))
        postgres = c_text(s.forms.get('both', s.forms.get('postgres')).text())
        out += [f'static const struct db_statement statement_{s.name} = {{', f'    .name = "{room}.{s.name}",',
                f'    .sqlite =\n        {sqlite},', f'    .postgres =\n        {postgres},',
                f'    .writes = {"true" if s.role == "write" else "false"},', '};', '']
        if s.outs:
            out += reader(room, s)
        out += body(room, s)
    return '\n'.join(out)


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


def statements_of(paths):
    found, seen = [], {}
    for path in paths:
        for s in read_file(path):
            if s.name in seen:
                raise Refused(path, s.line, f'{s.name} stands in {shown(seen[s.name])} already')
            seen[s.name] = path
            found.append(s)
    return found


# ---- Schema ----


def migrations_of(paths):
    """(number, name, path, text), numbered 1, 2, 3 … over all rooms."""
    found = []
    for path in sorted(paths, key=os.path.basename):
        name = os.path.basename(path)[:-len('.sql')]
        m = re.fullmatch(r'(\d{4})_[a-z0-9_]+', name)
        if not m:
            raise Refused(path, 1, 'a step of the schema is named NNNN_name.sql')
        with open(path, encoding='utf-8') as f:
            found.append((int(m[1]), name, path, f.read()))
    for at, (number, _, path, _) in enumerate(found, 1):
        if number != at:
            raise Refused(path, 1, f'the steps of the schema are numbered over all rooms without a hole: this one '
                                   f'should be {at:04d}')
    return found


def migrations_c(found):
    out = ['/*', ' * Generated by tools/sql.py from the schema folders of all rooms: every step, in order.', ' */',
           '#include "migrations.h"', '', '#include "base/banned.h"', '',
           '/* A step is as long as it needs to be. */', '#pragma GCC diagnostic ignored "-Woverlength-strings"', '',
           'const struct db_migration candour_migrations[] = {']
    for number, name, _, text in found:
        out.append(f'    {{ .number = {number},\n      .name = "{name}",\n'
                   f'      .sql =\n        {c_text(blanked(text))} }},')
    out += ['    { 0, NULL, NULL },', '};', f'const size_t candour_migrations_n = {len(found)};', '']
    return '\n'.join(out)


MIGRATIONS_H = '''/*
 * Generated by tools/sql.py: every step of the schema, for db_open.
 */
#ifndef CANDOUR_MIGRATIONS_H
#define CANDOUR_MIGRATIONS_H

#include "db/db.h"

extern const struct db_migration candour_migrations[];
extern const size_t candour_migrations_n;

#endif
'''


# ---- The checker's list ----


def escaped(text):
    return text.replace('\\', '\\\\').replace('\n', '\\n').replace('\t', '\\t').replace('\r', '\\r')


def list_for_checker(migrations, rooms):
    out = []
    for _, _, path, text in migrations:
        out.append('\t'.join(('M', shown(path), '1', escaped(text))))
    for statements in rooms:
        for s in statements:
            form = s.forms.get('both', s.forms.get('sqlite'))
            out.append('\t'.join(('S', shown(s.path), str(form.line), s.name, s.kind, s.role, str(len(s.ins)),
                                  str(s.line), escaped(sqlite_text(s)))))
            out += ['\t'.join(('C', shown(s.path), str(f.line), f.name, f.type, '?' if f.optional else '!',
                               f.cast or '-', str(f.at))) for f in s.outs]
            out.append('E')
    return '\n'.join(out) + '\n'


def depend(path, target, inputs):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(f'{target}: {" ".join(sorted(inputs))}\n')


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--room')
    p.add_argument('--out')
    p.add_argument('--migrations', action='store_true')
    p.add_argument('--check', metavar='CHECKER')
    p.add_argument('--source', default=TREE)
    p.add_argument('--schema', nargs='*')
    p.add_argument('--stamp')
    p.add_argument('--depfile')
    p.add_argument('files', nargs='*')
    o = p.parse_args()
    src = os.path.join(o.source, 'src')
    # Folders too: a file that is added or removed changes its folder, and the build looks again.
    folders = [d for d in glob.glob(os.path.join(src, '*')) + glob.glob(os.path.join(src, '*', 'schema'))
               if os.path.isdir(d)] + [src]
    steps = o.schema if o.schema is not None else glob.glob(os.path.join(src, '*', 'schema', '*.sql'))
    try:
        if o.migrations:
            write(os.path.join(o.out, 'migrations.h'), MIGRATIONS_H)
            write(os.path.join(o.out, 'migrations.c'), migrations_c(migrations_of(steps)))
            if o.depfile:
                depend(o.depfile, os.path.join(o.out, 'migrations.h'), steps + folders)
        elif o.check:
            by_room = {}
            for path in o.files or sorted(glob.glob(os.path.join(src, '*', '*.sql'))):
                by_room.setdefault(o.room or os.path.basename(os.path.dirname(path)), []).append(path)
            text = list_for_checker(migrations_of(steps), [statements_of(paths) for paths in by_room.values()])
            with tempfile.NamedTemporaryFile('w', suffix='.list', encoding='utf-8') as f:
                f.write(text)
                f.flush()
                code = subprocess.run([o.check, f.name], check=False).returncode
            if code != 0:
                return code
            if o.stamp:
                write(o.stamp, '/* Generated by tools/sql.py: every statement was prepared against the schema. */\n')
            if o.depfile:
                depend(o.depfile, o.stamp, steps + folders + [p for v in by_room.values() for p in v])
        elif o.room and o.out and o.files:
            statements = statements_of(o.files)
            sources = [shown(f) for f in o.files]
            write(os.path.join(o.out, f'{o.room}_sql.h'), header(o.room, statements, sources))
            write(os.path.join(o.out, f'{o.room}_sql.c'), source(o.room, statements, sources))
        else:
            p.error('give --room, --out and files; or --migrations and --out; or --check')
    except Refused as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
