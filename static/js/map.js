// The map, drawn when it is first looked at. Without tiles it draws our own outline and asks nobody for anything.
// The list beside it says the same in words, so markers are extra: each opens a popup with links.

const loaded = new Map();
function load(make) {
  const element = make();
  const address = element.src || element.href;
  if (!loaded.has(address)) {
    loaded.set(address, new Promise((done, failed) => {
      element.onload = done;
      element.onerror = failed;
      document.head.append(element);
    }));
  }
  return loaded.get(address);
}

// Rings are 1/200ths of a degree, each point as the difference from the one before.
function unpacked(numbers) {
  const ring = [];
  let [x, y] = [0, 0];
  for (let i = 0; i < numbers.length; i += 2) {
    x += numbers[i];
    y += numbers[i + 1];
    ring.push([y / 200, x / 200]);
  }
  return ring;
}

class OfferMap {
  constructor(box) {
    this.box = box;
    this.data = box.dataset;
    new IntersectionObserver((seen, watcher) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      watcher.disconnect();
      this.start().catch(() => { this.box.querySelector(".map__wait").hidden = false; });
    }, { rootMargin: "200px" }).observe(box);
  }

  async start() {
    const { leaflet, leafletStyle, outline, tiles, tilesWords } = this.data;
    await Promise.all([
      load(() => Object.assign(document.createElement("link"), { rel: "stylesheet", href: leafletStyle })),
      load(() => Object.assign(document.createElement("script"), { src: leaflet })),
    ]);
    const L = (this.L = window.L);
    const canvas = document.createElement("div");
    canvas.className = "map__canvas";
    // Keyboards and screen readers have the list; a map of markers would be a long detour.
    canvas.setAttribute("aria-hidden", "true");
    canvas.inert = !matchMedia("(pointer: fine), (pointer: coarse)").matches;
    this.box.append(canvas);
    this.box.querySelector(".map__wait").hidden = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(canvas, {
      zoomControl: false, keyboard: false, minZoom: 4, maxZoom: tiles ? 18 : 13, scrollWheelZoom: false,
      zoomAnimation: !calm, fadeAnimation: false, markerZoomAnimation: !calm, attributionControl: true,
    });
    this.map.attributionControl.setPrefix("");
    L.control.zoom({ zoomInTitle: this.data.wordsIn, zoomOutTitle: this.data.wordsOut, position: "bottomright" }).addTo(this.map);
    for (const stop of canvas.querySelectorAll("a")) stop.tabIndex = -1;
    this.pins = L.layerGroup().addTo(this.map);
    if (tiles) L.tileLayer(tiles, { attribution: tilesWords, maxZoom: 18 }).addTo(this.map);
    else await this.draw(outline);
    this.map.on("zoomend", () => this.place());
    this.map.on("moveend", () => { if (!this.fitting) this.asks(); });
    this.fit(() => this.look());
    await this.read();
  }

  // What the map does of itself is nobody's wish to search elsewhere.
  fit(move) {
    this.fitting = true;
    move();
    this.fitting = false;
  }

  async draw(address) {
    const { L, map } = this;
    const { countries, towns } = await (await fetch(address)).json();
    map.createPane("land").style.zIndex = 200;
    for (const country of countries) {
      L.polygon(country.rings.map((ring) => [unpacked(ring)]), {
        pane: "land", interactive: false, smoothFactor: 0.6,
        className: country.home ? "map__land map__land--home" : "map__land",
        stroke: true, weight: 1, color: "", fillColor: "", fillOpacity: 1, opacity: 1,
      }).addTo(map);
    }
    map.attributionControl.addAttribution("Natural Earth, GeoNames");
    map.createPane("towns").style.zIndex = 450;
    this.towns = L.layerGroup().addTo(map);
    this.townList = towns;
    map.on("moveend zoomend", () => this.name());
  }

  // Town names, biggest first, as many as there is room for.
  name() {
    const { L, map } = this;
    const seen = map.getBounds().pad(0.1);
    const taken = [];
    this.towns.clearLayers();
    for (const [name, lat, lon, thousands] of this.townList) {
      if (taken.length > 26) break;
      if (!seen.contains([lat, lon])) continue;
      const { x, y } = map.latLngToContainerPoint([lat, lon]);
      const end = x + 24 + name.length * 8; // a letter is 8 pixels at most
      if (taken.some((one) => Math.abs(one.y - y) < 22 && x < one.end && one.x < end)) continue;
      taken.push({ x, y, end });
      const label = document.createElement("span");
      label.className = thousands >= 150 ? "map__town map__town--big" : "map__town";
      label.textContent = name;
      L.marker([lat, lon], { pane: "towns", interactive: false, keyboard: false, icon: L.divIcon({ className: "", html: label, iconSize: [0, 0], iconAnchor: [3, 8] }) }).addTo(this.towns);
    }
  }

  // Where to look first: the circle that was asked, the one point, else the country.
  look() {
    const { lat, lon, centreLat, centreLon, radiusKm } = this.data;
    if (centreLat && radiusKm) {
      const [y, x, km] = [+centreLat, +centreLon, +radiusKm];
      const [high, wide] = [km / 111.2, km / (111.2 * Math.cos((y * Math.PI) / 180))];
      this.map.fitBounds([[y - high, x - wide], [y + high, x + wide]], { padding: [12, 12], animate: false });
      this.circle = this.L.circle([y, x], { radius: km * 1000, className: "map__circle", interactive: false, color: "", fillColor: "" });
      this.circle.addTo(this.map);
    } else if (lat) this.map.setView([+lat, +lon], this.data.tiles ? 14 : 10, { animate: false });
    else this.map.fitBounds([[42.2, -5.2], [51.2, 8.3]], { animate: false });
  }

  async read() {
    if (this.data.source) {
      const answer = await fetch(this.data.source, { headers: { Accept: "application/geo+json" } });
      if (answer.ok) this.features = (await answer.json()).features.filter((one) => one.geometry);
    } else if (this.data.lat) {
      this.features = [{ geometry: { coordinates: [+this.data.lon, +this.data.lat] }, properties: {} }];
    }
    this.place();
    if (!this.circle && !this.moved && this.data.source && this.features?.length) {
      const points = this.features.map(({ geometry: { coordinates: [lon, lat] } }) => [lat, lon]);
      // One offer on an island far away must not make the rest of the country a dot.
      const home = points.filter(([lat, lon]) => lat > 41 && lat < 51.5 && lon > -5.5 && lon < 9.8);
      this.fit(() => this.map.fitBounds(home.length * 2 > points.length ? home : points, { padding: [36, 36], maxZoom: 11, animate: false }));
    }
  }

  // Markers that would touch become one with their number: each joins the first that is nearer than a finger is wide.
  place() {
    const { L, map } = this;
    const groups = [];
    for (const feature of this.features ?? []) {
      const [lon, lat] = feature.geometry.coordinates;
      const at = map.project([lat, lon]);
      const near = groups.find((group) => Math.hypot(group.at.x - at.x, group.at.y - at.y) < 50);
      if (near) near.features.push(feature);
      else groups.push({ at, features: [feature] });
    }
    this.pins.clearLayers();
    for (const { features } of groups) {
      const middle = [...features[0].geometry.coordinates].reverse();
      const count = features.length;
      const { id, themes = [] } = features[0].properties;
      const size = count === 1 ? 24 : Math.min(54, 30 + 6 * Math.log2(count));
      const pin = document.createElement("span");
      pin.className = count === 1 ? `map__pin theme-${themes[0] ?? ""}` : "map__pin map__pin--many";
      pin.style.width = pin.style.height = `${size}px`;
      if (count > 1) pin.textContent = count;
      if (id) pin.dataset.pin = id;
      const marker = L.marker(middle, { keyboard: false, icon: L.divIcon({ className: "", html: pin, iconSize: [size, size] }) }).addTo(this.pins);
      if (!this.data.source) continue;
      if (count > 1 && map.getZoom() < map.getMaxZoom() - 1 && !this.together(features)) {
        marker.on("click", () => map.setView(middle, map.getZoom() + 2));
      } else marker.bindPopup(() => this.words(features), { maxWidth: 260 });
    }
  }

  together(features) {
    const [first] = features;
    return features.every((one) => one.geometry.coordinates.every((value, axis) => Math.abs(value - first.geometry.coordinates[axis]) < 0.002));
  }

  words(features) {
    const list = document.createElement("ul");
    for (const { properties } of features.slice(0, 12)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = properties.url;
      link.textContent = properties.title;
      const who = document.createElement("div");
      who.textContent = properties.association?.name ?? properties.association ?? "";
      item.append(link, who);
      list.append(item);
    }
    return list;
  }

  asks() {
    this.moved = true;
    const button = this.box.querySelector("[data-search-here]");
    if (button) button.hidden = false;
  }

  searchHere() {
    const box = this.map.getBounds();
    const address = new URL(location.href);
    for (const name of ["place", "lat", "lon", "radius", "area", "page"]) address.searchParams.delete(name);
    address.searchParams.set("box", [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((one) => one.toFixed(3)).join(","));
    location.assign(address);
  }
}

