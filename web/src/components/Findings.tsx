import { useState, type ReactNode } from "react";
import type { Finding, Severity } from "@/api/types";
import { Link, useAddress } from "@/router/router";
import { TEXT } from "@/strings";

const FIRST = 12;
const ORDER: Severity[] = ["error", "warning", "note"];

interface Props {
  findings: Finding[];
  /** Network whose Data screen shows the rows; without one there is nothing to jump to. */
  digest?: string | undefined;
}

/** Findings, worst first, each with what to do and a way to the row. */
export function Findings({ findings, digest }: Props): ReactNode {
  const [all, setAll] = useState(false);
  const address = useAddress();
  const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  const listed = all ? sorted : sorted.slice(0, FIRST);
  if (!findings.length) return null;
  return (
    <>
      <ul className="findings">
        {listed.map((f, at) => (
          <li key={at} className={f.severity}>
            <span className="tag">{TEXT.finding[f.severity]}</span>
            <div>
              <p>
                <strong>{f.where}</strong> {f.problem}
                {f.value === null ? "" : `, the first ‘${f.value}’`}
                {f.row === null ? "" : ` (${TEXT.finding.row(f.row)})`}.
              </p>
              <p className="remedy">
                {f.remedy}{" "}
                {digest && f.table ? (
                  <Link
                    to={address(
                      { digest, screen: "data" },
                      { table: f.table, ...(f.value ? { find: f.value } : { row: f.row === null ? null : String(f.row) }) },
                    )}
                  >
                    {TEXT.error.jump}
                  </Link>
                ) : null}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {listed.length < sorted.length ? (
        <button type="button" className="quiet" onClick={() => setAll(true)}>
          {TEXT.finding.more(sorted.length - listed.length)}
        </button>
      ) : null}
    </>
  );
}
