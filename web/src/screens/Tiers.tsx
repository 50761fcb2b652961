import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { ApiError, get, networkPath, query, tablePage, useAnalysis, type Column, type Row } from "@/api";
import { Busy, DataTable, Empty, ErrorBox, Screen, Skeleton } from "@/components";
import { EvidenceBar } from "@/components/EvidenceBar";
import { Exports } from "@/components/Exports";
import { Charts, useAnswered } from "@/graph/Answer";
import { GRAPH_TEXT } from "@/graph/strings";
import { TierGraph } from "@/graph/TierGraph";
import { CLASSES, CLASS_COLORS, reached, type TierAnswer, type TierRow } from "@/graph/tiers";
import { number, rowsOf, text } from "@/map/answers";
import { Link, useAddress, useQueryValue, useRoute } from "@/router/router";
import { figure, percent } from "@/state/format";
import { useProduct } from "@/state/product";
import { useTheme } from "@/state/theme";
import { TEXT } from "@/strings";
import "@/graph/graph.css";

const T = GRAPH_TEXT.tiers;

export default function Tiers(): ReactNode {
  const { workspace, digest } = useRoute();
  const [product] = useProduct();
  const [seenFrom, setSeenFrom] = useQueryValue("from");
  const [inferred, setInferred] = useQueryValue("inferred", "use");
  const [selected, setSelected] = useQueryValue("at");
  const dark = useTheme() === "dark";
  const looked = seenFrom || product;
  const graph = useQuery<TierAnswer, ApiError>({
    queryKey: ["tiers", workspace, digest, looked, inferred],
    queryFn: () => get(`${networkPath(workspace, digest)}/tiers${query({ product: looked, inferred })}`),
    enabled: looked !== "",
    staleTime: Infinity,
  });
  const params = { product: looked, inference: { inferred } };
  const visibility = useAnalysis(digest, "visibility", params, { enabled: looked !== "" });
  const answer = graph.data;
  useAnswered("visibility", visibility);
  return (
    <Screen
      title={T.title}
      sentence={visibility.data?.summary ?? T.loading}
      evidence={<EvidenceBar provenance={visibility.data?.provenance} />}
      actions={<Exports name="visibility" resultKey={visibility.key} params={params} />}
    >
      <div className="tier-controls">
        <Perspective looked={looked} onLook={setSeenFrom} />
        <label className="pick">
          <span>{T.links}</span>
          <select value={inferred} onChange={(event) => setInferred(event.target.value)}>
            {Object.entries(T.inferred).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ErrorBox error={graph.error ?? visibility.error} />
      {visibility.job ? <Busy job={visibility.job} /> : null}
      {answer ? null : graph.isFetching ? <Skeleton lines={1} tall /> : null}
      {answer && !answer.nodes.length ? <Empty title={T.title} text={T.empty} /> : null}
      {answer?.nodes.length ? (
        <>
          <div className="tier-split">
            <div className="panel tier-stage">
              <TierGraph answer={answer} selected={selected} dark={dark} onSelect={setSelected} />
              <TierLegend />
              {answer.cut ? <p className="hint">{T.cut(figure(answer.cut, 9))}</p> : null}
            </div>
            <div className="stack">
              {selected ? <Chosen answer={answer} id={selected} onClear={() => setSelected("")} /> : null}
              <ByTier rows={answer.tiers} />
              <Flags rows={rowsOf(visibility.data, "flags")} />
            </div>
          </div>
          <NodeTable answer={answer} selected={selected} onSelect={setSelected} />
          <Ask rows={rowsOf(visibility.data, "questionnaires")} columns={visibility.data?.tables["questionnaires"]?.columns} selected={selected} onSelect={setSelected} />
          <div className="grid">
            <Charts resultKey={visibility.key} result={visibility.data} without={["graph", "map"]} />
          </div>
        </>
      ) : null}
    </Screen>
  );
}

/** Tier is a distance from where one looks: the product, or any part that has parts of its own. */
function Perspective({ looked, onLook }: { looked: string; onLook(part: string): void }): ReactNode {
  const { workspace, digest } = useRoute();
  const [product, , products] = useProduct();
  const bom = useQuery({
    queryKey: ["assemblies", workspace, digest],
    queryFn: async () => {
      const [tree, parts] = await Promise.all([
        tablePage(workspace, digest, "bom", { limit: 1000 }),
        tablePage(workspace, digest, "parts", { limit: 1000 }),
      ]);
      const names = new Map(parts.rows.map((row) => [String(row["part"]), String(row["name"] ?? row["part"])]));
      const parents = new Set(tree.rows.map((row) => String(row["parent"])));
      return [...parents].map((part) => ({ part, name: names.get(part) ?? part }));
    },
    staleTime: Infinity,
  }).data;
  const known = new Set(products.map((p) => p.part));
  const others = (bom ?? []).filter((p) => !known.has(p.part)).sort((a, b) => a.name.localeCompare(b.name, "en"));
  const own = products.filter((p) => p.part === product);
  return (
    <label className="pick" title={T.lookHint}>
      <span>{T.look}</span>
      <select value={looked} onChange={(event) => onLook(event.target.value === product ? "" : event.target.value)}>
        {[...own, ...others].map(({ part, name }) => (
          <option key={part} value={part}>
            {name || part}
          </option>
        ))}
      </select>
    </label>
  );
}

function TierLegend(): ReactNode {
  return (
    <div className="map-legend">
      <ul className="map-keys">
        {CLASSES.map((name) => (
          <li key={name}>
            <i style={{ background: CLASS_COLORS[name] }} aria-hidden="true" />
            {T.classes[name]}
          </li>
        ))}
      </ul>
      <p>{T.legend}</p>
    </div>
  );
}

/** Offshore share by tier, the unknown beside it. */
function ByTier({ rows }: { rows: TierRow[] }): ReactNode {
  return (
    <section className="panel">
      <h2>{T.byTier}</h2>
      <p className="hint">{T.byTierHint}</p>
      <ul className="tier-bars">
        {rows.map((row) => {
          const shares = CLASSES.map((name) => [name, row[`${name}_share`] ?? 0] as const);
          const said = shares
            .filter(([, share]) => share > 0.005)
            .map(([name, share]) => `${T.classes[name]} ${percent(share)}`)
            .join(", ");
          return (
            <li key={row.tier}>
              <b>{T.tier(row.tier)}</b>
              <span className="tier-bar" role="img" aria-label={said}>
                {shares.map(([name, share]) => (
                  <i key={name} className={name} style={{ width: `${100 * share}%`, background: CLASS_COLORS[name] }} />
                ))}
              </span>
              <span className="hint">{said}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const MOST_FLAGS = 6;

function Flags({ rows }: { rows: Row[] }): ReactNode {
  const [all, setAll] = useState(false);
  const kinds = [...new Set(rows.map((row) => text(row, "rule")))];
  const first = kinds.flatMap((kind) => rows.filter((row) => row["rule"] === kind).slice(0, MOST_FLAGS / 3));
  const shown = all ? rows : first;
  return (
    <section className="panel">
      <h2>{T.flags}</h2>
      {rows.length ? null : <p className="hint">{T.noFlags}</p>}
      <ul className="tier-flags">
        {shown.map((row) => (
          <li key={`${text(row, "flag")}/${text(row, "subject")}`}>
            <span className={row["certain"] ? "tag bad" : "tag warn"}>{text(row, "flag")}</span> <b>{text(row, "subject")}</b>
            {`: ${text(row, "rule")}`}
            <br />
            <span className="hint">
              {`${figure(number(row, "value") ?? NaN)} (${figure(number(row, "threshold") ?? NaN)}); ${row["certain"] ? T.certain : T.possible}. ${text(row, "ask_what")}`}
            </span>
          </li>
        ))}
      </ul>
      {all || shown.length === rows.length ? null : (
        <button type="button" className="quiet" onClick={() => setAll(true)}>
          {TEXT.finding.more(rows.length - shown.length)}
        </button>
      )}
    </section>
  );
}

function Chosen({ answer, id, onClear }: { answer: TierAnswer; id: string; onClear(): void }): ReactNode {
  const address = useAddress();
  const node = answer.nodes.find((n) => n.id === id);
  const behind = useMemo(() => reached(answer.edges, id, "behind").size, [answer, id]);
  const ahead = useMemo(() => reached(answer.edges, id, "ahead").size, [answer, id]);
  if (!node) return null;
  const facts = [
    T.tier(node.tier),
    node.country,
    T.classes[node.class ?? "unknown"],
    node.part,
    node.share === null ? null : `${T.share}: ${percent(node.share)}`,
    node.single_point ? T.single : null,
    T.behind(behind),
    T.reaches(ahead),
  ];
  return (
    <section className="panel" aria-live="polite">
      <h2>{node.name ?? id}</h2>
      <p>{facts.filter(Boolean).join(" · ")}</p>
      <div className="actions">
        {node.site ? (
          <>
            <Link className="button" to={address({ screen: "map" }, { at: `site:${node.site}`, "links-of": node.site })}>
              {T.onMap}
            </Link>
            <Link className="button" to={address({ screen: "stress" }, { break: `site:${node.site}` })}>
              {T.break}
            </Link>
          </>
        ) : null}
        <button type="button" className="quiet" onClick={onClear}>
          {T.clear}
        </button>
      </div>
    </section>
  );
}

const NODE_COLUMNS: Column[] = (
  [
    ["name", "text", ""],
    ["tier", "integer", "tiers"],
    ["country", "text", ""],
    ["class", "text", ""],
    ["share", "number", "share"],
    ["single_point", "boolean", ""],
    ["evidence", "text", ""],
    ["part", "text", ""],
  ] as const
).map(([name, kind, unit]) => ({ name, kind, unit, description: T.columns[name] ?? name, title: T.columns[name] ?? name }));

interface TableProps {
  answer: TierAnswer;
  selected: string;
  onSelect(id: string): void;
}

function NodeTable({ answer, selected, onSelect }: TableProps): ReactNode {
  const rows = useMemo(() => answer.nodes.map(({ x: _, y: __, ...node }) => ({ ...node }) as unknown as Row), [answer]);
  return (
    <section className="panel">
      <h2>{T.table}</h2>
      <DataTable
        columns={NODE_COLUMNS}
        rows={rows}
        name={T.table}
        selected={(row) => row["id"] === selected}
        onRowClick={(row) => onSelect(String(row["id"]))}
        height={320}
      />
    </section>
  );
}

interface AskProps {
  rows: Row[];
  columns: Column[] | undefined;
  selected: string;
  onSelect(id: string): void;
}

function Ask({ rows, columns, selected, onSelect }: AskProps): ReactNode {
  if (!columns || !rows.length) return null;
  return (
    <section className="panel">
      <h2>{T.ask}</h2>
      <p className="hint">{T.askHint}</p>
      <DataTable
        columns={columns}
        rows={rows}
        name={T.ask}
        selected={(row) => row["ask_whom"] === selected}
        onRowClick={(row) => onSelect(String(row["ask_whom"]))}
        height={280}
      />
    </section>
  );
}
