import type { ReactNode } from "react";
import { figure } from "@/state/format";
import { Facts } from "./Facts";
import type { PanelProps } from "./SidePanel";
import { MAP_TEXT } from "./strings";

const T = MAP_TEXT.panel;

export function LinkPanel({ link, data, names, onSelect }: PanelProps & { link: number }): ReactNode {
  const { links, sites } = data;
  if (!(link >= 0 && link < links.count)) return null;
  const part = links.parts[links.part[link] as number] as string;
  const volume = links.volume[link] as number;
  const end = (at: number | undefined): ReactNode => {
    const key = at === undefined ? undefined : sites.key[at];
    if (key === undefined || at === undefined) return null;
    return (
      <button type="button" className="quiet" onClick={() => onSelect({ kind: "site", key })}>
        {sites.name[at]}
      </button>
    );
  };
  return (
    <>
      <p className="map-kind">{T.link}</p>
      <h2>{names.get(part) ?? part}</h2>
      <p>
        {end(links.from[link])} → {end(links.to[link])}
      </p>
      <Facts
        rows={[
          [T.volume, Number.isNaN(volume) ? null : figure(volume)],
          [T.mode, links.modes[links.mode[link] as number]],
          [T.evidence, links.evidences[links.evidence[link] as number]],
          [T.offshore, links.offshore[link] ? T.yes : T.no],
        ]}
      />
    </>
  );
}
