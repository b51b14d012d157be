"""What a post's page tells machines: data of schema.org, read as JSON-LD by rdflib of Debian."""
import html.parser
import json
import subprocess
import sys
import time

from common import Server, get
from desk import Desk

# Some machines have a Python of their own beside Debian's, which does not see Debian's packages.
PYTHONS = [sys.executable, "/usr/bin/python3"]
# The context of schema.org gives every plain word its own address, which is all that stands here; nothing is fetched.
READ = """
import json, rdflib, sys
data = json.load(sys.stdin)
assert data["@context"] == "https://schema.org", data["@context"]
data["@context"] = {"@vocab": "https://schema.org/"}
graph = rdflib.Graph().parse(data=json.dumps(data), format="json-ld")
print(json.dumps([[str(x) for x in row] + [type(row[2]).__name__] for row in graph]))
"""
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SCHEMA = "https://schema.org/"
# What schema.org lets each of these types have, of what stands in ours.
KNOWN = {
    "NewsArticle": "url mainEntityOfPage headline description datePublished dateModified inLanguage articleSection creativeWorkStatus "
                   "isBasedOn author publisher image correction",
    "ImageObject": "contentUrl width height caption creditText copyrightNotice digitalSourceType creator",
    "CorrectionComment": "text datePublished", "Organization": "name url correctionsPolicy", "Person": "name",
    "BreadcrumbList": "itemListElement", "ListItem": "position name item",
}


