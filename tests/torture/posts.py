"""Scenarios of the real program: making a data folder, and a post's way to the public and back."""
import os
import re
import shutil
import sqlite3
import tempfile

from scenario import Scenario, database, run

POST = """---
kind: update
title: The torture of post {n}
date: 2026-03-02
topics: [testing]
channels: [site]
authors: [press-officer-1]
replies: closed
---
Nothing happened, and it happened on {n} days. Callers should ring 101.
"""


class Candour(Scenario):
    def __init__(self, build, size, worse=False):
        super().__init__(build, size, worse)
        self.candour = os.path.join(build, 'tests/torture/candour_torture' if worse else 'src/main/candour')


class Init(Candour):
    """`candour init`, from nothing."""
    name = 'init'
    events = 30
    noticed = ('synchronous=OFF', 'no folder sync')  # with NORMAL its last move of the log makes all safe

    def commands(self, folder):
        return [[self.candour, 'init', '--data', os.path.join(folder, 'data')]]

    def round(self, folder, n):
        return [[self.candour, 'init', '--data', os.path.join(folder, str(n))]]

    def check(self, folder, answers):
        self.answers = answers
        faults = []
        for name in sorted(os.listdir(folder)):
            data = os.path.join(folder, name)
            connection = database(data, faults)
            if connection:
                connection.close()
            ready = any(f'/{name} is ready' in line for line in answers)
            missing = [f for f in ('candour.db', 'candour.yaml', 'key') if not os.path.exists(os.path.join(data, f))]
            if ready and os.path.exists(os.path.join(data, 'init.unfinished')):
                faults.append(f'{name}: init was answered and its mark is back')
            if ready and missing:
                faults.append(f'{name}: init was answered and {missing[0]} is gone')
        if any(line.startswith('exit') for line in answers) and not os.listdir(folder):
            faults.append('init was answered and the folder is gone')
        return faults

    def opens(self, folder):
        """An answered init needs no further one; whatever else was left, a further init makes it whole."""
        rounds = [int(name) for name in os.listdir(folder) if name.isdigit()]
        data = os.path.join(folder, str(max(rounds)) if rounds else 'data')
        if self.answered(data):
            first = ''
        else:
            first = ' after init again ({})'.format(run([self.candour, 'init', '--data', data])[2].strip())
        code, _, errors = run([self.candour, 'post', 'list', '--data', data])
        if code != 0:
            return [f'post list{first}: {errors.strip()}']
        return []

    def answered(self, data):
        return any(f'/{os.path.basename(data)} is ready' in line for line in self.answers)


