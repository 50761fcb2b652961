import type { ReactNode } from "react";
import { TEXT } from "@/strings";

/** Grey shapes where an answer will stand. */
export function Skeleton({ lines = 3, tall = false }: { lines?: number; tall?: boolean }): ReactNode {
  return (
    <div className="skeleton" role="status">
      <span className="hidden">{TEXT.loading}</span>
      {Array.from({ length: lines }, (_, at) => (
        <div key={at} className={tall ? "bone tall" : "bone"} style={{ width: tall ? "100%" : `${92 - ((at * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
