import { useId, type ReactNode } from "react";
import type { Schema } from "@/api/types";
import { Field } from "@/components/Field";
import { said } from "@/components/messages";
import { fieldAt, valueAt, withValue } from "@/components/paths";

type Values = Record<string, unknown>;

interface Props {
  schema: Schema;
  /** Parameters to offer, with the path of their group: `policy.ally_share`. */
  paths: string[];
  /** Only what differs from the defaults. */
  value: Values;
  onChange(value: Values): void;
  error?: unknown;
}

/** A few of the parameters of an analysis, by their paths. */
export function FieldsOf({ schema, paths, value, onChange, error }: Props): ReactNode {
  const base = useId();
  return (
    <div className="fields">
      {paths.map((path) => {
        const steps = path.split(".");
        const field = fieldAt(schema, steps);
        const name = steps[steps.length - 1] ?? "";
        if (!field) return null;
        return (
          <Field
            key={path}
            id={`${base}-${name}`}
            name={name}
            schema={field}
            value={valueAt(value, steps)}
            message={said(error, steps)}
            onChange={(next) => onChange(withValue(value, steps, next))}
          />
        );
      })}
    </div>
  );
}
