import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import * as api from "@/api";
import type { Column, Row, TablePage } from "@/api";
import type { Remote } from "@/components/DataTable";
import type { Sort } from "@/components/rows";
import { useRoute } from "@/router/router";

const PAGE = 200;

export interface Pages {
  columns: Column[];
  rows: readonly (Row | undefined)[];
  remote: Remote;
  error: api.ApiError | null;
  ready: boolean;
}

/** Rows of a stored table, a page at a time as they come into view; sorted and filtered by the server. */
export function useTablePages(digest: string, table: string, firstFilter: string): Pages {
  const { workspace } = useRoute();
  const [sort, setSort] = useState<Sort | null>(null);
  const [filter, setFilter] = useState(firstFilter);
  const [[from, to], setSpan] = useState<[number, number]>([0, 0]);
  const order = sort ? `${sort.down ? "-" : ""}${sort.column}` : "";
  const asked = (page: number) => ({
    queryKey: ["table", workspace, digest, table, order, filter, page],
    queryFn: () => api.tablePage(workspace, digest, table, { offset: page * PAGE, limit: PAGE, sort: order, filter }),
    staleTime: Infinity,
  });
  const first = useQuery<TablePage, api.ApiError>({ ...asked(0), placeholderData: keepPreviousData });
  const wanted = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  const answers = useQueries({ queries: wanted.map(asked) });
  const rows: (Row | undefined)[] = [];
  answers.forEach((answer, at) =>
    answer.data?.rows.forEach((row, within) => {
      rows[(wanted[at] ?? 0) * PAGE + within] = row;
    }),
  );
  const onRange = useCallback((first: number, last: number) => {
    const next: [number, number] = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    setSpan((now) => (now[0] === next[0] && now[1] === next[1] ? now : next));
  }, []);
  const onSort = useCallback((next: Sort | null) => setSort(next), []);
  const onFilter = useCallback((next: string) => setFilter(next), []);
  return {
    columns: first.data?.columns ?? [],
    rows,
    remote: { total: first.data?.total ?? 0, sort, filter, onSort, onFilter, onRange },
    error: first.error ?? (answers.find((answer) => answer.error)?.error as api.ApiError | undefined) ?? null,
    ready: first.data !== undefined,
  };
}
