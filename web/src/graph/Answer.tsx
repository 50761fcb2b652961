/** Parts of an answer that the analysis screens share: charts chosen by name, settings, a table. */

import { useEffect, useMemo, useState, type ReactNode } from "react";
import { useCharts, type AnalysisAnswer, type Result, type Row, type Schema } from "@/api";
import { DataTable, ErrorBox, ParamForm, Skeleton, VegaChart } from "@/components";
import { useQueryValue } from "@/router/router";
import { canonical } from "@/state/canonical";
import { words } from "@/state/format";
import { mark } from "@/state/marks";
import { GRAPH_TEXT } from "./strings";

/** Set a mark when an answer stands. */
export function useAnswered(name: string, { data, busy }: AnalysisAnswer): void {
  useEffect(() => {
    if (data && !busy) mark(`analysis_${name}`);
  }, [data, busy, name]);
}

interface ChartsProps {
  resultKey: string | undefined;
  result: Result | undefined;
  /** Names of charts, in this order; all by default. */
  only?: string[];
  /** Names that are shown elsewhere. */
  without?: string[];
}

export function Charts({ resultKey, result, only, without = [] }: ChartsProps): ReactNode {
  const charts = useCharts(resultKey);
  if (charts.error) return <ErrorBox error={charts.error} />;
  if (!charts.data) return resultKey ? <Skeleton lines={1} tall /> : null;
  const wanted = (name: string) => (only ? only.includes(name) : !without.includes(name));
  return (
    <>
      {charts.data
        .filter((chart) => wanted(chart.name))
        .map((chart) => (
          <VegaChart
            key={chart.name}
            name={chart.name}
            title={chart.title}
            description={chart.description}
            caption={chart.caption}
            spec={chart.spec}
            table={result?.tables[chart.table]}
          />
        ))}
    </>
  );
}

interface SettingsProps {
  schema: Schema | undefined;
  params: Record<string, unknown>;
  onRun(params: Record<string, unknown>): void;
  error: unknown;
  busy: boolean;
  hide?: string[];
}

/** All settings, folded; nothing runs until it is asked for. */
export function Settings({ schema, params, onRun, error, busy, hide = ["product"] }: SettingsProps): ReactNode {
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState(params);
  const kept = canonical(params);
  const [seen, setSeen] = useState(kept);
  if (seen !== kept) {
    setSeen(kept);
    setDraft(params);
  }
  if (!schema) return null;
  return (
    <details className="panel settings-fold" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{GRAPH_TEXT.settings}</summary>
      {open ? (
        <ParamForm
          schema={schema}
          value={draft}
          onChange={setDraft}
          onRun={() => onRun(draft)}
          error={error}
          busy={busy}
          hide={hide}
        />
      ) : null}
    </details>
  );
}

interface TablesProps {
  result: Result;
  /** Tables to offer; all by default. */
  names?: string[];
  filter?(row: Row): boolean;
}

/** The tables behind the pictures, one at a time. */
export function Tables({ result, names, filter }: TablesProps): ReactNode {
  const all = (names ?? Object.keys(result.tables)).filter((name) => result.tables[name]?.rows.length);
  const [chosen, setChosen] = useQueryValue("table", all[0] ?? "");
  const name = all.includes(chosen) ? chosen : (all[0] ?? "");
  const table = result.tables[name];
  const rows = useMemo(() => (filter ? (table?.rows ?? []).filter(filter) : (table?.rows ?? [])), [table, filter]);
  if (!table) return null;
  return (
    <section className="panel">
      <h2>{GRAPH_TEXT.tables}</h2>
      <div className="tabs" role="group" aria-label={GRAPH_TEXT.tables}>
        {all.map((other) => (
          <button key={other} type="button" className="quiet" aria-pressed={other === name} onClick={() => setChosen(other)}>
            {words(other)}
          </button>
        ))}
      </div>
      <DataTable key={name} name={words(name)} columns={table.columns} rows={rows} />
    </section>
  );
}
