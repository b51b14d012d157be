"""Forms with files over HTTP: what is taken, what is refused, and that nothing of it stays. Run by test_web.py."""
import contextlib
import hashlib
import os
import re
import socket
import subprocess
import tempfile
import time

BOUNDARY = '----candour7MA4YWxkTrZu0gW'
TYPE = f'multipart/form-data; boundary={BOUNDARY}'
FILE_MAX, FORM_MAX, MORE_MAX = 8 * 1024 * 1024, 16 * 1024 * 1024, 1000


class Skipped(Exception):
    """Why a test cannot run here."""


def same(got, wanted, what=''):
    if got != wanted:
        raise AssertionError(f'{what}: got {got!r}, wanted {wanted!r}')


def true(fact, what):
    if not fact:
        raise AssertionError(what)


def part(name, data, file=None, type_of=None, more=''):
    words = f'Content-Disposition: form-data; name="{name}"'
    words += f'; filename="{file}"' if file is not None else ''
    words += f'\r\nContent-Type: {type_of}' if type_of else ''
    data = data if isinstance(data, bytes) else data.encode()
    return f'--{BOUNDARY}\r\n{words}{more}\r\n\r\n'.encode() + data + b'\r\n'


LAST = f'--{BOUNDARY}--\r\n'.encode()


def form(server, **headers):
    page = server.get('/test/upload', **headers)
    same(page.status, 200, 'the form')
    token = re.search(r'name="form-token" value="([^"]+)"', page.text)[1]
    return token, (page['Set-Cookie'] or '').split(';')[0]


def sent(server, parts, cookie='', to='/test/upload', **headers):
    headers.setdefault('Content_Type', TYPE)
    return server.post(to, b''.join(parts) + LAST, Cookie=cookie, **headers)


def line(field, data, name):
    return f'{field} {len(data)} {hashlib.sha256(data).hexdigest()} {name}'


def web_process(server):
    children = subprocess.run(['ps', '-o', 'pid=,comm=', '--ppid', str(server.process.pid)], stdout=subprocess.PIPE,
                              text=True).stdout.split('\n')
    return next(int(child.split()[0]) for child in children if child.split()[1:] == ['web'])


def files_open(server):
    """Of the web process, but for where it logs: how many files have no name on the disk."""
    folder = f'/proc/{web_process(server)}/fd'
    links = []
    for name in set(os.listdir(folder)) - {'0', '1', '2'}:
        with contextlib.suppress(OSError):
            links.append(os.readlink(os.path.join(folder, name)))
    return sum(link.endswith(' (deleted)') and link.startswith('/') and 'memfd' not in link for link in links)


def wait_for(question, what, seconds=15):
    end = time.monotonic() + seconds
    while not question():
        true(time.monotonic() < end, what)
        time.sleep(0.05)


class Slow:
    """An upload whose bytes the test sends itself."""

    def __init__(self, server, length, cookie='', to='/test/upload', more=''):
        self.socket = socket.create_connection(('127.0.0.1', server.port), timeout=20, source_address=('127.0.0.78', 0))
        self.socket.sendall(f'POST {to} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {TYPE}\r\nCookie: {cookie}\r\n{more}'
                            f'Content-Length: {length}\r\n\r\n'.encode())

    def send(self, data):
        self.socket.sendall(data)

    def status(self):
        return int(self.socket.recv(65536).split()[1])

    def close(self):
        self.socket.close()


# ---- What is taken ----


def files_come_whole_and_words_with_them(s):
    token, cookie = form(s)
    for data in [b'x', bytes(range(256)) * 1000, os.urandom(3_000_000), b'\r\n' * 500_000, b'\r\n--' + BOUNDARY.encode()[:-1],
                 os.urandom(FILE_MAX)]:
        small = os.urandom(MORE_MAX)
        answer = sent(s, [part('form-token', token), part('words', 'Asha\r\nsaid ü'), part('file', data, 'a b.bin', 'image/png'),
                          part('more', small, 'one'), part('more', b'', 'empty.txt', 'text/plain')], cookie)
        same(answer.status, 200, len(data))
        same(answer.text, line('file', data, 'a b.bin') + '\n' + line('more', small, 'one') + '\n' +
             line('more', b'', 'empty.txt') + '\nwords Asha\nsaid ü\n')
        same(answer['Cache-Control'], 'no-store')
    same(files_open(s), 0, 'nothing stays')


