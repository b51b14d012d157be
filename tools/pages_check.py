"""Joins templates to pages, and checks every name, type and place in them.

The result is a list of operations (write these bytes, write this value, if,
each, call) that pages_write.py turns into C without deciding anything.
"""
import re

from pages_catalogue import c_string
from pages_html import READ_ALOUD, Walker, merge
from pages_parse import Block, Call, Constant, Each, Fault, Hole, If, Node, Path, SCALARS, Sentence, Slot, Text, Type, Wrap
from pages_xml import SitemapWalker, XmlWalker

WALKERS = {"html": Walker, "atom": XmlWalker, "xml": SitemapWalker}


class World:
    """All templates and types in reach: those of the room and of the rooms it may use."""

    def __init__(self, catalogue):
        self.catalogue = catalogue
        self.templates = {}    # name -> Template of the first language
        self.siblings = {}     # name -> {language: Template}
        self.types = {}        # name -> (Struct, room)
        self.used_fields = set()
        self.used_keys = set()
        self.checked = {}

    def add(self, template, room):
        template.room = room
        if template.is_sibling:
            if template.language in self.siblings.setdefault(template.name, {}):
                raise Fault(template.file, template.line, f"'{template.name}' has this language twice")
            self.siblings[template.name][template.language] = template
            return
        self.claim(template.struct, template, room)
        self.templates[template.name] = template
        for struct in template.types:
            self.claim(struct, template, room)
            self.types[struct.name] = (struct, room)

    def claim(self, struct, template, room):
        other = self.types.get(struct.name, (None,))[0] or (
            self.templates[struct.name].struct if struct.name in self.templates else None)
        if other:
            raise Fault(struct.file, struct.line, f"name '{struct.name}' is taken: {other.file}:{other.line}")

    def siblings_check(self):
        """Every prose in every language that is on, with the same head."""
        others = self.catalogue.languages[1:]
        for name, found in self.siblings.items():
            for language, sibling in found.items():
                first = self.templates.get(name)
                if not first or first.kind != "prose":
                    raise Fault(sibling.file, sibling.line, f"only a prose has siblings, and there is none named '{name}'")
                if language not in others:
                    raise Fault(sibling.file, sibling.line, f"language {language} is not on: its catalogue is not listed")
                same = (sibling.kind == first.kind and sibling.extends == first.extends and
                        fields_of(sibling.struct) == fields_of(first.struct) and
                        [(s.name, fields_of(s)) for s in sibling.types] == [(s.name, fields_of(s)) for s in first.types])
                if not same:
                    raise Fault(sibling.file, sibling.line, f"the head is not that of {first.file}")
        for template in self.templates.values():
            for language in others if template.kind == "prose" else []:
                if language not in self.siblings.get(template.name, {}):
                    raise Fault(template.file, template.line, f"has no sibling for language {language}: "
                                f"{template.file.removesuffix('.html')}.{language}.html")

    def types_check(self, struct):
        for name, (kind, line) in struct.fields.items():
            if kind.name not in SCALARS and kind.name not in self.types:
                raise Fault(struct.file, line, f"unknown type '{kind}' of field '{name}'")
            if kind.name not in SCALARS and not kind.is_list and self.holds(kind.name, struct.name, set()):
                raise Fault(struct.file, line, f"field '{name}': a struct cannot hold itself")

    def holds(self, outer, inner, seen):
        if outer == inner:
            return True
        if outer in seen or outer not in self.types:
            return False
        seen.add(outer)
        return any(not kind.is_list and self.holds(kind.name, inner, seen)
                   for kind, _ in self.types[outer][0].fields.values())

    def chain(self, template):
        """The template and what it extends, the outermost last."""
        chain = [template]
        while chain[-1].extends:
            child = chain[-1]
            parent = self.templates.get(child.extends)
            if not parent:
                raise Fault(child.file, child.line, f"extends '{child.extends}', which is no page that can be seen from here")
            if parent.kind != "page":
                raise Fault(child.file, child.line, f"extends '{child.extends}', which is a {parent.kind}, not a page")
            if parent.form != child.form:
                raise Fault(child.file, child.line, f"extends '{child.extends}', which is {parent.form} and not {child.form}")
            if parent in chain:
                raise Fault(child.file, child.line, "extends itself")
            if parent.name in child.struct.fields:
                raise Fault(child.file, child.struct.fields[parent.name][1],
                            f"field '{parent.name}' has the name of the page that is extended")
            chain.append(parent)
        return chain

    def check(self, template):
        """The Checked of one template; components of other rooms are checked on the way."""
        if template in self.checked:
            if self.checked[template] is None:
                raise Fault(template.file, template.line, f"component '{template.name}' calls itself")
            return self.checked[template]
        self.checked[template] = None
        try:
            for struct in [template.struct] + template.types:
                self.types_check(struct)
            self.checked[template] = Checked(self, template)
        except Fault:
            del self.checked[template]
            raise
        return self.checked[template]


