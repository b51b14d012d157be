#!/usr/bin/env python3
"""That a cached answer costs no memory and no lock: 100,000 of them, counted from outside.

    CANDOUR_BUILD=build-test tests/http/quiet.py

Pages and assets, plain, gzip and brotli, HEAD and 304, on connections that stay open, eight requests at once on each, from
the test build of the server. Its own malloc counts every allocation of the process (tests/http/allocations.c), and strace
is attached to all of its threads and writes down each call of futex. Each count is shown to be able to fail: a page that is
not cached raises both. The last line is "N passed, N failed".
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_web
from test_web import Server, same, true

REQUESTS = 100_000
CONNECTIONS = 4


def web_process(server):
    out = subprocess.run(['ps', '-o', 'pid=,comm=', '--ppid', str(server.process.pid)], stdout=subprocess.PIPE, text=True).stdout
    return next(int(line.split()[0]) for line in out.splitlines() if line.split()[1] == 'web')


class Reader:
    """One connection; reads whole answers."""

    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=60)
        self.buffer = b''

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, head_only=False):
        while b'\r\n\r\n' not in self.buffer:
            self.more()
        head, rest = self.buffer.split(b'\r\n\r\n', 1)
        length = re.search(rb'\r\nContent-Length: (\d+)', head)
        n = int(length[1]) if length and not head_only else 0
        self.buffer = rest
        while len(self.buffer) < n:
            self.more()
        body, self.buffer = self.buffer[:n], self.buffer[n:]
        return head, body

    def skip(self, n):
        while n > 0:
            got = self.socket.recv(min(n, 1 << 20))
            if not got:
                raise AssertionError('the server closed a connection')
            n -= len(got)

    def more(self):
        got = self.socket.recv(1 << 20)
        if not got:
            raise AssertionError('the server closed a connection')
        self.buffer += got


def mix(server):
    """The requests of one batch with the status and the coding that each should have."""
    css = re.search(r'href="(/a/[^"]+\.css)"', server.get('/').text)[1]
    tag = server.get('/news', Accept_Encoding='br')['ETag']
    true(server.get('/news', Accept_Encoding='br')['Content-Encoding'] == 'br', 'the news are compressed')
    kinds = [('GET', '/news', '', 200, None), ('GET', '/news', 'Accept-Encoding: gzip', 200, b'gzip'),
             ('GET', '/', 'Accept-Encoding: gzip, deflate, br', 200, b'br'), ('HEAD', '/news', '', 200, None),
             ('GET', '/news', f'Accept-Encoding: br\r\nIf-None-Match: {tag}', 304, None),
             ('GET', css, 'Accept-Encoding: br', 200, b'br'), ('GET', '/news?unknown=1', 'Accept-Encoding: *', 200, b'br'),
             ('GET', '/support', 'Accept-Encoding: gzip;q=0.5', 200, b'gzip')]
    for method, target, fields, *_ in kinds:
        for _ in range(3):
            server.ask(method, target, headers=dict(f.split(': ') for f in fields.split('\r\n') if f))
    host = f'Host: localhost:{server.port}\r\n'
    return [(f'{method} {target} HTTP/1.1\r\n{host}{fields}{chr(13) + chr(10) if fields else ""}\r\n'.encode(), method,
             status, coding) for method, target, fields, status, coding in kinds]


def allocations(reader, port):
    reader.send(f'GET /test/allocations HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n'.encode())
    return int(reader.answer()[1])


class Futexes:
    """strace on every thread of the process, with each call of futex as a line."""

    def __init__(self, pid, folder):
        self.path = os.path.join(folder, 'futex')
        self.process = subprocess.Popen(['strace', '-f', '-e', 'trace=futex', '-o', self.path, '-p', str(pid)],
                                        stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not self.is_attached(pid):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError('strace could not be attached')
            time.sleep(0.02)
        # Being attached to wakes threads that wait for work: they are asleep again when nothing is said for a second.
        said = -1
        while said != len(self.lines()) and time.monotonic() < deadline:
            said = len(self.lines())
            time.sleep(1)

    @staticmethod
    def is_attached(pid):
        for task in os.listdir(f'/proc/{pid}/task'):
            with open(f'/proc/{pid}/task/{task}/status', encoding='utf-8') as f:
                if 'TracerPid:\t0\n' in f.read():
                    return False
        return True

    def lines(self):
        with open(self.path, encoding='utf-8') as f:
            return [line for line in f if 'futex' in line]

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)


def cached_answers_make_no_allocation_and_no_futex_call(server, folder):
    batch = mix(server)
    readers = [Reader(server.port) for _ in range(CONNECTIONS)]
    asking = Reader(server.port)
    together = b''.join(request for request, *_ in batch)
    length = 0
    for i, reader in enumerate(readers):
        reader.send(together)
        for request, method, status, coding in batch:
            head, body = reader.answer(method == 'HEAD')
            same(int(head.split()[1]), status, request)
            same((re.search(rb'\r\nContent-Encoding: (\S+)', head) or [None, None])[1], coding, request)
            if i == 0:
                length += len(head) + 4 + len(body)
    # What asking costs by itself: the same each time, once the workspace is warm.
    counts = [allocations(asking, server.port) for _ in range(8)]
    cost = counts[-1] - counts[-2]
    same(counts[-1] - counts[-3], 2 * cost, 'asking costs the same each time')
    true(cost > 0, 'a page that is not cached is counted')
    strace = Futexes(web_process(server), folder)
    try:
        before = len(strace.lines())
        answered, started = 0, time.monotonic()
        while answered < REQUESTS:
            for reader in readers:
                reader.send(together)
            for reader in readers:
                reader.skip(length)
                answered += len(batch)
        spent = time.monotonic() - started
        futexes = strace.lines()[before:]
        made = allocations(asking, server.port) - counts[-1] - cost
        deadline = time.monotonic() + 10
        while len(strace.lines()) == before and time.monotonic() < deadline:
            time.sleep(0.05)
        seen = len(strace.lines()) - before
    finally:
        strace.stop()
    print(f'       {answered} answers in {spent:.1f} s: {made} allocations, {len(futexes)} futex calls; '
          f'then one page that is not cached: {cost} allocations, {seen} futex calls', flush=True)
    same(made, 0, 'allocations')
    same(futexes, [], 'futex calls')
    true(seen > 0, 'strace sees the futex calls of a page that is not cached')


def main():
    failed = 0
    folder = tempfile.mkdtemp(prefix='candour-quiet-')
    try:
        with test_web.data_folder() as data, Server(data) as server:
            try:
                cached_answers_make_no_allocation_and_no_futex_call(server, folder)
                print('ok     cached_answers_make_no_allocation_and_no_futex_call')
            except AssertionError as fault:
                failed = 1
                print(f'FAILED cached_answers_make_no_allocation_and_no_futex_call\n       {fault}')
    finally:
        shutil.rmtree(folder)
        if test_web.MADE:
            shutil.rmtree(test_web.MADE)
    print(f'{1 - failed} passed, {failed} failed')
    return failed


if __name__ == '__main__':
    sys.exit(main())
