"""The scenario of the database alone: driver.c."""
import os
import re
import sqlite3

from scenario import Scenario, database, run


class Acts(Scenario):
    """The driver of this folder: acts that write two tables, from three threads."""
    name = 'acts'

    def __init__(self, build, size, worse=False):
        super().__init__(build, size, worse)
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
        code, said, errors = run([self.driver, folder, '90000001', '1', '1'])
        if code != 0 or 'act 90000001' not in said:
            return [f'the next start: {errors.strip() or said.strip() or code}']
        return []
