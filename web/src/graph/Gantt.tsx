import type { ReactNode } from "react";
import type { Result, Row } from "@/api";
import { number, rowsOf, text } from "@/map/answers";
import { useNames } from "@/state/names";
import { GRAPH_TEXT } from "./strings";

const T = GRAPH_TEXT.plan;

interface Bar {
  key: string;
  label: string;
  kind: string;
  /** First year, and the year from which it delivers. */
  start: number;
  ready: number;
  end: number;
  why: string;
}

/** What a plan starts and signs, year by year. */
export function Gantt({ result, point }: { result: Result; point: Row | undefined }): ReactNode {
  const sites = useNames("sites", "site");
  const parts = useNames("parts", "part");
  const ours = (table: string) => rowsOf(result, table).filter((row) => row["point"] === point?.["point"]);
  const years = [...ours("production"), ...ours("flows"), ...ours("contracts"), ...ours("projects")]
    .flatMap((row) => [number(row, "year"), number(row, "ready_year")])
    .filter((year) => year !== null);
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const bars = [...projects(ours("projects"), last), ...contracts(ours("contracts"), sites), ...qualifications(ours("qualifications"), last, sites, parts)];
  const span = last - first + 1;
  const across = (from: number, to: number) => ({
    left: `${(100 * (from - first)) / span}%`,
    width: `${(100 * Math.max(to - from, 0)) / span}%`,
  });
  return (
    <section className="panel">
      <h2>{T.gantt}</h2>
      {bars.length ? <p className="hint">{T.ganttHint}</p> : <p>{T.nothing}</p>}
      {bars.length ? (
        <div className="plan-gantt" role="table" aria-label={T.gantt}>
          <div className="row" role="row">
            <span role="columnheader">{""}</span>
            <span className="years" role="columnheader">
              {Array.from({ length: span }, (_, i) => (
                <span key={i}>{first + i}</span>
              ))}
            </span>
          </div>
          {bars.map((bar) => (
            <div className="row" role="row" key={bar.key} title={bar.why}>
              <span role="rowheader">
                {bar.label} <span className="tag">{bar.kind}</span>
              </span>
              <span className="track" role="cell" aria-label={`${bar.start}–${bar.ready}–${bar.end}. ${bar.why}`}>
                <i className="building" style={across(bar.start, bar.ready)} />
                <i className={bar.kind === T.contract ? "contract" : undefined} style={across(bar.ready, bar.end + 1)} />
              </span>
            </div>
          ))}
        </div>
      ) : null}
    </section>
  );
}

function projects(rows: Row[], last: number): Bar[] {
  return rows.map((row) => {
    const start = number(row, "year") ?? last;
    return {
      key: `project ${text(row, "project")}`,
      label: text(row, "name") || text(row, "project"),
      kind: T.project,
      start,
      ready: number(row, "ready_year") ?? start,
      end: last,
      why: text(row, "reason"),
    };
  });
}

type Names = ReadonlyMap<string, string>;

function contracts(rows: Row[], sites: Names): Bar[] {
  const found = new Map<string, Bar>();
  for (const row of rows) {
    const key = text(row, "contract");
    const year = number(row, "year") ?? 0;
    const known = found.get(key);
    if (known) {
      known.start = Math.min(known.start, year);
      known.ready = known.start;
      known.end = Math.max(known.end, year);
    } else {
      const why = [text(row, "supplier"), text(row, "buyer"), text(row, "part"), text(row, "status")].filter(Boolean).join(" · ");
      found.set(key, { key: `contract ${key}`, label: `${sites.get(text(row, "supplier")) ?? text(row, "supplier")} → ${sites.get(text(row, "buyer")) ?? text(row, "buyer")}`, kind: T.contract, start: year, ready: year, end: year, why });
    }
  }
  return [...found.values()];
}

function qualifications(rows: Row[], last: number, sites: Names, parts: Names): Bar[] {
  return rows.map((row) => {
    const start = number(row, "year") ?? last;
    return {
      key: `qualification ${text(row, "site")} ${text(row, "part")}`,
      label: `${sites.get(text(row, "site")) ?? text(row, "site")}, ${parts.get(text(row, "part")) ?? text(row, "part")}`,
      kind: T.qualification,
      start,
      ready: number(row, "ready_year") ?? start,
      end: last,
      why: "",
    };
  });
}
