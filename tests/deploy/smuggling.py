"""Requests that two readers might understand in two ways, through each proxy: what it takes for one request is one for
candour, which counts. Also that nobody gets the answer that was meant for another."""
import re

import h2
from facts import fact
from stage import Answers, Failed, VISITOR, must, send


def hidden(stage):
    return stage.head("GET", "/test/visitor", "X-Hidden: yes")


def probes(stage):
    """(name, bytes): one request whose end two readers might see in different places, a second one inside."""
    inner = hidden(stage)
    n = len(inner)

    def post(*fields):
        return stage.head("POST", "/test/write", *fields)
    chunk = b"0\r\n\r\n"
    yield "CL and TE", post(f"Content-Length: {len(chunk) + n}", "Transfer-Encoding: chunked") + chunk + inner
    yield "TE and CL", post("Transfer-Encoding: chunked", "Content-Length: 4") + b"%x\r\n" % n + inner + b"\r\n" + chunk
    yield "two CL, first short", post("Content-Length: 0", f"Content-Length: {n}") + inner
    yield "two CL, last short", post(f"Content-Length: {n}", "Content-Length: 0") + inner
    yield "two CL, equal", post(f"Content-Length: {n}", f"Content-Length: {n}") + inner
    for value in (f"{n}, {n}", f"+{n}", f"-{n}", f"0x{n:x}", f"{n} 0", f"{n}.0", f"0,{n}", f"{n}\x0b"):
        yield f"CL {value!r}", post(f"Content-Length: {value}") + inner
    for te in ("Transfer-Encoding: xchunked", "Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked",
               "Transfer-Encoding:\tchunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity, chunked",
               "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: CHUNKED", "Transfer-Encoding: \x0bchunked",
               "Transfer-Encoding: chunked\x00", 'Transfer-Encoding: "chunked"', " Transfer-Encoding: chunked",
               "X: y\r\n Transfer-Encoding: chunked", "X: y\rTransfer-Encoding: chunked", "X: y\nTransfer-Encoding: chunked",
               "Transfer_Encoding: chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
               "Transfer-Encoding: x\r\nTransfer-Encoding: chunked", "Transfer-Encoding:", "Transfer-Encoding\xa0: chunked",
               "Transfer-Encoding:\r\n chunked", "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked"):
        yield f"{te!r} over CL", post(f"Content-Length: {len(chunk) + n}", te) + chunk + inner
        yield f"{te!r} under CL", post("Content-Length: 4", te) + b"%x\r\n" % n + inner + b"\r\n" + chunk
    for size in (b"0;x", b"0\r\nX: y", b"00000000000000000", b"-0", b"0x0", b"0 ", b" 0", b"0\n"):
        yield f"chunk size {size!r}", post("Transfer-Encoding: chunked") + size + b"\r\n\r\n" + inner
    for name in ("Content-Length ", "Content_Length", "Content-Length\t", " Content-Length", "Content-Length\x00"):
        yield f"{name!r}", post(f"{name}: {n}") + inner
    yield "bare LF ends the lines", post(f"Content-Length: {n}").replace(b"\r\n", b"\n") + inner
    yield "bare LF ends the head", post("X: y")[:-2] + b"\n" + inner
    yield "bare CR in a field", post(f"X: y\rContent-Length: {n}") + inner
    yield "CL behind a bare LF", post(f"X: y\nContent-Length: {n}") + inner
    yield "GET with a body", stage.head("GET", "/healthz", f"Content-Length: {n}") + inner
    yield "HEAD with a body", stage.head("HEAD", "/healthz", f"Content-Length: {n}") + inner
    chunks = b"%x\r\n" % n + inner + b"\r\n" + chunk
    yield "GET in chunks", stage.head("GET", "/healthz", "Transfer-Encoding: chunked") + chunks
    yield "HTTP/1.0 in chunks", post("Transfer-Encoding: chunked").replace(b"HTTP/1.1", b"HTTP/1.0") + chunk + inner
    yield "CL kept from candour", post(f"Content-Length: {n}", "Connection: Content-Length") + inner
    yield "Expect and a body at once", post(f"Content-Length: {n}", "Expect: 100-continue") + inner
    yield "Expect, refused", stage.head("GET", "/healthz", f"Content-Length: {n}", "Expect: 100-continue") + inner
    yield "upgrade", stage.head("GET", "/healthz", "Connection: Upgrade", "Upgrade: websocket") + inner
    yield "upgrade to h2c", stage.head("GET", "/healthz", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
                                       "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA") + inner
    yield "a line end in the target", stage.head("GET", "/healthz%0d%0aX:y") + inner
    yield "a space in the target", stage.head("GET", "/healthz HTTP/1.1\r\nX: y\r\n\r\n") + inner
    yield "absolute form", stage.head("GET", "http://www.example.com/healthz") + inner