const maps = [...document.querySelectorAll("[data-map]")].map((box) => new OfferMap(box));
for (const one of maps) {
  one.box.addEventListener("click", (event) => { if (event.target.closest("[data-search-here]")) one.searchHere(); });
}
// The tab of the map was chosen: it has its size only now.
document.addEventListener("map:look", () => { for (const one of maps) one.map?.invalidateSize(); });
// The results were swapped: the map asks for the same search.
document.addEventListener("map:load", () => {
  for (const one of maps) {
    if (!one.data.source) continue;
    const next = document.querySelector("#results")?.dataset.geojson;
    if (!next || next === one.data.source) continue;
    one.data.source = next;
    const { centreLat, centreLon, radiusKm } = document.querySelector("#results").dataset;
    for (const [name, value] of Object.entries({ centreLat, centreLon, radiusKm })) {
      if (value) one.data[name] = value;
      else delete one.data[name];
    }
    if (!one.map) continue;
    one.moved = false;
    one.circle?.remove();
    one.circle = undefined;
    one.fit(() => one.look());
    one.read();
  }
});
// Pointing at a card shows where it is.
document.addEventListener("pointerover", (event) => {
  const id = event.target.closest?.("[data-offer]")?.dataset.offer;
  for (const pin of document.querySelectorAll("[data-pin]")) pin.classList.toggle("is-on", pin.dataset.pin === id);
});
