"""What the service and the socket unit must be. No service manager runs where tests run; so systemd-analyze reads the
units, and candour's system calls, taken down while it does all that it does, are held against what the unit allows."""
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from stage import CANDOUR, DEPLOY, PATIENCE, as_the_service_manager, must, wait_for

NOBODY = 65534
FACTS = []


def fact(run):
    FACTS.append((run.__name__, run))
    return run


def unit(name):
    """Settings of a unit: name to list of values."""
    found = {}
    with open(os.path.join(DEPLOY, name), encoding="utf-8") as f:
        for line in f:
            if match := re.match(r"([A-Za-z]+)=(.*)", line):
                found.setdefault(match[1], []).append(match[2].strip())
    return found


def analyze(*words, env=None):
    return subprocess.run(["systemd-analyze", *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **(env or {})}, timeout=PATIENCE)


@fact
def the_service_is_exposed_less_than_2_of_10():
    done = analyze("security", "--offline=true", "--no-pager", os.path.join(DEPLOY, "candour.service"))
    score = re.search(r"Overall exposure level for candour\.service: ([\d.]+)", done.stdout)
    must(score, f"no score: {done.stdout[-400:]}")
    must(float(score[1]) < 2.0, f"the score is {score[1]}")
    # A bare service is at 9 and above: so the figure comes from what the unit says.
    with tempfile.TemporaryDirectory() as folder:
        bare = os.path.join(folder, "bare.service")
        with open(bare, "w", encoding="utf-8") as f:
            f.write("[Service]\nExecStart=/bin/true\n")
        done = analyze("security", "--offline=true", "--no-pager", bare)
    must(float(re.search(r"Overall exposure level for bare\.service: ([\d.]+)", done.stdout)[1]) > 9, done.stdout[-200:])
    print(f"      candour.service: {score[1]}", flush=True)


def verified(folder, change=lambda text: text):
    for name in ("candour.service", "candour.socket"):
        with open(os.path.join(DEPLOY, name), encoding="utf-8") as f:
            text = f.read()
        if name == "candour.service":
            must("ExecStart=/usr/local/bin/candour " in text, "the program has another place")
            # It need not be installed where the tests run.
            text = change(text.replace("/usr/local/bin/candour ", os.path.abspath(CANDOUR) + " "))
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(text)
    return analyze("verify", *(os.path.join(folder, name) for name in ("candour.service", "candour.socket")),
                   env={"SYSTEMD_UNIT_PATH": folder + ":"})


@fact
def systemd_understands_both_units():
    with tempfile.TemporaryDirectory() as folder:
        done = verified(folder)
        must(done.returncode == 0 and not done.stdout.strip(), done.stdout)
        done = verified(folder, lambda text: text.replace("KillMode=mixed", "KillMode=maybe"))
        must("maybe" in done.stdout, f"a unit with a fault passes: {done.stdout}")


def call_sets():
    """The sets of system calls that the installed systemd knows, each with all that it holds."""
    sets, name = {}, None
    for line in analyze("syscall-filter", "--no-pager").stdout.splitlines():
        if line.startswith("@"):
            name = line.strip()
            sets[name] = set()
        elif (word := line.strip()) and not word.startswith("#") and name:
            sets[name].add(word)

    def whole(name):
        return set().union(*(whole(word) if word.startswith("@") else {word} for word in sets[name]))
    return {name: whole(name) for name in sets}


def allowed_calls(name="candour.service"):
    sets = call_sets()
    allowed = set(sets["@default"])
    for value in unit(name)["SystemCallFilter"]:
        words = set().union(*(sets[w] if w.startswith("@") else {w} for w in value.lstrip("~").split()))
        allowed = allowed - (words - sets["@default"]) if value.startswith("~") else allowed | words
    must(len(allowed) > 200 and "mount" not in allowed and "setuid" not in allowed, len(allowed))
    return allowed


def ask(path, method, where, body=b""):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(PATIENCE)
        s.connect(where)
        s.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
                  f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
                  f"Accept-Encoding: br\r\nConnection: close\r\n\r\n".encode() + body)
        data = b""
        while piece := s.recv(65536):
            data += piece
    return int(data[9:12])


