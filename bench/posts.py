"""Whether pages and lists stay as quick with 100,000 posts as with 100, and how fast posts come in.

    python3 bench/posts.py build [--rounds 5] [--big 100000] [--folder DIR]

Needs bench/posts_make of the same build (ninja -C build bench/posts_make). Makes two data folders, of 100 posts with 300
editions and 10 pictures and of a thousand times that, through the program's own acts; asks a server on each for the same
pages, in rounds that take turns; then the console's lists, and an import of 10,000 files. At the end the large folder must
be sound: audit verify, doctor, a backup and its verification. Everything is removed.

No page is taken from the cache: each address is asked once. A list begins at a place that nobody asked for before; a post's
page is a different post each time, on a server that is started anew for each round and has answered some hundred other
requests before; a page with one address is asked for after an act that changes what the public sees. The load is one
connection to 127.0.0.1. A ratio is the median of the rounds' ratios; the aim is 1.5.
"""
import argparse
import os
import platform
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from serve import Server, processor_seconds

AIM = 1.5
IMPORT_FILES, IMPORT_ROUNDS, IMPORT_AIM = 10_000, 3, 500
TIMES = 70  # requests of a kind in a round; the small folder has 78 posts that are public and not over
ACTS = 16  # one whose page has one address; an even number, so that the post is as it was
WARM = 300  # requests before, so that every connection to the database has read what it reads always
# Up to 500 entries, which the small folder does not have: its time is that of an entry.
PER_ENTRY = "/corrections.json, an entry of it"
POST = ("---\nkind: update\ntitle: \"The lamps in street {0} are mended\"\ndate: 2026-03-02\ntopics: [lamps, streets]\n"
        "channels: [site]\nauthors: [press-officer-1]\n---\n{1}\n")
PICTURE = ("---\nkind: update\ntitle: Street lamps\nchannels: [site]\nauthors: [press-officer-1]\nimage:\n  file: lamps.jpg\n"
           "  made: illustration\n  alt: A lamp\n  credit: Made-up Pictures\n---\nThe lamps are mended.\n")


def candour(*words, **more):
    return subprocess.run([PROGRAM, *words], check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def model():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        return next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), "unknown")


# ---- The two folders ----

def picture(folder):
    """What posts_make wants to know of a picture: its file, and what candour-media makes of it."""
    data, source = os.path.join(folder, "first"), os.path.join(folder, "lamps.jpg")
    shutil.copy(os.path.join(ROOT, "tests", "cases", "images", "street-lamps.jpg"), source)
    subprocess.run([PROGRAM, "init", "--demonstration", "--data", data], check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, "lamps.md"), "w", encoding="utf-8") as f:
        f.write(PICTURE)
    candour("post", "import", f.name, "--data", data, "--as", "press-officer-1")
    made = {}
    with sqlite3.connect(f"file:{data}/candour.db?mode=ro", uri=True) as base:
        for kind, width, height, sha in base.execute("SELECT format, width, height, lower(hex(sha256)) FROM picture_rendition "
                                                     "ORDER BY width DESC"):
            path = next(p for p in subprocess.run(["find", data, "-name", sha], capture_output=True, text=True).stdout.split())
            made[kind] = (shutil.copy(path, os.path.join(folder, "rendition." + kind)), width, height)
    return [source, made["jpeg"][0], str(made["jpeg"][1]), str(made["jpeg"][2]), made["webp"][0]]


def fill(folder, posts, pictures):
    data, work = os.path.join(folder, f"data-{posts}"), os.path.join(folder, "work")
    os.makedirs(work, exist_ok=True)
    subprocess.run([PROGRAM, "init", "--demonstration", "--data", data], check=True, stdout=subprocess.DEVNULL)
    begun = time.monotonic()
    subprocess.run([MAKE, data, str(posts), work, *pictures], check=True)
    with sqlite3.connect(f"file:{data}/candour.db?mode=ro", uri=True) as base:
        n = {t: base.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("post", "post_edition", "picture", "post_register")}
        size = base.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()").fetchone()[0]
    print(f"made in {time.monotonic() - begun:.0f} s: {n['post']:,} posts, {n['post_edition']:,} editions, {n['picture']:,} pictures, "
          f"{n['post_register']:,} entries of the register; a database of {size / 1e6:,.0f} MB", flush=True)
    return data


