#!/usr/bin/env python3
"""The probe table: raw bytes to a real server, and exactly what must come back.

  probe.py --listen 127.0.0.1:8080 [--page /healthz] [--post PATH --limit BYTES --post-status N] [--slow]
  probe.py --command 'build/…/http_tiny --port {port}' …     starts the server itself, on a free port

--page is an address that answers GET with 200. --post is one that takes a body of up to --limit bytes and answers the
body "abcd" with --post-status; without it the rows that need such a route use GET, which takes no body. --slow adds the rows that need time:
slow and idle clients, and (with --command) SIGTERM under load. Last line: "N passed, N failed".
"""
import argparse
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time

PATIENCE = 5
CHECKS = []
options = None
server = None


class Failed(Exception):
    pass


def check(name, slow=False):
    def add(run):
        CHECKS.append((name, slow, run))
        return run
    return add


def must(fact, words):
    if not fact:
        raise Failed(words)


def connect(source=None):
    s = socket.create_connection((options.host, options.port), PATIENCE, source_address=(source, 0) if source else None)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def send(s, data):
    """A server that has refused may have closed already: what it said is still to be read."""
    try:
        s.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        pass


class Answers:
    """Reads answers off a connection; `head_only` for those to HEAD."""

    def __init__(self, s):
        self.s = s
        self.bytes = b''
        self.ended = False

    def more(self):
        try:
            piece = self.s.recv(65536)
        except ConnectionResetError:
            piece = b''
        except socket.timeout:
            raise Failed('nothing came within %d s' % PATIENCE)
        self.ended = not piece
        self.bytes += piece
        return bool(piece)

    def one(self, head_only=False):
        """(status, head, body), or None where the connection has ended."""
        while b'\r\n\r\n' not in self.bytes:
            if not self.more():
                must(not self.bytes, 'a torn answer: %r' % self.bytes[:80])
                return None
        head, self.bytes = self.bytes.split(b'\r\n\r\n', 1)
        status = re.match(rb'HTTP/1\.1 (\d{3}) ', head)
        must(status, 'not a status line: %r' % head[:80])
        status = int(status.group(1))
        length = re.search(rb'\r\nContent-Length: (\d+)', head)
        n = int(length.group(1)) if length and not head_only and status >= 200 else 0
        while len(self.bytes) < n:
            must(self.more(), 'the body of the answer is cut')
        body, self.bytes = self.bytes[:n], self.bytes[n:]
        return status, head, body

    def all(self):
        found = []
        while True:
            answer = self.one()
            if answer is None:
                return found
            found.append(answer)


def request(method=None, target=None, fields=(), body=b'', version='HTTP/1.1', host=None):
    lines = ['%s %s %s' % (method or 'GET', target or options.page, version)]
    lines.append('Host: ' + (host or options.host_field))
    lines.extend(fields)
    return ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1') + body


def refused(data, status, what=''):
    """One answer with this status, then the end; the page asked for behind it is never answered."""
    hidden = request(fields=['X-Hidden: yes'])
    s = connect()
    send(s, data + hidden)
    answers = Answers(s).all()
    s.close()
    codes = [a[0] for a in answers]
    must(codes == [status], '%s: %s instead of [%d]' % (what or repr(data[:60]), codes, status))
    must(b'\r\nConnection: close' in answers[0][1], '%s: does not say that it closes' % what)


def answered(data, status=200, head_only=False):
    s = connect()
    send(s, data)
    answer = Answers(s).one(head_only)
    s.close()
    must(answer and answer[0] == status, '%r: %s instead of %d' % (data[:60], answer and answer[0], status))
    return answer


def body_route():
    return ('POST', options.post) if options.post else ('GET', options.page)


# ---- What is right must be answered: or the rows below would prove nothing ----

@check('a plain request is answered 200, with Date and Content-Length, and the connection stays')
def plain():
    s = connect()
    answers = Answers(s)
    for _ in range(3):
        send(s, request())
        status, head, _ = answers.one()
        must(status == 200, status)
        must(re.search(rb'\r\nDate: [A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT(\r\n|$)', head), head)
        must(b'Content-Length' in head and b'Connection: close' not in head, head)
    s.close()


