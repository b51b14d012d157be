"""Follows the HTML of a template as a browser would, so that each hole's place is known.

The subset: elements in small letters from the list below, each closed by hand
(void ones apart), attributes in double quotes where they hold a hole. The
states are those of the HTML standard's tokeniser that this subset can reach;
everything else is refused, so a hole cannot come to stand where its escaping
would not hold. A state outlives the end of a piece of text: `Place` is carried
across {% if %} and {% each %}, whose branches must end where they began.
"""
import copy
import html
import html.entities
import re

from pages_parse import Fault

VOID = set("area br col hr img input link meta source track wbr".split())
SVG = set("svg g path rect circle ellipse line polyline polygon".split())
KNOWN = VOID | SVG | set("""html head title body header footer main nav section article aside address h1 h2 h3 h4 h5 h6 p
div span a strong em b i u s small sub sup abbr cite q dfn time data code kbd samp var mark bdi bdo ins del ul ol menu li
dl dt dd blockquote pre figure figcaption table caption colgroup thead tbody tfoot tr th td form fieldset legend label
button select optgroup option textarea output progress meter datalist details summary dialog picture video audio map
script hgroup search ruby rt rp""".split())
# A start tag of these ends an open p.
ENDS_P = set("""address article aside blockquote details dialog div dl fieldset figcaption figure footer form h1 h2 h3 h4
h5 h6 header hgroup hr main menu nav ol p pre search section table ul""".split())
# Elements in which only elements may stand; text there is moved by the parser or means nothing.
NO_TEXT = set("""html head table thead tbody tfoot tr colgroup ul ol menu dl select optgroup datalist picture video
audio""".split()) | SVG
PARENTS = {"li": "ul ol menu", "dt": "dl div", "dd": "dl div", "tr": "table thead tbody tfoot", "td": "tr", "th": "tr",
           "caption": "table", "thead": "table", "tbody": "table", "tfoot": "table", "colgroup": "table",
           "col": "colgroup", "option": "select optgroup datalist", "optgroup": "select", "legend": "fieldset",
           "summary": "details", "figcaption": "figure", "head": "html", "body": "html", "title": "head",
           "source": "picture video audio", "track": "video audio", "rt": "ruby", "rp": "ruby"}
CHILDREN = {"ul": "li", "ol": "li", "menu": "li", "tr": "td th", "table": "caption colgroup thead tbody tfoot tr",
            "thead": "tr", "tbody": "tr", "tfoot": "tr", "colgroup": "col", "select": "option optgroup hr",
            "optgroup": "option", "html": "head body", "dl": "dt dd div", "head": "title meta link script"}
NOT_INSIDE_ITSELF = set("a button form label h1 h2 h3 h4 h5 h6 option select".split())
# Space beside these is never seen.
BLOCK = set("""html head title meta link body header footer main nav section article aside address h1 h2 h3 h4 h5 h6 p
ul ol dl table caption colgroup col thead tbody tfoot tr th td hr pre blockquote form fieldset script""".split())

URL_HOLES = set("href src action formaction srcset content".split())
URL_ONLY = set("href src action formaction srcset poster cite data ping background manifest longdesc usemap".split())
READ_ALOUD = set("""alt title placeholder aria-label aria-description aria-roledescription aria-valuetext label summary
content""".split())
MACHINE_META = set("""viewport robots theme-color color-scheme referrer format-detection og:type
twitter:card""".split())
SCHEMES = ("http:", "https:", "mailto:", "tel:")
SPACE = " \t\n"

TAG_NAME = re.compile(r"[a-z][a-z0-9]*")
ATTRIBUTE = re.compile(r"[a-zA-Z_][-a-zA-Z0-9_:.]*")
REFERENCE = re.compile(r"&(#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")


LINKED_DATA = "application/ld+json"    # JSON that machines read; no browser runs it


