import { useId, useState, type ReactNode } from "react";
import type { Column, Row } from "@/api";
import { typed } from "@/screens/DataEdits";
import { isNumber, words } from "@/state/format";
import { TEXT } from "@/strings";

interface Props {
  columns: Column[];
  onAdd: (row: Row) => void;
  onCancel: () => void;
}

/** A new row, typed as a form; what is left empty is unknown. */
export function AddRow({ columns, onAdd, onCancel }: Props): ReactNode {
  const [texts, setTexts] = useState<Record<string, string>>({});
  const id = useId();
  const ordered = [...columns].sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false));
  const complete = columns.every((c) => !c.required || texts[c.name]?.trim());
  return (
    <form
      className="panel"
      onSubmit={(event) => {
        event.preventDefault();
        const filled = columns.filter((c) => texts[c.name]?.trim());
        onAdd(Object.fromEntries(filled.map((c) => [c.name, typed(texts[c.name] ?? "", c)])));
      }}
    >
      <h3>{TEXT.data.addRow}</h3>
      <div className="fields">
        {ordered.map((column) => {
          const choices = column.kind === "boolean" ? ["true", "false"] : (column.choices ?? []);
          const shared = {
            id: `${id}-${column.name}`,
            value: texts[column.name] ?? "",
            "aria-describedby": `${id}-${column.name}-hint`,
            onChange: (event: { target: { value: string } }) =>
              setTexts({ ...texts, [column.name]: event.target.value }),
          };
          return (
            <div key={column.name} className="field">
              <label htmlFor={shared.id}>
                {words(column.name)} {column.required ? <span className="tag">{TEXT.data.required}</span> : null}
              </label>
              {choices.length ? (
                <select {...shared}>
                  <option value="" />
                  {choices.map((choice) => (
                    <option key={choice}>{choice}</option>
                  ))}
                </select>
              ) : (
                <input {...shared} inputMode={isNumber(column.kind) ? "decimal" : "text"} />
              )}
              <p className="hint" id={`${id}-${column.name}-hint`}>
                {column.description}
                {column.unit && column.kind !== "date" ? ` (${column.unit})` : ""}
              </p>
            </div>
          );
        })}
      </div>
      <div className="actions">
        <button type="submit" className="primary" disabled={!complete}>
          {TEXT.data.addRow}
        </button>
        <button type="button" onClick={onCancel}>
          {TEXT.cancel}
        </button>
      </div>
    </form>
  );
}
