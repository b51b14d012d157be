"""Tries the shipped proxy configurations and the units for real: nginx, Caddy and HAProxy with candour behind them.

    python3 tests/deploy/run.py [WORD …]     all, or the facts whose name has one of the words; a proxy's name is one

The build is that of $CANDOUR_BUILD, or build-test. Proxies run at the same time. Last line: "N passed, N failed".
"""
import os
import resource
import sys
import threading
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import facts
import smuggling  # its facts stand in the same table
import stage
import units

lock = threading.Lock()
passed = failed = skipped = 0


def tried(name, run):
    global passed, failed
    begun = time.monotonic()
    words = None
    try:
        run()
    except stage.Failed as e:
        words = str(e)
    except Exception:
        words = traceback.format_exc()
    with lock:
        passed, failed = passed + (words is None), failed + (words is not None)
        print(f"{'ok    ' if words is None else 'FAILED'} {name} ({time.monotonic() - begun:.1f} s)"
              + (f"\n       {words}" if words else ""), flush=True)


def try_proxy(kind, chosen):
    global skipped
    chosen = [f for f in chosen if f[3] != kind.name]
    if not stage.IPV6:
        print(f"skipped {kind.name}: what needs ::1, which this machine has not", flush=True)
        skipped += sum("ipv6" in f[0] for f in chosen)
        chosen = [f for f in chosen if "ipv6" not in f[0]]
    shared = [(name, run) for name, own, run, _ in chosen if not own]
    if shared:
        try:
            with kind() as running:
                for name, run in shared:
                    tried(f"{kind.name}: {name}", lambda run=run: run(running))
        except Exception:
            tried(f"{kind.name}: starts and ends", lambda words=traceback.format_exc(): stage.must(False, words))
    for name, own, run, _ in chosen:
        if own:
            tried(f"{kind.name}: {name}", lambda run=run: run(kind))


def main():
    # For the proxies, too, which inherit it.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536) if hard > 0 else 65536, hard))
    words = sys.argv[1:]
    kinds = stage.available()
    if named := [k for k in kinds if k.name in words]:
        kinds, words = named, [w for w in words if w not in [k.name for k in named]]
    chosen = [f for f in facts.FACTS if not words or any(w in f[0] for w in words)]
    threads = [threading.Thread(target=try_proxy, args=(kind, chosen)) for kind in kinds]
    if len(kinds) == len(stage.ALL):
        threads += [threading.Thread(target=tried, args=(name, run)) for name, run in units.FACTS
                    if not words or any(w in name for w in words)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
