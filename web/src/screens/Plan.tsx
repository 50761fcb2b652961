import { useMemo, type ReactNode } from "react";
import { useAnalyses, useAnalysis, useAnalysisInfo, useNetwork, type Result, type Row } from "@/api";
import { Busy, Empty, ErrorBox, Findings, Screen, Skeleton } from "@/components";
import { EvidenceBar } from "@/components/EvidenceBar";
import { Exports } from "@/components/Exports";
import { Charts, Settings, Tables } from "@/graph/Answer";
import { Frontier } from "@/graph/Frontier";
import { Gantt } from "@/graph/Gantt";
import { GRAPH_TEXT } from "@/graph/strings";
import { number, rowsOf, text } from "@/map/answers";
import { Link, useAddress, useQueryValue, useRoute, useUrlParams } from "@/router/router";
import { figure, percent } from "@/state/format";
import { useProduct } from "@/state/product";
import { TEXT } from "@/strings";
import "@/graph/graph.css";

const T = GRAPH_TEXT.plan;
const NAME = "design";

export default function Plan(): ReactNode {
  const all = useAnalyses();
  const address = useAddress();
  if (all.error) return <ErrorBox error={all.error} />;
  if (!all.data) return <Skeleton lines={6} />;
  if (all.data.some((analysis) => analysis.name === NAME)) return <Planned />;
  return (
    <Screen title={T.title}>
      <Empty
        title={T.absentTitle}
        text={T.absentText}
        action={
          <Link className="button" to={address({ screen: "map" })}>
            {T.absentAction}
          </Link>
        }
      />
    </Screen>
  );
}

function Planned(): ReactNode {
  const { digest } = useRoute();
  const [product] = useProduct();
  const [params, setParams] = useUrlParams();
  const [solve, setSolve] = useQueryValue("solve");
  const info = useAnalysisInfo(NAME).data;
  const takesProduct = info?.schema.properties?.["product"] !== undefined;
  const asked = { ...params, ...(takesProduct && product ? { product } : {}) };
  const answer = useAnalysis(digest, NAME, asked, { enabled: solve !== "" && info !== undefined });
  const result = answer.data;
  const run = (next: Record<string, unknown>): void => {
    setParams(next);
    setSolve("1");
  };
  return (
    <Screen
      title={T.title}
      sentence={result?.summary ?? info?.question}
      evidence={<EvidenceBar provenance={result?.provenance} />}
      actions={<Exports name={NAME} resultKey={answer.key} params={asked} />}
    >
      {solve ? null : (
        <section className="panel">
          <p className="hint">{T.hint}</p>
          <button type="button" className="primary" onClick={() => run(params)}>
            {T.solve}
          </button>
        </section>
      )}
      <ErrorBox error={solve ? answer.error : null} />
      {solve && answer.busy ? <Busy job={answer.job} /> : null}
      <Settings schema={info?.schema} params={params} onRun={run} error={answer.error} busy={answer.busy} />
      {result ? <Answered result={result} resultKey={answer.key} /> : null}
    </Screen>
  );
}

function Answered({ result, resultKey }: { result: Result; resultKey: string | undefined }): ReactNode {
  const { digest } = useRoute();
  const points = rowsOf(result, "points");
  const knee = points.find((row) => row["knee"]) ?? points[0];
  const [chosen, setChosen] = useQueryValue("point", text(knee, "point"));
  const [other, setOther] = useQueryValue("against");
  const point = points.find((row) => text(row, "point") === chosen) ?? knee;
  const against = points.find((row) => text(row, "point") === other && row !== point);
  const conflicts = rowsOf(result, "conflicts");
  const ofPlan = useMemo(() => {
    const key = point?.["point"];
    return (row: Row) => row["point"] === undefined || row["point"] === key;
  }, [point]);
  return (
    <>
      {conflicts.length ? (
        <section className="error-box" role="alert">
          <h2>{T.conflicts}</h2>
          <ul>
            {conflicts.map((row, i) => (
              <li key={i}>{text(row, "text")}</li>
            ))}
          </ul>
        </section>
      ) : null}
      {points.length ? (
        <>
          <Frontier points={points} chosen={text(point, "point")} onChoose={setChosen} />
          <section className="stack">
            <div className="tier-controls">
              <h2>{title(point)}</h2>
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
            <Cards point={point} against={against} />
          </section>
          <Gantt result={result} point={point} />
        </>
      ) : null}
      <div className="grid">
        <Charts resultKey={resultKey} result={result} />
      </div>
      {result.findings.length ? (
        <section className="panel">
          <h2>{TEXT.screen.findings(result.findings.length)}</h2>
          <Findings findings={result.findings} digest={digest} />
        </section>
      ) : null}
      <Tables result={result} filter={ofPlan} />
    </>
  );
}

function title(point: Row | undefined): string {
  const goal = text(point, "goal");
  return [T.point(text(point, "point")), goal, point?.["knee"] ? T.knee : ""].filter(Boolean).join(", ");
}

const MEASURES = ["cost", "co2_t", "cvar", "ally_share", "jobs", "public_money"];

function Cards({ point, against }: { point: Row | undefined; against: Row | undefined }): ReactNode {
  const { digest } = useRoute();
  const currency = useNetwork(digest).data?.currency ?? "";
  const unit: Record<string, string> = { cost: currency, cvar: currency, public_money: currency, co2_t: "t" };
  const shown = (row: Row | undefined, name: string): string => {
    const value = number(row, name);
    if (value === null) return "–";
    return name === "ally_share" ? percent(value) : `${figure(value)} ${unit[name] ?? ""}`.trim();
  };
  const gap = number(point, "gap");
  return (
    <dl className="cards">
      {MEASURES.map((name) => (
        <div className="card" key={name}>
          <dt>{T.cards[name]}</dt>
          <dd className="value">{shown(point, name)}</dd>
          {name === "cost" && gap !== null ? <dd className="detail">{T.atMost(`${figure(100 * gap, 2)} %`)}</dd> : null}
          {against ? <dd className="detail">{T.against(difference(point, against, name), title(against))}</dd> : null}
        </div>
      ))}
    </dl>
  );
}

function difference(point: Row | undefined, against: Row, name: string): string {
  const now = number(point, name);
  const then = number(against, name);
  if (now === null || then === null) return "–";
  const value = now - then;
  const sign = value > 0 ? "+" : "";
  return name === "ally_share" ? `${sign}${percent(value)}` : `${sign}${figure(value)}`;
}
