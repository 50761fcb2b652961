import { ApiError } from "@/api/http";
import { type ComparisonAsked, job as readJob, startComparison, workspacePath } from "@/api/calls";
import type { Comparison, Job } from "@/api/types";
import { TEXT } from "@/strings";

const OVER = new Set(["done", "failed", "cancelled"]);
const POLL_MS = 1000;

/** Follow a job to its end: by server-sent events, or by asking again where they do not come through. */
export async function watch(
  workspace: string,
  id: string,
  onChange: (job: Job) => void,
  signal?: AbortSignal,
): Promise<Job> {
  const last = await byEvents(workspace, id, onChange, signal).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    return byAsking(workspace, id, onChange, signal);
  });
  if (last.state === "failed") {
    throw new ApiError(422, last.error ?? { error: "Failed", message: last.message || TEXT.job.failed });
  }
  if (last.state === "cancelled") throw new ApiError(409, { error: "Stopped", message: TEXT.job.cancelled });
  return last;
}

/** Ask what scenarios change; slow analyses are run by jobs first, and the answer is asked for again when they have ended. */
export async function compare(workspace: string, body: ComparisonAsked, signal?: AbortSignal): Promise<Comparison> {
  const said = await startComparison(workspace, body, signal);
  if (!("jobs" in said)) return said;
  await Promise.all(said.jobs.map((id) => watch(workspace, id, () => undefined, signal)));
  return compare(workspace, body, signal);
}

function byEvents(
  workspace: string,
  id: string,
  onChange: (job: Job) => void,
  signal: AbortSignal | undefined,
): Promise<Job> {
  return new Promise((resolve, reject) => {
    const events = new EventSource(`${workspacePath(workspace)}/jobs/${encodeURIComponent(id)}/events`);
    const end = (): void => events.close();
    signal?.addEventListener("abort", () => {
      end();
      reject(signal.reason as Error);
    });
    events.onmessage = (event: MessageEvent<string>) => {
      const now = JSON.parse(event.data) as Job;
      onChange(now);
      if (OVER.has(now.state)) {
        end();
        resolve(now);
      }
    };
    events.onerror = () => {
      end();
      reject(new Error("events ended"));
    };
  });
}

async function byAsking(
  workspace: string,
  id: string,
  onChange: (job: Job) => void,
  signal: AbortSignal | undefined,
): Promise<Job> {
  for (;;) {
    const now = await readJob(workspace, id, signal);
    onChange(now);
    if (OVER.has(now.state)) return now;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    signal?.throwIfAborted();
  }
}
