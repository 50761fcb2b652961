import { useMemo, type ReactNode } from "react";
import { useNetwork, type Result, type Row } from "@/api";
import { Findings } from "@/components";
import { valueAt } from "@/components/paths";
import { number, rowsOf, text } from "@/map/answers";
import { useQueryValue, useRoute } from "@/router/router";
import { figure, money, percent } from "@/state/format";
import { TEXT } from "@/strings";
import { Charts, Tables } from "./Answer";
import { Frontier } from "./Frontier";
import { Gantt } from "./Gantt";
import { PlanCosts } from "./PlanCosts";
import { PlanDecisions } from "./PlanDecisions";
import { PlanFlows } from "./PlanFlows";
import { PlanKeep } from "./PlanKeep";
import { GRAPH_TEXT } from "./strings";

const T = GRAPH_TEXT.plan;
/** Pictures that this page draws itself, to click in. */
const OWN = ["frontier", "calendar", "costs", "reasons"];

interface Props {
  result: Result;
  resultKey: string | undefined;
  params: Record<string, unknown>;
  /** What can be asked again. */
  children: ReactNode;
}

/** An answer of `design`: the frontier to choose on, and all that the chosen plan says. */
export function PlanPage({ result, resultKey, params, children }: Props): ReactNode {
  const { digest } = useRoute();
  const currency = useNetwork(digest).data?.currency ?? "";
  const points = rowsOf(result, "points");
  const knee = points.find((row) => row["knee"]) ?? points[0];
  const [chosen, setChosen] = useQueryValue("point", text(knee, "point"));
  const [other, setOther] = useQueryValue("against");
  const point = points.find((row) => text(row, "point") === chosen) ?? knee;
  const against = points.find((row) => text(row, "point") === other && row !== point);
  const ofPlan = useMemo(() => {
    const key = point?.["point"];
    return (row: Row) => row["point"] === undefined || row["point"] === key;
  }, [point]);
  if (!point) return null;
  const years = yearsOf(result, point);
  return (
    <>
      <Frontier points={points} chosen={text(point, "point")} currency={currency} goals={goalsOf(result)} onChoose={setChosen} />
      <section className="stack" aria-label={title(point)}>
        <div className="tier-controls">
          <h2>{points.length > 1 ? title(point) : T.only}</h2>
          {points.length > 1 ? (
            <label className="pick">
              <span>{T.before}</span>
              <select value={against ? other : ""} onChange={(event) => setOther(event.target.value)}>
                <option value="">{T.none}</option>
                {points
                  .filter((row) => row !== point)
                  .map((row) => (
                    <option key={text(row, "point")} value={text(row, "point")}>
                      {title(row)}
                    </option>
                  ))}
              </select>
            </label>
          ) : null}
        </div>
        <p className="hint">{asked(point)}</p>
        <Cards point={point} against={against} currency={currency} />
      </section>
      <PlanDecisions
        key={text(point, "point")}
        result={result}
        point={point}
        currency={currency}
        query={Object.keys(params).length ? { p: JSON.stringify(params) } : {}}
      />
      <Gantt result={result} point={point} />
      <Unmet result={result} point={point} />
      <PlanCosts result={result} point={point} against={against} currency={currency} />
      <PlanFlows result={result} point={point} currency={currency} />
      <Goals result={result} shown={point === knee} />
      {children}
      <PlanKeep key={`keep ${text(point, "point")}`} resultKey={resultKey} point={point} years={years} />
      {point === knee ? (
        <div className="grid">
          <Charts resultKey={resultKey} result={result} without={OWN} />
        </div>
      ) : (
        <p className="hint">{T.picturesOf(title(knee))}</p>
      )}
      {result.findings.length ? (
        <details className="panel settings-fold">
          <summary>{TEXT.screen.findings(result.findings.length)}</summary>
          <Findings findings={result.findings} digest={digest} />
        </details>
      ) : null}
      <Tables result={result} filter={ofPlan} />
    </>
  );
}

const MEASURE_OF: Record<string, string> = { co2: "co2_t", ally: "ally_share", cvar: "cvar" };

