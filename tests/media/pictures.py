"""Pictures for the tests, made when they are needed: pixels by this file, formats by vips, words in them by exiftool."""
import struct
import subprocess
import zlib

# Everything that must not come through: each value is looked for, byte for byte, in what is served.
SECRETS = {
    "Artist": "Zacharias Lens", "Copyright": "Zacharias copyright", "Make": "ZenithCam", "Model": "Zenith 9000",
    "SerialNumber": "ZSERIAL77421", "LensSerialNumber": "ZLENS5150", "OwnerName": "Zora Owner", "UserComment": "Zcomment",
    "ImageDescription": "Zdescription", "Software": "Zsoftware 3", "DateTimeOriginal": "2021:03:04 05:06:07",
    "GPSLatitude": "53.4808", "GPSLatitudeRef": "N", "GPSLongitude": "2.2426", "GPSLongitudeRef": "W",
    "IPTC:By-line": "Zby-line", "IPTC:Credit": "Zcredit", "IPTC:Source": "Zsource", "IPTC:Caption-Abstract": "Zcaption",
    "IPTC:City": "Zcity", "IPTC:Keywords": "Zkeyword",
    "XMP-dc:Creator": "Zxmp creator", "XMP-dc:Rights": "Zxmp rights", "XMP-photoshop:Credit": "Zxmp credit",
    "XMP-dc:Description": "Zxmp description", "XMP-xmpMM:DocumentID": "Zdocument-id", "XMP-iptcExt:PersonInImage": "Zperson",
    "XMP-aux:SerialNumber": "ZAUXSERIAL",
}


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode:
        raise AssertionError(f"{' '.join(words)}: {done.stdout}")
    return done.stdout


def corners(width, height, bands=3, depth=8):
    """Red and green above, blue and white below: which way is up can be seen, and so can colours."""
    full = 255 if depth == 8 else 65535
    colours = [(full, 0, 0), (0, full, 0), (0, 0, full), (full, full, full)]
    form = ">%d%s" % (bands, "B" if depth == 8 else "H")
    rows = []
    for half in (0, 2):
        row = b""
        for side in (0, 1):
            c = colours[half + side]
            pixel = {1: (c[0] // 3 + c[1] // 3 + c[2] // 3,), 3: c, 4: (*c, full if side else full // 2)}[bands]
            row += struct.pack(form, *pixel) * (width // 2)
        rows += [row] * (height // 2)
    return b"".join(rows)


def png(path, width, height, bands=3, depth=8, pixels=None, chunks=()):
    """A PNG with any chunks before its pixels; `pixels` None: corners."""
    pixels = corners(width, height, bands, depth) if pixels is None else pixels
    line = width * bands * depth // 8
    raw = b"".join(b"\0" + pixels[i * line:(i + 1) * line] for i in range(height))
    head = struct.pack(">IIBBBBB", width, height, depth, {1: 0, 3: 2, 4: 6}[bands], 0, 0, 0)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunk(n, d) for n, d in chunks)
                + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))
    return path


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def converted(source, path, options=""):
    run("vips", "copy", source, path + options)
    return path


def profile(path):
    """A colour profile of our own in which red and green have changed places: whether it is applied cannot be missed."""
    def xyz(x, y, z):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in (x, y, z))

    red, green, blue = xyz(0.4361, 0.2225, 0.0139), xyz(0.3851, 0.7169, 0.0971), xyz(0.1431, 0.0606, 0.7141)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233) + b"\0\0"
    words = b"desc\0\0\0\0" + struct.pack(">I", 9) + b"Zprofile\0" + b"\0" * 78 + b"\0\0\0"
    tags = [(b"desc", words), (b"cprt", b"text\0\0\0\0Zprofile\0\0\0\0"), (b"wtpt", xyz(0.9642, 1.0, 0.8249)),
            (b"rXYZ", green), (b"gXYZ", red), (b"bXYZ", blue), (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)]
    table, data, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, value in tags:
        value += b"\0" * (-len(value) % 4)
        table += name + struct.pack(">II", at + len(data), len(value))
        data += value
    head = (struct.pack(">I4sI4s4s4s", at + len(data), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
            + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 24 + struct.pack(">I", 0)
            + struct.pack(">iii", 63190, 65536, 54061) + b"none" + b"\0" * 44)
    with open(path, "wb") as f:
        f.write(head + table + data)
    return path


def fill(path, words=SECRETS, *more):
    """Writes metadata into a file; what its format cannot hold is left out by exiftool."""
    run("exiftool", "-q", "-q", "-m", "-overwrite_original", *(f"-{k}={v}" for k, v in words.items()), *more, path)
    return path


def pixel(path, x, y):
    """(r, g, b) at a place, read by vips alone."""
    words = run("vips", "getpoint", path, str(x), str(y)).split()
    return tuple(round(float(w)) for w in words[:3])


def near(a, b, most=40):
    return len(a) == len(b) and all(abs(x - y) <= most for x, y in zip(a, b))


def jpeg_with_xmp(path, source, xmp):
    """The JPEG `source` with these bytes as its XMP, whatever they are."""
    with open(source, "rb") as f:
        data = f.read()
    body = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    with open(path, "wb") as f:
        f.write(data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:])
    return path


def jpeg_of_many_scans(path, source, times):
    """A progressive JPEG whose second scan, small but over the whole picture, comes `times` times."""
    with open(source, "rb") as f:
        data = f.read()
    pieces, at, scans, repeated = [], 2, 0, []
    while data[at + 1] != 0xd9:
        marker, end = data[at + 1], at + 2 + int.from_bytes(data[at + 2:at + 4], "big")
        if marker == 0xda:
            scans += 1
            while data[end] != 0xff or data[end + 1] in (0, *range(0xd0, 0xd8)):
                end += 1
        pieces.append(data[at:end])
        if scans == 2 and not repeated:
            repeated = [pieces[-1]]
            pieces += repeated * times
        at = end
    with open(path, "wb") as f:
        f.write(data[:2] + b"".join(pieces) + b"\xff\xd9")
    return path
