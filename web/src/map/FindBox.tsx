import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { search, type SearchHit } from "@/api";
import { words } from "@/state/format";
import { MAP_TEXT } from "./strings";

interface Props {
  workspace: string;
  digest: string;
  onChoose(hit: SearchHit): void;
}

const WAIT_MS = 150;

/** Find anything by name; arrows and Enter choose. */
export function FindBox({ workspace, digest, onChoose }: Props): ReactNode {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useQuery({
    queryKey: ["find", workspace, digest, asked],
    queryFn: () => search(workspace, digest, asked, 12),
    enabled: asked.length > 1,
  });
  const hits = asked.length > 1 ? (found.data ?? []) : [];
  const choose = (hit: SearchHit | undefined): void => {
    if (!hit) return;
    setOpen(false);
    setTyped(hit.name ?? hit.key);
    onChoose(hit);
  };
  const onKey = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step) {
      event.preventDefault();
      setAt((before) => Math.min(Math.max(before + step, 0), hits.length - 1));
    } else if (event.key === "Enter") choose(hits[at]);
    else if (event.key === "Escape") setOpen(false);
  };
  const listed = open && asked.length > 1 && found.isSuccess;
  return (
    <div className="map-find">
      <input
        type="search"
        role="combobox"
        aria-label={MAP_TEXT.find.label}
        placeholder={MAP_TEXT.find.label}
        aria-expanded={listed}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={listed && hits.length ? `${id}-${at}` : undefined}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
          setOpen(true);
        }}
        onKeyDown={onKey}
        onBlur={() => setOpen(false)}
      />
      {listed ? (
        <ul id={`${id}-list`} role="listbox" aria-label={MAP_TEXT.find.label}>
          {hits.map((hit, i) => (
            <li
              key={`${hit.table}/${hit.key}`}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === at}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(hit);
              }}
            >
              <b>{hit.name ?? hit.key}</b> <span className="hint">{`${words(hit.table)} · ${hit.detail}`}</span>
            </li>
          ))}
          {hits.length ? null : (
            <li role="option" aria-selected={false} aria-disabled="true" className="hint">
              {MAP_TEXT.find.none}
            </li>
          )}
        </ul>
      ) : null}
    </div>
  );
}
