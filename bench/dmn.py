#!/usr/bin/env python3
"""Decision models: ours beside @gorules/zen-engine and feelin, in one run.

    CANDOUR_BUILD=build-test python3 bench/dmn.py [--rounds 7]

A table of 10 rules and 5 inputs, one of 1,000 rules, a chain of 20 decisions, and a model of more than 1 MB that is read.
Aims: of the first at least fifty evaluations in the time in which a user of zen-engine gets one through its Node binding;
growth with the number of rules linear or better; the large model read in under 100 ms. What an empty table costs there is
the share of the binding. Every engine's answer is compared with ours. Times are of the processor, all threads; medians; ends with 1 where an aim is missed.

Needs npm; the peers are pinned in bench/peers/package-lock.json.
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PEERS = os.path.join(ROOT, "bench", "peers")
sys.path.insert(0, os.path.join(ROOT, "bench"))
from pages import machine

SPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
TIMES_WANTED, READ_MOST_MS = 50, 100


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def head(name):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="{SPACE}" id="{name}" name="{name}" namespace="urn:bench:{name}">\n'


def cells_of(rules, inputs, seed):
    """For each rule its cells: the first input chooses it, the others fit by chance."""
    chance = random.Random(seed)
    made = []
    for n in range(rules):
        row = [f"[{n * 10}..{n * 10 + 9}]"]
        for i in range(1, inputs):
            row.append(chance.choice([f">= {n}", "-", f"< {n + 100000}"]) if i % 2 == 0 else
                       chance.choice([f'"a{n}"', f'"a{n}","b{n}"', "-"]))
        made.append(row)
    return made


def table(rules, inputs=5, seed=1):
    cells = cells_of(rules, inputs, seed)
    types = ["number" if i % 2 == 0 else "string" for i in range(inputs)]
    dmn = [head(f"table{rules}")]
    dmn += [f'<inputData id="i{i}" name="in{i}"><variable name="in{i}" typeRef="{t}"/></inputData>\n' for i, t in enumerate(types)]
    dmn.append('<decision id="d" name="result"><variable name="result" typeRef="string"/>\n')
    dmn += [f'<informationRequirement><requiredInput href="#i{i}"/></informationRequirement>\n' for i in range(inputs)]
    dmn.append('<decisionTable hitPolicy="FIRST">\n')
    dmn += [f'<input><inputExpression typeRef="{t}"><text>in{i}</text></inputExpression></input>\n' for i, t in enumerate(types)]
    dmn.append('<output name="result" typeRef="string"/>\n')
    for n, row in enumerate(cells):
        dmn.append("<rule>" + "".join(f"<inputEntry><text>{escaped(c)}</text></inputEntry>" for c in row) +
                   f'<outputEntry><text>"out{n}"</text></outputEntry></rule>\n')
    dmn.append("</decisionTable></decision></definitions>\n")
    chosen = rules * 7 // 10
    given = {f"in{i}": chosen * 10 + 5 if t == "number" else f"a{chosen}" for i, t in enumerate(types)}
    zen_rules = [{"_id": f"r{n}", "o": f'"out{n}"', **{f"c{i}": "" if c == "-" else c for i, c in enumerate(row)}}
                 for n, row in enumerate(cells)]
    zen = graph([("t", "decisionTableNode", {
        "hitPolicy": "first", "inputs": [{"id": f"c{i}", "name": f"in{i}", "field": f"in{i}"} for i in range(inputs)],
        "outputs": [{"id": "o", "name": "result", "field": "result"}], "rules": zen_rules})])
    return {"dmn": "".join(dmn), "decision": "result", "input": given, "output": "result", "wanted": f"out{chosen}", "zen": zen,
            "feelin": {"rules": [[row, f'"out{n}"'] for n, row in enumerate(cells)]}}


def graph(nodes):
    names = ["in"] + [name for name, _, _ in nodes] + ["out"]
    place = {"position": {"x": 0, "y": 0}}
    return {"contentType": "application/vnd.gorules.decision",
            "nodes": [{"id": "in", "name": "in", "type": "inputNode", **place}] +
                     [{"id": name, "name": name, "type": kind, "content": content, **place} for name, kind, content in nodes] +
                     [{"id": "out", "name": "out", "type": "outputNode", **place}],
            "edges": [{"id": f"e{i}", "type": "edge", "sourceId": a, "targetId": b} for i, (a, b) in enumerate(zip(names, names[1:]))]}


def chain(length=20):
    dmn = [head("chain"), '<inputData id="i" name="start"><variable name="start" typeRef="number"/></inputData>\n']
    steps, nodes, value = [], [], 7
    for k in range(length):
        before = "start" if k == 0 else f"step{k - 1}"
        need = '<requiredInput href="#i"/>' if k == 0 else f'<requiredDecision href="#d{k - 1}"/>'
        text = f"if {before} > 100 then {before} - 99 else {before} * 2 + 1"
        dmn.append(f'<decision id="d{k}" name="step{k}"><variable name="step{k}" typeRef="number"/><informationRequirement>{need}'
                   f'</informationRequirement><literalExpression><text>{escaped(text)}</text></literalExpression></decision>\n')
        steps.append([f"step{k}", text])
        nodes.append((f"step{k}", "expressionNode", {"passThrough": True, "expressions": [
            {"id": "e", "key": f"step{k}", "value": f"{before} > 100 ? {before} - 99 : {before} * 2 + 1"}]}))
        value = value - 99 if value > 100 else value * 2 + 1
    dmn.append("</definitions>\n")
    return {"dmn": "".join(dmn), "decision": f"step{length - 1}", "input": {"start": 7}, "output": f"step{length - 1}", "wanted": value,
            "zen": graph(nodes), "feelin": {"steps": steps}}


def empty():
    return {"input": {"in0": 1}, "output": "result", "zen": graph([("t", "decisionTableNode", {
        "hitPolicy": "first", "inputs": [{"id": "c0", "name": "in0", "field": "in0"}],
        "outputs": [{"id": "o", "name": "result", "field": "result"}], "rules": []})])}


def ours(build, folder, name, model, times, rounds):
    paths = {}
    for ending, text in (("dmn", model["dmn"]), ("json", json.dumps(model["input"]))):
        paths[ending] = os.path.join(folder, f"{name}.{ending}")
        with open(paths[ending], "w", encoding="utf-8") as f:
            f.write(text)
    done = subprocess.run([os.path.join(build, "bench", "dmn"), paths["dmn"], model["decision"], paths["json"], str(times), str(rounds)],
                          text=True, capture_output=True, check=True)
    found = json.loads(done.stdout)
    if found["value"] != model["wanted"]:
        sys.exit(f"{name}: ours gives {found['value']}, not {model['wanted']}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    build = os.path.join(ROOT, os.environ.get("CANDOUR_BUILD", "build-test"))
    if not os.path.isdir(os.path.join(PEERS, "node_modules")):
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=PEERS, check=True, stdout=subprocess.DEVNULL)
    models = {"10 rules, 5 inputs": (table(10), 20000, 2000), "1,000 rules": (table(1000), 500, 50), "20 decisions": (chain(), 5000, 1000)}
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        asked = {name: {**{k: m[k] for k in ("input", "output", "wanted", "zen", "feelin")}, "times": t} for name, (m, _, t) in models.items()}
        asked["empty table"] = {**empty(), "times": 2000}
        path = os.path.join(folder, "models.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(asked, f)
        mine = {name: ours(build, folder, str(at), m, t, options.rounds) for at, (name, (m, t, _)) in enumerate(models.items())}
        peers = json.loads(subprocess.run(["node", "dmn.mjs", path, str(options.rounds)], cwd=PEERS, text=True, stdout=subprocess.PIPE,
                                          check=True).stdout)
        large = table(3500)
        read = ours(build, folder, "large", large, 1, options.rounds)
    binding = statistics.median(peers["empty table"]["zen-engine"])
    print(f"{'model':20} {'ours':>10} {'zen-engine':>12} {'ratio':>7} {'feelin':>12} {'ratio':>7}   a second   allocations   bytes a run   peak")
    for name, found in mine.items():
        us, zen, feelin = (statistics.median(x) for x in (found["us"], peers[name]["zen-engine"], peers[name]["feelin"]))
        print(f"{name:20} {us:7.2f} us {zen:9.1f} us {zen / us:6.0f}x {feelin:9.1f} us {feelin / us:6.0f}x {1e6 / us:10,.0f} {found['allocations']:13.4f} "
              f"{found['bytes']:13,} {found['peak_kb'] / 1024:5.1f} MB")
    print(f"zen-engine, empty table: {binding:.1f} us, the share of the binding")
    small, big = (statistics.median(mine[n]["us"]) for n in ("10 rules, 5 inputs", "1,000 rules"))
    ratio = statistics.median(peers["10 rules, 5 inputs"]["zen-engine"]) / small
    size, read_ms = len(large["dmn"]), statistics.median(read["read_ms"])
    aims = [(f"10 rules: {ratio:.0f} times (aim {TIMES_WANTED}); without the binding's share "
             f"{(ratio * small - binding) / small:.0f}", ratio >= TIMES_WANTED),
            (f"100 times as many rules take {big / small:.0f} times as long (aim 100 or less)", big / small <= 100),
            (f"a model of {size / 1e6:.2f} MB is read in {read_ms:.0f} ms (aim {READ_MOST_MS})", read_ms < READ_MOST_MS and size > 1e6)]
    for words, met in aims:
        print(f"{'met   ' if met else 'MISSED'} {words}")
    return 0 if all(met for _, met in aims) else 1


if __name__ == "__main__":
    sys.exit(main())
