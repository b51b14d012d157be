"""What each proxy must do with its shipped configuration. A fact takes a running stage, or makes one of its own."""
import concurrent.futures
import os
import re
import socket
import ssl
import subprocess
import threading
import time

from stage import Answers, Closing, Failed, IPV6, Tiny, VISITOR, must, send, wait_for

FACTS = []


def fact(own=False, but=None):
    """`own`: it starts the proxy itself, and is given the class. `but`: a proxy that cannot do it; its file says so."""
    def add(run):
        FACTS.append((run.__name__, own, run, but))
        return run
    return add


def field(head, name):
    match = re.search(rb"\r\n" + name.encode() + rb": *([^\r]*)", head, re.I)
    return match[1].decode() if match else None


# ---- Pages ----

@fact()
def pages_come_over_http_2_and_http_1(stage):
    bodies = set()
    for version, number in (("--http2", "2"), ("--http1.1", "1.1")):
        status, head, body, spoken = stage.curl("/", version=version)
        must((status, spoken) == (200, number), (status, spoken))
        must(b"</html>" in body, body[-80:])
        bodies.add(body)
        must(field(head, "strict-transport-security"), "no HSTS: candour does not believe that it is TLS")
        must("default-src 'none'" in field(head, "content-security-policy"), head)
        must(len(re.findall(rb"\nstrict-transport-security:", head, re.I)) == 1, "HSTS twice")
        server = field(head, "server")
        must(server == ("nginx" if stage.name == "nginx" else None), f"Server: {server}")
    must(len(bodies) == 1, "two versions of one page")


@fact()
def etag_304_and_head_come_through(stage):
    status, head, body = stage.ask("/")
    tag = field(head, "etag")
    must(status == 200 and tag and not tag.startswith("W/"), (status, tag))
    for version in ("--http2", "--http1.1"):
        again, _, nothing, _ = stage.curl("/", "-H", f"If-None-Match: {tag}", version=version)
        must(again == 304 and nothing == b"", (again, nothing[:40]))
    status, head, nothing = stage.ask("/", "HEAD")
    must(status == 200 and int(field(head, "content-length")) == len(body), head)
    must(stage.curl("/", "-I")[0] == 200, "HEAD over HTTP/2")


def direct(stage, head):
    """Candour's own answer, without the proxy."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(stage.path("candour.sock"))
        send(s, head)
        return Answers(s).one()


@fact()
def a_proxy_compresses_nothing_of_its_own(stage):
    """What is compressed beside a secret gives it away; which pages may be is candour's to know."""
    encoded = set()
    for path in ("/", "/test/form", "/test/visitor", "/no-such-page"):
        for accept in ("gzip", "br", "gzip, br, zstd", "identity"):
            fields = [f"Accept-Encoding: {accept}", "X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.1"]
            _, head, _ = stage.ask(path, fields=fields[:1])
            _, right, _ = direct(stage, stage.head("GET", path, "Connection: close", *fields))
            for name in ("content-encoding", "etag", "vary", "cache-control"):
                must(field(head, name) == field(right, name), f"{path}, {accept}: {name}: {field(head, name)}")
            encoded.add(field(right, "content-encoding"))
    must({None, "gzip", "br"} <= encoded, f"candour compressed nothing: {encoded}")


@fact()
def old_tls_is_refused(stage):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with stage.connect(version=version) as s:
            cipher = s.cipher()[0]
            must(re.search(r"GCM|CHACHA20", cipher), cipher)
    try:
        stage.connect(version=ssl.TLSVersion.TLSv1_1).close()
    except (ssl.SSLError, ConnectionResetError):
        return
    raise Failed("TLS 1.1 was taken")


