"""Follows the XML of a feed (*.atom) or a sitemap (*.xml), as pages_html.py follows HTML, so that each hole's place is known.

The subset: the elements and attributes of RFC 4287 that a feed of ours needs, each where the RFC lets it stand. What a
reader's program takes for markup is a type here too: an element of type="html" takes `html` and nothing else, because
its text is unescaped and read as HTML; every other element takes text and never markup. `type` is therefore written out
in the template, and no hole can change it.
"""
import re

from pages_html import SPACE, TAG_NAME, Walker

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
WORDS = set("title subtitle summary rights content".split())       # text constructs, and content: `type` says what they hold
PLAIN = set("id updated published name uri".split())
EMPTY = set("link category".split())
PERSONS = set("author contributor".split())
CHILDREN = {"feed": "author category contributor entry id link rights subtitle title updated",
            "entry": "author category content contributor id link published rights summary title updated",
            "author": "name uri", "contributor": "name uri"}
ATTRIBUTES = {"feed": "xmlns xml:lang xml:base", "link": "rel type href hreflang title", "category": "term scheme label"}
ATTRIBUTES.update({name: "type xml:lang xml:base" for name in WORDS})
LITERAL = set("xmlns type rel".split())
ADDRESSES = set("href xml:base".split())
TYPES = ("text", "html")


class Atom:
    """What a feed holds."""
    name, roots, root_words = "a feed", ("feed",), "one <feed>"
    namespace = "http://www.w3.org/2005/Atom"
    children, attributes, words, empty = CHILDREN, ATTRIBUTES, WORDS, EMPTY
    known = set(CHILDREN) | WORDS | PLAIN | EMPTY
    addresses = {"uri"}         # elements that hold one
    places = "href, xml:base and <uri>"
    needed = {"link": "href", "category": "term"}


class Sitemap:
    """What sitemaps.org lets a sitemap hold, and a list of sitemaps; of what may be left out, the day of the last change."""
    name, roots, root_words = "a sitemap", ("urlset", "sitemapindex"), "one <urlset> or <sitemapindex>"
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    children = {"urlset": "url", "sitemapindex": "sitemap", "url": "loc lastmod", "sitemap": "loc lastmod"}
    attributes = {"urlset": "xmlns", "sitemapindex": "xmlns"}
    words, empty = set(), set()
    known = set(children) | {"loc", "lastmod"}
    addresses = {"loc"}
    places = "<loc>"
    needed = {}


