import { useEffect, useMemo, useState } from "react";
import { follow } from "./bundles";
import type { MapData } from "./data";
import { useMapData } from "./useMapData";
import { boundsOf, readView } from "./view";

const NOWHERE = new Map<number, [number, number]>();

type Moves = ReadonlyMap<string, [number, number]>;

interface Asked {
  workspace: string;
  digest: string;
  product: string;
  /** Only links of this part, or that touch this site; all while empty. */
  part: string;
  site: string;
  view: string;
  /** Where sites are put in a what-if. */
  moves: Moves;
  /** While a hand holds a site, its links follow here; the worker bundles anew when it lets go. */
  held: boolean;
}

/** Sites and arcs, the latter cut to a part or a site by its key. */
export function useMapLinks({ workspace, digest, product, part, site, view: viewText, moves, held }: Asked): ReturnType<typeof useMapData> {
  const [filter, setFilter] = useState({ part: -1, site: -1 });
  const [settled, setSettled] = useState<ReadonlyMap<number, [number, number]>>(NOWHERE);
  const view = readView(viewText);
  const zoom = view?.zoom ?? 2;
  const fetched = useMapData({ workspace, digest, product, filter, zoom, view: boundsOf(view), moved: settled });
  const { data, arcs } = fetched;
  useEffect(() => {
    if (!data) return;
    setFilter({ part: part ? data.links.parts.indexOf(part) : -1, site: site ? data.sites.key.indexOf(site) : -1 });
  }, [data, part, site]);
  const moved = useMemo(() => (data ? indexed(data.sites.key, moves) : NOWHERE), [data, moves]);
  useEffect(() => {
    if (!held) setSettled(moved);
  }, [held, moved]);
  const followed = useMemo(() => (arcs && data ? follow(arcs, data.links, moved) : arcs), [arcs, data, moved]);
  return { ...fetched, arcs: followed };
}

export function indexed(keys: string[], moves: Moves): ReadonlyMap<number, [number, number]> {
  if (!moves.size) return NOWHERE;
  return new Map([...moves].map(([key, at]) => [keys.indexOf(key), at] as const).filter(([i]) => i >= 0));
}

export function useIndexes(data: MapData | null, moves: Moves, gone: ReadonlySet<string>) {
  return useMemo(() => {
    const keys = data?.sites.key ?? [];
    const removed = new Set([...gone].map((key) => keys.indexOf(key)));
    return { moved: indexed(keys, moves), removed };
  }, [data, moves, gone]);
}