def lived(folder):
    """One life of the service, from its start to its end, under strace; gives what was said to the manager."""
    data, where = os.path.join(folder, "data"), os.path.join(folder, "web.sock")
    # The unit has its own user; as root the parts would give up root, which is not what the unit lets them do.
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
    # A copy, for the user may not reach where it was built (root's own folder).
    program = shutil.copy(CANDOUR, folder)
    if user:
        os.chown(folder, NOBODY, NOBODY)
    subprocess.run([*user, program, "init", "--data", data], check=True, stdout=subprocess.DEVNULL)
    held, told = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    held.bind(where)
    held.listen(128)
    told.bind(os.path.join(folder, "notify"))
    os.chmod(os.path.join(folder, "notify"), 0o666)
    told.settimeout(0.2)
    first, more = as_the_service_manager(held)
    said = []

    def hears(word):
        try:
            said.extend(told.recv(4096).decode().split("\n"))
        except TimeoutError:
            pass
        return word in said
    process = subprocess.Popen([*user, "strace", "-f", "-qq", "-y", "-s", "200", "-o", os.path.join(folder, "trace"), *first,
                                program, "serve", "--data", data], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, cwd="/", start_new_session=True,
                               env={**os.environ, "NOTIFY_SOCKET": os.path.join(folder, "notify")}, **more)
    try:
        wait_for(lambda: hears("READY=1"), "candour did not say READY=1 to the service manager")
        parent = wait_for(lambda: candour_of(process.pid), "no candour below strace")
        for path, method, right in (("/", "GET", 200), ("/news", "GET", 200), ("/cy", "GET", None), ("/report", "GET", None),
                                    ("/no-such", "GET", 404), ("/healthz", "HEAD", 200), ("/test/count", "GET", 200),
                                    ("/test/form", "GET", 200)):
            got = ask(path, method, where)
            must(got == right or (right is None and got < 500), f"{path}: {got}")
        for _ in range(3):
            must(ask("/test/write", "POST", where, b"public=yes") == 200, "a write failed")
        said.clear()
        os.kill(parent, signal.SIGHUP)
        wait_for(lambda: hears("READY=1"), "candour did not say that it has read its settings anew")
        must(ask("/", "GET", where) == 200, "no page after the reload")
        time.sleep(0.5)
        os.kill(parent, signal.SIGTERM)
        must(process.wait(80) == 0, f"ended with {process.returncode}")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        held.close()
        told.close()
    return data