class Place:
    """Where in the HTML we are."""

    def __init__(self):
        self.mode = "data"      # data, text (of title and textarea), tag, value, json (of a script that is none)
        self.stack = ()         # open elements
        self.opened = ()        # for each: (file, line)
        self.floor = 0          # elements below were opened outside the branch, loop or block that we are in
        self.tag = None         # in tag and value: the element that is being opened
        self.after = None       # in tag: what came last: name, attribute, value, space
        self.attributes = {}    # of the tag: name -> literal value, None for one with a hole
        self.attribute = None
        self.value = None       # literal so far; None once a hole was in it
        self.address = "empty"  # of an attribute that takes url: empty, literal, full
        self.quiet = True       # further space would not be seen
        self.ids = {}           # id -> line

    def copy(self):
        other = copy.copy(self)
        other.attributes, other.ids = dict(self.attributes), dict(self.ids)
        return other

    def key(self):
        return (self.mode, self.stack, self.tag, self.attribute if self.mode == "value" else None)

    def words(self):
        if self.mode == "value":
            return f"in the value of {self.attribute}"
        if self.mode == "tag":
            return f"in the tag <{self.tag}>"
        return "inside " + "".join(f"<{name}>" for name in self.stack[-2:]) if self.stack else "at the outermost level"


def merge(places):
    """What is known after branches that all end in the same context."""
    one = places[0].copy()
    for other in places[1:]:
        if one.after != other.after:
            one.after = "name" if "name" in (one.after, other.after) else "value"
        for name, value in other.attributes.items():
            one.attributes[name] = value if one.attributes.get(name, value) == value else None
        if one.value != other.value:
            one.value = None
        if one.address != other.address:
            one.address = "full"
        one.quiet = one.quiet and other.quiet
        one.ids.update(other.ids)
    return one


