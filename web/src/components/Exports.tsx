import type { ReactNode } from "react";
import * as api from "@/api";
import { CopyButton } from "@/components/CopyLink";
import { command } from "@/components/command";
import { useRoute } from "@/router/router";
import { TEXT } from "@/strings";

interface Props {
  name: string;
  resultKey: string | undefined;
  params: Record<string, unknown>;
}

/** Ways to take an answer along: files, and the command that repeats it. */
export function Exports({ name, resultKey, params }: Props): ReactNode {
  const { workspace } = useRoute();
  if (!resultKey) return null;
  const file = (ending: string): string => api.resultPath(workspace, resultKey, ending);
  return (
    <>
      <a className="button" href={file(".xlsx")} download={`${name}.xlsx`}>
        {TEXT.analysis.xlsx}
      </a>
      <a className="button" href={file("")} download={`${name}.json`}>
        {TEXT.analysis.json}
      </a>
      <a className="button" href={file("/report.html")} target="_blank" rel="noreferrer">
        {TEXT.analysis.report}
      </a>
      <CopyButton text={() => command(name, params)} label={TEXT.analysis.cli} done={TEXT.analysis.cliDone} />
    </>
  );
}
