import { useQuery } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import * as api from "@/api";
import type { Column, Comparison, Row, ScenarioEntry } from "@/api";
import { DataTable, Empty, ErrorBox, Screen, Skeleton } from "@/components";
import { Choices } from "@/components/Choices";
import { Link, useAddress, useQueryValue, useRoute } from "@/router/router";
import { useScenarios } from "@/screens/Scenarios";
import { EditList } from "@/screens/EditList";
import { mark } from "@/state/marks";
import { useProduct } from "@/state/product";
import { TEXT } from "@/strings";

const T = TEXT.compare;
const FIRST = "density";
const COLUMNS: Column[] = (
  [
    ["scenario", "text"],
    ["analysis", "text"],
    ["measure", "text"],
    ["base", "number"],
    ["value", "number"],
    ["difference", "number"],
    ["unit", "text"],
  ] as const
).map(([name, kind]) => ({ name, kind, unit: "", description: T.columns[name], title: T.columns[name] }));

/** A column that says the same in every row. */
const single = (column: string, scenarios: number, analyses: number): boolean =>
  (column === "scenario" && scenarios < 2) || (column === "analysis" && analyses < 2);

const listOf = (text: string): string[] => text.split(",").filter(Boolean);

/** Scenarios against the network as it is: every number that moves, and what changed in the inputs. */
export default function Compare(): ReactNode {
  const { digest } = useRoute();
  const address = useAddress();
  const list = useScenarios();
  const all = api.useAnalyses();
  const [picked, setPicked] = useQueryValue("scenarios");
  const [asked, setAsked] = useQueryValue("analyses", FIRST);
  if (list.error ?? all.error) return <ErrorBox error={list.error ?? all.error} />;
  if (!list.data || !all.data) return <Skeleton lines={6} />;
  const own = list.data.filter((s) => s.digest === digest);
  if (!own.length) {
    return (
      <Screen title={T.title}>
        <Empty
          title={T.none}
          text={T.noneText}
          action={
            <Link className="button primary" to={address({ screen: "scenarios" })}>
              {T.toScenarios}
            </Link>
          }
        />
      </Screen>
    );
  }
  const scenarios = listOf(picked).filter((id) => own.some((s) => s.scenario === id));
  const analyses = listOf(asked);
  const options = all.data
    .filter((a) => a.takes.toLowerCase() === "network")
    .map((a) => ({ value: a.name, label: a.title, hint: a.question }));
  return (
    <Compared
      scenarios={own.filter((s) => scenarios.includes(s.scenario))}
      analyses={analyses}
      controls={
        <aside className="panel stack">
          <Choices
            legend={T.scenarios}
            options={own.map((s) => ({ value: s.scenario, label: s.name }))}
            chosen={scenarios}
            onChange={(next) => setPicked(next.join(","))}
          />
          <Choices
            legend={T.analyses}
            options={options}
            chosen={analyses}
            onChange={(next) => setAsked(next.join(",") || "-")}
          />
        </aside>
      }
    />
  );
}

interface Props {
  scenarios: ScenarioEntry[];
  analyses: string[];
  controls: ReactNode;
}

function Compared({ scenarios, analyses, controls }: Props): ReactNode {
  const { workspace, digest } = useRoute();
  const [product] = useProduct();
  const ids = scenarios.map((s) => s.scenario);
  const names = analyses.filter((name) => name !== "-");
  const infos = api.useAnalyses().data ?? [];
  const parameters = Object.fromEntries(
    names.filter((name) => infos.find((a) => a.name === name)?.product && product).map((name) => [name, { product }]),
  );
  const ready = ids.length > 0 && names.length > 0;
  const answer = useQuery<Comparison, api.ApiError>({
    queryKey: ["compare", workspace, digest, ids, names, product],
    queryFn: ({ signal }) => api.compare(workspace, { digest, scenarios: ids, analyses: names, parameters }, signal),
    enabled: ready,
    staleTime: Infinity,
  });
  const { data } = answer;
  useEffect(() => {
    if (data) mark("compare");
  }, [data]);
  const moved = data?.rows ?? [];
  return (
    <Screen title={T.title} sentence={ready && data ? T.sentence(data.total, ids.length) : T.pickText}>
      <div className="split left">
        {controls}
        <div className="stack" aria-busy={answer.isFetching}>
          {!ready ? <Empty title={T.pick} text={T.pickText} /> : null}
          {answer.error ? <ErrorBox error={answer.error} /> : null}
          {ready && answer.isLoading ? <Skeleton lines={1} tall /> : null}
          {ready && scenarios.length ? (
            <section className="panel">
              <h2>{T.inputs}</h2>
              {scenarios.map((s) => (
                <div key={s.scenario}>
                  <h3>{s.name}</h3>
                  <EditList edits={s.edits} />
                  {(data?.sentences ?? [])
                    .filter((each) => each.scenario === s.name)
                    .map((each) => (
                      <p key={each.analysis + each.sentence}>{each.sentence}</p>
                    ))}
                </div>
              ))}
            </section>
          ) : null}
          {data ? (
            <section className="panel">
              <h2>{T.differences}</h2>
              <DataTable name={T.differences} columns={COLUMNS.filter((c) => !single(c.name, ids.length, names.length))} rows={moved as unknown as Row[]} height={560} />
            </section>
          ) : null}
        </div>
      </div>
    </Screen>
  );
}