@check('a request that is well framed is answered behind another: the marker of the rows below works')
def marker():
    s = connect()
    send(s, request() + request(fields=['X-Hidden: yes', 'Connection: close']))
    must([a[0] for a in Answers(s).all()] == [200, 200], 'not two answers')
    s.close()


@check('pipelined requests are answered in order')
def pipelined():
    s = connect()
    missing = '/no-such-page-for-the-probe'
    send(s, b''.join(request(target=missing if i % 3 else None) for i in range(60)))
    answers = Answers(s)
    for i in range(60):
        status = answers.one()[0]
        must(status == (404 if i % 3 else 200), 'answer %d is %d' % (i, status))
    s.close()


@check('HEAD has the length of GET and no body')
def head():
    _, get, body = answered(request())
    _, head_, _ = answered(request('HEAD'), head_only=True)
    pattern = rb'\r\nContent-Length: (\d+)'
    must(re.search(pattern, get).group(1) == re.search(pattern, head_).group(1) == b'%d' % len(body), head_)
    s = connect()
    send(s, request('HEAD') + request(fields=['Connection: close']))
    answers = Answers(s)
    must(answers.one(True)[0] == 200 and answers.one()[0] == 200 and answers.one() is None, 'HEAD has a body')
    s.close()


@check('HEAD that is refused has no body in its answer')
def refused_head():
    for data, status in ((request('HEAD', fields=['Host: a']), 400), (request('HEAD', version='HTTP/3.0'), 505),
                         (request('HEAD', target='/a/../b'), 400)):
        s = connect()
        send(s, data)
        answers = Answers(s)
        must(answers.one(True)[0] == status and answers.one() is None, '%r has a body' % data)
        s.close()


@check('HTTP/1.0 and Connection: close are answered and closed')
def closing():
    for data in (request(version='HTTP/1.0'), request(version='HTTP/1.0', fields=['Connection: keep-alive']),
                 request(fields=['Connection: close']), request(fields=['Connection: keep-alive, Close'])):
        refused(data, 200, data[:20].decode())


@check('a request is understood when it comes byte by byte')
def trickle():
    s = connect()
    for byte in request():
        send(s, bytes([byte]))
    must(Answers(s).one()[0] == 200, 'not 200')
    s.close()


@check('the body ends where Content-Length says')
def body_ends():
    s = connect()
    if options.post:
        send(s, request('POST', options.post, ['Content-Length: 4'], b'abcd'))
    else:
        send(s, request(fields=['Content-Length: 0']))
    send(s, request(fields=['Connection: close']))
    codes = [a[0] for a in Answers(s).all()]
    must(codes == [options.post_status if options.post else 200, 200], codes)
    s.close()


# ---- Where a body ends ----

@check('Transfer-Encoding in any form: 501, or 400 where chunked is not the last; closed')
def transfer_encoding():
    method, target = body_route()
    for value in ('chunked', 'gzip, chunked', 'CHUNKED', '\tchunked', 'chunked,'):
        refused(request(method, target, ['Transfer-Encoding: ' + value], b'0\r\n\r\n'), 501, value)
    for value in ('xchunked', 'identity', '', '"chunked"', 'chunked, identity', 'chunkedx', 'chunked;q=1'):
        refused(request(method, target, ['Transfer-Encoding: ' + value], b'0\r\n\r\n'), 400, value)
    refused(request(method, target, ['transfer-ENCODING:chunked'], b'0\r\n\r\n'), 501)
    refused(request(method, target, ['Transfer-Encoding: chunked'], b'0\r\n\r\n', version='HTTP/1.0'), 501)
    refused(request(method, target, ['Transfer-Encoding: chunked', 'Transfer-Encoding: x'], b'0\r\n\r\n'), 501)


@check('Content-Length and Transfer-Encoding together, in both orders: 501, closed')
def both_lengths():
    method, target = body_route()
    for fields in (['Content-Length: 4', 'Transfer-Encoding: chunked'],
                   ['Transfer-Encoding: chunked', 'Content-Length: 4']):
        refused(request(method, target, fields, b'0\r\n\r\n'), 501)


