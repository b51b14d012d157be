"""Reads a page template into a tree: head, fields, types, body.

Promises: every fault names the file and the line. Nothing is decided here
about HTML; pages_html.py does that on the tree.
"""
import re

NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
# Words that a name in a template may not be, because the C made from it would not compile or would mean another thing.
TAKEN = set("""auto break case char const continue default do double else enum extern float for goto if inline int long
register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true
false asm typeof linux unix t v out language arena not in strcpy strcat strncpy strncat sprintf vsprintf gets strtok
stpcpy atoi atol atoll atof rand srand random drand48 gmtime localtime ctime asctime alloca strdup strndup tmpnam mktemp
system popen""".split())
TYPE_NAMES_TAKEN = set("arena buf str url html fault status request response".split())
SCALARS = ("text", "url", "html", "json", "int", "bool")


class Fault(Exception):
    """One mistake in a file of ours, for the person who wrote it."""

    def __init__(self, file, line, text):
        super().__init__(f"{file}:{line}: {text}")
        self.file, self.line, self.text = file, line, text


class Type:
    """A field's type: a scalar or a struct, perhaps a list of it, perhaps absent."""

    def __init__(self, name, is_list=False, optional=False):
        self.name, self.is_list, self.optional = name, is_list, optional

    def __eq__(self, other):
        return (self.name, self.is_list, self.optional) == (other.name, other.is_list, other.optional)

    def __str__(self):
        return ("list " if self.is_list else "") + self.name + ("?" if self.optional else "")

    def item(self):
        return Type(self.name)

    def needed(self):
        return Type(self.name, self.is_list)


class Struct:
    """The fields of a page or of a {% type %}: name -> (Type, line)."""

    def __init__(self, name, file, line):
        self.name, self.file, self.line, self.fields = name, file, line, {}


class Template:
    def __init__(self, file):
        self.file, self.kind, self.name, self.extends, self.line = file, None, None, None, 1
        self.comment, self.struct, self.types, self.body, self.room = "", None, [], [], None
        self.is_sibling, self.language, self.last_line, self.form = False, "en", 1, "html"
        self.slot = None


class Node:
    def __init__(self, template, line):
        self.template, self.line = template, line

    def fault(self, text):
        return Fault(self.template.file, self.line, text)


class Text(Node):
    def __init__(self, template, line, text):
        super().__init__(template, line)
        self.text = text


class Hole(Node):
    def __init__(self, template, line, value):
        super().__init__(template, line)
        self.value = value


class If(Node):
    """branches: [(negated, Path, nodes)], then otherwise: nodes or None."""

    def __init__(self, template, line):
        super().__init__(template, line)
        self.branches, self.otherwise = [], None


class Each(Node):
    def __init__(self, template, line, name, path):
        super().__init__(template, line)
        self.name, self.path, self.body = name, path, []


class Call(Node):
    def __init__(self, template, line, name, arguments):
        super().__init__(template, line)
        self.name, self.arguments = name, arguments


class Wrap(Call):
    """A call around something: `body` stands where the component has its slot."""

    def __init__(self, template, line, name, arguments):
        super().__init__(template, line, name, arguments)
        self.body = []


class Slot(Node):
    """In a component: where what it is wrapped around stands."""


class Block(Node):
    def __init__(self, template, line, name):
        super().__init__(template, line)
        self.name, self.body = name, []


class Path:
    def __init__(self, parts):
        self.parts = parts

    def __str__(self):
        return ".".join(self.parts)


class Sentence:
    def __init__(self, key, arguments):
        self.key, self.arguments = key, arguments


class Constant:
    """true, false, a number, or a quoted word or path."""

    def __init__(self, value):
        self.value = value


# ---- Values inside {{ }} and behind {% ----

PIECE = re.compile(r"\s*(?:([a-z_][a-z0-9_]*)|(-?[0-9]+)|\"([^\"\n]*)\"|([.():,]))")


