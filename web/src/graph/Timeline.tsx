import type { ReactNode } from "react";
import { figure } from "@/state/format";
import { GRAPH_TEXT } from "./strings";

const T = GRAPH_TEXT.stress;
const LEFT = 165;
const RIGHT = 690;
const ROW = 26;

interface Props {
  ttr: number | null;
  firstLoss: number | null;
  recovered: number | null;
  stock: number | null;
}

/** The days of one stop: how long it is out, when demand is missed, when stock is back. */
export function Timeline({ ttr, firstLoss, recovered, stock }: Props): ReactNode {
  const bars = [
    { name: T.steps.out, from: 0, to: ttr, color: "#7a7f87" },
    { name: T.steps.miss, from: firstLoss, to: recovered, color: "#b5483f" },
    { name: T.steps.refill, from: recovered, to: stock, color: "#d98a1f" },
  ].filter((bar): bar is { name: string; from: number; to: number; color: string } => bar.from !== null && bar.to !== null);
  if (!bars.length) return null;
  const last = Math.max(...bars.map((bar) => bar.to), 1);
  const step = niceStep(last);
  const x = (day: number) => LEFT + ((RIGHT - LEFT) * day) / last;
  const height = bars.length * ROW + 26;
  const ticks = Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
  const said = bars.map((bar) => `${bar.name}: ${T.day(figure(bar.from))} – ${figure(bar.to)}`).join("; ");
  return (
    <figure>
      <svg className="stress-line" viewBox={`0 0 720 ${height}`} role="img" aria-label={`${T.timeline}. ${said}`}>
        {ticks.map((day) => (
          <g key={day}>
            <line x1={x(day)} x2={x(day)} y1={4} y2={height - 20} stroke="var(--line)" />
            <text x={x(day)} y={height - 6} textAnchor="middle">
              {day ? day : T.day("0")}
            </text>
          </g>
        ))}
        {bars.map((bar, i) => (
          <g key={bar.name}>
            <text x={LEFT - 8} y={i * ROW + 20} textAnchor="end">
              {bar.name}
            </text>
            <rect x={x(bar.from)} y={i * ROW + 7} width={Math.max(x(bar.to) - x(bar.from), 2)} height={17} rx={3} fill={bar.color} />
          </g>
        ))}
      </svg>
      <figcaption>{said}</figcaption>
    </figure>
  );
}

function niceStep(last: number): number {
  const rough = last / 7;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? power;
}