@check('two Content-Length fields, equal or not: 400, closed, the hidden request never answered')
def two_lengths():
    method, target = body_route()
    for first, second in ((0, 0), (4, 4), (0, 5), (5, 0)):
        refused(request(method, target, ['Content-Length: %d' % first, 'Content-Length: %d' % second]), 400)
        refused(request(method, target, ['Content-Length: %d' % first, 'X: y', 'content-length: %d' % second]), 400)


@check('Content-Length that is not digits: 400; beyond 64 bits: 413')
def odd_lengths():
    method, target = body_route()
    for value in ('+4', '-1', '4, 4', '4,4', '4 4', '0x4', '4.0', '1e1', '', '٤'.encode().decode('latin-1')):
        refused(request(method, target, ['Content-Length: ' + value], b'abcd'), 400, value)
    for value in (2**64 + 4, 2**64, 10**40):
        refused(request(method, target, ['Content-Length: %d' % value], b'abcd'), 413, str(value))


@check('names that only look like Content-Length or Transfer-Encoding do not frame')
def look_alikes():
    for name in ('Content_Length: 4', 'Content.Length: 4', 'Transfer_Encoding: chunked', 'X-Transfer-Encoding: chunked'):
        answered(request(fields=[name]))
    for name in ('Content-Length : 4', 'Transfer-Encoding : chunked', 'Transfer-Encoding\t: chunked',
                 '\x0bTransfer-Encoding: chunked', 'Transfer-Encoding\x00: chunked', 'Transfer-Encoding\xa0: chunked'):
        refused(request(fields=[name]), 400, name)


@check('a body over the limit: 413 before the body is read, and no 100 Continue')
def too_large():
    over = options.limit + 1 if options.post else 1
    method, target = body_route()
    for length in (over, 10**9, 2**63, 2**64 - 1):
        for more in ([], ['Expect: 100-continue']):
            s = connect()
            send(s, request(method, target, ['Content-Length: %d' % length] + more))
            codes = [a[0] for a in Answers(s).all()]
            s.close()
            must(codes == [413], '%d: %s' % (length, codes))


@check('a client that sends its whole body of 3 MB before it reads still reads the 413')
def reads_after():
    method, target = body_route()
    s = connect()
    send(s, request(method, target, ['Content-Length: 3000000']) + bytes(3000000))
    must([a[0] for a in Answers(s).all()] == [413], 'no 413')
    s.close()


@check('Expect: 100-continue is honoured, another expectation is 417')
def expect():
    refused(request(fields=['Expect: 200-ok']), 417)
    answered(request(fields=['Expect: 200-ok'], version='HTTP/1.0'))
    if options.post:
        s = connect()
        send(s, request('POST', options.post, ['Expect: 100-continue', 'Content-Length: 4']))
        answers = Answers(s)
        must(answers.one()[0] == 100, 'no 100')
        send(s, b'abcd')
        status = answers.one()[0]
        must(status == options.post_status, status)
        s.close()


# ---- Bytes ----

@check('bare CR, bare LF, NUL and every control byte, in target, name and value: 400')
def control_bytes():
    for c in [c for c in range(0x20) if c != 9] + [0x7F]:
        c = bytes([c])
        page = options.page.encode()
        host = options.host_field.encode()
        refused(b'GET ' + page + b'?a' + c + b'b HTTP/1.1\r\nHost: ' + host + b'\r\n\r\n', 400, 'target %r' % c)
        refused(b'GET ' + page + b' HTTP/1.1\r\nHost: ' + host + b'\r\nX: a' + c + b'b\r\n\r\n', 400, 'value %r' % c)
        refused(b'GET ' + page + b' HTTP/1.1\r\nHost: ' + host + b'\r\nX' + c + b'y: a\r\n\r\n', 400, 'name %r' % c)


@check('lines that end in a bare LF or CR: 400')
def line_ends():
    good = request(fields=['X: y'])
    refused(good.replace(b'\r\n', b'\n'), 400)
    refused(good.replace(b'HTTP/1.1\r\n', b'HTTP/1.1\n'), 400)
    refused(good.replace(b'X: y\r\n', b'X: y\n'), 400)
    refused(good.replace(b'X: y\r\n', b'X: y\r'), 400)
    refused(good[:-2] + b'\n', 400)


