"""Acts on posts with pictures, a row each: what comes before, the command that is cut short, and what must hold.

A row says how many rows of the database its act leaves (`parts`): all of them or none, whether it was answered or not;
all of them where it was. A further act is a further row. What must hold after any of them stands in NONE_OF.
"""
import glob
import hashlib
import os
import re
import shutil
import sqlite3
import struct
import sys
import tempfile
import time
import zlib

import release
from posts import Candour
from scenario import copy_for_check, database, run

HERE = os.path.dirname(os.path.abspath(__file__))
WRITER, APPROVER, RELEASER = (['--as', user] for user in ('press-officer-1', 'approver', 'duty-communications'))
POST = """---
kind: update
title: The torture of {key}
channels: [site]
authors: [press-officer-1]
{head}---
Nothing happened, {text}. Callers should ring 101.
"""
IMAGE = ('image: {{ file: {name}.png, made: photograph, persons: none, source: force photographer, '
         'credit: Midshire Police, alt: "Grey, as in {name}" }}\n')

# What is never there, whatever was cut short: a query and the words for what it counts.
NONE_OF = [
    ('an edition without its record', 'SELECT count(*) FROM post_edition e WHERE NOT EXISTS '
     '(SELECT 1 FROM post_record r WHERE r.edition = e.id)'),
    ('an edition without an author', "SELECT count(*) FROM post_edition e WHERE NOT EXISTS "
     "(SELECT 1 FROM post_hand h WHERE h.edition = e.id AND h.how = 'author')"),
    ('an edition that nobody brought in', "SELECT count(*) FROM post_edition e WHERE NOT EXISTS "
     "(SELECT 1 FROM post_hand h WHERE h.edition = e.id AND h.how = 'import')"),
    ('an edition without its work', 'SELECT count(*) FROM post_edition e WHERE NOT EXISTS '
     '(SELECT 1 FROM post_work w WHERE w.edition = e.id)'),
    ('a post without an edition', 'SELECT count(*) FROM post p WHERE NOT EXISTS '
     '(SELECT 1 FROM post_edition e WHERE e.post = p.id)'),
    ('a picture of an edition that has no row', "SELECT count(*) FROM post_edition e WHERE "
     "json_extract(e.document, '$.image') IS NOT NULL AND NOT EXISTS (SELECT 1 FROM post_picture x WHERE x.edition = e.id)"),
    ('a picture that waits without a job', "SELECT count(*) FROM picture_set s WHERE s.state = 'waiting' AND NOT EXISTS "
     "(SELECT 1 FROM job j WHERE j.kind = 'media.render' AND j.state = 'open' AND j.key = CAST(s.id AS TEXT))"),
    ('a picture that failed', "SELECT count(*) FROM picture_set WHERE state = 'failed'"),
    ('a picture that is ready without its renditions', "SELECT count(*) FROM picture_set s WHERE (s.state = 'ready') <> "
     '((SELECT count(*) FROM picture_rendition r WHERE r.picture_set = s.id) IN (2, 4))'),
    ('a public post whose picture is not ready', "SELECT count(*) FROM post_public u JOIN post_picture x ON "
     "x.edition = u.edition JOIN picture_set s ON s.id = x.picture_set WHERE s.state <> 'ready'"),
    ('a public post without its place on the site', "SELECT count(*) FROM post_public u WHERE NOT EXISTS "
     "(SELECT 1 FROM post_presence s WHERE s.post = u.post AND s.channel = 'site')"),
    ('a place on the site that is not as the post is', "SELECT count(*) FROM post_public u JOIN post_presence s ON "
     "s.post = u.post AND s.channel = 'site' WHERE s.state <> CASE WHEN u.ground IN ('court-order', 'personal-data', "
     "'safety') THEN 'gone' WHEN u.withdrawn IS NOT NULL THEN 'withdrawn' WHEN u.ended IS NOT NULL THEN 'ended' "
     "WHEN u.corrected IS NOT NULL THEN 'corrected' ELSE 'live' END"),
    ('a public edition whose work says otherwise', "SELECT count(*) FROM post_public u JOIN post_work w ON "
     "w.edition = u.edition WHERE w.state <> 'published'"),
    ('work that is done on what is not public', "SELECT count(*) FROM post_work w WHERE w.state = 'published' AND NOT "
     'EXISTS (SELECT 1 FROM post_public u WHERE u.edition = w.edition)'),
    ('a release that is due and has no job', "SELECT count(*) FROM post_work w WHERE w.state = 'scheduled' AND NOT EXISTS "
     "(SELECT 1 FROM job j WHERE j.kind = 'posts.release' AND j.state = 'open' AND j.key = w.edition || '.' || w.due)"),
    ('a post that went out twice', "SELECT count(*) FROM (SELECT 1 FROM post_event WHERE what = 'published' "
     'GROUP BY post HAVING count(*) > 1)'),
    ('a withdrawal beside the register', "SELECT (SELECT count(*) FROM post_public WHERE withdrawn IS NOT NULL) - "
     "(SELECT count(*) FROM post_register WHERE what = 'withdrawal')"),
    ('a correction beside the register', "SELECT (SELECT count(*) FROM post_correction) - "
     "(SELECT count(*) FROM post_register WHERE what = 'correction')"),
    ('an event without its audit entry', "SELECT (SELECT count(*) FROM post_event) - "
     "(SELECT count(*) FROM audit WHERE act LIKE 'post.%')"),
    ('an audit whose head is not its end', 'SELECT (SELECT count(*) FROM audit) - (SELECT n FROM audit_head)'),
]