class Walker:
    """Takes text and holes in order, and writes what shall be sent through `literal`."""

    def __init__(self, literal):
        self.literal = literal
        self.place = Place()
        self.pending = ""
        self.ends_p = False       # an element that would end an outer p was opened
        self.roots = set()        # outermost elements, "text" among them where text stands there
        self.began = False        # something stands in the document
        self.has_doctype = False

    # -- text of the template --

    def text(self, node, may_speak):
        s, at, self.node, self.may_speak = node.text, 0, node, may_speak
        self.base, self.source = node.line, s
        while at < len(s):
            at = {"data": self.data, "text": self.raw_text, "tag": self.in_tag, "value": self.in_value, "json": self.json_end}[
                self.place.mode](s, at)
        self.flush()

    def fault(self, at, text):
        return Fault(self.node.template.file, self.base + self.source.count("\n", 0, at), text)

    def emit(self, s):
        if s:
            self.flush()
            self.literal(s)
            self.place.quiet = False

    def flush(self):
        if self.pending:
            if not self.place.quiet:
                self.literal(self.pending)
            self.place.quiet = True
            self.pending = ""

    def keeps_space(self):
        return "pre" in self.place.stack

    def references(self, s, at):
        for m in re.finditer("&", s):
            r = REFERENCE.match(s, m.start())
            if not r or (r.group(1)[0] != "#" and r.group(1) + ";" not in html.entities.html5):
                raise self.fault(at + m.start(), "write &amp; for '&'")
            if r.group(1)[0] == "#" and html.unescape(r.group()) in ("\ufffd", "", "\0"):
                raise self.fault(at + m.start(), f"{r.group()} is no character")

    def silent(self, s, at, where):
        """Refuses letters where only the catalogue may speak."""
        if not self.may_speak and any(c.isalpha() for c in html.unescape(s)):
            first = next(i for i, c in enumerate(s) if not c.isspace())
            raise self.fault(at + first, f"words {where}: '{' '.join(s.split())[:40]}' belongs in the catalogue or in a field")

    def declares(self, s, at):
        """Whether what begins here is for `declaration`; if not, it is a tag or a mistake."""
        return s.startswith("<!", at)

    def declaration(self, s, at):
        m = re.compile(r"<!doctype html>", re.I).match(s, at)
        if not m or self.began or self.place.stack:
            raise self.fault(at, "'<!' begins only a comment, or <!doctype html> at the start of a document")
        self.declared("<!doctype html>")
        return len(m.group())

    def declared(self, words):
        self.began = self.has_doctype = True
        self.pending = ""
        self.emit(words)
        self.place.quiet = True

    def data(self, s, at):
        end = s.find("<", at)
        end = len(s) if end < 0 else end
        if end > at:
            self.running(s[at:end], at)
        if end == len(s):
            return end
        if s.startswith("<!--", end):
            return self.comment(s, end)
        if s.startswith("</", end):
            return self.end_tag(s, end)
        if s.startswith(("<!", "<?"), end) and self.declares(s, end):
            return end + self.declaration(s, end)
        m = TAG_NAME.match(s, end + 1)
        if not m:
            if end + 1 == len(s):
                raise self.fault(end, "'<' directly before a hole or statement: a tag's name stands in the template")
            raise self.fault(end, "write &lt; for '<'; names of elements are in small letters")
        return self.start_tag(s, end, m)

    def running(self, s, at):
        parent = self.place.stack[-1] if self.place.stack else None
        self.references(s, at)
        if s.strip():
            if parent in NO_TEXT:
                first = len(s) - len(s.lstrip())
                raise self.fault(at + first, f"text directly in <{parent}> is moved or dropped by browsers")
            self.silent(s, at, "in a page or component")
            self.began = True
            if parent is None:
                self.roots.add("text")
        if self.keeps_space():
            self.emit(s)
            return
        for part in re.split(r"([ \t\n]+)", s):
            if not part:
                continue
            if part.strip(SPACE):
                self.emit(part)
            elif parent not in NO_TEXT:
                self.pending = "\n" if "\n" in part else " "

    def comment(self, s, at):
        end = s.find("-->", at + 4)
        if end < 0:
            raise self.fault(at, "a comment of HTML holds a hole or statement, or is never closed")
        if "--" in s[at + 4:end] or s.startswith((">", "->"), at + 4) or s[at + 4:end].endswith("-"):
            raise self.fault(at, "'--' inside a comment of HTML")
        return end + 3

    def end_tag(self, s, at):
        m = re.compile(r"</([a-zA-Z][a-zA-Z0-9]*)[ \t\n]*>").match(s, at)
        if not m:
            raise self.fault(at, "an end tag is written </name>, whole in the template")
        name, stack = m.group(1), self.place.stack
        if not stack or stack[-1] != name:
            raise self.fault(at, f"</{name}> where {'<' + stack[-1] + '> is open' if stack else 'nothing is open'}")
        if len(stack) <= self.place.floor:
            raise self.fault(at, f"</{name}> closes what was opened outside this branch, loop or block")
        if name in BLOCK:
            self.pending = ""
        self.emit(f"</{name}>")
        self.place.stack, self.place.opened = stack[:-1], self.place.opened[:-1]
        self.place.quiet = name in BLOCK
        return m.end()

    def start_tag(self, s, at, m):
        name, stack = m.group(), self.place.stack
        if name == "style":
            raise self.fault(at, "<style>: style sheets stand in files of their own")
        if name not in KNOWN:
            raise self.fault(at, f"<{name}> is not an element that templates may use")
        parent = stack[-1] if stack else None
        if name in ENDS_P:
            if "p" in stack:
                raise self.fault(at, f"<{name}> inside <p>: browsers end the p there")
            self.ends_p = True
        if name in NOT_INSIDE_ITSELF and name in stack:
            raise self.fault(at, f"<{name}> inside <{name}>")
        if parent == "option":
            raise self.fault(at, f"<{name}> inside <option>, which holds only text")
        words = self.fits(name, parent)
        if words:
            raise self.fault(at, words)
        if (parent in SVG) != (name in SVG and name != "svg"):
            raise self.fault(at, f"<{name}> {'inside <' + parent + '>' if parent else 'outside <svg>'}")
        if name in BLOCK:
            self.pending = ""
        self.began = True
        self.emit("<" + name)
        self.place.mode, self.place.tag, self.place.after, self.place.attributes = "tag", name, "name", {}
        return m.end()

    def fits(self, name, parent):
        """Why an element cannot stand directly in another, or None. The outermost ones are kept for those who call."""
        if parent is None:
            self.roots.add(name)
        elif name in PARENTS and parent not in PARENTS[name].split():
            return f"<{name}> inside <{parent}>"
        elif parent in CHILDREN and name not in CHILDREN[parent].split() + ["script"]:
            return f"<{name}> directly in <{parent}>"
        return None

    def in_tag(self, s, at):
        place = self.place
        if s[at] in SPACE:
            place.after = "space"
            return at + 1
        if s[at] == ">" or s.startswith("/>", at):
            slash = s[at] == "/"
            if slash and place.tag not in VOID | SVG:
                raise self.fault(at, f"<{place.tag}/> is not closed by its '/'")
            self.tag_done(s, at, slash)
            return at + 1 + slash
        if place.after != "space":
            raise self.fault(at, "between attributes stands a space")
        m = ATTRIBUTE.match(s, at)
        if not m:
            raise self.fault(at, f"'{s[at]}' in the tag <{place.tag}>")
        name = m.group().lower()
        if name in place.attributes:
            raise self.fault(at, f"attribute {name} stands twice")
        if name.startswith("on"):
            raise self.fault(at, f"event attribute {name}: scripts stand in files of their own")
        if name in ("style", "srcdoc", "is", "slot") or name.startswith("xlink"):
            raise self.fault(at, f"attribute {name} is refused: neither text nor holes stand there")
        self.emit(" " + m.group())
        place.attributes[name] = ""
        place.attribute, place.after = name, "attribute"
        at = m.end()
        if at < len(s) and s[at] in SPACE:
            rest = at + len(s[at:]) - len(s[at:].lstrip())
            if rest < len(s) and s[rest] == "=":
                raise self.fault(at, "no space before '='")
        if at < len(s) and s[at] == "=":
            return self.value_begin(s, at)
        return at

    def value_begin(self, s, at):
        place, name = self.place, self.place.attribute
        quote = s[at + 1:at + 2]
        if quote == '"':
            place.mode, place.value, place.address, place.after = "value", "", "empty", None
            self.emit('="')
            return at + 2
        if quote == "'":
            end = s.find("'", at + 2)
            if end < 0:
                raise self.fault(at, f"a hole in the single-quoted value of {name}: use double quotes")
            value, end = s[at + 2:end], end + 1
        else:
            m = re.compile(r"[^ \t\n\"'=<>`]+").match(s, at + 1)
            if not m or m.end() == len(s):
                raise self.fault(at, f"a hole in the unquoted value of {name}: use double quotes")
            value, end = m.group(), m.end()
            if s[end] not in SPACE + ">":
                raise self.fault(end, f"'{s[end]}' in the unquoted value of {name}")
        place.mode, place.value, place.address = "value", "", "empty"
        self.emit('="')
        self.value_text(value.replace('"', "&quot;"), at)
        self.value_done(at)
        return end

    def in_value(self, s, at):
        end = s.find('"', at)
        self.value_text(s[at:] if end < 0 else s[at:end], at)
        if end < 0:
            return len(s)
        self.value_done(end)
        return end + 1

    def value_text(self, s, at):
        place = self.place
        if not s:
            return
        self.references(s, at)
        if place.attribute in READ_ALOUD and place.attribute != "content":
            self.silent(s, at, f"in {place.attribute}")
        if place.attribute in URL_HOLES:
            if place.address == "full" and place.attribute != "content":
                raise self.fault(at, f"an address in {place.attribute} is the whole value: nothing stands beside it")
            if place.address == "full":
                raise self.fault(at, "an address in content is the whole value: nothing stands beside it")
            place.address = "literal"
        if place.value is not None:
            place.value += html.unescape(s)
        self.emit(re.sub(r"[ \t]*\n[ \t\n]*", " ", s))

    def value_done(self, at):
        place, name, value = self.place, self.place.attribute, self.place.value
        if value is not None and name in URL_ONLY:
            bare = "".join(c for c in value if c > " ")
            if re.match(r"[^/?#]*:", bare) and not bare.lower().startswith(SCHEMES) and name != "srcset":
                raise self.fault(at, f"address '{' '.join(value.split())}' in {name}: only http, https, mailto, tel or a path")
        if name == "id" and value is not None:
            if not value or any(c in value for c in SPACE):
                raise self.fault(at, f"'{value}' cannot be an id")
            if value in place.ids:
                raise self.fault(at, f"id '{value}' stands twice in the template")
            place.ids[value] = self.base + self.source.count("\n", 0, at)
        self.emit('"')
        place.attributes[name] = value
        place.mode, place.after, place.attribute, place.value = "tag", "value", None, None
        place.address = "empty"

    def tag_done(self, s, at, slash):
        place, tag, attributes = self.place, self.place.tag, self.place.attributes
        linked = tag == "script" and attributes == {"type": LINKED_DATA}
        if tag == "script" and "src" not in attributes and not linked:
            raise self.fault(at, "<script> without src: scripts stand in files of their own")
        if tag == "meta":
            machine = attributes.get("name") or attributes.get("property")
            content = attributes.get("content")
            if "http-equiv" in attributes:
                raise self.fault(at, "<meta http-equiv>: headers are sent by the web room")
            if content and machine not in MACHINE_META:
                self.silent(content, at, "in content")
        if tag == "input" and attributes.get("type") in ("submit", "button", "reset") and attributes.get("value"):
            self.silent(attributes["value"], at, "in value")
        if tag == "img" and "alt" not in attributes:
            raise self.fault(at, "<img> without alt")
        if tag == "img" and not {"width", "height"} <= set(attributes):
            raise self.fault(at, "<img> without width and height: the page would move when it comes")
        if tag in SVG and slash:
            self.emit("/>")
        else:
            self.emit(">")
        place.quiet = tag in BLOCK or tag == "br"
        place.mode = "data"
        if tag not in VOID and not slash:
            place.stack += (tag,)
            place.opened += ((self.node.template.file, self.base + self.source.count("\n", 0, at)),)
            if linked:
                place.mode, place.value = "json", ""
            elif tag == "script":
                if not re.compile(r"[ \t\n]*</script>").match(s, at + 1):
                    raise self.fault(at, "<script> with content or a hole: scripts stand in files of their own")
            elif tag in ("title", "textarea"):
                place.mode = "text"
            if tag in ("pre", "textarea") and not s.startswith("\n", at + 1):
                # The parser drops one line end here; without ours it could be the reader's own.
                self.literal("\n")
                place.quiet = False
        place.tag, place.attributes = None, {}

    def raw_text(self, s, at):
        name = self.place.stack[-1]
        m = re.compile(rf"</{name}[ \t\n]*>").search(s, at)
        end = m.start() if m else len(s)
        text = s[at:end]
        other = text.find("<")
        if other >= 0:
            raise self.fault(at + other, f"write &lt; for '<' inside <{name}>")
        self.references(text, at)
        self.silent(text, at, f"in <{name}>")
        if name == "title":
            text = re.sub(r"[ \t\n]+", " ", text)
        self.emit(text)
        if m:
            self.place.mode = "data"
            return self.end_tag(s, end)
        return end

    def json_end(self, s, at):
        """Behind the one hole of data for machines, which browsers do not run; `value` is None once it was there."""
        m = re.compile(r"[ \t\n]*</script>").match(s, at)
        if not m or self.place.value is not None:
            raise self.fault(at, f"<script type=\"{LINKED_DATA}\"> holds one hole of type json and nothing beside it")
        self.place.mode, self.place.value = "data", None
        return self.end_tag(s, m.end() - len("</script>"))

    # -- holes and statements --

    def hole(self, node, kind, optional_open):
        """Checks one hole of a type; gives 'text', 'attribute', 'address', 'markup' or 'json'."""
        self.flush()
        place, fault = self.place, node.fault
        self.began = True
        if (kind == "json") != (place.mode == "json") or place.mode == "json" and place.value is None:
            raise fault(f"json stands only as the whole of <script type=\"{LINKED_DATA}\">, and nothing else stands there")
        if kind == "json":
            place.value = None
            return "json"
        if place.mode == "tag":
            raise fault({"name": "a hole in a tag's name", "attribute": "a hole in an attribute's name"}.get(
                place.after, "a hole in a tag, outside an attribute's value"))
        if kind == "bool" or kind.startswith("list ") or kind not in ("text", "url", "html", "int"):
            raise fault(f"a {kind} cannot be written: ask it with {{% if %}}" if kind == "bool" else
                        f"a {kind} cannot be written: go through it with {{% each %}} or name one of its fields")
        place.quiet = False
        if place.mode == "value":
            return self.hole_in_value(kind, fault, optional_open)
        parent = place.stack[-1] if place.stack else None
        if place.mode == "text" and kind in ("url", "html"):
            raise fault(f"{kind} in <{parent}>: only text and int may stand there")
        if parent in NO_TEXT:
            raise fault(f"a hole directly in <{parent}>, where no text may stand")
        if kind == "url":
            raise fault("url in running text: an address stands only in href, src, action, formaction, srcset or content")
        if parent is None:
            self.roots.add("text")
        if kind == "html":
            if "p" in place.stack:
                raise fault("html inside <p>: its own paragraphs would end it")
            if set(place.stack) & {"a", "button", "label", "option", "h1", "h2", "h3", "h4", "h5", "h6", "span"}:
                raise fault(f"html inside <{place.stack[-1]}>: it holds blocks")
            self.ends_p = True
            return "markup"
        return "text"

    def hole_in_value(self, kind, fault, optional_open):
        place, name = self.place, self.place.attribute
        if kind == "html":
            raise fault(f"html in attribute {name}: markup stands only in running text")
        if kind == "url":
            if name not in URL_HOLES:
                raise fault(f"url in attribute {name}: an address stands only in href, src, action, formaction, srcset or content")
            if place.address != "empty":
                raise fault(f"an address in {name} is the whole value: nothing stands beside it")
            if optional_open:
                raise fault(f"'{optional_open}' may be absent: ask {{% if {optional_open} %}} around the attribute")
            place.address, place.value = "full", None
            return "address"
        if name in URL_ONLY:
            raise fault(f"{kind} in {name}: only a field of type url may stand there")
        if place.address == "full":
            raise fault(f"an address in {name} is the whole value: nothing stands beside it")
        if name == "content":
            place.address = "literal"
        place.value = None
        return "attribute"

    def statement(self, node):
        """A statement stands here."""
        self.flush()
        if self.place.mode == "json":
            raise node.fault("a statement in data for machines: it stands around the element")
        if self.place.mode == "value":
            self.place.value = None

    def call(self, node, component):
        """`component` is the walker of what is called."""
        self.flush()
        parent = self.place.stack[-1] if self.place.stack else None
        if self.place.mode != "data":
            raise node.fault(f"a component is called in running text, not {self.place.words()}")
        self.began = True
        for root in sorted(component.roots):
            words = f"text directly in <{parent}>" if root == "text" and parent in NO_TEXT else None
            if root == "text" and parent is None:
                self.roots.add(root)
            words = words or (self.fits(root, parent) if root != "text" else None)
            if words:
                raise node.fault(f"this component brings {words}")
        if component.ends_p:
            if "p" in self.place.stack:
                raise node.fault("this component holds blocks and cannot stand in <p>")
            self.ends_p = True
        self.place.quiet = False

    def slot(self, node):
        """Where what a component is wrapped around stands: its own elements that are open there."""
        self.flush()
        if self.place.mode != "data":
            raise node.fault(f"a slot stands in running text, not {self.place.words()}")
        self.began = True
        place = self.place.copy()
        self.place.quiet = False
        return place

    def wrap_begin(self, slot, node):
        """Goes into the slot of a component; gives what `wrap_end` needs to come out again."""
        place = self.place
        before = (place.stack, place.opened, place.floor)
        place.stack += slot.stack
        place.opened += ((node.template.file, node.line),) * len(slot.stack)
        place.floor, place.quiet = len(place.stack), slot.quiet
        return before

    def wrap_end(self, before):
        self.place.stack, self.place.opened, self.place.floor = before
        self.place.quiet = False

    def block(self, node):
        self.flush()
        if self.place.mode not in ("data", "text"):
            raise node.fault(f"a block stands in running text, not {self.place.words()}")

    def done(self, node, is_document):
        self.flush()
        place = self.place
        if place.mode in ("tag", "value", "json"):
            raise node.fault(f"the template ends {place.words()}")
        if place.stack:
            raise Fault(*place.opened[-1], f"<{place.stack[-1]}> is never closed")
        if is_document and not self.has_doctype:
            raise node.fault("a page is a whole document and begins with <!doctype html>, or extends another page")
