#!/usr/bin/env python3
"""Each request of the corpus and of the probe table, cut in two at every byte, gives the same over the real connection.

  cuts.py [--every]

The requests are the files of tests/fuzz/corpus/http and all that probe.py sends (recorded while it runs against
http_tiny). Each goes whole to the front, and then once for every place where it can be cut: the second part is sent
when the server has read the first. All that it answers must be the same, but for Date. A long one is cut at the first
600 bytes, at the 40 around each limit of http.h, and at every 41st between; with --every at every byte. What lies
behind 68 KB, which the front reads only to throw it away, is cut at every 16 KB. The grammar itself is tried at every
byte of all by test_http_parse and http_corpus.
Last line: "N passed, N failed", where each request is one.
"""
import argparse
import os
import re
import subprocess
import sys
import time

import probe
from twin import BUILD, Twins, connect, corpus, exchange, rest, say, wait_until_read

DATE = re.compile(rb'\r\nDate: [^\r\n]*')
# "100 Continue" is said where the body has not begun to come (RFC 9110 10.1.1), so it depends on the cut, and may.
CONTINUE = b'HTTP/1.1 100 Continue\r\n\r\n'
LIMITS = (4 * 1024, 16 * 1024, 64 * 1024)
HOST = b' HTTP/1.1\r\nHost: localhost\r\n'
# Bodies for a sink (twin.c), with requests before and behind: where an upload ends is found in other code.
UPLOADS = [
    ('an upload between two requests', b'GET /a' + HOST + b'\r\nPOST /upload' + HOST + b'Content-Length: 5\r\n\r\nhello'
     b'GET /b' + HOST + b'\r\n'),
    ('uploads, empty and not', (b'POST /upload' + HOST + b'Content-Length: 0\r\n\r\n') * 3 + b'PUT /upload/x' + HOST +
     b'Content-Length: 3\r\n\r\nabcGET /' + HOST + b'Connection: close\r\n\r\n'),
    ('an upload that holds a request', b'POST /upload' + HOST + b'Expect: 100-continue\r\nContent-Length: 41\r\n\r\n'
     b'GET /hidden' + HOST + b'\r\nGET /seen' + HOST + b'\r\n'),
    ('a body that holds a request', b'POST /form' + HOST + b'Expect: 100-continue\r\nContent-Length: 41\r\n\r\n'
     b'GET /hidden' + HOST + b'\r\nGET /seen' + HOST + b'\r\n'),
]
LONG = 2000
THROWN_AWAY = 68 * 1024


def probes():
    """What probe.py sends on each connection, whole."""
    sent = {}
    real = probe.send

    def send(s, data):
        sent.setdefault(s, []).append(data)
        real(s, data)

    probe.send = send
    port = probe.free_port()
    tiny = subprocess.Popen([os.path.join(BUILD, 'tests', 'unit', 'http', 'http_tiny'), '--port', str(port)],
                            stdout=subprocess.PIPE)
    try:
        tiny.stdout.readline()
        probe.options = argparse.Namespace(host='127.0.0.1', port=port, host_field='127.0.0.1:%d' % port, page='/',
                                           post='/echo', limit=1024, post_status=200, slow=False)
        for name, slow, run in probe.CHECKS:
            if not slow:
                before = len(sent)
                run()
                for i, s in enumerate(list(sent)[before:]):
                    yield '%s (%d)' % (name, i + 1), b''.join(sent[s])
    finally:
        tiny.terminate()
        tiny.wait(70)
        tiny.stdout.close()
        probe.send = real


def places(n, every):
    near = {at for limit in LIMITS for at in range(limit - 20, limit + 20)}
    step = 1 if every or n <= LONG else 41
    found = near | set(range(1, 600)) | set(range(600, min(n, THROWN_AWAY), step)) | set(range(THROWN_AWAY, n, 16384))
    return sorted(at for at in found if 0 < at < n)


def cut(path, data, at):
    s = connect(path)
    if say(s, data[:at]):
        wait_until_read(s)
        say(s, data[at:])
    return rest(s)


def plain(answer):
    return DATE.sub(b'', answer).replace(CONTINUE, b'')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--every', action='store_true')
    options = parser.parse_args()
    requests = {}
    for name, data in [*corpus(), *probes(), *UPLOADS]:
        requests.setdefault(data, name)
    twins = Twins(alone=True)
    passed = failed = cuts = answered = 0
    began = time.monotonic()
    try:
        for data, name in requests.items():
            whole = plain(exchange(twins.front, data))
            answered += b'X-Saw' in whole
            wrong = []
            for at in places(len(data), options.every):
                cuts += 1
                got = plain(cut(twins.front, data, at))
                if got != whole:
                    wrong.append((at, got))
            if wrong:
                print('FAIL  %s: cut at %s of %d\n      sent  %r\n      whole %r\n      cut   %r' %
                      (name, [at for at, _ in wrong[:10]], len(data), data[:400], whole[:400], wrong[0][1][:400]), flush=True)
            failed += bool(wrong)
            passed += not wrong
    finally:
        well = twins.stop()
    print('      %d requests, %d cuts in %.0f s; %d are answered, the others refused or not whole' %
          (len(requests), cuts, time.monotonic() - began, answered))
    if not well:
        print('FAIL  the server did not end well')
        failed += 1
    print('%d passed, %d failed' % (passed, failed))
    return 0 if failed == 0 and passed > 0 and answered > 0 else 1


if __name__ == '__main__':
    sys.exit(main())