@check('a space before the colon, no colon, no name: 400')
def colons():
    for line in ('X : a', 'X\t: a', ': a', 'X', 'X y: a', '(X): a', 'X"y: a', 'X\xe9: a'):
        refused(request(fields=[line]), 400, line)


@check('a folded field: 400')
def folded():
    for line in ('X: a\r\n b', 'X: a\r\n\tb', 'X: a\r\n : b'):
        refused(request(fields=[line]), 400)
    refused(('GET %s HTTP/1.1\r\n Host: %s\r\n\r\n' % (options.page, options.host_field)).encode(), 400)


@check('a request line that is not method, one space, target, one space, version: 400; another version: 505')
def request_lines():
    host = '\r\nHost: %s\r\n\r\n' % options.host_field
    for line in ('GET  / HTTP/1.1', 'GET /  HTTP/1.1', ' GET / HTTP/1.1', 'GET\t/ HTTP/1.1', 'GET / HTTP/1.1 ',
                 'GET /', 'get / HTTP/1.1', 'GET / http/1.1', 'GET / HTTP/1', 'GET / HTTP/1.', 'GET / HTTP/1.11',
                 'GET / HTTP/11', 'GET / HTTPS/1.1', '/ HTTP/1.1', 'G=T / HTTP/1.1', 'A' * 21 + ' / HTTP/1.1'):
        refused((line + host).encode(), 400, line)
    for version in ('2.0', '1.2', '0.9', '3.0'):
        refused(('GET / HTTP/' + version + host).encode(), 505, version)


# ---- Host and target ----

@check('no Host, two Hosts, a Host that is none: 400; a Host that is not ours: 421')
def hosts():
    page = options.page
    refused(('GET %s HTTP/1.1\r\n\r\n' % page).encode(), 400, 'no Host')
    refused(('GET %s HTTP/1.0\r\n\r\n' % page).encode(), 400, 'no Host in 1.0')
    refused(request(fields=['Host: ' + options.host_field]), 400, 'two Hosts')
    refused(request(fields=['host: other.example']), 400, 'two Hosts')
    for host in (' ', 'a b', 'a/b', 'user@a', 'a:', 'a:x', 'a:65536', '[::1', '[::1]x', 'a..b', '.a', 'a,b', 'a%41'):
        refused(request(host=host), 400, 'Host ' + host)
    for host in ('other.example', 'localhost.evil.example', 'evil.example:%d' % options.port):
        answered(request(host=host), 421)


@check('tricks in the path: 400')
def path_tricks():
    for target in ('/a%00', '/%00', '/a%2Fb', '/a%2fb', '/a%5Cb', '/a\\b', '/a%0d%0aX:y', '/a%0A', '/a%7f', '/a%', '/a%4',
                   '/a%zz', '/a#b', '/..', '/../etc/passwd', '/a/../b', '/a/./b', '/.', '/%2e%2e/', '/%2E./a', '/.%2e',
                   '/a/%2e', '/%C3', '/%C0%AF', '/%ED%A0%80', '/%FF', '/\xe9', '/a"b', '/?a=%', '/?a=%4', '/?\xe9'):
        refused(request(target=target), 400, target)


@check('absolute form, authority form, asterisk: 400')
def target_forms():
    for target in ('http://%s/' % options.host_field, 'https://a/', options.host_field, '*', 'page', '?a'):
        refused(request(target=target), 400, target)
    refused(request('OPTIONS', '*'), 400)
    refused(request('CONNECT', options.host_field), 400)


@check('a target of more than 4 KB: 414')
def long_target():
    refused(request(target='/' + 'a' * 4096), 414)
    refused(request(target='/?' + 'a' * 4095), 414)
    refused(request(target='/' + 'a' * 70000), 414)
    refused(request(target='/' + '%41' * 1366), 414)
    answered(request(target='/' + 'a' * 4095), 404)


