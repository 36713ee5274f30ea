// Cuts Natural Earth's 1:10m countries to France and its neighbours, for the map that asks nobody for tiles.
// Usage: node outline.mjs countries-10m.json topojson-client.js communes.csv.gz > outline.json
// Writes {countries: [{home, rings: [[lon, lat, lon, lat, ...], ...]}], towns: [[name, lat, lon, thousands], ...]};
// numbers are 1/200ths of a degree, each ring as differences from the point before.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";

const [, , atlas, client, communes] = process.argv;
const topojson = createRequire(import.meta.url)(client);
const world = JSON.parse(readFileSync(atlas, "utf8"));
// Metropolitan France with a wide margin, then each overseas département and what is around it.
const WINDOWS = [[-12, 35.5, 15, 58.5], [-63, 14, -60, 17], [-58, 1, -49, 7], [54, -22, 58.5, -20], [44, -13.5, 46, -12]];
const HOME = "France";

const within = (ring) =>
  WINDOWS.some(([w, s, e, n]) => ring.some(([x, y]) => x >= w && x <= e && y >= s && y <= n));

// Sutherland and Hodgman: a ring kept inside one window, so that Russia or Brazil do not travel with France.
function clip(ring, [w, s, e, n]) {
  const edges = [
    [(p) => p[0] >= w, (a, b) => [w, a[1] + ((b[1] - a[1]) * (w - a[0])) / (b[0] - a[0])]],
    [(p) => p[0] <= e, (a, b) => [e, a[1] + ((b[1] - a[1]) * (e - a[0])) / (b[0] - a[0])]],
    [(p) => p[1] >= s, (a, b) => [a[0] + ((b[0] - a[0]) * (s - a[1])) / (b[1] - a[1]), s]],
    [(p) => p[1] <= n, (a, b) => [a[0] + ((b[0] - a[0]) * (n - a[1])) / (b[1] - a[1]), n]],
  ];
  let out = ring;
  for (const [inside, cross] of edges) {
    const from = out;
    out = [];
    from.forEach((point, i) => {
      const before = from[(i + from.length - 1) % from.length];
      if (inside(point)) {
        if (!inside(before)) out.push(cross(before, point));
        out.push(point);
      } else if (inside(before)) out.push(cross(before, point));
    });
  }
  return out;
}

function packed(ring) {
  let [x, y] = [0, 0];
  const numbers = [];
  for (const [lon, lat] of ring) {
    const [px, py] = [Math.round(lon * 200), Math.round(lat * 200)];
    if (numbers.length && px === x && py === y) continue;
    numbers.push(px - x, py - y);
    [x, y] = [px, py];
  }
  return numbers;
}

const countries = [];
const SMALLEST = 24; // points of a foreign island worth its bytes: ours are all kept
for (const country of world.objects.countries.geometries) {
  const shape = topojson.feature(world, country).geometry;
  if (!shape) continue;
  const polygons = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
  const home = country.properties.name === HOME;
  const rings = [];
  for (const [ring] of polygons) {
    if (!within(ring)) continue;
    for (const window of WINDOWS) {
      const inside = packed(clip(ring, window));
      if (inside.length > (home ? 6 : 2 * SMALLEST)) rings.push(inside);
    }
  }
  if (rings.length) countries.push({ home, rings });
}

const [head, ...rows] = gunzipSync(readFileSync(communes)).toString("utf8").trim().split("\n").map((line) => line.split(","));
const at = Object.fromEntries(head.map((name, i) => [name, i]));
const towns = rows
  .filter((row) => row[at.type] === "commune" || row[at.type] === "commune-actuelle")
  .map((row) => [row[at.nom], +(+row[at.lat]).toFixed(2), +(+row[at.lon]).toFixed(2), Math.round(row[at.population] / 1000)])
  .filter((town) => town[3] >= 15)
  .sort((a, b) => b[3] - a[3]);
process.stdout.write(JSON.stringify({ countries, towns }));
