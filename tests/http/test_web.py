#!/usr/bin/env python3
"""What the web room promises, over HTTP, from the test build of the server.

    CANDOUR_BUILD=build-test tests/http/test_web.py [NAME ...]

Each test is named after the fact that it shows. The last line is "N passed, N failed".
"""
import concurrent.futures
import contextlib
import http.client
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

import test_upload

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get('CANDOUR_BUILD', 'build-test'))
TEST_BUILD = os.path.join(BUILD, 'tests', 'http', 'candour-test')
SHIPPED = os.path.join(BUILD, 'src', 'main', 'candour')

SECURITY = {
    'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                               "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
                               "frame-ancestors 'none'; require-trusted-types-for 'script'",
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
}


# Visitors come from here, so that the log can be searched for it.
VISITOR = '127.0.0.77'


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    def __getitem__(self, name):
        return self.headers.get(name)

    def fields(self):
        return sorted((k, v) for k, v in self.headers.items() if k != 'Date')


class Server:
    """A server of its own data folder. Ends with the test, whatever comes."""

    def __init__(self, data):
        self.data = data
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            self.port = s.getsockname()[1]

    def __enter__(self):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([TEST_BUILD, 'serve', '--data', self.data, '--listen', f'127.0.0.1:{self.port}'],
                                        stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while True:
            try:
                if self.get('/healthz').status == 200:
                    return self
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                raise RuntimeError(f'the server did not start:\n{self.logged()}')
            time.sleep(0.02)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.ended_with = self.process.returncode
        log = self.logged()
        if 'Sanitizer' in log:
            raise AssertionError(log)

    def logged(self):
        self.log.seek(0)
        return self.log.read().decode(errors='replace')

    def ask(self, method, target, body=None, headers=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30, source_address=(VISITOR, 0))
        try:
            fields = dict(headers or {})
            if body is not None:
                fields.setdefault('Content-Type', 'application/x-www-form-urlencoded')
            connection.request(method, target, body, fields)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, target, **headers):
        return self.ask('GET', target, headers={k.replace('_', '-'): v for k, v in headers.items()})

    def post(self, target, body, **headers):
        return self.ask('POST', target, body, {k.replace('_', '-'): v for k, v in headers.items()})

    def raw(self, data):
        """The answer to these bytes, after which the connection closes or is quiet."""
        with socket.create_connection(('127.0.0.1', self.port), timeout=5, source_address=(VISITOR, 0)) as s:
            s.sendall(data)
            got = b''
            with contextlib.suppress(TimeoutError, ConnectionError):
                while piece := s.recv(65536):
                    got += piece
        true(got.startswith(b'HTTP/1.1 '), f'{data[:30]!r} is answered')
        head, body = got.split(b'\r\n\r\n', 1)
        headers = http.client.parse_headers(io.BytesIO(head.split(b'\r\n', 1)[1] + b'\r\n\r\n'))
        return Answer(int(got.split()[1]), headers, body)


def same(got, wanted, what=''):
    if got != wanted:
        raise AssertionError(f'{what}: got {got!r}, wanted {wanted!r}')


def true(fact, what):
    if not fact:
        raise AssertionError(what)


def cookie_of(answer):
    return (answer['Set-Cookie'] or '').split(';')[0]


def form(server, **headers):
    page = server.get('/test/form', **headers)
    same(page.status, 200, 'the form')
    return re.search(r'name="form-token" value="([^"]+)"', page.text)[1], cookie_of(page)


def session(server, user):
    answer = server.post('/test/session', f'user={user}')
    same(answer.status, 303, f'a session for {user}')
    return cookie_of(answer)


# ---- Forms ----


