import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import * as api from "@/api";
import type { Edit, Result, Row } from "@/api";
import { ErrorBox } from "@/components";
import { number, rowsOf, text } from "@/map/answers";
import { navigate, useAddress, useRoute } from "@/router/router";
import { figure, money as sum, percent } from "@/state/format";
import { useNames } from "@/state/names";
import { useRole } from "@/state/role";
import { GRAPH_TEXT } from "./strings";

const T = GRAPH_TEXT.plan;

interface Decision {
  /** As the answer names it where it says what the opposite would cost. */
  key: string;
  kind: string;
  name: string;
  when: string;
  facts: string[];
  why: string;
  /** Edit of the network that takes the choice away, if there is one. */
  forbid?: Edit;
}

interface Props {
  result: Result;
  point: Row;
  currency: string;
  /** Query of the plan screen that asks the same of another network. */
  query: Record<string, string>;
}

/** What a plan decides: what it costs, why, what the opposite would cost, and a way to forbid it and ask again. */
export function PlanDecisions({ result, point, currency, query }: Props): ReactNode {
  const { workspace, digest } = useRoute();
  const address = useAddress();
  const client = useQueryClient();
  const { mayWrite } = useRole();
  const sites = useNames("sites", "site");
  const parts = useNames("parts", "part");
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const decisions = decisionsOf(result, point, currency, sites, parts);
  const opposite = new Map(rowsOf(result, "because").map((row) => [text(row, "decision"), row]));
  const verdicts = new Map(rowsOf(result, "alternatives").map((row) => [text(row, "decision"), text(row, "verdict")]));
  const again = useMutation({
    mutationFn: () => {
      const edits = decisions.flatMap((each) => (off.has(each.key) && each.forbid ? [each.forbid] : []));
      return api.edit(workspace, digest, { edits });
    },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["networks", workspace] });
      navigate(address({ digest: made.digest }, { ...query, solve: "1" }));
    },
  });
  const toggle = (key: string, on: boolean): void => {
    const next = new Set(off);
    if (on) next.add(key);
    else next.delete(key);
    setOff(next);
  };
  return (
    <section className="panel">
      <h2>{T.decisions}</h2>
      {decisions.length ? null : <p>{T.nothing}</p>}
      <ul className="items">
        {decisions.map((each) => (
          <li key={each.key}>
            <div>
              <h3>
                {each.name} <span className="tag">{each.kind}</span>
              </h3>
              <p className="plan-facts">{[each.when, ...each.facts].filter(Boolean).join(" · ")}</p>
              {each.why ? <p className="hint">{each.why}</p> : null}
              <Opposite row={opposite.get(each.key)} verdict={verdicts.get(each.key)} currency={currency} />
            </div>
            {each.forbid && mayWrite ? (
              <label className="check">
                <input type="checkbox" checked={off.has(each.key)} onChange={(event) => toggle(each.key, event.target.checked)} />
                {T.forbid}
              </label>
            ) : null}
          </li>
        ))}
      </ul>
      {off.size ? (
        <div className="actions">
          <button type="button" className="primary" disabled={again.isPending} onClick={() => again.mutate()}>
            {T.again(off.size)}
          </button>
          <span className="hint">{T.againHint}</span>
        </div>
      ) : null}
      <ErrorBox error={again.error} />
    </section>
  );
}

function Opposite({ row, verdict, currency }: { row: Row | undefined; verdict: string | undefined; currency: string }): ReactNode {
  const low = number(row, "delta_lb");
  const high = number(row, "delta_ub");
  const said = [
    low === null ? "" : T.opposite(sum(low, currency), high === null ? "" : sum(high, currency)),
    verdict ? (T.verdicts[verdict] ?? verdict) : "",
  ].filter(Boolean);
  return said.length ? <p className="hint">{said.join(" ")}</p> : null;
}

type Names = ReadonlyMap<string, string>;

function decisionsOf(result: Result, point: Row, currency: string, sites: Names, parts: Names): Decision[] {
  const ours = (table: string): Row[] => rowsOf(result, table).filter((row) => row["point"] === point["point"]);
  const site = (row: Row, column: string): string => sites.get(text(row, column)) ?? text(row, column);
  const part = (row: Row): string => parts.get(text(row, "part")) ?? text(row, "part");
  const money = (row: Row, column: string, words: (value: string) => string): string => {
    const value = number(row, column);
    return value ? words(sum(value, currency)) : "";
  };
  const projects = ours("projects").map((row): Decision => {
    const key = text(row, "project");
    const share = number(row, "buyer_share");
    return {
      key: `project ${key}`,
      kind: T.project,
      name: text(row, "name") || key,
      when: T.startReady(text(row, "year"), text(row, "ready_year")),
      facts: [
        `${part(row)}, ${site(row, "site")}`,
        share === null ? "" : share > 0 ? T.buyerPays(percent(share), sum(number(row, "capex_buyer") ?? 0, currency)) : T.supplierPays(sum(number(row, "capex_supplier") ?? 0, currency)),
        money(row, "grant", T.granted),
        number(row, "jobs") ? T.jobs(figure(number(row, "jobs") ?? 0)) : "",
      ],
      why: text(row, "reason"),
      forbid: { table: "projects", where: { project: key }, remove: true },
    };
  });
  const signed = new Map<string, Row[]>();
  for (const row of ours("contracts")) signed.set(text(row, "contract"), [...(signed.get(text(row, "contract")) ?? []), row]);
  const contracts = [...signed].map(([key, rows]): Decision => {
    const [first, last] = [rows[0] as Row, rows[rows.length - 1] as Row];
    const stood = text(first, "status").includes("before");
    const decision: Decision = {
      key: `contract ${key}`,
      kind: T.contract,
      name: `${site(first, "supplier")} → ${site(first, "buyer")}`,
      when: T.span(text(first, "year"), text(last, "year")),
      facts: [
        key,
        part(first),
        T.committed(figure(number(first, "committed") ?? 0)),
        money({ all: rows.reduce((sum, row) => sum + (number(row, "paid_for_nothing") ?? 0), 0) }, "all", T.forNothing),
      ],
      why: text(first, "status"),
    };
    return stood ? decision : { ...decision, forbid: { table: "contracts", where: { contract: key }, remove: true } };
  });
  const incentives = ours("incentives").map((row): Decision => {
    const key = text(row, "incentive");
    return {
      key: `incentive ${key}`,
      kind: T.incentive,
      name: `${text(row, "kind").replaceAll("_", " ")}, ${text(row, "region")}`,
      when: "",
      facts: [key, money(row, "granted", T.granted), money(row, "clawed_back", T.repaid), money(row, "money_per_job", T.perJob)],
      why: "",
      forbid: { table: "incentives", where: { incentive: key }, remove: true },
    };
  });
  const qualified = ours("qualifications").map((row): Decision => ({
    key: `qualify ${text(row, "site")} for ${text(row, "part")}`,
    kind: T.qualification,
    name: `${site(row, "site")}, ${part(row)}`,
    when: T.startReady(text(row, "year"), text(row, "ready_year")),
    facts: [money(row, "cost", T.costs_)],
    why: "",
    forbid: { table: "capabilities", where: { site: text(row, "site"), part: text(row, "part") }, remove: true },
  }));
  return [...projects, ...contracts, ...incentives, ...qualified];
}
