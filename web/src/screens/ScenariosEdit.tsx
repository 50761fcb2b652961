import { useQuery } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import * as api from "@/api";
import type { Column, Edit, Row } from "@/api";
import { useRoute } from "@/router/router";
import { typed } from "@/screens/DataEdits";
import { isNumber, words } from "@/state/format";
import { TEXT } from "@/strings";

const T = TEXT.scenarios;

/** One edit in words. */
export function describeEdit(edit: Edit): string {
  const conditions = Object.entries(edit.where ?? {}).map(([name, value]) => `${name} ${value ?? "–"}`);
  const where = conditions.length ? `${edit.table}, ${conditions.join(", ")}` : `${edit.table}, ${T.allRows}`;
  const parts: string[] = [];
  for (const [name, value] of Object.entries(edit.set ?? {})) parts.push(T.setTo(where, name, String(value ?? "–")));
  for (const [name, factor] of Object.entries(edit.scale ?? {})) parts.push(T.scaled(where, name, String(factor)));
  if (edit.remove) parts.push(T.removed(where));
  if (edit.add?.length) parts.push(T.added(edit.table, edit.add.length));
  return parts.join("; ");
}

type Action = "set" | "scale" | "remove";
const LISTED = 300;

/** Put together one edit: which rows of which table, and what happens to them. */
export function EditForm({ digest, onAdd }: { digest: string; onAdd: (edit: Edit) => void }): ReactNode {
  const { workspace } = useRoute();
  const id = useId();
  const tables = api.useInputTables().data ?? [];
  const network = api.useNetwork(digest).data;
  const [table, setTable] = useState("sites");
  const [by, setBy] = useState<string | null>(null);
  const [is, setIs] = useState("");
  const [action, setAction] = useState<Action>("set");
  const [column, setColumn] = useState("");
  const [value, setValue] = useState("");
  const declared = tables.find((t) => t.name === table);
  const columns = declared?.columns ?? [];
  const condition = by ?? declared?.key[0] ?? "";
  const named = columns.find((c) => c.name === condition);
  const known = useQuery({
    queryKey: ["edit-values", workspace, digest, table, condition],
    queryFn: () => api.tablePage(workspace, digest, table, { limit: LISTED }),
    enabled: condition !== "" && digest !== "",
    staleTime: Infinity,
  });
  const values = distinct(known.data?.rows ?? [], condition);
  const targets = action === "scale" ? columns.filter((c) => isNumber(c.kind)) : columns.filter((c) => !declared?.key.includes(c.name));
  const target = targets.find((c) => c.name === column) ?? targets.find((c) => c.name === "status") ?? targets[0];
  const make = (): Edit => {
    const where: Row = condition && is.trim() && named ? { [condition]: typed(is, named) } : {};
    if (action === "remove") return { table, where, remove: true };
    if (action === "scale") return { table, where, scale: { [target?.name ?? ""]: Number(value) } };
    return { table, where, set: { [target?.name ?? ""]: target ? typed(value, target) : null } };
  };
  const ready = action === "remove" ? is.trim() !== "" : action === "scale" ? value.trim() !== "" && Number(value) >= 0 : target !== undefined;
  return (
    <fieldset className="edit-form">
      <legend className="hidden">{T.addEdit}</legend>
      <Labelled id={`${id}-t`} label={T.table}>
        <select
          id={`${id}-t`}
          value={table}
          onChange={(event) => {
            setTable(event.target.value);
            setBy(null);
            setIs("");
            setColumn("");
          }}
        >
          {tables
            .filter((t) => (network?.tables[t.name] ?? 0) > 0)
            .map((t) => (
              <option key={t.name}>{t.name}</option>
            ))}
        </select>
      </Labelled>
      <Labelled id={`${id}-b`} label={T.rowsWhere}>
        <select id={`${id}-b`} value={condition} onChange={(event) => (setBy(event.target.value), setIs(""))}>
          <option value="">{T.allRows}</option>
          {columns.map((c) => (
            <option key={c.name} value={c.name}>
              {words(c.name)}
            </option>
          ))}
        </select>
      </Labelled>
      {condition ? (
        <Labelled id={`${id}-i`} label={T.is}>
          <input id={`${id}-i`} list={`${id}-list`} value={is} onChange={(event) => setIs(event.target.value)} />
          <datalist id={`${id}-list`}>
            {values.map(([key, name]) => (
              <option key={key} value={key} label={name} />
            ))}
          </datalist>
        </Labelled>
      ) : null}
      <Labelled id={`${id}-a`} label={T.action}>
        <select id={`${id}-a`} value={action} onChange={(event) => setAction(event.target.value as Action)}>
          <option value="set">{T.set}</option>
          <option value="scale">{T.scale}</option>
          <option value="remove">{T.removeRows}</option>
        </select>
      </Labelled>
      {action === "remove" ? null : (
        <>
          <Labelled id={`${id}-c`} label={T.column}>
            <select id={`${id}-c`} value={target?.name ?? ""} onChange={(event) => (setColumn(event.target.value), setValue(""))}>
              {targets.map((c) => (
                <option key={c.name} value={c.name}>
                  {words(c.name)}
                  {c.unit ? `, ${c.unit}` : ""}
                </option>
              ))}
            </select>
          </Labelled>
          <Labelled id={`${id}-v`} label={action === "scale" ? T.factor : T.value}>
            <ValueInput id={`${id}-v`} column={action === "scale" ? undefined : target} value={value} onChange={setValue} />
          </Labelled>
        </>
      )}
      <button
        type="button"
        disabled={!ready}
        onClick={() => {
          onAdd(make());
          setIs("");
          setValue("");
        }}
      >
        {T.addEdit}
      </button>
    </fieldset>
  );
}

function Labelled({ id, label, children }: { id: string; label: string; children: ReactNode }): ReactNode {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  );
}

interface ValueProps {
  id: string;
  column: Column | undefined;
  value: string;
  onChange: (value: string) => void;
}

function ValueInput({ id, column, value, onChange }: ValueProps): ReactNode {
  const choices = column?.kind === "boolean" ? ["true", "false"] : (column?.choices ?? []);
  if (!choices.length) return <input id={id} value={value} onChange={(event) => onChange(event.target.value)} />;
  return (
    <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">–</option>
      {choices.map((choice) => (
        <option key={choice}>{choice}</option>
      ))}
    </select>
  );
}

/** Values of a column with a name for people, each once. */
function distinct(rows: Row[], column: string): [string, string][] {
  const seen = new Map<string, string>();
  for (const row of rows) {
    const key = row[column];
    if (key !== null && key !== undefined && !seen.has(String(key))) seen.set(String(key), String(row["name"] ?? ""));
  }
  return [...seen];
}
