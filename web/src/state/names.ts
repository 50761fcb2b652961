import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { tablePage } from "@/api";
import { useRoute } from "@/router/router";

const MOST = 1000;

/** Names for people of the rows of a table, by key; 1,000 at most, the key itself for the others. */
export function useNames(table: string, key: string): ReadonlyMap<string, string> {
  const { workspace, digest } = useRoute();
  const page = useQuery({
    queryKey: ["names-of", workspace, digest, table],
    queryFn: () => tablePage(workspace, digest, table, { limit: MOST }),
    staleTime: Infinity,
    enabled: digest !== "",
  }).data;
  return useMemo(
    () => new Map((page?.rows ?? []).map((row) => [String(row[key]), String(row["name"] ?? row[key])])),
    [page, key],
  );
}
