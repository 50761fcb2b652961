import type { ReactNode } from "react";
import { MAP_TEXT } from "./strings";

/** Facts in two columns; an unknown one says so. */
export function Facts({ rows }: { rows: [string, ReactNode][] }): ReactNode {
  return (
    <dl className="map-facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === null || value === undefined || value === "" ? <i>{MAP_TEXT.panel.unknown}</i> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
