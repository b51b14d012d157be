#!/usr/bin/env python3
"""Golden and must-fail cases of our generators and of the checker of the house.

    tests/golden/run.py [routes] [sql] [embed] [pages] [vocabulary] [words] [floors] [--only WORD] [--update]

A case is a file NAME.in or a folder NAME under tests/golden/<part>/ok or .../fail.

ok: the tool ends with 0, what it writes is NAME.out byte for byte (or NAME/golden.out; --update writes it), and the C
compiles with the flags of the project's own meson.build and -Werror, by gcc and by clang where it is there.
fail: the tool ends with 1 and prints exactly the lines that stand as "expect: FILE:LINE: words" in the first lines of a
file of the case (FILE is FILE, or a name inside the folder). "expect-compile: FILE:LINE: words" means that the tool is
content and the compiler is not: its error on that line holds these words.

Prints each name, and last "N passed, N failed". A part without cases has failed.
"""
import concurrent.futures
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
TOOLS = os.path.join(TREE, 'tools')
EXPECT = re.compile(r'expect(-compile)?:\s*(\S+):(\d+):\s*(.*?)\s*(?:\*/|#\}|-->)?\s*$')


@functools.cache
def project_flags():
    """The warnings of the root meson.build, so that there is one list of them."""
    with open(os.path.join(TREE, 'meson.build'), encoding='utf-8') as f:
        text = re.search(r'get_supported_arguments\((.*?)\)', f.read(), re.S)[1]
    found = re.findall(r"'(-W[^']+)'", text)
    if len(found) < 8:
        raise SystemExit('run.py: the warnings in meson.build are not where they were')
    return ['-std=c17', '-O2', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-D_GNU_SOURCE', *found]


def run(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
                          check=False)
    return done.returncode, done.stdout


class Case:
    def __init__(self, part, path, fails):
        self.part, self.path, self.fails = part, path, fails
        self.name = os.path.basename(path).removesuffix('.in')
        self.folder = os.path.isdir(path)
        self.golden = os.path.join(path, 'golden.out') if self.folder else path.removesuffix('.in') + '.out'

    def files(self, *endings):
        """The files of the case with these endings; of a single file, itself."""
        if not self.folder:
            return [self.path]
        return sorted(os.path.join(at, name) for at, _, names in os.walk(self.path) for name in names
                      if name.endswith(endings or ('',)) and name != 'golden.out')

    def expected(self):
        """The lines that the tool must print, and those that the compiler must stop at."""
        lines, compiler = [], []
        for path in self.files():
            with open(path, encoding='utf-8', errors='replace') as f:
                for text in f.read().split('\n')[:20]:
                    m = EXPECT.search(text)
                    if m:
                        (compiler if m[1] else lines).append((m[2], m[3], m[4]))
        return lines, compiler

    def own_words(self, output):
        """What a tool printed, with the places of this case instead of this tree's."""
        shown = os.path.relpath(self.path, TREE)
        output = output.replace(self.path, shown)
        if self.folder:
            return output.replace(shown + '/', '')
        return output.replace(shown, 'FILE')


class Part:
    """One tool: `make` runs it on a case into `out` and gives (code, printed); then `sources` are compiled."""
    name = ''

    def __init__(self, scratch):
        self.scratch = scratch

    def prepare(self):
        """Things that all cases need; a fault ends the part."""

    def make(self, case, out):
        raise NotImplementedError

    def sources(self, case, out):
        return []

    def includes(self, out):
        return [out, os.path.join(TREE, 'src')]


class Routes(Part):
    name = 'routes'

    def prepare(self):
        # web.h wants the generated catalogue; for routes a language is all it must know.
        folder = os.path.join(self.scratch, 'web')
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, 'catalogue.h'), 'w', encoding='utf-8') as f:
            f.write('enum language { LANGUAGE_EN, LANGUAGES };\n')

    def make(self, case, out):
        files = case.files('.c', '.in')
        tool = [sys.executable, os.path.join(TOOLS, 'routes.py')]
        os.makedirs(os.path.join(out, 'golden'))
        code, text = run(*tool, '--room', 'golden', '--out', os.path.join(out, 'golden'), *files)
        return (code, text) if code else run(*tool, '--table', 'routes.c', '--out', out, *files)

    def sources(self, case, out):
        return [os.path.join(out, 'routes.c'), *case.files('.c', '.in')]

    def includes(self, out):
        return [out, self.scratch, os.path.join(TREE, 'src')]


