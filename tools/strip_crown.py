"""Takes the rules of the crown and the crest out of the built style sheet: both are reserved for gov.uk.

Used by tools/build-assets.sh. Ends with an error if a trace of either stays.
"""
import re
import sys

path = sys.argv[1]
css = open(path, encoding="utf-8").read()
css = re.sub(r"[^{}]*govuk-footer__(?:crown|copyright-logo)[^{}]*\{[^{}]*\}", "", css)
while True:
    without_empty = re.sub(r"@(?:media|supports)[^{}]*\{\s*\}", "", css)
    if without_empty == css:
        break
    css = without_empty
if re.search(r"crown|crest|gds-transport", css, re.I):
    sys.exit(f"{path}: a rule of the crown, the crest or the font GDS Transport is left")
open(path, "w", encoding="utf-8").write(css)
