import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { tablePage, useAnalysis, useAnalysisInfo, type Row } from "@/api";
import { Busy, ErrorBox, Findings, Screen } from "@/components";
import { EvidenceBar } from "@/components/EvidenceBar";
import { Exports } from "@/components/Exports";
import { Charts, Settings, Tables, useAnswered } from "@/graph/Answer";
import { GRAPH_TEXT } from "@/graph/strings";
import { number, rowsOf, text } from "@/map/answers";
import { useRoute, useUrlParams } from "@/router/router";
import { figure, percent } from "@/state/format";
import { useProduct } from "@/state/product";
import { TEXT } from "@/strings";
import "@/graph/graph.css";

const T = GRAPH_TEXT.growth;

export default function Growth(): ReactNode {
  const { digest } = useRoute();
  const [product] = useProduct();
  const [params, setParams] = useUrlParams();
  const info = useAnalysisInfo("growth").data;
  const asked = { ...params, ...(product ? { product } : {}) };
  const answer = useAnalysis(digest, "growth", asked, { enabled: product !== "" });
  const result = answer.data;
  useAnswered("growth", answer);
  return (
    <Screen
      title={T.title}
      sentence={result?.summary ?? info?.question}
      evidence={<EvidenceBar provenance={result?.provenance} />}
      actions={<Exports name="growth" resultKey={answer.key} params={asked} />}
    >
      <p className="growth-label">
        <span className="tag warn">{T.label}</span>
        <span className="hint">{T.labelText}</span>
      </p>
      <Anchor params={params} onRun={setParams} busy={answer.busy} />
      <ErrorBox error={answer.error} />
      {answer.busy && (answer.job || !result) ? <Busy job={answer.job} /> : null}
      <Cards row={rowsOf(result, "cluster")[0]} />
      <div className="grid">
        <Charts resultKey={answer.key} result={result} />
      </div>
      <Settings
        schema={info?.schema}
        params={params}
        onRun={setParams}
        error={answer.error}
        busy={answer.busy}
        hide={["product", "region", "anchor_per_year", "horizon_years"]}
      />
      {result?.findings.length ? (
        <section className="panel">
          <h2>{TEXT.screen.findings(result.findings.length)}</h2>
          <Findings findings={result.findings} digest={digest} />
        </section>
      ) : null}
      {result ? <Tables result={result} /> : null}
    </Screen>
  );
}

interface AnchorProps {
  params: Record<string, unknown>;
  onRun(params: Record<string, unknown>): void;
  busy: boolean;
}

const YEARS = 10;

/** Where the anchor stands, how large it is, for how long. */
function Anchor({ params, onRun, busy }: AnchorProps): ReactNode {
  const { workspace, digest } = useRoute();
  const regions = useQuery({
    queryKey: ["region-names", workspace, digest],
    queryFn: () => tablePage(workspace, digest, "regions", { limit: 1000 }),
    staleTime: Infinity,
  }).data;
  const [years, setYears] = useState(typeof params["horizon_years"] === "number" ? params["horizon_years"] : YEARS);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const { region: _, anchor_per_year: __, horizon_years: ___, ...rest } = params;
    const region = String(form.get("region"));
    const volume = Number(form.get("anchor"));
    onRun({
      ...rest,
      ...(region ? { region } : {}),
      ...(volume > 0 ? { anchor_per_year: volume } : {}),
      ...(years === YEARS ? {} : { horizon_years: years }),
    });
  };
  const names = (regions?.rows ?? []).map((row) => ({ key: text(row, "region"), name: text(row, "name") || text(row, "region") }));
  return (
    <form className="panel growth-controls" onSubmit={submit} key={JSON.stringify(params) + String(names.length)}>
      <label>
        {T.region}
        <select name="region" defaultValue={String(params["region"] ?? "")}>
          <option value="">{T.anyRegion}</option>
          {names
            .sort((a, b) => a.name.localeCompare(b.name, "en"))
            .map(({ key, name }) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
        </select>
      </label>
      <label>
        {T.anchor}
        <input name="anchor" type="number" min={0} step="any" defaultValue={String(params["anchor_per_year"] ?? "")} />
      </label>
      <label>
        {`${T.years}: ${years}`}
        <input type="range" min={1} max={30} value={years} onChange={(event) => setYears(Number(event.target.value))} />
      </label>
      <button type="submit" className="primary" disabled={busy}>
        {T.run}
      </button>
    </form>
  );
}

/** The end with and without the anchor, each with its band. */
function Cards({ row }: { row: Row | undefined }): ReactNode {
  if (!row) return null;
  const band = (name: string, low: string, high: string) =>
    `${shown(number(row, name))} (${shown(number(row, low))}–${shown(number(row, high))})`;
  const effect = number(row, "p_effect");
  const volume = number(row, "v_star");
  return (
    <dl className="cards" aria-label={T.readings}>
      <Card name={T.with} value={band("with_anchor", "with_p5", "with_p95")} />
      <Card name={T.without} value={band("without", "without_p5", "without_p95")} />
      <Card
        name={T.effect}
        value={shown(number(row, "effect"))}
        detail={effect === null ? "" : T.changesNothing(percent(1 - effect))}
      />
      <Card name={T.critical} value={volume === null ? T.noCritical : figure(volume)} detail={text(row, "reason")} />
    </dl>
  );
}

const shown = (value: number | null) => (value === null ? "–" : figure(value, 2));

function Card({ name, value, detail = "" }: { name: string; value: string; detail?: string }): ReactNode {
  return (
    <div className="card">
      <dt>{name}</dt>
      <dd className="value">{value}</dd>
      {detail ? <dd className="detail">{detail}</dd> : null}
    </div>
  );
}
