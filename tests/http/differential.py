#!/usr/bin/env python3
"""What the front accepts, nginx accepts with the same method, target, path, Host and body; or the front refuses.

  differential.py [--count 5000] [--seed 1] [--only NUMBER]

Each request is made from a grammar and spoilt by some mutations, from its seed and number alone, and goes byte for byte
to the front and to nginx (twin.py). What each was told is compared for every request on the connection: so a body that
ends elsewhere shows, and so does a second request that only one of them sees. --only shows one again, with both
answers. Last line: "1 passed, 0 failed" where there is no difference; each difference is one failed.
"""
import argparse
import random
import re
import sys
import time

from twin import Twins, answers, corpus, exchange

# ---- What is generated ----

METHODS = ['GET'] * 8 + ['POST'] * 8 + ['HEAD'] * 3 + ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND', 'M-SEARCH',
                                                           'A_B', 'X']
ODD_METHODS = ['get', 'Post', 'GET1', 'G"T', '', 'TRACE', 'CONNECT', 'PRI', 'GETGETGETGETGETGETGET', 'GET\t', '\r\nGET',
               'G\x00T', 'GET:', 'Host:', '-', '_', 'GET/', 'GE\x7fT', 'PÜT']
SEGMENTS = ['a', 'news', 'index.html', '%41', '%20', 'a+b', 'caf%C3%A9', '%e2%82%ac', '~x', "!$&'()*+,;=", ':@', '...',
            '.x', '', 'a' * 60, '%25', '%2e%2e%2e', '%3F', '%23', '-_.', '%7Eb', '%26', 'x;y=1', '%5f']
ODD_SEGMENTS = ['.', '..', '%2e', '%2E%2e', '.%2e', '%2F', '%5c', '\\', '%00', '%0d%0a', '%0D%0AX:%20y', '%', '%4',
                '%zz', '%u0041', '%C3', '%C0%AF', '%ED%A0%80', 'é', '\xff', '"', '<b>', '[', ']', '^', '`', '{', '|',
                '}', '#', '#frag', '\x01', '\x7f', '\t', ' ', '..;', '%252e', '%FF', '*', 'a' * 4200, '%41' * 1500,
                'http://', '\x0b', '\r', '\n', '\x00', '\x1f']
ODD_TARGETS = ['*', 'http://localhost/', 'http://other/a?b', 'HTTP://LOCALHOST', 'http:///x', 'localhost:80', 'a', '',
               '//', '//a/b', '///', '/a//b', 'https://localhost/', '?a', '#', '/ /', 'http://user@localhost/',
               'http://[::1]/', 'http://other:80/x', '\\', '/\\', 'urn:x', '%2f', '%2Fa', '.', '../x', '/a HTTP/1.0']
QUERIES = ['', 'a=1', 'a=1&b=2', 'q=%2F..%00', 'x=/../?', 'a=[1]', 'a=b|c', '%41', '{}', '\\', '^`', '?', '??',
           'q=' + 'x' * 300]
ODD_QUERIES = ['%', '%4', '%zz', '#', 'a b', '"', '<', '>', '\xe9', '\x00', '\t', '\x7f', 'q=' + 'y' * 4200]
VERSIONS = ['HTTP/1.1'] * 30 + ['HTTP/1.0'] * 3
ODD_VERSIONS = ['HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1', 'HTTP/1.', 'HTTP/1.10', 'HTTP/1.01', 'HTTP/01.1',
                'HTTP/11', 'http/1.1', 'HTTP/1.1 ', 'HTTP /1.1', 'HTTP/1,1', 'HTTPS/1.1', '', 'HTTP/3.0', 'HTTP/1.1\t',
                'HTTP/1.1x', 'HTTP/9.9', 'HTTP/1.\x00', 'HTTP/0.1', 'HTTP/1.1\x0b']
HOSTS = ['localhost', 'example.org', 'EXAMPLE.org:80', 'example.org.', '127.0.0.1:8080', '[::1]', '[::1]:8080',
         'a_b.example', 'x' * 60, 'a-b', '1', '-', '0x7f', 'example.org:0', 'example.org:65535', '[::ffff:127.0.0.1]:1',
         'a.b.c.d.e', '[0:0:0:0:0:0:0:1]', 'xn--bcher-kva.example', '256.256.256.256', '_']