def picture(name):
    """A small picture that nobody else has, as a file."""
    shade = hashlib.sha256(name.encode()).digest()
    rows = b''.join(b'\0' + bytes((shade[(x + y) // 16 % 32] + x) % 256 for x in range(96)) for y in range(64))

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 96, 64, 8, 0, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def blobs(folder):
    return {os.path.basename(path): path for path in glob.glob(os.path.join(folder, 'blobs', '??', '*'))}


class Deed(Candour):
    """One row."""
    events = 60
    rounds, rounds_long = 14, 100
    noticed = ('synchronous=NORMAL',)
    log_pages = '1000'  # an act is larger than a short log, and the move of one makes all safe
    erases = False
    stepped = True  # the command can be killed at its k-th call on a file, and that call can fail
    posts = 3
    pictured = ()   # which of its posts have a picture
    word = ''       # what follows "KEY: " where the act is answered
    parts = ()      # (a query in which ? is a pattern of keys, rows when it was done, rows when not)
    made = None     # the data folder as `init --demonstration` made it, for all rows

    def prepare(self, folder):
        self.files = tempfile.TemporaryDirectory(prefix='candour-deeds-')
        self.n = 0
        for name in ('posts', 'images'):
            os.mkdir(os.path.join(self.files.name, name))
        if not Deed.made:
            Deed.made = tempfile.TemporaryDirectory(prefix='candour-made-')
            self.clean('init', '--demonstration', '--data', os.path.join(Deed.made.name, 'data'))
        shutil.copytree(os.path.join(Deed.made.name, 'data'), folder, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns('*-shm'))
        self.before(folder, self.n)

    # ---- What a row is made of ----

    def before(self, folder, n):
        """What the act needs; nobody disturbs it."""

    def act(self, folder, n):
        """The command that is cut short."""
        raise NotImplementedError

    # ---- For rows ----

    def clean(self, *command):
        code, said, errors = run([os.path.join(self.build, 'src/main/candour'), *command])
        if code != 0:
            raise OSError(f'{" ".join(command[:2])}: {errors.strip()}')
        return said

    def post(self, folder, act, *rest):
        return self.clean('post', act, *rest, '--data', folder)

    def keys(self, n):
        return [f'{self.name}-{n}-{i}' for i in range(self.posts)]

    def write(self, n, text='and it was quiet', pictures=''):
        """The files of one round; `pictures` tells one edition's from the next."""
        paths = []
        for i, key in enumerate(self.keys(n)):
            head = ''
            if i in self.pictured:
                name = key + pictures
                head = IMAGE.format(name=name)
                with open(os.path.join(self.files.name, 'images', name + '.png'), 'wb') as f:
                    f.write(picture(name))
            paths.append(os.path.join(self.files.name, 'posts', key + '.md'))
            with open(paths[-1], 'w', encoding='utf-8') as f:
                f.write(POST.format(key=key, head=head, text=text))
        return paths

    def approved(self, folder, n, **words):
        self.post(folder, 'import', *self.write(n, **words), '--submit', *WRITER)
        for key in self.keys(n):
            self.post(folder, 'approve', key, *APPROVER)

    def public(self, folder, n):
        self.approved(folder, n)
        for key in self.keys(n):
            self.post(folder, 'publish', key, *RELEASER)

    # ---- For run.py, kill.py and failing.py ----

    def commands(self, folder):
        return [self.act(folder, self.n)]

    def round(self, folder, n):
        """The next try goes through where the last one left nothing; then come new posts."""
        connection = database(folder, [])
        state = self.state(connection, self.n)
        connection.close()
        if state == 'done':
            self.n = n
            self.before(folder, n)
        return [self.act(folder, self.n)]

    def state(self, connection, n):
        """done, absent, or what there is of half an act."""
        found = [(connection.execute(sql, (f'{self.name}-{n}-*',)).fetchone()[0], done, absent, sql)
                 for sql, done, absent in self.parts]
        if all(rows == done for rows, done, _, _ in found):
            return 'done'
        if all(rows == absent for rows, _, absent, _ in found):
            return 'absent'
        return '; '.join(f'{rows} of {done} from {sql}' for rows, done, _, sql in found if rows != done)

    def answered(self, answers, n):
        return any(line.startswith(f'{key}: ') and self.word in line for line in answers for key in self.keys(n))

    def check(self, folder, answers):
        faults = []
        connection = database(folder, faults)
        if connection is None:
            return faults or ['the database is gone']
        try:
            self.whole(connection, answers, faults)
            self.pictures(connection, folder, faults)
            self.listed(connection, folder, faults)
        except sqlite3.DatabaseError as e:
            faults.append(f'SQLite: {e}')
        finally:
            connection.close()
        return faults

    def rounds_there(self, connection):
        keys = [key for key, in connection.execute('SELECT key FROM post WHERE key GLOB ?', (self.name + '-[0-9]*',))]
        return sorted({int(key.split('-')[-2]) for key in keys} | {self.n})

    def whole(self, connection, answers, faults):
        for n in self.rounds_there(connection):
            state = self.state(connection, n)
            if state not in ('done', 'absent'):
                faults.append(f'half an act: {state}')
            elif state == 'absent' and self.answered(answers, n):
                faults.append(f'{self.name} {n} was answered and is gone')
        for words, sql in NONE_OF:
            count = connection.execute(sql).fetchone()[0]
            if count:
                faults.append(f'{words}: {count}')

    def named(self, connection):
        return {row[0].hex() for row in connection.execute(
            'SELECT sha256 FROM picture UNION SELECT sha256 FROM picture_rendition')}

    def pictures(self, connection, folder, faults):
        have = blobs(folder)
        for name in sorted(self.named(connection)):
            if name not in have:
                faults.append(f'a picture is named and absent: {name}')
                continue
            with open(have[name], 'rb') as f:
                if hashlib.sha256(f.read()).hexdigest() != name:
                    faults.append(f'a picture is named and not whole: {name}')

    def listed(self, connection, folder, faults):
        """What was erased is in the list: without it a restore would bring it back."""
        path = os.path.join(folder, 'erasures')
        lines = []
        if os.path.exists(path):
            with open(path, encoding='ascii', errors='replace') as f:
                lines = [line.split() for line in f.read().split('\n')[1:-1]]
        have = {int(words[0]) for words in lines if len(words) == 4 and words[0].isdigit()}
        for n, in connection.execute('SELECT n FROM post_erasure'):
            if n not in have:
                faults.append(f'erasure {n} was done and is not in the list')

    def opens(self, folder):
        for command in (['audit', 'verify'], ['doctor'], ['post', 'list']):
            code, said, errors = run([self.candour, *command, '--data', folder])
            problems = [line for line in said.splitlines() if line.startswith('problem')]
            if command == ['doctor'] and len(problems) == 1 and self.erases and re.match('problem +erasures', problems[0]):
                continue  # it was broken off, and the server does the rest: finish
            if code != 0:
                return [f'{" ".join(command)}: {(errors or said).strip()[-300:] or code}']
        return []

    def finish(self, folder):
        """At the end a server runs: what waits is made, what no row names is swept, and what one names is there."""
        connection = sqlite3.connect(os.path.join(folder, 'candour.db'))
        with connection:
            connection.execute('UPDATE job SET lease = NULL, run_at = 1 WHERE kind = ?', ('media.render',))
        connection.close()
        if self.erases:
            # What was broken off is done within a minute by the server, and at once by the next erasure.
            self.n = 10 ** 6
            self.before(folder, self.n)
            self.clean(*self.act(folder, self.n)[1:])
        old = time.time() - 2 * 3600
        for path in blobs(folder).values():
            os.utime(path, (old, old))
        with release.Server(self.candour, folder) as server:
            end = time.monotonic() + 30
            while time.monotonic() < end and (server.number("SELECT count(*) FROM job WHERE kind = 'media.render'") or
                                              server.number('SELECT count(*) FROM post_erasure WHERE finished IS NULL') or
                                              set(blobs(folder)) - self.named(server.connection)):
                time.sleep(0.05)
            unfinished = server.number('SELECT count(*) FROM post_erasure WHERE finished IS NULL')
            left = server.number("SELECT count(*) FROM picture_set WHERE state <> 'ready'")
            orphans = set(blobs(folder)) - self.named(server.connection)
        faults = self.check(folder, [])
        if left:
            faults.append(f'{left} pictures are not ready at the end')
        if unfinished:
            faults.append(f'{unfinished} erasures are not done at the end')
        if orphans:
            faults.append(f'{len(orphans)} files that no row names are not swept')
        return faults


class Import(Deed):
    """Five files, three with pictures, in one act."""
    name = 'import'
    posts = 5
    pictured = (0, 2, 4)
    noticed = ('synchronous=NORMAL', 'no sync of pictures', 'no sync of their folders')
    word = 'new post'
    parts = [('SELECT count(*) FROM post WHERE key GLOB ?', 5, 0)] + [
        (f'SELECT count(*) FROM {table} x JOIN post_edition e ON e.id = x.edition JOIN post p ON p.id = e.post '
         'WHERE p.key GLOB ?', rows, 0) for table, rows in (
             ('post_record', 5), ('post_work', 5), ('post_hand', 10), ('post_picture', 3))] + [
        ("SELECT count(*) FROM post_event v JOIN post p ON p.id = v.post WHERE p.key GLOB ? AND v.what = 'submitted'", 5, 0),
        ("SELECT count(*) FROM audit a JOIN post p ON p.id = a.post WHERE p.key GLOB ? AND a.act = 'post.imported'", 5, 0)]

    def act(self, folder, n):
        return [self.candour, 'post', 'import', *self.write(n), '--submit', *WRITER, '--data', folder]


def withdrawn(rows):
    return [(sql, rows, 0) for sql in (
        'SELECT count(*) FROM post_public u JOIN post p ON p.id = u.post WHERE p.key GLOB ? AND u.withdrawn IS NOT NULL',
        'SELECT count(*) FROM post_presence s JOIN post p ON p.id = s.post WHERE p.key GLOB ? AND '
        "s.state = 'withdrawn'",
        "SELECT count(*) FROM post_register g JOIN post p ON p.id = g.post WHERE p.key GLOB ? AND g.what = 'withdrawal'",
        "SELECT count(*) FROM post_event v JOIN post p ON p.id = v.post WHERE p.key GLOB ? AND v.what = 'withdrawn'",
        "SELECT count(*) FROM audit a JOIN post p ON p.id = a.post WHERE p.key GLOB ? AND a.act = 'post.withdrawn'")]


class Withdraw(Deed):
    """Three posts in one act."""
    name = 'withdraw'
    word = 'withdrawn;'
    reason = 'error: the day was wrong'
    parts = withdrawn(3)

    def before(self, folder, n):
        self.public(folder, n)

    def act(self, folder, n):
        return [self.candour, 'post', 'withdraw', *self.keys(n), '--reason', self.reason, *RELEASER, '--data', folder]


class WithdrawLicence(Withdraw):
    """Two posts whose pictures may be shown no more."""
    name = 'withdraw-licence'
    posts = 2
    pictured = (0, 1)
    quick = False
    erases = True
    reason = 'licence-or-consent: the licence has ended'
    parts = withdrawn(2)


class Publish(Deed):
    """One post with its picture. Killed by posts.py; here its calls fail."""
    name = 'publish'
    kills = quick = False
    posts = 1
    pictured = (0,)
    word = 'published at'
    noticed = ()
    parts = [(sql, 1, 0) for sql in (
        'SELECT count(*) FROM post_public u JOIN post p ON p.id = u.post WHERE p.key GLOB ?',
        "SELECT count(*) FROM post_presence s JOIN post p ON p.id = s.post WHERE p.key GLOB ? AND s.state = 'live'",
        "SELECT count(*) FROM post_event v JOIN post p ON p.id = v.post WHERE p.key GLOB ? AND v.what = 'published'",
        "SELECT count(*) FROM audit a JOIN post p ON p.id = a.post WHERE p.key GLOB ? AND a.act = 'post.published'")]

    def before(self, folder, n):
        self.approved(folder, n)

    def act(self, folder, n):
        return [self.candour, 'post', 'publish', self.keys(n)[0], *RELEASER, '--data', folder]


class Correct(Deed):
    """A new edition with another picture takes the place of the public one."""
    name = 'correct'
    posts = 1
    pictured = (0,)
    noticed = ()
    word = 'corrected with'
    parts = [(sql, done, absent) for sql, done, absent in (
        ('SELECT e.number FROM post_public u JOIN post p ON p.id = u.post JOIN post_edition e ON e.id = u.edition '
         'WHERE p.key GLOB ?', 2, 1),
        ('SELECT count(*) FROM post_correction c JOIN post p ON p.id = c.post WHERE p.key GLOB ?', 1, 0),
        ("SELECT count(*) FROM post_register g JOIN post p ON p.id = g.post WHERE p.key GLOB ? AND g.what = 'correction'",
         1, 0),
        ('SELECT count(*) FROM post_public u JOIN post p ON p.id = u.post WHERE p.key GLOB ? AND u.corrected IS NOT NULL',
         1, 0),
        ("SELECT count(*) FROM post_presence s JOIN post p ON p.id = s.post WHERE p.key GLOB ? AND s.state = 'corrected'",
         1, 0),
        ("SELECT count(*) FROM audit a JOIN post p ON p.id = a.post WHERE p.key GLOB ? AND a.act = 'post.corrected'",
         1, 0))]

    def before(self, folder, n):
        self.public(folder, n)
        self.approved(folder, n, text='but for a bell', pictures='-b')

    def act(self, folder, n):
        return [self.candour, 'post', 'correct', self.keys(n)[0], '--kind', 'picture-replaced', '--reason',
                'A bell rang, and the picture was another.', *RELEASER, '--data', folder]


class Release(Deed):
    """Four posts that are due at once, one with a picture: the worker of a server puts them out, each an act."""
    name = 'release'
    posts = 4
    pictured = (1,)
    noticed = ()  # a server's children are not told of the worse modes
    stepped = False
    kills_itself = True
    word = 'seen'
    per_key = [(sql, done, absent) for sql, done, absent in (
        ('SELECT count(*) FROM post_public u JOIN post p ON p.id = u.post WHERE p.key = ?', 1, 0),
        ("SELECT count(*) FROM post_presence s JOIN post p ON p.id = s.post WHERE p.key = ? AND s.state = 'live'", 1, 0),
        ("SELECT count(*) FROM post_event v JOIN post p ON p.id = v.post WHERE p.key = ? AND v.what = 'published'", 1, 0),
        ("SELECT count(*) FROM audit a JOIN post p ON p.id = a.post WHERE p.key = ? AND a.act = 'post.published'", 1, 0),
        ('SELECT count(*) FROM post_work w JOIN post_edition e ON e.id = w.edition JOIN post p ON p.id = e.post '
         "WHERE p.key = ? AND w.state = 'published'", 1, 0),
        ("SELECT count(*) FROM job j JOIN post_edition e ON j.key GLOB e.id || '.*' JOIN post p ON p.id = e.post "
         "WHERE p.key = ? AND j.kind = 'posts.release'", 0, 1))]

    def before(self, folder, n):
        self.approved(folder, n)
        soon = time.strftime('%Y-%m-%dT%H:%M', time.gmtime(time.time() + 3 * 3600))
        for key in self.keys(n):
            self.post(folder, 'schedule', key, '--at', soon, *RELEASER)
        self.due(folder)

    def due(self, folder):
        """Five minutes are too long for a test, and so is the lease of a worker that was killed: rows are set back."""
        now = int(time.time() * 1000) - 1000
        connection = sqlite3.connect(os.path.join(folder, 'candour.db'))
        with connection:
            connection.execute("UPDATE post_work SET due = ? WHERE state = 'scheduled'", (now,))
            connection.execute("UPDATE job SET key = substr(key, 1, instr(key, '.')) || ?, run_at = ?, first_at = ?, "
                               "lease = NULL, step = 0 WHERE kind = 'posts.release'", (now, now, now))
        connection.close()

    def act(self, folder, n):
        # It says when posts were seen in public, and draws the moment of its death.
        return [sys.executable, os.path.join(HERE, 'release.py'), self.candour, folder,
                os.path.join(self.files.name, 'times'), *self.keys(n)]

    def round(self, folder, n):
        connection = database(folder, [])
        left = connection.execute("SELECT count(*) FROM post_work WHERE state = 'scheduled'").fetchone()[0]
        connection.close()
        if left:
            self.due(folder)
        else:
            self.n = n
            self.before(folder, n)
        command = self.act(folder, self.n)
        return [command if n == 0 else command[:2] + ['--kill', str(n)] + command[2:]]

    def whole(self, connection, answers, faults):
        self.parts = []
        super().whole(connection, [], faults)
        for n in self.rounds_there(connection):
            for key in self.keys(n):
                found = [(connection.execute(sql, (key,)).fetchone()[0], done, absent, sql)
                         for sql, done, absent in self.per_key]
                done = all(rows == want for rows, want, _, _ in found)
                if not done and not all(rows == want for rows, _, want, _ in found):
                    faults.append(f'half a release of {key}: ' + '; '.join(
                        f'{rows} from {sql}' for rows, want, _, sql in found if rows != want))
                if not done and f'{key}: seen' in answers:
                    faults.append(f'{key} was seen in public and is gone')


class Erase(Deed):
    """Two posts in one act on a ground that erases: no row keeps their names, so they are known by their numbers."""
    name = 'erase'
    posts = 2
    pictured = (0,)
    word = 'withdrawn and erased'
    erases = True
    noticed = ()
    by_post = [  # (a query about one post, when it was done, when not)
        ('SELECT erased IS NOT NULL FROM post WHERE id = ?', 1, 0),
        ("SELECT key GLOB 'erased-*' FROM post WHERE id = ?", 1, 0),
        ('SELECT withdrawn IS NOT NULL FROM post_public WHERE post = ?', 1, 0),
        ("SELECT state = 'gone' FROM post_presence WHERE post = ? AND channel = 'site'", 1, 0),
        ("SELECT count(*) FROM post_register WHERE post = ? AND what = 'withdrawal'", 1, 0),
        ("SELECT count(*) FROM audit WHERE post = ? AND act = 'post.withdrawn'", 1, 0),
        ('SELECT count(*) FROM post_erasure WHERE post = ?', 1, 0),
        ('SELECT count(*) > 0 FROM post_gone WHERE post = ?', 1, 0),
        ("SELECT count(*) FROM post_edition WHERE post = ? AND document = '{}'", 1, 0)]

    def prepare(self, folder):
        self.ids, self.files_of = {}, {}
        super().prepare(folder)

    def mark(self, n):
        return f'the mark is {hashlib.sha256(f"{self.name} {n}".encode()).hexdigest()}'

    def bring(self, folder, n):
        self.approved(folder, n, text=self.mark(n))
        for key in self.keys(n):
            self.post(folder, 'publish', key, *RELEASER)

    def before(self, folder, n):
        self.bring(folder, n)
        connection = sqlite3.connect(os.path.join(folder, 'candour.db'))
        self.ids[n] = [connection.execute('SELECT id FROM post WHERE key = ?', (key,)).fetchone()[0] for key in self.keys(n)]
        self.files_of[n] = {row[0].hex() for row in connection.execute(
            'SELECT c.sha256 FROM picture c JOIN picture_set s ON s.picture = c.id JOIN post_picture x ON '
            'x.picture_set = s.id JOIN post_edition e ON e.id = x.edition WHERE e.post IN (%s) AND e.number = 1 UNION '
            'SELECT r.sha256 FROM picture_rendition r JOIN post_picture x ON x.picture_set = r.picture_set '
            'JOIN post_edition e ON e.id = x.edition WHERE e.post IN (%s) AND e.number = 1' %
            ((', '.join(str(i) for i in self.ids[n]),) * 2))}
        connection.close()

    def act(self, folder, n):
        return [self.candour, 'post', 'withdraw', *self.keys(n), '--reason', 'court-order', *RELEASER, '--data', folder]

    def state(self, connection, n):
        found = [(connection.execute(sql, (post,)).fetchone()[0], done, absent, sql)
                 for sql, done, absent in self.by_post for post in self.ids[n]]
        if all(rows == done for rows, done, _, _ in found):
            return 'done'
        if all(rows == absent for rows, _, absent, _ in found):
            return 'absent'
        return '; '.join(f'{rows} of {done} from {sql}' for rows, done, _, sql in found if rows != done)

    def rounds_there(self, connection):
        return sorted(self.ids)

    def left_of(self, folder, n):
        """What is still there of what was erased; SQLite's memory that is mapped is no file of words."""
        faults = [f'{self.name} {n}: a picture of it is still there' for name in self.files_of[n] if name in blobs(folder)]
        for base, _, names in os.walk(folder):
            for name in names:
                if name.endswith('-shm'):
                    continue
                with open(os.path.join(base, name), 'rb') as f:
                    if self.mark(n).encode() in f.read():
                        faults.append(f'{self.name} {n}: its words are still in {name}')
        return faults

    def check(self, folder, answers):
        # Before SQLite opens it: what lies there is what counts.
        faults = [fault for n in self.ids if self.answered(answers, n) for fault in self.left_of(folder, n)]
        return faults or super().check(folder, answers)

    def finish(self, folder):
        faults = super().finish(folder)
        connection = sqlite3.connect(os.path.join(folder, 'candour.db'))
        done = [n for n in self.ids if self.state(connection, n) == 'done']
        connection.close()
        return faults or [fault for n in done for fault in self.left_of(folder, n)]


class EraseBefore(Erase):
    """A correction on a ground that erases what was there before."""
    name = 'erase-before'
    posts = 1
    quick = False
    word = 'corrected with'
    by_post = [
        ("SELECT key GLOB 'erased-*' FROM post WHERE id = ?", 1, 0),
        ('SELECT e.number FROM post_public u JOIN post_edition e ON e.id = u.edition WHERE u.post = ?', 2, 1),
        ("SELECT state = 'corrected' FROM post_presence WHERE post = ? AND channel = 'site'", 1, 0),
        ("SELECT count(*) FROM post_correction WHERE post = ? AND ground = 'safety'", 1, 0),
        ("SELECT count(*) FROM post_register WHERE post = ? AND what = 'correction'", 1, 0),
        ("SELECT count(*) FROM audit WHERE post = ? AND act = 'post.corrected'", 1, 0),
        ('SELECT count(*) FROM post_erasure WHERE post = ?', 1, 0),
        ("SELECT count(*) FROM post_edition WHERE post = ? AND document = '{}'", 1, 0)]

    def bring(self, folder, n):
        super().bring(folder, n)
        self.approved(folder, n, text='and nothing is left of it', pictures='-b')

    def act(self, folder, n):
        return [self.candour, 'post', 'correct', self.keys(n)[0], '--kind', 'factual', '--ground', 'safety', *RELEASER,
                '--data', folder]


DEEDS = [Import, Release, Publish, Withdraw, WithdrawLicence, Correct, Erase, EraseBefore]
