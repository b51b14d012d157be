"""Goes wherever the site leads: pages, pictures, styles, feeds, sitemaps and their parts, each once, over one connection."""
import html.parser
import http.client
import json
import re
import urllib.parse
from dataclasses import dataclass, field

ASKED_FOR = ["/robots.txt", "/favicon.ico", "/sitemap.xml"]   # what programs ask for by themselves
MOST = 3000                                      # a site that has more has no end


@dataclass
class Link:
    address: str
    rel: str = ""
    step: bool = False                           # what a reader follows


@dataclass
class Found:
    status: int
    kind: str                                    # of its content, "text/html"
    steps: int                                   # from the first page, by links that a reader follows
    links: list = field(default_factory=list)
    ids: set = field(default_factory=set)


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.links, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids.add(given["id"])
        if tag in ("a", "link") and "href" in given:
            self.links.append(Link(given["href"], given.get("rel", ""), tag == "a"))
        for name in ("src", "action"):
            if given.get(name) and (name != "action" or given.get("method") != "post"):
                self.links.append(Link(given[name]))
        for piece in given.get("srcset", "").split(","):
            if piece.strip():
                self.links.append(Link(piece.split()[0]))
        if tag == "meta" and given.get("property") in ("og:url", "og:image"):
            self.links.append(Link(given["content"]))


def addresses(value):
    """Of a JSON Feed or of the register: what stands under a name of an address."""
    if isinstance(value, list):
        for one in value:
            yield from addresses(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str) and (name.endswith("url") or name in ("address", "image")):
                yield one
            elif name == "content_html":
                yield from (link.address for link in Page(one).links)
            else:
                yield from addresses(one)


def read(kind, text):
    """(links, ids) of an answer of this kind."""
    if kind == "text/html":
        page = Page(text)
        return page.links, page.ids
    if kind.endswith("xml"):
        found = re.findall(r'\bhref="([^"]*)"|<loc>([^<]*)</loc>|<(?:uri|icon|logo)>([^<]*)<', text)
        words = [html.unescape(a or b or c) for a, b, c in found]
        words += [link.address for part in re.findall(r'(?s)<(?:content|summary) type="html">(.*?)</', text)
                  for link in Page(html.unescape(part)).links]
        return [Link(word) for word in words], set()
    if kind.endswith("json"):
        return [Link(one) for one in addresses(json.loads(text)) if one], set()
    if kind == "text/plain":
        return [Link(one) for one in re.findall(r"(?m)^Sitemap: (\S+)", text)], set()
    return [], set()


def inside(base, path, address):
    """The path and query of an address where it is one of ours, and its fragment; None where it leads elsewhere."""
    whole = urllib.parse.urljoin(base + path, address)
    if whole != base and not whole.startswith(base + "/"):
        return None, ""
    whole, part = urllib.parse.urldefrag(whole)
    return whole[len(base):] or "/", urllib.parse.unquote(part)


def crawl(port, also=()):
    """{path: Found} of everything that links lead to from the first page, and from `also`."""
    base = f"http://localhost:{port}"
    connection = http.client.HTTPConnection("localhost", port, timeout=40)
    found, waiting = {}, [("/", 0)] + [(path, MOST) for path in [*ASKED_FOR, *also]]
    known = {path for path, _ in waiting}
    try:
        while waiting:
            path, steps = waiting.pop(0)
            if len(found) > MOST:
                raise AssertionError(f"the site has no end: {path}")
            connection.request("GET", path)
            answer = connection.getresponse()
            kind = (answer.getheader("Content-Type") or "").split(";")[0]
            body = answer.read()
            one = found[path] = Found(answer.status, kind, steps)
            one.links, one.ids = read(kind, body.decode("utf-8", "replace") if not kind.startswith("image") else "")
            for link in one.links:
                next_path, _ = inside(base, path, link.address)
                if next_path and next_path not in known:
                    known.add(next_path)
                    waiting.append((next_path, steps + 1 if link.step else MOST))
    finally:
        connection.close()
    return found


def dead(port, found):
    """A line for each link that leads nowhere, or to a part of a page that is not there."""
    base, lines = f"http://localhost:{port}", []
    for path, one in found.items():
        if path in ASKED_FOR and one.status != 200:
            lines.append(f"{path} answers {one.status}")
        for link in one.links:
            to, part = inside(base, path, link.address)
            if to is None:
                continue
            there = found[to]
            # 410: a post whose words are gone keeps its address, and says why. 303: the way out.
            if there.status not in (200, 410) and not (to.startswith("/exit") and there.status == 303):
                lines.append(f"{path} leads to {to}, which answers {there.status}")
            elif part and part not in there.ids:
                lines.append(f"{path} leads to a part of {to} that is not there: {part}")
    return sorted(set(lines))
