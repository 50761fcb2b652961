/** Fetches, parses and bundles off the main thread, so that half a million links never stop the page. */

import { type ArcFilter, type Arcs, type Bounds, makeArcs } from "./bundles";
import { decode, type MapAnswer, type MapData } from "./data";

export type Request =
  | { kind: "load"; id: number; url: string }
  | { kind: "arcs"; id: number; filter: ArcFilter; zoom: number; view: Bounds | null; moved: [number, number, number][] };

export type Reply =
  | { kind: "data"; id: number; data: MapData }
  | { kind: "arcs"; id: number; arcs: Arcs }
  | { kind: "error"; id: number; status: number; body: unknown };

let data: MapData | null = null;

const send = (reply: Reply, transfer: Transferable[] = []) =>
  (self as unknown as { postMessage(message: Reply, transfer: Transferable[]): void }).postMessage(reply, transfer);

async function load(id: number, url: string): Promise<void> {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
  const body: unknown = await answer.json();
  if (!answer.ok) return send({ kind: "error", id, status: answer.status, body });
  data = decode(body as MapAnswer);
  send({ kind: "data", id, data });
}

function arcs(request: Extract<Request, { kind: "arcs" }>): void {
  if (!data) return;
  const position = request.moved.length ? data.sites.position.slice() : data.sites.position;
  for (const [site, lon, lat] of request.moved) position.set([lon, lat], 2 * site);
  const made = makeArcs({ ...data.sites, position }, data.links, request.filter, request.zoom, request.view);
  const buffers = [made.source, made.target, made.width, made.offshore, made.inferred, made.link, made.links];
  send({ kind: "arcs", id: request.id, arcs: made }, [...buffers.map((b) => b.buffer), made.volume.buffer]);
}

self.onmessage = (event: MessageEvent<Request>) => {
  const request = event.data;
  if (request.kind === "arcs") return arcs(request);
  load(request.id, request.url).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    send({ kind: "error", id: request.id, status: 0, body: { error: "Network", message, findings: [] } });
  });
};