def what_curl_sends_is_taken(s):
    token, cookie = form(s)
    with tempfile.TemporaryDirectory() as folder:
        data = os.urandom(700_000)
        with open(os.path.join(folder, 'a;b"c.bin'), 'wb') as f:
            f.write(data)
        done = subprocess.run(['curl', '-sS', '-b', cookie, '-F', f'form-token={token}', '-F', 'words=Asha', '-F',
                               'file=@"' + os.path.join(folder, 'a;b\\"c.bin') + '"',
                               f'http://127.0.0.1:{s.port}/test/upload'], stdout=subprocess.PIPE, timeout=30)
    got = done.stdout.decode()
    true(got.startswith(line('file', data, '')) and got.endswith('words Asha\n'), got)


def no_file_chosen_is_no_file(s):
    token, cookie = form(s)
    none = part('file', b'', '', 'application/octet-stream')
    answer = sent(s, [part('form-token', token), none], cookie)
    same((answer.status, answer.text), (422, 'words \n'), 'a file was required')
    same(sent(s, [part('form-token', token), part('file', b'x', '')], cookie).status, 400, 'bytes of no file')


def a_file_over_its_limit_is_said_and_not_kept(s):
    token, cookie = form(s)
    head = [part('form-token', token), part('file', b'x', 'x')]
    answer = sent(s, head + [part('more', b'y' * (MORE_MAX + 1), 'big')], cookie)
    same((answer.status, answer.text.splitlines()[1]), (422, f'more {MORE_MAX + 1} none big'))
    answer = sent(s, head + [part('more', b'y', f'{i}') for i in range(4)], cookie)
    same((answer.status, answer.text.splitlines()[4]), (422, 'more 1 none 3'), 'a file too many')
    answer = sent(s, [part('form-token', token), part('file', b'', 'x')], cookie)
    same(answer.status, 422, 'a file that is too small')
    answer = sent(s, [part('form-token', token), part('file', b'z' * (FILE_MAX + 1), 'x')], cookie)
    same((answer.status, answer.text.splitlines()[0]), (422, f'file {FILE_MAX + 1} none x'))
    same(files_open(s), 0)


def a_name_of_a_file_is_no_path(s):
    token, cookie = form(s)
    for name, shown in [('../../etc/passwd', 'passwd'), ('C:\\Users\\Asha\\a.jpg', 'a.jpg'), ('/', ''), ('a\u202eb', ''),
                        ('naïve.jpg', 'naïve.jpg'), ('..', '..')]:
        answer = sent(s, [part('form-token', token), part('file', b'x', name)], cookie)
        same((answer.status, answer.text.splitlines()[0]), (200, line('file', b'x', shown)), name)


# ---- The token, and who may ----


def no_byte_is_kept_before_the_token_is_good(s):
    (token, cookie), (other, _) = form(s), form(s)
    file = part('file', b'x' * 300_000, 'x')
    for parts, jar in [([file], cookie), ([file, part('form-token', token)], cookie), ([part('form-token', other), file], cookie),
                       ([part('form-token', ''), file], cookie), ([part('form-token', 'A' * 1000), file], cookie),
                       ([part('words', 'a'), part('form-token', token), file], cookie), ([part('form-token', token), file], ''),
                       ([part('form-token', token[:-2] + 'AA'), file], cookie)]:
        same(sent(s, parts, jar).status, 403, parts[0][:200])
    with contextlib.closing(Slow(s, 2_000_000, cookie)) as slow:
        slow.send(file + part('form-token', token))
        same(slow.status(), 403, 'a file before the token, before all has come')
        same(files_open(s), 0)
    for twice in [[part('form-token', token)] * 2 + [file], [part('form-token', token), file, part('form-token', token)],
                  [part('form-token', token, 'x'), file]]:
        same(sent(s, twice, cookie).status, 400)
    for site, status in [('cross-site', 403), ('same-site', 403), ('same-origin', 200)]:
        same(sent(s, [part('form-token', token), part('file', b'x', 'x')], cookie, Sec_Fetch_Site=site).status, status, site)


