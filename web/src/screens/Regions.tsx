import { useEffect, useMemo, useState, type ReactNode } from "react";
import * as api from "@/api";
import type { Column, Result, Row, TableRows } from "@/api";
import { Busy, Empty, ErrorBox, Screen, Skeleton, VegaChart } from "@/components";
import { EvidenceBar } from "@/components/EvidenceBar";
import { Exports } from "@/components/Exports";
import { useQueryValue, useRoute, useUrlParams } from "@/router/router";
import { DIMENSIONS, FIRST_GAPS, MOST, balanced, behind, evenWeights, raw, type Weights } from "@/screens/RegionsScore";
import { figure, percent, shown, words } from "@/state/format";
import { mark } from "@/state/marks";
import { useProduct } from "@/state/product";
import { TEXT } from "@/strings";

const T = TEXT.regions;
const SETTLE_MS = 350;
const START = 4;
const PICTURED = new Set(["regions", "comparison"]);

/** Places side by side: the parts of the score, the gaps, how sure the order is; weights are controls. */
export default function Regions(): ReactNode {
  const { digest } = useRoute();
  const [params, setParams] = useUrlParams();
  const [product] = useProduct();
  const network = api.useNetwork(digest);
  const info = api.useAnalysisInfo("density");
  const defaults = info.data ? raw(info.data.schema) : undefined;
  const given = (params["assumptions"] as { weights?: Weights } | undefined)?.weights;
  const asked = { ...params, ...(product ? { product } : {}) };
  const answer = api.useAnalysis(digest, "density", asked, { enabled: network.data !== undefined });
  const setWeights = (weights: Weights | undefined): void => setParams(weights ? { assumptions: { weights } } : {});
  const { data } = answer;
  useEffect(() => {
    if (data && !answer.busy) mark("regions");
  }, [data, answer.busy]);
  return (
    <Screen
      title={T.title}
      sentence={data?.summary}
      actions={<Exports name="density" resultKey={answer.key} params={asked} />}
      evidence={<EvidenceBar provenance={data?.provenance} />}
    >
      {answer.error ? <ErrorBox error={answer.error} /> : null}
      {!data && !answer.error ? <Busy job={answer.job} /> : null}
      {data && defaults ? (
        <Side result={data} resultKey={answer.key} weights={given ?? defaults} defaults={defaults} onWeights={setWeights} busy={answer.busy} />
      ) : null}
    </Screen>
  );
}

interface SideProps {
  result: Result;
  resultKey: string | undefined;
  weights: Weights;
  defaults: Weights;
  onWeights: (weights: Weights | undefined) => void;
  busy: boolean;
}

function Side({ result, resultKey, weights, defaults, onWeights, busy }: SideProps): ReactNode {
  const table = result.tables["regions"];
  const rows = useMemo(
    () => [...(table?.rows ?? [])].sort((a, b) => Number(a["rank"] ?? 1e9) - Number(b["rank"] ?? 1e9)),
    [table],
  );
  const [picked, setPicked] = useQueryValue("regions");
  const standard = rows.slice(0, START).map((row) => String(row["region"]));
  const chosen = picked ? picked.split(",") : standard;
  const shownRows = rows.filter((row) => chosen.includes(String(row["region"])));
  const toggle = (region: string, on: boolean): void => {
    const next = on ? [...chosen, region] : chosen.filter((name) => name !== region);
    setPicked(next.slice(0, MOST).join(",") || "-");
  };
  return (
    <div className="split left">
      <div className="stack">
        <section className="panel">
          <h2>{T.choose}</h2>
          <p className="hint">{T.chooseHint}</p>
          <div className="checklist">
            {rows.map((row) => {
              const key = String(row["region"]);
              return (
                <label key={key} className="check">
                  <input
                    type="checkbox"
                    checked={chosen.includes(key)}
                    disabled={!chosen.includes(key) && shownRows.length >= MOST}
                    onChange={(event) => toggle(key, event.target.checked)}
                  />
                  <span>{String(row["name"] ?? key)}</span>
                  <span className="count">{row["score"] === null ? "" : figure(Number(row["score"]))}</span>
                </label>
              );
            })}
          </div>
        </section>
        <WeightControls weights={weights} defaults={defaults} onWeights={onWeights} />
      </div>
      <div className="stack" aria-busy={busy}>
        {shownRows.length < 2 || !table ? (
          <Empty title={T.few} text={T.fewText} />
        ) : (
          <>
            <SideTable columns={table.columns} rows={shownRows} />
            <WhyNot rows={shownRows} weights={weights} comparison={result.tables["comparison"]} />
            <Gaps rows={shownRows} gaps={result.tables["gaps"]} />
            <Pictures resultKey={resultKey} result={result} />
          </>
        )}
      </div>
    </div>
  );
}