def fields_of(struct):
    return [(name, str(kind)) for name, (kind, _) in struct.fields.items()]


class Literal:
    def __init__(self, text):
        self.text = text


class Write:
    """kind is the function of html.h without its prefix; value is C."""

    def __init__(self, kind, value):
        self.kind, self.value = kind, value


class WriteSentence:
    def __init__(self, key, arguments):
        self.key, self.arguments = key, arguments


class Branch:
    def __init__(self, branches, otherwise):
        self.branches, self.otherwise = branches, otherwise   # [(C condition, operations)]


class Loop:
    def __init__(self, index, item, kind, value, count, body):
        self.index, self.item, self.kind, self.value, self.count, self.body = index, item, kind, value, count, body


class CallWrite:
    """fields: [(name, C)]; said: [(variable, key, [C])] sentences that are put together first; part: behind _write."""

    def __init__(self, name, fields, said, part=""):
        self.name, self.fields, self.said, self.part = name, fields, said, part


class SlotCut:
    """Where a component's function ends and another goes on."""


class Found:
    """What a path stands for."""

    def __init__(self, kind, c, template_field, parts):
        self.kind, self.c, self.field, self.parts = kind, c, template_field, parts


class Scope:
    def __init__(self, template, prefix):
        self.template, self.prefix, self.names, self.asked = template, prefix, {}, frozenset()

    def inner(self):
        other = Scope(self.template, self.prefix)
        other.names, other.asked = dict(self.names), self.asked
        return other


