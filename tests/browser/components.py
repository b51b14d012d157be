"""Our partials of GOV.UK components against the reference HTML that GOV.UK Frontend brings, element by element.

    CANDOUR_BUILD=build-test python3 tests/browser/components.py     last line "N passed, N failed"

What differs on purpose stands in ON_PURPOSE with its reason, and must differ: an entry that nothing needs fails, too. Ids are
compared by what they join, not by their names; space is compared as a reader sees it. A component's markup stands in its one
file: a class of one that is written in another template fails.
"""
import difflib
import glob
import html.parser
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from run import install

VOID = set("area br col hr img input link meta source track wbr".split())
IDS = ("id", "for", "aria-describedby", "aria-labelledby", "aria-controls")

NO_SCRIPT = "all of it works without a script: there is none for what would be switched on by this"
OURS = "the words are the catalogue's"
# component, + (ours), - (the reference) or both, the line as shown, why
ON_PURPOSE = [
    ("button", "-", r"button @data-module=govuk-button", NO_SCRIPT + "; a form sent twice is refused by its token"),
    ("button", "-", r"button @(type=submit|name=secondary)", "what a script changes is sent nowhere"),
    ("button", "+", r"button @(type=button|id=.*|data-on=.*|data-off=.*)", "its two words are the page's, and a script turns them"),
    ("skip-link", "-", r"a @data-module=govuk-skip-link", NO_SCRIPT),
    ("skip-link", "-+", r"a @href=#.*", "to the main part of every page"),
    ("notification-banner", "-", r"div @data-module=govuk-notification-banner", NO_SCRIPT),
    ("error-summary", "-", r"div @data-module=govuk-error-summary", NO_SCRIPT),
    ("error-summary", "+", r"div @(autofocus=|tabindex=-1)", "it has the focus without a script, too"),
    ("input", "-+", r"div/input @name=.*", "the name of a field is its id: one word for both"),
    ("textarea", "-+", r"div/textarea @name=.*", "the name of a field is its id: one word for both"),
    ("radios", "-", r"div/fieldset/div @data-module=govuk-radios", NO_SCRIPT),
    ("checkboxes", "-", r"div/fieldset/div @data-module=govuk-checkboxes", NO_SCRIPT),
    ("checkboxes", "-", r"div/fieldset/div/div/input @data-behaviour=exclusive", NO_SCRIPT + "; both at once is a mistake that is said"),
    ("checkboxes", "-+", r"div/fieldset/div/div/input @name=.*", "each is a field of its own, so that none comes twice"),
    ("date-input", "-+", r"div/fieldset/div/div/div/input @name=.*", "a page has several days"),
    ("button", "-+", r"button @name=(secondary|do)", "which one was pressed"),
    ("button", "+", r"button @(value=add|formaction=/here)", "which one was pressed, and where its answer is shown from"),
    ("breadcrumbs", "-", r"nav/ol/li/a (Section|Sub-section)", OURS),
    ("breadcrumbs", "+", r"nav/ol/li/a (News|Campaigns)", OURS),
    ("breadcrumbs", "-", r"nav/ol/li( @class=govuk-breadcrumbs__list-item)?", "pages stand at most three deep"),
    ("breadcrumbs", "-", r"nav/ol/li/a(| @class=govuk-breadcrumbs__link| @href=/section/sub-section/sub-sub-section| Sub Sub-section)",
     "pages stand at most three deep"),
    ("pagination", "-", r"nav/div/a @rel=prev", "it leads to the newest, which need not be the page before"),
    ("pagination", "-+", r"nav/div/a/svg/path @d=.*", "arrows of our own drawing"),
    ("pagination", "-+", r"nav/div/a/span (Previous|Next)( page)?", "the words say whole what the link leads to"),
    ("pagination", "-", r"nav/div/a/span/span(| @class=govuk-visually-hidden|  ?page)",
     "the words say whole what the link leads to"),
    ("exit-this-page", "+", r"section.*", "a landmark of its own, with the words that say that the keys work"),
    ("exit-this-page", "+", r"div @data-(title|once-more)=.*", "what the blank page and the keys say, in the page's language"),
    ("exit-this-page", "-", r"div/a/span(| @class=govuk-visually-hidden| Emergency)", "the force chooses the words, all of them seen"),
    ("service-navigation", "-", r"div @data-module=govuk-service-navigation", NO_SCRIPT),
    ("service-navigation", "-", r"div/div/div/nav/button.*", "three items need no menu to fold away"),
    ("service-navigation", "-", r"div/div/div/nav/ul @id=.*", "only the folding menu's button names it"),
    ("table", "-+", r"table @class=govuk-table( govuk-table--small-text-until-tablet)?", "small text on a phone, GOV.UK's own modifier"),
    ("table", "+", r"table/caption @id=.*", "a region that scrolls takes its name from the caption"),
    ("generic-header", "-", r"div/div/div/a/svg.*", "a picture at an address of its own; the reference shows a drawing in the page"),
    ("generic-header", "+", r"div/div/div/a/img.*", "a picture at an address of its own, with the force's name for who does not see it"),
    ("footer", "-", r"div/div/svg.*", "the crown belongs to the government"),
    ("footer", "-", r"div/div/div/div(/a.*| @class=govuk-footer__meta-item|)", "so does the link to Crown copyright"),
]