class Posts(Candour):
    """Posts are imported, approved, published and withdrawn, on demonstration data."""
    name = 'posts'
    noticed = ('synchronous=OFF', 'synchronous=NORMAL')  # no file is new whose name could be lost
    made = None  # the data folder as `init --demonstration` made it, for all instances

    def prepare(self, folder):
        self.files = tempfile.TemporaryDirectory(prefix='candour-posts-')
        if not Posts.made:
            Posts.made = tempfile.TemporaryDirectory(prefix='candour-made-')
            made = os.path.join(Posts.made.name, 'data')
            code, _, errors = run([os.path.join(self.build, 'src/main/candour'), 'init', '--demonstration', '--data',
                                   made])
            if code != 0:
                raise OSError(f'init --demonstration: {errors.strip()}')
        shutil.copytree(os.path.join(Posts.made.name, 'data'), folder, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns('*-shm'))

    def one(self, folder, n):
        key = f'torture-{n}'
        path = os.path.join(self.files.name, key + '.md')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(POST.format(n=n))
        post = [self.candour, 'post']
        return [post + ['import', path, '--submit', '--as', 'press-officer-1', '--data', folder],
                post + ['approve', key, '--as', 'approver', '--data', folder],
                post + ['publish', key, '--as', 'duty-communications', '--data', folder],
                post + ['withdraw', key, '--reason', 'error: the day was wrong', '--as', 'duty-communications', '--data',
                        folder]]

    def commands(self, folder):
        return [command for n in range(1, 2 + self.size // 100) for command in self.one(folder, n)]

    def round(self, folder, n):
        return self.one(folder, n)

    def check(self, folder, answers):
        faults = []
        connection = database(folder, faults)
        if connection is None:
            return faults or ['the database is gone']
        try:
            self.whole(connection, answers, faults)
        except sqlite3.DatabaseError as e:
            faults.append(f'SQLite: {e}')
        finally:
            connection.close()
        return faults

    def whole(self, connection, answers, faults):
        def one(sql, *values):
            return connection.execute(sql, values).fetchone()[0]

        for key in sorted({m[1] for m in (re.match(r'(torture-\d+): ', line) for line in answers) if m}):
            said = {word for line in answers for word in ('new post', 'approved', 'published at', 'withdrawn;')
                    if line.startswith(key + ':') and word in line}
            post = connection.execute('SELECT id FROM post WHERE key = ?', (key,)).fetchone()
            if not post:
                faults.append(f'{key} was answered as imported and is gone')
                continue
            have = {what for what, in connection.execute('SELECT what FROM post_event WHERE post = ?', post)}
            for word, what in (('new post', 'imported'), ('approved', 'approved'), ('published at', 'published'),
                               ('withdrawn;', 'withdrawn')):
                if word in said and what not in have:
                    faults.append(f'{key} was answered as {what} and is not')
        # Each act writes its own rows, an event and an audit entry: all of it or none, answered or not. What the
        # demonstration came with has other acts, too.
        ours = "(SELECT id FROM post WHERE key GLOB 'torture-*')"
        editions = f'(SELECT id FROM post_edition WHERE post IN {ours})'
        count = {what: one(f'SELECT count(*) FROM post_event WHERE what = ? AND post IN {ours}', what)
                 for what in ('imported', 'approved', 'published', 'withdrawn')}
        for what, number in count.items():
            if one(f'SELECT count(*) FROM audit WHERE act = ? AND post IN {ours}', 'post.' + what) != number:
                faults.append(f'half an act: events and audit differ in {what}')
        for what, sql in (
                ('imported', "SELECT count(*) FROM post WHERE key GLOB 'torture-*'"),
                ('imported', f'SELECT count(*) FROM post_edition WHERE post IN {ours}'),
                ('imported', f'SELECT count(*) FROM post_record WHERE edition IN {editions}'),
                ('imported', "SELECT count(DISTINCT edition) FROM post_hand WHERE how = 'author' "
                             f'AND edition IN {editions}'),
                ('approved', f'SELECT count(*) FROM post_approval WHERE edition IN {editions}'),
                ('published', f'SELECT count(*) FROM post_public WHERE post IN {ours}'),
                ('published', f'SELECT count(DISTINCT post) FROM post_presence WHERE post IN {ours}'),
                ('withdrawn', f'SELECT count(*) FROM post_public WHERE withdrawn IS NOT NULL AND post IN {ours}'),
                ('withdrawn', "SELECT count(DISTINCT post) FROM post_presence WHERE state = 'withdrawn' "
                              f'AND post IN {ours}')):
            if one(sql) != count[what]:
                faults.append(f'half an act: {one(sql)} instead of {count[what]} from {sql}')
        if one('SELECT count(*) FROM audit') != one('SELECT n FROM audit_head'):
            faults.append('the head of the audit is not its last entry')
        if one('SELECT n FROM public_generation') < count['published'] + count['withdrawn']:
            faults.append('the public generation did not rise with its acts')

    def opens(self, folder):
        for command in (['audit', 'verify'], ['post', 'list']):
            code, _, errors = run([self.candour, *command, '--data', folder])
            if code != 0:
                return [f'{" ".join(command)}: {errors.strip() or code}']
        return []
