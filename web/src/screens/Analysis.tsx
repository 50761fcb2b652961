import { useEffect, useState, type ReactNode } from "react";
import * as api from "@/api";
import type { AnalysisInfo, Result } from "@/api";
import { Busy, DataTable, Empty, ErrorBox, Findings, Headlines, ParamForm, Screen, Skeleton, VegaChart } from "@/components";
import { EvidenceBar } from "@/components/EvidenceBar";
import { Exports } from "@/components/Exports";
import { useQueryValue, useRoute, useUrlParams } from "@/router/router";
import { canonical } from "@/state/canonical";
import { words } from "@/state/format";
import { mark } from "@/state/marks";
import { useProduct } from "@/state/product";
import { TEXT } from "@/strings";

const T = TEXT.analysis;

/** Any analysis of the registry: the question, its settings, the answer in words, pictures and tables. */
export default function Analysis(): ReactNode {
  const [name, setName] = useQueryValue("name");
  const all = api.useAnalyses();
  if (all.error) return <ErrorBox error={all.error} />;
  if (!all.data) return <Skeleton lines={6} />;
  const known = all.data.find((a) => a.name === name);
  const networkOnes = all.data.filter((a) => a.takes.toLowerCase() === "network");
  const pick = (
    <label className="pick">
      <span>{T.pick}</span>
      <select value={name} onChange={(event) => setName(event.target.value, false)}>
        <option value="" disabled>
          –
        </option>
        {networkOnes.map((a) => (
          <option key={a.name} value={a.name}>
            {a.title}
          </option>
        ))}
      </select>
    </label>
  );
  if (!known) {
    return (
      <Screen title={T.title} sentence={T.chooseText}>
        <ul className="doors">
          {networkOnes.map((a) => (
            <li key={a.name}>
              <button type="button" className="door" onClick={() => setName(a.name, false)}>
                <strong>{a.title}</strong>
                <span>{a.question}</span>
              </button>
            </li>
          ))}
        </ul>
      </Screen>
    );
  }
  return <One key={name} name={name} pick={pick} />;
}

function One({ name, pick }: { name: string; pick: ReactNode }): ReactNode {
  const info = api.useAnalysisInfo(name);
  if (info.error) return <ErrorBox error={info.error} />;
  if (!info.data) return <Skeleton lines={8} />;
  return <Answered info={info.data} pick={pick} />;
}

function Answered({ info, pick }: { info: AnalysisInfo; pick: ReactNode }): ReactNode {
  const { digest } = useRoute();
  const [params, setParams] = useUrlParams();
  const [draft, setDraft] = useState(params);
  const kept = canonical(params);
  useEffect(() => setDraft(JSON.parse(kept) as Record<string, unknown>), [kept]);
  const [product] = useProduct();
  const takesProduct = info.schema.properties?.["product"] !== undefined;
  const network = api.useNetwork(digest);
  const asked = { ...params, ...(takesProduct && product ? { product } : {}) };
  const answer = api.useAnalysis(digest, info.name, asked, { enabled: network.data !== undefined });
  const run = (): void => {
    if (canonical(draft) === kept) answer.run();
    else setParams(draft);
  };
  const { data } = answer;
  useEffect(() => {
    if (data && !answer.busy) mark(`analysis_${info.name}`);
  }, [data, answer.busy, info.name]);
  return (
    <Screen
      title={info.title}
      sentence={answer.error ? info.question : (data?.summary ?? info.question)}
      actions={<Exports name={info.name} resultKey={answer.key} params={asked} />}
      evidence={answer.error ? null : <EvidenceBar provenance={data?.provenance} />}
    >
      <div className="split">
        <div className="stack" aria-busy={answer.busy}>
          {answer.error ? <ErrorBox error={answer.error} /> : null}
          {answer.busy && (answer.job || !data) ? <Busy job={answer.job} /> : null}
          {data && !answer.error ? <Shown result={data} resultKey={answer.key} /> : null}
        </div>
        <aside className="panel settings" aria-label={TEXT.form.title}>
          {pick}
          <h2>{TEXT.form.title}</h2>
          <ParamForm
            schema={info.schema}
            value={draft}
            onChange={setDraft}
            onRun={run}
            error={answer.error}
            busy={answer.busy}
          />
          <details>
            <summary>{T.about}</summary>
            <p className="hint pre">{info.doc}</p>
          </details>
        </aside>
      </div>
    </Screen>
  );
}

/** The body of an answer: pictures, findings, tables. */
export function Shown({ result, resultKey }: { result: Result; resultKey: string | undefined }): ReactNode {
  const { workspace, digest } = useRoute();
  const charts = api.useCharts(resultKey);
  const names = Object.keys(result.tables);
  const [table, setTable] = useQueryValue("table", names[0] ?? "");
  const open = result.tables[table] ?? result.tables[names[0] ?? ""];
  return (
    <>
      <Headlines resultKey={resultKey} />
      {charts.isLoading ? <Skeleton lines={1} tall /> : null}
      {charts.data?.map((chart) => (
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
      {result.findings.length ? (
        <section className="panel">
          <h2>{TEXT.data.findings}</h2>
          <Findings findings={result.findings} digest={digest} />
        </section>
      ) : null}
      {open ? (
        <section className="panel">
          <div className="chart-head">
            <h2>{T.asIs}</h2>
            {resultKey ? (
              <a className="button" href={api.resultPath(workspace, resultKey, `/tables/${table}.csv`)} download={`${table}.csv`}>
                {T.csv}
              </a>
            ) : null}
          </div>
          <div className="tabs" role="group" aria-label={T.asIs}>
            {names.map((name) => (
              <button key={name} type="button" className="quiet" aria-pressed={name === table} onClick={() => setTable(name)}>
                {words(name)} <span className="count">{result.tables[name]?.rows.length}</span>
              </button>
            ))}
          </div>
          <DataTable key={table} name={words(table)} columns={open.columns} rows={open.rows} />
        </section>
      ) : (
        <Empty title={TEXT.table.none} text="" />
      )}
    </>
  );
}
