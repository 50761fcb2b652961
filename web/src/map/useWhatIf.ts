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
  /** The same, as far as their scores are there. */
  placed: ReadonlyMap<string, [number, number]>;
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
  /** Called when layers were handed to the map and when a frame was drawn, to time the way of an answer. */
  laid(): void;
  drawn(): void;
  edits(): Edit[];
}

const NONE: Answer = { places: [], parts: [], ms: 0 };

/** Moves of suppliers and what they would change. One question is under way at a time; the newest waits. */
export function useWhatIf(workspace: string, digest: string, product: string, given: object): WhatIf {
  const [moves, setMoves] = useState<Move[]>([]);
  const [answer, setAnswer] = useState(NONE);
  const [scored, setScored] = useState<Move[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const [took, setTook] = useState<number | null>(null);
  const held = useRef<Move[]>([]);
  const next = useRef<{ moves: Move[]; since: number } | null>(null);
  const busy = useRef(false);
  const shown = useRef<{ since: number; asked: number; answered: number; server: number; laid: number } | null>(null);
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
        shown.current = { since, asked: begun, answered: performance.now(), server: found.ms, laid: 0 };
        setAnswer(found);
        setError(null);
      } catch (caught) {
        setError(caught as ApiError);
      }
      setScored(asked);
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

  const quiet = moves.length === 0;
  const moved = useMemo(() => placesOf(moves), [moves]);
  const placed = useMemo(() => placesOf(quiet ? moves : scored), [quiet, moves, scored]);
  const removed = useMemo(() => new Set(moves.flatMap((move) => ("remove" in move ? [move.remove] : []))), [moves]);
  const added = useMemo(() => moves.flatMap((move) => ("add" in move ? [move.add] : [])), [moves]);

  return {
    moved,
    placed,
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
    laid: useCallback(() => {
      if (shown.current && !shown.current.laid) shown.current.laid = performance.now();
    }, []),
    drawn: useCallback(() => {
      if (!shown.current?.laid) return; // a frame of before the answer
      const { since, asked, answered, server, laid } = shown.current;
      const now = performance.now();
      shown.current = null;
      sampleWhatIf({ total: now - since, waited: asked - since, answered: answered - asked, server, laid: laid - answered, drawn: now - laid });
      setTook(now - since);
    }, []),
    edits: useCallback(() => held.current.map(toEdit).flat(), []),
  };
}

function placesOf(moves: readonly Move[]): Map<string, [number, number]> {
  const found = new Map<string, [number, number]>();
  for (const move of moves) if ("site" in move) found.set(move.site, [move.lon, move.lat]);
  return found;
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
