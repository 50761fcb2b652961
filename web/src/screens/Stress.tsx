import { useMemo, type ReactNode } from "react";
import { useAnalysis, useAnalysisInfo, type Result, type Row } from "@/api";
import { Busy, DataTable, ErrorBox, Findings, Screen } from "@/components";
import { EvidenceBar } from "@/components/EvidenceBar";
import { Exports } from "@/components/Exports";
import { Charts, Settings, Tables, useAnswered } from "@/graph/Answer";
import { KnockOut } from "@/graph/KnockOut";
import { GRAPH_TEXT } from "@/graph/strings";
import { rowsOf, text } from "@/map/answers";
import { useQueryValue, useRoute, useUrlParams } from "@/router/router";
import { TEXT } from "@/strings";
import "@/graph/graph.css";

const T = GRAPH_TEXT.stress;

export default function Stress(): ReactNode {
  const { digest } = useRoute();
  const [params, setParams] = useUrlParams();
  const [broken, setBroken] = useQueryValue("break");
  const info = useAnalysisInfo("stress").data;
  const whole = useAnalysis(digest, "stress", params);
  const result = whole.data;
  useAnswered("stress", whole);
  return (
    <Screen
      title={T.title}
      sentence={result?.summary ?? info?.question}
      evidence={<EvidenceBar provenance={result?.provenance} />}
      actions={<Exports name="stress" resultKey={whole.key} params={params} />}
    >
      <ErrorBox error={whole.error} />
      {whole.busy && (whole.job || !result) ? <Busy job={whole.job} /> : null}
      <KnockOut
        digest={digest}
        params={params}
        broken={broken}
        onBreak={setBroken}
        targets={rowsOf(result, "survive")}
      />
      {result ? <Survive result={result} broken={broken} onBreak={setBroken} /> : null}
      <div className="grid">
        <Charts resultKey={whole.key} result={result} />
      </div>
      <Settings schema={info?.schema} params={params} onRun={setParams} error={whole.error} busy={whole.busy} hide={["run"]} />
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

interface SurviveProps {
  result: Result;
  broken: string;
  onBreak(target: string): void;
}

const SHOWN = ["name", "target_kind", "tts_days", "ttr_days", "margin_days", "exposed", "binding_part", "evidence_share", "target"];
const LOSS = ["performance_impact", "lost_units"];

/** Time to survive against time to recover, with what is lost: the table to click in. */
function Survive({ result, broken, onBreak }: SurviveProps): ReactNode {
  const { columns, rows } = useMemo(() => joined(result), [result]);
  if (!rows.length) return null;
  const key = (row: Row) => `${text(row, "target_kind")}:${text(row, "target")}`;
  return (
    <section className="panel">
      <h2>{T.survive}</h2>
      <p className="hint">{T.surviveHint}</p>
      <DataTable
        columns={columns}
        rows={rows}
        name={T.survive}
        selected={(row) => key(row) === broken}
        onRowClick={(row) => {
          onBreak(key(row));
          document.getElementById("knock-out")?.scrollIntoView({ block: "start" });
        }}
        height={330}
      />
    </section>
  );
}

function joined(result: Result) {
  const survive = result.tables["survive"];
  const impact = result.tables["impact"];
  const key = (row: Row) => `${text(row, "target_kind")}:${text(row, "target")}`;
  const loss = new Map((impact?.rows ?? []).map((row) => [key(row), row]));
  const columns = [
    ...SHOWN.flatMap((name) => survive?.columns.filter((column) => column.name === name) ?? []),
    ...LOSS.flatMap((name) => impact?.columns.filter((column) => column.name === name) ?? []),
  ];
  const rows = (survive?.rows ?? []).map((row) => ({ ...loss.get(key(row)), ...row }));
  return { columns, rows };
}
