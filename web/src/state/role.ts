import { useMe } from "@/api/hooks";
import type { Role } from "@/api/types";
import { useRoute } from "@/router/router";

/** What the reader may do here; the server decides, this only hides what it would refuse. */
export function useRole(): { role: Role; mayWrite: boolean; isAdmin: boolean } {
  const { workspace } = useRoute();
  const me = useMe();
  const role = me.data?.workspaces.find((w) => w.workspace === workspace)?.role ?? "viewer";
  return { role, mayWrite: role !== "viewer", isAdmin: role === "admin" };
}
