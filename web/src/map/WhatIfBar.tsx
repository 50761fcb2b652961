import { useState, type FormEvent, type ReactNode } from "react";
import { saveScenario } from "@/api";
import { ErrorBox } from "@/components";
import { figure } from "@/state/format";
import { MAP_TEXT } from "./strings";
import type { WhatIf } from "./useWhatIf";

const T = MAP_TEXT.whatIf;

interface Props {
  workspace: string;
  digest: string;
  moving: boolean;
  onMoving(moving: boolean): void;
  whatIf: WhatIf;
  nameOf(place: string): string;
}

const count = (whatIf: WhatIf) => whatIf.moved.size + whatIf.removed.size + whatIf.added.length;

/** Moves of suppliers: on and off, how long the last took, undo. One line, so that the map below does not jump. */
export function WhatIfBar({ moving, onMoving, whatIf }: Pick<Props, "moving" | "onMoving" | "whatIf">): ReactNode {
  const changes = count(whatIf);
  return (
    <section className="map-what-if" aria-label={T.title}>
      <button type="button" aria-pressed={moving} onClick={() => onMoving(!moving)}>
        {moving ? T.off : T.on}
      </button>
      {moving && !changes ? <span className="hint">{T.hint}</span> : null}
      {changes ? (
        <>
          <span className="tag" role="status">
            {T.moved(changes)}
            {whatIf.took === null ? "" : ` · ${T.took(figure(whatIf.took, 2))}`}
          </span>
          <button type="button" className="quiet" onClick={whatIf.undo}>
            {T.undo}
          </button>
          <button type="button" className="quiet" onClick={whatIf.clear}>
            {T.clear}
          </button>
        </>
      ) : null}
    </section>
  );
}

/** What the moves change, and a way to keep them as a scenario. */
export function WhatIfOutcome({ workspace, digest, whatIf, nameOf }: Omit<Props, "moving" | "onMoving">): ReactNode {
  const [kept, setKept] = useState("");
  const [error, setError] = useState<unknown>(null);
  const keep = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    if (!name) return;
    try {
      await saveScenario(workspace, { name, digest, edits: whatIf.edits() });
      setKept(name);
      setError(null);
    } catch (caught) {
      setError(caught);
    }
  };
  if (!count(whatIf)) return <ErrorBox error={whatIf.error} />;
  return (
    <section className="panel map-outcome" aria-label={T.changed}>
      <h2>{T.changed}</h2>
      <Changed whatIf={whatIf} nameOf={nameOf} />
      <form onSubmit={(event) => void keep(event)} className="map-keep">
        <input name="name" aria-label={T.name} placeholder={T.name} required />
        <button type="submit">{T.keep}</button>
        {kept ? <span role="status">{T.kept(kept)}</span> : null}
      </form>
      <ErrorBox error={error ?? whatIf.error} />
    </section>
  );
}

const MOST = 5;

function Changed({ whatIf, nameOf }: Pick<Props, "whatIf" | "nameOf">): ReactNode {
  const moved = whatIf.places
    .filter((place) => nameOf(place.place) !== "" && place.score !== place.score_before)
    .sort((a, b) => gain(b) - gain(a))
    .slice(0, MOST);
  if (!moved.length) return <p className="hint map-changed">{T.nothing}</p>;
  return (
    <ul className="map-changed">
      {moved.map((place) => (
        <li key={place.place}>
          {nameOf(place.place)} <b>{`${score(place.score_before)} → ${score(place.score)}`}</b>
        </li>
      ))}
    </ul>
  );
}

const score = (value: number | null) => (value === null ? "–" : figure(value));
const gain = ({ score: now, score_before: before }: { score: number | null; score_before: number | null }) =>
  Math.abs((now ?? 0) - (before ?? 0));
