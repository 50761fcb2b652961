import { useState, type ReactNode } from "react";
import { useInputTables, type Edit, type Finding, type Row } from "@/api";
import { DataTable, Empty, ErrorBox, Skeleton } from "@/components";
import { AddRow } from "@/screens/DataAddRow";
import { edited, keyOf, typed, withEdit } from "@/screens/DataEdits";
import { useTablePages } from "@/screens/DataPages";
import { TEXT } from "@/strings";

interface Props {
  digest: string;
  table: string;
  /** Row to bring into view, counted from 0, and the filter that finds it where the order has changed. */
  reveal: number | undefined;
  filter: string;
  findings: Finding[];
  edits: Edit[];
  onEdits: (edits: Edit[]) => void;
  mayEdit: boolean;
}

/** One table, edited in place: changes are gathered and stored together. */
export function DataGrid({ digest, table, reveal, filter, findings, edits, onEdits, mayEdit }: Props): ReactNode {
  const declared = useInputTables().data?.find((t) => t.name === table);
  const pages = useTablePages(digest, table, filter);
  const [chosen, setChosen] = useState<Row | null>(null);
  const [adding, setAdding] = useState(false);
  if (pages.error) return <ErrorBox error={pages.error} />;
  if (!pages.ready || !declared) return <Skeleton lines={1} tall />;
  const { key } = declared;
  const rows = pages.rows.map((row) => (row ? (edited(row, table, key, edits) ?? row) : undefined));
  const gone = (row: Row): boolean => edited(row, table, key, edits) === null;
  const flags = new Set(
    findings.filter((f) => f.table === table && f.row !== null).map((f) => `${(f.row ?? 0) - 2}:${f.column ?? ""}`),
  );
  const ordered = pages.remote.sort === null && pages.remote.filter === "";
  const add = (row: Row): void => {
    setAdding(false);
    onEdits(withEdit(edits, { table, add: [row] }));
  };
  return (
    <div className="stack">
      <p className="hint">{declared.description}</p>
      {pages.remote.total === 0 && pages.remote.filter === "" ? (
        <Empty title={TEXT.data.noRows} text={TEXT.data.noRowsText} />
      ) : (
        <DataTable
          name={table}
          columns={pages.columns.map((c) => ({ ...declared.columns.find((d) => d.name === c.name), ...c }))}
          rows={rows}
          remote={pages.remote}
          reveal={ordered ? reveal : undefined}
          flagged={(at, column) => ordered && flags.has(`${at}:${column}`)}
          selected={(row) => chosen !== null && JSON.stringify(keyOf(row, key)) === JSON.stringify(keyOf(chosen, key))}
          onRowClick={(row) => setChosen(row)}
          {...(mayEdit
            ? {
                editable: (column) => !key.includes(column.name),
                onEdit: (row, column, text) =>
                  onEdits(withEdit(edits, { table, where: keyOf(row, key), set: { [column.name]: typed(text, column) } })),
              }
            : {})}
        />
      )}
      {mayEdit ? (
        adding ? (
          <AddRow columns={declared.columns} onAdd={add} onCancel={() => setAdding(false)} />
        ) : (
          <div className="actions">
            <button type="button" onClick={() => setAdding(true)}>
              {TEXT.data.addRow}
            </button>
            <button
              type="button"
              className="danger"
              disabled={!chosen || gone(chosen)}
              onClick={() => {
                if (chosen) onEdits(withEdit(edits, { table, where: keyOf(chosen, key), remove: true }));
                setChosen(null);
              }}
            >
              {TEXT.data.deleteRow}
            </button>
          </div>
        )
      ) : null}
    </div>
  );
}