class Reader:
    """Reads one hole or statement."""

    def __init__(self, template, line, source):
        self.template, self.line, self.source = template, line, source
        self.pieces, at = [], 0
        source = source.rstrip()
        while at < len(source):
            m = PIECE.match(source, at)
            if not m:
                raise self.fault(f"'{source[at:].strip()[:20]}' is not understood here")
            kind = ("word", "number", "quoted", "mark")[m.lastindex - 1]
            self.pieces.append((kind, m.group(m.lastindex)))
            at = m.end()
        self.at = 0

    def fault(self, text):
        return Fault(self.template.file, self.line, text)

    def peek(self, mark):
        return self.at < len(self.pieces) and self.pieces[self.at] == ("mark", mark)

    def take(self, kind, what):
        if self.at >= len(self.pieces) or self.pieces[self.at][0] != kind:
            raise self.fault(f"expected {what} in '{self.source.strip()}'")
        self.at += 1
        return self.pieces[self.at - 1][1]

    def take_mark(self, mark):
        if not self.peek(mark):
            raise self.fault(f"expected '{mark}' in '{self.source.strip()}'")
        self.at += 1

    def end(self):
        if self.at != len(self.pieces):
            raise self.fault(f"'{self.pieces[self.at][1]}' is one word too many in '{self.source.strip()}'")

    def path(self):
        parts = [self.take("word", "a name")]
        while self.peek("."):
            self.at += 1
            parts.append(self.take("word", "a name after the dot"))
        return Path(parts)

    def value(self):
        if self.at < len(self.pieces):
            kind, text = self.pieces[self.at]
            if kind == "number":
                self.at += 1
                if not -2**63 <= int(text) < 2**63:
                    raise self.fault(f"{text} does not fit into 64 bits")
                return Constant(int(text))
            if kind == "quoted":
                self.at += 1
                return Constant(text)
            if text in ("true", "false"):
                self.at += 1
                return Constant(text == "true")
        path = self.path()
        if path.parts[0] != "t":
            return path
        if len(path.parts) != 2:
            raise self.fault("a sentence of the catalogue is written t.key")
        return Sentence(path.parts[1], self.arguments() if self.peek("(") else None)

    def arguments(self):
        """(name: value, …) as {name: value}."""
        found = {}
        self.take_mark("(")
        while not self.peek(")"):
            if found:
                self.take_mark(",")
            name = self.take("word", "the name of an argument")
            if name in found:
                raise self.fault(f"argument '{name}' is given twice")
            self.take_mark(":")
            found[name] = self.value()
        self.take_mark(")")
        return found


# ---- Cutting a file into text, holes and statements ----

OPEN = re.compile(r"\{\{|\{%|\{#")


def cut(file, source):
    """[(kind, text, line)] with kind text, hole or statement; comments are gone."""
    pieces, at, line = [], 0, 1
    while True:
        m = OPEN.search(source, at)
        text = source[at:m.start()] if m else source[at:]
        if text:
            pieces.append(("text", text, line))
            line += text.count("\n")
        if not m:
            return pieces
        kind, close = {"{{": ("hole", "}}"), "{%": ("statement", "%}"), "{#": ("comment", "#}")}[m.group()]
        end = source.find(close, m.end())
        if end < 0:
            raise Fault(file, line, f"'{m.group()}' is never closed by '{close}'")
        inner = source[m.end():end]
        if kind != "comment":
            pieces.append((kind, inner, line))
        line += inner.count("\n")
        at = end + 2


# ---- The head ----

def name_checked(file, line, name, what):
    if not NAME.match(name) or name in TAKEN or name.endswith("_"):
        raise Fault(file, line, f"'{name}' cannot be the name of a {what}: small letters, digits and '_', no word of C")
    return name


