import { useMemo, type ReactNode } from "react";
import type { Column, Result, Row } from "@/api";
import { DataTable } from "@/components";
import { number, rowsOf, text } from "@/map/answers";
import { useQueryValue } from "@/router/router";
import { figure, money } from "@/state/format";
import { useNames } from "@/state/names";
import { GRAPH_TEXT } from "./strings";

const T = GRAPH_TEXT.plan;

interface Props {
  result: Result;
  point: Row;
  currency: string;
}

/** Who supplies whom in a year of the plan, and which of these ways exist today. */
export function PlanFlows({ result, point, currency }: Props): ReactNode {
  const ours = useMemo(
    () => rowsOf(result, "flows").filter((row) => row["point"] === point["point"]),
    [result, point],
  );
  const years = useMemo(() => [...new Set(ours.map((row) => text(row, "year")))].sort(), [ours]);
  const last = years[years.length - 1] ?? "";
  const [asked, setYear] = useQueryValue("year", last);
  const year = years.includes(asked) ? asked : last;
  const sites = useNames("sites", "site");
  const parts = useNames("parts", "part");
  const regions = useNames("regions", "region");
  const table = result.tables["flows"];
  const { columns, rows } = useMemo(() => {
    const name = (key: string): string => sites.get(key) ?? regions.get(key) ?? (key === "market" ? T.market : key);
    const shown = ours
      .filter((row) => text(row, "year") === year)
      .map((row): Row => ({
        ...row,
        supplier: name(text(row, "supplier")),
        buyer: name(text(row, "buyer")),
        part: parts.get(text(row, "part")) ?? text(row, "part"),
        change: row["today"] ? T.asToday : T.isNew,
      }));
    const kept = (table?.columns ?? []).filter((column) => !["point", "year", "today"].includes(column.name));
    const change: Column = { name: "change", kind: "text", unit: "", description: T.changeHint };
    return { columns: [...kept.slice(0, 3), change, ...kept.slice(3)], rows: shown };
  }, [ours, year, sites, parts, regions, table]);
  if (!years.length) return null;
  const fresh = rows.filter((row) => row["change"] === T.isNew);
  const unnamed = rows.filter((row) => row["supplier"] === T.market);
  const worth = rows.reduce((sum, row) => sum + (number(row, "cost") ?? 0), 0);
  return (
    <section className="panel">
      <div className="chart-head">
        <h2>{T.flows}</h2>
        <label className="pick">
          <span>{T.year}</span>
          <select value={year} onChange={(event) => setYear(event.target.value)}>
            {years.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      <p>{T.flowsSay(figure(rows.length), figure(fresh.length), figure(unnamed.length), money(worth, currency))}</p>
      <DataTable name={T.flows} columns={columns} rows={rows} height={330} />
    </section>
  );
}
