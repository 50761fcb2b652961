import { lazy, Suspense, useState, type ReactNode } from "react";
import type { TableRows } from "@/api/types";
import { DataTable } from "@/components/DataTable";
import { Skeleton } from "@/components/Skeleton";
import { TEXT } from "@/strings";

const Drawing = lazy(() => import("@/components/VegaDrawing"));

interface Props {
  spec: Record<string, unknown>;
  /** The same numbers, for who cannot see the picture or wants to copy them. */
  table?: TableRows | undefined;
  /** File name of exports, and the key of the mark that says it is drawn. */
  name: string;
  title?: string;
  description?: string;
  caption?: string | undefined;
}

/** A picture and its table twin. */
export function VegaChart({ spec, table, name, title, description, caption }: Props): ReactNode {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="chart" aria-label={title ?? name}>
      <div className="chart-head">
        {title ? <h2>{title}</h2> : <span />}
        {table ? (
          <button type="button" className="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? TEXT.chart.picture : TEXT.chart.table}
          </button>
        ) : null}
      </div>
      {asTable && table ? (
        <DataTable columns={table.columns} rows={table.rows} name={title ?? name} />
      ) : (
        <Suspense fallback={<Skeleton lines={1} tall />}>
          <Drawing spec={spec} name={name} description={description ?? title ?? name} />
        </Suspense>
      )}
      {caption ? <figcaption>{caption}</figcaption> : null}
    </figure>
  );
}
