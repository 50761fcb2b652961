/** The address is the state: /w/main/n/<digest>/map?product=…, so that any view can be sent. */
import { useCallback, useMemo, useSyncExternalStore, type AnchorHTMLAttributes, type ReactNode } from "react";
import { addressOf, parse, type Place } from "@/router/address";

export { addressOf } from "@/router/address";
export type { Place } from "@/router/address";

const CHANGED = "tierscape:address";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

const here = (): string => window.location.pathname + window.location.search;

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (to === here()) return;
  if (options.replace) window.history.replaceState(null, "", to);
  else window.history.pushState(null, "", to);
  window.dispatchEvent(new Event(CHANGED));
}

export interface Route extends Place {
  query: URLSearchParams;
}

export function useRoute(): Route {
  const address = useSyncExternalStore(subscribe, here);
  return useMemo(() => {
    const url = new URL(address, window.location.origin);
    return { ...parse(url.pathname), query: url.searchParams };
  }, [address]);
}

/** Address of another screen, of the same network unless another is named. */
export function useAddress(): (change: Partial<Place>, query?: Record<string, string | null>) => string {
  const { workspace, digest, screen, query } = useRoute();
  const product = query.get("product");
  return useCallback(
    (change, more = {}) => {
      const search = new URLSearchParams(product ? { product } : {});
      for (const [name, value] of Object.entries(more)) {
        if (value === null) search.delete(name);
        else search.set(name, value);
      }
      const text = search.toString();
      return addressOf({ workspace, digest, screen, ...change }) + (text ? `?${text}` : "");
    },
    [workspace, digest, screen, product],
  );
}

/** One value of the address's query; an empty value or the default leaves it. */
export function useQueryValue(name: string, otherwise = ""): [string, (value: string, replace?: boolean) => void] {
  const { query } = useRoute();
  const set = useCallback(
    (value: string, replace = true) => {
      const url = new URL(window.location.href);
      if (value === "" || value === otherwise) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
      navigate(url.pathname + url.search, { replace });
    },
    [name, otherwise],
  );
  return [query.get(name) ?? otherwise, set];
}

/** Parameters of an analysis, kept in the address as JSON; only what differs from the defaults. */
export function useUrlParams(name = "p"): [Record<string, unknown>, (value: Record<string, unknown>) => void] {
  const [text, setText] = useQueryValue(name);
  const value = useMemo(() => {
    try {
      const read: unknown = JSON.parse(text || "{}");
      return read !== null && typeof read === "object" && !Array.isArray(read) ? (read as Record<string, unknown>) : {};
    } catch {
      return {};
    }
  }, [text]);
  const set = useCallback(
    (next: Record<string, unknown>) => setText(Object.keys(next).length ? JSON.stringify(next) : ""),
    [setText],
  );
  return [value, set];
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
  children: ReactNode;
}

export function Link({ to, children, onClick, ...rest }: LinkProps): ReactNode {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        onClick?.(event);
        const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (event.defaultPrevented || !plain) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