def who_may_not_is_refused_before_the_body(s):
    slow = Slow(s, 10_000_000, to='/test/upload/signed-in', more='Expect: 100-continue\r\n')
    with contextlib.closing(slow):
        same(slow.status(), 403, 'instead of 100')
    answer = s.post('/test/session', 'user=press-officer-1')
    session = answer['Set-Cookie'].split(';')[0]
    token, _ = form(s, Cookie=session)
    parts = [part('form-token', token), part('file', b'x', 'x')]
    same(sent(s, parts, session, '/test/upload/signed-in').status, 200)
    same(sent(s, parts, '', '/test/upload/signed-in').status, 403)
    _, form_cookie = form(s)
    length = len(b''.join(parts) + LAST)
    with contextlib.closing(Slow(s, length, session, '/test/upload/signed-in')) as slow, \
            contextlib.closing(Slow(s, length, f'{session}; {form_cookie}')) as open_to_all:
        for upload in (slow, open_to_all):
            upload.send(parts[0])
        time.sleep(0.3)
        same(s.post('/test/session/end', f'form-token={token}', Cookie=session).status, 303)
        for upload in (slow, open_to_all):
            upload.send(parts[1] + LAST)
        same(slow.status(), 403, 'the session ended while the file came')
        same(open_to_all.status(), 403, 'it is not the same visitor any more')
    wait_for(lambda: files_open(s) == 0, 'nothing stays')


# ---- What is refused ----


def what_is_not_as_declared_is_400(s):
    token, cookie = form(s)
    head, file = part('form-token', token), part('file', b'x', 'x')
    for what, parts in {
            'a field that is not declared': [part('admin', 'yes')], 'words twice': [part('words', 'a'), part('words', 'b')],
            'a file where words are': [part('words', 'a', 'x')], 'words where a file is': [part('file', 'a')],
            'words that are not UTF-8': [part('words', b'\xff')], 'words in another charset':
            [part('words', 'a', None, 'text/plain; charset=utf-16')], 'base64':
            [part('words', 'YQ==', more='\r\nContent-Transfer-Encoding: base64')], 'a folded field':
            [part('words', 'a', more=';\r\n x=y')], 'filename*': [part('file', 'x', more="; filename*=UTF-8''x")],
            'an early end': [LAST], 'a preamble': None}.items():
        answer = sent(s, [head, file, *parts] if parts else [b'\r\n', head, file], cookie)
        same(answer.status, 400, what)
    body = head + file
    same(s.post('/test/upload', body, Cookie=cookie, Content_Type=TYPE).status, 400, 'no end')
    same(s.post('/test/upload', b'', Cookie=cookie, Content_Type=TYPE).status, 403, 'nothing at all')
    for kind in ['application/x-www-form-urlencoded', 'multipart/form-data', 'multipart/mixed; boundary=' + BOUNDARY,
                 TYPE + '; boundary=b', f'multipart/form-data; boundary={BOUNDARY}x', 'multipart/form-data; boundary=']:
        same(s.post('/test/upload', body + LAST, Cookie=cookie, Content_Type=kind).status, 400, kind)
    same(s.raw(f'POST /test/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: {TYPE}\r\nContent-Type: {TYPE}\r\n'
               f'Cookie: {cookie}\r\nContent-Length: {len(body + LAST)}\r\n\r\n'.encode() + body + LAST).status, 400, 'two types')
    same(s.post('/test/form', body + LAST, Cookie=cookie, Content_Type=TYPE).status, 403, 'a form without files takes none')
    same(files_open(s), 0)


def what_is_too_much_is_413(s):
    token, cookie = form(s)
    head, file = part('form-token', token), part('file', b'x', 'x')
    for what, parts in {'words': [part('words', 'a' * 70_000)], 'files': [part('more', b'', 'x')] * 32,
                        'a name': [part('x' * 65, 'a')], 'a name of a file': [part('more', b'', 'x' * 256)],
                        'a head': [part('more', b'', 'x', more='\r\nX: ' + 'x' * 2048)]}.items():
        same(sent(s, [head, file, *parts], cookie).status, 413, what)
    with contextlib.closing(Slow(s, FORM_MAX + 1, cookie)) as slow:
        same(slow.status(), 413, 'before a byte of the body')
    same(files_open(s), 0)


# ---- Clients that go away, and slow ones ----


def a_client_that_goes_away_leaves_nothing(s):
    token, cookie = form(s)
    for kept in [0, 40, len(part('form-token', token)), 400, 300_000, 1_000_000]:
        slow = Slow(s, 4_000_000, cookie)
        slow.send((part('form-token', token) + part('file', b'x' * 3_000_000, 'x'))[:kept])
        if kept > 500_000:
            wait_for(lambda: files_open(s) == 1, 'a piece was kept')
        slow.close()
    wait_for(lambda: files_open(s) == 0, 'nothing stays')
    same(sent(s, [part('form-token', token), part('file', b'x', 'x')], cookie).status, 200)


