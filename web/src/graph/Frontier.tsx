import type { KeyboardEvent, ReactNode } from "react";
import type { Row } from "@/api";
import { number, text } from "@/map/answers";
import { useQueryValue } from "@/router/router";
import { figure, money } from "@/state/format";
import { GRAPH_TEXT } from "./strings";

const T = GRAPH_TEXT.plan;
const BOX = { left: 70, right: 690, top: 14, bottom: 260 };
const TICKS = 5;

interface Props {
  points: Row[];
  chosen: string;
  currency: string;
  /** Measures that the plans were asked for, the first drawn upward. */
  goals: string[];
  onChoose(point: string): void;
}

/** The plans: across what they cost, each a band from what is proven to what was found; up what else they bring. */
export function Frontier({ points, chosen, currency, goals, onChoose }: Props): ReactNode {
  const names = Object.keys(T.axes).filter((name) => new Set(points.map((row) => number(row, name))).size > 1);
  const [axis, setAxis] = useQueryValue("axis", goals.find((goal) => names.includes(goal)) ?? names[0] ?? "co2_t");
  const rows = points.filter((row) => number(row, "upper_bound") !== null);
  if (rows.length < 2) return null;
  const costs = rows.flatMap((row) => [number(row, "lower_bound") ?? number(row, "upper_bound"), number(row, "upper_bound")]);
  const x = scale(costs as number[], BOX.left, BOX.right);
  const y = scale(rows.map((row) => number(row, axis) ?? 0), BOX.bottom, BOX.top);
  const choose = (event: KeyboardEvent, point: string): void => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onChoose(point);
  };
  return (
    <section className="panel">
      <div className="chart-head">
        <h2>{T.frontier}</h2>
        <label className="pick">
          <span>{T.axis}</span>
          <select value={axis} onChange={(event) => setAxis(event.target.value)}>
            {Object.entries(T.axes).map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className="hint">{T.frontierHint}</p>
      <svg className="plan-points" viewBox="0 0 720 310" role="group" aria-label={T.frontier}>
        {ticks(x).map((value) => (
          <g key={value}>
            <line className="axis" x1={x.at(value)} x2={x.at(value)} y1={BOX.top} y2={BOX.bottom} />
            <text x={x.at(value)} y={BOX.bottom + 18} textAnchor="middle">
              {money(value, "", 4)}
            </text>
          </g>
        ))}
        {ticks(y).map((value) => (
          <g key={value}>
            <line className="axis" x1={BOX.left} x2={BOX.right} y1={y.at(value)} y2={y.at(value)} />
            <text x={BOX.left - 8} y={y.at(value) + 4} textAnchor="end">
              {height(value, axis)}
            </text>
          </g>
        ))}
        <text x={(BOX.left + BOX.right) / 2} y={300} textAnchor="middle">
          {T.objective(currency)}
        </text>
        {rows.map((row) => {
          const key = text(row, "point");
          const high = number(row, "upper_bound") ?? 0;
          const low = number(row, "lower_bound") ?? high;
          const at = y.at(number(row, axis) ?? 0);
          const on = key === chosen;
          return (
            <g
              key={key}
              role="button"
              tabIndex={0}
              aria-pressed={on}
              aria-label={`${T.point(key)}: ${money(low, "", 4)}–${money(high, currency, 4)}, ${T.axes[axis] ?? axis} ${height(number(row, axis) ?? NaN, axis)}`}
              onClick={() => onChoose(key)}
              onKeyDown={(event) => choose(event, key)}
            >
              <rect x={x.at(low)} y={at - 4} width={Math.max(x.at(high) - x.at(low), 1)} height={8} fill="var(--accent)" opacity={0.35} />
              <circle cx={x.at(high)} cy={at} r={on ? 9 : 6.5} fill={row["distinguishable"] === false ? "var(--paper)" : "var(--accent)"} stroke={on ? "#d0342c" : "var(--accent)"} strokeWidth={on ? 3 : 1.5} />
              <text x={x.at(high) + 12} y={at - 7}>
                {key}
              </text>
            </g>
          );
        })}
      </svg>
    </section>
  );
}

const height = (value: number, axis: string): string =>
  axis === "ally_share" ? `${figure(100 * value)} %` : money(value, "", 4);

interface Scale {
  low: number;
  high: number;
  at(value: number): number;
}

function scale(values: number[], from: number, to: number): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least || Math.abs(most) || 1) * 0.08;
  const [low, high] = [least - room, most + room];
  return { low, high, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
}

function ticks({ low, high }: Scale): number[] {
  const rough = (high - low) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? power;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, i) => first + i * step);
}
