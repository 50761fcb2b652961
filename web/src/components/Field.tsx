import { useEffect, useState, type ReactNode } from "react";
import type { Schema } from "@/api/types";
import { controlOf } from "@/components/schema";
import { words } from "@/state/format";
import { TEXT } from "@/strings";

interface Props {
  id: string;
  name: string;
  schema: Schema & { optional?: boolean };
  value: unknown;
  message: string;
  /** Undefined goes back to the default. */
  onChange: (value: unknown) => void;
}

const asText = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);
};

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const low = minimum ?? exclusiveMinimum;
  const high = maximum ?? exclusiveMaximum;
  if (low !== undefined && high !== undefined) return TEXT.form.range(String(low), String(high));
  if (low !== undefined) return TEXT.form.from(String(low));
  return high === undefined ? "" : TEXT.form.to(String(high));
}

export function Field({ id, name, schema, value, message, onChange }: Props): ReactNode {
  const control = controlOf(schema);
  const hints = [
    schema.description,
    control === "list" ? TEXT.form.listHint : "",
    range(schema),
    schema.default === undefined ? "" : TEXT.form.standard(asText(schema.default) || TEXT.form.none),
  ];
  const label = words(name);
  const described = { "aria-describedby": `${id}-hint`, "aria-invalid": message !== "" || undefined };
  const hint = (
    <p id={`${id}-hint`} className="hint">
      {message ? <span className="said">{message} </span> : null}
      {hints.filter(Boolean).join(" ")}
    </p>
  );
  if (control === "switch") {
    const on = (value ?? schema.default) === true;
    return (
      <div className="field">
        <label className="check">
          <input
            type="checkbox"
            checked={on}
            {...described}
            onChange={(event) => onChange(event.target.checked === schema.default ? undefined : event.target.checked)}
          />
          {label}
        </label>
        {hint}
      </div>
    );
  }
  if (control === "choices") {
    const chosen = (value ?? schema.default ?? []) as unknown[];
    return (
      <fieldset className="field" {...described}>
        <legend>{label}</legend>
        <div className="checks">
          {(schema.items?.enum ?? []).map((option) => (
            <label key={String(option)} className="check">
              <input
                type="checkbox"
                checked={chosen.includes(option)}
                onChange={(event) => {
                  const next = event.target.checked ? [...chosen, option] : chosen.filter((o) => o !== option);
                  onChange(next.length ? next : undefined);
                }}
              />
              {String(option)}
            </label>
          ))}
        </div>
        {hint}
      </fieldset>
    );
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {control === "choice" ? (
        <select
          id={id}
          {...described}
          value={asText(value ?? schema.default)}
          onChange={(event) => {
            const picked = schema.enum?.find((option) => String(option) === event.target.value);
            onChange(picked === schema.default ? undefined : picked);
          }}
        >
          {schema.optional || schema.default === undefined ? <option value="">{TEXT.form.none}</option> : null}
          {(schema.enum ?? []).map((option) => (
            <option key={String(option)}>{String(option)}</option>
          ))}
        </select>
      ) : (
        <Typed id={id} schema={schema} value={value} described={described} onChange={onChange} />
      )}
      {hint}
    </div>
  );
}

interface TypedProps {
  id: string;
  schema: Schema;
  value: unknown;
  described: object;
  onChange: (value: unknown) => void;
}

/** A box that keeps what is typed until it makes a value: on leaving it or on Enter. */
function Typed({ id, schema, value, described, onChange }: TypedProps): ReactNode {
  const given = asText(value);
  const [text, setText] = useState(given);
  const [bad, setBad] = useState(false);
  useEffect(() => setText(given), [given]);
  const control = controlOf(schema);
  const commit = (): void => {
    const next = read(text.trim(), schema);
    setBad(next === BAD);
    if (next !== BAD && asText(next) !== given) onChange(next);
  };
  return (
    <>
      <input
        id={id}
        {...described}
        value={text}
        placeholder={asText(schema.default)}
        inputMode={control === "number" ? "decimal" : "text"}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
        }}
      />
      {bad ? <p className="hint said">{TEXT.form.badJson}</p> : null}
    </>
  );
}

const BAD = Symbol("not valid");

/** What a text means for a field; a number that is none goes to the server as typed, whose message says why not. */
export function read(text: string, schema: Schema): unknown {
  if (text === "") return undefined;
  const number = (part: string): unknown => {
    const value = Number(part);
    return Number.isNaN(value) ? part : value;
  };
  switch (controlOf(schema)) {
    case "number":
      return number(text);
    case "list": {
      const parts = text.split(",").map((part) => part.trim()).filter(Boolean);
      return schema.items?.type === "string" ? parts : parts.map(number);
    }
    case "json":
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return BAD;
      }
    default:
      return text;
  }
}
