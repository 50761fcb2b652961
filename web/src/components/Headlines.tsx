import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import * as api from "@/api";
import { useRoute } from "@/router/router";
import { TEXT } from "@/strings";

/** The numbers to see first, as the answer itself names them. */
export function Headlines({ resultKey }: { resultKey: string | undefined }): ReactNode {
  const { workspace } = useRoute();
  const cards = useQuery({
    queryKey: ["headlines", workspace, resultKey],
    queryFn: () => api.headlines(workspace, resultKey ?? ""),
    enabled: Boolean(resultKey),
    staleTime: Infinity,
  }).data;
  if (!cards?.length) return null;
  return (
    <dl className="cards" aria-label={TEXT.analysis.headlines}>
      {cards.map(([what, value, detail]) => (
        <div className="card" key={what}>
          <dt>{what}</dt>
          <dd className="value">{value}</dd>
          {detail ? <dd className="detail">{detail}</dd> : null}
        </div>
      ))}
    </dl>
  );
}
