import { memo, useEffect, useRef, type ReactNode } from "react";
import type { Column, Value } from "@/api/types";
import { exact, isNumber, shown } from "@/state/format";

interface Props {
  at: string;
  column: Column;
  value: Value | undefined;
  /** Rounded for reading, or as stored. */
  show: "rounded" | "exact";
  waiting: boolean;
  focusable: boolean;
  flagged: boolean;
  editing: boolean;
  onFocus: () => void;
  onOpen: (() => void) | undefined;
  /** New text, or null when the edit was given up. */
  onDone: (text: string | null) => void;
}

const rawText = (value: Value | undefined): string => (value === null || value === undefined ? "" : String(value));

function CellShown(props: Props): ReactNode {
  const { column, value } = props;
  const numeric = isNumber(column.kind);
  const classes = [
    numeric ? "n" : "",
    value === null ? "unknown" : "",
    props.flagged ? "flagged" : "",
    props.onOpen ? "editable" : "",
  ];
  return (
    <td
      role="gridcell"
      data-cell={props.at}
      tabIndex={props.focusable ? 0 : -1}
      className={classes.filter(Boolean).join(" ") || undefined}
      title={typeof value === "number" || (typeof value === "string" && value.length > 24) ? String(value) : undefined}
      onFocus={props.onFocus}
      onDoubleClick={props.onOpen}
    >
      {props.editing ? (
        <Editor column={column} text={rawText(value)} onDone={props.onDone} />
      ) : props.waiting ? (
        <span className="bone" />
      ) : props.show === "exact" ? (
        exact(value)
      ) : (
        shown(value, column)
      )}
    </td>
  );
}

export const Cell = memo(
  CellShown,
  (a, b) =>
    a.value === b.value &&
    a.waiting === b.waiting &&
    a.focusable === b.focusable &&
    a.flagged === b.flagged &&
    a.editing === b.editing &&
    a.at === b.at &&
    a.column === b.column &&
    !b.editing &&
    (a.onOpen === undefined) === (b.onOpen === undefined),
);

function Editor({ column, text, onDone }: { column: Column; text: string; onDone: Props["onDone"] }): ReactNode {
  const input = useRef<HTMLInputElement & HTMLSelectElement>(null);
  const over = useRef(false);
  const finish = (result: string | null): void => {
    if (over.current) return;
    over.current = true;
    onDone(result === text ? null : result);
  };
  useEffect(() => {
    input.current?.focus();
    if (input.current instanceof HTMLInputElement) input.current.select();
  }, []);
  const shared = {
    ref: input,
    defaultValue: text,
    "aria-label": column.description || column.name,
    className: "cell-editor",
    onBlur: () => finish(input.current?.value ?? null),
    onKeyDown: (event: { key: string; stopPropagation: () => void }) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(input.current?.value ?? null);
      if (event.key === "Escape") finish(null);
    },
  };
  const choices = column.kind === "boolean" ? ["true", "false"] : (column.choices ?? []);
  if (choices.length) {
    return (
      <select {...shared}>
        <option value="">–</option>
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  return <input {...shared} inputMode={isNumber(column.kind) ? "decimal" : "text"} />;
}
