import type { ReactNode } from "react";
import { figure } from "@/state/format";
import type { Arcs } from "./bundles";
import { CATEGORIES, OFFSHORE, ONSHORE, RAMP_CSS, UNKNOWN } from "./ramp";
import type { LayerName } from "./scene";
import { NODE_KINDS, signPath } from "./shapes";
import { MAP_TEXT } from "./strings";

const T = MAP_TEXT.legend;

interface Props {
  top: number;
  /** Name of the part whose cover is shown; null for the score. */
  cover: string | null;
  tiers: number[];
  kinds: ReadonlySet<string>;
  arcs: Arcs | null;
  shown: ReadonlySet<LayerName>;
}

/** What colours, shapes and dashes mean, with units. */
export function MapLegend({ top, cover, tiers, kinds, arcs, shown }: Props): ReactNode {
  const bundled = arcs !== null && arcs.grid > 0;
  return (
    <aside className="map-legend" aria-label={T.title}>
      {shown.has("cells") || shown.has("regions") ? (
        <>
          {cover ? <Ramp title={T.cover(cover)} top={1} /> : null}
          {!cover || shown.has("cells") ? <Ramp title={T.score} top={top} /> : null}
          {cover ? (
            <p>
              <span className="map-ring" aria-hidden="true" /> {T.missing}
            </p>
          ) : null}
        </>
      ) : null}
      {shown.has("sites") ? (
        <>
          <ul className="map-keys">
            {tiers.map((tier) => (
              <Key key={tier} color={tier < 0 ? UNKNOWN : (CATEGORIES[tier % CATEGORIES.length] as string)}>
                {tier < 0 ? T.noTier : T.tier(tier)}
              </Key>
            ))}
          </ul>
          <p>{T.status}</p>
        </>
      ) : null}
      {shown.has("links") && arcs?.count ? (
        <>
          <ul className="map-keys">
            <Key color={ONSHORE} line>
              {T.home}
            </Key>
            <Key color={OFFSHORE} line>
              {T.offshore}
            </Key>
          </ul>
          <p>
            {T.inferred}. {bundled ? T.bundled(figure(total(arcs), 9), figure(arcs.own, 9)) : `${T.single}.`}
          </p>
        </>
      ) : null}
      {shown.has("nodes") ? (
        <ul className="map-keys">
          {NODE_KINDS.filter((kind) => kinds.has(kind)).map((kind) => (
            <li key={kind}>
              <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
                <path d={signPath(kind)} fill="currentColor" />
              </svg>
              {kind.replaceAll("_", " ")}
            </li>
          ))}
        </ul>
      ) : null}
    </aside>
  );
}

function total(arcs: Arcs): number {
  let links = 0;
  for (const n of arcs.links.subarray(0, arcs.own)) links += n;
  return links;
}

function Ramp({ title, top }: { title: string; top: number }): ReactNode {
  return (
    <div className="map-ramp">
      <span>{title}</span>
      <div className="map-ramp-bar" style={{ background: RAMP_CSS }} aria-hidden="true" />
      <div className="map-ramp-ends">
        <span>0</span>
        <span>{figure(top / 2)}</span>
        <span>{figure(top)}</span>
      </div>
      <span className="map-ramp-unknown">
        <i style={{ background: UNKNOWN }} aria-hidden="true" /> {T.unknown}
      </span>
    </div>
  );
}

function Key({ color, line = false, children }: { color: string; line?: boolean; children: ReactNode }): ReactNode {
  return (
    <li>
      <i className={line ? "line" : undefined} style={{ background: color }} aria-hidden="true" />
      {children}
    </li>
  );
}
