"""The front and nginx side by side on unix sockets, each before something that says what it was told (twin.c)."""
import array
import fcntl
import os
import re
import shutil
import socket
import subprocess
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get('CANDOUR_BUILD', os.path.join(ROOT, 'build-test'))
CORPUS = os.path.join(ROOT, 'tests', 'fuzz', 'corpus', 'http')
PATIENCE = 10

# The limits are those of http.h. What a proxy passes on is the whole body, of known length; `uri` is decoded, and kept
# out of the way where it holds a line end, which the front refuses.
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
{user}
events {{ worker_connections 256; }}
http {{
    access_log off; server_tokens off; keepalive_timeout 10s; merge_slashes off;
    client_header_buffer_size 16k; large_client_header_buffers 4 16k;
    client_max_body_size 64k; client_body_buffer_size 64k;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    map $uri $decoded {{ "~[\\x00-\\x1f]" "-"; default $uri; }}
    server {{
        listen unix:{folder}/nginx;
        location / {{
            proxy_pass http://unix:{folder}/upstream:/seen;
            proxy_http_version 1.1; proxy_method POST; proxy_pass_request_headers off; proxy_ignore_client_abort on;
            proxy_buffer_size 16k; proxy_buffers 4 16k; proxy_read_timeout 5s;
            proxy_set_header Host seen; proxy_set_header Connection close;
            proxy_set_header X-Method $request_method; proxy_set_header X-Host $http_host;
            proxy_set_header X-Path $decoded; proxy_set_header X-Target $request_uri;
        }}
    }}
}}
"""

STATUS = re.compile(rb'HTTP/1\.[01] (\d{3}) ')
SAW = re.compile(rb'\r\nX-Saw: ([^\r\n]*)\r\n')


class Twins:
    """Both servers, in a folder of their own. Without nginx where `alone`."""

    def __init__(self, alone=False):
        self.folder = tempfile.mkdtemp(prefix='candour-twin-')
        self.front = os.path.join(self.folder, 'front')
        self.nginx = os.path.join(self.folder, 'nginx')
        self.processes = []
        command = [os.path.join(BUILD, 'tests', 'unit', 'http', 'http_twin'), self.front]
        if not alone:
            command.append(os.path.join(self.folder, 'upstream'))
        self.server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.server.stdout.readline() != b'ready\n':
            raise SystemExit('http_twin did not start')
        self.proxy = None
        if not alone:
            self.start_nginx()

    def start_nginx(self):
        config = os.path.join(self.folder, 'nginx.conf')
        with open(config, 'w', encoding='ascii') as f:
            f.write(NGINX.format(folder=self.folder, user='user root;' if os.geteuid() == 0 else ''))
        binary = shutil.which('nginx', path=os.environ.get('PATH', '') + ':/usr/sbin')
        if not binary:
            raise SystemExit('nginx is missing: apt-get install nginx-light')
        self.proxy = subprocess.Popen([binary, '-p', self.folder, '-c', config], stderr=subprocess.PIPE)
        for _ in range(200):
            try:
                exchange(self.nginx, b'')
                return
            except OSError:
                if self.proxy.poll() is not None:
                    break
                time.sleep(0.02)
        raise SystemExit('nginx did not start: %s' % self.proxy.stderr.read().decode(errors='replace'))

    def stop(self):
        """Whether both ended well."""
        self.server.stdin.close()
        well = self.server.wait(70) == 0
        if self.proxy:
            self.proxy.terminate()
            well = self.proxy.wait(20) == 0 and well
            self.proxy.stderr.close()
        self.server.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return well


def connect(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(PATIENCE)
    s.connect(path)
    return s


def say(s, data):
    """All of it, or as much as is wanted by a server that has closed."""
    try:
        s.sendall(data)
        return True
    except (BrokenPipeError, ConnectionResetError):
        return False


def rest(s):
    """Our side is closed; what the server says to its end."""
    try:
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    pieces = []
    while True:
        try:
            piece = s.recv(65536)
        except ConnectionResetError:
            break
        if not piece:
            break
        pieces.append(piece)
    s.close()
    return b''.join(pieces)


def exchange(path, data):
    s = connect(path)
    say(s, data)
    return rest(s)


def wait_until_read(s):
    """Until the server has read all that was sent. False: it does not, having closed or having something to do."""
    left = array.array('i', [0])
    ends = time.monotonic() + 0.25
    while time.monotonic() < ends:
        fcntl.ioctl(s.fileno(), termios.TIOCOUTQ, left)
        if left[0] == 0:
            return True
        os.sched_yield()
    return False


def answers(data):
    """[(status, what was seen or None)] of all final answers."""
    found = []
    at = 0
    while True:
        match = STATUS.search(data, at)
        if not match:
            return found
        end = data.find(b'\r\n\r\n', match.end())
        head = data[match.start():end + 4 if end >= 0 else len(data)]
        status = int(match.group(1))
        saw = SAW.search(head)
        if status >= 200:
            found.append((status, saw.group(1) if saw else None))
        at = match.start() + len(head)


def corpus():
    found = []
    for name in sorted(os.listdir(CORPUS)):
        with open(os.path.join(CORPUS, name), 'rb') as f:
            found.append((name, f.read()))
    return found
