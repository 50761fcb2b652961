import { Component, type ReactNode } from "react";
import { TEXT } from "@/strings";

/** Keeps the shell alive when a screen fails. */
export class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return (
      <section className="error-box" role="alert">
        <h1>{TEXT.error.page}</h1>
        <p>{TEXT.error.pageText}</p>
        <p className="remedy">{this.state.error.message}</p>
        <button type="button" onClick={() => window.location.reload()}>
          {TEXT.error.reload}
        </button>
      </section>
    );
  }
}