def type_read(file, line, words):
    m = re.match(r"(list\s+)?([a-z][a-z0-9_]*)(\?)?\Z", words)
    if not m or m.group(2) == "list":
        raise Fault(file, line, f"unknown type '{words}': use text, url, html, int, bool, list text, list TYPE or TYPE")
    is_list, name, optional = bool(m.group(1)), m.group(2), bool(m.group(3))
    if optional and (is_list or name not in ("text", "url")):
        raise Fault(file, line, f"type '{words}': only text and url may be absent")
    if is_list and name in SCALARS and name != "text":
        raise Fault(file, line, f"unknown type '{words}': a list holds text or a struct of a {{% type %}}")
    return Type(name, is_list, optional)


def fields_read(struct, text, line):
    """Reads the lines of a head; gives the words that stand before the first field."""
    comment = []
    for offset, row in enumerate(text.split("\n")):
        at = line + offset
        if not row.strip():
            continue
        if not row[0].isspace() or offset == 0:
            if struct.fields:
                raise Fault(struct.file, at, "fields are indented; words of comment stand before the first field")
            comment.append(row.strip())
            continue
        m = re.match(r"\s+([^\s:]+)\s*:\s*(.*?)\s*\Z", row)
        if not m:
            raise Fault(struct.file, at, f"a field is written 'name: type', not '{row.strip()}'")
        name = name_checked(struct.file, at, m.group(1), "field")
        if name in struct.fields:
            raise Fault(struct.file, at, f"field '{name}' is declared twice")
        struct.fields[name] = (type_read(struct.file, at, m.group(2)), at)
    for name, (kind, at) in struct.fields.items():
        if kind.is_list and name + "_n" in struct.fields:
            raise Fault(struct.file, at, f"field '{name}_n' is the count of list '{name}': take another name")
    return " ".join(comment)


def head_read(template, pieces):
    """Reads up to {% begin %}; gives the pieces of the body."""
    file = template.file
    while pieces and pieces[0][0] == "text" and not pieces[0][1].strip():
        pieces.pop(0)
    if not pieces or pieces[0][0] != "statement":
        raise Fault(file, 1, "a template begins with {% page NAME %}, {% component NAME %} or {% prose NAME %}")
    _, inner, line = pieces.pop(0)
    words = inner.split()
    if len(words) not in (2, 4) or words[0] not in ("page", "component", "prose") or \
            (len(words) == 4 and words[2] != "extends"):
        raise Fault(file, line, "a template begins with {% page NAME %}, {% component NAME %} or {% prose NAME %}, "
                                "perhaps with 'extends NAME'")
    template.kind, template.line = words[0], line
    template.name = struct_name(file, line, words[1], template.kind)
    template.extends = words[3] if len(words) == 4 else None
    if template.extends and template.kind == "component":
        raise Fault(file, line, "a component extends nothing")
    template.struct = Struct(template.name, file, line)
    current, is_first = template.struct, True
    while pieces:
        kind, text, line = pieces.pop(0)
        if kind == "hole":
            raise Fault(file, line, "a hole stands after {% begin %}")
        if kind == "text":
            comment = fields_read(current, text, line)
            if is_first:
                template.comment = comment
            continue
        words = text.split()
        is_first = False
        if words == ["begin"]:
            if not template.comment:
                raise Fault(file, template.line, "say in a line below the head what the template is for")
            for struct in template.types:
                if not struct.fields:
                    raise Fault(file, struct.line, f"type '{struct.name}' has no field")
            return pieces
        if len(words) != 2 or words[0] != "type":
            raise Fault(file, line, f"'{{% {text.strip()} %}}' in the head: expected {{% type NAME %}} or {{% begin %}}")
        current = Struct(struct_name(file, line, words[1], "type"), file, line)
        template.types.append(current)
    raise Fault(file, template.line, "the head is never ended by {% begin %}")


def struct_name(file, line, name, what):
    name_checked(file, line, name, what)
    if name in TYPE_NAMES_TAKEN:
        raise Fault(file, line, f"'{name}' is a struct of the base; take another name")
    return name


# ---- The body ----

