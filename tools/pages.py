#!/usr/bin/env python3
"""Pages and feeds: from a room's *.html, *.atom and *.xml and the catalogue to typed C (docs/dialects.md, "Pages").

    pages.py --room site --out DIR --catalogue FILE... [--also src/web]... --files FILE...
                                           DIR/site_pages.h and DIR/site_pages.c
    pages.py --catalogue-c --out DIR --catalogue FILE...
                                           DIR/catalogue.h and DIR/catalogue.c
    pages.py --check-unused --catalogue FILE... [--stamp FILE] [--depfile FILE] [--source ROOT] [--files FILE...]
                                           every key is used by one of the *.html, *.atom, *.xml or *.c files; ROOT gives src/*/

Promises: what an attacker sends can only arrive in a page through the
functions of html.h that fit its place, because the place of every hole is
known and its type is a type of C. A mistake is told as file:line and stops
the build; nothing is written then.
"""
import argparse
import glob
import os
import re
import sys

sys.dont_write_bytecode = True

import pages_catalogue  # noqa: E402
import pages_write  # noqa: E402
from pages_catalogue import Catalogue  # noqa: E402
from pages_check import World  # noqa: E402
from pages_parse import Call, Each, Fault, Hole, If, Block, Sentence, Wrap, template_read  # noqa: E402

FORMS = (".html", ".atom", ".xml")
TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def shown(path):
    """Files of the tree are named from its root, whatever folder the build runs in."""
    inside = os.path.relpath(os.path.abspath(path), TREE)
    return path if inside.startswith("..") else inside


def read_all(world, files, room, faults):
    # Siblings last, so that what they are siblings of is known; otherwise the order of the names.
    for file in sorted(files):
        try:
            world.add(template_read(file, shown(file)), room)
        except Fault as fault:
            faults.append(fault)


def check_all(world, room):
    """The faults of a room's templates; a component's fault is told once, where it is."""
    faults = []
    mine = [t for t in world.templates.values() if t.room == room]
    mine += [s for found in world.siblings.values() for s in found.values() if s.room == room]
    for template in mine:
        try:
            world.check(template)
        except Fault as fault:
            faults.append(fault)
    try:
        world.siblings_check()
    except Fault as fault:
        faults.append(fault)
    if not faults:
        for struct, owner in world.types.values():
            for name, (_, line) in struct.fields.items():
                if owner == room and (struct.name, name) not in world.used_fields:
                    faults.append(Fault(struct.file, line, f"field '{name}' of type '{struct.name}' is not used"))
    return faults


def stop(faults):
    for text in sorted({str(fault) for fault in faults}):
        print(text, file=sys.stderr)
    sys.exit(1)


def write(folder, name, text):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.write(text)


def room_make(options):
    catalogue = Catalogue(options.catalogue, shown)
    world, faults, also = World(catalogue), [], []
    for other in options.also:
        name = os.path.basename(os.path.normpath(other))
        also.append(name)
        read_all(world, [f for form in FORMS for f in glob.glob(os.path.join(other, "*" + form))], name, faults)
    read_all(world, options.files, options.room, faults)
    if not faults:
        faults = check_all(world, options.room)
    if faults:
        stop(faults)
    write(options.out, f"{options.room}_pages.h", pages_write.header_write(world, options.room, also))
    write(options.out, f"{options.room}_pages.c", pages_write.source_write(world, options.room))


def keys_of(nodes):
    """(key, node) of every sentence of a body."""
    def of(value, node):
        if isinstance(value, Sentence):
            yield value.key, node
            for inner in (value.arguments or {}).values():
                yield from of(inner, node)

    for node in nodes:
        if isinstance(node, Hole):
            yield from of(node.value, node)
        elif isinstance(node, Call):
            for value in node.arguments.values():
                yield from of(value, node)
            if isinstance(node, Wrap):
                yield from keys_of(node.body)
        elif isinstance(node, If):
            for _, _, inner in node.branches:
                yield from keys_of(inner)
            yield from keys_of(node.otherwise or [])
        elif isinstance(node, (Each, Block)):
            yield from keys_of(node.body)


def unused_check(options):
    if options.source:
        for pattern in ("*" + form for form in (*FORMS, ".c")):
            options.files += sorted(glob.glob(os.path.join(options.source, "src", "*", pattern)))
    if options.depfile:
        with open(options.depfile, "w", encoding="utf-8") as f:
            f.write(f"{options.stamp}: " + " ".join(file.replace(" ", "\\ ") for file in options.files) + "\n")
    catalogue, used, faults = Catalogue(options.catalogue, shown), set(), []
    for file in options.files:
        if file.endswith(FORMS):
            try:
                used |= {key for key, _ in keys_of(template_read(file, shown(file)).body)}
            except Fault as fault:
                faults.append(fault)
        else:
            with open(file, encoding="utf-8") as f:
                used |= set(re.findall(r"\bt_([a-z0-9_]+)\b", f.read()))
    faults += [Fault(entry.file, entry.line, f"key '{key}' is used nowhere")
               for key, entry in catalogue.entries.items() if key not in used]
    if faults:
        stop(faults)
    if options.stamp:
        with open(options.stamp, "w", encoding="utf-8") as f:
            f.write(f"/* {len(catalogue.entries)} sentences, each of which is said somewhere. */\n")


def main():
    parser = argparse.ArgumentParser(description="Writes the C of page templates and of the catalogue of sentences.")
    parser.add_argument("--room")
    parser.add_argument("--out")
    parser.add_argument("--catalogue", nargs="+", default=[])
    parser.add_argument("--also", action="append", default=[])
    parser.add_argument("--files", nargs="*", default=[])
    parser.add_argument("--catalogue-c", action="store_true")
    parser.add_argument("--check-unused", action="store_true")
    parser.add_argument("--stamp")
    parser.add_argument("--depfile")
    parser.add_argument("--source")
    options = parser.parse_args()
    try:
        if options.check_unused:
            unused_check(options)
        elif options.catalogue_c and options.out:
            catalogue = Catalogue(options.catalogue, shown)
            write(options.out, "catalogue.h", pages_catalogue.header_write(catalogue))
            write(options.out, "catalogue.c", pages_catalogue.source_write(catalogue))
        elif options.room and options.out:
            room_make(options)
        else:
            parser.error("one of --room NAME, --catalogue-c or --check-unused, and --out DIR")
    except Fault as fault:
        stop([fault])


if __name__ == "__main__":
    main()