class Sql(Part):
    name = 'sql'

    def prepare(self):
        self.checker = os.path.join(self.scratch, 'sql_check')
        code, text = run('gcc', *project_flags(), '-I' + os.path.join(TREE, 'src'), '-o', self.checker,
                         os.path.join(TOOLS, 'sql_check.c'), '-lsqlite3')
        if code:
            raise SystemExit(text)

    def make(self, case, out):
        tool = [sys.executable, os.path.join(TOOLS, 'sql.py')]
        if case.files('.list') and case.folder:
            # What the generator never writes, so that the checker does not rest on its care.
            return run(self.checker, *case.files('.list'))
        steps = [f for f in case.files('.sql') if re.match(r'\d', os.path.basename(f))] if case.folder else []
        statements = [f for f in case.files('.sql', '.in') if f not in steps]
        steps = steps or [os.path.join(HERE, 'sql', 'schema', '0001_golden.sql')]
        os.makedirs(os.path.join(out, 'golden'))
        code, text = run(*tool, '--migrations', '--out', out, '--schema', *steps)
        if not code and statements:
            code, text = run(*tool, '--room', 'golden', '--out', os.path.join(out, 'golden'), *statements)
        if not code:
            code, text = run(*tool, '--check', self.checker, '--room', 'golden', *statements, '--schema', *steps)
        if case.fails or not case.folder:
            # The schema that all cases share is not what a case is about.
            os.remove(os.path.join(out, 'migrations.c')) if os.path.exists(os.path.join(out, 'migrations.c')) else None
            os.remove(os.path.join(out, 'migrations.h')) if os.path.exists(os.path.join(out, 'migrations.h')) else None
        return code, text

    def sources(self, case, out):
        return [os.path.join(at, n) for at, _, names in os.walk(out) for n in names if n.endswith('.c')]


class Embed(Part):
    name = 'embed'

    def make(self, case, out):
        os.makedirs(os.path.join(out, 'web'))
        with open(os.path.join(out, 'web', 'catalogue.h'), 'w', encoding='utf-8') as f:
            f.write('enum language { LANGUAGE_EN, LANGUAGES };\n')
        return run(sys.executable, os.path.join(TOOLS, 'embed.py'), '--folder', os.path.join(case.path, 'served'), '--out',
                   os.path.join(out, 'web'))

    def sources(self, case, out):
        return [os.path.join(out, 'web', 'assets_table.c')]


class Pages(Part):
    """Cases have the catalogue of tests/golden/pages/catalogue.en.txt, or catalogue.*.txt of their own folder; *.c in the
    folder of a case is compiled with what was made."""
    name = 'pages'

    def make(self, case, out):
        tool = [sys.executable, os.path.join(TOOLS, 'pages.py')]
        own = [f for f in case.files('.txt') if os.path.basename(f).startswith('catalogue.')] if case.folder else []
        catalogue = ['--catalogue', *(own or [os.path.join(HERE, 'pages', 'catalogue.en.txt')])]
        os.makedirs(os.path.join(out, 'golden'))
        code, text = run(*tool, '--catalogue-c', '--out', os.path.join(out, 'web'), *catalogue)
        if not code:
            also = ['--also', os.path.join(HERE, 'pages', 'also')] if os.path.isdir(os.path.join(HERE, 'pages', 'also')) else []
            for folder in also[1:]:
                code, text = run(*tool, '--room', 'also', '--out', os.path.join(out, 'also'), *catalogue, '--files',
                                 *(os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.endswith('.html')))
            code, text = (code, text) if code else run(*tool, '--room', 'golden', '--out', os.path.join(out, 'golden'),
                                                       *catalogue, *also, '--files', *case.files('.html', '.in'))
            if not code and own:
                # A catalogue of the case's own: each of its sentences must be said by somebody.
                said = [os.path.join(at, n) for at in also[1:] for n in sorted(os.listdir(at))]
                code, text = run(*tool, '--check-unused', *catalogue, '--files', *said, *case.files('.html', '.c'))
        return code, text

    def sources(self, case, out):
        own = case.files('.c') if case.folder else []
        return [os.path.join(at, n) for at, _, names in os.walk(out) for n in names if n.endswith('.c')] + own


