"use strict";
(() => {
  const TILE = 512, FINEST = 12, NEAR_PX = 9;
  const mercator = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (Math.max(-85, Math.min(85, lat)) * Math.PI) / 360)) / (2 * Math.PI);
  const figure = (value) => (value === null ? "–" : String(Number(value.toPrecision(3))));
  const start = (place) => {
    const data = JSON.parse(document.getElementById(place.dataset.map).textContent);
    const canvas = place.querySelector("canvas"), pen = canvas.getContext("2d");
    const card = place.querySelector(".live-card"), find = place.querySelector("input[list]");
    const layers = [...place.querySelectorAll("input[type=checkbox]")];
    const faint = Math.max(0.35, Math.min(1, 400 / data.links.source.length)); // many links are paler, or they hide the rest
    const on = (name) => layers.some((box) => box.value === name && box.checked);
    const flat = (ring) => Float64Array.from(ring, (n, i) => (i % 2 ? mercator(n) : n / 360 + 0.5));
    const land = data.land.map(flat), cells = data.cells.ring.map(flat), { sites, links, regions, look } = data;
    const x = (lon) => lon / 360 + 0.5;
    const at = sites.lon.map((lon, i) => [x(lon), mercator(sites.lat[i])]);
    const stops = look.ramp.map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
    const ramp = (value) => {
      if (value === null) return look.unknown;
      const t = Math.max(0, Math.min(1, value / data.top)) * (stops.length - 1), i = Math.min(Math.floor(t), stops.length - 2);
      return `rgb(${stops[i].map((a, k) => Math.round(a + (stops[i + 1][k] - a) * (t - i)))})`;
    };
    const tier = (n) => (n === null ? look.unknown : look.categories[n % look.categories.length]);
    const [west, south, east, north] = data.box;
    let wide = 0, high = 0, view, chosen = -1, queued = false;
    const scale = () => TILE * 2 ** view.zoom;
    const home = () => {
      const zoom = Math.log2(Math.min(wide / (x(east) - x(west)), high / (mercator(south) - mercator(north))) / TILE);
      view = { x: (x(west) + x(east)) / 2, y: (mercator(south) + mercator(north)) / 2, zoom };
    };
    const px = ([u, v]) => [(u - view.x) * scale() + wide / 2, (v - view.y) * scale() + high / 2];
    const ringPath = (ring) => {
      const k = scale(), left = wide / 2 - view.x * k, up = high / 2 - view.y * k;
      for (let i = 0; i < ring.length; i += 2) pen[i ? "lineTo" : "moveTo"](ring[i] * k + left, ring[i + 1] * k + up);
      pen.closePath();
    };
    const fill = (rings, style) => {
      pen.beginPath();
      rings.forEach(ringPath);
      pen.fillStyle = style;
      pen.fill("evenodd");
    };
    const arc = (i) => {
      const [a, b] = px(at[links.source[i]]), [c, d] = px(at[links.target[i]]);
      pen.beginPath();
      pen.moveTo(a, b);
      pen.quadraticCurveTo((a + c) / 2 - (d - b) / 6, (b + d) / 2 - Math.abs(c - a) / 6, c, d);
      pen.setLineDash(links.inferred[i] ? [5, 4] : []);
      pen.strokeStyle = links.offshore[i] ? look.categories[1] : look.categories[0];
      pen.globalAlpha = (links.inferred[i] ? 0.45 : 0.8) * (chosen < 0 ? faint : 1);
      pen.stroke();
    };
    const drawSites = () => {
      at.forEach((p, i) => {
        const [u, v] = px(p);
        if (u < -9 || v < -9 || u > wide + 9 || v > high + 9) return;
        pen.beginPath();
        pen.arc(u, v, i === chosen ? 8 : 5, 0, 7);
        pen.fillStyle = sites.status[i] === "operating" || sites.status[i] === null ? tier(sites.tier[i]) : "#fff";
        pen.fill();
        pen.lineWidth = i === chosen ? 3 : 1.4;
        pen.strokeStyle = i === chosen ? "#d0342c" : sites.status[i] === "operating" ? "#fff" : tier(sites.tier[i]);
        pen.stroke();
      });
    };
    const drawNames = () => {
      pen.font = "600 13px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.lineWidth = 4;
      pen.strokeStyle = "rgb(255 255 255 / 85%)";
      pen.fillStyle = look.ink;
      const taken = [];
      regions.name.forEach((name, i) => {
        const [u, v] = px([x(regions.lon[i]), mercator(regions.lat[i])]), half = pen.measureText(name).width / 2 + 5;
        if (taken.some(([a, b, h]) => Math.abs(a - u) < h + half && Math.abs(b - v) < 20)) return;
        taken.push([u, v, half]);
        pen.strokeText(name, u, v - 12);
        pen.fillText(name, u, v - 12);
      });
    };
    const draw = () => {
      queued = false;
      const dots = Math.min(globalThis.devicePixelRatio || 1, 2);
      pen.setTransform(dots, 0, 0, dots, 0, 0);
      pen.fillStyle = "#dfe8ee";
      pen.fillRect(0, 0, wide, high);
      fill(land, "#f3f4f1");
      if (on("cells")) cells.forEach((ring, i) => fill([ring], ramp(data.cells.score[i])));
      pen.beginPath();
      land.forEach(ringPath);
      pen.lineWidth = 0.7;
      pen.strokeStyle = "#9aa6af";
      pen.stroke();
      pen.lineWidth = 1.2;
      if (on("links")) {
        links.source.forEach((source, i) => {
          if (chosen < 0 || source === chosen || links.target[i] === chosen) arc(i);
        });
      }
      pen.setLineDash([]);
      pen.globalAlpha = 1;
      if (on("sites")) drawSites();
      if (on("names")) drawNames();
      globalThis.__marks.live_map = (globalThis.__marks.live_map || 0) + 1;
    };
    const redraw = () => {
      if (!queued) requestAnimationFrame(draw);
      queued = true;
    };
    const nearest = (u, v) => {
      let best = -1, least = NEAR_PX ** 2;
      if (on("sites")) {
        at.forEach((p, i) => {
          const [a, b] = px(p), away = (a - u) ** 2 + (b - v) ** 2;
          if (away < least) [best, least] = [i, away];
        });
      }
      return best;
    };
    const inside = (ring, u, v) => {
      let odd = false;
      for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        const [a, b, c, d] = [ring[i], ring[i + 1], ring[j], ring[j + 1]];
        if (b > v !== d > v && u < ((c - a) * (v - b)) / (d - b) + a) odd = !odd;
      }
      return odd;
    };
    const tell = (lines) => {
      card.replaceChildren(...lines.filter(Boolean).map((line, i) => {
        const each = document.createElement(i ? "span" : "b");
        each.textContent = line;
        return each;
      }));
      card.hidden = !lines.length;
    };
    const ends = (i, side, word) => {
      const other = side === "source" ? "target" : "source";
      const found = links[side].flatMap((site, k) => (site === i ? [`${sites.name[links[other][k]]} (${links.part[k]})`] : []));
      const more = found.length > 6 ? ` and ${found.length - 6} more` : "";
      return found.length ? `${word} ${found.slice(0, 6).join(", ")}${more}` : "";
    };
    const choose = (i) => {
      chosen = i;
      const level = i < 0 || sites.tier[i] === null ? "makes no required part" : sites.tier[i] ? `tier ${sites.tier[i]}` : "makes the product";
      tell(i < 0 ? [] : [
        sites.name[i], [level, sites.country[i], sites.status[i]].filter(Boolean).join(" · "),
        sites.makes[i] ? `Makes ${sites.makes[i]}` : "", ends(i, "target", "Buys from"), ends(i, "source", "Sells to"),
      ]);
      redraw();
    };
    const point = (u, v) => {
      const site = nearest(u, v);
      if (site >= 0 || chosen >= 0) return choose(site);
      const [a, b] = [(u - wide / 2) / scale() + view.x, (v - high / 2) / scale() + view.y];
      const cell = on("cells") ? cells.findIndex((ring) => inside(ring, a, b)) : -1;
      tell(cell < 0 ? [] : [`Score ${figure(data.cells.score[cell])} of 100`, "Cell of the density surface"]);
      return redraw();
    };
    const zoom = (by, u = wide / 2, v = high / 2) => {
      const before = scale();
      view.zoom = Math.max(0, Math.min(FINEST, view.zoom + by));
      view.x += (u - wide / 2) * (1 / before - 1 / scale());
      view.y += (v - high / 2) * (1 / before - 1 / scale());
      redraw();
    };
    const pan = (u, v) => {
      view.x -= u / scale();
      view.y = Math.max(0, Math.min(1, view.y - v / scale()));
      redraw();
    };
    const held = new Map();
    let travelled = 0;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      held.set(event.pointerId, [event.offsetX, event.offsetY]);
      travelled = 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      const now = [event.offsetX, event.offsetY], before = held.get(event.pointerId);
      canvas.style.cursor = before ? "grabbing" : nearest(...now) >= 0 ? "pointer" : "grab";
      if (!before) return;
      const others = [...held].filter(([id]) => id !== event.pointerId);
      const gap = (p) => Math.hypot(p[0] - others[0][1][0], p[1] - others[0][1][1]);
      if (others.length) zoom(Math.log2(gap(now) / Math.max(gap(before), 1)), (now[0] + others[0][1][0]) / 2, (now[1] + others[0][1][1]) / 2);
      else pan(now[0] - before[0], now[1] - before[1]);
      travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
      held.set(event.pointerId, now);
    });
    canvas.addEventListener("pointerup", (event) => {
      if (held.size === 1 && travelled < 5) point(event.offsetX, event.offsetY);
      held.delete(event.pointerId);
    });
    canvas.addEventListener("pointercancel", (event) => held.delete(event.pointerId));
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
      event.preventDefault();
      zoom(-event.deltaY / 300, event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }, step = steps[event.key];
      if (step) pan(...step);
      else if (event.key === "+" || event.key === "=") zoom(0.5);
      else if (event.key === "-") zoom(-0.5);
      else if (event.key === "0") { home(); redraw(); }
      else if (event.key === "Escape") choose(-1);
      else return;
      event.preventDefault();
    });
    const acts = { in: () => zoom(0.7), out: () => zoom(-0.7), home: () => { home(); choose(-1); } };
    place.querySelectorAll("button[data-act]").forEach((button) => button.addEventListener("click", acts[button.dataset.act]));
    layers.forEach((box) => box.addEventListener("change", redraw));
    const list = document.getElementById(find.getAttribute("list"));
    list.replaceChildren(...[...new Set(sites.name)].map((name) => Object.assign(document.createElement("option"), { value: name })));
    find.addEventListener("change", () => {
      const i = sites.name.findIndex((name) => name.toLowerCase() === find.value.trim().toLowerCase());
      if (i < 0) return;
      Object.assign(view, { x: at[i][0], y: at[i][1], zoom: Math.max(view.zoom, 6) });
      choose(i);
    });
    place.liveMap = { px: (i) => px(at[i]), chosen: () => chosen };
    new ResizeObserver(() => {
      const dots = Math.min(globalThis.devicePixelRatio || 1, 2);
      [wide, high] = [canvas.clientWidth, canvas.clientHeight];
      [canvas.width, canvas.height] = [wide * dots, high * dots];
      if (!view) home();
      redraw();
    }).observe(canvas);
  };
  document.querySelectorAll("[data-map]").forEach(start);
})();
