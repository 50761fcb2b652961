import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useAnalysis, useAnalysisInfo, type SearchHit } from "@/api";
import { Busy, Empty, ErrorBox, Screen, Skeleton } from "@/components";
import { Exports } from "@/components/Exports";
import { cellsOf, coverOf, regionScores, requiredParts } from "@/map/answers";
import { hoverLines, selectionOf } from "@/map/describe";
import { FindBox } from "@/map/FindBox";
import { fitting, together } from "@/map/labels";
import { makeLayers } from "@/map/layers";
import { MapCanvas, type Pick } from "@/map/MapCanvas";
import { MapControls } from "@/map/MapControls";
import { MapLegend } from "@/map/MapLegend";
import { roundAbove } from "@/map/ramp";
import { LAYERS, readSelection, siteMarks, writeSelection, type LayerName, type Overlay, type Scene } from "@/map/scene";
import { SidePanel } from "@/map/SidePanel";
import { SiteList } from "@/map/SiteList";
import { MAP_TEXT } from "@/map/strings";
import { useIndexes, useMapLinks } from "@/map/useMapLinks";
import { useWhatIf } from "@/map/useWhatIf";
import { boundsOf, readView } from "@/map/view";
import { WhatIfBar, WhatIfOutcome } from "@/map/WhatIfBar";
import { useWorld } from "@/map/world";
import { Link, useAddress, useQueryValue, useRoute, useUrlParams } from "@/router/router";
import { mark } from "@/state/marks";
import { useNames } from "@/state/names";
import { useProduct } from "@/state/product";
import { useTheme } from "@/state/theme";
import "@/map/map.css";

const WAIT_MS = 300;
/** Land is kept ready this far around the middle of the view, in widths of a tile of its zoom. */
const LAND_SPANS = 3;

