import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import * as calls from "@/api/calls";
import { ApiError, rememberToken } from "@/api/http";
import type * as T from "@/api/types";
import { watch } from "@/api/watch";
import { canonical } from "@/state/canonical";
import { useRoute } from "@/router/router";

type Answer<X> = UseQueryResult<X, ApiError>;

export function useMe(): Answer<T.Me> {
  return useQuery<T.Me, ApiError>({
    queryKey: ["me"],
    queryFn: async () => {
      const answer = await calls.me();
      rememberToken(answer.csrf);
      return answer;
    },
  });
}

const FOR_EVER = { staleTime: Infinity };

export const useAnalyses = (): Answer<T.AnalysisEntry[]> =>
  useQuery<T.AnalysisEntry[], ApiError>({ queryKey: ["analyses"], queryFn: calls.analyses, ...FOR_EVER });

export const useAnalysisInfo = (name: string): Answer<T.AnalysisInfo> =>
  useQuery<T.AnalysisInfo, ApiError>({
    queryKey: ["analysis-info", name],
    queryFn: () => calls.analysisInfo(name),
    enabled: name !== "",
    ...FOR_EVER,
  });

export const useInputTables = (): Answer<T.InputTable[]> =>
  useQuery<T.InputTable[], ApiError>({ queryKey: ["tables"], queryFn: calls.inputTables, ...FOR_EVER });

export function useNetworks(): Answer<T.NetworkEntry[]> {
  const { workspace } = useRoute();
  return useQuery<T.NetworkEntry[], ApiError>({
    queryKey: ["networks", workspace],
    queryFn: () => calls.networks(workspace),
    enabled: workspace !== "",
  });
}

/** One network; it never changes under its digest. */
export function useNetwork(digest: string): Answer<T.NetworkInfo> {
  const { workspace } = useRoute();
  return useQuery<T.NetworkInfo, ApiError>({
    queryKey: ["network", workspace, digest],
    queryFn: () => calls.network(workspace, digest),
    enabled: digest !== "",
  });
}

export interface AnalysisAnswer {
  /** The answer; while new parameters are worked on, the one before. */
  data: T.Result | undefined;
  /** Address of the answer, for charts and exports. */
  key: string | undefined;
  error: ApiError | null;
  job: T.Job | undefined;
  /** True while an answer to the present parameters is awaited. */
  busy: boolean;
  run: () => void;
}

/** Ask an analysis; parameters left out take their defaults. Slow ones run as a job whose state is given. */
export function useAnalysis(
  digest: string,
  name: string,
  params: Record<string, unknown>,
  options: { enabled?: boolean } = {},
): AnalysisAnswer {
  const { workspace } = useRoute();
  const client = useQueryClient();
  const asked = canonical(params);
  const jobKey = useMemo(() => ["analysis-job", workspace, digest, name, asked], [workspace, digest, name, asked]);
  const answer = useQuery<{ key: string; result: T.Result }, ApiError>({
    queryKey: ["analysis", workspace, digest, name, asked],
    enabled: (options.enabled ?? true) && digest !== "" && name !== "",
    placeholderData: (previous, query) =>
      query?.queryKey[2] === digest && query.queryKey[3] === name ? keepPreviousData(previous) : undefined,
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const started = await calls.startAnalysis(workspace, digest, name, params, signal);
      if (!("job" in started)) return started;
      const show = (job: T.Job): void => void client.setQueryData(jobKey, job);
      const done = await watch(workspace, started.job, show, signal);
      const key = done.result_key ?? "";
      return { key, result: await calls.result(workspace, key, signal) };
    },
  });
  const job = useQuery<T.Job>({ queryKey: jobKey, enabled: false, queryFn: () => Promise.reject(new Error("set only")) });
  const { refetch } = answer;
  const run = useCallback(() => void refetch(), [refetch]);
  return {
    data: answer.data?.result,
    key: answer.data?.key,
    error: answer.error,
    job: answer.isFetching ? job.data : undefined,
    busy: answer.isFetching,
    run,
  };
}

export function useCharts(resultKey: string | undefined): Answer<T.Chart[]> {
  const { workspace } = useRoute();
  return useQuery<T.Chart[], ApiError>({
    queryKey: ["charts", workspace, resultKey],
    queryFn: () => calls.charts(workspace, resultKey ?? ""),
    enabled: Boolean(resultKey),
    staleTime: Infinity,
  });
}
