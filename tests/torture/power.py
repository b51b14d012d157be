"""The power cut: a trace of a program's writes, and every state in which a cut could have left its folder.

A trace (strace) says what was written, what was synced, which names were made, and what was answered, in order. At a
cut after any of these, what was synced is there; of what was not, nothing, everything, or any torn part may be: writes
whole, missing or cut at a sector, names of a folder that was not synced missing. `states` gives them one after the
other. Memory-mapped writes are not in a trace: `-shm` files are left out (SQLite makes them anew), and the mapped
`generation` is only as it was written first (its row in the database counts).
"""
import os
import pty
import random
import re
import shutil
import subprocess
import tempfile
import threading
from hashlib import blake2b

CALLS = ('openat,open,creat,lseek,write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync_file_range,rename,'
         'renameat,renameat2,ftruncate,truncate,unlink,unlinkat,mkdir,mkdirat,rmdir,fallocate,link,linkat,'
         'copy_file_range,sendfile')
# Calls that change a folder in a way that this model does not know: a trace that holds one proves nothing.
UNKNOWN = ('writev', 'pwritev', 'pwritev2', 'copy_file_range', 'sendfile', 'link', 'linkat', 'sync_file_range')
SECTOR = 512


class TraceError(Exception):
    pass


# ---- From strace's text to events ----

LINE = re.compile(r'(\d+) +(.*)', re.S)
RESUMED = re.compile(r'<\.\.\. (\w+) resumed>(.*)', re.S)
CALL = re.compile(r'(\w+)\((.*)\)\s*= (-?\d+|\?)(.*)', re.S)
UNFINISHED = ' <unfinished ...>'


def unescape(text):
    return bytes.fromhex(text.replace('\\x', ''))


def arguments(text):
    """Splits at commas outside quotes and brackets."""
    out, piece, quoted, depth = [], [], False, 0
    for ch in text:
        if ch == '"':
            quoted = not quoted
        elif not quoted and ch in '<[{(':
            depth += 1
        elif not quoted and ch in '>]})':
            depth -= 1
        if ch == ',' and not quoted and depth == 0:
            out.append(''.join(piece).strip())
            piece = []
        else:
            piece.append(ch)
    out.append(''.join(piece).strip())
    return out


def string(argument):
    if not argument.startswith('"') or not argument.endswith('"'):
        raise TraceError(f'a string was cut short: {argument[:80]}')
    return unescape(argument[1:-1])


def descriptor(argument):
    """('5', b'/path') of 5<path>."""
    m = re.fullmatch(r'(-?\w+)<(.*)>', argument, re.S)
    if not m:
        return argument, None
    path = m[2]
    return m[1], unescape(path) if path.startswith('\\x') else path.encode()


def calls(path):
    """(begin, end, name, arguments, result): where in the trace a call began and ended, failed ones left out."""
    waiting, found = {}, []
    with open(path, encoding='ascii', errors='strict') as f:
        for at, line in enumerate(f):
            m = LINE.match(line.rstrip('\n'))
            if not m:
                raise TraceError(f'line {at + 1} of the trace is not understood')
            pid, rest = m[1], m[2]
            begin = at
            if rest.startswith(('---', '+++')):
                continue
            if rest.endswith(UNFINISHED):
                waiting[pid] = (at, rest[:-len(UNFINISHED)])
                continue
            resumed = RESUMED.match(rest)
            if resumed:
                if pid not in waiting:
                    raise TraceError(f'line {at + 1} of the trace resumes what never began')
                begin, first = waiting.pop(pid)
                rest = first + resumed[2]
            m = CALL.fullmatch(rest)
            if not m:
                raise TraceError(f'line {at + 1} of the trace is not understood: {rest[:80]}')
            if m[3] != '?' and int(m[3]) >= 0:
                found.append((begin, at, m[1], arguments(m[2]), int(m[3]), m[4]))
    if waiting and not all('exit' in text for _, text in waiting.values()):
        raise TraceError('the trace ends inside a call')
    return found


def absolute(folder_argument, name):
    name = string(name)
    if name.startswith(b'/'):
        return os.path.normpath(name)
    base = descriptor(folder_argument)[1]
    if base is None:
        raise TraceError('a relative path without a folder')
    return os.path.normpath(os.path.join(base, name))


