import { Deck, MapView, WebMercatorViewport, type Layer, type MapViewState, type PickingInfo } from "@deck.gl/core";
import { useEffect, useRef, type ReactNode } from "react";
import { download } from "@/components/download";
import "./marks";
import { MAP_TEXT } from "./strings";

export interface Pick {
  layer: string;
  index: number;
  x: number;
  y: number;
  lon: number;
  lat: number;
}

interface Props {
  layers: Layer[];
  /** Where the camera goes when this object changes; between changes the hand moves it. */
  camera: { longitude: number; latitude: number; zoom: number } | null;
  /** Layer whose marks can be dragged; none while empty. */
  draggable: string;
  label: string;
  describedBy: string;
  onPick(pick: Pick | null): void;
  onHover(pick: Pick | null): void;
  onDrag(pick: Pick, phase: "start" | "move" | "end"): void;
  onView(view: { longitude: number; latitude: number; zoom: number }): void;
  onLayers(): void;
  onFrame(): void;
}

const CONTROL = { dragRotate: false, touchRotate: false, doubleClickZoom: true, keyboard: true, inertia: false };

/** deck.gl on a canvas of its own; everything it knows comes in as layers. */
export function MapCanvas(props: Props): ReactNode {
  const parent = useRef<HTMLDivElement>(null);
  const deck = useRef<Deck<MapView> | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const made = makeDeck(parent.current as HTMLDivElement, latest);
    deck.current = made;
    return () => {
      deck.current = null;
      delete window.__map;
      made.finalize();
    };
  }, []);

  useEffect(() => {
    deck.current?.setProps({ layers: props.layers });
    latest.current.onLayers();
  }, [props.layers]);
  useEffect(() => {
    if (props.camera) deck.current?.setProps({ initialViewState: { ...props.camera, minZoom: 0, maxZoom: 14 } });
  }, [props.camera]);

  /** What is drawn, as a file: drawn anew, because the canvas is empty once a frame is shown. */
  const keep = (): void => {
    deck.current?.redraw("picture");
    parent.current?.querySelector("canvas")?.toBlob((picture) => picture && download("map.png", picture));
  };

  return (
    <>
      <div
        ref={parent}
        className="map-canvas"
        role="application"
        aria-label={props.label}
        aria-describedby={props.describedBy}
      />
      <button type="button" className="small map-picture" onClick={keep} aria-label={MAP_TEXT.picture}>
        PNG
      </button>
    </>
  );
}

function makeDeck(parent: HTMLDivElement, latest: { current: Props }): Deck<MapView> {
  let dragging = false;
  let panning = true;
  const pan = (wanted: boolean) => {
    if (wanted === panning) return;
    panning = wanted;
    made.setProps({ controller: { ...CONTROL, dragPan: wanted } });
  };
  const ours = (info: PickingInfo) => info.layer !== null && info.layer?.id === latest.current.draggable;
  const made = new Deck<MapView>({
    parent,
    views: new MapView({ repeat: true }),
    controller: CONTROL,
    initialViewState: (latest.current.camera ?? { longitude: 10, latitude: 30, zoom: 1 }) as never,
    layers: latest.current.layers,
    pickingRadius: 4,
    useDevicePixels: Math.min(window.devicePixelRatio || 1, 2),
    getCursor: ({ isDragging, isHovering }) =>
      !panning ? "move" : isDragging ? "grabbing" : isHovering ? "pointer" : "grab",
    onHover: (info) => {
      if (dragging) return;
      pan(!ours(info));
      latest.current.onHover(toPick(info));
    },
    onClick: (info) => latest.current.onPick(toPick(info)),
    onDragStart: (info) => {
      if (!ours(info)) return;
      dragging = true;
      pan(false);
      latest.current.onDrag(toPick(info) as Pick, "start");
    },
    onDrag: (info) => {
      if (dragging) latest.current.onDrag(pointOf(info), "move");
    },
    onDragEnd: (info) => {
      if (!dragging) return;
      dragging = false;
      pan(true);
      latest.current.onDrag(pointOf(info), "end");
    },
    onViewStateChange: ({ viewState }) => {
      const { longitude, latitude, zoom } = viewState as MapViewState;
      latest.current.onView({ longitude, latitude, zoom });
    },
    onAfterRender: () => {
      const ready = latest.current.layers.length > 0 && latest.current.layers.every((layer) => layer.isLoaded);
      if (ready) latest.current.onFrame();
    },
    onLoad: () => {
      for (const element of [parent, ...parent.querySelectorAll("[tabindex]")]) {
        if (element.getAttribute("tabindex") === "1") element.setAttribute("tabindex", "0");
      }
    },
    onError: (error) => console.error(error.message),
  });
  expose(made, latest);
  return made;
}

function toPick(info: PickingInfo): Pick | null {
  return info.picked && info.layer ? { ...pointOf(info), layer: info.layer.id, index: rowOf(info) } : null;
}

function pointOf(info: PickingInfo): Pick {
  const [lon = NaN, lat = NaN] = info.coordinate ?? [];
  return { layer: info.layer?.id ?? "", index: rowOf(info), x: info.x, y: info.y, lon, lat };
}

/** Arcs come in two layers, each holding the numbers of its rows. */
function rowOf(info: PickingInfo): number {
  const rows = (info.layer?.props as { data?: { rows?: number[] } } | undefined)?.data?.rows;
  return rows?.[info.index] ?? info.index;
}

function expose(deck: Deck<MapView>, latest: { current: Props }): void {
  const viewport = () => deck.getViewports()[0] as WebMercatorViewport | undefined;
  window.__map = {
    pick: (x, y) => {
      const info = deck.pickObject({ x, y, radius: 4 });
      return info?.layer ? { layer: info.layer.id, index: rowOf(info) } : null;
    },
    project: (lon, lat) => (viewport()?.project([lon, lat]) ?? [NaN, NaN]) as [number, number],
    layers: () =>
      latest.current.layers.map((layer) => {
        const { data, visible } = layer.props as { data?: { length?: number }; visible: boolean };
        return { id: layer.id, count: data?.length ?? 0, visible };
      }),
    view: () => {
      const at = viewport();
      return { longitude: at?.longitude ?? NaN, latitude: at?.latitude ?? NaN, zoom: at?.zoom ?? NaN };
    },
    jump: (longitude, latitude, zoom) => {
      delete window.__marks?.["map_idle"];
      deck.setProps({ initialViewState: { longitude, latitude, zoom } as never });
    },
  };
}