SEEN = re.compile(rb"\S+ https? (\d+)")


def asked(stage):
    """How often candour was asked for the counter until now, this time included."""
    return int(SEEN.fullmatch(stage.ask("/test/visitor")[2])[1])


def counted(stage, data):
    """(how often candour was asked for the counter, how often its answer came to the visitor, statuses)."""
    # Half a second of silence is the end; on a busy machine an answer may be later, so what looks wrong is asked again.
    for silence in (0.5, 5):
        before = asked(stage)
        with stage.connect(timeout=silence) as s:
            send(s, data)
            try:
                got = Answers(s).all()
            except Failed:
                got = []
        delta = asked(stage) - before - 1
        answered = sum(1 for a in got if SEEN.fullmatch(a[2]))
        if delta == answered:
            break
    return delta, answered, [a[0] for a in got]


@fact()
def the_count_of_requests_sees_two_where_two_were_sent(stage):
    must(counted(stage, hidden(stage) + hidden(stage))[:2] == (2, 2), "the counter does not count")


@fact()
def candour_never_answers_twice_for_one_request(stage):
    """Whatever the proxy took for one request is one for candour; and nobody gets what was meant for another."""
    tried = 0
    for name, data in probes(stage):
        delta, answered, statuses = counted(stage, data)
        must(delta == answered, f"{name}: candour was asked {delta} times, {answered} answers came: {statuses}")
        for i in range(4):
            path, right = (("/healthz", 200), ("/no-such-page", 404))[i % 2]
            got = stage.ask(path)[0]
            must(got == right, f"after {name}: {path} was answered {got}")
        tried += 1
    must(tried > 80, tried)


