import { useState, type ReactNode } from "react";
import { useAnalyses, useAnalysis, useAnalysisInfo, useNetwork, type Schema } from "@/api";
import { Busy, Empty, ErrorBox, FieldsOf, Screen, Skeleton } from "@/components";
import { EvidenceBar } from "@/components/EvidenceBar";
import { Exports } from "@/components/Exports";
import { withValue } from "@/components/paths";
import { Settings, useAnswered } from "@/graph/Answer";
import { PlanPage } from "@/graph/PlanPage";
import { GRAPH_TEXT } from "@/graph/strings";
import { Link, useAddress, useQueryValue, useRoute, useUrlParams } from "@/router/router";
import "@/graph/graph.css";

const T = GRAPH_TEXT.plan;
const NAME = "design";
/** What is asked first, and what to tighten once a plan stands; all else is in the settings. */
const START = ["horizon.years", "finance.unmet", "search.objectives", "search.points", "search.gap"];
const TIGHTEN = ["policy.ally_share", "policy.carbon_cap", "policy.max_country_share", "policy.min_sources", "finance.budget"];

type Params = Record<string, unknown>;

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
  const [params, setParams] = useUrlParams();
  const [solve, setSolve] = useQueryValue("solve");
  const [, setPoint] = useQueryValue("point");
  const info = useAnalysisInfo(NAME).data;
  const answer = useAnalysis(digest, NAME, params, { enabled: solve !== "" && info !== undefined });
  const result = answer.error ? undefined : answer.data;
  useAnswered(NAME, answer);
  const run = (next: Params): void => {
    setPoint("");
    setParams(next);
    setSolve("1");
  };
  const ask = { schema: info?.schema, params, onRun: run, error: answer.error, busy: answer.busy };
  return (
    <Screen
      title={T.title}
      sentence={result?.summary ?? info?.question}
      evidence={<EvidenceBar provenance={result?.provenance} />}
      actions={<Exports name={NAME} resultKey={result && answer.key} params={params} />}
    >
      {solve ? null : <Few {...ask} title={T.ask} hint={T.hint} paths={START} action={T.solve} />}
      <ErrorBox error={solve ? answer.error : null} />
      {solve && answer.busy ? <Busy job={answer.job} /> : null}
      {result ? (
        <PlanPage result={result} resultKey={answer.key} params={params}>
          <Few {...ask} title={T.tighten} hint={T.tightenHint} paths={TIGHTEN} action={T.solveAgain} />
        </PlanPage>
      ) : null}
      <Settings {...ask} />
    </Screen>
  );
}

interface FewProps {
  schema: Schema | undefined;
  params: Params;
  title: string;
  hint: string;
  paths: string[];
  action: string;
  error: unknown;
  busy: boolean;
  onRun(params: Params): void;
}

/** A few settings and the button that asks; the job starts only then. */
function Few({ schema, params, title, hint, paths, action, error, busy, onRun }: FewProps): ReactNode {
  const [draft, setDraft] = useState(params);
  if (!schema) return <Skeleton lines={4} />;
  return (
    <form
      className="panel"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onRun(draft);
      }}
    >
      <h2>{title}</h2>
      {paths === START ? <Product value={draft} onChange={setDraft} /> : null}
      <FieldsOf schema={schema} paths={paths} value={draft} onChange={setDraft} error={error} />
      <div className="actions">
        <button type="submit" className="primary" disabled={busy}>
          {action}
        </button>
        <span className="hint">{hint}</span>
      </div>
    </form>
  );
}

/** All products share makers and money, so that they are planned together unless one is picked. */
function Product({ value, onChange }: { value: Params; onChange(value: Params): void }): ReactNode {
  const { digest } = useRoute();
  const products = useNetwork(digest).data?.products ?? [];
  if (products.length < 2) return null;
  return (
    <div className="fields">
      <label className="field">
        {T.product}
        <select
          value={String(value["product"] ?? "")}
          onChange={(event) => onChange(withValue(value, ["product"], event.target.value || undefined))}
        >
          <option value="">{T.allProducts}</option>
          {products.map((product) => (
            <option key={product.part} value={product.part}>
              {product.name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
