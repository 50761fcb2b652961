import { useEffect, useRef, type ReactNode } from "react";
import type { Result } from "@/api";
import type { MapData } from "./data";
import { Facts } from "./Facts";
import { CellPanel } from "./CellPanel";
import { LinkPanel } from "./LinkPanel";
import { RegionPanel } from "./RegionPanel";
import type { Selection } from "./scene";
import { SitePanel } from "./SitePanel";
import { MAP_TEXT } from "./strings";
import type { WhatIf } from "./useWhatIf";
import type { Required } from "./answers";

const T = MAP_TEXT.panel;

export interface PanelProps {
  data: MapData;
  density: Result | undefined;
  names: ReadonlyMap<string, string>;
  parts: Required[];
  whatIf: WhatIf;
  onSelect(selection: Selection | null): void;
  onlyLinksOf: string;
  onOnlyLinksOf(site: string): void;
}

/** What is known of the thing that is selected. Escape closes it. */
export function SidePanel({ selection, ...props }: PanelProps & { selection: Selection }): ReactNode {
  const panel = useRef<HTMLElement>(null);
  const { kind, key } = selection;
  useEffect(() => {
    panel.current?.scrollTo(0, 0); // newer browsers return a promise here, which is no clean-up
  }, [kind, key]);
  return (
    <aside
      ref={panel}
      className="map-panel"
      aria-label={T.label}
      onKeyDown={(event) => {
        if (event.key === "Escape") props.onSelect(null);
      }}
    >
      <button type="button" className="quiet map-close" aria-label={T.close} onClick={() => props.onSelect(null)}>
        <span aria-hidden="true">×</span>
      </button>
      {kind === "site" ? <SitePanel site={key} {...props} /> : null}
      {kind === "region" ? <RegionPanel region={key} {...props} /> : null}
      {kind === "cell" ? <CellPanel cell={key} {...props} /> : null}
      {kind === "link" ? <LinkPanel link={Number(key)} {...props} /> : null}
      {kind === "node" ? <NodePanel node={key} {...props} /> : null}
    </aside>
  );
}

function NodePanel({ node, data }: PanelProps & { node: string }): ReactNode {
  const found = data.nodes.find((point) => point.key === node);
  if (!found) return null;
  return (
    <>
      <p className="map-kind">{T.node}</p>
      <h2>{found.name}</h2>
      <Facts rows={[[T.kind, found.kind.replaceAll("_", " ")], [T.country, found.country]]} />
    </>
  );
}