def a_form_comes_back_with_what_is_wrong_and_what_was_typed(s):
    token, cookie = form(s)
    wrong = s.post('/test/form', f'form-token={token}&name=%3Cb%3E&age=200&answer=', Cookie=cookie)
    same(wrong.status, 422)
    true('value="&lt;b&gt;"' in wrong.text and 'value="200"' in wrong.text, 'what was typed is kept, as text')
    true('id="age-error"' in wrong.text and 'id="answer-error"' in wrong.text, 'errors stand at their fields')
    true('id="name-error"' not in wrong.text, 'a good field has no error')
    token = re.search(r'name="form-token" value="([^"]+)"', wrong.text)[1]
    same(wrong['Set-Cookie'], None, 'the cookie is there already')
    good = s.post('/test/form', f'form-token={token}&name=Asha+K&age=&answer=unsure', Cookie=cookie)
    same((good.status, good.text), (200, 'good Asha K'))
    same(good['Cache-Control'], 'no-store')


def a_token_that_is_absent_wrong_or_anothers_is_refused(s):
    fields = 'name=Asha&answer=yes'
    (token, cookie), (other, others_cookie) = form(s), form(s)
    for body, jar in [(fields, cookie), (f'form-token=&{fields}', cookie), (f'form-token={token[:-2]}AA&{fields}', cookie),
                      (f'form-token={other}&{fields}', cookie), (f'form-token={token}&{fields}', others_cookie),
                      (f'form-token={token}&{fields}', ''), (f'form-token={token}&form-token={token}&{fields}', cookie),
                      (f'form-token={token}&{fields}', cookie[:-4] + 'AAAA')]:
        answer = s.post('/test/form', body, Cookie=jar)
        same(answer.status, 403, body)
        true('This form is out of date' in answer.text, 'it says what to do')
    for site, status in [('cross-site', 403), ('same-site', 403), ('same-origin', 200), ('none', 200)]:
        answer = s.post('/test/form', f'form-token={token}&{fields}', Cookie=cookie, Sec_Fetch_Site=site)
        same(answer.status, status, site)
    same(s.post('/test/form', f'form-token={token}&{fields}', Cookie=cookie, Origin='null').status, 200)


def a_token_is_bound_to_the_session(s):
    fields = 'name=Asha&answer=yes'
    one, two = session(s, 'press-officer-1'), session(s, 'press-officer-2')
    (token, set_cookie), (other, _) = form(s, Cookie=one), form(s, Cookie=two)
    same(set_cookie, '', 'who is signed in needs no other cookie')
    before, jar = form(s)
    for sent, cookies, status in [(token, one, 200), (other, one, 403), (token, two, 403), (before, f'{one}; {jar}', 403),
                                  (token, jar, 403)]:
        same(s.post('/test/form', f'form-token={sent}&{fields}', Cookie=cookies).status, status)


def an_undeclared_field_or_one_twice_is_400(s):
    token, cookie = form(s)
    for more in ['name=Asha&answer=yes&admin=1', 'name=Asha&name=Asha&answer=yes', 'name=%ff&answer=yes', 'name=%00',
                 'name', 'name=%4']:
        same(s.post('/test/form', f'form-token={token}&{more}', Cookie=cookie).status, 400, more)
    same(s.post('/test/form', f'form-token={token}&name=Asha', Cookie=cookie, Content_Type='text/plain').status, 400)
    same(s.post('/test/form', 'x' * 2001, Cookie=cookie).status, 413)


def a_decision_model_is_a_page_with_the_rule_that_matched(s):
    page = s.get('/test/decision')
    same(page.status, 200)
    # By hand from the model: 1 + 1 + 2 + 2 + 2, four aggregations of 2 each, 2 + 2, 0 and 1.
    same(page.text.count('aria-current="true"'), 21)
    true(re.search(r'id="decision-7-table-1".*?aria-current="true"><th [^>]*>3 <strong class="govuk-tag">Matched</strong>',
                   page.text, re.S), 'rule 3')
    true('marks &lt;b&gt;' in page.text and '<b>' not in page.text, 'a name is no markup')


# ---- Answers ----