def candour_of(pid):
    """The parent of the server: the first process below strace."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            below = f.read().split()
        with open(f"/proc/{below[0]}/comm") as f:
            return int(below[0]) if f.read().startswith("candour") else None
    except (FileNotFoundError, IndexError, ProcessLookupError):
        return None


def own_lines(trace):
    """Lines since candour itself began, without what strace says of signals and ends: (call, line)."""
    begun = False
    with open(trace, errors="replace") as f:
        for line in f:
            begun = begun or ("execve(" in line and "candour-test" in line)
            match = re.match(r"\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)", line)
            if begun and match:
                yield match[1], line.strip()


def forbidden(trace, data):
    """What the unit would not let candour do, as lines."""
    allowed = allowed_calls()
    found, calls = [], set()
    for call, line in own_lines(trace):
        calls.add(call)
        why = None
        if call not in allowed:
            why = "not in SystemCallFilter"
        elif " resumed>" in line:
            continue  # what it was called with stood in the line before
        elif call in ("mmap", "mprotect", "pkey_mprotect") and "PROT_EXEC" in line and ("PROT_WRITE" in line or call != "mmap"):
            why = "MemoryDenyWriteExecute"
        elif call == "socket" and "AF_UNIX" not in line:
            why = "RestrictAddressFamilies"
        elif "CLONE_NEW" in line:
            why = "RestrictNamespaces"
        elif call in ("chmod", "fchmod", "fchmodat") and re.search(r"0[2467]\d{3}\)", line):
            why = "RestrictSUIDSGID"
        elif match := re.match(r'\d+ +(?:open|openat)\([^"]*"([^"]*)", ([A-Z_|]+)', line):
            path, how = match[1], match[2]
            # A relative name is below the folder whose descriptor it follows.
            at = re.search(r"openat\(\w+<([^>]*)>", line)
            whole = path if path.startswith("/") else os.path.normpath(os.path.join(at[1] if at else "/", path))
            if re.search("O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE", how) and not whole.startswith((data, "/dev/null")):
                why = "ProtectSystem=strict"
            # The C library asks before it gives memory of a thread back; where it gets no answer it does give it back.
            elif re.match(r"/proc/(?!self|\d|thread-self|sys/vm/overcommit_memory$)", whole):
                why = "ProcSubset=pid"
            elif re.match(r"/(home|root|run/user)/", whole) and not line.rstrip().endswith("(No such file or directory)"):
                why = "ProtectHome"
        if why:
            found.append(f"{why}: {line[:200]}")
    must({"accept4", "epoll_wait", "openat", "fdatasync"} <= calls or {"accept4", "epoll_wait", "openat", "fsync"} <= calls,
         f"the trace shows no server: {sorted(calls)}")
    return found


@fact
def the_service_unit_forbids_nothing_that_candour_does():
    service = unit("candour.service")
    must(service["User"] == ["candour"] and service["StateDirectory"] == ["candour"] and service["UMask"] == ["0077"] and
         service["CapabilityBoundingSet"] == [""] and service["ProtectSystem"] == ["strict"] and
         service["Type"] == ["notify"] and "/var/lib/candour/" in service["ExecStart"][0], "the unit says something else")
    folder = tempfile.mkdtemp(prefix="candour-unit-")
    try:
        data = lived(folder)
        found = forbidden(os.path.join(folder, "trace"), data)
        must(not found, f"{len(found)}:\n" + "\n".join(found[:12]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@fact
def the_backup_unit_is_understood_and_forbids_nothing_that_a_backup_does():
    names = ("candour-backup.service", "candour-backup.timer")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            with open(os.path.join(DEPLOY, name), encoding="utf-8") as f:
                text = f.read()
            with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                f.write(text)
        units = [os.path.join(folder, name) for name in names]
        done = analyze("verify", *units, env={"SYSTEMD_UNIT_PATH": folder + ":"})
        must(done.returncode == 0 and not done.stdout.strip(), done.stdout)
        done = analyze("security", "--offline=true", "--no-pager", units[0])
        score = re.search(r"Overall exposure level for candour-backup\.service: ([\d.]+)", done.stdout)
        must(score and float(score[1]) < 2.0, done.stdout[-200:])
        # The shell of ExecStart as the service manager gives it: "$$" and "%%" are one each.
        command = re.fullmatch(r"/bin/sh -c '(.*)'", unit(names[0])["ExecStart"][0])[1].replace("$$", "$").replace("%%", "%")
        must("/var/lib/candour/data" in command and "/var/backups/candour/" in command, command)
        data, backups = os.path.join(folder, "data"), os.path.join(folder, "backups")
        os.mkdir(backups)
        # As the unit's own user, and a copy, for that user may not reach where it was built.
        user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
        program = shutil.copy(CANDOUR, folder)
        if user:
            os.chown(folder, NOBODY, NOBODY)
            os.chown(backups, NOBODY, NOBODY)
        subprocess.run([*user, program, "init", "--data", data], check=True, stdout=subprocess.DEVNULL)
        command = command.replace("/usr/local/bin/candour", program)
        command = command.replace("/var/lib/candour/data", data).replace("/var/backups/candour", backups)
        trace = os.path.join(folder, "trace")
        subprocess.run([*user, "strace", "-f", "-qq", "-o", trace, "/bin/sh", "-c", command], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        made = os.listdir(backups)
        must(len(made) == 1 and re.fullmatch(r"\d{4}-\d\d-\d\d", made[0]), made)
        with open(trace, errors="replace") as f:
            calls = {match[1] for line in f if (match := re.match(r"\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)", line))}
        must({"syncfs", "flock", "rename"} <= calls, sorted(calls))
        must(not calls - allowed_calls(names[0]), sorted(calls - allowed_calls(names[0])))
