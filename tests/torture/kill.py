#!/usr/bin/env python3
"""Kills a command with SIGKILL at random moments, again and again, on one data folder: what was answered is there,
and every act is whole or absent.

    kill.py [--deeds] [-n ROUNDS | --long] [--build DIR] [--scenario NAME] [--seed N]

50 rounds; 500 with --long. With --deeds the acts on posts (deeds.py), each of them fewer times, 700 together with
--long; every second time not at a random moment, but in the place of the k-th call on a file (failing_io.c).
This says nothing about power cuts (the kernel keeps what was written): run.py does.
Last line: "N passed, N failed"; a round is one.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scenario import copy_for_check
from scenarios import DEEDS, ROOMS, SCENARIOS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run_and_kill(commands, answers, after, environment=None):
    """Runs the commands, kills the one that runs when the time is over. (whether one was killed, seconds, fault)"""
    began = time.monotonic()
    for n, command in enumerate(commands):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                   start_new_session=True, env={**os.environ, **(environment or {})})
        try:
            left = None if after is None else max(0.0, after - (time.monotonic() - began))
            out, errors = process.communicate(timeout=left)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            out, errors = process.communicate()
        lines = out.decode(errors='replace').split('\n')
        answers += lines[:-1]  # a line that was cut was no answer
        if process.returncode == -9:
            return True, time.monotonic() - began, None
        if process.returncode != 0:
            return False, 0.0, f'ended with {process.returncode}: {errors.decode(errors="replace").strip()[-300:]}'
        answers.append(f'exit {n}')
    return False, time.monotonic() - began, None


def counting(build, folder, scratch, **at):
    """The environment in which calls on files below the folder are counted; `at`: which one is the last, and how."""
    return {'LD_PRELOAD': os.path.abspath(os.path.join(build, 'tests/torture/failing_io.so')), 'CANDOUR_IO_ROOT': folder,
            'CANDOUR_IO_COUNT': os.path.join(scratch, 'calls'), 'CANDOUR_IO_AT': str(10 ** 9), **at}


def loop(kind, rounds, options):
    rng = random.Random(options.seed)
    passed = failed = killed = 0
    with tempfile.TemporaryDirectory(prefix='candour-kill-') as scratch:
        folder = os.path.join(os.path.realpath(scratch), 'data')
        os.mkdir(folder)
        copy = os.path.join(scratch, 'copy')
        scenario = kind(options.build, 0)
        scenario.prepare(folder)
        answers = []
        # The first round is not killed: it says how long one takes.
        stepped = scenario.stepped
        _, whole, fault = run_and_kill(scenario.round(folder, 0), answers, None,
                                       counting(options.build, folder, scratch) if stepped else None)
        if fault:
            print(f'FAILED {kind.name}: {fault}')
            return 0, 1
        if stepped:
            with open(os.path.join(scratch, 'calls'), encoding='ascii') as f:
                calls = int(f.read())
        after = not scenario.kills_itself
        for n in range(1, rounds + 1):
            # Answers of the rounds so far, without their exits: each round begins to count anew.
            said = [line for line in answers if not line.startswith('exit ')]
            now = []
            commands = scenario.round(folder, n)
            if stepped and n % 2:
                died, took, fault = run_and_kill(commands, now, None, counting(
                    options.build, folder, scratch, CANDOUR_IO_AT=str(rng.randint(1, calls)), CANDOUR_IO_HOW='kill'))
            else:
                died, took, fault = run_and_kill(commands, now, rng.uniform(0, whole) if after else None)
            killed += died
            if not died and not fault:
                whole = took  # the first round made the folder, and took longer
            answers = said + now
            copy_for_check(folder, copy)
            faults = [fault] if fault else scenario.check(copy, answers)
            if not faults:
                copy_for_check(folder, copy)
                faults = scenario.opens(copy)
            if faults:
                failed += 1
                print(f'FAILED {kind.name}, round {n}: {faults[0]}', flush=True)
            else:
                passed += 1
        if not failed:
            for fault in scenario.finish(folder)[:1]:
                failed += 1
                print(f'FAILED {kind.name}, at the end: {fault}', flush=True)
    print(f'{kind.name}: {rounds} rounds, {killed} killed, {len(answers)} answers kept', flush=True)
    if killed < rounds * 2 // 3:
        print(f'FAILED {kind.name}: only {killed} of {rounds} were killed before their end')
        failed += 1
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--deeds', action='store_true')
    parser.add_argument('-n', type=int)
    parser.add_argument('--long', action='store_true')
    parser.add_argument('--build', default=os.environ.get('CANDOUR_BUILD', os.path.join(ROOT, 'build-test')))
    parser.add_argument('--scenario', help='only this one: ' + ', '.join(s.name for s in SCENARIOS))
    parser.add_argument('--seed', type=int, default=20260302)
    options = parser.parse_args()
    passed = failed = 0
    for kind in SCENARIOS if options.scenario else DEEDS if options.deeds else ROOMS:
        if kind.kills and (not options.scenario or kind.name == options.scenario):
            rounds = options.n or (kind.rounds_long if options.long else kind.rounds)
            p, f = loop(kind, rounds, options)
            passed += p
            failed += f
    print(f'{passed} passed, {failed} failed')
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == '__main__':
    sys.exit(main())
