import { memo, useId, useState, type ReactNode } from "react";
import { ParamForm } from "@/components";
import type { Schema } from "@/api";
import { fieldAt, valueAt, withValue } from "@/components/paths";
import { figure, words } from "@/state/format";
import type { Required } from "./answers";
import { LAYERS, type LayerName } from "./scene";
import { MAP_TEXT } from "./strings";

const T = MAP_TEXT.controls;
type Params = Record<string, unknown>;

interface Props {
  schema: Schema | undefined;
  params: Params;
  onParams(params: Params): void;
  error: unknown;
  shown: ReadonlySet<LayerName>;
  onShown(shown: ReadonlySet<LayerName>): void;
  parts: Required[];
  gap: string;
  onGap(part: string): void;
  linkParts: { key: string; name: string }[];
  linkPart: string;
  onLinkPart(part: string): void;
}

/** What is scored and what is drawn. */
export const MapControls = memo(function MapControls(props: Props): ReactNode {
  const [more, setMore] = useState(false);
  const { schema, params, onParams, shown, onShown, parts, gap, onGap, linkParts, linkPart, onLinkPart } = props;
  return (
    <div className="map-controls">
      <fieldset className="map-layers">
        <legend>{MAP_TEXT.layers.legend}</legend>
        {LAYERS.map((name) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={shown.has(name)}
              onChange={(event) => {
                const next = new Set(shown);
                if (event.target.checked) next.add(name);
                else next.delete(name);
                onShown(next);
              }}
            />
            {MAP_TEXT.layers[name]}
          </label>
        ))}
      </fieldset>
      <Choice label={T.gap} value={gap} onChange={onGap} none={T.noGap}>
        {parts.map((part) => (
          <option key={part.part} value={part.part}>
            {`${part.name} (${part.missing})`}
          </option>
        ))}
      </Choice>
      <Choice label={T.links} value={linkPart} onChange={onLinkPart} none={T.allParts}>
        {linkParts.map((part) => (
          <option key={part.key} value={part.key}>
            {part.name}
          </option>
        ))}
      </Choice>
      <Radius schema={schema} params={params} onParams={onParams} />
      <Weights schema={schema} params={params} onParams={onParams} />
      {schema ? (
        <details className="map-more" onToggle={(event) => setMore(event.currentTarget.open)}>
          <summary>{T.more}</summary>
          {more ? (
          <ParamForm
            schema={schema}
            value={params}
            onChange={onParams}
            error={props.error}
            hide={["product", "radius_km", "register"]}
          />
          ) : null}
        </details>
      ) : null}
    </div>
  );
});

interface ChoiceProps {
  label: string;
  value: string;
  none: string;
  onChange(value: string): void;
  children: ReactNode;
}

function Choice({ label, value, none, onChange, children }: ChoiceProps): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{none}</option>
        {children}
      </select>
    </div>
  );
}

interface Part {
  schema: Schema | undefined;
  params: Params;
  onParams(params: Params): void;
}

function Radius({ schema, params, onParams }: Part): ReactNode {
  const standard = Number(schema && fieldAt(schema, ["radius_km"])?.default);
  if (!Number.isFinite(standard)) return null;
  const value = Number(params["radius_km"] ?? standard);
  const set = (km: number): void => onParams(withValue(params, ["radius_km"], km === standard ? undefined : km));
  return <Slider label={T.radius} unit={T.km} value={value} low={10} high={600} step={10} onChange={set} />;
}

const WEIGHTS = ["assumptions", "weights"];

function Weights({ schema, params, onParams }: Part): ReactNode {
  const declared = Object.entries((schema && fieldAt(schema, WEIGHTS)?.properties) ?? {});
  if (!declared.length) return null;
  const standard = Object.fromEntries(declared.map(([name, field]) => [name, Number(field.default ?? 0)]));
  const now = { ...standard, ...((valueAt(params, WEIGHTS) ?? {}) as Record<string, number>) };
  const set = (name: string, value: number): void => {
    const next = { ...now, [name]: value };
    const same = Object.keys(standard).every((key) => next[key] === standard[key]);
    onParams(withValue(params, WEIGHTS, same ? undefined : next));
  };
  return (
    <details className="map-more">
      <summary>{T.weights}</summary>
      <p className="hint">{T.weightsHint}</p>
      {declared.map(([name]) => (
        <Slider
          key={name}
          label={MAP_TEXT.weights[name] ?? words(name)}
          unit=""
          value={now[name] ?? 0}
          low={0}
          high={1}
          step={0.05}
          onChange={(value) => set(name, value)}
        />
      ))}
    </details>
  );
}

interface SliderProps {
  label: string;
  unit: string;
  value: number;
  low: number;
  high: number;
  step: number;
  onChange(value: number): void;
}

function Slider({ label, unit, value, low, high, step, onChange }: SliderProps): ReactNode {
  const id = useId();
  return (
    <div className="map-slider">
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id}>{`${figure(value)} ${unit}`}</output>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </div>
  );
}