ODD_HOSTS = ['', ' ', 'a b', 'a/b', 'a@b', 'user:pw@a', 'a:', 'a:x', 'a:65536', 'a:080', 'a:-1', ':80', '[::1', '::1',
             '[]', '[::g]', '[::1]x', 'a..b', '.a', 'a,b', 'a%41', 'é', 'a?b', 'a#b', 'a\\b', 'a\tb', 'a\x00b', '"a"',
             'a;b', 'a..', '..', '.', 'a|b', 'x' * 256, 'http://a/', 'a\x7f', '[::1%25lo]', '[v1.x]', '*', 'a!b',
             'a:1:2', '[::1]:', "a'b", 'a(b)']
FIELDS = ['Accept: */*', 'Accept-Encoding: gzip, br', 'User-Agent: x/1 (y; z)', 'Cookie: a=b; c="d"', 'X-Empty:',
          'X-Tab:\tv\t', 'x-lower:v', 'X-Spaces:   v   ', 'Referer: http://a/?b#c', 'Connection: keep-alive',
          'Connection: upgrade', 'Upgrade: h2c', 'X-High: \xe9\xff\x80', 'Content-Type: text/plain',
          'If-None-Match: "x"', 'Range: bytes=0-1', 'TE: trailers', 'Trailer: X', 'X-Forwarded-For: 1.2.3.4',
          'X_Under: 1', 'X.Dot: 1', 'Content_Length: 5', 'Transfer_Encoding: chunked', 'X-Long: ' + 'v' * 700,
          'Expect: 100-continue', 'Content-Length-X: 7', 'X-Content-Length: 7', 'X-Host: other', 'Hosts: other',
          'Transfer-Encodings: chunked', 'A: b', 'Keep-Alive: 5', 'Proxy-Connection: close', 'Content-Encoding: gzip',
          "X!#$%&'*+-.^_`|~9: token", '1: digit', '-: hyphen', 'X-Colon:: v', 'X-Value: a: b', 'X-Cr: "\\r\\n"']
ODD_FIELDS = ['X : v', 'X\t: v', ' X: v', '\tX: v', ': v', ':', 'X', 'X y: v', 'X(y): v', 'é: v', 'X\x00: v',
              'X: a\x00b', 'X: a\x01b', 'X: \x7f', 'X: a\rb', 'X: a\nb', 'X: a\r\n b', 'X: a\r\n\tb',
              'X: a\r\n  Content-Length: 5', 'Host : other', 'Content-Length : 5', 'Transfer-Encoding : chunked',
              'Content-Length\x00: 5', 'Connection: close', 'Connection: x, close', 'Connection: closed',
              'Connection: keep-alive, Close', 'Expect: x', 'Expect: 100-continue, y', 'X@y: v', 'X\x0b: v', '\x0bX: v',
              'X: v\x0b', 'Content-Length:\x0b5', 'Content-Length: 5\x0b', 'Transfer-Encoding:\x0bchunked',
              'Content-Length\r\n: 5', 'X: ' + 'w' * 17000, 'Content-Length: 5\r\n 6', '"X": v', 'X,y: v', 'X;: v',
              'X: v\x1f', 'Content-Length:\xa05', 'Content-Length\xa0: 5', '\xa0Content-Length: 5',
              '\xefb\xbb\xbfHost: other', 'X{}: v', 'X[: v', 'X/: v', 'X=: v', 'X\\: v']
LENGTHS = ['+%d', '-%d', '%d, %d', '%d,%d', '%d %d', '0x%x', '%d.0', '%de0', ' %d', '\t%d', '%d ', '%d\t', '0%d',
           '000%d', '00000000000000000000%d', '%d;', '"%d"', '%d\x00', '\x0b%d', '%d\x0c', '', 'x',
           '18446744073709551616', '18446744073709551620', '9223372036854775808', '99999999999999999999999', '%d\r\n ',
           '%d\xa0', '\xb2', '٥', '%d,', ',%d', '1_0', '4294967300']
CODINGS = ['chunked', 'Chunked', 'CHUNKED', ' chunked', 'chunked ', '\tchunked', 'xchunked', 'chunkedx',
           'gzip, chunked', 'chunked, gzip', 'chunked, chunked', 'identity', 'identity, chunked', 'chunked, identity',
           '"chunked"', "'chunked'", '', ',', 'chunked,', ',chunked', 'chunked;q=1', 'chunked\x00', '\x0bchunked',
           'chunked\x0b', 'chun\r\n ked', '\r\n chunked', 'deflate', 'x']