export default function MapScreen(): ReactNode {
  const { workspace, digest } = useRoute();
  const [product] = useProduct();
  const [params, setParams] = useUrlParams();
  const asked = useSettled(params, WAIT_MS);
  const density = useAnalysis(digest, "density", { ...(product ? { product } : {}), ...asked }, { enabled: product !== "" });
  const schema = useAnalysisInfo("density").data?.schema;
  const names = useNames("parts", "part");

  const [layerText, setLayerText] = useQueryValue("layers", LAYERS.join(","));
  const shown = useMemo(() => new Set(LAYERS.filter((name) => layerText.split(",").includes(name))), [layerText]);
  const setShown = useCallback(
    (next: ReadonlySet<LayerName>) => setLayerText(LAYERS.filter((name) => next.has(name)).join(",") || "none"),
    [setLayerText],
  );
  const [selected, setSelected] = useQueryValue("at");
  const selection = useMemo(() => readSelection(selected), [selected]);
  const [gap, setGap] = useQueryValue("gap");
  const [linkPart, setLinkPart] = useQueryValue("links");
  const [onlyLinksOf, setOnlyLinksOf] = useQueryValue("links-of");
  const [listed, setListed] = useQueryValue("list");
  const [viewText, setViewText] = useQueryValue("view");
  const [zoom, setZoom] = useState(() => Number(viewText.split(",")[2]) || 2);
  const [moving, setMoving] = useState(false);
  const [hover, setHover] = useState<Pick | null>(null);
  const dark = useTheme() === "dark";
  const world = useWorld(zoom, boundsOf(readView(viewText), LAND_SPANS));
  const stage = useRef<HTMLDivElement>(null);

  const whatIf = useWhatIf(workspace, digest, product, asked);
  const [dragging, setDragging] = useState("");
  const cut = { part: linkPart, site: dragging || onlyLinksOf, view: viewText };
  const fetched = useMapLinks({ workspace, digest, product, ...cut, moves: whatIf.placed, held: dragging !== "" });
  const { data, arcs } = fetched;
  const { moved, removed } = useIndexes(data, whatIf.placed, whatIf.removed);

  const result = density.data;
  const cells = useMemo(() => cellsOf(result, whatIf.places), [result, whatIf.places]);
  const overlay = useMemo((): Overlay | null => {
    if (!gap || !data) return null;
    const makers = new Set<number>();
    data.sites.parts.forEach((parts, i) => parts.includes(gap) && makers.add(i));
    return { part: gap, cover: coverOf(result, gap, whatIf.parts), makers };
  }, [gap, data, result, whatIf.parts]);
  const scores = useMemo(() => regionScores(result, whatIf.places), [result, whatIf.places]);
  const parts = useMemo(() => requiredParts(result), [result]);
  const linkParts = useMemo(
    () => (data?.links.parts ?? []).map((key) => ({ key, name: names.get(key) ?? key })),
    [data, names],
  );
  const baseTop = useMemo(() => roundAbove(cellsOf(result, [])?.score ?? []), [result]);

  const scene = useMemo((): Scene | null => {
    if (!data) return null;
    const regions = overlay ? overlay.cover : scores;
    return { data, cells, arcs, regions, top: baseTop, shown, selection, overlay, moved, removed, zoom, dark };
  }, [data, cells, arcs, overlay, scores, baseTop, shown, selection, moved, removed, zoom, dark]);
  const sites = useSiteMarks(scene);
  const layers = useMemo(() => (scene && sites ? makeLayers(scene, sites, world) : []), [scene, sites, world]);

  const [camera, setCamera] = useState<{ longitude: number; latitude: number; zoom: number } | null>(() => readView(viewText));
  useEffect(() => {
    if (!data || camera || (result === undefined && density.busy)) return;
    const box = stage.current?.getBoundingClientRect();
    const scored = data.regions.filter((region) => scores.has(region.key)).map((region) => region.position);
    const all = scored.length > 1 ? scored : placesOf(data.sites.position);
    const fitted = fitting(together(all), box?.width ?? 800, box?.height ?? 600);
    setCamera(fitted);
    setZoom(fitted.zoom);
  }, [data, camera, result, density.busy, scores]);

  const onView = useCallback(
    debounced((view: { longitude: number; latitude: number; zoom: number }) => {
      setZoom((before) => (Math.abs(before - view.zoom) < 0.25 ? before : view.zoom));
      setViewText([view.longitude.toFixed(3), view.latitude.toFixed(3), view.zoom.toFixed(2)].join(","));
    }, WAIT_MS),
    [setViewText],
  );
  const { drawn, move } = whatIf;
  const ready = density.data !== undefined || density.error !== null;
  const onFrame = useCallback(() => {
    drawn();
    if (ready && window.__marks["map_idle"] === undefined) mark("map_idle");
  }, [drawn, ready]);
  const moveSoon = useMemo(() => eachFrame(move), [move]);
  const dragged = useRef("");
  const ghost = useRef<HTMLDivElement>(null);
  const onDrag = useCallback(
    (pick: Pick, phase: "start" | "move" | "end") => {
      point(ghost.current, phase === "end" ? null : pick);
      if (phase === "start") {
        dragged.current = data?.sites.key[pick.index] ?? "";
        setHover(null);
        setDragging(dragged.current);
      } else if (dragged.current && Number.isFinite(pick.lon)) moveSoon(dragged.current, pick.lon, pick.lat);
      if (phase === "end") setDragging("");
    },
    [data, moveSoon],
  );
  const regionName = (place: string): string => data?.regions.find((region) => region.key === place)?.name ?? "";
  const toggleList = useCallback(() => setListed(listed ? "" : "1"), [listed, setListed]);
  useKey("l", toggleList);

  const go = (hit: SearchHit): void => {
    const kinds: Record<string, string> = { sites: "site", regions: "region", nodes: "node" };
    const kind = kinds[hit.table];
    if (kind) setSelected(`${kind}:${hit.key}`);
    if (hit.table === "parts") setGap(hit.key);
    if (hit.lat !== null && hit.lon !== null) setCamera({ longitude: hit.lon, latitude: hit.lat, zoom: Math.max(zoom, 6) });
  };
  const selectFromList = (site: string): void => {
    setSelected(`site:${site}`);
    const at = data?.sites.key.indexOf(site) ?? -1;
    const [longitude, latitude] = [data?.sites.position[2 * at], data?.sites.position[2 * at + 1]];
    if (longitude !== undefined && latitude !== undefined && !Number.isNaN(longitude)) {
      setCamera({ longitude, latitude, zoom: Math.max(zoom, 5) });
    }
  };

  if (fetched.error) {
    return (
      <Screen title={MAP_TEXT.title}>
        <ErrorBox error={fetched.error} />
      </Screen>
    );
  }
  return (
    <Screen
      title={MAP_TEXT.title}
      sentence={<span id="map-sentence">{result?.summary ?? MAP_TEXT.loading}</span>}
      actions={
        <>
          <Exports name="density" resultKey={density.key} params={{ ...(product ? { product } : {}), ...asked }} />
          <button type="button" className="quiet" aria-pressed={listed !== ""} onClick={toggleList}>
            {listed ? MAP_TEXT.list.hide : MAP_TEXT.list.show}
          </button>
        </>
      }
    >
      {data && !data.sites.count ? <NoSites /> : null}
      <ErrorBox error={density.error} />
      {density.job ? <Busy job={density.job} /> : null}
      <div className="map-frame">
        <details className="panel map-side" open={window.innerWidth > 900}>
          <summary>{MAP_TEXT.controls.open}</summary>
          <MapControls
            schema={schema}
            params={params}
            onParams={setParams}
            error={density.error}
            shown={shown}
            onShown={setShown}
            parts={parts}
            gap={gap}
            onGap={setGap}
            linkParts={linkParts}
            linkPart={linkPart}
            onLinkPart={setLinkPart}
          />
        </details>
        <div className="map-main">
          <WhatIfBar moving={moving} onMoving={setMoving} whatIf={whatIf} />
        <div className="map-stage" ref={stage}>
          <MapCanvas
            layers={layers}
            camera={camera}
            draggable={moving ? "sites" : ""}
            label={MAP_TEXT.canvas}
            describedBy="map-sentence"
            onPick={(pick) => setSelected(pick && scene ? writeSelection(selectionOf(pick, scene)) : "")}
            onHover={setHover}
            onDrag={onDrag}
            onView={onView}
            onLayers={whatIf.laid}
            onFrame={onFrame}
          />
          <div ref={ghost} className="map-ghost" aria-hidden="true" hidden />
          {!data ? (
            <div className="map-wait">
              <Skeleton lines={1} tall />
            </div>
          ) : null}
          <FindBox workspace={workspace} digest={digest} onChoose={go} />
          {density.busy && result ? (
            <p className="map-busy tag" role="status">
              {MAP_TEXT.controls.rescoring}
            </p>
          ) : null}
          {hover && scene ? <HoverCard pick={hover} lines={hoverLines(hover, scene, names)} /> : null}
          {scene && selection ? (
            <SidePanel
              selection={selection}
              data={scene.data}
              density={result}
              names={names}
              parts={parts}
              whatIf={whatIf}
              onSelect={(next) => setSelected(writeSelection(next))}
              onlyLinksOf={onlyLinksOf}
              onOnlyLinksOf={setOnlyLinksOf}
            />
          ) : null}
        </div>
          <WhatIfOutcome workspace={workspace} digest={digest} whatIf={whatIf} nameOf={regionName} />
          {data ? (
            <MapLegend
              top={baseTop}
              cover={gap ? (names.get(gap) ?? gap) : null}
              tiers={[...new Set(data.sites.tier)].sort((a, b) => a - b)}
              kinds={new Set(data.nodes.map((node) => node.kind))}
              arcs={arcs}
              shown={shown}
            />
          ) : null}
        </div>
      </div>
      {listed && data ? (
        <SiteList
          data={data}
          names={names}
          selected={selection?.kind === "site" ? selection.key : ""}
          onSelect={selectFromList}
        />
      ) : null}
    </Screen>
  );
}

