import { useEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { Error as ErrorsOnly, type Spec, type View } from "vega";
import vegaEmbed, { type VisualizationSpec } from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";
import { inTheme, isMap, paper } from "@/components/chartLook";
import { download } from "@/components/download";
import { mark } from "@/state/marks";
import { useTheme, type Theme } from "@/state/theme";
import { TEXT } from "@/strings";

interface Props {
  spec: Record<string, unknown>;
  name: string;
  description: string;
}

const NEAR_PX = 600;

/** Titles stand beside the picture, as text of the page; a map keeps its shape at every width. */
function placed(spec: Record<string, unknown>, theme: Theme): VisualizationSpec {
  const { title: _title, description: _description, ...rest } = structuredClone(spec);
  const padding = { left: "usermeta" in spec ? 5 : 12, right: 16, top: 5, bottom: 5 };
  return { ...rest, padding, background: paper(spec, theme) } as unknown as VisualizationSpec;
}

function withAspect(spec: Spec): Spec {
  const aspect = (spec.usermeta as { aspect?: number } | undefined)?.aspect;
  if (!aspect) return spec;
  const { height: _height, ...rest } = spec;
  const height = { name: "height", update: `clamp(width * ${aspect}, 200, 620)` };
  return { ...rest, signals: [...(spec.signals ?? []), height] };
}

/** True once an element has come near the view, so that a page of many pictures draws the first ones first. */
function useNear(place: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!place.current) return undefined;
    const watcher = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: `${NEAR_PX}px` },
    );
    watcher.observe(place.current);
    return () => watcher.disconnect();
  }, [place]);
  return near;
}

/** Vega draws without eval: expressions are interpreted, so that the page's policy needs no exception. */
export default function VegaDrawing({ spec, name, description }: Props): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<View>(null);
  const [failed, setFailed] = useState(false);
  const [drawn, setDrawn] = useState(false);
  const theme = useTheme();
  const near = useNear(place);

  useEffect(() => {
    const element = place.current;
    if (!element || !near) return undefined;
    let gone = false;
    let end: (() => void) | undefined;
    setFailed(false);
    vegaEmbed(element, placed(inTheme(spec, theme), theme), {
      ast: true,
      expr: expressionInterpreter,
      actions: false,
      renderer: "svg",
      mode: "vega-lite",
      tooltip: { theme },
      logLevel: ErrorsOnly,
      patch: withAspect,
    }).then(
      (embedded) => {
        end = () => embedded.finalize();
        if (gone) end();
        else {
          view.current = embedded.view;
          setDrawn(true);
          element.querySelector("svg")?.setAttribute("aria-hidden", "true");
          mark(`chart_${name}`);
        }
      },
      (error: unknown) => {
        if (gone) return;
        setFailed(true);
        console.warn(`chart ${name}:`, error);
      },
    );
    return () => {
      gone = true;
      view.current = null;
      end?.();
    };
  }, [spec, name, theme, near]);

  const asPng = async (): Promise<void> => {
    const url = await view.current?.toImageURL("png", 2);
    if (url) download(`${name}.png`, bytesOf(url));
  };
  const asSvg = async (): Promise<void> => {
    const text = await view.current?.toSVG();
    if (text) download(`${name}.svg`, new Blob([text], { type: "image/svg+xml" }));
  };
  const asSpec = (): void => {
    download(`${name}.vl.json`, new Blob([JSON.stringify(spec)], { type: "application/json" }));
  };
  return (
    <>
      {failed ? <p className="remedy">{TEXT.chart.failed}</p> : null}
      {/* The library names its own element "Vega visualization"; the description stands around it. Focus scrolls on a phone. */}
      <div className={`drawing${drawn ? "" : " waiting"}${isMap(spec) ? " map-paper" : ""}`} role="img" aria-label={description} tabIndex={0}>
        <div ref={place} aria-hidden="true" />
      </div>
      <div className="chart-exports">
        <button type="button" className="quiet small" onClick={() => void asPng()}>
          PNG
        </button>
        <button type="button" className="quiet small" onClick={() => void asSvg()}>
          SVG
        </button>
        <button type="button" className="quiet small" onClick={asSpec}>
          JSON
        </button>
      </div>
    </>
  );
}

/** Bytes of a data: address, without a request. */
function bytesOf(url: string): Blob {
  const [head = "", body = ""] = url.split(",");
  const bytes = Uint8Array.from(atob(body), (c) => c.charCodeAt(0));
  return new Blob([bytes], { type: head.slice(5, head.indexOf(";")) });
}
