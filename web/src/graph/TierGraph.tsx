import cytoscape, { type Core, type ElementDefinition, type StylesheetJson } from "cytoscape";
import { useEffect, useRef, type ReactNode } from "react";
import { mark } from "@/state/marks";
import { CLASS_COLORS, type TierAnswer, type TierNode } from "./tiers";
import { GRAPH_TEXT } from "./strings";

const T = GRAPH_TEXT.tiers;
const WIDTH = 1000;
const ROW = 150;

interface Props {
  answer: TierAnswer;
  selected: string;
  dark: boolean;
  onSelect(id: string): void;
}

/** The graph as the server laid it out: the product at the top, each tier a row below it. */
export function TierGraph({ answer, selected, dark, onSelect }: Props): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const graph = useRef<Core | null>(null);
  const select = useRef(onSelect);
  select.current = onSelect;

  useEffect(() => {
    const made = cytoscape({
      container: box.current,
      elements: elements(answer),
      style: style(dark, graphWidth(answer)),
      layout: { name: "preset", fit: true, padding: 24 },
      minZoom: 0.05,
      maxZoom: 4,
      autoungrabify: true,
      boxSelectionEnabled: false,
      hideEdgesOnViewport: answer.edges.length > 1500,
      textureOnViewport: answer.edges.length > 1500,
    });
    made.on("tap", "node", (event) => select.current(String(event.target.id())));
    made.on("tap", (event) => {
      if (event.target === made) select.current("");
    });
    made.ready(() => requestAnimationFrame(() => mark("graph_idle")));
    graph.current = made;
    window.__graph = (id) => {
      const at = made.getElementById(id).renderedPosition();
      return at ? [at.x, at.y] : null;
    };
    return () => {
      graph.current = null;
      delete window.__graph;
      made.destroy();
    };
  }, [answer, dark]);

  useEffect(() => {
    const made = graph.current;
    if (!made) return;
    made.batch(() => {
      made.elements().removeClass("faded chosen");
      const node = selected ? made.getElementById(selected) : made.collection();
      if (!node.length) return;
      const kept = node.union(node.predecessors()).union(node.successors());
      made.elements().not(kept).addClass("faded");
      node.addClass("chosen");
    });
  }, [selected, answer, dark]);

  return (
    <div className="tier-graph">
      <div
        ref={box}
        className="tier-canvas"
        role="img"
        aria-label={T.graph(String(answer.nodes.length), String(answer.edges.length))}
      />
      <button type="button" className="small tier-fit" onClick={() => graph.current?.fit(undefined, 24)}>
        {T.fit}
      </button>
    </div>
  );
}

declare global {
  interface Window {
    /** Where a node of the tier graph stands on the page's canvas, for tests. */
    __graph?: (id: string) => [number, number] | null;
  }
}

function elements(answer: TierAnswer): ElementDefinition[] {
  const rows = Math.max(1, ...answer.nodes.map((node) => node.tier));
  const width = graphWidth(answer);
  const row = Math.max(ROW, (width * 0.8) / rows);
  const named = largest(answer.nodes);
  const nodes = answer.nodes.map((node) => ({
    data: {
      id: node.id,
      label: node.name ?? node.id,
      size: node.unknown ? 30 : 12 + 46 * Math.sqrt(node.share ?? 0),
      class: node.class ?? "unknown",
    },
    classes: [node.unknown ? "unknown" : "", node.single_point ? "single" : "", named.has(node.id) ? "named" : ""].join(" "),
    position: { x: node.x * width, y: node.y * rows * row },
  }));
  const edges = answer.edges.map((edge, i) => ({
    data: { id: `e${i}`, source: edge.from, target: edge.to, width: 0.6 + 7 * Math.sqrt(edge.share ?? 0) },
    classes: edge.inferred ? "inferred" : "",
  }));
  return [...nodes, ...edges];
}

const NAMED = 4;

/** The largest of each tier, whose names show from afar; the others show theirs when one comes near. */
function largest(nodes: TierNode[]): Set<string> {
  const seen: Record<number, number> = {};
  const ordered = [...nodes].sort((a, b) => (b.share ?? 0) - (a.share ?? 0));
  const found = ordered.filter((node) => !node.unknown && (seen[node.tier] = (seen[node.tier] ?? 0) + 1) <= NAMED);
  return new Set(found.map((node) => node.id));
}

/** Room for the fullest tier. */
function graphWidth(answer: TierAnswer): number {
  return Math.max(WIDTH, 26 * Math.max(...Object.values(counts(answer.nodes))));
}

function counts(nodes: TierNode[]): Record<number, number> {
  const found: Record<number, number> = { 0: 1 };
  for (const node of nodes) found[node.tier] = (found[node.tier] ?? 0) + 1;
  return found;
}

function style(dark: boolean, wide: number): StylesheetJson {
  const ink = dark ? "#e4eaee" : "#1b2733";
  const paper = dark ? "#182027" : "#ffffff";
  return [
    {
      selector: "node",
      style: {
        width: "data(size)",
        height: "data(size)",
        "background-color": (node: { data(name: string): string }) => CLASS_COLORS[node.data("class")] ?? "#c3c9cf",
        "border-width": 1.5,
        "border-color": paper,
        "font-family": "system-ui, sans-serif",
        label: "data(label)",
        "font-size": 13,
        "text-wrap": "ellipsis",
        "text-max-width": "150px",
        "min-zoomed-font-size": 9,
        color: ink,
        "text-outline-color": paper,
        "text-outline-width": 3,
        "text-valign": "bottom",
        "text-margin-y": 4,
      },
    },
    {
      selector: "node.named, node.chosen, node.unknown",
      style: { "font-size": Math.max(16, wide / 60), "text-max-width": `${wide / 5}px`, "z-index": 2 },
    },
    { selector: "node.single", style: { "border-width": 6, "border-style": "double", "border-color": ink } },
    {
      selector: "node.unknown",
      style: { shape: "round-rectangle", "border-style": "dashed", "border-color": "#7a7f87", "border-width": 2, width: 70 },
    },
    {
      selector: "edge",
      style: {
        width: "data(width)",
        "line-color": dark ? "#6c8794" : "#86a3b0",
        opacity: 0.55,
        "curve-style": "straight",
      },
    },
    { selector: "edge.inferred", style: { "line-style": "dashed", opacity: 0.35 } },
    { selector: ".faded", style: { opacity: 0.08 } },
    { selector: "node.chosen", style: { "border-width": 4, "border-color": "#d0342c", "border-style": "solid" } },
  ] as unknown as StylesheetJson;
}
