import { useQuery } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { tablePage, type Row } from "@/api";
import { Link, useAddress, useRoute } from "@/router/router";
import { figure } from "@/state/format";
import { text } from "./answers";
import { linksAt, type MapData } from "./data";
import { Facts } from "./Facts";
import type { PanelProps } from "./SidePanel";
import { MAP_TEXT } from "./strings";

const T = MAP_TEXT.panel;
const MOST = 8;

/** Who a site is, what it makes, on what evidence, and its links up and down. */
export function SitePanel({ site, ...props }: PanelProps & { site: string }): ReactNode {
  const { data, names } = props;
  const at = data.sites.key.indexOf(site);
  const row = useSiteRow(site).data;
  const address = useAddress();
  if (at < 0) return null;
  const tier = data.sites.tier[at] as number;
  const parts = data.sites.parts[at] as string[];
  const capacity = data.sites.capacity[at] as number;
  const only = props.onlyLinksOf === site;
  return (
    <>
      <p className="map-kind">{T.site}</p>
      <h2>{data.sites.name[at]}</h2>
      <p>
        <b>{T.makes}</b> {parts.length ? parts.map((part) => names.get(part) ?? part).join(", ") : T.makesNothing}
      </p>
      <Facts
        rows={[
          [T.organization, text(row, "organization")],
          [T.town, [text(row, "town"), data.sites.region[at], data.sites.country[at]].filter(Boolean).join(", ")],
          [T.tier, tier < 0 ? null : String(tier)],
          [T.status, data.sites.status[at]],
          [T.capacity, Number.isNaN(capacity) ? null : figure(capacity)],
          [T.recover, text(row, "ttr_days")],
          [T.evidence, text(row, "evidence")],
          [T.source, text(row, "source")],
          [T.asOf, text(row, "as_of")],
        ]}
      />
      <div className="actions">
        <Link className="button" to={address({ screen: "stress" }, { break: `site:${site}` })}>
          {T.break}
        </Link>
        <Link className="button" to={address({ screen: "tiers" }, { at: site })}>
          {T.tiersFrom}
        </Link>
        <button type="button" aria-pressed={only} onClick={() => props.onOnlyLinksOf(only ? "" : site)}>
          {only ? T.allLinks : T.onlyLinks}
        </button>
      </div>
      <Neighbours at={at} {...props} />
      <Ends side="into" at={at} {...props} />
      <Ends side="outOf" at={at} {...props} />
      <MoveForm site={site} at={at} {...props} />
    </>
  );
}

/** Other sites at the same point: one circle hides them on the map. */
function Neighbours({ at, data, onSelect }: PanelProps & { at: number }): ReactNode {
  const { position, key, name } = data.sites;
  const here = key.flatMap((_, i) =>
    i !== at && position[2 * i] === position[2 * at] && position[2 * i + 1] === position[2 * at + 1] ? [i] : [],
  );
  if (!here.length) return null;
  return (
    <section>
      <h3>{T.samePlace}</h3>
      <ul className="map-ends">
        {here.slice(0, MOST).map((i) => (
          <li key={key[i]}>
            <button type="button" className="quiet" onClick={() => onSelect({ kind: "site", key: key[i] as string })}>
              {name[i]}
            </button>
          </li>
        ))}
      </ul>
      {here.length > MOST ? <p className="hint">{T.more(here.length - MOST)}</p> : null}
    </section>
  );
}

function useSiteRow(site: string) {
  const { workspace, digest } = useRoute();
  return useQuery({
    queryKey: ["row", workspace, digest, "sites", site],
    queryFn: async (): Promise<Row | undefined> => {
      const page = await tablePage(workspace, digest, "sites", { filter: site, limit: 50 });
      return page.rows.find((row) => row["site"] === site);
    },
    staleTime: Infinity,
  });
}

function Ends({ side, at, data, names, onSelect }: PanelProps & { side: "into" | "outOf"; at: number }): ReactNode {
  const links = linksAt(data, at, side);
  const into = side === "into";
  if (!links.length) return <p className="hint">{into ? T.noSuppliers : T.noBuyers}</p>;
  return (
    <section>
      <h3>{into ? T.suppliers(links.length) : T.buyers(links.length)}</h3>
      <ul className="map-ends">
        {links.slice(0, MOST).map((link) => {
          const other = (into ? data.links.from[link] : data.links.to[link]) as number;
          const key = data.sites.key[other];
          if (key === undefined) return null;
          return (
            <li key={link}>
              <button type="button" className="quiet" onClick={() => onSelect({ kind: "site", key })}>
                {data.sites.name[other]}
              </button>
              <span className="hint">{linkWords(data, names, link)}</span>
            </li>
          );
        })}
      </ul>
      {links.length > MOST ? <p className="hint">{T.more(links.length - MOST)}</p> : null}
    </section>
  );
}

export function linkWords(data: MapData, names: ReadonlyMap<string, string>, link: number): string {
  const { links } = data;
  const part = links.parts[links.part[link] as number] as string;
  const volume = links.volume[link] as number;
  return [
    names.get(part) ?? part,
    Number.isNaN(volume) ? "" : figure(volume),
    links.modes[links.mode[link] as number],
    links.evidences[links.evidence[link] as number],
  ]
    .filter(Boolean)
    .join(" · ");
}

const W = MAP_TEXT.whatIf;

/** The way to move or close a site without a mouse. */
function MoveForm({ site, at, data, whatIf }: PanelProps & { site: string; at: number }): ReactNode {
  const [lon, lat] = whatIf.moved.get(site) ?? [data.sites.position[2 * at] as number, data.sites.position[2 * at + 1] as number];
  const move = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    whatIf.move(site, Number(form.get("lon")), Number(form.get("lat")));
  };
  const place = (value: number) => (Number.isNaN(value) ? "" : value.toFixed(3));
  return (
    <section>
      <h3>{W.title}</h3>
      <form key={`${lon}/${lat}`} className="map-move" onSubmit={move}>
        <label>
          {W.latitude}
          <input name="lat" type="number" step="any" min={-90} max={90} defaultValue={place(lat)} required />
        </label>
        <label>
          {W.longitude}
          <input name="lon" type="number" step="any" min={-180} max={180} defaultValue={place(lon)} required />
        </label>
        <button type="submit">{W.go}</button>
      </form>
      <button type="button" disabled={whatIf.removed.has(site)} onClick={() => whatIf.remove(site)}>
        {W.remove}
      </button>
    </section>
  );
}
