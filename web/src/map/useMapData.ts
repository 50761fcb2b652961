import { useEffect, useRef, useState } from "react";
import { ApiError, networkPath, query, type ErrorBody } from "@/api";
import { mark } from "@/state/marks";
import type { ArcFilter, Arcs, Bounds } from "./bundles";
import { MOST_ARCS } from "./bundles";
import type { MapData } from "./data";
import type { Reply, Request } from "./worker";

interface Answer {
  data: MapData | null;
  arcs: Arcs | null;
  error: ApiError | null;
}

const NOTHING: Answer = { data: null, arcs: null, error: null };

interface Asked {
  workspace: string;
  digest: string;
  product: string;
  filter: ArcFilter;
  zoom: number;
  view: Bounds | null;
  moved: ReadonlyMap<number, [number, number]>;
}

/** Sites and links of a network, and the arcs to draw at a zoom; all work is done in a worker. */
export function useMapData({ workspace, digest, product, filter, zoom, view, moved }: Asked): Answer {
  const [answer, setAnswer] = useState(NOTHING);
  const worker = useRef<Worker | null>(null);
  const last = useRef(0);
  const wanted = useRef(0);

  useEffect(() => {
    setAnswer(NOTHING);
    if (!digest) return;
    const made = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.current = made;
    made.onmessage = ({ data: reply }: MessageEvent<Reply>) => {
      if (reply.kind === "error") {
        const body = reply.body as ErrorBody;
        return setAnswer({ ...NOTHING, error: new ApiError(reply.status, body) });
      }
      if (reply.kind === "data") {
        mark("map_data");
        return setAnswer({ data: reply.data, arcs: null, error: null });
      }
      if (reply.id === wanted.current) setAnswer((before) => ({ ...before, arcs: reply.arcs }));
    };
    const url = `${networkPath(workspace, digest)}/map${query({ product })}`;
    ask(made, { kind: "load", id: ++last.current, url });
    return () => {
      worker.current = null;
      made.terminate();
    };
  }, [workspace, digest, product]);

  const step = Math.floor(zoom);
  const { part, site } = filter;
  const crowded = (answer.data?.links.count ?? 0) > MOST_ARCS;
  const seen = crowded && view ? view.join(",") : "";
  const loaded = answer.data !== null;
  useEffect(() => {
    if (!loaded || !worker.current) return;
    wanted.current = ++last.current;
    const bounds = seen ? (seen.split(",").map(Number) as unknown as Bounds) : null;
    const places = [...moved].map(([at, [lon, lat]]): [number, number, number] => [at, lon, lat]);
    ask(worker.current, { kind: "arcs", id: wanted.current, filter: { part, site }, zoom: step, view: bounds, moved: places });
  }, [loaded, part, site, step, seen, moved]);

  return answer;
}

const ask = (worker: Worker, request: Request): void => worker.postMessage(request);