def events(trace, root, answers):
    """What happened below `root`, in order: a list of tuples whose first item is the kind."""
    root = os.fsencode(root)
    answers = os.fsencode(answers)
    found = []  # (place in the trace, tie, event)
    positions, appending = {}, set()

    def ours(path):
        return path is not None and (path == root or path.startswith(root + b'/')) and not path.endswith(b'-shm')

    for begin, end, name, args, result, extra in calls(trace):
        if name in ('openat', 'open', 'creat'):
            path = absolute(args[0], args[1]) if name == 'openat' else absolute('', args[0])
            flags = args[2] if name == 'openat' else args[1] if name == 'open' else 'O_CREAT|O_TRUNC'
            if not ours(path):
                continue
            key = (str(result), path)
            positions[key] = 0
            appending.discard(key)
            if 'O_APPEND' in flags:
                appending.add(key)
            if 'O_CREAT' in flags:
                found.append((end, 0, ('create', path)))
            if 'O_TRUNC' in flags:
                found.append((end, 1, ('truncate', path, 0)))
        elif name == 'lseek':
            fd, path = descriptor(args[0])
            positions[(fd, path)] = result
        elif name in ('write', 'pwrite64'):
            fd, path = descriptor(args[0])
            if path == answers and name == 'write':
                found.append((begin, 0, ('answer', string(args[1])[:result])))
            elif ours(path):
                data = string(args[1])[:result]
                if len(data) != result:
                    raise TraceError('written bytes are missing from the trace')
                key = (fd, path)
                if name == 'pwrite64':
                    at = int(args[3])
                elif key in appending:
                    at = None
                else:
                    at = positions.get(key, 0)
                    positions[key] = at + result
                found.append((begin, 0, ('write', path, at, data)))
        elif name in ('fsync', 'fdatasync'):
            path = descriptor(args[0])[1]
            if ours(path):
                token = object()
                found.append((begin, 0, ('sync begins', path, token)))
                found.append((end, 0, ('sync ends', path, token)))
        elif name in ('rename', 'renameat', 'renameat2'):
            old, new = (absolute('', args[0]), absolute('', args[1])) if name == 'rename' else \
                       (absolute(args[0], args[1]), absolute(args[2], args[3]))
            if ours(old) != ours(new):
                raise TraceError('a file was moved into or out of the folder')
            if ours(old):
                found.append((begin, 0, ('rename', old, new)))
        elif name in ('ftruncate', 'truncate'):
            path = descriptor(args[0])[1] if name == 'ftruncate' else absolute('', args[0])
            if ours(path):
                found.append((begin, 0, ('truncate', path, int(args[1]))))
        elif name == 'fallocate':
            path = descriptor(args[0])[1]
            if ours(path):
                raise TraceError('fallocate below the folder is not modelled')
        elif name in ('unlink', 'unlinkat', 'rmdir'):
            path = absolute('', args[0]) if name != 'unlinkat' else absolute(args[0], args[1])
            if ours(path):
                found.append((begin, 0, ('unlink', path)))
        elif name in ('mkdir', 'mkdirat'):
            path = absolute('', args[0]) if name == 'mkdir' else absolute(args[0], args[1])
            if ours(path):
                found.append((end, 0, ('mkdir', path)))
        elif name in UNKNOWN:
            if any(ours(descriptor(a)[1]) or (a.startswith('"') and ours(string(a))) for a in args):
                raise TraceError(f'{name} below the folder is not modelled')
    found.sort(key=lambda item: item[:2])
    return [event for _, _, event in found]


# ---- The disk ----

class File:
    """What is safe, and what was written since."""

    def __init__(self, content=b''):
        self.safe, self.pending, self.now = bytearray(content), [], bytearray(content)

    @staticmethod
    def apply(content, op):
        if op[0] == 'truncate':
            if op[1] <= len(content):
                del content[op[1]:]
            else:
                content.extend(bytes(op[1] - len(content)))
        else:
            _, at, data = op
            if at > len(content):
                content.extend(bytes(at - len(content)))
            content[at:at + len(data)] = data

    def do(self, op):
        if op[0] == 'write' and op[1] is None:
            op = ('write', len(self.now), op[2])
        self.apply(self.now, op)
        self.pending.append(op)

    def sync(self, ops):
        for op in ops:
            if op in self.pending:
                self.apply(self.safe, op)
        self.pending = [op for op in self.pending if op not in ops]


FOLDER = object()