def probes_of_http_2(stage):
    """(name, frames): requests that become two where a proxy writes them out as HTTP/1.1 without looking."""
    inner = hidden(stage)
    n = len(inner)
    form = ("content-type", "application/x-www-form-urlencoded")

    def start(method="POST", path="/test/write", authority=None):
        return [(":method", method), (":scheme", "https"), (":path", path), (":authority", authority or stage.host)]
    tail = f" HTTP/1.1\r\nHost: {stage.host}\r\n\r\n"
    yield "content-length 0 and a body", h2.request(start() + [form, ("content-length", "0")], inner)
    yield "content-length short", h2.request(start() + [form, ("content-length", "4")], b"a=b&" + inner)
    yield "content-length long", h2.request(start() + [form, ("content-length", str(n + 50))], inner)
    yield "two content-lengths", h2.request(start() + [form, ("content-length", "0"), ("content-length", str(n))], inner)
    for value in (f"{n}, {n}", f"+{n}", "0x0", "0\r\nX: y", ""):
        yield f"content-length {value!r}", h2.request(start() + [form, ("content-length", value)], inner)
    for name in ("transfer-encoding", "Transfer-Encoding", "transfer-encoding ", "transfer-encoding\t",
                 "te\r\ntransfer-encoding"):
        for more in ([], [("content-length", str(n + 5))]):
            yield f"{name!r} {bool(more)}", h2.request(start() + [form, (name, "chunked")] + more, b"0\r\n\r\n" + inner)
    for line_end in ("\r\n", "\n", "\r", "\0"):
        field = f"y{line_end}Transfer-Encoding: chunked{line_end}"
        yield f"a field with {line_end!r}", h2.request(start() + [form, ("x", field)], b"0\r\n\r\n" + inner)
        split = f"y{line_end}{line_end}{inner.decode()}"
        yield f"a field that splits with {line_end!r}", h2.request(start("GET", "/healthz") + [("x", split)])
        rest = tail.replace("\r\n", line_end)
        name = f"x: y{line_end}{line_end}{inner.decode()}"
        yield f"a name that splits with {line_end!r}", h2.request(start("GET", "/healthz") + [(name, "z")])
        yield f"a path that splits with {line_end!r}", h2.request(start("GET", f"/healthz{rest}{inner.decode()}"))
        yield f"a method that splits with {line_end!r}", h2.request(start(f"GET /healthz{rest}GET"))
        authority = stage.host + line_end * 2 + inner.decode()
        yield f"a host that splits with {line_end!r}", h2.request(start("GET", "/healthz", authority))
    yield "a path with a space", h2.request(start("GET", "/healthz HTTP/1.1"))
    yield "host and authority differ", h2.request(start("GET", "/healthz") + [("host", "www.example.com")])
    yield "connection fields", h2.request(start() + [form, ("connection", "content-length"),
                                                     ("content-length", str(n))], inner)
    yield "an upgrade", h2.request(start("GET", "/healthz") + [("connection", "upgrade"), ("upgrade", "websocket")],
                                   inner)
    yield "CONNECT", h2.request([(":method", "CONNECT"), (":authority", stage.host)], inner)
    yield "extended CONNECT", h2.request(start("CONNECT", "/healthz") + [(":protocol", "websocket")], inner)
    yield "trailers that frame", h2.request(start() + [form], b"", [("content-length", str(n)),
                                                                    ("transfer-encoding", "chunked")])
    yield "a pseudo-field among the trailers", h2.request(start() + [form], inner, [(":path", "/test/visitor")])
    yield "two paths", h2.request(start("GET", "/healthz") + [(":path", "/test/visitor")])


@fact()
def candour_never_answers_twice_for_one_request_of_http_2(stage):
    def through(frames, silence=5):
        with stage.connect(alpn=("h2",), timeout=silence) as s:
            return h2.exchange(s, frames)

    def counted_frames(frames):
        for silence in (0.7, 5):
            before = asked(stage)
            bodies, ends = through(frames, silence)
            delta = asked(stage) - before - 1
            answered = sum(1 for body in bodies.values() if SEEN.fullmatch(body))
            if delta == answered:
                break
        return delta, answered, bodies, ends
    start = [(":method", "GET"), (":scheme", "https"), (":path", "/test/visitor"), (":authority", stage.host)]
    bodies, _ = through(h2.request(start + [("x-forwarded-for", "192.0.2.6"), ("x-forwarded-proto", "http")]))
    must(bodies.get(1, b"").startswith(VISITOR.encode() + b" https "), f"the client does not work: {bodies}")
    tried = 0
    for name, frames in probes_of_http_2(stage):
        delta, answered, bodies, ends = counted_frames(frames)
        must(delta == answered, f"{name}: candour was asked {delta} times, {answered} answers came: {ends}")
        must(not any(b"www.example.com" in body for body in bodies.values()), name)
        for i in range(4):
            path, right = (("/healthz", 200), ("/no-such-page", 404))[i % 2]
            got = stage.ask(path)[0]
            must(got == right, f"after {name}: {path} was answered {got}")
        tried += 1
    must(tried > 40, tried)


@fact()
def trailers_do_not_change_who_the_visitor_is(stage):
    with stage.connect(timeout=5) as s:
        send(s, stage.head("GET", "/test/visitor", "Trailer: X-Forwarded-For"))
        must(Answers(s).one()[2].startswith(VISITOR.encode()), "another address")
    start = [(":method", "GET"), (":scheme", "https"), (":path", "/test/visitor"), (":authority", stage.host)]
    with stage.connect(alpn=("h2",), timeout=2) as s:
        bodies, ends = h2.exchange(s, h2.request(start, b"", [("x-forwarded-for", "192.0.2.6")]))
    # A read has no body, so a proxy may refuse it; none may believe it.
    must(not bodies.get(1) or b"192.0.2.6" not in bodies[1], (bodies, ends))
