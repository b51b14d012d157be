"""A proxy on free ports with its shipped configuration, candour behind it, and clients from an address of their own.

The shipped file is taken as it is; replaced are only the certificate, the ports, candour's address, and what needs
root where the test has none. A line that is to be replaced and is not there is a failure, so that the files here and
the list of what a person changes (docs/install.md) cannot drift apart.
"""
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, os.environ.get("CANDOUR_BUILD", "build-test"))
CANDOUR = os.path.join(BUILD, "tests", "http", "candour-test")
TINY = os.path.join(BUILD, "tests", "unit", "http", "http_tiny")
DEPLOY = os.path.join(ROOT, "deploy")
PATIENCE = 30
# Visitors come from here, so that logs can be searched for it.
VISITOR = "127.0.0.77"
os.environ["PATH"] += ":/usr/sbin:/sbin"


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return True
    except OSError:
        return False


# Where the machine has no ::1 the lines for it are left out.
IPV6 = has_ipv6()


class Failed(Exception):
    pass


def must(fact, words):
    if not fact:
        raise Failed(words)


def wait_for(question, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not (answer := question()):
        must(time.monotonic() < end, f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)
    return answer


def free_ports(n):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def replaced(text, *pairs):
    for old, new in pairs:
        must(old in text, f"the shipped file has no {old!r} to be replaced")
        text = text.replace(old, new)
    return text


def ended(process, number=signal.SIGTERM, patience=80):
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-keyout", os.path.join(folder, "certificate.key"), "-out",
                    os.path.join(folder, "certificate.crt"), "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def keep_3():
    """Descriptor 3, which a service manager begins at, is never free here: Popen puts nothing of its own there, and can
    make it inheritable in a new process before the socket takes its place."""
    try:
        os.fstat(3)
    except OSError:
        null = os.open(os.devnull, os.O_RDONLY)
        if null != 3:
            os.dup2(null, 3, inheritable=False)
            os.close(null)


keep_3()


def as_the_service_manager(sock):
    """(words before a command, options of Popen) so that it is given the socket as systemd gives one."""
    def put():
        os.dup2(sock.fileno(), 3, inheritable=True)
    return (["sh", "-c", 'LISTEN_FDS=1 LISTEN_FDNAMES=proxy LISTEN_PID=$$ exec "$@"', "sh"],
            {"preexec_fn": put, "close_fds": True, "pass_fds": (3,)})


class Candour:
    """The test build of the server, to be ended and started again. Over TCP it binds the port itself; the unix socket
    is held for it, as the service manager does with deploy/candour.socket."""

    def __init__(self, stage):
        self.stage = stage
        self.held = None
        if stage.unix:
            self.held = socket.socket(socket.AF_UNIX)
            self.held.bind(stage.path("candour.sock"))
            # The worker of a proxy is another user here; in the unit the group of the socket says who may.
            os.chmod(stage.path("candour.sock"), 0o666)
            self.held.listen(4096)
        self.data = os.path.join(stage.folder, "data")
        self.log = os.path.join(stage.folder, "candour.log")
        self.process = None
        subprocess.run([CANDOUR, "init", "--data", self.data], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.data, "candour.yaml"), "w", encoding="utf-8") as f:
            f.write(f'site:\n  address: "https://localhost:{stage.https}"\n')
            if not stage.unix:
                f.write("server:\n  behind_proxy: true\n")

    def start(self):
        first, more = as_the_service_manager(self.held) if self.held else ([], {})
        last = [] if self.held else ["--listen", f"127.0.0.1:{self.stage.upstream}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*first, CANDOUR, "serve", "--data", self.data, *last], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log, **more)
        while True:
            line = self.process.stdout.readline()
            must(line, f"candour did not start; see what {self.log} says: {open(self.log, errors='replace').read()[-600:]}")
            if b"Ctrl-C" in line:
                return self

    def end(self, number=signal.SIGTERM):
        code = ended(self.process, number)
        self.process.stdout.close()
        return code


class Tiny:
    """The front alone, for large bodies."""

    def __init__(self, stage):
        self.port = str(stage.upstream)
        self.process = None

    def start(self):
        self.process = subprocess.Popen([TINY, "--port", self.port, "--proxy"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE)
        must(b"listening" in self.process.stdout.readline(), "http_tiny did not start")
        return self

    def end(self):
        code = ended(self.process)
        self.process.stdout.close()
        return code


class Closing:
    """In candour's place somebody who closes each kept connection at the moment in which a second request comes on it:
    what otherwise needs two packets that cross."""
    long = b""

    def __init__(self, stage):
        self.process = None
        self.taken, self.lost = [], []
        self.listener = socket.create_server(("127.0.0.1", stage.upstream), backlog=64)

    def start(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def accept(self):
        while True:
            try:
                s = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        data = b""
        with s:
            while b"\r\n\r\n" not in data:
                piece = s.recv(65536)
                if not piece:
                    return
                data += piece
            head, _, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
            while length and len(body) < int(length[1]):
                body += s.recv(65536)
            self.taken.append(head.split(b" ")[1].decode())
            try:
                answer = self.long if self.taken[-1] == "/long" else b"ok"
                s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
                if second := s.recv(65536):
                    self.lost.append(second.split(b" ")[1].decode())
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass

    def end(self):
        self.listener.close()


class Stage:
    """One proxy and what is behind it, in a folder of their own."""
    name = ""
    buffering = spooling = None  # changes after which it writes bodies, or answers, to the disk

    def __init__(self, change=None, wrap=(), behind=Candour, unix=True):
        self.folder = tempfile.mkdtemp(prefix=f"candour-{self.name}-")
        # nginx's and HAProxy's workers are other users.
        os.chmod(self.folder, 0o755)
        self.https, self.http, self.upstream = free_ports(3)
        self.change, self.wrap = change, list(wrap)
        self.process = None
        certificate(self.folder)
        self.unix = unix and behind is Candour
        self.behind = behind(self)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def shipped(self, name, *pairs):
        with open(os.path.join(DEPLOY, name), encoding="utf-8") as f:
            text = replaced(f.read(), ("/etc/candour/", self.folder + "/"), *pairs)
        return self.change(text) if self.change else text

    def to(self, unix):
        """Where the proxy finds candour."""
        return unix if self.unix else f"127.0.0.1:{self.upstream}"

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return self.path(name)

    def start(self):
        command = self.prepare()
        env = {**os.environ, "HOME": self.path("home"), "XDG_DATA_HOME": self.path("home"),
               "XDG_CONFIG_HOME": self.path("home"), "TMPDIR": self.path("tmp")}
        for name in ("home", "tmp"):
            os.makedirs(self.path(name), exist_ok=True)
        with open(self.path("proxy.out"), "ab") as out:
            self.process = subprocess.Popen([*self.wrap, *command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            env=env, cwd=self.folder, start_new_session=True)
        wait_for(self.listening, f"{self.name} does not listen: {self.said()[-800:]}")
        return self

    def listening(self):
        must(self.process.poll() is None, f"{self.name} ended: {self.said()[-1500:]}")
        try:
            socket.create_connection(("127.0.0.1", self.https), 1).close()
            return True
        except OSError:
            return False

    def said(self):
        with open(self.path("proxy.out"), errors="replace") as f:
            return f.read()

    def __enter__(self):
        try:
            self.behind.start()
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        if self.process:
            self.end()
        if self.behind.process:
            ended(self.behind.process, patience=80)
        elif isinstance(self.behind, Closing):
            self.behind.end()
        if getattr(self.behind, "held", None):
            self.behind.held.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def end(self):
        """All of its processes: strace does not end before what it traces, and killed would leave it behind."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(20)
            except (ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
                pass
        self.process.wait()

    # ---- What it may have written ----

    def written(self):
        """Every file of the scratch folder that is not candour's data, with its bytes."""
        for at, folders, files in os.walk(self.folder):
            if at == self.folder:
                folders[:] = [f for f in folders if f != "data"]
            for name in files:
                try:
                    with open(os.path.join(at, name), "rb") as f:
                        yield os.path.join(at, name), f.read()
                except FileNotFoundError:
                    pass

    # ---- Clients ----

    def connect(self, source=VISITOR, alpn=("http/1.1",), version=None, timeout=PATIENCE):
        context = ssl.create_default_context(cafile=self.path("certificate.crt"))
        context.set_alpn_protocols(list(alpn))
        if version:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
        s = socket.create_connection(("127.0.0.1", self.https), timeout, source_address=(source, 0))
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return context.wrap_socket(s, server_hostname="localhost")

    @property
    def host(self):
        return f"localhost:{self.https}"

    def head(self, method, path, *fields):
        return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {self.host}", *fields, "", ""]).encode("latin-1")

    def ask(self, path, method="GET", fields=(), body=b"", source=VISITOR):
        """(status, head, body) over HTTP/1.1, on a connection of its own."""
        with self.connect(source) as s:
            if body or method == "POST":
                fields = [f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded", *fields]
            send(s, self.head(method, path, "Connection: close", *fields) + body)
            answer = Answers(s).one(head_only=method == "HEAD")
        must(answer, f"{method} {path}: no answer")
        return answer

    def curl(self, path, *arguments, version="--http2", stdin=None, refused=()):
        """(status, head, body, version) by curl; a status of None where it ends with a code of `refused`."""
        done = subprocess.run(["curl", "-sS", "-i", "--noproxy", "*", "--cacert", self.path("certificate.crt"), version,
                               "--interface", VISITOR, "-4", "-m", str(PATIENCE), "-w", "\n%{http_version} %{http_code}",
                               *arguments, f"https://localhost:{self.https}{path}"], input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        if done.returncode in refused:
            return None, b"", b"", ""
        must(done.returncode == 0, f"curl {path}: {done.stderr.decode()}")
        said, _, last = done.stdout.rpartition(b"\n")
        number, status = last.decode().split()
        while True:
            head, _, said = said.partition(b"\r\n\r\n")
            if not re.match(rb"HTTP/\S+ 100", head):
                return int(status), head, said, number


def send(s, data):
    """A server that has refused may have closed already: what it said is still to be read."""
    try:
        s.sendall(data)
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError, TimeoutError):
        pass


class Answers:
    """Reads HTTP/1.1 answers off a connection. A cut answer is a failure."""

    def __init__(self, s):
        self.s = s
        self.bytes = b""
        self.quiet = False

    def more(self):
        try:
            piece = self.s.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            piece = b""
        self.bytes += piece
        return bool(piece)

    def one(self, head_only=False):
        while b"\r\n\r\n" not in self.bytes:
            if not self.more():
                must(not self.bytes, f"a torn answer: {self.bytes[:80]!r}")
                return None
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        match = re.match(rb"HTTP/1\.[01] (\d{3}) ", head)
        must(match, f"not a status line: {head[:80]!r}")
        status = int(match[1])
        if status == 100:
            return self.one(head_only)
        if head_only or status == 304:
            return status, head, b""
        if re.search(rb"\r\ntransfer-encoding: *chunked", head, re.I):
            return status, head, self.chunks()
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
        if not length:
            while self.more():
                pass
            body, self.bytes = self.bytes, b""
            return status, head, body
        n = int(length[1])
        pieces, got, self.bytes = [self.bytes], len(self.bytes), b""
        while got < n:
            must(self.more(), "the body of the answer is cut")
            pieces, got, self.bytes = pieces + [self.bytes], got + len(self.bytes), b""
        whole = b"".join(pieces)
        self.bytes = whole[n:]
        return status, head, whole[:n]

    def chunks(self):
        body = b""
        while True:
            while b"\r\n" not in self.bytes:
                must(self.more(), "the body of the answer is cut")
            size, self.bytes = self.bytes.split(b"\r\n", 1)
            n = int(size, 16)
            while len(self.bytes) < n + 2:
                must(self.more(), "the body of the answer is cut")
            body, self.bytes = body + self.bytes[:n], self.bytes[n + 2:]
            if n == 0:
                return body

    def all(self):
        """What comes until the other side closes or is silent."""
        found = []
        try:
            while (answer := self.one()) is not None:
                found.append(answer)
        except TimeoutError:
            self.quiet = True
        return found


class Nginx(Stage):
    name = "nginx"

    def prepare(self):
        text = self.shipped("nginx.conf", ("unix:/run/candour/web.sock", self.to(f"unix:{self.path('candour.sock')}")),
                            ("listen 443 ", f"listen 127.0.0.1:{self.https} "),
                            ("listen [::]:443 ", f"{'' if IPV6 else '#'}listen [::1]:{self.https} "),
                            ("listen 80 ", f"listen 127.0.0.1:{self.http} "),
                            ("listen [::]:80 ", f"{'' if IPV6 else '#'}listen [::1]:{self.http} "))
        site = self.write("site.conf", text)
        temporary = "".join(f"{kind}_temp_path {self.path('nginx-' + kind)};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        # As Debian's nginx.conf has it, so that what must be off here is seen to be on without us.
        conf = self.write("nginx.conf", f"""
{'user www-data;' if os.getuid() == 0 else ''}
worker_processes 2;
daemon off;
pid {self.path('nginx.pid')};
error_log {self.path('error.log')} info;
events {{ worker_connections 2048; }}
http {{
    sendfile on;
    tcp_nopush on;
    gzip on;
    default_type application/octet-stream;
    access_log {self.path('access.log')};
    {temporary}
    include {site};
}}
""")
        return ["nginx", "-e", self.path("error.log"), "-c", conf]

    @staticmethod
    def loud(text):
        return replaced(text, ("access_log off;", ""), ("error_log /dev/null emerg;", ""))

    @staticmethod
    def buffering(text):
        return replaced(text, ("proxy_request_buffering off;", ""))

    @staticmethod
    def spooling(text):
        return replaced(text, ("proxy_max_temp_file_size 0;", ""))


class Caddy(Stage):
    name = "caddy"

    def prepare(self):
        text = self.shipped("Caddyfile", ("unix//run/candour/web.sock", self.to(f"unix/{self.path('candour.sock')}")),
                            ("\n:443 {", f"\n:{self.https} {{\n\tbind 127.0.0.1{' ::1' if IPV6 else ''}"),
                            ("\n:80 {", f"\n:{self.http} {{\n\tbind 127.0.0.1{' ::1' if IPV6 else ''}"))
        return ["caddy", "run", "--adapter", "caddyfile", "--config", self.write("Caddyfile", text)]

    @staticmethod
    def loud(text):
        return replaced(text, ("\t\texclude http\n", ""), ("level WARN", "level DEBUG"))


class Haproxy(Stage):
    name = "haproxy"

    def prepare(self):
        root = os.getuid() == 0
        pairs = [("unix@/candour.sock", self.to(f"unix@{'' if root else self.folder}/candour.sock")),
                 ("bind :443 ", f"bind 127.0.0.1:{self.https} "), ("bind :80\n", f"bind 127.0.0.1:{self.http}\n"),
                 ("bind [::]:443 v6only ", f"{'' if IPV6 else '#'}bind [::1]:{self.https} "),
                 ("bind [::]:80 v6only\n", f"{'' if IPV6 else '#'}bind [::1]:{self.http}\n")]
        if root:
            pairs += [("    chroot /var/lib/haproxy\n", f"    chroot {self.folder}\n")]
        else:
            pairs += [("    chroot /var/lib/haproxy\n    user haproxy\n    group haproxy\n", "")]
        return ["haproxy", "-db", "-f", self.write("haproxy.cfg", self.shipped("haproxy.cfg", *pairs))]

    @staticmethod
    def loud(text):
        return replaced(text, ("    no log\n", "    log stdout format raw local0 info\n    option httplog\n"))


ALL = (Nginx, Caddy, Haproxy)


def available():
    missing = [c.name for c in ALL if not shutil.which(c.name)]
    if missing:
        sys.exit(f"These are not installed: {', '.join(missing)}; ./test installs them")
    return ALL
