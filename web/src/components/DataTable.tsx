import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { Column, Row, Value } from "@/api/types";
import { Cell } from "@/components/Cell";
import { arranged, nextSort, type Sort } from "@/components/rows";
import { figure, isNumber, words } from "@/state/format";
import { TEXT } from "@/strings";

/** Rows that are fetched as they come into view: the server sorts and filters. */
export interface Remote {
  total: number;
  sort: Sort | null;
  filter: string;
  onSort: (sort: Sort | null) => void;
  onFilter: (filter: string) => void;
  onRange: (first: number, last: number) => void;
}

interface Props {
  columns: Column[];
  /** Rows; with `remote`, a sparse list at their places. */
  rows: readonly (Row | undefined)[];
  onRowClick?: (row: Row, at: number) => void;
  /** Whether a row is the chosen one, or its index. */
  selected?: ((row: Row) => boolean) | number | undefined;
  name?: string;
  remote?: Remote;
  /** Makes cells editable; called with the new text, empty for unknown. */
  onEdit?: (row: Row, column: Column, text: string) => void;
  editable?: (column: Column) => boolean;
  /** Cells to point out. */
  flagged?: (at: number, column: string) => boolean;
  /** Row to bring into view. */
  reveal?: number | undefined;
  height?: number;
}

const ROW_PX = 33;
const AHEAD = 12;

