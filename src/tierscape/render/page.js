"use strict";
(() => {
  const marks = { charts: 0, drawn: 0, failed: [], done: false };
  globalThis.__marks = marks;
  const refuse = () => Promise.reject(new Error("this page loads nothing"));
  const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
  const draw = (place) => {
    const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
    const runtime = tierscapeVega.parse(spec, null, { ast: true });
    const view = new tierscapeVega.View(runtime, {
      expr: tierscapeVega.expressionInterpreter, loader, renderer: "svg", container: place, hover: true,
    });
    return view.runAsync();
  };
  const places = [...document.querySelectorAll("[data-spec]")];
  marks.charts = places.length;
  const all = places.map((place) =>
    Promise.resolve(place).then(draw).then(
      () => { marks.drawn += 1; },
      (error) => { marks.failed.push(String(error)); place.textContent = "This chart could not be drawn; its table holds the numbers."; },
    ));
  Promise.all(all).then(() => { marks.done = true; });
})();
