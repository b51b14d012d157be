#!/usr/bin/env python3
"""The front as real clients use it: curl, wrk, Chromium, Firefox, against the test build of the server.

    CANDOUR_BUILD=build-test tests/http/clients.py

nginx, Caddy and HAProxy as clients are tests/deploy. The two browsers are driven by tests/browser/clients.mjs.
The last line is "N passed, N failed".
"""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'browser'))
import run as browser
import test_web
from test_web import Server, same, true

FOLDER = tempfile.mkdtemp(prefix='candour-clients-')
WRK_SECONDS = 2


def curl(*arguments, code=0):
    done = subprocess.run(['curl', '--silent', '--show-error', '--max-time', '60', *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, cwd=FOLDER)
    same(done.returncode, code, f'curl {" ".join(arguments)}: {done.stderr.decode()}')
    return done.stdout


def at(server, path):
    return f'http://localhost:{server.port}{path}'


def token(page):
    return re.search(r'name="form-token" value="([^"]+)"', page.decode())[1]


def curl_uses_one_connection_for_many_requests(server):
    out = curl('-w', '%{http_code} %{num_connects}\n', '-o', 'a', at(server, '/news'), '-o', 'b', at(server, '/'), '-o', 'c',
               at(server, '/news'))
    same(out.decode().split('\n')[:3], ['200 1', '200 0', '200 0'])


def curl_gets_the_same_page_in_every_coding(server):
    plain = curl(at(server, '/news'))
    true(plain.lower().startswith(b'<!doctype html>'), plain[:100])
    for coding in ('gzip', 'br'):
        head = curl('-H', f'Accept-Encoding: {coding}', '-I', at(server, '/news')).lower()
        true(f'content-encoding: {coding}'.encode() in head, head)
        same(curl('--compressed', '-H', f'Accept-Encoding: {coding}', at(server, '/news')), plain, coding)


def curl_asks_again_with_an_etag_and_is_told_304(server):
    curl('--etag-save', 'tag', '-o', 'page', at(server, '/news'))
    same(curl('--etag-compare', 'tag', '-w', '%{http_code} %{size_download}', at(server, '/news')), b'304 0')


def curl_speaks_http_1_0_and_is_told_the_end(server):
    same(curl('--http1.0', '-w', '%{http_code}', '-o', 'page', at(server, '/')), b'200')
    true(b'connection: close' in curl('--http1.0', '-I', at(server, '/')).lower(), 'the end is said')


def curl_that_offers_http_2_is_answered_in_1_1(server):
    same(curl('--http2', '-w', '%{http_code} %{http_version}', '-o', 'page', at(server, '/')), b'200 1.1')


def curl_that_insists_on_http_2_is_refused_at_once(server):
    began = time.monotonic()
    done = subprocess.run(['curl', '--silent', '--max-time', '60', '--http2-prior-knowledge', at(server, '/')],
                          stdout=subprocess.PIPE)
    true(done.returncode in (16, 52) and not done.stdout, done)
    true(time.monotonic() - began < 5, 'at once')


def curl_sends_a_form(server):
    wrong = curl('-c', 'jar', '-b', 'jar', at(server, '/test/form'))
    good = curl('-c', 'jar', '-b', 'jar', '--data-urlencode', f'form-token={token(wrong)}', '--data-urlencode',
                'name=Asha Kümmel', '-d', 'age=&answer=unsure', at(server, '/test/form'))
    same(good.decode(), 'good Asha Kümmel')


def curl_waits_for_100_before_a_large_file(server):
    with open(os.path.join(FOLDER, 'file'), 'wb') as f:
        f.write(os.urandom(3_000_000))
    with open(os.path.join(FOLDER, 'file'), 'rb') as f:
        hash_of = hashlib.sha256(f.read()).hexdigest()
    page = curl('-c', 'jar', '-b', 'jar', at(server, '/test/upload'))
    # Would wait for a minute, longer than it may take in all, where 100 did not come.
    got = curl('-v', '--stderr', 'trace', '-b', 'jar', '-H', 'Expect: 100-continue', '--expect100-timeout', '90', '-F',
               f'form-token={token(page)}', '-F', 'words=two words', '-F', 'file=@file;filename=a b.bin', at(server, '/test/upload'))
    true(hash_of in got.decode(), got)
    with open(os.path.join(FOLDER, 'trace'), encoding='utf-8', errors='replace') as f:
        true('HTTP/1.1 100 Continue' in f.read(), '100 came')


def curl_makes_fifty_requests_at_once(server):
    addresses = [part for i in range(50) for part in (at(server, '/news' if i % 2 else '/'), '-o', os.devnull)]
    out = curl('--parallel', '--parallel-max', '50', '--parallel-immediate', '-w', '%{http_code}\n', *addresses)
    same(sorted(set(out.split())), [b'200'])
    same(len(out.split()), 50)


def wrk(server, path, *fields):
    done = subprocess.run(['wrk', '-t2', '-c64', f'-d{WRK_SECONDS}', *fields, at(server, path).replace('localhost', '127.0.0.1')],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    same(done.returncode, 0, done.stdout)
    for word in ('Socket errors', 'Non-2xx'):
        true(word not in done.stdout, done.stdout)
    true(int(re.search(r'(\d+) requests in', done.stdout)[1]) > 1000, done.stdout)


def wrk_meets_no_error_on_connections_that_stay_open(server):
    wrk(server, '/news')


def wrk_meets_no_error_with_a_connection_for_each_request(server):
    wrk(server, '/news', '-H', 'Connection: close')


def wrk_meets_no_error_where_each_page_is_made(server):
    wrk(server, '/test/page')


def browsers(server):
    """(passed, failed)"""
    done = subprocess.run(['node', 'clients.mjs', at(server, ''), os.path.join(FOLDER, 'file')], cwd=os.path.dirname(browser.__file__),
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    print(done.stdout.rsplit('\n', 2)[0], flush=True)
    last = re.search(r'(\d+) passed, (\d+) failed\n$', done.stdout)
    return (int(last[1]), int(last[2])) if last else (0, 1)


def main():
    passed = failed = 0
    tests = [f for name, f in globals().items() if name.startswith(('curl_', 'wrk_'))]
    try:
        with test_web.data_folder() as data, Server(data) as server:
            for test in tests:
                try:
                    test(server)
                    passed += 1
                    print(f'ok     {test.__name__}', flush=True)
                except (AssertionError, OSError, subprocess.TimeoutExpired) as fault:
                    failed += 1
                    print(f'FAILED {test.__name__}\n       {fault}', flush=True)
            more = browsers(server) if browser.install() else (0, 1)
            passed, failed = passed + more[0], failed + more[1]
    finally:
        shutil.rmtree(FOLDER)
        if test_web.MADE:
            shutil.rmtree(test_web.MADE)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
