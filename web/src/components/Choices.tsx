import type { ReactNode } from "react";

interface Props {
  legend: string;
  options: { value: string; label: string; hint?: string }[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
}

/** Several of a list. */
export function Choices({ legend, options, chosen, onChange }: Props): ReactNode {
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      <div className="checklist">
        {options.map(({ value, label, hint }) => (
          <label key={value} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, value] : chosen.filter((other) => other !== value))
              }
            />
            <span>
              {label}
              {hint ? <span className="unit">{hint}</span> : null}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
