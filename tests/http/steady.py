#!/usr/bin/env python3
"""Memory stays flat: good requests, bad ones, and connections that stand idle, against the test build of the server.

    CANDOUR_BUILD=build-test tests/http/steady.py [--count N]        N of each kind, 20,000 unless told

Good ones come a hundred at once on a connection, eight kinds in turn: pages from the cache, pages made each time, addresses
that nobody has asked for before, forms refused for their token. Bad ones are the fuzz corpus and the list below, each on a
connection of its own; every fourth client leaves without reading, and those with a body leave in the middle of it. Memory is
what belongs to the server's processes alone (Anonymous of /proc/PID/smaps_rollup), read after the first tenth and at the
end. That the figure sees memory that is held is shown by connections with half a head, which need a buffer each.
The last line is "N passed, N failed".
"""
import argparse
import contextlib
import multiprocessing
import os
import random
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_web
from test_web import Server, same, true
from twin import corpus

GROWTH_MOST = 384 * 1024
IDLE = 2000
IDLE_MOST = 2048
TOGETHER = 104
CLIENTS = 2
PATIENCE = 60
SILENT_SECONDS = 3  # the kernel keeps a silent connection to itself for one of them (proc.h)

GOOD = [('GET', '/news', 200), ('GET', '/', 200), ('GET', '/test/page', 200), ('GET', '/news/never-asked-for-{n}', 404),
        ('GET', '/news?page={n}', 200), ('HEAD', '/support', 200), ('GET', '/{n}/x?q={n}', 404), ('POST', '/test/form', 403)]
FORM = b'form-token=wrong&name=Asha&age=&answer=unsure'
HOST = b' HTTP/1.1\r\nHost: localhost\r\n'
BAD = [
    b'GET /' + HOST + b'Host: localhost\r\n\r\n',
    b'POST /test/form' + HOST + b'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    b'POST /test/form' + HOST + b'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    b'POST /test/form' + HOST + b'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000\r\n\r\nhalf',
    b'POST /test/form' + HOST + b'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n%%%=%zz&&',
    b'POST /test/form' + HOST + b'Content-Length: 99999999999\r\n\r\n',
    b'POST /test/upload' + HOST + b'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 60000\r\n\r\n--b\r\n'
    b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + b'x' * 30000,
    b'POST /test/upload' + HOST + b'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 12\r\n\r\n--c\r\nx\r\n--c--',
    b'GET /' + b'a' * 5000 + HOST + b'\r\n',
    b'GET /' + HOST + b'Cookie: ' + b'c' * 20000,
    b'GET /' + HOST + b'X: y\r\n' * 101 + b'\r\n',
    b'GET /%00' + HOST + b'\r\n',
    b'GET http://localhost/' + HOST + b'\r\n',
    b'GET / HTTP/3.0\r\n\r\n',
    b'GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n',
    b'GET /' + HOST + b'Expect: tea\r\n\r\n',
    b'GET /' + HOST,
    b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + bytes(200),
    b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    b'\r\n\r\n\r\n',
    b'',
]


def request(port, n, last):
    method, target, _ = GOOD[n % len(GOOD)]
    fields = f'Host: localhost:{port}\r\nCookie: a={n}\r\n' + ('Connection: close\r\n' if last else '')
    body = FORM if method == 'POST' else b''
    if body:
        fields += f'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n'
    return f'{method} {target.format(n=n)} HTTP/1.1\r\n{fields}\r\n'.encode() + body


def everything(s):
    pieces = []
    while got := s.recv(1 << 20):
        pieces.append(got)
    return b''.join(pieces)


def good(port, client, first, count):
    """How many were not answered as they should be. A refused form closes its connection, so it comes last."""
    wrong = 0
    for start in range(first, first + count, TOGETHER):
        numbers = [n for n in range(start, start + TOGETHER) if GOOD[n % len(GOOD)][0] != 'POST']
        numbers.append(start + len(GOOD) - 1 - start % len(GOOD))
        with socket.create_connection(('127.0.0.1', port), PATIENCE, (f'127.0.1.{client + 1}', 0)) as s:
            s.sendall(b''.join(request(port, n, n == numbers[-1]) for n in numbers))
            status = [int(piece[:3]) for piece in everything(s).split(b'HTTP/1.1 ')[1:]]
        wanted = [GOOD[n % len(GOOD)][2] for n in numbers]
        same(len(status), len(wanted), 'answers on a connection')
        wrong += sum(got != want for got, want in zip(status, wanted))
    return wrong


def bad(port, client, first, count):
    """How many of those that read were not refused: an answer of 200."""
    requests = BAD + [data for _, data in corpus()]
    chance = random.Random(first)
    taken = 0
    for n in range(first, first + count):
        data = requests[n % len(requests)].replace(b'localhost\r', b'localhost:%d\r' % port)
        with socket.create_connection(('127.0.0.1', port), PATIENCE, (f'127.0.2.{client * 100 + n % 50 + 1}', 0)) as s:
            with contextlib.suppress(ConnectionError):
                s.sendall(data)
                if chance.random() < 0.25:
                    continue
                s.shutdown(socket.SHUT_WR)
                taken += everything(s).startswith(b'HTTP/1.1 200 ')
    return taken