/** Measures of the objectives that the answer was asked. */
function goalsOf(result: Result): string[] {
  const asked = valueAt(result.parameters, ["search", "objectives"]);
  return Array.isArray(asked) ? asked.flatMap((name) => MEASURE_OF[String(name)] ?? []) : [];
}

const yearsOf = (result: Result, point: Row): number[] =>
  [
    ...new Set(
      rowsOf(result, "production").flatMap((row) => (row["point"] === point["point"] ? [number(row, "year") ?? 0] : [])),
    ),
  ].sort((a, b) => a - b);

/** What stays unmet in this plan, the largest first. */
function Unmet({ result, point }: { result: Result; point: Row }): ReactNode {
  const rows = rowsOf(result, "unmet").filter((row) => row["point"] === point["point"]);
  if (!rows.length) return null;
  const worst = [...rows].sort((a, b) => (number(b, "units") ?? 0) - (number(a, "units") ?? 0)).slice(0, 6);
  return (
    <section className="panel">
      <h2>{T.unmet}</h2>
      <ul className="edits">
        {worst.map((row, i) => (
          <li key={i}>
            {T.unmetRow(text(row, "year"), text(row, "region"), text(row, "product"), figure(number(row, "units") ?? 0), percent(number(row, "share") ?? 0))}
            {text(row, "reason") ? ` ${text(row, "reason")}` : ""}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What other questions would cost: priced beside the plan at the knee. */
function Goals({ result, shown }: { result: Result; shown: boolean }): ReactNode {
  const rows = rowsOf(result, "goals");
  if (!rows.length || !shown) return null;
  return (
    <section className="panel">
      <h2>{T.goals}</h2>
      <ul className="edits">
        {rows.map((row) => (
          <li key={text(row, "goal")}>{text(row, "text")}</li>
        ))}
      </ul>
    </section>
  );
}

const title = (point: Row | undefined): string =>
  [T.point(text(point, "point")), point?.["knee"] ? T.knee : ""].filter(Boolean).join(", ");

/** What this point was asked beside the least cost, what holds exactly, and why the search ended. */
const asked = (point: Row): string =>
  [
    text(point, "goal") ? T.goal(text(point, "goal")) : "",
    text(point, "binding") ? T.binding(text(point, "binding")) : "",
    point["distinguishable"] === false ? T.apart : "",
    T.stopped[text(point, "stopped_by")] ?? "",
  ]
    .filter(Boolean)
    .join(" ");

const MEASURES = ["cost", "co2_t", "cvar", "ally_share", "jobs", "public_money"];

function Cards({ point, against, currency }: { point: Row; against: Row | undefined; currency: string }): ReactNode {
  const gap = number(point, "gap");
  return (
    <dl className="cards plan-cards">
      {MEASURES.map((name) => (
        <div className="card" key={name}>
          <dt>{T.cards[name]}</dt>
          <dd className="value">{shown(number(point, name), name, currency)}</dd>
          {name === "cost" && gap !== null ? <dd className="detail">{gapWords(gap)}</dd> : null}
          {against ? <dd className="detail">{T.against(difference(point, against, name, currency), title(against))}</dd> : null}
        </div>
      ))}
    </dl>
  );
}

const PROVEN = 5e-7;
const gapWords = (gap: number): string => (gap < PROVEN ? T.proven : T.atMost(`${figure(100 * gap, 2)} %`));

const MEGA = 1e6;
const tonnes = (value: number): string => (Math.abs(value) < MEGA ? `${figure(value)} t` : money(value, "t"));

const MONEY = ["cost", "cvar", "public_money"];

function shown(value: number | null, name: string, currency: string): string {
  if (value === null) return "–";
  if (name === "ally_share") return `${figure(100 * value)} %`;
  if (MONEY.includes(name)) return money(value, currency);
  return name === "co2_t" ? tonnes(value) : figure(value);
}

function difference(point: Row, against: Row, name: string, currency: string): string {
  const now = number(point, name);
  const then = number(against, name);
  if (now === null || then === null) return "–";
  return (now > then ? "+" : "") + (name === "ally_share" ? T.percentPoints(figure(100 * (now - then))) : shown(now - then, name, currency));
}
