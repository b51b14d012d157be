"""As much of HTTP/2 as is needed to say to a proxy what no browser says: a client that writes frames as it is told and
keeps the bodies that come back. Fields are written out, not compressed (RFC 7541, 6.2.2)."""
import ssl
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM, END_HEADERS, ACK = 1, 4, 1


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def number(n):
    """An integer with a prefix of 7 bits (RFC 7541, 5.1)."""
    if n < 127:
        return bytes([n])
    out, n = b"\x7f", n - 127
    while n >= 128:
        out, n = out + bytes([n % 128 + 128]), n // 128
    return out + bytes([n])


def block(pairs):
    out = b""
    for pair in pairs:
        name, value = (one if isinstance(one, bytes) else one.encode("latin-1") for one in pair)
        out += b"\0" + number(len(name)) + name + number(len(value)) + value
    return out


def request(pairs, body=b"", trailers=None, stream=1):
    """Frames of one request."""
    last = END_STREAM if not body and trailers is None else 0
    out = frame(HEADERS, END_HEADERS | last, stream, block(pairs))
    if body or trailers is not None:
        out += frame(DATA, END_STREAM if trailers is None else 0, stream, body)
    if trailers is not None:
        out += frame(HEADERS, END_HEADERS | END_STREAM, stream, block(trailers))
    return out


def exchange(s, frames):
    """Sends the frames on a new connection; ({stream: body}, ends) until all ended or the other side is silent."""
    bodies, ends, data = {}, [], b""
    try:
        s.sendall(PREFACE + frame(SETTINGS, 0, 0) + frames)
        while not ends:
            while len(data) < 9 or len(data) < 9 + int.from_bytes(data[:3], "big"):
                piece = s.recv(65536)
                if not piece:
                    return bodies, ["closed"]
                data += piece
            n = int.from_bytes(data[:3], "big")
            kind, flags, stream, payload = data[3], data[4], int.from_bytes(data[5:9], "big"), data[9:9 + n]
            data = data[9 + n:]
            if kind == SETTINGS and not flags & ACK:
                s.sendall(frame(SETTINGS, ACK, 0))
            if kind == DATA:
                bodies[stream] = bodies.get(stream, b"") + payload
            if (kind in (DATA, HEADERS) and flags & END_STREAM) or kind in (RESET, GOAWAY):
                ends.append({RESET: "reset", GOAWAY: "goaway"}.get(kind, "answered"))
    except (TimeoutError, ConnectionError, ssl.SSLError):
        ends.append("silent")
    return bodies, ends