TOKENS = [b'\r', b'\n', b'\r\n', b'\r\n\r\n', b'\n\n', b'\r\r\n', b'\0', b'\t', b' ', b'\x0b', b'\x0c', b'\x7f',
          b'\x80', b'\xff', b':', b',', b';', b'%', b'%00', b'%2e', b'/', b'..', b'/../', b'?', b'#', b'*', b'"', b'\\',
          b'@', b'[', b']', b'Content-Length: 5\r\n', b'Content-Length: 0\r\n', b'Transfer-Encoding: chunked\r\n',
          b'Host: other\r\n', b'Connection: close\r\n', b'Expect: 100-continue\r\n', b' HTTP/1.1', b'GET ', b'0', b'1',
          b'9', b'-', b'+', b'\r\n ', b'\r\n\t', b'\x85', b'\xa0', b'_', b'Host:', b'\x00\r\n', b'X: y\r\n']
BODIES = [b'', b'abcd', b'a', b'0\r\n\r\n', b'5\r\nhello\r\n0\r\n\r\n', b'a=b&c=d', b'\0\r\n\xff', b'x' * 1000,
          b'GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n',
          b'0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n', b'\r\n', b'\r\n\r\n',
          b'4\r\nabcd\r\n0\r\nX: y\r\n\r\n', b'y' * 20000]
ODD_CHUNKS = [b'5;x=y\r\nhello\r\n0\r\n\r\n', b'05\r\nhello\r\n0\r\n\r\n', b'0x5\r\nhello\r\n0\r\n\r\n',
              b'5 \r\nhello\r\n0\r\n\r\n', b'5\nhello\n0\n\n', b'-5\r\nhello\r\n0\r\n\r\n',
              b'ffffffffffffffff5\r\nhello\r\n0\r\n\r\n', b'5\r\nhelloX\r\n0\r\n\r\n', b'0\r\n', b'00\r\n\r\n',
              b'5\r\nhello0\r\n\r\n', b'\r\n0\r\n\r\n']
LINE_ENDS = ['\n', '\r', '\r\r\n', '\n\r', '\r\n\n', '', ' \r\n', '\t\r\n', '\x0b\r\n', '\0\r\n', '\r\n ', '\r\n\r\n',
             '\x85', '\r \n']


def either(r, usual, odd, chance):
    return r.choice(odd) if r.random() < chance else r.choice(usual)


def make_target(r, odd):
    if r.random() < odd / 2:
        return r.choice(ODD_TARGETS)
    target = r.choice(('/', '/', '/', '/upload/')) + '/'.join(either(r, SEGMENTS, ODD_SEGMENTS, odd) for _ in range(r.choice((0, 1, 1, 2, 2, 3, 5))))
    if r.random() < 0.3:
        target += '?' + either(r, QUERIES, ODD_QUERIES, odd)
    return target


def framing(r, body, odd):
    """The fields that say where the body ends, right or not, and the bytes that follow."""
    chance = r.random()
    if chance < 1 - 2 * odd:
        return (['Content-Length: %d' % len(body)] if body or r.random() < 0.3 else []), body
    kind = r.randrange(9)
    if kind == 0:
        return ['Content-Length: %d' % max(0, len(body) + r.choice((-4, -1, 1, 2, 5)))], body
    if kind == 1:
        value = r.choice(LENGTHS)
        return ['Content-Length: ' + (value % ((len(body),) * value.count('%')) if '%' in value else value)], body
    if kind == 2:
        lengths = ['Content-Length: %d' % len(body), 'Content-Length: %d' % r.choice((len(body), 0, 5))]
        r.shuffle(lengths)
        return lengths, body
    if kind == 3:
        return ['Content-Length: %d' % len(body), 'Transfer-Encoding: ' + r.choice(CODINGS)], body
    if kind == 4:
        return ['Transfer-Encoding: ' + r.choice(CODINGS), 'Content-Length: %d' % len(body)], body
    if kind == 5:
        return ['Transfer-Encoding: ' + r.choice(CODINGS)], r.choice(ODD_CHUNKS + BODIES)
    if kind == 6:
        return ['Transfer-Encoding: chunked'], b'%x\r\n%s\r\n0\r\n\r\n' % (len(body), body) if body else b'0\r\n\r\n'
    if kind == 7:
        return ['Transfer-Encoding: chunked', 'Transfer-Encoding: ' + r.choice(CODINGS)], r.choice(ODD_CHUNKS)
    return [], body