@check('a head of more than 16 KB, a field of 64 KiB, 101 and 2,000 fields: 431')
def large_heads():
    refused(request(fields=['X: ' + 'a' * 65536]), 431, '64 KiB')
    refused(request(fields=['X-%d: a' % i for i in range(2000)]), 431, '2,000')
    refused(request(fields=['X-%d: a' % i for i in range(100)]), 431, '101')
    answered(request(fields=['X-%d: a' % i for i in range(99)]))
    room = 16 * 1024 - len(request(fields=['X: ']))
    answered(request(fields=['X: ' + 'a' * room]))
    refused(request(fields=['X: ' + 'a' * (room + 1)]), 431, 'one byte more')
    refused(request(fields=['X' * 20000 + ': a']), 431, 'a long name')


# ---- Other protocols ----

@check('HTTP/2 preface, TLS hello, HTTP/0.9, garbage: 400, closed')
def other_protocols():
    refused(b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + bytes.fromhex('000000040000000000'), 400, 'HTTP/2')
    refused(bytes.fromhex('16030100f8010000f40303') + bytes(range(200)), 400, 'TLS')
    refused(b'GET /\r\n', 400, 'HTTP/0.9')
    refused(b'\r\n\r\n\r\n', 400, 'empty lines')
    refused(b'SSH-2.0-OpenSSH_9.2\r\n', 400, 'SSH')
    refused(b'{"a": 1}\r\n\r\n', 400, 'JSON')
    refused(bytes(range(256)) * 64, 400, 'every byte')
    refused(b'\xff' * 100000, 400, 'many bytes')


@check('upgrade to another protocol is not taken')
def upgrade():
    status, head_, _ = answered(request(fields=['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAA']))
    must(b'Upgrade' not in head_, head_)
    answered(request(fields=['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==']))


@check('a client that ends in the middle of a head or a body gets no answer and harms nobody')
def torn():
    method, target = body_route()
    for data in (request()[:-1], request()[:10], b'G'):
        s = connect()
        send(s, data)
        s.shutdown(socket.SHUT_WR)
        must(Answers(s).all() == [], 'an answer to half a request')
        s.close()
    if options.post:
        s = connect()
        send(s, request(method, target, ['Content-Length: 9'], b'abc'))
        s.shutdown(socket.SHUT_WR)
        must(Answers(s).all() == [], 'an answer to half a body')
        s.close()
    answered(request())


@check('after all this a plain request is still answered')
def still_there():
    answered(request())


# ---- Slow rows ----

def latency():
    began = time.monotonic()
    answered(request())
    return time.monotonic() - began


class Others:
    """Somebody else, who is to be served meanwhile."""

    def __enter__(self):
        self.stop = threading.Event()
        self.worst = 0
        self.count = 0
        self.error = None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def run(self):
        try:
            while not self.stop.is_set():
                self.worst = max(self.worst, latency())
                self.count += 1
                time.sleep(0.02)
        except (OSError, Failed) as e:
            self.error = e

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        must(not self.error, 'others: %s' % self.error)
        must(self.count > 5 and self.worst < 1, 'others: %d answers, the slowest %.2f s' % (self.count, self.worst))


def drip(first, piece, pause=1.0):
    """Sends a piece a second; (seconds until the answer, its status)."""
    s = connect()
    send(s, first)
    began = time.monotonic()
    s.settimeout(pause)
    while time.monotonic() - began < 15:
        try:
            data = s.recv(65536)
            taken = time.monotonic() - began
            s.close()
            return taken, data
        except socket.timeout:
            send(s, piece)
    raise Failed('not closed within 15 s')


@check('one header line a second: 408 and closed within 10 s; others are served meanwhile', slow=True)
def slow_head():
    with Others():
        taken, data = drip(request()[:-2], b'X: y\r\n')
        must(9 < taken <= 10.5 and data.startswith(b'HTTP/1.1 408 '), '%.1f s, %r' % (taken, data[:40]))


@check('one body byte a second: 408 and closed within 10 s; others are served meanwhile', slow=True)
def slow_body():
    must(options.post, 'this row needs --post')
    with Others():
        taken, data = drip(request('POST', options.post, ['Content-Length: 100']), b'x')
        must(7 < taken <= 10 and data.startswith(b'HTTP/1.1 408 '), '%.1f s, %r' % (taken, data[:40]))