/** A ring under the hand: it moves at once, the map when the scores of the place are there. */
function point(ghost: HTMLDivElement | null, at: Pick | null): void {
  if (!ghost) return;
  ghost.hidden = at === null;
  if (at) ghost.style.transform = `translate(${at.x}px, ${at.y}px)`;
}

function HoverCard({ pick, lines }: { pick: Pick; lines: string[] }): ReactNode {
  if (!lines.length) return null;
  return (
    <div className="map-hover" style={{ left: pick.x + 12, top: pick.y + 12 }} aria-hidden="true">
      {lines.filter(Boolean).map((line, i) => (i ? <div key={i}>{line}</div> : <b key={i}>{line}</b>))}
    </div>
  );
}

function NoSites(): ReactNode {
  const address = useAddress();
  return (
    <Empty
      title={MAP_TEXT.empty.title}
      text={MAP_TEXT.empty.text}
      action={
        <Link className="button" to={address({ screen: "data" })}>
          {MAP_TEXT.empty.action}
        </Link>
      }
    />
  );
}

function useSiteMarks(scene: Scene | null) {
  const { data, overlay, moved, removed } = scene ?? {};
  return useMemo(
    () => (scene ? siteMarks(scene) : null),
    // Only these change what a site looks like.
    [data, overlay, moved, removed],
  );
}

/** A value once it has rested for a while. */
function useSettled<T>(value: T, wait: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}

function debounced<A extends unknown[]>(act: (...args: A) => void, wait: number): (...args: A) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), wait);
  };
}

/** Call with the newest arguments, once a frame at most. */
function eachFrame<A extends unknown[]>(act: (...args: A) => void): (...args: A) => void {
  let waiting: A | null = null;
  return (...args) => {
    if (!waiting) {
      requestAnimationFrame(() => {
        const now = waiting as A;
        waiting = null;
        act(...now);
      });
    }
    waiting = args;
  };
}

function useKey(key: string, act: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || event.ctrlKey || event.metaKey || event.altKey;
      if (!typing && event.key.toLowerCase() === key) act();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [key, act]);
}

function placesOf(position: Float32Array): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < position.length; i += 2) {
    const [lon, lat] = [position[i] as number, position[i + 1] as number];
    if (!Number.isNaN(lon)) found.push([lon, lat]);
  }
  return found;
}