class Vocabulary(Part):
    name = 'vocabulary'

    def make(self, case, out):
        return run(sys.executable, os.path.join(TOOLS, 'vocabulary_gen.py'), '--vocabulary', case.path, '--c',
                   os.path.join(out, 'vocabulary.c'), '--dmn', os.path.join(out, 'facts.dmn'))

    def sources(self, case, out):
        return [os.path.join(out, 'vocabulary.c')]


class Words(Part):
    name = 'words'

    def prepare(self):
        # Of content.h the lists want one type, and that header wants statements and sentences that are made elsewhere.
        folder = os.path.join(self.scratch, 'posts')
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, 'content.h'), 'w', encoding='utf-8') as f:
            f.write('#include "base/str.h"\nstruct word_set {\n    const struct str *words;\n    size_t n;\n};\n')

    def make(self, case, out):
        folder = os.path.join(out, 'posts')
        os.makedirs(folder, exist_ok=True)
        return run(sys.executable, os.path.join(TOOLS, 'words.py'), '--out', folder, case.path)

    def sources(self, case, out):
        return [os.path.join(out, 'posts', 'posts_words.c')]

    def includes(self, out):
        return [out, self.scratch, os.path.join(TREE, 'src')]


class Floors(Part):
    """A case is a small tree of its own; the checker is asked about that."""
    name = 'floors'

    def make(self, case, out):
        tree = tempfile.mkdtemp(dir=self.scratch)
        shutil.copytree(case.path, tree, ignore=shutil.ignore_patterns('expect.txt'), dirs_exist_ok=True)
        return run(sys.executable, os.path.join(TOOLS, 'floors.py'), '--quiet', '--root', tree)


TEST_BUILD = 'CANDOUR_TEST_BUILD'


def names_test_build(paths):
    for path in paths:
        with open(path, encoding='utf-8', errors='replace') as f:
            if TEST_BUILD in f.read():
                return True
    return False


@functools.cache
def headers_name_test_build():
    return names_test_build(os.path.join(at, n) for at, _, names in os.walk(os.path.join(TREE, 'src')) for n in names
                            if n.endswith('.h'))


def defines(part, case, out):
    """What is compiled twice: without and with the checks of a test build, where any of its text asks for them."""
    own = [os.path.join(at, n) for at, _, names in os.walk(out) for n in names if n.endswith(('.c', '.h'))]
    if headers_name_test_build() or names_test_build({*own, *part.sources(case, out)}):
        return [[], ['-D' + TEST_BUILD]]
    return [[]]


def compile_all(part, case, out, compilers):
    """What the compilers have to say, as (compiler, output) of those that refuse."""
    refused = []
    twice = defines(part, case, out)
    for source in part.sources(case, out):
        for compiler in compilers:
            # clang says all that it has to say before it makes code; gcc finds null pointers only as it optimises.
            goal = ['-fsyntax-only'] if compiler.startswith('clang') else ['-c', '-o', os.devnull]
            for define in twice:
                code, text = run(compiler, *project_flags(), *define, *('-I' + i for i in part.includes(out)), '-x', 'c',
                                 *goal, source)
                if code:
                    refused.append((compiler, text))
                    break
    return refused