@fact()
def plain_http_is_sent_to_https(stage):
    with socket.create_connection(("127.0.0.1", stage.http), 10, source_address=(VISITOR, 0)) as s:
        s.sendall(b"GET /news HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        status, head, _ = Answers(s).one()
    must(status == 301 and field(head, "location") == "https://localhost/news", head)


def listeners(pids):
    """(address, port) of each TCP listener of the processes, as the kernel writes them."""
    inodes, found = set(), set()
    for pid in pids:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                inodes.add(os.readlink(f"/proc/{pid}/fd/{fd}"))
            except FileNotFoundError:
                pass
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as f:
            for words in map(str.split, f):
                if words[3] == "0A" and f"socket:[{words[9]}]" in inodes:
                    found.add((words[1].split(":")[0], int(words[1].split(":")[1], 16)))
    return found


@fact()
def it_listens_nowhere_but_where_it_is_told(stage):
    local = ("0100007F", "00000000000000000000000001000000")[:2 if IPV6 else 1]
    right = {(address, port) for address in local for port in (stage.https, stage.http)}
    must(listeners(tree(stage.process.pid)) == right, listeners(tree(stage.process.pid)) ^ right)


@fact()
def another_host_is_refused_by_candour(stage):
    with stage.connect() as s:
        send(s, b"GET / HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n")
        must(Answers(s).one()[0] == 421, "not 421")


# ---- Bodies ----

@fact()
def post_brings_its_body(stage):
    status, _, before = stage.ask("/test/write", "POST", body=b"public=yes")
    must(status == 200, status)
    for version in ("--http2", "--http1.1"):
        for more in ([], ["-H", "Expect: 100-continue"]):
            status, _, body, _ = stage.curl("/test/write", "-d", "public=yes", *more, version=version)
            must(status == 200 and int(body) == int(before) + 1, (status, body))
            before = body
    # A field that nobody declared is refused by the handler: so the body came, and was read.
    must(stage.curl("/test/write", "-d", "nobody=1")[0] == 400, "the body did not come")


@fact()
def body_over_the_limit_is_413(stage):
    for size in (1024 * 1024, 12 * 1024 * 1024):
        for version in ("--http2", "--http1.1"):
            for expect in ("Expect:", "Expect: 100-continue"):
                # Caddy reads on for 256 KB after its answer, then closes, over HTTP/2 the stream: a client that goes on
                # sending may not get to read it, or read a part of it (18).
                unread = () if stage.name != "caddy" else (18, 55, 56) if version == "--http1.1" else (18,)
                # And candour reads on for a bounded time only: a proxy that is held up for longer, on a machine that does
                # much else, loses the answer while it sends, and says in our stead that we are away.
                for _ in range(3):
                    status = stage.curl("/test/write", "-H", expect, "-H", "Content-Type: application/x-www-form-urlencoded",
                                        "--data-binary", "@-", version=version, stdin=b"a" * size, refused=unread)[0]
                    if status != 503:
                        break
                must(status == 413 or unread and status is None, f"{size} bytes, {version}, {expect}: {status}")


@fact()
def head_of_15_kb_is_taken_and_of_40_kb_is_refused(stage):
    must(stage.ask("/healthz", fields=[f"Cookie: a={'b' * 7000}", f"X: {'c' * 7000}"])[0] == 200, "15 KB refused")
    for fields in ([f"Cookie: {'b' * 40000}"], [f"X-{i}: {'b' * 2000}" for i in range(20)]):
        with stage.connect() as s:
            send(s, stage.head("GET", "/healthz", *fields))
            answer = Answers(s).one()
        must(answer and answer[0] in (400, 431), answer and answer[0])
    must(stage.ask("/" + "a" * 9000)[0] in (400, 414), "a target of 9,000 bytes was taken")


# ---- Who it is ----

SPOOFS = ([], ["X-Forwarded-For: 192.0.2.6"], ["X-Forwarded-For: 192.0.2.6", "X-Forwarded-For: 192.0.2.7"],
          ["x-forwarded-for: 192.0.2.6, 192.0.2.7"], ["X-Forwarded-For:"], ["X_Forwarded_For: 192.0.2.6"],
          ["X-Forwarded-Proto: http"], ["X-Forwarded-Proto: http", "x-forwarded-proto: gopher"],
          ["Forwarded: for=192.0.2.6;proto=http"], ["X-Real-IP: 192.0.2.6", "X-Client-IP: 192.0.2.6"],
          ["Connection: X-Forwarded-For"], ["Connection: close, X-Forwarded-For, X-Forwarded-Proto"])


@fact()
def visitor_has_their_own_address_whatever_they_write(stage):
    for spoof in SPOOFS:
        with stage.connect() as s:
            send(s, stage.head("GET", "/test/visitor", *spoof))
            answer = Answers(s).one()
        must(answer and answer[0] == 200 and answer[2].startswith(VISITOR.encode() + b" https "), f"{spoof}: {answer}")
        options = [word for line in spoof if not line.startswith("Connection") for word in ("-H", line)]
        for source in (VISITOR, "127.0.0.78"):
            body = stage.curl("/test/visitor", *options, "--interface", source)[2]
            must(body.startswith(source.encode() + b" https "), f"HTTP/2, {spoof}: {body}")


@fact()
def visitor_over_ipv6_has_their_own_address(stage):
    context = ssl.create_default_context(cafile=stage.path("certificate.crt"))
    try:
        s = socket.create_connection(("::1", stage.https), 5)
    except OSError as e:
        raise Failed(f"no connection to ::1: {e}") from e
    with context.wrap_socket(s, server_hostname="localhost") as s:
        send(s, stage.head("GET", "/test/visitor", "X-Forwarded-For: 192.0.2.6"))
        must(Answers(s).one()[2].startswith(b"::1 https "), "another address")


# ---- Nothing is kept ----

MARKER = "mk7qz"
QUIET = ("/report", "/report/7/what-happened", "/support", "/support/helplines", "/exit", "/exit/now")


def leave_traces(stage):
    """Everything that a log might take for an occasion, with a marker in path, query and fields."""
    fields = [f"User-Agent: {MARKER}", f"Referer: https://localhost/{MARKER}", f"Cookie: {MARKER}=1"]
    for path in QUIET:
        for version in ("--http2", "--http1.1"):
            stage.curl(f"{path}?{MARKER}", *(w for line in fields for w in ("-H", line)), version=version)
            stage.curl(f"{path}?{MARKER}", "-d", MARKER, version=version)
        stage.ask(f"{path}?{MARKER}", "HEAD", fields)
        stage.ask(f"{path}/%00{MARKER}", fields=fields)
        # A head that is no head, one that is too large, one that is cut; a body that ends early; chunks.
        for data in (stage.head("GET", f"{path}?{MARKER}", "Host: two"),
                     stage.head("GET", f"{path}?{MARKER}", f"X: {MARKER * 9000}"),
                     f"GET {path}?{MARKER} HTTP/1.1\r\nHo".encode(),
                     stage.head("GET", f"{path}?{MARKER}", "bad header"),
                     stage.head("POST", f"{path}?{MARKER}", "Content-Length: 900", *fields) + MARKER.encode(),
                     stage.head("POST", f"{path}?{MARKER}", "Transfer-Encoding: chunked", *fields) + b"zz\r\n",
                     f"GET {path}/{MARKER * 3000} HTTP/1.1\r\n".encode(), MARKER.encode() + b"\x00\x01\r\n\r\n"):
            with stage.connect(timeout=5) as s:
                send(s, data)
                s.settimeout(0.3)
                try:
                    s.recv(65536)
                except (TimeoutError, OSError):
                    pass
    for data in (f"GET /report?{MARKER} HTTP/1.1\r\nHost: {MARKER}\r\n\r\n".encode(), b"\x16\x03\x01\x00\x05hello"):
        for port in (stage.https, stage.http):
            with socket.create_connection(("127.0.0.1", port), 5, source_address=(VISITOR, 0)) as s:
                send(s, data)
                s.settimeout(0.3)
                try:
                    s.recv(65536)
                except (TimeoutError, OSError):
                    pass


def candour_away(stage):
    """Answers while candour is away: first nobody listens at its socket, then there is none."""
    stage.behind.end()
    stage.behind.held.close()

    def one(path):
        with stage.connect() as s:
            send(s, stage.head("GET", f"{path}?{MARKER}", f"User-Agent: {MARKER}"))
            return Answers(s).one()
    with concurrent.futures.ThreadPoolExecutor(len(QUIET)) as pool:
        answers = list(pool.map(one, QUIET))
        os.remove(stage.path("candour.sock"))
        return answers + list(pool.map(one, QUIET))


def traces(stage):
    """(file, what) for what it wrote of a visitor."""
    words = [MARKER, VISITOR, "/report", "/support", "/exit"]
    found = []
    for name, data in stage.written():
        if os.path.basename(name) in ("site.conf", "nginx.conf", "Caddyfile", "haproxy.cfg"):
            continue
        found += [(os.path.basename(name), word) for word in words if word.encode() in data]
    return found


@fact(own=True)
def nothing_of_a_report_support_or_exit_is_logged(kind):
    with kind() as stage:
        leave_traces(stage)
        answers = candour_away(stage)
        stage.end()
        must(not traces(stage), f"written: {traces(stage)}")
    for status, head, body in answers:
        must(status in (502, 503, 504) and b"Please try again" in body, (status, body[:80]))
        must(field(head, "cache-control") == "no-store" and field(head, "strict-transport-security"), head)
        must(not re.search(rb"police|report|nginx|caddy|haproxy|proxy", body, re.I), body)


@fact(own=True)
def the_search_for_log_lines_finds_them_where_logging_is_on(kind):
    with kind(change=kind.loud) as stage:
        stage.curl(f"/report?{MARKER}")
        candour_away(stage)
        stage.end()
        found = {word for _, word in traces(stage)}
        must({MARKER, VISITOR, "/report"} <= found, f"found only {found}")


WRITES = ("sendto,sendmsg,open,openat,openat2,creat,write,writev,pwrite64,pwritev,pwritev2,sendfile,copy_file_range,"
          "splice,ftruncate,fallocate")


def upload(stage, version):
    """Six megabytes of markers in three seconds; looks into open files meanwhile."""
    size, piece = 6 * 1024 * 1024, (MARKER * 13 + "\n").encode() * 1000
    seen = []
    process = subprocess.Popen(["curl", "-sS", "-i", "--noproxy", "*", "--cacert", stage.path("certificate.crt"),
                                version, "--interface", VISITOR, "-4", "-H", f"Content-Length: {size}",
                                "-H", "Expect:", "-H", "Transfer-Encoding:",
                                "-H", "Content-Type: application/octet-stream", "-X", "POST", "-T", "-",
                                f"https://localhost:{stage.https}/upload"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        sent = 0
        while sent < size:
            part = piece[:size - sent]
            process.stdin.write(part)
            process.stdin.flush()
            sent += len(part)
            if sent // len(piece) % 4 == 0:
                seen += open_files(stage)
            time.sleep(0.02)
        out, err = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    # Over HTTP/2 Debian's curl may lose the words of an answer that comes with the end of its stream (18): the file is there.
    lost = version == "--http2" and b"curl: (18)" in err
    must(b" 200" in out.split(b"\r\n")[0] and (lost or f"POST /upload {size} from {VISITOR} secure".encode() in out),
         f"{out[-300:]} {err}")
    return seen


def tree(pid):
    found = [pid]
    for one in found:
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children") as f:
                    found += [int(child) for child in f.read().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def open_files(stage):
    """Files that the proxy's processes hold open, with the marker in them; deleted ones, too."""
    found = []
    for pid in tree(stage.process.pid):
        try:
            if open(f"/proc/{pid}/comm").read().strip() == "strace":
                continue
            for fd in os.listdir(f"/proc/{pid}/fd"):
                at = f"/proc/{pid}/fd/{fd}"
                if os.path.isfile(at) and MARKER.encode() in open(at, "rb").read(1 << 20):
                    found.append(os.readlink(at))
        except (FileNotFoundError, ProcessLookupError, PermissionError, OSError):
            pass
    return found


def disk_writes(trace):
    """Calls that put the marker into a file, or make a file at all, from a trace with descriptors' paths."""
    found = []
    with open(trace, errors="replace") as f:
        for line in f:
            to_file = re.match(r"\d+ +(?:write|writev|pwrite64|pwritev2?|ftruncate|fallocate)\(\d+</(?!dev/(?!shm/))([^>]*)>", line)
            if to_file and (MARKER in line or "ftruncate" in line or "fallocate" in line):
                found.append(line[:400])
            made = re.match(r'\d+ +(?:open|openat|openat2|creat)\(.*"([^"]*)".*\b(?:O_CREAT|O_TMPFILE)', line)
            if made and (not made[1].startswith("/dev/") or made[1].startswith("/dev/shm/")):
                found.append(line[:400])
            if re.match(r"\d+ +(?:copy_file_range|splice|sendfile)\(\d+</(?!dev/(?!shm/))", line):
                found.append(line[:400])
    return found


def traced(kind, change, behind, act):
    """What reached files while `act(stage)` went on, as strace and the open files tell."""
    strace = ["strace", "-f", "--seccomp-bpf", "-y", "-s", "120", "-o", "strace.out", "-e", f"trace={WRITES}"]
    with kind(change=change, behind=behind, wrap=strace) as stage:
        trace = stage.path("strace.out")
        wait_for(lambda: os.path.getsize(trace) > 0, "strace writes nothing")
        # What a process does once, at its first request, is over.
        stage.curl("/")
        begun = os.path.getsize(trace)
        found = act(stage)
        with open(trace, "rb") as f:
            f.seek(begun)
            f.readline()
            during = f.read()
        with open(trace, "wb") as f:
            f.write(during)
        found += disk_writes(trace)
        # Whatever has been written and is there still.
        found += [name for name, data in stage.written() if MARKER.encode() in data and not name.endswith("strace.out")]
        return found, MARKER.encode() in during


def uploads(*versions):
    return lambda stage: [found for version in versions for found in upload(stage, version)]


@fact(own=True)
def no_body_reaches_a_disk(kind):
    found, seen = traced(kind, None, Tiny, uploads("--http1.1", "--http2"))
    must(seen, "the trace does not see what is sent to candour")
    must(not found, f"{len(found)} times, first {found[:3]}")
    # And the search finds what nginx writes without our line; the others cannot be made to write.
    if kind.buffering:
        found, _ = traced(kind, kind.buffering, Tiny, uploads("--http1.1"))
        must(any("O_CREAT" in f for f in found) and any(MARKER in f for f in found) and
             any("client_body" in f and "O_CREAT" not in f and MARKER not in f for f in found), found[:5])


class Long(Closing):
    """An answer of 16 MB at /long."""
    long = (MARKER * 13 + "\n").encode() * (16 * 1024 * 16)


def slow_reader(stage):
    """Asks, and reads nothing for a second: the proxy has to put the answer somewhere, or to wait."""
    with stage.connect() as s:
        send(s, stage.head("GET", "/long"))
        time.sleep(1)
        found = open_files(stage)
        answer = Answers(s).one()
        must(answer and answer[2] == Long.long, "another answer")
    return found


@fact(own=True)
def no_answer_reaches_a_disk(kind):
    found, _ = traced(kind, None, Long, slow_reader)
    must(not found, f"{len(found)} times, first {found[:3]}")
    if kind.spooling:
        found, _ = traced(kind, kind.spooling, Long, slow_reader)
        must(any("O_CREAT" in f for f in found) and any(MARKER in f for f in found), found[:5])


# ---- candour comes and goes ----

class Load:
    """Visitors who read and write through the proxy without a pause, and count what they get."""

    def __init__(self, stage, threads=8):
        self.stage, self.stop = stage, threading.Event()
        self.statuses, self.faults, self.written = {}, [], []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(threads)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def run(self, i):
        s = answers = None
        while not self.stop.is_set():
            try:
                if not s:
                    s = self.stage.connect()
                    answers = Answers(s)
                method = ("GET", "POST")[i % 2]
                if method == "POST":
                    send(s, self.stage.head("POST", "/test/write", "Content-Type: application/x-www-form-urlencoded",
                                            "Content-Length: 0"))
                else:
                    send(s, self.stage.head("GET", "/"))
                answer = answers.one()
                with self.lock:
                    if answer is None:
                        self.statuses[f"{method} none"] = self.statuses.get(f"{method} none", 0) + 1
                    else:
                        key = f"{method} {answer[0]}"
                        self.statuses[key] = self.statuses.get(key, 0) + 1
                        if key == "POST 200":
                            self.written.append(int(answer[2]))
                        if key == "GET 200" and b"</html>" not in answer[2]:
                            raise Failed("a page is cut")
                if answer is None or b"\r\nconnection: close" in answer[1].lower():
                    s.close()
                    s = None
            except (Failed, OSError, ValueError) as e:
                with self.lock:
                    self.faults.append(f"{type(e).__name__}: {e}")
                s = None
        if s:
            s.close()

    def __exit__(self, *_):
        self.stop.set()
        for t in self.threads:
            t.join()


def restarted(stage, may):
    """Under load candour is ended and started three times; `may`: what may come besides the right answers."""
    with Load(stage) as load:
        for _ in range(3):
            time.sleep(1)
            code = stage.behind.end()
            must(code == 0, f"candour ended with {code}: it cut a request")
            stage.behind.start()
        time.sleep(1)
    must(not load.faults, f"{len(load.faults)}, first {load.faults[0] if load.faults else ''}")
    must(load.statuses.get("GET 200", 0) > 100 and load.statuses.get("POST 200", 0) > 50, load.statuses)
    must(set(load.statuses) - {"GET 200", "POST 200"} <= may, load.statuses)
    must(len(set(load.written)) == len(load.written), "one write was answered twice")
    now = int(stage.ask("/test/count")[2].split()[0])
    must(now >= max(load.written), "an answered write is lost")
    must(stage.ask("/")[0] == 200, "it does not recover")
    print(f"      {stage.name}: {load.statuses}", flush=True)


@fact()
def restart_of_candour_is_not_seen_where_its_socket_is_held(stage):
    restarted(stage, set())


@fact(own=True)
def restart_of_candour_cuts_no_answer_where_it_binds_its_port(kind):
    """While nobody listens nginx has nobody to wait for. The others try again, but not what is not a read and was sent
    into a connection that candour had not taken: Caddy says 503, HAProxy closes without an answer."""
    with kind(unix=False) as stage:
        restarted(stage, {"nginx": {"GET 503", "POST 503"}, "caddy": {"POST 503"}, "haproxy": {"POST none"}}[kind.name])


@fact(own=True)
def a_kept_connection_that_closes_costs_no_request(kind):
    """A read that meets one is sent again; a write never meets one, and so need not be sent again."""
    with kind(behind=Closing) as stage:
        wrong, n = [], 0
        for _ in range(10):
            with stage.connect() as s:
                answers = Answers(s)
                for method in ("GET", "GET", "POST", "GET", "POST", "POST", "HEAD", "GET"):
                    n += 1
                    send(s, stage.head(method, f"/{method}/{n}", *(["Content-Length: 4"] if method == "POST" else []))
                         + (b"a=bc" if method == "POST" else b""))
                    answer = answers.one(head_only=method == "HEAD")
                    if not answer or answer[0] != 200:
                        wrong.append((method, n, answer and answer[0]))
                        break
        must(not wrong, wrong)
        taken, lost = stage.behind.taken, stage.behind.lost
        must(len(taken) == n == len(set(taken)), f"{n} requests, {len(taken)} came, {len(set(taken))} of them different")
        must(lost and not [one for one in lost if one.startswith("/POST")], f"met a closing connection: {lost}")


@fact()
def no_request_meets_a_closing_connection(stage):
    """Around the times at which one side closes a connection that was silent (20 s and 30 s) no answer is lost."""
    pauses = [19.2 + i * 0.05 for i in range(30)] + [29.2 + i * 0.05 for i in range(30)]

    def one(pause):
        got = []
        for wait in (0, pause):
            time.sleep(wait)
            # Reads fill the pool of kept connections; then all write and read at once.
            for method in ("GET", "POST", "GET"):
                got.append(stage.ask("/healthz" if method == "GET" else "/test/write", method)[0])
        return got
    with concurrent.futures.ThreadPoolExecutor(len(pauses)) as pool:
        got = [status for answers in pool.map(one, pauses) for status in answers]
    must(got == [200] * (6 * len(pauses)), f"{[s for s in got if s != 200]}")


@fact(but="caddy")
def one_address_cannot_have_all_connections(stage):
    """540 bodies that never come, from one address: 512 are waited for."""
    held, refused = [], 0
    try:
        for _ in range(540):
            try:
                s = stage.connect("127.0.0.99", timeout=2)
            except (OSError, ssl.SSLError):
                refused += 1
                continue
            held.append(s)
            send(s, stage.head("POST", "/test/write", "Content-Type: application/x-www-form-urlencoded",
                               "Content-Length: 9"))
        for s in held[-28:]:
            s.settimeout(0.05)
            try:
                refused += bytes(s.recv(12))[-3:] == b"503"
            except (OSError, ssl.SSLError):
                pass
        must(refused == 28, f"{refused} of 540 refused")
        must(stage.ask("/healthz")[0] == 200, "others are not served")
    finally:
        for s in held:
            s.close()
