import type { ReactNode } from "react";
import type { Edit } from "@/api";
import { describeEdit } from "@/screens/ScenariosEdit";
import { TEXT } from "@/strings";

const MOST = 8;

/** Edits in words; of the hundreds that a plan makes, the first few. */
export function EditList({ edits }: { edits: Edit[] }): ReactNode {
  return (
    <ul className="edits">
      {edits.slice(0, MOST).map((edit, at) => (
        <li key={at}>{describeEdit(edit)}</li>
      ))}
      {edits.length > MOST ? <li className="hint">{TEXT.scenarios.moreEdits(edits.length - MOST)}</li> : null}
    </ul>
  );
}
