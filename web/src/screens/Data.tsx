import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import * as api from "@/api";
import type { Edit, Finding, NetworkInfo } from "@/api";
import { ErrorBox, Findings, Screen, Skeleton } from "@/components";
import { Upload } from "@/components/Upload";
import { navigate, useAddress, useRoute } from "@/router/router";
import { rememberStep, stepBefore } from "@/screens/DataEdits";
import { DataGrid } from "@/screens/DataGrid";
import { NameVersion } from "@/screens/DataName";
import { describeEdit } from "@/screens/ScenariosEdit";
import { figure } from "@/state/format";
import { useRole } from "@/state/role";
import { TEXT } from "@/strings";

export default function Data(): ReactNode {
  const { workspace, digest } = useRoute();
  const network = api.useNetwork(digest);
  const { mayWrite } = useRole();
  if (network.error) return <ErrorBox error={network.error} />;
  if (!network.data) return <Skeleton lines={8} />;
  const { label, tables, findings } = network.data;
  const counts = Object.values(tables);
  const rows = counts.reduce((sum, n) => sum + n, 0);
  const filled = counts.filter((n) => n > 0).length;
  const exports = (
    <>
      <a className="button" href={api.exportPath(workspace, digest, "xlsx")} download>
        {TEXT.data.exportXlsx}
      </a>
      <a className="button" href={api.exportPath(workspace, digest, "zip")} download>
        {TEXT.data.exportZip}
      </a>
    </>
  );
  return (
    <Screen
      title={TEXT.data.title}
      sentence={`${TEXT.data.sentence(label, figure(rows, 9), filled)} ${verdict(findings)}`}
      actions={exports}
    >
      <Tables key={digest} network={network.data} />
      <div className="grid">
        <section className="panel">
          <h2>{TEXT.upload.another}</h2>
          <Upload />
        </section>
        {mayWrite ? <NameVersion names={network.data.names} /> : null}
      </div>
    </Screen>
  );
}

function verdict(findings: Finding[]): string {
  const count = (severity: string): number => findings.filter((f) => f.severity === severity).length;
  if (!findings.length) return TEXT.data.clean;
  return `${TEXT.data.found(count("error"), count("warning"), count("note"))}.`;
}

/** Findings, the list of tables, and the table that is open. */
function Tables({ network }: { network: NetworkInfo }): ReactNode {
  const { query } = useRoute();
  const address = useAddress();
  const { mayWrite } = useRole();
  const declared = api.useInputTables().data;
  const names = declared?.map((t) => t.name) ?? Object.keys(network.tables);
  const filled = names.filter((name) => (network.tables[name] ?? 0) > 0);
  const table = query.get("table") ?? (filled.includes("sites") ? "sites" : (filled[0] ?? names[0] ?? ""));
  const [edits, setEdits] = useState<Edit[]>([]);
  const row = query.get("row");
  const open = (name: string): void => navigate(address({}, { table: name }));
  const shown = network.findings.filter((f) => !query.get("only") || f.table === table);
  const worst = useMemo(() => worstByTable(network.findings), [network.findings]);
  const entry = (name: string): ReactNode => (
    <li key={name}>
      <button type="button" className="row" aria-current={name === table} onClick={() => open(name)}>
        <span>{name}</span>
        {worst[name] ? <span className={`tag ${worst[name] === "error" ? "bad" : worst[name] === "warning" ? "warn" : ""}`}>{network.findings.filter((f) => f.table === name).length}</span> : null}
        <span className="count">{figure(network.tables[name] ?? 0, 9)}</span>
      </button>
    </li>
  );
  return (
    <>
      {shown.length ? (
        <section className="panel" aria-label={TEXT.data.findings}>
          <h2>{TEXT.data.findings}</h2>
          <Findings findings={shown} digest={network.digest} />
        </section>
      ) : null}
      <Pending network={network} edits={edits} onDone={() => setEdits([])} />
      <div className="split left">
        <nav className="panel list" aria-label={TEXT.data.tables}>
          <h2>{TEXT.data.tables}</h2>
          <ul>{filled.map(entry)}</ul>
          <details open={!filled.includes(table)}>
            <summary>{TEXT.data.empty}</summary>
            <ul>{names.filter((name) => !filled.includes(name)).map(entry)}</ul>
          </details>
        </nav>
        <section className="panel" aria-label={table}>
          <h2>{table}</h2>
          <DataGrid
            key={`${table}-${query.get("find") ?? ""}`}
            digest={network.digest}
            table={table}
            reveal={row === null ? undefined : Math.max(0, Number(row) - 2)}
            filter={query.get("find") ?? ""}
            findings={network.findings}
            edits={edits}
            onEdits={setEdits}
            mayEdit={mayWrite}
          />
        </section>
      </div>
    </>
  );
}

function worstByTable(findings: Finding[]): Record<string, string> {
  const worst: Record<string, string> = {};
  for (const severity of ["note", "warning", "error"]) {
    for (const f of findings) if (f.severity === severity) worst[f.table] = severity;
  }
  return worst;
}

/** Changes that are typed but not stored; storing them makes a new version, which can be undone. */
function Pending({ network, edits, onDone }: { network: NetworkInfo; edits: Edit[]; onDone: () => void }): ReactNode {
  const { workspace, digest } = useRoute();
  const address = useAddress();
  const client = useQueryClient();
  const name = network.names[0] ?? null;
  const step = stepBefore(digest);
  const query = new URLSearchParams(window.location.search);
  const keep = { table: query.get("table") };
  const store = useMutation({
    mutationFn: () => api.edit(workspace, digest, { edits, ...(name ? { move_name: name } : {}) }),
    onSuccess: async (made) => {
      rememberStep(made.digest, { from: digest, name });
      onDone();
      await client.invalidateQueries({ queryKey: ["networks", workspace] });
      navigate(address({ digest: made.digest }, keep));
    },
  });
  const undo = useMutation({
    mutationFn: async (from: string) => {
      if (step?.name) await api.moveName(workspace, step.name, from, digest);
      return from;
    },
    onSuccess: async (from) => {
      await client.invalidateQueries({ queryKey: ["networks", workspace] });
      await client.invalidateQueries({ queryKey: ["network", workspace] });
      navigate(address({ digest: from }, keep));
    },
  });
  if (!edits.length && !step) return null;
  return (
    <section className="panel pending" role="status">
      {edits.length ? (
        <>
          <p>
            <strong>{TEXT.data.pending(edits.length)}</strong>
          </p>
          <ul className="edits">
            {edits.map((edit, at) => (
              <li key={at}>{describeEdit(edit)}</li>
            ))}
          </ul>
          <div className="actions">
            <button type="button" className="primary" disabled={store.isPending} onClick={() => store.mutate()}>
              {store.isPending ? TEXT.data.storing : TEXT.data.store}
            </button>
            <button type="button" disabled={store.isPending} onClick={onDone}>
              {TEXT.data.discard}
            </button>
          </div>
        </>
      ) : step ? (
        <div className="actions">
          <span>{TEXT.data.stored}</span>
          <button type="button" disabled={undo.isPending} onClick={() => undo.mutate(step.from)}>
            {TEXT.undo}
          </button>
        </div>
      ) : null}
      <ErrorBox error={store.error ?? undo.error} />
    </section>
  );
}