/** Sliders that act when the hand rests. */
function WeightControls({ weights, defaults, onWeights }: Pick<SideProps, "weights" | "defaults" | "onWeights">): ReactNode {
  const [now, setNow] = useState(weights);
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (!touched) return undefined;
    const timer = setTimeout(() => {
      setTouched(false);
      onWeights(balanced(now));
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [touched, now, onWeights]);
  const total = Object.values(now).reduce((sum, w) => sum + w, 0) || 1;
  const reset = (to: Weights, ask: Weights | undefined): void => {
    setNow(to);
    setTouched(false);
    onWeights(ask);
  };
  return (
    <section className="panel">
      <h2>{T.weights}</h2>
      <p className="hint">{T.weightsHint}</p>
      <div className="sliders">
        {Object.keys(defaults).map((name) => (
          <label key={name}>
            <span>{words(name)}</span>
            <span className="count">{percent((now[name] ?? 0) / total)}</span>
            <input
              type="range"
              min={0}
              max={1}
              step={0.05}
              value={now[name] ?? 0}
              onChange={(event) => {
                setNow({ ...now, [name]: Number(event.target.value) });
                setTouched(true);
              }}
            />
          </label>
        ))}
      </div>
      <div className="actions">
        <button type="button" className="quiet" onClick={() => reset(defaults, undefined)}>
          {T.standard}
        </button>
        <button type="button" className="quiet" onClick={() => reset(evenWeights(defaults), evenWeights(defaults))}>
          {T.even}
        </button>
      </div>
    </section>
  );
}

function SideTable({ columns, rows }: TableRows): ReactNode {
  const named = (name: string): Column | undefined => columns.find((c) => c.name === name);
  const best = (name: string, low: boolean): number | null => {
    const values = rows.map((row) => row[name]).filter((v): v is number => typeof v === "number");
    const [least, most] = [Math.min(...values), Math.max(...values)];
    if (least === most) return null;
    return low ? least : most;
  };
  return (
    <section className="panel scroll-x" tabIndex={0} aria-label={T.title}>
      <table className="plain side">
        <thead>
          <tr>
            <th scope="col">{T.measure}</th>
            {rows.map((row) => (
              <th key={String(row["region"])} scope="col">
                {String(row["name"] ?? row["region"])}
                <span className="unit">{String(row["country"] ?? "")}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{T.rank}</th>
            {rows.map((row) => (
              <td key={String(row["region"])}>
                <RankStrip row={row} />
              </td>
            ))}
          </tr>
          {DIMENSIONS.map(({ name, low, bar }) => {
            const column = named(name);
            if (!column) return null;
            return (
              <tr key={name}>
                <th scope="row" title={column.description}>
                  {words(name)}
                  <span className="unit">{column.unit === "1" ? "" : column.unit}</span>
                </th>
                {rows.map((row) => {
                  const value = row[name];
                  const top = typeof value === "number" && value === best(name, low);
                  return (
                    <td key={String(row["region"])} title={typeof value === "number" ? String(value) : undefined}>
                      <span className={top ? "best" : undefined}>
                        {shown(value, column)}
                        {top ? <span className="hidden"> ({T.better})</span> : null}
                      </span>
                      {bar && typeof value === "number" ? (
                        <span className="meter" aria-hidden="true">
                          <span style={{ width: `${Math.min(100, (100 * value) / bar)}%` }} />
                        </span>
                      ) : null}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function RankStrip({ row }: { row: Row }): ReactNode {
  const [rank, low, high] = ["rank", "rank_p5", "rank_p95"].map((name) => row[name]);
  if (typeof rank !== "number") return "–";
  return (
    <>
      <strong className="rank">{rank}</strong>
      {typeof low === "number" && typeof high === "number" ? (
        <span className="unit">{T.rankRange(String(low), String(high))}</span>
      ) : null}
    </>
  );
}

/** Why the second and later ones are not first, and how sure that is. */
function WhyNot({ rows, weights, comparison }: { rows: Row[]; weights: Weights; comparison: TableRows | undefined }): ReactNode {
  const [first, ...others] = rows;
  if (!first) return null;
  const name = (row: Row): string => String(row["name"] ?? row["region"]);
  const above = (a: Row, b: Row): number | null => {
    for (const row of comparison?.rows ?? []) {
      if (row["dimension"] !== "score" || typeof row["p_a_above_b"] !== "number") continue;
      if (row["region_a"] === a["region"] && row["region_b"] === b["region"]) return row["p_a_above_b"];
      if (row["region_a"] === b["region"] && row["region_b"] === a["region"]) return 1 - row["p_a_above_b"];
    }
    return null;
  };
  return (
    <section className="panel">
      <h2>{T.whyNot}</h2>
      <ul className="stack tight">
        {others.map((row) => {
          const why = behind(first, row, weights);
          const sure = above(first, row);
          if (!why) return null;
          return (
            <li key={String(row["region"])}>
              {T.behind(name(row), name(first), figure(why.points), words(why.part).toLowerCase())}{" "}
              {sure === null ? "" : T.sure(name(first), name(row), percent(sure))}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Gaps({ rows, gaps }: { rows: Row[]; gaps: TableRows | undefined }): ReactNode {
  if (!gaps) return null;
  return (
    <section className="panel">
      <h2>{T.gaps}</h2>
      <div className="gaps">
        {rows.map((region) => {
          const own = gaps.rows
            .filter((gap) => gap["region"] === region["region"])
            .sort((a, b) => Number(a["step"] ?? 1e9) - Number(b["step"] ?? 1e9))
            .slice(0, FIRST_GAPS);
          return (
            <div key={String(region["region"])}>
              <h3>{String(region["name"] ?? region["region"])}</h3>
              {own.length ? (
                <ol>
                  {own.map((gap) => (
                    <li key={String(gap["part"])}>
                      {String(gap["name"] ?? gap["part"])}
                      <span className="unit">
                        {typeof gap["gain"] === "number" ? T.gain(figure(gap["gain"])) : ""}
                        {gap["move"] ? ` · ${words(String(gap["move"])).toLowerCase()}` : ""}
                        {gap["target_name"] ? `: ${String(gap["target_name"])}` : ""}
                      </span>
                    </li>
                  ))}
                </ol>
              ) : (
                <p className="hint">{T.noGaps}</p>
              )}
            </div>
          );
        })}
      </div>
    </section>
  );
}

/** The server's pictures of places, without the maps that the map screen draws. */
function Pictures({ resultKey, result }: { resultKey: string | undefined; result: Result }): ReactNode {
  const charts = api.useCharts(resultKey);
  if (charts.isLoading) return <Skeleton lines={1} tall />;
  return (
    <div className="grid">
      {(charts.data ?? [])
        .filter((chart) => PICTURED.has(chart.table))
        .map((chart) => (
          <VegaChart
            key={chart.name}
            name={chart.name}
            title={chart.title}
            description={chart.description}
            caption={chart.caption}
            spec={chart.spec}
            table={result.tables[chart.table]}
          />
        ))}
    </div>
  );
}
