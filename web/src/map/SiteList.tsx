import { memo, useMemo, type ReactNode } from "react";
import type { Column, Row } from "@/api";
import { DataTable } from "@/components";
import type { MapData } from "./data";
import { MAP_TEXT } from "./strings";

const T = MAP_TEXT.list;
const COLUMNS: Column[] = (
  [
    ["name", "text", ""],
    ["country", "text", ""],
    ["region", "text", ""],
    ["tier", "integer", "tiers"],
    ["status", "text", ""],
    ["makes", "text", ""],
    ["links_in", "integer", ""],
    ["links_out", "integer", ""],
    ["site", "text", ""],
  ] as const
).map(([name, kind, unit]) => ({ name, kind, unit, description: T.columns[name], title: T.columns[name] }));

interface Props {
  data: MapData;
  names: ReadonlyMap<string, string>;
  selected: string;
  onSelect(site: string): void;
}

/** The list twin of the map: the same sites, the same selection. */
export const SiteList = memo(function SiteList({ data, names, selected, onSelect }: Props): ReactNode {
  const rows = useMemo(() => siteRows(data, names), [data, names]);
  return (
    <section className="panel map-list" aria-label={T.title}>
      <h2>{T.title}</h2>
      <DataTable
        columns={COLUMNS}
        rows={rows}
        name={T.title}
        selected={(row) => row["site"] === selected}
        onRowClick={(row) => onSelect(String(row["site"]))}
        height={360}
      />
      {data.unplaced ? <p className="hint">{T.unplaced(data.unplaced)}</p> : null}
    </section>
  );
});

function siteRows({ sites, links }: MapData, names: ReadonlyMap<string, string>): Row[] {
  const degree = ({ start }: { start: Int32Array }, i: number) => (start[i + 1] as number) - (start[i] as number);
  return sites.key.map((site, i) => {
    const tier = sites.tier[i] as number;
    return {
      site,
      name: sites.name[i] as string,
      country: sites.country[i] ?? null,
      region: sites.region[i] ?? null,
      tier: tier < 0 ? null : tier,
      status: sites.status[i] as string,
      makes: (sites.parts[i] as string[]).map((part) => names.get(part) ?? part).join(", ") || null,
      links_in: degree(links.into, i),
      links_out: degree(links.outOf, i),
    };
  });
}
