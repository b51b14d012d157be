#!/usr/bin/env python3
"""Cuts the power at every point of a traced run and looks whether every answered act is there and each act is whole.

    run.py [--deeds] [--quick | --long] [--build DIR] [--scenario NAME] [--keep DIR]

With synchronous=FULL no cut may lose anything. With synchronous=OFF, with NORMAL, without the folder's sync, and where a
picture or the folder that it stands in is not synced (failing_io.c), some cut must: otherwise the test itself is blind,
and fails. --deeds: the acts on posts, deeds.py. The build must be one with -Dtests=true; default is
$CANDOUR_BUILD, then ./build-test. --keep copies the first bad state there. Last line: "N passed, N failed".
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import power
from scenarios import DEEDS, ROOMS, SCENARIOS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODES = [
    ('FULL', {}, False),
    ('synchronous=OFF', {'CANDOUR_TEST_SYNCHRONOUS': 'OFF'}, True),
    ('synchronous=NORMAL', {'CANDOUR_TEST_SYNCHRONOUS': 'NORMAL'}, True),
    ('no folder sync', {'CANDOUR_TEST_FOLDER_SYNC': 'no'}, True),
    ('no sync of pictures', {'LD_PRELOAD': '{build}/tests/torture/failing_io.so', 'CANDOUR_IO_ROOT': '{folder}',
                             'CANDOUR_IO_SKIP': 'file'}, True),
    ('no sync of their folders', {'LD_PRELOAD': '{build}/tests/torture/failing_io.so', 'CANDOUR_IO_ROOT': '{folder}',
                                  'CANDOUR_IO_SKIP': 'folder'}, True),
]
# A worse mode has to lose something at one cut or another; a run whose cuts all fell well says nothing of it, and is made again.
TRIES = 3


def replay(scenario, environment, wanted_bad, options):
    """(cuts, states, bad cuts, answers, first words)."""
    with tempfile.TemporaryDirectory(prefix='candour-power-') as scratch:
        folder = os.path.realpath(os.path.join(scratch, 'data'))
        os.mkdir(folder)
        scenario.prepare(folder)
        environment = {name: word.format(build=os.path.abspath(options.build), folder=folder)
                       for name, word in environment.items()}
        disk = power.Disk(folder)
        happened = []
        for n, command in enumerate(scenario.commands(folder)):
            found, code, errors = power.trace(command, folder, environment)
            if code != 0:
                raise power.TraceError(f'{command[0]} ended with {code}: {errors.strip()[-300:]}')
            happened += found + [('answer', b'exit %d\n' % n)]
        answers = sum(event[0] == 'answer' for event in happened)
        bad, states, words = set(), 0, ''
        shm = '/dev/shm' if os.access('/dev/shm', os.W_OK) else scratch
        with tempfile.TemporaryDirectory(prefix='candour-cut-', dir=shm) as place:
            target = os.path.join(place, 'data')
            opened = False
            for cut, how, files, said in power.states(disk, happened, options.torn, options.seed):
                states += 1
                power.put(files, target)
                faults = scenario.check(target, said)
                if not faults and not wanted_bad and states % (options.every if opened else options.first) == 0:
                    opened = any(line == 'opened' or line.startswith('exit') for line in said)
                    power.put(files, target)
                    faults = scenario.opens(target)
                if faults:
                    bad.add(cut)
                    if not words:
                        words = f'cut {cut} ({how}): {faults[0]}'
                        if options.keep and not wanted_bad:
                            power.put(files, target)
                            shutil.copytree(target, options.keep, dirs_exist_ok=True)
                    if wanted_bad and len(bad) >= (50 if options.long else 3):
                        break
        return len(happened), states, len(bad), answers, words


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--deeds', action='store_true')
    parser.add_argument('--quick', action='store_true', help='under a minute (the default)')
    parser.add_argument('--long', action='store_true', help='more acts, more torn states, the program opens more of them')
    parser.add_argument('--build', default=os.environ.get('CANDOUR_BUILD', os.path.join(ROOT, 'build-test')))
    parser.add_argument('--scenario', help='only this one: ' + ', '.join(s.name for s in SCENARIOS))
    parser.add_argument('--keep', help='copies the first bad state to this folder')
    parser.add_argument('--seed', type=int, default=20260302)
    options = parser.parse_args()
    options.torn = 8 if options.long else 1 if options.deeds else 3
    options.every = 20 if options.long else 60  # states of which the program itself opens one, after it first could
    options.first = 1 if options.long else 6    # … and before
    os.umask(0o077)  # as the program makes its files
    size = 240 if options.long else 60
    passed = failed = 0
    for kind in SCENARIOS if options.scenario else DEEDS if options.deeds else ROOMS:
        if options.scenario and kind.name != options.scenario or not (options.scenario or options.long or kind.quick):
            continue
        for mode, environment, wanted_bad in MODES:
            if wanted_bad and mode not in kind.noticed:
                continue
            started = time.monotonic()
            try:
                for _ in range(TRIES if wanted_bad else 1):
                    scenario = kind(options.build, size, worse=wanted_bad)
                    cuts, states, bad, answers, words = replay(
                        scenario, {'CANDOUR_TEST_LOG_PAGES': kind.log_pages, **environment}, wanted_bad, options)
                    if bad:
                        break
            except (power.TraceError, OSError) as e:
                print(f'FAILED {kind.name}, {mode}: {e}', flush=True)
                failed += 1
                continue
            fine = (bad > 0) == wanted_bad and cuts >= kind.events and answers > 1
            print(f'{"ok    " if fine else "FAILED"} {kind.name}, {mode}: {bad} of {cuts} cuts bad ({states} states, '
                  f'{answers} answers, {time.monotonic() - started:.1f} s)'
                  f'{", as it must be" if wanted_bad and fine else ""}'
                  f'{"; first " + words if words else ""}', flush=True)
            passed += fine
            failed += not fine
    print(f'{passed} passed, {failed} failed')
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == '__main__':
    sys.exit(main())
