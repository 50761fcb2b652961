import { useId, type ReactNode } from "react";
import type { Schema } from "@/api/types";
import { Field } from "@/components/Field";
import { said } from "@/components/messages";
import { countChanges, resolve, without } from "@/components/schema";
import { words } from "@/state/format";
import { TEXT } from "@/strings";

type Values = Record<string, unknown>;

interface Props {
  schema: Schema;
  /** Only what differs from the defaults. */
  value: Values;
  onChange: (value: Values) => void;
  onRun?: () => void;
  error?: unknown;
  /** Parameters that are set elsewhere on the screen. */
  hide?: string[];
  busy?: boolean;
}

/** A form made from the JSON schema of an analysis; groups fold, the server's messages stand by their field. */
export function ParamForm({ schema, value, onChange, onRun, error, hide = ["product"], busy }: Props): ReactNode {
  return (
    <form
      className="params"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onRun?.();
      }}
    >
      <Group schema={schema} root={schema} value={value} onChange={onChange} path={[]} hide={hide} error={error} />
      <div className="actions">
        {onRun ? (
          <button type="submit" className="primary" disabled={busy}>
            {TEXT.form.run}
          </button>
        ) : null}
        <button type="button" className="quiet" onClick={() => onChange({})} disabled={!Object.keys(value).length}>
          {TEXT.form.reset}
        </button>
      </div>
    </form>
  );
}

interface GroupProps {
  schema: Schema;
  root: Schema;
  value: Values;
  onChange: (value: Values) => void;
  path: string[];
  hide: string[];
  error: unknown;
}

function Group({ schema, root, value, onChange, path, hide, error }: GroupProps): ReactNode {
  const base = useId();
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => path.length || !hide.includes(name));
  return (
    <>
      {fields.map(([name, raw]) => {
        const field = resolve(raw, root);
        const at = [...path, name];
        const message = said(error, at);
        if (field.type === "object" && field.properties) {
          const inner = (value[name] ?? {}) as Values;
          const changes = countChanges(inner);
          return (
            <details key={name} className="group" open={message !== "" || undefined}>
              <summary>
                <span>{words(name)}</span>
                {changes ? <span className="tag">{TEXT.form.changed(changes)}</span> : null}
              </summary>
              {raw.description ?? field.description ? <p className="hint">{raw.description ?? field.description}</p> : null}
              <Group
                schema={field}
                root={root}
                value={inner}
                path={at}
                hide={hide}
                error={error}
                onChange={(next) => onChange(Object.keys(next).length ? { ...value, [name]: next } : without(value, name))}
              />
            </details>
          );
        }
        return (
          <Field
            key={name}
            id={`${base}-${name}`}
            name={name}
            schema={field}
            value={value[name]}
            message={message}
            onChange={(next) => onChange(next === undefined ? without(value, name) : { ...value, [name]: next })}
          />
        );
      })}
    </>
  );
}
