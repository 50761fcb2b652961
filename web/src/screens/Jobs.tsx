import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import * as api from "@/api";
import type { Job } from "@/api";
import { Empty, ErrorBox, Screen, Skeleton } from "@/components";
import { Link, addressOf, useRoute } from "@/router/router";
import { day, percent } from "@/state/format";
import { TEXT } from "@/strings";

const T = TEXT.jobs;
const AGAIN_MS = 2000;
const open = (job: Job): boolean => job.state === "queued" || job.state === "running";

/** What was queued, how far it is, and a way to stop it. */
export default function Jobs(): ReactNode {
  const { workspace } = useRoute();
  const jobs = useQuery<Job[], api.ApiError>({
    queryKey: ["jobs", workspace],
    queryFn: () => api.jobs(workspace),
    refetchInterval: (query) => (query.state.data?.some(open) ? AGAIN_MS : false),
    staleTime: 0,
  });
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: (id: string) => api.cancelJob(workspace, id),
    onSuccess: () => client.invalidateQueries({ queryKey: ["jobs", workspace] }),
  });
  const data = jobs.data ?? [];
  const analyses = api.useAnalyses().data;
  const titleOf = (job: Job): string =>
    job.kind === "report" ? T.report : (analyses?.find((a) => a.name === job.analysis)?.title ?? job.analysis);
  return (
    <Screen title={T.title} sentence={jobs.data ? T.sentence(data.filter(open).length, data.length) : undefined}>
      <ErrorBox error={jobs.error ?? stop.error} />
      {jobs.isLoading ? <Skeleton lines={4} /> : null}
      {jobs.data && !data.length ? <Empty title={T.none} text={T.noneText} /> : null}
      {data.length ? (
        <section className="panel">
          <ul className="items">
            {data.map((job) => (
              <li key={job.job}>
                <div>
                  <h2 className="item">
                    {titleOf(job)}{" "}
                    <span className={`tag ${job.state === "done" ? "good" : job.state === "failed" ? "bad" : ""}`}>
                      {T.states[job.state]}
                    </span>
                  </h2>
                  <p className="hint" role="status">
                    {day(job.created)}
                    {job.error ? ` · ${job.error.message}` : job.message && job.message !== job.state ? ` · ${job.message}` : ""}
                    {open(job) && job.progress !== null ? ` · ${percent(job.progress)}` : ""}
                  </p>
                  {open(job) ? (
                    <progress
                      aria-label={`${TEXT.job.progress}: ${titleOf(job)}`}
                      max={1}
                      {...(job.progress === null ? {} : { value: job.progress })}
                    />
                  ) : null}
                </div>
                <div className="actions">
                  {open(job) ? (
                    <button type="button" disabled={stop.isPending} onClick={() => stop.mutate(job.job)}>
                      {TEXT.job.cancel}
                    </button>
                  ) : null}
                  {job.state === "done" ? job.kind === "report" ? <Report job={job} /> : <Answer job={job} /> : null}
                </div>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </Screen>
  );
}

function Report({ job }: { job: Job }): ReactNode {
  const { workspace } = useRoute();
  if (!job.result_key) return null;
  return (
    <a className="button" href={api.reportPath(workspace, job.result_key)} target="_blank" rel="noreferrer">
      {T.openReport}
    </a>
  );
}

function Answer({ job }: { job: Job }): ReactNode {
  const { workspace } = useRoute();
  const { product, ...params } = job.params ?? {};
  const query = new URLSearchParams({ name: job.analysis });
  if (typeof product === "string") query.set("product", product);
  if (Object.keys(params).length) query.set("p", JSON.stringify(params));
  return (
    <Link className="button" to={`${addressOf({ workspace, digest: job.digest, screen: "analysis" })}?${query.toString()}`}>
      {T.open}
    </Link>
  );
}