def body_read(template, pieces):
    file = template.file
    root = Block(template, 1, None)
    stack = [(root, root.body)]
    blocks = set()

    def opened(node):
        stack[-1][1].append(node)
        return node

    for kind, text, line in pieces:
        if kind == "text":
            stack[-1][1].append(Text(template, line, text))
            continue
        reader = Reader(template, line, text)
        if kind == "hole":
            hole = Hole(template, line, reader.value())
            reader.end()
            stack[-1][1].append(hole)
            continue
        word = reader.take("word", "a statement")
        node = stack[-1][0]
        if word == "if":
            node = opened(If(template, line))
            stack.append((node, branch_add(node, reader)))
        elif word in ("elif", "else"):
            if not isinstance(node, If) or node.otherwise is not None:
                raise Fault(file, line, f"{{% {word} %}} without an {{% if %}} before it")
            if word == "elif":
                stack[-1] = (node, branch_add(node, reader))
            else:
                node.otherwise = []
                stack[-1] = (node, node.otherwise)
        elif word == "each":
            name = name_checked(file, line, reader.take("word", "a name"), "loop")
            if reader.take("word", "'in'") != "in":
                raise Fault(file, line, "written {% each NAME in LIST %}")
            node = opened(Each(template, line, name, reader.path()))
            stack.append((node, node.body))
        elif word == "call":
            name = reader.take("word", "the name of a component")
            opened(Call(template, line, name, reader.arguments()))
        elif word == "wrap":
            name = reader.take("word", "the name of a component")
            node = opened(Wrap(template, line, name, reader.arguments()))
            stack.append((node, node.body))
        elif word == "slot":
            if template.kind != "component" or template.form != "html":
                raise Fault(file, line, "only a component of HTML has a slot")
            if template.slot or len(stack) > 1:
                raise Fault(file, line, "a component has one slot, outside every {% if %}, {% each %} and {% wrap %}")
            template.slot = opened(Slot(template, line))
        elif word == "block":
            name = name_checked(file, line, reader.take("word", "the name of a block"), "block")
            if template.kind == "component":
                raise Fault(file, line, "a component has no blocks")
            if name in blocks:
                raise Fault(file, line, f"block '{name}' stands twice")
            blocks.add(name)
            node = opened(Block(template, line, name))
            stack.append((node, node.body))
        elif word == "end":
            if len(stack) == 1:
                raise Fault(file, line, "{% end %} without anything open")
            stack.pop()
        else:
            raise Fault(file, line, f"unknown statement '{word}': if, elif, else, each, call, wrap, slot, block or end")
        reader.end()
    if len(stack) > 1:
        raise stack[-1][0].fault("this statement has no {% end %}")
    return root.body


def branch_add(node, reader):
    negated = reader.pieces[reader.at:reader.at + 1] == [("word", "not")]
    if negated:
        reader.at += 1
    nodes = []
    node.branches.append((negated, reader.path(), nodes))
    return nodes


def template_read(file, shown=None):
    """One file. `shown` is how the file is named in faults."""
    shown = shown or file
    template = Template(shown)
    try:
        with open(file, encoding="utf-8", newline="") as f:
            source = f.read()
    except UnicodeDecodeError:
        raise Fault(shown, 1, "is not UTF-8") from None
    except OSError as e:
        raise Fault(shown, 1, f"cannot be read: {e.strerror}") from None
    for number, row in enumerate(source.split("\n"), 1):
        if any(ord(c) < 32 and c != "\t" or ord(c) == 127 for c in row):
            raise Fault(shown, number, "holds a control character (lines end in LF alone)")
    form = re.search(r"\.(atom|xml)(\.in)?\Z", file)
    if form:
        template.form = form[1]
    m = re.search(r"\.([a-z]{2})\.html\Z", file)
    if m:
        template.is_sibling, template.language = True, m.group(1)
    template.last_line = source.rstrip().count("\n") + 1
    pieces = head_read(template, cut(shown, source))
    if template.form != "html" and template.kind == "prose":
        name = "a feed" if template.form == "atom" else "a sitemap"
        raise Fault(shown, template.line, f"{name} has no words of its own, so it is no prose")
    template.body = body_read(template, pieces)
    return template
