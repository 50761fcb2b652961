/** Moments that tests wait for, and that say how long a step took. */
declare global {
  interface Window {
    __marks: Record<string, number>;
  }
}

export function mark(name: string): void {
  window.__marks = { ...(window.__marks ?? {}), [name]: performance.now() };
}