def make_request(r, odd):
    body = r.choice(BODIES) if r.random() < 0.5 else b''
    line = (either(r, METHODS, ODD_METHODS, odd), either(r, [' '], ['  ', '\t', '', '\x0b', ' \t'], odd / 3),
            make_target(r, odd), either(r, [' '], ['  ', '\t', '', '\x0c'], odd / 3),
            either(r, VERSIONS, ODD_VERSIONS, odd))
    lines = [''.join(line)]
    fields = [either(r, FIELDS, ODD_FIELDS, odd) for _ in range(r.choice((0, 1, 2, 3, 5)))]
    length, body = framing(r, body, odd)
    hosts = ['Host: ' + either(r, HOSTS, ODD_HOSTS, odd)]
    if r.random() < odd / 2:
        other = r.choice(HOSTS)
        hosts = r.choice(([], hosts + ['Host: ' + other], ['hOsT:' + other], ['Host:\t' + other + ' ']))
    fields += length + hosts
    if r.random() < 0.5:
        r.shuffle(fields)
    if r.random() < odd / 8:
        fields += ['X-%d: y' % i for i in range(r.choice((90, 100, 101, 150)))]
    lines += fields
    end = [either(r, ['\r\n'], LINE_ENDS, odd / 12) for _ in lines]
    head = ''.join(line + line_end for line, line_end in zip(lines, end)) + either(r, ['\r\n'], LINE_ENDS, odd / 8)
    before = either(r, [''], ['\r\n', '\r\n\r\n', '\n', '\r', ' ', '\0'], odd / 4)
    return before.encode() + head.encode('latin-1', 'replace') + body


def spoil(r, data):
    """One mutation of the bytes."""
    at = r.randrange(len(data) + 1)
    if r.random() < 0.7:
        # Rather in the heads than in a long body.
        at = min(at, r.randrange(200))
    kind = r.randrange(9)
    if kind <= 2:
        return data[:at] + r.choice(TOKENS) + data[at:]
    if kind == 3:
        return data[:at] + data[at + r.choice((1, 1, 2, 5)):]
    if kind == 4:
        return data[:at] + bytes([r.randrange(256)]) + data[at + 1:]
    if kind == 5:
        end = at + r.randrange(40)
        return data[:end] + data[at:end] + data[end:]
    if kind == 6:
        return data[:at]
    if kind == 7:
        lines = data.split(b'\r\n')
        line = r.randrange(len(lines))
        lines.insert(r.randrange(len(lines) + 1), lines[line])
        return b'\r\n'.join(lines)
    return data[:at] + data[at:at + 20].swapcase() + data[at + 20:]


def make_case(seed, number, seeds):
    r = random.Random(seed * 1000003 + number)
    odd = r.choice((0, 0.02, 0.05, 0.15))
    if r.random() < 0.08:
        data = r.choice(seeds)
        odd = 0.05
    else:
        data = make_request(r, odd)
    while r.random() < 0.35:
        data += make_request(r, odd)
    if odd > 0 and data:
        for _ in range(r.choice((0, 0, 1, 1, 2, 3))):
            data = spoil(r, data)
    return data


# ---- What is harmless, and why. Each is proven: with the change in its place both must read the request alike. ----

REPEATED = re.compile(rb'(?i)(\r\n(?:If-None-Match|If-Match|Expect): *[^\r\n]*)(?=\r\n)')


def one_of_each(data):
    """nginx refuses a second If-None-Match, If-Match or Expect. These are lists, of which RFC 9110 5.3 allows several
    lines, and the front hands on all of them. Every such line goes."""
    return REPEATED.sub(b'', data)


def allowed_method(data):
    """nginx reads the head of TRACE and CONNECT and then answers 405. Ours leaves methods to the room above, which
    answers all but GET, HEAD and POST with 405."""
    return re.sub(rb'(TRACE|CONNECT)(?= /)', b'PATCH', data)