def every_kind_of_answer_carries_all_headers(s):
    one = session(s, 'press-officer-1')
    etag = s.get('/test/count')['ETag']
    css = re.search(r'href="(/a/[^"]+\.css)"', s.get('/').text)[1]
    kinds = [(s.get('/'), 200), (s.get('/'), 200), (s.get('/news'), 200), (s.get('/test/form'), 200), (s.get('/healthz'), 200),
             (s.get(css), 200), (s.get('/nothing'), 404), (s.get('/test/private'), 403),
             (s.get('/test/private', Cookie=one), 200), (s.get('/test/count', If_None_Match=etag), 304),
             (s.post('/test/session', 'user=press-officer-1'), 303), (s.post('/test/session', 'user=nobody'), 404),
             (s.ask('DELETE', '/news'), 405), (s.get('/', Host='evil.example'), 421), (s.get('/test/fail/x'), 500),
             (s.post('/test/write', 'refuse=yes'), 422), (s.post('/test/write', 'a=b'), 400),
             (s.post('/test/write', 'x' * 2000), 413),
             (s.get('/', If_Match='"x"'), 412), (s.ask('HEAD', '/'), 200)]
    host = b'Host: localhost\r\n'
    for data, status in [(b'GET / HTTP/1.1\r\n\r\n', 400), (b'GET /' + b'x' * 5000 + b' HTTP/1.1\r\n' + host + b'\r\n', 414),
                         (b'GET / HTTP/1.1\r\n' + host + b'X: ' + b'x' * 20000 + b'\r\n\r\n', 431),
                         (b'GET / HTTP/1.1\r\n' + host + b'Transfer-Encoding: chunked\r\n\r\n', 501),
                         (b'GET / HTTP/2.0\r\n' + host + b'\r\n', 505), (b'garbage\r\n\r\n', 400)]:
        kinds.append((s.raw(data), status))
    for answer, status in kinds:
        same(answer.status, status)
        for name, value in SECURITY.items():
            same(answer.headers.get_all(name), [value], f'{status} {name}')
        true('camera=()' in answer['Permissions-Policy'] and '*' not in answer['Permissions-Policy'], 'everything is off')
        true(answer['Cache-Control'] is not None, f'{status} says how long it may be kept')
        same(answer['Strict-Transport-Security'], None, 'not without TLS')
        same(answer['Server'], None)


def no_public_page_sets_a_cookie(s):
    for target in ['/', '/news', '/report', '/support', '/nothing', '/test/count', '/healthz']:
        same(s.get(target)['Set-Cookie'], None, target)
        same(s.get(target, Cookie='candour-session=AAAA; candour-form=AAAA; a=b')['Set-Cookie'], None, target)


def head_says_what_get_says(s):
    for target in ['/', '/news', '/report', '/nothing', '/healthz', '/test/count']:
        get, head = s.get(target), s.ask('HEAD', target)
        same((head.status, head.fields(), head.body), (get.status, get.fields(), b''), target)


