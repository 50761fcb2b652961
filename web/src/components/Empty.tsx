import type { ReactNode } from "react";

/** Nothing here yet: what it would be, and what to do. */
export function Empty({ title, text, action }: { title: string; text: ReactNode; action?: ReactNode }): ReactNode {
  return (
    <section className="empty">
      <h2>{title}</h2>
      <p>{text}</p>
      {action ? <div className="actions">{action}</div> : null}
    </section>
  );
}
