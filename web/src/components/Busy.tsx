import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import * as api from "@/api";
import { Skeleton } from "@/components/Skeleton";
import { useRoute } from "@/router/router";
import { percent } from "@/state/format";
import { TEXT } from "@/strings";

/** What a job is doing, with a way to stop it; before the job is known, grey shapes. */
export function Busy({ job }: { job: api.Job | undefined }): ReactNode {
  const { workspace } = useRoute();
  const client = useQueryClient();
  if (!job) return <Skeleton lines={4} />;
  const stop = async (): Promise<void> => {
    await api.cancelJob(workspace, job.job);
    await client.invalidateQueries({ queryKey: ["jobs"] });
  };
  const said = job.message.charAt(0).toUpperCase() + job.message.slice(1);
  const words = said || (job.state === "queued" ? TEXT.job.queued : TEXT.job.running);
  return (
    <section className="busy" aria-busy="true">
      <p role="status" aria-live="polite">
        {words}
        {job.progress === null ? "" : ` · ${percent(job.progress)}`}
      </p>
      <progress aria-label={TEXT.job.progress} max={1} {...(job.progress === null ? {} : { value: job.progress })} />
      <button type="button" onClick={() => void stop()}>
        {TEXT.job.cancel}
      </button>
    </section>
  );
}