CONNECTION = re.compile(rb'(?i)(?<=\r\nConnection:)[^\r\n]*')


def close_itself(data):
    """nginx closes where the letters "close" stand anywhere in Connection ("closed", "x-close"); RFC 9110 7.6.1 wants a
    member of that name, and so do we. It ends the connection earlier than ours, after reading the same."""
    def change(match):
        members = [member.strip(b' \t').lower() for member in match.group().split(b',')]
        return match.group() if b'close' in members else match.group().lower().replace(b'close', b'other')
    return CONNECTION.sub(change, data)


HARMLESS = [one_of_each, allowed_method, close_itself]


# ---- The comparison ----

def compare(front, nginx):
    """(words for a difference or None, requests that both took, first taken by the front, by nginx)"""
    mine = answers(front)
    theirs = answers(nginx)
    taken = 0
    words = None
    for status, saw in mine:
        if saw is None:
            if status >= 500 and status not in (501, 505):
                words = 'the front says %d' % status
            break
        if taken >= len(theirs) or theirs[taken][1] != saw:
            words = 'request %d is not read alike' % (taken + 1)
            break
        taken += 1
    if any(status in (502, 504) for status, _ in theirs):
        words = 'nginx could not ask its upstream'
    return words, taken, bool(mine and mine[0][1]), bool(theirs and theirs[0][1])


class Tally:
    def __init__(self, twins):
        self.twins = twins
        self.both = self.ours_refuse = self.both_refuse = self.requests = 0
        self.harmless = {}
        self.differences = 0

    def harmless_change(self, data):
        """The name of a change after which both read the request alike, whole; or of all of them together."""
        together = data
        for change in HARMLESS:
            together = change(together)
        for name, other in [*((change.__name__, change(data)) for change in HARMLESS), ('several', together)]:
            if other != data and not compare(exchange(self.twins.front, other), exchange(self.twins.nginx, other))[0]:
                return name
        return None

    def add(self, number, data):
        front, nginx = exchange(self.twins.front, data), exchange(self.twins.nginx, data)
        words, taken, we, they = compare(front, nginx)
        self.requests += taken
        harmless = words and self.harmless_change(data)
        if harmless:
            self.harmless[harmless] = self.harmless.get(harmless, 0) + 1
        elif words:
            self.differences += 1
            if self.differences <= 20:
                print('FAIL  %d: %s\n      sent  %r\n      front %r\n      nginx %r' %
                      (number, words, data[:1500], answers(front), answers(nginx)), flush=True)
        elif we:
            self.both += 1
        elif they:
            self.ours_refuse += 1
        else:
            self.both_refuse += 1
        return front, nginx


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--count', type=int, default=5000)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--only', type=int)
    options = parser.parse_args()
    seeds = [data for _, data in corpus()]
    numbers = range(options.count) if options.only is None else [options.only]
    twins = Twins()
    tally = Tally(twins)
    began = shown = time.monotonic()
    try:
        for number in numbers:
            data = make_case(options.seed, number, seeds)
            front, nginx = tally.add(number, data)
            if options.only is not None:
                print('sent  %r\nfront %r\nnginx %r' % (data, front, nginx))
            if time.monotonic() - shown > 10:
                shown = time.monotonic()
                print('      %d of %d' % (number + 1, options.count), flush=True)
    finally:
        well = twins.stop()
    seconds = time.monotonic() - began
    print('      seed %d, %d connections in %.0f s: %d accepted by both (%d requests), %d refused by us only,'
          ' %d by both, %d differences' % (options.seed, len(numbers), seconds, tally.both, tally.requests,
                                               tally.ours_refuse, tally.both_refuse, tally.differences))
    for name, n in sorted(tally.harmless.items()):
        print('      harmless, %s: %d' % (name, n))
    if not well:
        print('FAIL  a server did not end well')
    failed = tally.differences + (not well)
    # A run in which hardly anything is accepted would prove nothing.
    if options.only is None and tally.both * 5 < len(numbers):
        print('FAIL  only %d of %d were accepted by both' % (tally.both, len(numbers)))
        failed += 1
    print('%d passed, %d failed' % (failed == 0, failed))
    return 0 if failed == 0 else 1


if __name__ == '__main__':
    sys.exit(main())
