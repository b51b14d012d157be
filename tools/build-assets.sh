#!/bin/sh
# Rebuilds assets/served/candour.css from GOV.UK Frontend. Its result is in the tree: building candour does not need npm.
set -eu
cd "$(dirname "$0")/../assets"
npm ci --no-audit --no-fund --ignore-scripts
npx --no-install sass --no-source-map --style=compressed --quiet-deps candour.scss served/candour.css
python3 ../tools/strip_crown.py served/candour.css
node unused.mjs
ls -l served/candour.css
python3 ../tools/favicon.py served/favicon.svg served/favicon.ico