@check('2,000 idle connections: others are served meanwhile', slow=True)
def idle():
    before = sorted(latency() for _ in range(200))[100]
    held = [connect('127.0.0.%d' % (2 + i // 400)) for i in range(2000)]
    with Others():
        time.sleep(1)
        during = sorted(latency() for _ in range(200))[100]
    for s in held[::100]:
        send(s, request())
        must(Answers(s).one()[0] == 200, 'an idle connection was not served')
    for s in held:
        s.close()
    print('      a page: %.2f ms alone, %.2f ms beside 2,000' % (before * 1000, during * 1000))
    must(during < before * 3 + 0.002, 'a page takes %.2f ms instead of %.2f' % (during * 1000, before * 1000))


@check('a client that never reads its answers: others are served meanwhile', slow=True)
def never_reads():
    s = connect()
    s.settimeout(0.5)
    with Others():
        ends = time.monotonic() + 30
        cut = False
        while not cut and time.monotonic() < ends:
            try:
                s.sendall(request() * 100)
            except socket.timeout:
                pass
            except OSError:
                cut = True
        must(cut, 'still open after 30 s')
    s.close()


@check('SIGTERM under load: no accepted request is cut, exit 0 within the drain deadline', slow=True)
def sigterm():
    must(server, 'this row needs --command')
    told = threading.Event()
    cut = []
    done = []

    def load():
        while server.poll() is None:
            try:
                s = connect()
            except OSError:
                return
            # Who comes after the signal may stay in the kernel's queue, and is then told by the kernel.
            must_answer = not told.is_set()
            answers = Answers(s)
            try:
                answer = None
                while not answer or b'\r\nConnection: close' not in answer[1]:
                    send(s, request())
                    answer = answers.one()
                    if answer is None:
                        if must_answer:
                            cut.append('no answer to a request')
                        break
                    must_answer = True
                    done.append(answer[0])
            except (OSError, Failed) as e:
                cut.append(str(e))
            finally:
                s.close()

    threads = [threading.Thread(target=load) for _ in range(16)]
    for t in threads:
        t.start()
    time.sleep(1)
    told.set()
    server.send_signal(signal.SIGTERM)
    began = time.monotonic()
    code = server.wait(65)
    taken = time.monotonic() - began
    for t in threads:
        t.join()
    must(code == 0, 'exit code %d' % code)
    must(len(done) > 100 and set(done) == {200}, 'answers: %d, %s' % (len(done), set(done)))
    must(not cut, '%d cut: %s' % (len(cut), cut[:3]))
    print('      %d answers, ended after %.1f s' % (len(done), taken))


# ---- Running ----

def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def start_server(command):
    global server
    port = free_port()
    server = subprocess.Popen(shlex.split(command.format(port=port, listen='127.0.0.1:%d' % port)),
                              stdout=subprocess.DEVNULL)
    for _ in range(200):
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return '127.0.0.1:%d' % port
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.05)
    sys.exit('probe.py: the server did not start: %s' % command)


def main():
    global options
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--listen', help='address and port of a running server')
    parser.add_argument('--command', help='a command that starts one; {port} or {listen} is filled in')
    parser.add_argument('--page', default='/healthz')
    parser.add_argument('--post')
    parser.add_argument('--limit', type=int, default=65536)
    parser.add_argument('--post-status', type=int, default=200)
    parser.add_argument('--slow', action='store_true')
    parser.add_argument('--only', default='', help='rows whose name holds this')
    options = parser.parse_args()
    if bool(options.listen) == bool(options.command):
        parser.error('one of --listen and --command')
    address = options.listen or start_server(options.command)
    host, port = address.rsplit(':', 1)
    options.host, options.port = host.strip('[]'), int(port)
    options.host_field = address
    passed = failed = 0
    try:
        for name, slow, run in CHECKS:
            if (slow and not options.slow) or options.only not in name:
                continue
            try:
                run()
                print('  ok  ' + name, flush=True)
                passed += 1
            except (Failed, OSError) as e:
                print('FAIL  %s\n      %s' % (name, e), flush=True)
                failed += 1
    finally:
        if server and server.poll() is None:
            server.terminate()
            server.wait(70)
    print('%d passed, %d failed' % (passed, failed))
    sys.exit(0 if failed == 0 and passed > 0 else 1)


if __name__ == '__main__':
    main()