class Disk:
    """A folder in memory, with what is safe of it apart from what is there."""

    def __init__(self, root):
        self.root = os.fsencode(root)
        self.names, self.safe_names, self.pending = {}, {}, []
        for base, folders, files in os.walk(self.root):
            for name in folders:
                self.names[os.path.join(base, name)] = FOLDER
            for name in files:
                path = os.path.join(base, name)
                if not path.endswith(b'-shm'):
                    with open(path, 'rb') as f:
                        self.names[path] = File(f.read())
        self.safe_names = dict(self.names)
        self.syncing = {}

    @staticmethod
    def apply(names, op):
        if op[0] == 'link':
            names[op[1]] = op[2]
        elif op[0] == 'unlink':
            names.pop(op[1], None)
        elif op[1] in names:
            names[op[2]] = names.pop(op[1])

    def name(self, *op):
        self.apply(self.names, op)
        self.pending.append(op)

    def happen(self, event):
        kind, path = event[0], event[1]
        if kind == 'create':
            if path not in self.names:
                self.name('link', path, File())
        elif kind == 'mkdir':
            self.name('link', path, FOLDER)
        elif kind in ('unlink', 'rename'):
            if path in self.names:
                self.name(kind, *event[1:])
        elif kind in ('write', 'truncate'):
            if path in self.names:
                self.names[path].do((kind, *event[2:]))
        elif kind == 'sync begins':
            node = self.names.get(path)
            if path == self.root or node is FOLDER:
                self.syncing[event[2]] = (None, [op for op in self.pending if path in
                                                 {os.path.dirname(p) for p in op[1:] if isinstance(p, bytes)}])
            elif node:
                self.syncing[event[2]] = (node, list(node.pending))
        elif kind == 'sync ends' and event[2] in self.syncing:
            node, ops = self.syncing.pop(event[2])
            if node:
                node.sync(ops)
            else:
                for op in ops:
                    if op in self.pending:
                        self.apply(self.safe_names, op)
                self.pending = [op for op in self.pending if op not in ops]

    def after_cut(self, writes, entries, rng):
        """{relative path: bytes or FOLDER} after a cut; `writes` and `entries` are none, all or torn."""
        names = dict(self.safe_names)
        for op in self.pending:
            if entries == 'all' or (entries == 'torn' and rng.random() < 0.5):
                self.apply(names, op)
        found = {}
        for path, node in names.items():
            parent = os.path.dirname(path)
            while parent != self.root and parent in names:
                parent = os.path.dirname(parent)
            if parent != self.root:
                continue  # its folder's own name is gone
            if node is FOLDER:
                found[path[len(self.root) + 1:]] = FOLDER
                continue
            content = bytearray(node.now if writes == 'all' else node.safe)
            if writes == 'torn':
                for op in node.pending:
                    for part in torn(op, rng):
                        File.apply(content, part)
            found[path[len(self.root) + 1:]] = bytes(content)
        return found


def torn(op, rng):
    """What may be left of one write: all, nothing, its first sectors, or some of its sectors."""
    chance = rng.random()
    if op[0] == 'truncate' or len(op[2]) <= SECTOR:
        return [op] if chance < 0.5 else []
    if chance < 0.35:
        return [op]
    if chance < 0.6:
        return []
    _, at, data = op
    if chance < 0.8:
        return [('write', at, data[:rng.randrange(SECTOR, len(data), SECTOR)])]
    return [('write', at + i, data[i:i + SECTOR]) for i in range(0, len(data), SECTOR) if rng.random() < 0.5]


def states(disk, happened, torn_each, seed):
    """(cut, words for the state, {path: bytes}, answers so far), each different state once."""
    rng = random.Random(seed)
    answers = b''
    seen = set()
    ways = [('none', 'none'), ('all', 'all'), ('all', 'none'), ('none', 'all')] + [('torn', 'torn')] * torn_each
    for cut, event in enumerate(happened):
        if event[0] == 'answer':
            answers += event[1]
        else:
            disk.happen(event)
        for writes, entries in ways:
            files = disk.after_cut(writes, entries, rng)
            digest = blake2b(answers, digest_size=16)
            for path in sorted(files):
                content = files[path]
                digest.update(path + b'\0' + (b'folder' if content is FOLDER else blake2b(content).digest()))
            if digest.digest() in seen:
                continue
            seen.add(digest.digest())
            yield cut, f'writes {writes}, names {entries}', files, answers.decode().split('\n')[:-1]


def put(files, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    base = os.fsencode(folder)
    for path in sorted(files):
        if files[path] is FOLDER:
            os.makedirs(os.path.join(base, path), exist_ok=True)
    for path in sorted(files):
        if files[path] is not FOLDER:
            os.makedirs(os.path.join(base, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(base, path), 'wb') as f:
                f.write(files[path])


# ---- Tracing ----

def trace(command, root, environment, timeout=300):
    """Runs a command under strace; its events below `root`. Its answers are what it writes to standard output, which
    is a terminal: a program that is traced into a file may keep its answers back until it ends."""
    with tempfile.TemporaryDirectory(prefix='candour-trace-') as scratch:
        log = os.path.join(scratch, 'trace')
        master, terminal = pty.openpty()
        name = os.ttyname(terminal)
        process = subprocess.Popen(['strace', '-f', '-y', '-xx', '-s', '1000000', '-e', 'trace=' + CALLS, '-o', log,
                                    '--', *command], stdout=terminal, stderr=subprocess.PIPE,
                                   stdin=subprocess.DEVNULL,
                                   env={**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0', **environment})
        os.close(terminal)
        reader = threading.Thread(target=drain, args=(master,))
        reader.start()
        try:
            errors = process.communicate(timeout=timeout)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            errors = process.communicate()[1] + b' (took too long)'
        reader.join()
        os.close(master)
        return events(log, root, name), process.returncode, errors.decode(errors='replace')


def drain(master):
    """Until the last one who writes to the terminal is gone (EIO)."""
    try:
        while os.read(master, 65536):
            pass
    except OSError:
        pass