class Checked:
    def __init__(self, world, template):
        self.world, self.template = world, template
        self.chain = world.chain(template)
        self.operations = []
        self.walker = WALKERS[template.form](self.add_literal)
        self.slot_place = None   # of a component with a slot: where that is
        self.used = set()        # fields of the template
        self.spoken = set()      # of these, those whose text people read
        self.c_names = []        # of loops that are open
        self.uses_v = self.uses_language = False
        self.said = 0
        self.overrides_check()
        outermost = self.chain[-1]
        self.walk(outermost.body, self.scope_of(outermost))
        self.walker.done(Node(template, template.last_line), template.kind != "component")
        for name, (_, line) in template.struct.fields.items():
            if name not in self.used:
                raise Fault(template.file, line, f"field '{name}' is not used")
        self.ids = self.walker.place.ids

    def add_literal(self, text):
        if self.operations and isinstance(self.operations[-1], Literal):
            self.operations[-1].text += text
        else:
            self.operations.append(Literal(text))

    def overrides_check(self):
        known = set()
        for template in reversed(self.chain):
            if template is not self.chain[-1]:
                for node in template.body:
                    if isinstance(node, Text) and not node.text.strip():
                        continue
                    if not isinstance(node, Block):
                        line = node.line
                        if isinstance(node, Text):
                            line += node.text[:len(node.text) - len(node.text.lstrip())].count("\n")
                        raise Fault(template.file, line, "outside the blocks: a page that extends another fills its blocks")
                    if node.name not in known:
                        raise Fault(template.file, node.line, f"block '{node.name}' is not one of "
                                    f"{template.extends}: {', '.join(sorted(known)) or 'it has none'}")
            own = {node.name: node for node in blocks_in(template.body)}
            if template is not self.chain[-1]:
                top = {node.name for node in template.body if isinstance(node, Block)}
                for name in own:
                    if name in known and name not in top:
                        raise Fault(template.file, own[name].line, f"block '{name}' is already one of {template.extends}")
            known |= set(own)

    def scope_of(self, template):
        at = self.chain.index(template)
        return Scope(template, "v->" + "".join(t.name + "." for t in self.chain[1:at + 1]))

    # -- the walk --

    def walk(self, nodes, scope):
        for node in nodes:
            if isinstance(node, Text):
                self.walker.text(node, node.template.kind == "prose")
            elif isinstance(node, Hole):
                self.hole(node, scope)
            elif isinstance(node, If):
                self.branch(node, scope)
            elif isinstance(node, Each):
                self.each(node, scope)
            elif isinstance(node, Call):
                self.call(node, scope)
            elif isinstance(node, Slot):
                self.slot_place = self.walker.slot(node)
                self.operations.append(SlotCut())
            else:
                self.block(node)

    def part(self, nodes, scope):
        """Operations of a part, collected apart."""
        before, self.operations = self.operations, []
        self.walk(nodes, scope)
        self.walker.flush()
        made, self.operations = self.operations, before
        return made

    def find(self, node, path, scope):
        parts = path.parts
        if parts[0] in scope.names:
            kind, c, field = scope.names[parts[0]]
            scope.names[parts[0] + " used"] = True
            rest, arrow = parts[1:], "->"
        else:
            kind, c, field, rest, arrow = self.find_field(node, parts, scope)
        for name in rest:
            if kind.is_list or kind.name in SCALARS:
                raise node.fault(f"'{path}': a {kind} has no field '{name}'")
            struct = self.world.types[kind.name][0]
            if name not in struct.fields:
                raise node.fault(f"'{path}': type '{kind.name}' has no field '{name}'")
            self.world.used_fields.add((kind.name, name))
            kind, c, arrow = struct.fields[name][0], f"{c}{arrow}{name}", "."
            field = None
        if arrow == "->" and not kind.is_list and kind.name not in SCALARS:
            c = "*" + c
        return Found(kind, c, field, tuple(parts))

    def find_field(self, node, parts, scope):
        at = self.chain.index(scope.template)
        template, prefix, rest = scope.template, scope.prefix, list(parts)
        while len(rest) > 1 and at + 1 < len(self.chain) and rest[0] == self.chain[at + 1].name:
            at += 1
            template, prefix = self.chain[at], prefix + rest.pop(0) + "."
        name = rest.pop(0)
        if name not in template.struct.fields:
            raise node.fault(f"unknown field '{'.'.join(parts)}': {template.kind} '{template.name}' has "
                             f"{', '.join(template.struct.fields) or 'none'}")
        self.uses_v = True
        if template is self.template:
            self.used.add(name)
        field = name if template is self.template and not rest else None
        return template.struct.fields[name][0], prefix + name, field, rest, "."

    def sentence(self, node, sentence, scope):
        """(entry, [C of the arguments])"""
        entry = self.world.catalogue.entries.get(sentence.key)
        if not entry:
            raise node.fault(f"'t.{sentence.key}' is not in the catalogue")
        self.world.used_keys.add(sentence.key)
        self.uses_language = True
        given = sentence.arguments or {}
        values = []
        for name, kind in entry.arguments.items():
            if name not in given:
                raise node.fault(f"'t.{sentence.key}' lacks the argument '{name}'")
            found = self.value(node, given[name], scope, Type(kind), f"argument '{name}' of 't.{sentence.key}'")
            self.speak(given[name], found)
            values.append(found.c)
        for name in given:
            if name not in entry.arguments:
                raise node.fault(f"'t.{sentence.key}' has no argument '{name}'")
        return entry, values

    def speak(self, value, found):
        if isinstance(value, Path) and found.field:
            self.spoken.add(found.field)

    def value(self, node, value, scope, wanted, what):
        """C of a value where a type is wanted. Sentences with arguments are the caller's."""
        if isinstance(value, Constant):
            return Found(wanted, self.constant(node, value.value, wanted, what), None, ())
        if isinstance(value, Sentence):
            if wanted.needed() != Type("text"):
                raise node.fault(f"{what} is {wanted}, not a sentence")
            entry, values = self.sentence(node, value, scope)
            if values:
                raise node.fault(f"{what}: a sentence with arguments cannot stand inside another")
            return Found(Type("text"), f"t_{entry.key}(language)", None, ())
        found = self.find(node, value, scope)
        if found.kind.needed() != wanted.needed():
            raise node.fault(f"{what} is {wanted}, but '{value}' is {found.kind}")
        if found.kind.optional and not wanted.optional and found.parts not in scope.asked:
            raise node.fault(f"{what}: '{value}' may be absent: ask {{% if {value} %}} around it")
        return found

    def constant(self, node, value, wanted, what):
        if isinstance(value, bool):
            if wanted != Type("bool"):
                raise node.fault(f"{what} is {wanted}, not true or false")
            return "true" if value else "false"
        if isinstance(value, int):
            if wanted != Type("int"):
                raise node.fault(f"{what} is {wanted}, not a number")
            return "INT64_MIN" if value == -2**63 else f"INT64_C({value})"
        if wanted.needed() == Type("text") and node.template.kind == "prose":
            return f"STR({c_string(value)})"
        if wanted.needed() == Type("text"):
            if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", value):
                raise node.fault(f"{what}: in quotes stands one word for machines, as an id; sentences are in the catalogue")
            return f'STR("{value}")'
        if wanted.needed() == Type("url"):
            if not re.fullmatch(r"(/(?!/)[a-zA-Z0-9/._~?=&%-]*)?(#[a-zA-Z0-9._-]+)?", value) or not value:
                raise node.fault(f"{what}: in quotes stands a path of our own site that begins with one '/', or '#id'")
            return f'URL_OWN("{value}")'.replace("??", "?\\?")
        raise node.fault(f"{what} is {wanted}, not a word in quotes")

    def hole(self, node, scope):
        value = node.value
        if isinstance(value, Constant):
            raise node.fault("a hole holds a field or t.key; what never changes stands in the template itself")
        if isinstance(value, Sentence):
            entry, values = self.sentence(node, value, scope)
            place = self.walker.hole(node, "text", None)
            if values:
                self.operations.append(WriteSentence(entry.key, values))
            else:
                self.operations.append(Write(place, f"t_{entry.key}(language)"))
            return
        found = self.find(node, value, scope)
        is_open = found.kind.optional and found.parts not in scope.asked
        spoken = self.walker.place.mode != "value" or self.walker.place.attribute in READ_ALOUD
        place = self.walker.hole(node, str(found.kind.needed()), str(value) if is_open else None)
        if spoken:
            self.speak(value, found)
        self.operations.append(Write("int" if found.kind.name == "int" else place, found.c))

    def condition(self, node, path, negated, scope):
        found = self.find(node, path, scope)
        kind, c = found.kind, found.c
        if kind.is_list:
            return found, f"{c}_n {'==' if negated else '>'} 0"
        if kind.name == "bool":
            return found, ("!" if negated else "") + c
        if kind.name == "int":
            return found, f"{c} {'==' if negated else '!='} 0"
        if kind.name in ("text", "url", "html"):
            return found, f"{c}{'' if kind.name == 'text' else '.s'}.n {'==' if negated else '>'} 0"
        raise node.fault(f"'{path}' is a {kind}: ask one of its fields")

    def branch(self, node, scope):
        self.walker.statement(node)
        entry, ends, branches, asked = self.walker.place, [], [], scope.asked
        for negated, path, nodes in node.branches:
            found, c = self.condition(node, path, negated, scope)
            inner = scope.inner()
            inner.asked = asked if negated else asked | {found.parts}
            if negated:
                asked = asked | {found.parts}
            self.walker.place = entry.copy()
            self.walker.place.floor = len(entry.stack)
            branches.append((c, self.part(nodes, inner)))
            self.names_used(scope, inner)
            ends.append(self.walker.place)
        self.walker.place = entry.copy()
        otherwise = None
        if node.otherwise is not None:
            self.walker.place.floor = len(entry.stack)
            inner = scope.inner()
            inner.asked = asked
            otherwise = self.part(node.otherwise, inner)
            self.names_used(scope, inner)
        ends.append(self.walker.place)
        for end in ends:
            if end.key() != entry.key():
                raise node.fault(f"a branch of this {{% if %}} begins {entry.words()} and ends {end.words()}")
        self.walker.place = merge(ends)
        self.walker.place.floor = entry.floor
        self.operations.append(Branch(branches, otherwise))

    def names_used(self, scope, inner):
        for name in inner.names:
            if name.endswith(" used"):
                scope.names[name] = True

    def each(self, node, scope):
        found = self.find(node, node.path, scope)
        if not found.kind.is_list:
            raise node.fault(f"'{node.path}' is a {found.kind}, not a list")
        if node.name in scope.names or node.name in scope.template.struct.fields:
            raise node.fault(f"'{node.name}' is the name of another thing here")
        self.walker.statement(node)
        c_name = node.name
        while c_name in self.c_names:
            c_name += "_"
        self.c_names.append(c_name)
        before = self.walker.place
        for quiet in (before.quiet, False):
            inner = scope.inner()
            kind = found.kind.item()
            inner.names[node.name] = (kind, c_name, found.field)
            inner.names.pop(node.name + " used", None)
            self.walker.place = before.copy()
            self.walker.place.quiet, self.walker.place.floor = quiet, len(before.stack)
            body = self.part(node.body, inner)
            end = self.walker.place
            if end.quiet or not quiet:
                break
        self.c_names.pop()
        if end.key() != before.key():
            raise node.fault(f"the body of this {{% each %}} begins {before.words()} and ends {end.words()}")
        if end.address != before.address:
            raise node.fault("an address is the whole value: it cannot be repeated")
        for name in end.ids:
            if name not in before.ids:
                raise node.fault(f"id '{name}' inside {{% each %}} comes twice in the page")
        for name in end.attributes:
            if name not in before.attributes:
                raise node.fault(f"attribute {name} inside {{% each %}} would stand twice")
        if node.name + " used" not in inner.names:
            raise node.fault(f"'{node.name}' is not used")
        self.names_used(scope, inner)
        self.walker.place = merge([before, end])
        self.walker.place.floor = before.floor
        self.operations.append(Loop(f"{c_name}_at", c_name, kind, found.c, found.c + "_n", body))

    def call(self, node, scope):
        component = self.world.templates.get(node.name)
        if not component or component.kind != "component":
            raise node.fault(f"'{node.name}' is " + (f"a {component.kind}, not a component" if component else
                                                     "no component that can be seen from here"))
        if component.form != self.template.form:
            raise node.fault(f"component '{node.name}' is {component.form}, and this is {self.template.form}")
        checked = self.world.check(component)
        if isinstance(node, Wrap) != (component.slot is not None):
            raise node.fault(f"component '{node.name}' has " + ("a slot: write {% wrap %} and {% end %}" if component.slot else
                                                                "no slot: write {% call %}"))
        self.walker.call(node, checked.walker)
        for name in checked.ids:
            if name in self.walker.place.ids:
                raise node.fault(f"component '{node.name}' brings id '{name}', which the page already has")
            self.walker.place.ids[name] = node.line
        fields, said = [], []
        for name, value in node.arguments.items():
            if name not in component.struct.fields:
                raise node.fault(f"component '{node.name}' has no field '{name}'")
            wanted, what = component.struct.fields[name][0], f"field '{name}' of '{node.name}'"
            if isinstance(value, Sentence) and value.arguments and wanted.needed() == Type("text"):
                entry, values = self.sentence(node, value, scope)
                self.said += 1
                said.append((f"said_{self.said}", entry.key, values))
                fields.append((name, f"buf_str(&said_{self.said})"))
                continue
            found = self.value(node, value, scope, wanted, what)
            if name in checked.spoken:
                self.speak(value, found)
                if isinstance(value, Constant) and isinstance(value.value, str) and wanted.name == "text" and \
                        node.template.kind != "prose" and re.search("[a-z]", value.value):
                    raise node.fault(f"{what} is read by people: its words belong in the catalogue or in a field")
            fields.append((name, found.c))
            if wanted.is_list:
                fields.append((name + "_n", found.c + "_n"))
        for name, (kind, _) in component.struct.fields.items():
            if name not in node.arguments and not kind.optional and kind != Type("bool"):
                raise node.fault(f"component '{node.name}' lacks the field '{name}'")
        self.uses_language = True
        if not isinstance(node, Wrap):
            self.operations.append(CallWrite(node.name, fields, said))
            return
        self.operations.append(CallWrite(node.name, fields, said, "_open"))
        self.wrapped(node, checked.slot_place, scope)
        self.operations.append(CallWrite(node.name, fields, said, "_close"))

    def wrapped(self, node, slot, scope):
        """What stands in the slot, as if its elements were open around it here."""
        before = self.walker.wrap_begin(slot, node)
        inside = self.walker.place.key()
        inner = scope.inner()
        self.walk(node.body, inner)
        self.names_used(scope, inner)
        self.walker.flush()
        if self.walker.place.key() != inside:
            raise node.fault(f"what stands in this {{% wrap %}} begins in a slot and ends {self.walker.place.words()}")
        self.walker.wrap_end(before)

    def block(self, node):
        self.walker.block(node)
        owner, body = node.template, node.body
        for template in self.chain:
            mine = [b for b in blocks_in(template.body) if b.name == node.name]
            if mine:
                owner, body = template, mine[0].body
                break
        before, floor = self.walker.place.key(), self.walker.place.floor
        self.walker.place.floor = len(self.walker.place.stack)
        self.walk(body, self.scope_of(owner))
        if self.walker.place.key() != before:
            raise Fault(owner.file, (mine or [node])[0].line,
                        f"block '{node.name}' ends {self.walker.place.words()}, not where it began")
        self.walker.place.floor = floor


def blocks_in(nodes):
    for node in nodes:
        if isinstance(node, Block):
            yield node
            yield from blocks_in(node.body)
        elif isinstance(node, If):
            for _, _, inner in node.branches:
                yield from blocks_in(inner)
            yield from blocks_in(node.otherwise or [])
        elif isinstance(node, (Each, Wrap)):
            yield from blocks_in(node.body)

