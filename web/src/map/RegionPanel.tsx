import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { tablePage, useNetwork, type Row } from "@/api";
import { Link, useAddress, useRoute } from "@/router/router";
import { figure, percent } from "@/state/format";
import { number, rowsOf, text } from "./answers";
import { Facts } from "./Facts";
import type { PanelProps } from "./SidePanel";
import { DIMENSIONS, MAP_TEXT } from "./strings";

const T = MAP_TEXT.region;
const MOST_GAPS = 6;

/** A region as an agency sees it: where it stands, what it lacks, what to attract first and what that costs. */
export function RegionPanel({ region, density, whatIf }: PanelProps & { region: string }): ReactNode {
  const address = useAddress();
  const { workspace, digest } = useRoute();
  const currency = useNetwork(digest).data?.currency ?? "";
  const given = useQuery({
    queryKey: ["row", workspace, digest, "regions", region],
    queryFn: async (): Promise<Row | undefined> => {
      const page = await tablePage(workspace, digest, "regions", { filter: region, limit: 50 });
      return page.rows.find((row) => row["region"] === region);
    },
    staleTime: Infinity,
  }).data;
  const all = rowsOf(density, "regions");
  const row = all.find((found) => found["region"] === region);
  const ours = (table: string) => rowsOf(density, table).filter((found) => found["region"] === region);
  const place = whatIf.places.find((found) => found.place === region);
  const score = place ? place.score : number(row, "score");
  const high = number(row, "score_high");
  const share = (name: string) => {
    const value = number(row, name);
    return value === null ? null : percent(value);
  };
  return (
    <>
      <p className="map-kind">{MAP_TEXT.panel.region}</p>
      <h2>{text(row, "name") || text(given, "name") || region}</h2>
      <p className="map-score">
        <b>{score === null ? T.noScore : figure(score)}</b>
        {high === null ? null : <span className="hint">{T.upTo(figure(high))}</span>}
      </p>
      {number(row, "rank") === null ? (
        <p className="hint">{text(row, "note")}</p>
      ) : (
        <p>{T.rank(text(row, "rank"), text(row, "rank_p5"), text(row, "rank_p95"), String(all.length))}</p>
      )}
      <Dimensions row={row} />
      <Gaps rows={ours("gaps")} currency={currency} />
      <Tiers rows={ours("layers")} />
      <Maturity rows={ours("maturity")} />
      <Facts
        rows={[
          [
            T.atRisk,
            row && [share("cluster_at_risk"), text(row, "at_risk_part") && T.atRiskPart(partName(density, row))].filter(Boolean).join(", "),
          ],
          [T.exit, share("exit_readiness")],
          [T.coverage, share("coverage")],
          [T.sites, text(row, "sites")],
          [T.labour, figured(number(given, "labour_pool"))],
          [T.wage, withUnit(number(given, "wage_per_hour"), currency)],
          [T.grid, figured(number(given, "grid_kg_per_kwh"))],
          [
            T.evidence,
            ours("evidence")
              .map((e) => `${text(e, "grade") === "none" ? T.noEvidence : text(e, "grade")} ${percent(number(e, "share") ?? 0)}`)
              .join(", "),
          ],
        ]}
      />
      <div className="actions">
        <Link className="button" to={address({ screen: "regions" }, { regions: region })}>
          {T.compare}
        </Link>
        <Link className="button" to={address({ screen: "growth" }, { p: JSON.stringify({ region }) })}>
          {T.growth}
        </Link>
        <Link className="button" to={address({ screen: "stress" }, { break: `region:${region}` })}>
          {T.breakIt}
        </Link>
      </div>
    </>
  );
}

const figured = (value: number | null) => (value === null ? null : figure(value));
const withUnit = (value: number | null, unit: string) => (value === null ? null : `${figure(value)} ${unit}`);

function partName(density: PanelProps["density"], row: Row): string {
  const part = text(row, "at_risk_part");
  return text(rowsOf(density, "parts").find((found) => found["part"] === part), "name") || part;
}

function Bar({ value, high }: { value: number; high?: number }): ReactNode {
  return (
    <span className="map-bar" aria-hidden="true">
      <i className="pale" style={{ width: `${100 * Math.min(high ?? value, 1)}%` }} />
      <i style={{ width: `${100 * Math.min(value, 1)}%` }} />
    </span>
  );
}

function Dimensions({ row }: { row: Row | undefined }): ReactNode {
  const values: Record<string, number | null> = {};
  for (const name of DIMENSIONS) values[name] = number(row, name);
  const lost = number(row, "fragmentation");
  values["unfragmented"] = lost === null ? null : 1 - lost;
  return (
    <section>
      <h3>{T.dimensions}</h3>
      <ul className="map-bars">
        {DIMENSIONS.map((name) => {
          const value = values[name] ?? null;
          return (
            <li key={name}>
              <span>{MAP_TEXT.weights[name]}</span>
              <Bar value={value ?? 0} />
              <span>{value === null ? MAP_TEXT.panel.unknown : figure(value, 2)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Gaps({ rows, currency }: { rows: Row[]; currency: string }): ReactNode {
  const ordered = rows
    .filter((row) => number(row, "step") !== null)
    .sort((a, b) => (number(a, "step") ?? 0) - (number(b, "step") ?? 0))
    .slice(0, MOST_GAPS);
  return (
    <section>
      <h3>{T.gaps}</h3>
      {ordered.length ? <p className="hint">{T.gapsHint}</p> : <p>{T.noGaps}</p>}
      <ol className="map-gaps">
        {ordered.map((row) => (
          <li key={text(row, "part")}>
            <b>{text(row, "name") || text(row, "part")}</b> <span className="tag good">{`+${figure(number(row, "gain") ?? 0, 2)}`}</span>
            <br />
            <span className="hint">{wayOf(row, currency)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function wayOf(row: Row, currency: string): string {
  const move = text(row, "move");
  const km = number(row, "target_km");
  const cost = number(row, "cost");
  const point = number(row, "cost_per_point");
  const after = number(row, "completeness_after");
  return [
    `${T.move[move] ?? move} ${move === "search" ? "" : text(row, "target_name")}`.trim(),
    km === null ? "" : T.away(figure(km)),
    move === "search" || move === "reach" ? "" : cost === null ? T.unknownCost : T.cost(`${figure(cost)} ${currency}`),
    point === null ? "" : T.perPoint(`${figure(point)} ${currency}`),
    after === null ? "" : T.after(figure(after, 2)),
  ]
    .filter(Boolean)
    .join("; ");
}

function Tiers({ rows }: { rows: Row[] }): ReactNode {
  return (
    <section>
      <h3>{T.tiers}</h3>
      <ul className="map-bars">
        {rows.map((row) => (
          <li key={text(row, "tier")}>
            <span>{MAP_TEXT.legend.tier(number(row, "tier") ?? 0)}</span>
            <Bar value={number(row, "cover") ?? 0} />
            <span>{row["sourced"] ? T.sourced : T.notSourced}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Maturity({ rows }: { rows: Row[] }): ReactNode {
  if (!rows.length) return null;
  return (
    <section>
      <h3>{T.maturity}</h3>
      <p className="hint">{T.maturityHint}</p>
      <ul className="map-bars">
        {rows.map((row) => {
          const most = number(row, "most") || 1;
          const low = number(row, "points") ?? 0;
          const high = number(row, "points_high") ?? most;
          return (
            <li key={text(row, "item")} title={text(row, "source")}>
              <span>{text(row, "item")}</span>
              <Bar value={low / most} high={high / most} />
              <span>{`${figure(low, 2)}–${figure(high, 2)}`}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
