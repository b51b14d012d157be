"""What is run and then cut: a scenario is commands, and a check of what they left behind.

A further scenario is a class and a line in scenarios.py; run.py (power cut) and kill.py (kill -9) take any of them.
"""
import os
import shutil
import sqlite3
import subprocess


class Scenario:
    """`folder` is the data folder. Answers are the lines of standard output that were written so far, and after a
    command that ended well a line "exit N" with its number, from 0."""
    name = ''
    events = 100      # a trace with fewer events shows nothing
    log_pages = '30'  # for the worse modes: a short log makes many moves into the database; the acts would not
    quick = True      # whether run.py runs it without --long
    kills = True      # whether kill.py runs it too
    rounds, rounds_long = 50, 500  # how often kill.py does
    stepped = False   # its one command can be killed at its k-th call on a file
    kills_itself = False  # the command of a round draws the moment
    noticed = ('synchronous=OFF', 'synchronous=NORMAL', 'no folder sync')  # the worse modes that must lose something

    def __init__(self, build, size, worse=False):
        """`worse`: the commands must listen to the environment of src/db/test_seam.h."""
        self.build, self.size, self.worse = build, size, worse

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

    def finish(self, folder):
        """Faults that are left when kill.py has ended."""
        return []

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


def run(command, timeout=60):
    """(code, standard output, standard error) of a command that nobody traces or kills."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                          timeout=timeout, errors='replace')
    return done.returncode, done.stdout, done.stderr


def copy_for_check(folder, target):
    """The data as it lies there, without SQLite's shared memory: a check must not recover in place."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns('*-shm'))