class Folder:
    """What there is to ask for in one of them."""

    def __init__(self, data):
        self.data = data
        with sqlite3.connect(f"file:{data}/candour.db?mode=ro", uri=True) as base:
            self.posts = [f"/news/{year}/{slug}" for year, slug in base.execute(
                "SELECT u.year, u.slug FROM post_public u JOIN post p ON p.id = u.post WHERE u.withdrawn IS NULL AND u.ended "
                "IS NULL AND p.key LIKE 'post-%' ORDER BY u.published")]
            times = [t for t, in base.execute("SELECT published FROM post_public ORDER BY published")]
            made = [t for t, in base.execute("SELECT made FROM post_register WHERE post > 7 ORDER BY made")]
            self.picture = base.execute("SELECT name FROM picture ORDER BY id DESC LIMIT 1").fetchone()[0]
            self.sha = base.execute("SELECT lower(hex(sha256)) FROM picture WHERE name = ?", (self.picture,)).fetchone()[0]
        self.far, self.register_far = times[len(times) * 3 // 5], made[len(made) * 4 // 5]
        self.month = time.strftime("%Y-%m", time.gmtime(made[-1] / 1000))
        self.place = 10 ** 13
        random.Random(5).shuffle(self.posts)

    def fresh(self):
        self.place += 1
        return self.place

    def pages(self, posts):
        """(name, a function that gives another address of it each time)."""
        after = lambda path, query="": (lambda: f"{path}?{query}after={self.fresh()}.1")
        far = lambda path, at: (lambda: f"{path}?after={at}.{self.fresh() % 10 ** 9}")
        order = iter(posts)
        return [("/news", lambda: f"/news?after={self.fresh()}.z"),
                ("/news, far on", lambda: f"/news?after={self.far + self.fresh() % 1000}.z{self.fresh() % 10 ** 9}"),
                ("a post", lambda: next(order)),
                ("/corrections", after("/corrections")),
                ("/corrections, far on", far("/corrections", self.register_far)),
                ("of a kind", after("/corrections", "kind=correction&")),
                ("of a month", after("/corrections", f"month={self.month}&")),
                ("of both", after("/corrections", f"kind=correction&month={self.month}&")),
                ("/withdrawn", lambda: f"/withdrawn?after={self.fresh()}.z"),
                (PER_ENTRY, after("/corrections.json")),
                ("/corrections.atom", after("/corrections.atom")),
                ("/news.atom", None)]


def after_acts(folder, server, web, connection, path):
    """The same for a page with one address: the first answer after an act that the public sees, several times."""
    took, cost, size = [], [], 0
    for turn in range(ACTS):
        act = ["restore", "post-000000"] if turn % 2 else ["withdraw", "post-000000", "--ground", "error"]
        candour("post", *act, "--reason", "It is tried.", "--as", "duty-communications", "--data", folder.data)
        before, begun = processor_seconds(web), time.perf_counter()
        size = len(server.ask(connection, path))
        took.append((time.perf_counter() - begun) * 1000)
        cost.append((processor_seconds(web) - before) * 1e6)
    return statistics.median(took), statistics.median(cost), size


def round_of(folder):
    """{name: (ms on the clock, µs of processor time, bytes)}, medians of one server's life."""
    server = Server(PROGRAM, folder.data)
    web = server.web()
    out = {}
    try:
        with server.connect() as connection:
            measured = random.sample(folder.posts, TIMES + 8)
            others = [path for path in folder.posts if path not in set(measured)][:WARM]
            for i in range(WARM):
                server.ask(connection, f"/news?after={folder.fresh()}.z" if i % 2 else f"/corrections?after={folder.fresh()}.1")
                if others:
                    server.ask(connection, others[i % len(others)])
            for name, address in folder.pages(measured):
                if address is None:
                    if server.ask(connection, name).startswith(b"HTTP/1.1 200"):
                        out[name] = after_acts(folder, server, web, connection, name)
                    continue
                if not server.ask(connection, address()).startswith(b"HTTP/1.1 200"):
                    continue
                for _ in range(6):
                    server.ask(connection, address())
                took, sizes = [], []
                before = processor_seconds(web)
                for _ in range(TIMES):
                    path = address()
                    begun = time.perf_counter()
                    answer = server.ask(connection, path)
                    took.append((time.perf_counter() - begun) * 1000)
                    sizes.append(len(answer))
                entries = answer.count(b'"kind":') if name == PER_ENTRY else 1
                out[name] = (statistics.median(took) / entries, (processor_seconds(web) - before) / TIMES / entries * 1e6,
                             statistics.median(sizes))
    finally:
        server.stop()
    return out


def compare_pages(small, big, rounds):
    results = {"small": [], "big": []}
    for turn in range(rounds):
        for name, folder in (("small", small), ("big", big))[::1 if turn % 2 == 0 else -1]:
            results[name].append(round_of(folder))
    print("\n| page, not from the cache | bytes | 100 posts | 100,000 posts | ratio (aim 1.5) | its spread | ratio of processor time |\n"
          "| --- | --- | --- | --- | --- | --- | --- |")
    missed = []
    for name in results["small"][0]:
        pairs = [(a[name], b[name]) for a, b in zip(results["small"], results["big"])]
        ratios = [b[0] / a[0] for a, b in pairs]
        ratio = statistics.median(ratios)
        median = lambda side, what: statistics.median(p[side][what] for p in pairs)
        print(f"| {name} | {median(0, 2):,.0f}, {median(1, 2):,.0f} | {median(0, 0):.3f} ms | {median(1, 0):.3f} ms | {ratio:.2f} | "
              f"{min(ratios):.2f} to {max(ratios):.2f} | {median(1, 1) / median(0, 1):.2f} |", flush=True)
        if ratio > AIM:
            missed.append(name)
    return missed


# ---- The console ----

def clocked(*words):
    begun = time.monotonic()
    subprocess.run([PROGRAM, *words], check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - begun) * 1000


def compare_console(small, big, rounds):
    print("\n| on the console | 100 posts | 100,000 posts | ratio |\n| --- | --- | --- | --- |")
    reads = [("post list", lambda f: ["post", "list"]), ("post list --json", lambda f: ["post", "list", "--json"]),
             ("post show", lambda f: ["post", "show", "post-000050"]), ("image list", lambda f: ["image", "list"]),
             ("image list --json", lambda f: ["image", "list", "--json"]),
             ("image show, by name", lambda f: ["image", "show", f.picture]),
             ("image show, by hash", lambda f: ["image", "show", f.sha[:12]]), ("promise list", lambda f: ["promise", "list"]),
             ("doctor", lambda f: ["doctor"])]
    for name, words in reads:
        took = [(clocked(*words(small), "--data", small.data), clocked(*words(big), "--data", big.data)) for _ in range(rounds)]
        a, b = (statistics.median(t[i] for t in took) for i in (0, 1))
        print(f"| {name} | {a:.1f} ms | {b:,.1f} ms | {statistics.median(t[1] / t[0] for t in took):,.2f} |", flush=True)


# ---- Import ----

def import_files(folder):
    source = os.path.join(folder, "files")
    os.makedirs(source, exist_ok=True)
    text = "The council has mended the lamps in this street after two months. Tell us where it is dark.\n\n" * 8
    for i in range(IMPORT_FILES):
        with open(os.path.join(source, f"p{i:05}.md"), "w", encoding="utf-8") as f:
            f.write(POST.format(i, text))
    rates, again, memory = [], [], []
    for turn in range(IMPORT_ROUNDS):
        data = os.path.join(folder, f"import-{turn}")
        subprocess.run([PROGRAM, "init", "--demonstration", "--data", data], check=True, stdout=subprocess.DEVNULL)
        for list_of in (rates, again):
            begun = time.monotonic()
            child = subprocess.Popen([PROGRAM, "post", "import", source, "--data", data, "--as", "press-officer-1"],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            said = child.stdout.read().decode()
            _, code, used = os.wait4(child.pid, 0)
            if os.waitstatus_to_exitcode(code) or not said.startswith(f"{IMPORT_FILES} files"):
                sys.exit(f"the import failed: {said}")
            list_of.append(IMPORT_FILES / (time.monotonic() - begun))
            memory.append(used.ru_maxrss)
        shutil.rmtree(data)
    print(f"\nimport of {IMPORT_FILES:,} files of {len(POST.format(0, text))} bytes: median {statistics.median(rates):,.0f} a second "
          f"({min(rates):,.0f} to {max(rates):,.0f}, {IMPORT_ROUNDS} runs; aim {IMPORT_AIM}), the same again "
          f"{statistics.median(again):,.0f}, most memory {max(memory) / 1024:.0f} MB", flush=True)
    return [] if statistics.median(rates) >= IMPORT_AIM else ["import"]


def import_pictures(folder, n=60):
    """Of small pictures: what each costs beside a post without one. The helper is started twice for each."""
    source, data = os.path.join(folder, "with"), os.path.join(folder, "import-with")
    os.makedirs(source, exist_ok=True)
    with open(os.path.join(ROOT, "tests", "cases", "images", "street-lamps.jpg"), "rb") as f:
        bytes_of = f.read()
    for i in range(n):
        with open(os.path.join(source, f"lamps-{i}.jpg"), "wb") as f:
            f.write(bytes_of[:2] + b"\xff\xfe\x00\x0a" + f"{i:08}".encode() + bytes_of[2:])
        with open(os.path.join(source, f"p{i}.md"), "w", encoding="utf-8") as f:
            f.write(PICTURE.replace("lamps.jpg", f"lamps-{i}.jpg"))
    subprocess.run([PROGRAM, "init", "--demonstration", "--data", data], check=True, stdout=subprocess.DEVNULL)
    took = []
    for part in range(3):
        files = [os.path.join(source, f"p{i}.md") for i in range(part * n // 3, (part + 1) * n // 3)]
        took.append(clocked("post", "import", *files, "--data", data, "--as", "press-officer-1") / len(files))
    shutil.rmtree(data)
    print(f"import with a picture of {len(bytes_of) // 1000} KB, made ready for the page in the same command: "
          f"{statistics.median(took):.0f} ms each ({min(took):.0f} to {max(took):.0f})", flush=True)


# ---- Whether it is sound ----

def sound(big, folder):
    out = os.path.join(folder, "backup")
    shutil.rmtree(out, ignore_errors=True)
    for what in (["audit", "verify", "--data", big.data], ["doctor", "--data", big.data],
                 ["backup", out, "--data", big.data], ["backup", "verify", out]):
        begun = time.monotonic()
        done = subprocess.run([PROGRAM, *what], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(what)} ended with {done.returncode}:\n{done.stdout[-2000:]}")
        print(f"{' '.join(w for w in what if not w.startswith('/'))}: good, {time.monotonic() - begun:.1f} s", flush=True)


def main():
    global PROGRAM, MAKE, ROOT
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--big", type=int, default=100_000)
    parser.add_argument("--folder", help="where to make the folders, kept for the next run; else a temporary one")
    parser.add_argument("--pages", action="store_true", help="the pages alone")
    options = parser.parse_args()
    ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    PROGRAM = os.path.abspath(os.path.join(options.build, "src", "main", "candour"))
    MAKE = os.path.abspath(os.path.join(options.build, "bench", "posts_make"))
    print(f"machine: {model()}, {os.cpu_count()} processors, Linux {platform.release()}")
    print(f"command: python3 bench/posts.py {' '.join(sys.argv[1:])}")
    begun = time.monotonic()
    folder = options.folder or tempfile.mkdtemp(prefix="candour-bench-")
    os.makedirs(folder, exist_ok=True)
    try:
        made = [os.path.join(folder, f"data-{n}") for n in (100, options.big)]
        if not all(map(os.path.exists, made)):
            pictures = picture(folder)
            made = [fill(folder, n, pictures) for n in (100, options.big)]
        small, big = map(Folder, made)
        missed = compare_pages(small, big, options.rounds)
        if not options.pages:
            compare_console(small, big, 3)
            print()
            sound(big, folder)
            missed += import_files(folder)
            import_pictures(folder)
        print(f"all of it: {time.monotonic() - begun:.0f} s; " + (f"missed: {', '.join(missed)}" if missed else "every aim is met"))
        return 1 if missed else 0
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