class Scripts(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.inside, self.found = False, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "script" and dict(attrs).get("type") == "application/ld+json":
            self.inside = True
            self.found.append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "script"

    def handle_data(self, data):
        if self.inside:
            self.found[-1] += data


def triples(text):
    said = ""
    for python in PYTHONS:
        done = subprocess.run([python, "-c", READ], input=text, capture_output=True, text=True)
        if done.returncode == 0:
            return json.loads(done.stdout)
        said = done.stderr
    raise AssertionError("rdflib (python3-rdflib) could not read it: " + said)


class Things:
    """The things of a graph with their properties; those of a known type have no other than schema.org knows."""

    def __init__(self, case, text):
        self.of = {}
        for subject, word, value, kind in triples(text):
            self.of.setdefault(subject, {}).setdefault(word.replace(SCHEMA, ""), []).append(value)
        for thing in self.of.values():
            case.assertEqual(len(thing[TYPE]), 1)
            name = thing[TYPE][0].replace(SCHEMA, "")
            case.assertIn(name, KNOWN)
            case.assertTrue(set(thing) - {TYPE} <= set(KNOWN[name].split()), (name, sorted(thing)))

    def all(self, name):
        return [thing for thing in self.of.values() if thing[TYPE] == [SCHEMA + name]]


class Linked(Desk):
    def things(self, server, address):
        found = Scripts(get(server.port, address)[1]).found
        self.assertEqual(len(found), 1)
        self.assertNotRegex(found[0], "[<>&]")
        return Things(self, found[0])

    def article(self, server, address):
        things = self.things(server, address)
        self.assertEqual(len(things.all("NewsArticle")), 1)
        return things, {word: value[0] for word, value in things.all("NewsArticle")[0].items()}

    def test_a_post_is_a_news_article_of_the_force_at_its_place(self):
        address = self.publish("marks", "</script><b>Lamps</b> & \\\\u003c 'é'", body="They burn.")
        with Server(self.folder) as server:
            site = f"http://localhost:{server.port}"
            things, article = self.article(server, address)
            self.assertEqual(article["headline"], "</script><b>Lamps</b> & \\u003c 'é'")
            self.assertEqual((article["url"], article["mainEntityOfPage"]), (site + address, site + address))
            self.assertIn(site + address, things.of)
            self.assertEqual((article["articleSection"], article["inLanguage"]), ("Update", "en"))
            self.assertEqual((article["description"], article["dateModified"]), ("They burn.", article["datePublished"]))
            self.assertRegex(article["datePublished"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
            for who in ("author", "publisher"):
                force = things.of[article[who]]
                self.assertEqual((force["name"], force["url"], force["correctionsPolicy"]),
                                 (["Midshire Police"], [site + "/"], [site + "/corrections"]))
            crumbs = sorted((int(c["position"][0]), c["name"][0], c["item"][0]) for c in things.all("ListItem"))
            self.assertEqual(crumbs, [(1, "Home", site + "/"), (2, "News", site + "/news"), (3, article["headline"], site + address)])
            for absent in ("correction", "image", "creativeWorkStatus", "isBasedOn"):
                self.assertNotIn(absent, article)

    def test_the_headline_begins_with_the_label(self):
        stock = "Stock image. The person shown has nothing to do with this story."
        address = self.publish("sam", "Sam says no", body="> No.\n\nSam", more='people:\n  - { as_written: "Sam", kind: fictitious }\n'
                               + self.image("stock"))
        with Server(self.folder) as server:
            things, article = self.article(server, address)
            self.assertEqual(article["headline"], f"Name and story made up to illustrate. {stock} Sam says no")
            self.assertTrue(article["description"].startswith("Name and story made up to illustrate. "))
            self.assertNotIn("image", article, "others would show it without its label")
            picture = things.all("ImageObject")[0]
            self.assertEqual((picture["caption"], picture["creditText"]), ([f"Name and story made up to illustrate. {stock} A street by night"], ["A library"]))
            self.assertIn(article["headline"], [c["name"][0] for c in things.all("ListItem")])

    def test_a_picture_has_its_credit_and_says_what_its_file_says(self):
        address = self.publish("lamps", "The lamps", more=self.image("photograph", alt="Lamps by <night>", credit="Midshire Police"))
        with Server(self.folder) as server:
            things, article = self.article(server, address)
            picture = {word: value[0] for word, value in things.of[article["image"]].items()}
            self.assertEqual(picture[TYPE], SCHEMA + "ImageObject")
            self.assertEqual((picture["creditText"], picture["caption"]), ("Midshire Police", "Lamps by <night>"))
            self.assertEqual(picture["digitalSourceType"], "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture")
            path = picture["contentUrl"].removeprefix(f"http://localhost:{server.port}")
            self.assertEqual(get(server.port, path)[0], 200)
            self.assertIn(path + " ", get(server.port, address)[1], "it is one of those that the page shows")
            self.assertGreater(int(picture["width"]), 0)
            self.act("withdraw", "lamps", "--reason", "error: they are off", by="duty-communications")
            things, article = self.article(server, address)
            self.assertEqual(things.all("ImageObject"), [])

    def test_corrections_and_a_withdrawal_are_told_as_the_page_tells_them(self):
        address = self.publish("lamp", "The lamp is red", body="The lamp is red.")
        with Server(self.folder) as server:
            time.sleep(1.1)
            self.correct("lamp", "The lamp is green", "It is green & new.", body="The lamp is green.")
            self.correct("lamp", "The lamp is blue", "It is blue.", body="The lamp is blue.")
            things, article = self.article(server, address)
            comments = sorted((c["datePublished"][0], c["text"][0]) for c in things.all("CorrectionComment"))
            self.assertEqual({text for _, text in comments}, {"Something that it said was wrong. It is green & new.",
                                                              "Something that it said was wrong. It is blue."})
            self.assertEqual(article["dateModified"], comments[-1][0])
            self.assertGreater(article["dateModified"], article["datePublished"])
            self.act("withdraw", "lamp", "--reason", "error: there is no lamp", by="duty-communications")
            things, article = self.article(server, address)
            self.assertEqual((article["headline"], article["creativeWorkStatus"]), ("Withdrawn: The lamp is blue", "Withdrawn"))
            self.assertIn("Reason: there is no lamp", article["description"])
            self.assertNotIn("The lamp is blue.", json.dumps(things.of))

    def test_a_copy_names_what_it_is_a_copy_of_and_what_is_gone_has_no_data(self):
        copy = self.elsewhere("copy", "Jo, 41", body="> They shouted at me.\n\nJo, 41, Hartley")
        gone = self.publish("gone", "The secret of Mill Lane")
        over = self.publish("over", "The fair of Mill Lane")
        self.act("withdraw", "gone", "--reason", "court-order", by="duty-communications")
        self.act("end", "over", "--reason", "event-over", by="duty-communications")
        with Server(self.folder) as server:
            _, article = self.article(server, copy)
            self.assertEqual((article["headline"], article["isBasedOn"]),
                             ("Copy of a post made elsewhere: Jo, 41", "https://social.example/1"))
            for address in (gone, over):
                self.assertNotIn("ld+json", get(server.port, address)[1])