class XmlWalker(Walker):
    grammar = Atom

    def __init__(self, literal):
        super().__init__(literal)
        self.place.holds = ()     # for each open element: elements, text or html

    # -- text of the template --

    def declares(self, s, at):
        return s.startswith(("<!", "<?"), at)

    def declaration(self, s, at):
        if s.startswith("<!", at):
            raise self.fault(at, f"'<!' begins only a comment: {self.grammar.name} has no document type")
        if not s.startswith(DECLARATION, at) or self.began or self.place.stack:
            raise self.fault(at, f"'<?' begins only {DECLARATION} at the start of {self.grammar.name}")
        self.declared(DECLARATION + "\n")
        return len(DECLARATION)

    def references(self, s, at):
        for m in re.finditer("&", s):
            if not re.compile(r"&(amp|lt|gt|quot|apos|#3[49]|#160);").match(s, m.start()):
                raise self.fault(at + m.start(), "XML knows &amp;, &lt;, &gt;, &quot; and &apos;")

    def running(self, s, at):
        self.references(s, at)
        if not s.strip():
            self.pending = "" if self.holds() == "elements" else " "
            return
        first = len(s) - len(s.lstrip())
        if self.holds() != "text":
            raise self.fault(at + first, f"text directly {self.place.words()}, where no text may stand")
        self.silent(s, at, f"in {self.grammar.name}")
        self.began = True
        for part in re.split(r"([ \t\n]+)", s):
            if part.strip(SPACE):
                self.emit(part)
            elif part:
                self.pending = " "

    def holds(self):
        return self.place.holds[-1] if self.place.holds else "elements"

    def start_tag(self, s, at, m):
        name, parent = m.group(), self.place.stack[-1] if self.place.stack else None
        if name not in self.grammar.known:
            raise self.fault(at, f"<{name}> is not an element that {self.grammar.name} of ours may use")
        words = self.fits(name, parent)
        if words:
            raise self.fault(at, words)
        self.pending = ""
        self.began = True
        self.emit("<" + name)
        self.place.mode, self.place.tag, self.place.after, self.place.attributes = "tag", name, "name", {}
        return m.end()

    def fits(self, name, parent):
        if parent is None:
            self.roots.add(name)
        elif name not in self.grammar.children.get(parent, "").split():
            return f"<{name}> directly in <{parent}>"
        return None

    def end_tag(self, s, at):
        self.pending = ""
        end = super().end_tag(s, at)
        self.place.holds = self.place.holds[:-1]
        self.place.quiet = True
        return end

    def in_tag(self, s, at):
        place = self.place
        if s[at] in SPACE:
            place.after = "space"
            return at + 1
        if s[at] == ">" or s.startswith("/>", at):
            slash = s[at] == "/"
            if slash != (place.tag in self.grammar.empty):
                raise self.fault(at, f"<{place.tag}> is " + ("never empty" if slash else "empty: close it by '/>'"))
            self.tag_done(s, at, slash)
            return at + 1 + slash
        if place.after != "space":
            raise self.fault(at, "between attributes stands a space")
        m = re.compile(r"([a-z:]+)=\"").match(s, at)
        if not m:
            raise self.fault(at, "an attribute is written name=\"value\", in small letters and double quotes")
        name = m.group(1)
        if name in place.attributes:
            raise self.fault(at, f"attribute {name} stands twice")
        if name not in self.grammar.attributes.get(place.tag, "").split():
            raise self.fault(at, f"<{place.tag}> has no attribute {name} in {self.grammar.name} of ours")
        self.emit(f' {name}="')
        place.attributes[name] = ""
        place.attribute, place.mode, place.value, place.address, place.after = name, "value", "", "empty", None
        return m.end()

    def value_text(self, s, at):
        place = self.place
        if not s:
            return
        self.references(s, at)
        if "<" in s:
            raise self.fault(at, "write &lt; for '<' in an attribute")
        if place.attribute in ("title", "label"):
            self.silent(s, at, f"in {place.attribute}")
        if place.attribute in ADDRESSES:
            if place.address == "full" or not s.startswith("https://"):
                raise self.fault(at, f"an address in {place.attribute} is one hole and nothing beside it")
            place.address = "literal"
        if place.value is not None:
            place.value += s
        self.emit(re.sub(r"[ \t\n]+", " ", s))

    def value_done(self, at):
        place, name, value = self.place, self.place.attribute, self.place.value
        if name == "xmlns" and value != self.grammar.namespace:
            raise self.fault(at, f"xmlns is {self.grammar.namespace}")
        if name == "type" and place.tag in self.grammar.words and value not in TYPES:
            raise self.fault(at, f"type is {' or '.join(TYPES)}, so that it is known what its holes hold")
        self.emit('"')
        place.attributes[name] = value
        place.mode, place.after, place.attribute, place.value, place.address = "tag", "value", None, None, "empty"

    def tag_done(self, s, at, slash):
        place, tag = self.place, self.place.tag
        if tag in self.grammar.roots and "xmlns" not in place.attributes:
            raise self.fault(at, f"<{tag}> without xmlns=\"{self.grammar.namespace}\"")
        needed = self.grammar.needed.get(tag)
        if needed and needed not in place.attributes:
            raise self.fault(at, f"<{tag}> without {needed}")
        self.emit("/>" if slash else ">")
        place.quiet, place.mode = True, "data"
        if not slash:
            place.stack += (tag,)
            place.opened += ((self.node.template.file, self.base + self.source.count("\n", 0, at)),)
            place.holds += ("elements" if tag in self.grammar.children else
                            "html" if place.attributes.get("type") == "html" else "text",)
        place.tag, place.attributes = None, {}

    # -- holes and statements --

    def statement(self, node):
        # A `type` that stands in one branch and not in the other would leave open what the element holds.
        if self.place.mode == "tag":
            raise node.fault("a statement in a tag: it stands around the element")
        super().statement(node)

    def hole(self, node, kind, optional_open):
        place, fault = self.place, node.fault
        if place.mode in ("tag", "value") or kind not in ("text", "url", "html", "int"):
            return super().hole(node, kind, optional_open)
        self.flush()
        self.began = True
        place.quiet = False
        parent = place.stack[-1] if place.stack else None
        if self.holds() == "elements":
            raise fault(f"a hole directly {place.words()}, where no text may stand")
        if self.holds() == "html":
            if kind != "html":
                raise fault(f"{kind} in <{parent} type=\"html\">: readers take it for markup, so only html may stand there")
            return "escaped"
        if kind == "html":
            raise fault(f"html in <{parent}>, which is no type=\"html\"")
        if kind == "url" and parent not in self.grammar.addresses:
            raise fault(f"url in <{parent}>: an address stands only in {self.grammar.places}")
        if kind != "url" and parent in self.grammar.addresses:
            raise fault(f"{kind} in <{parent}>: only a field of type url may stand there")
        if optional_open and kind == "url":
            raise fault(f"'{optional_open}' may be absent: ask {{% if {optional_open} %}} around the element")
        return "address" if kind == "url" else "text"

    def hole_in_value(self, kind, fault, optional_open):
        place, name = self.place, self.place.attribute
        if kind == "html":
            raise fault(f"html in attribute {name}: markup stands only in elements of type=\"html\"")
        if name in LITERAL:
            raise fault(f"a hole in {name}, which is written out in the template")
        if (kind == "url") != (name in ADDRESSES):
            raise fault(f"{kind} in attribute {name}: " + ("only a field of type url may stand there" if name in ADDRESSES
                                                          else f"an address stands only in {self.grammar.places}"))
        if kind == "url":
            if place.address != "empty":
                raise fault(f"an address in {name} is one hole and nothing beside it")
            if optional_open:
                raise fault(f"'{optional_open}' may be absent: ask {{% if {optional_open} %}} around the element")
            place.address, place.value = "full", None
            return "address"
        place.value = None
        return "attribute"

    def done(self, node, is_document):
        grammar = self.grammar
        if is_document and (not self.has_doctype or len(self.roots) != 1 or not self.roots <= set(grammar.roots)):
            raise node.fault(f"{grammar.name} is a whole document: {DECLARATION} and {grammar.root_words}")
        super().done(node, is_document)


class SitemapWalker(XmlWalker):
    grammar = Sitemap