class Tree(html.parser.HTMLParser):
    """The elements as lines: "path", "path @attribute=value", "path text"."""

    def __init__(self, markup):
        super().__init__(convert_charrefs=True)
        self.lines, self.path, self.text, self.ids = [], [], "", {}
        self.feed(markup)
        self.close()
        self.words()
        assert not self.path, f"not closed: {self.path}"

    def words(self):
        text, self.text = " ".join(self.text.split()), ""
        if text:
            self.lines.append(f"{'/'.join(self.path)} {text}")

    def named(self, value):
        return " ".join(self.ids.setdefault(name, f"id{len(self.ids) + 1}") for name in value.split())

    def handle_starttag(self, tag, attrs):
        self.words()
        self.path.append(tag)
        at = "/".join(self.path)
        self.lines.append(at)
        for name, value in sorted((n, " ".join((v or "").split())) for n, v in attrs):
            self.lines.append(f"{at} @{name}={self.named(value) if name in IDS else value}")
        if tag in VOID:
            self.path.pop()

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.path.pop()

    def handle_endtag(self, tag):
        self.words()
        if tag in VOID:
            return
        assert self.path and self.path[-1] == tag, f"</{tag}> in {self.path}"
        self.path.pop()

    def handle_data(self, data):
        self.text += data


def without_wrapper(lines):
    """What stands inside our section around the exit button, as if it stood by itself."""
    return [re.sub(r"^section/(?=div)", "", line) for line in lines]


def differences(ours, reference):
    """[(sign, line)]"""
    return [(line[0], line[2:]) for line in difflib.ndiff(reference, ours, None, None) if line[0] in "+-"]