/** A table of any length: sorted, filtered, walked by keyboard; only the rows in view are in the page. */
export function DataTable(props: Props): ReactNode {
  const { columns, rows, onRowClick, selected, name, remote, onEdit, flagged, reveal, height = 440 } = props;
  const [ownSort, setOwnSort] = useState<Sort | null>(null);
  const [ownFilter, setOwnFilter] = useState("");
  const [active, setActive] = useState<[number, number]>([0, 0]);
  const [editing, setEditing] = useState<[number, number] | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const focusWanted = useRef(false);
  const sort = remote ? remote.sort : ownSort;
  const filter = remote ? remote.filter : ownFilter;
  const list = useMemo(
    () => (remote ? rows : arranged(rows as readonly Row[], columns, ownSort, ownFilter)),
    [remote, rows, columns, ownSort, ownFilter],
  );
  const count = remote ? remote.total : list.length;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: AHEAD,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items[items.length - 1]?.index ?? 0;

  const onRange = remote?.onRange;
  useEffect(() => {
    onRange?.(first, last);
  }, [onRange, first, last, sort, filter]);

  useEffect(() => {
    if (reveal === undefined || reveal >= count) return;
    virtual.scrollToIndex(reveal, { align: "center" });
    setActive(([, column]) => [reveal, column]);
  }, [reveal, count, virtual]);

  useEffect(() => {
    if (!focusWanted.current || editing) return;
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-cell="${active[0]}:${active[1]}"]`);
    if (cell) {
      cell.focus({ preventScroll: true });
      cell.scrollIntoView({ block: "nearest", inline: "nearest" });
      focusWanted.current = false;
    }
  });

  const moveTo = (row: number, column: number): void => {
    const to: [number, number] = [
      Math.max(0, Math.min(count - 1, row)),
      Math.max(0, Math.min(columns.length - 1, column)),
    ];
    focusWanted.current = true;
    virtual.scrollToIndex(to[0]);
    setActive(to);
  };
  const canEdit = (column: Column): boolean => onEdit !== undefined && (props.editable?.(column) ?? true);
  const act = (row: number, column: number): void => {
    const at = columns[column];
    const data = list[row];
    if (!at || !data) return;
    if (canEdit(at)) setEditing([row, column]);
    else onRowClick?.(data, row);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (editing) return;
    const [row, column] = active;
    const page = Math.max(1, Math.floor(height / ROW_PX) - 2);
    const moves: Record<string, [number, number]> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: event.ctrlKey ? [0, 0] : [row, 0],
      End: event.ctrlKey ? [count - 1, columns.length - 1] : [row, columns.length - 1],
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      moveTo(...move);
    } else if (event.key === "Enter" || event.key === "F2" || event.key === " ") {
      event.preventDefault();
      act(row, column);
    }
  };
  const isSelected = (row: Row, at: number): boolean =>
    typeof selected === "function" ? selected(row) : selected === at;
  const total = remote ? remote.total : rows.length;
  const shownCount = count === total ? (count === 1 ? TEXT.table.oneRow : TEXT.table.rows(figure(count, 9))) : TEXT.table.some(figure(count, 9), figure(total, 9));
  const before = items.length ? (items[0]?.start ?? 0) : 0;
  const after = items.length ? virtual.getTotalSize() - (items[items.length - 1]?.end ?? 0) : 0;

  return (
    <div className="table-box">
      <div className="table-head">
        <input
          type="search"
          value={filter}
          aria-label={name ? `${TEXT.table.filter}: ${name}` : TEXT.table.filter}
          placeholder={TEXT.table.filter}
          onChange={(event) => (remote ? remote.onFilter : setOwnFilter)(event.target.value)}
        />
        <span className="count" role="status">
          {shownCount}
          {onEdit ? ` · ${TEXT.table.edit}` : ""}
        </span>
      </div>
      <div
        className="table-scroll"
        ref={scroller}
        style={{ maxHeight: height }}
        tabIndex={count ? -1 : 0}
        onKeyDown={onKey}
      >
        <table role="grid" aria-rowcount={count + 1} aria-colcount={columns.length} aria-label={name ?? TEXT.table.filter}>
          <thead>
            <tr aria-rowindex={1}>
              {columns.map((column) => (
                <th
                  key={column.name}
                  scope="col"
                  className={isNumber(column.kind) ? "n" : undefined}
                  aria-sort={sort?.column === column.name ? (sort.down ? "descending" : "ascending") : "none"}
                >
                  <button
                    type="button"
                    title={column.description}
                    onClick={() => (remote ? remote.onSort : setOwnSort)(nextSort(sort, column.name))}
                  >
                    {column.title ?? words(column.name)}
                    <span aria-hidden="true" className="arrow">
                      {sort?.column === column.name ? (sort.down ? "↓" : "↑") : ""}
                    </span>
                    {column.unit && column.kind !== "date" ? <span className="unit">{column.unit}</span> : null}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {before > 0 ? <tr aria-hidden="true" style={{ height: before }} /> : null}
            {items.map((item) => {
              const row = list[item.index];
              return (
                <tr
                  key={item.index}
                  aria-rowindex={item.index + 2}
                  aria-selected={row ? isSelected(row, item.index) : undefined}
                  className={onRowClick ? "clickable" : undefined}
                  style={{ height: ROW_PX }}
                  onClick={row && onRowClick ? () => onRowClick(row, item.index) : undefined}
                >
                  {columns.map((column, at) => (
                    <Cell
                      key={column.name}
                      at={`${item.index}:${at}`}
                      column={column}
                      value={row?.[column.name] as Value | undefined}
                      show={onEdit ? "exact" : "rounded"}
                      waiting={row === undefined}
                      focusable={active[0] === item.index && active[1] === at}
                      flagged={flagged?.(item.index, column.name) ?? false}
                      editing={editing?.[0] === item.index && editing[1] === at}
                      onFocus={() => {
                        if (active[0] !== item.index || active[1] !== at) setActive([item.index, at]);
                      }}
                      onOpen={canEdit(column) && row ? () => setEditing([item.index, at]) : undefined}
                      onDone={(text) => {
                        setEditing(null);
                        focusWanted.current = true;
                        if (text !== null && row) onEdit?.(row, column, text);
                      }}
                    />
                  ))}
                </tr>
              );
            })}
            {after > 0 ? <tr aria-hidden="true" style={{ height: after }} /> : null}
          </tbody>
        </table>
        {count === 0 ? <p className="none">{TEXT.table.none}</p> : null}
      </div>
    </div>
  );
}
