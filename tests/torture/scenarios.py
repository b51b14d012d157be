"""What is run and then cut: a scenario is commands, and a check of what they left behind.

A further scenario is a class below and a line in SCENARIOS; run.py (power cut) and kill.py (kill -9) take any of them.
"""
import os
import re
import shutil
import sqlite3
import subprocess


class Scenario:
    """`folder` is the data folder. Answers are the lines of standard output that were written so far, and after a
    command that ended well a line "exit N" with its number, from 0."""
    name = ''
    modes = True  # whether the command listens to test_seam.h's environment

    def __init__(self, build, size):
        self.build, self.size = build, size

    def prepare(self, folder):
        """What happened long before the cut."""

    def commands(self, folder):
        """The commands to trace, one after the other."""
        raise NotImplementedError

    def round(self, folder, n):
        """For kill.py: the commands of round n, one of which is killed."""
        raise NotImplementedError

    def check(self, folder, answers):
        """Faults, as words, of the folder as a cut or a kill left it. May change the folder."""
        raise NotImplementedError

    def opens(self, folder):
        """Faults of the program itself on such a folder; slower, so it is asked for a part of all states."""
        return []


def database(folder, faults):
    """A connection to candour.db, or None where there is none or it is not whole (then with a fault)."""
    path = os.path.join(folder, 'candour.db')
    if not os.path.exists(path):
        return None
    connection = sqlite3.connect(path)
    try:
        words = connection.execute('PRAGMA integrity_check').fetchone()[0]
        if words == 'ok':
            return connection
        faults.append(f'integrity_check: {words}')
    except sqlite3.DatabaseError as e:
        faults.append(f'SQLite: {e}')
    connection.close()
    return None


class Acts(Scenario):
    """The driver of this folder: acts that write two tables, from three threads."""
    name = 'acts'

    def __init__(self, build, size):
        super().__init__(build, size)
        self.driver = os.path.join(build, 'tests/torture/torture_driver')

    def commands(self, folder):
        half = self.size // 2
        return [[self.driver, folder, '1', str(half), '3'], [self.driver, folder, str(half + 1), str(half), '1']]

    def round(self, folder, n):
        return [[self.driver, folder, str(n * 100000 + 1), '150', '4']]

    def check(self, folder, answers):
        faults = []
        acts = {int(m[1]) for m in (re.fullmatch(r'act (\d+)', line) for line in answers) if m}
        opened = 'opened' in answers
        connection = database(folder, faults)
        if connection is None:
            if opened and not faults:
                faults.append('the database is gone')
            return faults
        try:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            if 'right_side' not in tables:
                if opened:
                    faults.append('the tables are gone')
                return faults
            left = dict(connection.execute('SELECT n, body FROM left_side'))
            right = dict(connection.execute('SELECT n, body FROM right_side'))
        except sqlite3.DatabaseError as e:
            return [f'SQLite: {e}']
        finally:
            connection.close()
        lost = acts - left.keys()
        if lost:
            faults.append(f'answered and lost: {sorted(lost)[:5]}')
        if left != right:
            faults.append(f'half an act: {sorted(left.keys() ^ right.keys())[:5]}')
        for n, body in left.items():
            piece = f'{n}.'
            if body != (piece * (600 // len(piece) + 1))[:600]:
                faults.append(f'act {n} is not as it was written')
        return faults

    def opens(self, folder):
        done = subprocess.run([self.driver, folder, '90000001', '1', '1'], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=60)
        if done.returncode != 0 or 'act 90000001' not in done.stdout:
            return [f'the next start: {done.stderr.strip() or done.stdout.strip() or done.returncode}']
        return []


SCENARIOS = [Acts]


def copy_for_check(folder, target):
    """The data as it lies there, without SQLite's shared memory: a check must not recover in place."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns('*-shm'))
