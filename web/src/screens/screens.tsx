import { lazy, type ComponentType } from "react";
import { TEXT } from "@/strings";

interface Entry {
  /** What the screen is about. */
  of: "server" | "workspace" | "network";
  Page: ComponentType;
}

export const SCREENS: Record<string, Entry | undefined> = {
  home: { of: "server", Page: lazy(() => import("@/screens/Home")) },
  data: { of: "network", Page: lazy(() => import("@/screens/Data")) },
  map: { of: "network", Page: lazy(() => import("@/screens/Map")) },
  regions: { of: "network", Page: lazy(() => import("@/screens/Regions")) },
  tiers: { of: "network", Page: lazy(() => import("@/screens/Tiers")) },
  stress: { of: "network", Page: lazy(() => import("@/screens/Stress")) },
  plan: { of: "network", Page: lazy(() => import("@/screens/Plan")) },
  growth: { of: "network", Page: lazy(() => import("@/screens/Growth")) },
  analysis: { of: "network", Page: lazy(() => import("@/screens/Analysis")) },
  scenarios: { of: "network", Page: lazy(() => import("@/screens/Scenarios")) },
  compare: { of: "network", Page: lazy(() => import("@/screens/Compare")) },
  reports: { of: "network", Page: lazy(() => import("@/screens/Reports")) },
  jobs: { of: "workspace", Page: lazy(() => import("@/screens/Jobs")) },
  account: { of: "workspace", Page: lazy(() => import("@/screens/Account")) },
};

export const GROUPS: { title: string; names: string[] }[] = [
  { title: "", names: ["home", "data"] },
  { title: TEXT.nav.look, names: ["map", "regions", "tiers", "stress"] },
  { title: TEXT.nav.try, names: ["plan", "growth", "scenarios", "compare"] },
  { title: TEXT.nav.share, names: ["analysis", "reports", "jobs", "account"] },
];