def files_have_no_name_and_no_reader_but_us(s):
    token, cookie = form(s)
    before = sorted(os.listdir(s.data))
    with contextlib.closing(Slow(s, 4_000_000, cookie)) as slow:
        slow.send(part('form-token', token) + part('file', b'x' * 1_000_000, 'x'))
        wait_for(lambda: files_open(s) == 1, 'a piece was kept')
        same(sorted(os.listdir(s.data)), before, 'no name in the data folder')
    wait_for(lambda: files_open(s) == 0, 'nothing stays')


def uploads_at_once_have_a_limit(s):
    """128 (UPLOADS_MAX) come in at once; one more is 503, and when one has gone there is room again."""
    token, cookie = form(s)
    with contextlib.ExitStack() as stack:
        slows = [stack.enter_context(contextlib.closing(Slow(s, 300_000, cookie, more='Expect: 100-continue\r\n')))
                 for _ in range(128)]
        same({slow.status() for slow in slows}, {100}, 'all are let in')
        one_more = [part('form-token', token), part('file', b'x', 'x')]
        answer = sent(s, one_more, cookie)
        same(answer.status, 503, 'one more is not')
        true(int(answer['Retry-After']) > 0, 'it says when to come again')
        slows[0].close()
        wait_for(lambda: sent(s, one_more, cookie).status == 200, 'there is room again')
    wait_for(lambda: files_open(s) == 0, 'nothing stays')


def set_folder(data, folder):
    name = os.path.join(data, 'candour.yaml')
    with open(name, encoding='utf-8') as f:
        text = f.read()
    same(text.count('\nsite:\n'), 1, 'the settings of the demonstration')
    with open(name, 'w', encoding='utf-8') as f:
        f.write(text.replace('\nsite:\n', f'\nsite:\n  upload_folder: {folder}\n'))


def a_full_disk_is_503_and_is_free_again(data_folder, server_of):
    if os.geteuid() != 0:
        raise Skipped('mounting a small disk needs root')
    with data_folder() as data, tempfile.TemporaryDirectory() as disk:
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'none', disk], check=True)
        try:
            set_folder(data, disk)
            with server_of(data) as s:
                free = os.statvfs(disk).f_bfree
                for _ in range(3):
                    token, cookie = form(s)
                    data_sent = os.urandom(6_000_000)
                    answer = sent(s, [part('form-token', token), part('file', data_sent, 'x')], cookie)
                    same(answer.status, 503, 'more than the disk has')
                    true(int(answer['Retry-After']) > 0, 'it says when to come again')
                    wait_for(lambda: os.statvfs(disk).f_bfree == free, 'the disk is free again')
                    data_sent = os.urandom(3_000_000)
                    answer = sent(s, [part('form-token', token), part('file', data_sent, 'x')], cookie)
                    same((answer.status, answer.text.splitlines()[0]), (200, line('file', data_sent, 'x')))
                wait_for(lambda: os.statvfs(disk).f_bfree == free, 'the disk is free again')
                true('event=web.upload_failed' in s.logged() and 'status=full' in s.logged(), 'it stands in the log')
        finally:
            subprocess.run(['umount', disk], check=True)


def a_folder_that_cannot_be_used_is_said_at_the_start(data_folder, server_of):
    for folder in ['/nowhere', 'relative', '/proc']:
        with data_folder() as data:
            set_folder(data, folder)
            try:
                with server_of(data):
                    raise AssertionError(f'it started with {folder}')
            except RuntimeError as fault:
                true('site.upload_folder' in str(fault), str(fault))


TOGETHER = [files_come_whole_and_words_with_them, what_curl_sends_is_taken, no_file_chosen_is_no_file,
            a_file_over_its_limit_is_said_and_not_kept, a_name_of_a_file_is_no_path, no_byte_is_kept_before_the_token_is_good,
            who_may_not_is_refused_before_the_body, what_is_not_as_declared_is_400, what_is_too_much_is_413,
            a_client_that_goes_away_leaves_nothing, files_have_no_name_and_no_reader_but_us, uploads_at_once_have_a_limit]
ALONE = [a_full_disk_is_503_and_is_free_again, a_folder_that_cannot_be_used_is_said_at_the_start]
