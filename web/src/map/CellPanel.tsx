import { cellToLatLng } from "h3-js";
import type { FormEvent, ReactNode } from "react";
import { figure } from "@/state/format";
import { number, rowsOf, text } from "./answers";
import { Facts } from "./Facts";
import type { PanelProps } from "./SidePanel";
import { MAP_TEXT } from "./strings";

const T = MAP_TEXT.panel;
const W = MAP_TEXT.whatIf;

/** One cell of the surface, and a maker to try there. */
export function CellPanel({ cell, density, parts, whatIf }: PanelProps & { cell: string }): ReactNode {
  const row = rowsOf(density, "cells").find((found) => found["cell"] === cell);
  const [lat, lon] = cellToLatLng(cell);
  const place = whatIf.places.find((found) => found.place === cell);
  const add = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const part = String(new FormData(event.currentTarget).get("part"));
    whatIf.add({ lat, lon, parts: [part] });
  };
  const shown = (value: number | null) => (value === null ? null : figure(value));
  return (
    <>
      <p className="map-kind">{T.cell}</p>
      <h2>{`${lat.toFixed(2)}°, ${lon.toFixed(2)}°`}</h2>
      <Facts
        rows={[
          [MAP_TEXT.legend.score, shown(place ? place.score : number(row, "score"))],
          [MAP_TEXT.weights["completeness"] as string, shown(number(row, "completeness"))],
          [T.ownTerritory, shown(number(row, "completeness_own"))],
          [T.lostToBorders, shown(number(row, "fragmentation"))],
          [T.country, text(row, "country")],
          [T.sitesInside, shown(number(row, "sites"))],
        ]}
      />
      {parts.length ? (
        <form className="map-move" onSubmit={add}>
          <label>
            {`${W.addHere}, ${W.addPart}`}
            <select name="part">
              {parts.map((part) => (
                <option key={part.part} value={part.part}>
                  {part.name}
                </option>
              ))}
            </select>
          </label>
          <button type="submit">{W.addGo}</button>
        </form>
      ) : null}
    </>
  );
}
