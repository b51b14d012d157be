"""The parts of ./test, in the order in which they run: what is quick to fail first. Two run at once; those that are `alone`
measure, and run as soon as they can with nothing beside them."""
import os
import sys

PYTHON = sys.executable
# Under the thread sanitiser only what has threads; its figure of time is ten times the plain one.
THREADED = ["db fault", "db job", "db open", "db read", "db write", "http serve", "http limits", "http visitor", "web answer",
            "web cache", "web encoding", "web gate", "web metrics", "html markdown"]


def python(script, *arguments):
    return [PYTHON, os.path.join("tests", script), *arguments]


def parts(Part, suite):
    return [
        Part("house", "floors, file lengths, where SQL, HTML and sockets stand", [PYTHON, "tools/floors.py"]),
        Part("format", "every C file is as clang-format writes it", python("format.py")),
        Part("golden", "the generators: golden output, and mistakes that must stop the build", python("golden/run.py"),
             ["test"]),
        Part("unit", "each room by itself", suite("test", "unit"), ["test"]),
        Part("http", "the probe table against the real server", python("http/probe_server.py"), ["test"]),
        Part("nginx", "what the front accepts, nginx accepts with the same meaning: 5,000 requests",
             python("http/differential.py"), ["test"]),
        Part("cuts", "every request of the corpus and the probe table, cut at every byte on a real connection",
             python("http/cuts.py"), ["test"]),
        Part("web", "forms, sessions, cache and writes over HTTP", python("http/test_web.py"), ["test"]),
        Part("quiet", "100,000 cached answers: no allocation, no futex call", python("http/quiet.py"), ["test"],
             alone=True),
        Part("steady", "memory stays flat over good requests and bad ones; 2,000 idle connections", python("http/steady.py"),
             ["test"], alone=True),
        Part("clients", "curl, wrk, Chromium and Firefox, as they are", python("http/clients.py"), ["test"]),
        Part("command", "every command, the server's life, ./start, a post's whole way", python("command/run.py"), ["test"]),
        Part("media", "pictures through candour-media: what is read, refused and served, said by exiftool",
             python("media/run.py"), ["test"]),
        Part("components", "each of our components against the reference HTML of GOV.UK Frontend",
             python("browser/components.py"), ["test"]),
        Part("browser", "every public page in every state in Chromium: axe, HTML, keyboard, 400 %, links, a reader's ways",
             python("browser/run.py"), ["test"]),
        Part("look", "dark pages, forced colours, paper and a look of the force's own, in Chromium",
             python("browser/look.py"), ["test"]),
        Part("exit", "every way out of every public page, in Chromium and Firefox with a window",
             python("browser/quick_exit.py"), ["test"]),
        Part("power", "the power cut at every point: nothing answered is lost", python("torture/run.py", "--quick"), ["test"]),
        Part("kill", "50 kills: every act is whole or absent", python("torture/kill.py"), ["test"]),
        Part("power-deeds", "the power cut over posts with pictures: import, release, withdrawal, correction",
             python("torture/run.py", "--deeds"), ["test"]),
        Part("kill-deeds", "kills over the same acts, half of them between two calls on a file",
             python("torture/kill.py", "--deeds"), ["test"]),
        Part("failing", "a call on a file fails, in each act on posts with pictures: a clear error, nothing lost",
             python("torture/failing.py"), ["test"]),
        Part("deploy", "nginx, Caddy and HAProxy in front with the shipped configurations; the units", python("deploy/run.py"),
             ["test"]),
        Part("asan", "each room under AddressSanitizer and UBSan", suite("asan", "unit", "--timeout-multiplier=8"), ["asan"]),
        Part("asan-http", "the real server under AddressSanitizer and UBSan: the probe table",
             python("http/probe_server.py"), ["asan"]),
        Part("asan-journey", "a post's whole way under AddressSanitizer and UBSan", python("command/run.py", "journey"),
             ["asan"]),
        Part("asan-media", "pictures through candour-media under AddressSanitizer and UBSan", python("media/run.py"), ["asan"]),
        Part("tsan", "database, front and web under ThreadSanitizer",
             suite("tsan", "unit", "--timeout-multiplier=10", *THREADED), ["tsan"]),
        Part("tsan-web", "the real server under ThreadSanitizer, over HTTP", python("http/test_web.py"), ["tsan"]),
        Part("tsan-reload", "reloads, kills and figures under load, under ThreadSanitizer",
             python("command/run.py", "test_reload", "test_metrics"), ["tsan"]),
        Part("fuzz", "clang builds everything; each fuzz target runs its corpus", suite("fuzz", "fuzz"), ["fuzz"]),
        Part("fuzz-front", "the grammar of the front, forms with files and cookies: 10 s of any bytes each",
             python("fuzz/run.py", "10", "fuzz_http", "fuzz_multipart", "fuzz_cookies"), ["fuzz"]),
        Part("power-long", "the power cut at every point, more acts, every torn state", python("torture/run.py", "--long"),
             ["test"], long=True),
        Part("kill-long", "500 kills", python("torture/kill.py", "--long"), ["test"], long=True),
        Part("power-deeds-long", "the same over posts with pictures", python("torture/run.py", "--deeds", "--long"), ["test"],
             long=True),
        Part("kill-deeds-long", "700 kills over the same acts", python("torture/kill.py", "--deeds", "--long"), ["test"],
             long=True),
        Part("failing-long", "every call on a file fails, in three ways", python("torture/failing.py", "--long"), ["test"],
             long=True),
        Part("fuzz-long", "60 s a fuzz target", python("fuzz/run.py", "60"), ["fuzz"], long=True),
        Part("asan-cuts", "the cuts under AddressSanitizer and UBSan: where bodies are kept and handed on",
             python("http/cuts.py"), ["asan"], long=True),
        Part("cuts-long", "the same, the long ones at every byte too", python("http/cuts.py", "--every"), ["test"], long=True),
        Part("nginx-long", "the same: 200,000 requests", python("http/differential.py", "--count", "200000"), ["test"],
             long=True),
        Part("steady-long", "memory stays flat over a million requests and a million bad ones",
             python("http/steady.py", "--count", "1000000"), ["test"], long=True, alone=True),
        Part("slow", "the slow and idle rows of the probe table", python("http/probe_server.py", "--slow"), ["test"],
             long=True, alone=True),
    ]
