import { useEffect, useMemo, useState, type ReactNode } from "react";
import { saveScenario, useAnalysis, useNetwork, type Edit, type Result, type Row } from "@/api";
import { Busy, ErrorBox } from "@/components";
import { number, rowsOf, text } from "@/map/answers";
import { Facts } from "@/map/Facts";
import { Link, useAddress, useQueryValue, useRoute } from "@/router/router";
import { figure, money as sum, percent } from "@/state/format";
import { mark } from "@/state/marks";
import { GRAPH_TEXT } from "./strings";
import { Timeline } from "./Timeline";

const T = GRAPH_TEXT.stress;
type Params = Record<string, unknown>;

interface Props {
  digest: string;
  params: Params;
  /** What is out, as kind:key; empty for nothing. */
  broken: string;
  onBreak(target: string): void;
  /** Rows of `survive`: what can be chosen. */
  targets: Row[];
}

/** Stop one site, region or country for certain, and follow the days. */
export function KnockOut({ digest, params, broken, onBreak, targets }: Props): ReactNode {
  const [days, setDays] = useQueryValue("days");
  const asked = useMemo(() => knockedOut(params, broken, Number(days)), [params, broken, days]);
  const run = useAnalysis(digest, "stress", asked, { enabled: broken !== "" });
  const result = broken ? run.data : undefined;
  useEffect(() => {
    if (result && !run.busy) mark("knocked_out");
  }, [result, run.busy]);
  const kinds = [...new Set(targets.map((row) => text(row, "target_kind")))];
  const name = nameOf(targets, broken) || nameOf(rowsOf(result, "survive"), broken) || broken;
  return (
    <section className="panel stress-break" id="knock-out" aria-label={T.break}>
      <div className="stress-pick">
        <label>
          {T.break}
          <select value={broken} onChange={(event) => onBreak(event.target.value)}>
            <option value="">{T.choose}</option>
            {broken && !nameOf(targets, broken) ? <option value={broken}>{name}</option> : null}
            {kinds.map((kind) => (
              <optgroup key={kind} label={T.kinds[kind] ?? kind}>
                {targets
                  .filter((row) => text(row, "target_kind") === kind)
                  .map((row) => ({ key: `${kind}:${text(row, "target")}`, label: text(row, "name") || text(row, "target") }))
                  .sort((a, b) => a.label.localeCompare(b.label, "en"))
                  .map(({ key, label }) => (
                    <option key={key} value={key}>
                      {label}
                    </option>
                  ))}
              </optgroup>
            ))}
          </select>
        </label>
        <label title={T.daysHint}>
          {T.days}
          <input
            type="number"
            min={0}
            max={3650}
            value={days}
            placeholder="–"
            onChange={(event) => setDays(event.target.value)}
          />
        </label>
        {broken ? (
          <button type="button" onClick={() => onBreak("")}>
            {T.whole}
          </button>
        ) : null}
      </div>
      {broken ? null : <p className="hint">{T.noBreak}</p>}
      <ErrorBox error={broken ? run.error : null} />
      {broken && run.busy ? <Busy job={run.job} /> : null}
      {result && !run.busy ? <Outcome result={result} broken={broken} name={name} digest={digest} /> : null}
    </section>
  );
}

function nameOf(rows: Row[], broken: string): string {
  const found = rows.find((row) => `${text(row, "target_kind")}:${text(row, "target")}` === broken);
  return found ? text(found, "name") || text(found, "target") : "";
}

function knockedOut(params: Params, broken: string, days: number): Params {
  const shocks = { ...((params["shocks"] ?? {}) as Params), targets: [broken] };
  const timed = days > 0 ? { ...shocks, ttr_floor_days: days } : shocks;
  return { ...params, ask: ["survive", "impact", "simulate"], shocks: timed };
}

interface OutcomeProps {
  result: Result;
  broken: string;
  name: string;
  digest: string;
}

function Outcome({ result, broken, name, digest }: OutcomeProps): ReactNode {
  const address = useAddress();
  const survive = rowsOf(result, "survive")[0];
  const impact = rowsOf(result, "impact")[0];
  const run = rowsOf(result, "scenarios").find((row) => row["scenario"] === broken);
  const causes = rowsOf(result, "causes").filter((row) => row["scenario"] === broken);
  const currency = useNetwork(digest).data?.currency ?? "";
  const money = (row: Row | undefined, column: string): string | null => {
    const value = number(row, column);
    return value === null ? null : sum(value, currency);
  };
  const peak = number(run, "peak_loss_share");
  const [kind = "", ...rest] = broken.split(":");
  return (
    <>
      <h2>{T.result(name)}</h2>
      <p className="answer">{result.summary}</p>
      <Timeline
        ttr={number(survive, "ttr_days")}
        firstLoss={number(run, "first_loss_day")}
        recovered={number(run, "day_recovered")}
        stock={number(run, "stock_recovered_day")}
      />
      <Facts
        rows={[
          [T.facts.tts, survive?.["holds"] ? T.facts.never : shownWith(survive, "tts_days", T.d)],
          [T.facts.ttr, shownWith(survive, "ttr_days", T.d)],
          [T.facts.lost, money(run, "lost_margin") ?? money(impact, "performance_impact")],
          [T.facts.units, shownWith(run, "lost_units", "")],
          [T.facts.peak, peak === null ? null : percent(peak)],
          [T.remedy, text(impact, "remedy")],
        ]}
      />
      {causes.length ? (
        <div>
          <h3>{T.causes}</h3>
          <ul>
            {causes.slice(0, 6).map((row, i) => (
              <li key={i}>{`${text(row, "path") || text(row, "root")} · ${figure(number(row, "lost_units") ?? NaN)}`}</li>
            ))}
          </ul>
        </div>
      ) : null}
      <div className="actions">
        {kind === "site" || kind === "region" ? (
          <Link className="button" to={address({ screen: "map" }, { at: broken })}>
            {T.map}
          </Link>
        ) : null}
        <Keep digest={digest} kind={kind} target={rest.join(":")} name={name} />
      </div>
    </>
  );
}

function shownWith(row: Row | undefined, column: string, unit: string): string | null {
  const value = number(row, column);
  return value === null ? null : `${figure(value)} ${unit}`.trim();
}

/** Close what was broken for good, as a scenario that any analysis can be compared on. */
function Keep({ digest, kind, target, name }: { digest: string; kind: string; target: string; name: string }): ReactNode {
  const { workspace } = useRoute();
  const [kept, setKept] = useState("");
  const [error, setError] = useState<unknown>(null);
  const column: Record<string, string> = { site: "site", region: "region", country: "country", organization: "organization" };
  const where = column[kind];
  if (!where) return null;
  const keep = async (): Promise<void> => {
    const edits: Edit[] = [{ table: "sites", where: { [where]: target }, set: { status: "closed" } }];
    try {
      await saveScenario(workspace, { name: T.scenarioName(name), digest, edits });
      setKept(T.scenarioName(name));
    } catch (caught) {
      setError(caught);
    }
  };
  return (
    <>
      <button type="button" onClick={() => void keep()}>
        {T.keep}
      </button>
      {kept ? <span role="status">{T.kept(kept)}</span> : null}
      <ErrorBox error={error} />
    </>
  );
}
