import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { networkPath, send, type ApiError, type Edit } from "@/api";
import { sampleWhatIf } from "./marks";

export type Move = { site: string; lat: number; lon: number } | { remove: string } | { add: Added };
export interface Added {
  lat: number;
  lon: number;
  parts: string[];
}

export interface Place {
  place: string;
  score: number | null;
  score_before: number | null;
  completeness?: number | null;
  completeness_before?: number | null;
}

export interface PartChange {
  place: string;
  part: string;
  name: string | null;
  cover_before: number | null;
  cover: number | null;
}

interface Answer {
  places: Place[];
  parts: PartChange[];
  ms: number;
}

export interface WhatIf {
  /** Sites that stand elsewhere, by key: lon, lat. */
  moved: ReadonlyMap<string, [number, number]>;
  removed: ReadonlySet<string>;
  added: readonly Added[];
  places: Place[];
  parts: PartChange[];
  error: ApiError | null;
  /** Milliseconds of the last question, from the hand to the answer. */
  took: number | null;
  move(site: string, lon: number, lat: number): void;
  remove(site: string): void;
  add(site: Added): void;
  undo(): void;
  clear(): void;
  /** Called when a frame was drawn, to time it. */
  drawn(): void;
  edits(): Edit[];
}

const NONE: Answer = { places: [], parts: [], ms: 0 };

/** Moves of suppliers and what they would change. One question is under way at a time; the newest waits. */
export function useWhatIf(workspace: string, digest: string, product: string, given: object): WhatIf {
  const [moves, setMoves] = useState<Move[]>([]);
  const [answer, setAnswer] = useState(NONE);
  const [error, setError] = useState<ApiError | null>(null);
  const [took, setTook] = useState<number | null>(null);
  const held = useRef<Move[]>([]);
  const next = useRef<{ moves: Move[]; since: number } | null>(null);
  const busy = useRef(false);
  const shown = useRef<{ since: number; answered: number; server: number } | null>(null);
  const parametersText = JSON.stringify(given);

  const question = useRef<(moves: Move[]) => Promise<Answer>>(() => Promise.resolve(NONE));
  question.current = (asked) => {
    const parameters = JSON.parse(parametersText) as object;
    const body = { product: product || null, parameters, moves: asked, places: "both" };
    return send<Answer>("POST", `${networkPath(workspace, digest)}/what-if/density`, body);
  };

  const pump = useCallback(async () => {
    if (busy.current) return;
    busy.current = true;
    while (next.current) {
      const { moves: asked, since } = next.current;
      next.current = null;
      try {
        const begun = performance.now();
        const found = await question.current(asked);
        shown.current = { since, answered: performance.now() - begun, server: found.ms };
        setAnswer(found);
        setError(null);
      } catch (caught) {
        setError(caught as ApiError);
      }
    }
    busy.current = false;
  }, []);

  const change = useCallback(
    (moves: Move[]) => {
      held.current = moves;
      setMoves(moves);
      if (moves.length) next.current = { moves, since: performance.now() };
      else setAnswer(NONE);
      void pump();
    },
    [pump],
  );

  const clear = useCallback(() => {
    next.current = null;
    setError(null);
    change([]);
  }, [change]);

  useEffect(clear, [clear, workspace, digest, product]);
  useEffect(() => {
    if (held.current.length) change(held.current);
  }, [change, parametersText]);

  const moved = useMemo(() => {
    const found = new Map<string, [number, number]>();
    for (const move of moves) if ("site" in move) found.set(move.site, [move.lon, move.lat]);
    return found;
  }, [moves]);
  const removed = useMemo(() => new Set(moves.flatMap((move) => ("remove" in move ? [move.remove] : []))), [moves]);
  const added = useMemo(() => moves.flatMap((move) => ("add" in move ? [move.add] : [])), [moves]);
  const quiet = moves.length === 0;

  return {
    moved,
    removed,
    added,
    places: quiet ? NONE.places : answer.places,
    parts: quiet ? NONE.parts : answer.parts,
    error,
    took,
    move: useCallback(
      (site, lon, lat) =>
        change([...held.current.filter((move) => !("site" in move && move.site === site)), { site, lat, lon }]),
      [change],
    ),
    remove: useCallback(
      (site) => change([...held.current.filter((m) => !("site" in m && m.site === site)), { remove: site }]),
      [change],
    ),
    add: useCallback((site) => change([...held.current, { add: site }]), [change]),
    undo: useCallback(() => change(held.current.slice(0, -1)), [change]),
    clear,
    drawn: useCallback(() => {
      if (!shown.current) return;
      const total = performance.now() - shown.current.since;
      sampleWhatIf(total, shown.current.answered, shown.current.server);
      shown.current = null;
      setTook(total);
    }, []),
    edits: useCallback(() => held.current.map(toEdit).flat(), []),
  };
}

/** The same changes as edits of the tables, so that they can be kept as a scenario. */
function toEdit(move: Move, at: number): Edit[] {
  if ("site" in move) return [{ table: "sites", where: { site: move.site }, set: { lat: move.lat, lon: move.lon } }];
  if ("remove" in move) return [{ table: "sites", where: { site: move.remove }, set: { status: "closed" } }];
  const site = `what-if-${at + 1}`;
  return [
    { table: "sites", add: [{ site, lat: move.add.lat, lon: move.add.lon, status: "operating" }] },
    { table: "capabilities", add: move.add.parts.map((part) => ({ site, part })) },
  ];
}
