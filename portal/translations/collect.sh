#!/usr/bin/env bash
# Collect the strings of pages, mails and errors into the English catalogue: new ones come in empty, those that nothing
# says any more go. Then compile it, and say what is left to translate.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
catalogue=portal/translations/en/LC_MESSAGES/messages.po
template=$(mktemp)
trap 'rm -f "$template"' EXIT
babel=.venv/bin/pybabel
export PYTHONPATH=.

"$babel" --quiet extract --mapping-file portal/translations/babel.cfg --keywords lazy_gettext --keywords pgettext:1c,2 \
  --project Relais --version 0.1 --sort-by-file --add-location file --no-wrap --output-file "$template" .
[ -f "$catalogue" ] || "$babel" --quiet init --input-file "$template" --locale en --output-file "$catalogue" --no-wrap
"$babel" --quiet update --input-file "$template" --locale en --output-file "$catalogue" --no-wrap --no-fuzzy-matching \
  --ignore-obsolete --ignore-pot-creation-date
"$babel" --quiet compile --directory portal/translations --statistics
"$babel" compile --directory portal/translations --statistics 2>&1 | grep -i 'translated' || true