def kept(port, address, data):
    s = socket.create_connection(('127.0.0.1', port), PATIENCE, (address, 0))
    s.sendall(data)
    return s


def memory(server):
    """Of all processes of the server, in bytes."""
    children = subprocess.run(['ps', '-o', 'pid=', '--ppid', str(server.process.pid)], stdout=subprocess.PIPE, text=True)
    total = 0
    for pid in [server.process.pid, *map(int, children.stdout.split())]:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f'/proc/{pid}/smaps_rollup', encoding='utf-8') as f:
            total += sum(int(line.split()[1]) for line in f if line.startswith('Anonymous:')) * 1024
    return total


def web_of(server):
    out = subprocess.run(['ps', '-o', 'pid=,comm=', '--ppid', str(server.process.pid)], stdout=subprocess.PIPE, text=True).stdout
    return next(line.split()[0] for line in out.splitlines() if line.split()[1] == 'web')


def sockets(server):
    folder = f'/proc/{web_of(server)}/fd'
    n = 0
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            n += os.readlink(os.path.join(folder, name)).startswith('socket:')
    return n


def settled(server):
    """When the last connection has ended and memory has been the same for a second."""
    before = memory(server)
    for _ in range(30):
        time.sleep(1)
        now = memory(server)
        if now == before:
            break
        before = now
    return before


def load(kind, count):
    """(how many were not as expected, growth after the first tenth), on a server of its own."""
    with test_web.data_folder() as folder, Server(folder) as server:
        server.get('/')
        web = web_of(server)
        wrong, growth = loaded(server, kind, count)
        same(server.get('/').status, 200, 'the server answers')
        same(web_of(server), web, 'the same process served all the time')
        return wrong, growth


def loaded(server, kind, count):
    tenth = count // 10
    size = TOGETHER * len(GOOD) if kind is good else 500

    def pieces(first, n):
        return [(server.port, i % CLIENTS, at, min(size, first + n - at)) for i, at in enumerate(range(first, first + n, size))]

    with multiprocessing.Pool(CLIENTS) as pool:
        wrong = sum(pool.starmap(kind, pieces(0, tenth), 1))
        before = settled(server)
        began = time.monotonic()
        wrong += sum(pool.starmap(kind, pieces(tenth, count - tenth), 1))
        spent = time.monotonic() - began
        after = settled(server)
    print(f'       {count} {kind.__name__} requests, {(count - tenth) / spent:.0f} a second; memory {before // 1024} KB after '
          f'a tenth, {after // 1024} KB at the end', flush=True)
    return wrong, after - before


def good_requests_leave_memory_flat(count):
    wrong, growth = load(good, count)
    same(wrong, 0, 'answered otherwise than they should be')
    true(growth <= GROWTH_MOST, f'memory grew by {growth} bytes')


def bad_requests_leave_memory_flat(count):
    taken, growth = load(bad, count)
    print(f'       {taken} of the corpus are good requests')
    true(taken < count * 0.5, f'{taken} of {count} were answered')
    true(growth <= GROWTH_MOST, f'memory grew by {growth} bytes')


def cost(data, answered):
    """Bytes of a server of its own for each connection that stands after this was sent."""
    with test_web.data_folder() as folder, Server(folder) as server, contextlib.ExitStack() as stack:
        data = data.replace(b'localhost\r', b'localhost:%d\r' % server.port)
        kept(server.port, '127.0.3.1', data).close()
        before = settled(server)
        held = [stack.enter_context(kept(server.port, f'127.0.3.{i % 8 + 1}', data)) for i in range(IDLE)]
        for s in held if answered else []:
            got = b''
            while not got.rstrip().endswith(b'</html>'):
                more = s.recv(65536)
                true(more, 'a connection was closed early')
                got += more
        time.sleep(SILENT_SECONDS)
        need = (memory(server) - before) / IDLE
        true(sockets(server) >= IDLE, f'{sockets(server)} of {IDLE} connections stand')
        return need


def idle_connections_need_2_kb_at_most(_):
    fresh = cost(b'', False)
    idle = cost(b'GET /support' + HOST + b'\r\n', True)
    half = cost(b'GET /support' + HOST + b'Cookie: ' + b'c' * 7000, False)
    print(f'       bytes a connection, {IDLE} at once: {fresh:.0f} before its first request, {idle:.0f} after it, {half:.0f} '
          'with half a head', flush=True)
    true(0 < fresh <= IDLE_MOST and 0 < idle <= IDLE_MOST, 'at most 2 KB')
    true(half > 7000, 'a held buffer is seen')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--count', type=int, default=20_000)
    count = parser.parse_args().count
    passed = failed = 0
    try:
        for test in (idle_connections_need_2_kb_at_most, good_requests_leave_memory_flat, bad_requests_leave_memory_flat):
            try:
                test(count)
                print(f'ok     {test.__name__}', flush=True)
                passed += 1
            except (AssertionError, OSError, RuntimeError) as fault:
                print(f'FAILED {test.__name__}\n       {type(fault).__name__}: {fault}', flush=True)
                failed += 1
    finally:
        if test_web.MADE:
            shutil.rmtree(test_web.MADE)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
