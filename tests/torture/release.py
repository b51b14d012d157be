#!/usr/bin/env python3
"""A server whose worker has posts to release; says "KEY: seen" when the public sees one, and ends.

    release.py [--kill SEED] CANDOUR FOLDER TIMES KEY…

Without --kill it notes in the file TIMES when after the start the first and the last went out; with it everything is
killed at a moment drawn from around there.
"""
import http.client
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time


class Server:
    def __init__(self, candour, folder):
        self.began = time.monotonic()
        self.process = subprocess.Popen([candour, 'serve', '--data', folder, '--listen', 'localhost:0'],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True)
        # On the disk's own word: this process must not write to the folder.
        self.connection = sqlite3.connect(f'file:{folder}/candour.db?mode=ro', uri=True, timeout=30)
        self.port = 0

    def number(self, sql, *values):
        return self.connection.execute(sql, values).fetchone()[0]

    def ready(self):
        for line in self.process.stdout:
            found = re.search(r'http://localhost:(\d+)', line)
            self.port = int(found[1]) if found else self.port
            if 'Ctrl-C' in line:
                return
        raise OSError(f'the server ended with {self.process.wait()}')

    def sees(self, path):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=20)
        connection.request('GET', path, headers={'Host': f'localhost:{self.port}'})
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.code = self.process.wait()
        self.process.stdout.close()
        self.connection.close()


def main():
    arguments = sys.argv[1:]
    killed = arguments[0] == '--kill'
    rng = random.Random(arguments[1]) if killed else None
    candour, folder, times, *keys = arguments[2:] if killed else arguments
    with Server(candour, folder) as server:
        if killed:
            with open(times, encoding='ascii') as f:
                first, last = (float(word) for word in f.read().split())
            signal.signal(signal.SIGALRM, lambda *_: os.killpg(0, signal.SIGKILL))
            signal.setitimer(signal.ITIMER_REAL, rng.uniform(first * 0.8, last * 1.3 + 0.02))
        out, first = 0, 0.0
        while out < len(keys):
            now = server.number('SELECT count(*) FROM post_public u JOIN post p ON p.id = u.post WHERE p.key IN (%s)' %
                                ', '.join('?' * len(keys)), *keys)
            first = time.monotonic() - server.began if out == 0 and now else first
            out = now
            if time.monotonic() - server.began > 30:
                sys.exit('not all was released in 30 s')
            time.sleep(0.001)
        last = time.monotonic() - server.began
        server.ready()
        page = server.sees('/news')
        for key in keys:
            if f'/the-torture-of-{key}"' not in page:
                sys.exit(f'{key} is released and not on the page')
            os.write(1, f'{key}: seen\n'.encode())
        if killed:
            time.sleep(5)  # until it comes
    if not killed:
        with open(times, 'w', encoding='ascii') as f:
            f.write(f'{first} {last}')
    return server.code


if __name__ == '__main__':
    sys.exit(main())
