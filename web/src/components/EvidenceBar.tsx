import type { ReactNode } from "react";
import type { Provenance } from "@/api/types";
import { figure, percent } from "@/state/format";
import { TEXT } from "@/strings";

const GRADES = ["audited", "declared", "observed", "inferred", "none"];

/** What share of the rows behind an answer is known how well. */
export function EvidenceBar({ provenance }: { provenance: Provenance | null | undefined }): ReactNode {
  if (!provenance || provenance.rows_read === 0) return null;
  const shares = GRADES.map((grade) => [grade, provenance.evidence[grade] ?? 0] as const).filter(([, share]) => share > 0);
  const illustrative = provenance.evidence["illustrative"] ?? 0;
  return (
    <div className="evidence" role="group" aria-label={TEXT.evidence.label}>
      <div className="evidence-bar" aria-hidden="true">
        {shares.map(([grade, share]) => (
          <span key={grade} className={`grade-${grade}`} style={{ flexGrow: share }} />
        ))}
      </div>
      <ul>
        {shares.map(([grade, share]) => (
          <li key={grade}>
            <span className={`swatch grade-${grade}`} aria-hidden="true" />
            {TEXT.evidence.grades[grade]} {percent(share)}
          </li>
        ))}
        <li>{TEXT.evidence.rows(figure(provenance.rows_read, 9))}</li>
        {illustrative > 0 ? <li>{TEXT.evidence.illustrative(percent(illustrative))}</li> : null}
      </ul>
    </div>
  );
}
