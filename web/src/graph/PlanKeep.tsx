import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import * as api from "@/api";
import type { Row } from "@/api";
import { ErrorBox } from "@/components";
import { text } from "@/map/answers";
import { Link, useAddress, useRoute } from "@/router/router";
import { useRole } from "@/state/role";
import { GRAPH_TEXT } from "./strings";

const T = GRAPH_TEXT.plan;

interface Props {
  resultKey: string | undefined;
  point: Row;
  years: number[];
}

/** Keep the planned world of a year as a scenario, to compare any analysis on it. */
export function PlanKeep({ resultKey, point, years }: Props): ReactNode {
  const { workspace } = useRoute();
  const address = useAddress();
  const client = useQueryClient();
  const { mayWrite } = useRole();
  const number = text(point, "point");
  const [year, setYear] = useState(years[years.length - 1] ?? 0);
  const [name, setName] = useState("");
  const keep = useMutation({
    mutationFn: () =>
      api.keepPlan(workspace, resultKey ?? "", {
        point: Number(number),
        year,
        name: name.trim() || T.keepName(number, year),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["scenarios", workspace] }),
  });
  if (!mayWrite || !resultKey || !years.length) return null;
  return (
    <section className="panel">
      <h2>{T.keepTitle}</h2>
      <p className="hint">{T.keepHint}</p>
      <form
        className="plan-keep"
        onSubmit={(event) => {
          event.preventDefault();
          keep.mutate();
        }}
      >
        <label>
          {T.keepYear}
          <select value={year} onChange={(event) => setYear(Number(event.target.value))}>
            {years.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label>
          {T.keepLabel}
          <input value={name} placeholder={T.keepName(number, year)} onChange={(event) => setName(event.target.value)} />
        </label>
        <button type="submit" disabled={keep.isPending}>
          {T.keep}
        </button>
      </form>
      {keep.data ? (
        <p role="status" className="actions">
          {T.kept(keep.data.name)}
          <Link className="button" to={address({ screen: "compare" }, { scenarios: keep.data.scenario })}>
            {T.toCompare}
          </Link>
        </p>
      ) : null}
      <ErrorBox error={keep.error} />
    </section>
  );
}
