import type { ReactNode } from "react";
import type { Result, Row } from "@/api";
import { number, rowsOf, text } from "@/map/answers";
import { money, words } from "@/state/format";
import { GRAPH_TEXT } from "./strings";

const T = GRAPH_TEXT.plan;

interface Props {
  result: Result;
  point: Row;
  against: Row | undefined;
  currency: string;
}

/** What a plan pays, term by term, beside another plan where one is chosen. */
export function PlanCosts({ result, point, against, currency }: Props): ReactNode {
  const terms = (of: Row | undefined): Map<string, number> =>
    new Map(
      rowsOf(result, "costs")
        .filter((row) => of && row["point"] === of["point"])
        .map((row) => [text(row, "term"), number(row, "money") ?? 0]),
    );
  const now = terms(point);
  const then = terms(against);
  const rows = [...new Set([...now.keys(), ...then.keys()])]
    .map((term) => ({ term, now: now.get(term) ?? 0, then: then.get(term) ?? 0 }))
    .filter((row) => row.now !== 0 || row.then !== 0)
    .sort((a, b) => Math.abs(b.now) - Math.abs(a.now));
  const top = Math.max(...rows.flatMap((row) => [Math.abs(row.now), Math.abs(row.then)]), 1e-9);
  return (
    <section className="panel">
      <h2>{T.costs}</h2>
      <div className="scroll-x">
        <table className="plain plan-costs">
          <thead>
            <tr>
              <th scope="col">{T.term}</th>
              <th scope="col" className="n">
                {T.money}
                <span className="unit">{T.present(currency)}</span>
              </th>
              {against ? (
                <th scope="col" className="n">
                  {T.point(text(against, "point"))}
                  <span className="unit">{T.present(currency)}</span>
                </th>
              ) : null}
              <th scope="col" aria-label={T.bars} />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.term}>
                <th scope="row">{words(row.term)}</th>
                <td className="n">{money(row.now, "")}</td>
                {against ? <td className="n">{money(row.then, "")}</td> : null}
                <td className="plan-cost-bar" aria-hidden="true">
                  <Bar value={row.now} top={top} />
                  {against ? <Bar value={row.then} top={top} other /> : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="hint">{T.saving}</p>
    </section>
  );
}

function Bar({ value, top, other = false }: { value: number; top: number; other?: boolean }): ReactNode {
  const kind = [value < 0 ? "saving" : "", other ? "other" : ""].filter(Boolean).join(" ");
  return <i className={kind || undefined} style={{ width: `${(100 * Math.abs(value)) / top}%` }} />;
}