def markup_stands_once():
    """Faults: templates that write the markup of a component that has a file."""
    files = {path: open(path, encoding="utf-8").read() for path in glob.glob(os.path.join(ROOT, "src", "*", "*.html"))}
    # A tag stands inside the phase banner and a button inside the exit button in GOV.UK's own markup, too.
    nested = {("phase_banner", "govuk-tag"), ("button_choice", "govuk-button"), ("button_act", "govuk-button"),
              ("exit_this_page", "govuk-button"), ("date_input", "govuk-input"), ("date_input", "govuk-fieldset"),
              ("checkboxes", "govuk-fieldset")}
    nested |= {(field, f"govuk-{part}") for field in ("textarea", "radios", "checkboxes", "select", "date_input")
               for part in ("form-group", "label", "hint", "error-message")}
    owners = {
        "govuk-breadcrumbs": "breadcrumbs", "govuk-button": "button", "govuk-error-summary": "error_summary",
        "govuk-exit-this-page": "exit_this_page", "govuk-footer": "footer", "govuk-footer__link": "footer_link",
        "govuk-generic-header": "generic_header", "govuk-input": "input", "govuk-form-group": "input", "govuk-label": "input",
        "govuk-hint": "input", "govuk-error-message": "input", "govuk-inset-text": "inset_text",
        "govuk-notification-banner": "notification_banner", "govuk-pagination": "pagination",
        "govuk-phase-banner": "phase_banner", "govuk-service-navigation": "service_navigation",
        "govuk-service-navigation__item": "service_navigation_item", "govuk-skip-link": "skip_link",
        "govuk-summary-list": "summary_list", "govuk-summary-list__row": "summary_row", "govuk-table": "table",
        "govuk-table__row": "table_row", "govuk-table__cell": "table_cell", "govuk-tag": "tag",
        "govuk-textarea": "textarea", "govuk-radios": "radios", "govuk-fieldset": "radios", "govuk-checkboxes": "checkboxes",
        "govuk-select": "select", "govuk-date-input": "date_input", "govuk-warning-text": "warning_text",
    }
    nested.add(("table_head", "govuk-table__row"))
    found, faults = set(), []
    for path, text in files.items():
        name = os.path.basename(path)[:-5]
        for class_list in re.findall(r'class="([^"]*)"', text):
            for one in re.sub(r"\{%.*?%\}", " ", class_list).split():
                if owners.get(one) == name:
                    found.add(one)
                elif one in owners and (name, one) not in nested:
                    faults.append(f"{os.path.relpath(path, ROOT)} writes the markup of {owners[one]} by hand: class {one}")
    faults += [f"no template writes {one}: {owners[one]}.html should" for one in owners if one not in found]
    return faults


def main():
    if not install():
        print("0 passed, 1 failed")
        return 1
    build = os.path.join(ROOT, os.environ.get("CANDOUR_BUILD", "build-test"))
    made = subprocess.run([os.path.join(build, "tests", "browser", "components")], text=True, capture_output=True, check=True)
    cases = re.findall(r"^=== ([a-z-]+): (.*)\n((?:(?!=== ).*\n?)*)", made.stdout, re.M)
    passed, failed, needed = 0, 0, set()

    def check(name, faults):
        nonlocal passed, failed
        passed, failed = passed + (not faults), failed + bool(faults)
        print(f"{'FAILED' if faults else 'ok    '} {name}")
        for fault in faults:
            print(f"       {fault}")

    for component, fixture, ours in cases:
        path = os.path.join(HERE, "node_modules", "govuk-frontend", "dist", "govuk", "components", component, "fixtures.json")
        with open(path, encoding="utf-8") as f:
            reference = {one["name"]: one["html"] for one in json.load(f)["fixtures"]}
        if fixture not in reference:
            check(f"{component}: {fixture}", ["GOV.UK Frontend has no such fixture"])
            continue
        lines = without_wrapper(Tree(ours).lines) if component == "exit-this-page" else Tree(ours).lines
        faults = []
        for sign, line in differences(lines, Tree(reference[fixture]).lines):
            reasons = [at for at, (name, signs, pattern, _) in enumerate(ON_PURPOSE)
                       if name == component and sign in signs and re.fullmatch(pattern, line)]
            needed.update(reasons)
            if not reasons:
                faults.append(f"{'ours alone' if sign == '+' else 'the reference alone'}: {line}")
        check(f"{component}: {fixture}", faults)
    check("every component was looked at", [] if len({component for component, _, _ in cases}) >= 22 else ["too few"])
    check("every difference on purpose is there", [f"{component} {signs} {pattern}: nothing differs so" for at, (
        component, signs, pattern, _) in enumerate(ON_PURPOSE) if at not in needed])
    check("the markup of a component stands in its one file", markup_stands_once())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