def a_method_that_a_page_has_not_is_405_and_allow_names_those_it_has(s):
    for target in ['/', '/news', '/healthz', '/test/count']:
        for method in ['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'BREW']:
            answer = s.ask(method, target)
            same((answer.status, answer['Allow']), (405, 'GET, HEAD'), f'{method} {target}')
            true(answer['Date'], f'{method} {target}: Date')
    same(s.ask('PUT', '/nothing').status, 404)


def a_tag_that_still_fits_is_304_and_one_that_does_not_is_200(s):
    for target in ['/', '/news', '/test/count']:
        page = s.get(target)
        true(re.fullmatch(r'"[0-9a-f]{32}"', page['ETag']), 'a strong tag')
        same(page['Cache-Control'], 'no-cache')
        again = s.get(target, If_None_Match=f'"x", {page["ETag"]}')
        same((again.status, again.body, again['ETag'], again['Content-Length']), (304, b'', page['ETag'], None))
        same(s.get(target, If_None_Match='"x"').status, 200)
    page = s.get('/test/count')
    s.post('/test/write', 'public=yes')
    same(s.get('/test/count', If_None_Match=page['ETag']).status, 200)


def what_is_not_ours_or_not_there_is_refused(s):
    for host in ['evil.example', 'localhost.evil.example', '127.0.0.2', 'midshire.police.example']:
        same(s.get('/', Host=host).status, 421, host)
    for target in ['/news/', '/nothing', '/a/0000000000000000/candour.css', '/test', '/healthz/']:
        same(s.get(target).status, 404, target)
    answer = s.post('/news', 'a=b')
    same((answer.status, answer['Allow']), (405, 'GET, HEAD'))
    same(s.get('/test/write')['Allow'], 'POST')


def a_page_that_failed_is_a_500_and_half_of_it_is_not_sent(s):
    answer = s.get('/test/fail/Asha')
    same(answer.status, 500)
    true('Asha' not in answer.text and 'there is a problem' in answer.text, 'the page made at start')


# ---- Permission ----


def who_may_not_is_refused(s):
    for target in ['/test/private', '/test/private/write', '/test/private/approve']:
        same(s.get(target).status, 403)
        same(s.get(target, Cookie='candour-session=' + 'A' * 43).status, 403)
    one = session(s, 'press-officer-1')
    same(s.get('/test/private', Cookie=one).text, 'press-officer-1')
    same(s.get('/test/private/write', Cookie=one).status, 200)
    same(s.get('/test/private/approve', Cookie=one).status, 403)
    token, _ = form(s, Cookie=one)
    same(s.post('/test/session/end', 'form-token=', Cookie=one).status, 403)
    ended = s.post('/test/session/end', f'form-token={token}', Cookie=one)
    same(ended.status, 303)
    true('Max-Age=0' in ended['Set-Cookie'], 'the browser forgets it')
    same(s.get('/test/private', Cookie=one).status, 403)


# ---- The cache and writes ----


def counted(server):
    return [int(n) for n in server.get('/test/count').text.split()]


def renders(server):
    return int(server.get('/test/renders').text)


def a_cached_page_is_rendered_once_until_a_public_act(s):
    s.post('/test/write', 'public=yes')
    n, number = counted(s)
    before = renders(s)
    for _ in range(20):
        same(counted(s), [n, number])
    same(renders(s), before)
    s.post('/test/write', '')
    same(counted(s), [n, number], 'an act that is not public leaves the pages')
    s.post('/test/write', 'public=yes')
    same(counted(s), [n + 2, number + 1])
    same(renders(s), before + 1)


def withdraw_one(server):
    """By a command, beside the server. Gives the key."""
    posts = [line.split()[:2] for line in run('post', 'list', '--data', server.data).splitlines()]
    key = next(key for key, state in posts if state == 'published')
    run('post', 'withdraw', key, '--reason', 'It was wrong.', '--as', 'duty-communications', '--data', server.data)
    return key


def a_withdrawal_by_a_command_is_seen_by_the_next_reader(s):
    pages = re.findall(r'href="(/news/[^"]+)"', s.get('/news').text)
    before = {page: s.get(page).text for page in pages}
    withdraw_one(s)
    changed = [page for page in pages if s.get(page).text != before[page]]
    true(changed, 'the page of the post is another one')
    words = 'This post was withdrawn'
    true(any(words not in before[page] and words in s.get(page).text for page in changed), 'and says so')


def a_page_that_was_being_rendered_when_a_command_withdrew_is_never_sent(s):
    _, number = counted(s)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(s.get, '/test/slow?ms=3000') for _ in range(8)]
        time.sleep(0.4)
        withdraw_one(s)
        true(not any(answer.done() for answer in waiting), 'the command was through while the page stalled')
        for answer in waiting:
            true(int(answer.result().text.split()[1]) > number, answer.result().text)


