#!/bin/sh
# Compares the vendored files with the sums in README.md; fails on the first that differs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sed -n 's/^| `\([^`]*\)` .*`sha384-\([^`]*\)` |$/\1 \2/p' "$here/README.md" | while read -r file wanted; do
  found=$(openssl dgst -sha384 -binary "$here/$file" | openssl base64 -A)
  [ "$found" = "$wanted" ] || { echo "$file: sha384-$found is not what README.md says" >&2; exit 1; }
done
echo "vendored files are what README.md says"