def made(case, out):
    """Everything that the tool wrote, as one text."""
    parts = []
    for at, _, names in sorted(os.walk(out)):
        for name in sorted(names):
            if at.endswith('/web') and name.startswith('catalogue.') and case.part.name != 'pages':
                continue
            with open(os.path.join(at, name), encoding='utf-8') as f:
                parts.append(f'==== {os.path.relpath(os.path.join(at, name), out)}\n{f.read()}')
    return ''.join(parts)


def judge(case, update, compilers):
    """None, or why the case failed."""
    out = tempfile.mkdtemp(dir=case.part.scratch)
    code, text = case.part.make(case, out)
    text = case.own_words(text)
    if case.fails:
        lines, compiler = case.expected()
        wanted = [f'{name}:{line}: {words}' for name, line, words in lines]
        if not wanted and not compiler:
            return 'no "expect:" line stands in it'
        if compiler:
            if code:
                return f'the tool refuses it already:\n{text}'
            refused = compile_all(case.part, case, out, compilers[:1])
            for name, line, words in compiler:
                if not any(re.search(rf'{re.escape(name)}:{line}:\d+: error: .*{re.escape(words)}', case.own_words(t))
                           for _, t in refused):
                    return f'no error on {name}:{line} with "{words}" from the compiler:\n' + '\n'.join(t for _, t in refused)
            return None
        if code != 1:
            return f'ended with {code} instead of 1:\n{text}'
        if sorted(text.splitlines()) != sorted(wanted):
            return 'expected\n' + '\n'.join(wanted) + '\nbut it says\n' + text
        return None
    if code or text:
        return f'ended with {code}:\n{text}'
    result = case.own_words(made(case, out))
    if result and update:
        with open(case.golden, 'w', encoding='utf-8') as f:
            f.write(result)
    if result:
        if not os.path.exists(case.golden):
            return f'{os.path.basename(case.golden)} is not there; look at the result and run with --update'
        with open(case.golden, encoding='utf-8') as f:
            if f.read() != result:
                kept = os.path.join(tempfile.gettempdir(), f'golden-{case.name}.out')
                with open(kept, 'w', encoding='utf-8') as other:
                    other.write(result)
                return f'the result is not the golden one:\n' + run('diff', '-u', case.golden, kept)[1][:4000]
    refused = compile_all(case.part, case, out, compilers)
    return refused[0][0] + ' refuses it:\n' + refused[0][1][:4000] if refused else None


def main():
    words = sys.argv[1:]
    update, only = '--update' in words, None
    if '--only' in words:
        at = words.index('--only')
        only = words[at + 1]
        del words[at:at + 2]
    wanted = [w for w in words if not w.startswith('--')]
    table = {p.name: p for p in (Routes, Sql, Embed, Pages, Vocabulary, Words, Floors)}
    unknown = [w for w in wanted if w not in table]
    if unknown:
        print(f'run.py: there is no part {unknown[0]}; there are: {", ".join(table)}', file=sys.stderr)
        return 2
    compilers = ['gcc'] + [c for c in ('clang-14',) if shutil.which(c)]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in wanted or table:
            part = table[name](os.path.join(scratch, name))
            os.makedirs(part.scratch)
            part.prepare()
            cases = []
            for kind in ('ok', 'fail'):
                folder = os.path.join(HERE, name, kind)
                for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
                    path = os.path.join(folder, entry)
                    if os.path.isdir(path) or entry.endswith('.in'):
                        cases.append(Case(part, path, kind == 'fail'))
            chosen = [c for c in cases if not only or only in c.name]
            if not cases:
                print(f'FAILED {name}: no case stands in tests/golden/{name}')
                failed += 1
            # Each case has a folder of its own, so that they may run at once.
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                judged = pool.map(lambda case: judge(case, update, compilers), chosen)
            for case, why in zip(chosen, judged):
                label = f'{name}/{"fail" if case.fails else "ok"}/{case.name}'
                print(f'ok     {label}' if why is None else f'FAILED {label}: {why}', flush=True)
                passed, failed = passed + (why is None), failed + (why is not None)
    print(f'{passed} passed, {failed} failed')
    return 0 if failed == 0 and passed else 1


if __name__ == '__main__':
    sys.exit(main())