def run(*arguments):
    done = subprocess.run([TEST_BUILD, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, timeout=60)
    if done.returncode != 0:
        raise AssertionError(f'{" ".join(arguments)} ended with {done.returncode}: {done.stdout}')
    return done.stdout


def a_page_that_was_being_rendered_when_an_act_came_is_never_sent(s):
    n, number = counted(s)
    before = renders(s)
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        waiting = [pool.submit(s.get, '/test/slow?ms=1200') for _ in range(32)]
        time.sleep(0.4)
        same(renders(s), before + 1, 'one render is in flight for 32 readers')
        same(s.post('/test/write', 'public=yes').status, 200)
        for answer in waiting:
            same(answer.result().text, f'{n + 1} {number + 1}')
    true(renders(s) <= before + 3, f'{renders(s) - before} renders')


def writes_at_once_are_each_counted_once(s):
    n, _ = counted(s)
    s.post('/test/write', 'public=yes')
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        got = sorted(int(a.text) for a in pool.map(lambda _: s.post('/test/write', 'public=yes'), range(128)))
    same(got, list(range(got[0], got[0] + 128)))
    same(counted(s)[0], got[-1])
    true(got[0] > n, 'it goes on')


def a_write_that_is_refused_leaves_nothing(s):
    s.post('/test/write', 'public=yes')
    before = counted(s)
    answer = s.post('/test/write', 'refuse=yes&public=yes')
    same(answer.status, 422)
    true('This was asked to be refused.' in answer.text, 'the words for the person')
    s.post('/test/write', 'public=yes')
    same(counted(s)[0], before[0] + 1)


def readers_never_go_back_in_time(s):
    """While acts come, no reader gets a count below one that was answered before it asked."""
    stop, lowest, faults = threading.Event(), [counted(s)[0]], []

    def read():
        while not stop.is_set():
            known = lowest[0]
            n = counted(s)[0]
            if n < known:
                faults.append((n, known))

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for _ in range(100):
        answer = s.post('/test/write', 'public=yes')
        lowest[0] = int(answer.text)
    stop.set()
    for reader in readers:
        reader.join()
    same(faults, [])


# ---- The database away ----


def without_a_database_pages_are_503_until_it_is_back():
    with data_folder() as data:
        name, away = os.path.join(data, 'candour.db'), os.path.join(data, 'away.db')
        os.rename(name, away)
        with Server(data) as s:
            for target in ['/', '/news', '/nothing', '/test/count', '/test/form']:
                answer = s.get(target)
                same(answer.status, 404 if target == '/nothing' else 503, target)
                if answer.status == 503:
                    true(int(answer['Retry-After']) > 0, 'it says when to come again')
                    true('999' in answer.text, 'the page made at start')
            same(s.get('/healthz').text, 'ok\n')
            css = re.search(r'href="(/a/[^"]+\.css)"', s.get('/').text)[1]
            same(s.get(css).status, 200)
            os.rename(away, name)
            end = time.monotonic() + 10
            while s.get('/').status != 200:
                true(time.monotonic() < end, 'it is found again')
                time.sleep(0.1)
            same(s.post('/test/write', '').status, 200)


def a_server_behind_a_proxy_sends_transport_security_and_bound_cookies():
    with data_folder(proxy=True) as data:
        with Server(data) as s:
            page = s.get('/test/form', X_Forwarded_Proto='https', X_Forwarded_For='203.0.113.7')
            true(page['Strict-Transport-Security'].startswith('max-age='), 'HSTS')
            true(re.fullmatch(r'__Host-candour-form=[^;]+; Path=/; HttpOnly; SameSite=Strict; Secure', page['Set-Cookie']),
                 page['Set-Cookie'])
            token = re.search(r'name="form-token" value="([^"]+)"', page.text)[1]
            sent = s.post('/test/form', f'form-token={token}&name=Asha&answer=yes', Cookie=cookie_of(page),
                          X_Forwarded_Proto='https')
            same(sent.status, 200)
            same(s.get('/', X_Forwarded_Proto='http')['Strict-Transport-Security'], None)
            true(s.get('/', X_Forwarded_Proto='https')['Strict-Transport-Security'], 'also from the cache')
        true('203.0.113.7' not in s.logged(), 'no address of a visitor is logged')


def the_shipped_program_has_no_route_of_the_tests():
    shipped = subprocess.run([SHIPPED, 'routes'], stdout=subprocess.PIPE, text=True, timeout=30)
    same(shipped.returncode, 0)
    true('/healthz' in shipped.stdout and '/test/' not in shipped.stdout, 'candour routes')
    true('/test/session' in run('routes'), 'the test build has them')
    with open(SHIPPED, 'rb') as f:
        true(b'/test/session' not in f.read(), 'nor are they in its bytes')


# ---- Running ----

MADE = None


@contextlib.contextmanager
def data_folder(proxy=False):
    """A copy of one demonstration folder: making one takes passphrases and so a second."""
    global MADE
    if not MADE:
        MADE = tempfile.mkdtemp(prefix='candour-web-')
        run('init', '--demonstration', '--data', os.path.join(MADE, 'data'))
    folder = tempfile.mkdtemp(prefix='candour-web-')
    data = os.path.join(folder, 'data')
    shutil.copytree(os.path.join(MADE, 'data'), data)
    if proxy:
        with open(os.path.join(data, 'candour.yaml'), 'a', encoding='utf-8') as f:
            f.write('server:\n  behind_proxy: true\n')
    try:
        yield data
    finally:
        shutil.rmtree(folder)


TOGETHER = [a_form_comes_back_with_what_is_wrong_and_what_was_typed, a_token_that_is_absent_wrong_or_anothers_is_refused,
            a_token_is_bound_to_the_session, an_undeclared_field_or_one_twice_is_400,
            a_decision_model_is_a_page_with_the_rule_that_matched, every_kind_of_answer_carries_all_headers,
            no_public_page_sets_a_cookie, head_says_what_get_says,
            a_method_that_a_page_has_not_is_405_and_allow_names_those_it_has, a_tag_that_still_fits_is_304_and_one_that_does_not_is_200,
            what_is_not_ours_or_not_there_is_refused, a_page_that_failed_is_a_500_and_half_of_it_is_not_sent,
            who_may_not_is_refused, a_cached_page_is_rendered_once_until_a_public_act,
            a_page_that_was_being_rendered_when_an_act_came_is_never_sent, writes_at_once_are_each_counted_once,
            a_write_that_is_refused_leaves_nothing, readers_never_go_back_in_time,
            a_withdrawal_by_a_command_is_seen_by_the_next_reader,
            a_page_that_was_being_rendered_when_a_command_withdrew_is_never_sent]
ALONE = [without_a_database_pages_are_503_until_it_is_back,
         a_server_behind_a_proxy_sends_transport_security_and_bound_cookies, the_shipped_program_has_no_route_of_the_tests]


def main():
    wanted = sys.argv[1:]
    passed = failed = skipped = 0

    def attempt(test, *arguments):
        nonlocal passed, failed, skipped
        if wanted and test.__name__ not in wanted:
            return
        try:
            test(*arguments)
        except test_upload.Skipped as why:
            skipped += 1
            print(f'skipped {test.__name__}: {why}', flush=True)
        except Exception:
            failed += 1
            print(f'FAILED {test.__name__}\n{traceback.format_exc()}', flush=True)
        else:
            passed += 1
            print(f'ok     {test.__name__}', flush=True)

    def the_server_ends_well_and_its_log_names_nobody(server):
        same(server.ended_with, 0, 'exit code')
        log = server.logged()
        lines = [line for line in log.splitlines() if line.startswith('level=')]
        true(any('route=/test/fail/{name}' in line for line in lines) or wanted, 'a failure is logged with its route')
        for word in ['Asha', 'press-officer-1', VISITOR, 'Cookie', 'candour-session', 'form-token', '/nothing']:
            true(not any(word in line for line in lines), f'{word} stands in the log')

    try:
        with data_folder() as data:
            with Server(data) as server:
                for test in TOGETHER + test_upload.TOGETHER:
                    attempt(test, server)
            attempt(the_server_ends_well_and_its_log_names_nobody, server)
        for test in ALONE:
            attempt(test)
        for test in test_upload.ALONE:
            attempt(test, data_folder, Server)
    finally:
        if MADE:
            shutil.rmtree(MADE)
    print(f'{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''))
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == '__main__':
    sys.exit(main())
