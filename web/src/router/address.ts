export interface Place {
  workspace: string;
  /** Empty where the screen is about no network. */
  digest: string;
  screen: string;
}

/** Read a path: /w/<workspace>[/n/<digest>]/<screen>. */
export function parse(path: string): Place {
  const [w, workspace = "", ...rest] = path.split("/").filter(Boolean).map(decodeURIComponent);
  if (w !== "w") return { workspace: "", digest: "", screen: w ?? "home" };
  if (rest[0] === "n") return { workspace, digest: rest[1] ?? "", screen: rest[2] ?? "data" };
  return { workspace, digest: "", screen: rest[0] ?? "home" };
}

export function addressOf({ workspace, digest, screen }: Place): string {
  const steps = digest ? ["w", workspace, "n", digest, screen] : ["w", workspace, screen];
  return `/${steps.filter(Boolean).map(encodeURIComponent).join("/")}`;
}
