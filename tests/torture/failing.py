#!/usr/bin/env python3
"""Every k-th call on a file fails once, in each act on posts (deeds.py): a clear error, nothing lost, and the next try
goes through.

    failing.py [--long] [--build DIR] [--scenario NAME] [--from K]

The k-th call that reads, writes, makes, names or syncs below the data folder gives EIO, or there is no more room, or a
write is cut short (failing_io.c). A part of all k; every one of them with --long. Last line: "N passed, N failed".
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from deeds import DEEDS
from kill import ROOT, counting
from scenario import copy_for_check, database, run

HOWS = ('eio', 'enospc', 'short')


def attempt(command, folder, scratch, build, k, how):
    environment = counting(build, folder, scratch, CANDOUR_IO_AT=str(k), CANDOUR_IO_HOW=how)
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                          timeout=120, errors='replace', env={**os.environ, **environment})


def look(scenario, folder, copy, done):
    """Faults of what an act left whose one call failed; the act is done again where it was not done."""
    answers = done.stdout.splitlines()
    said = done.stderr.strip()
    if done.returncode not in (0, 1, 2, 3):
        return [f'ended with {done.returncode}: {said[-300:]}']
    if done.returncode != 0 and not any(line.startswith('candour: ') and line[-1] in '.?' for line in said.splitlines()):
        return [f'no clear error: {said[-300:] or "nothing"}']
    if 'restore it from a backup' in said and 'Try once more' not in said:
        return [f'one call failed, and it is said to be damaged: {said}']
    copy_for_check(folder, copy)
    faults = scenario.check(copy, answers if done.returncode == 0 else [])
    connection = database(copy, faults)
    state = scenario.state(connection, 0) if connection else ''
    if connection:
        connection.close()
    if done.returncode == 0 and state != 'done':
        faults.append(f'ended well, and it is {state}')
    if not faults and state != 'done':
        code, _, errors = run(scenario.act(folder, 0))
        faults += scenario.check(folder, [f'{key}: {scenario.word}' for key in scenario.keys(0)])
        if code != 0:
            faults.append(f'the next try: {errors.strip()}')
    return faults or scenario.opens(folder)


def each(kind, options):
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix='candour-failing-') as scratch:
        scratch = os.path.realpath(scratch)
        made, folder, copy = (os.path.join(scratch, name) for name in ('made', 'data', 'copy'))
        os.mkdir(made)
        scenario = kind(options.build, 0)
        scenario.prepare(made)
        shutil.copytree(made, folder)
        done = attempt(scenario.act(folder, 0), folder, scratch, options.build, 10 ** 9, 'eio')
        with open(os.path.join(scratch, 'calls'), encoding='ascii') as f:
            calls = int(f.read())
        if done.returncode != 0 or calls < 50:
            print(f'FAILED {kind.name}: {calls} calls, {done.stderr.strip()}')
            return 0, 1
        step = 1 if options.long else max(1, calls // 18)
        for k in range(options.start, calls + 1, step):
            for how in HOWS if options.long else [HOWS[k // step % 3]]:
                shutil.rmtree(folder)
                shutil.copytree(made, folder)
                done = attempt(scenario.act(folder, 0), folder, scratch, options.build, k, how)
                faults = look(scenario, folder, copy, done)
                if faults:
                    failed += 1
                    print(f'FAILED {kind.name}, call {k}, {how}: {faults[0]}', flush=True)
                else:
                    passed += 1
    print(f'{kind.name}: {passed + failed} tries, {calls} calls in each', flush=True)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--long', action='store_true')
    parser.add_argument('--build', default=os.environ.get('CANDOUR_BUILD', os.path.join(ROOT, 'build-test')))
    parser.add_argument('--scenario', help='only this one: ' + ', '.join(s.name for s in DEEDS if s.stepped))
    parser.add_argument('--from', dest='start', type=int, default=1, help='the first call that fails')
    options = parser.parse_args()
    os.umask(0o077)
    passed = failed = 0
    for kind in DEEDS:
        if kind.stepped and (not options.scenario or kind.name == options.scenario):
            p, f = each(kind, options)
            passed += p
            failed += f
    print(f'{passed} passed, {failed} failed')
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == '__main__':
    sys.exit(main())
