import { useEffect, type ReactNode } from "react";
import { CopyLink } from "@/components/CopyLink";
import { TEXT } from "@/strings";

interface Props {
  title: string;
  /** The answer, in one sentence. */
  sentence?: ReactNode;
  /** Buttons for export and the like; the link to the view is always there. */
  actions?: ReactNode;
  /** What share of the value was seen, from which evidence. */
  evidence?: ReactNode;
  children?: ReactNode;
}

export function Screen({ title, sentence, actions, evidence, children }: Props): ReactNode {
  useEffect(() => {
    document.title = `${title} · ${TEXT.brand}`;
  }, [title]);
  return (
    <article className="screen">
      <header className="screen-head">
        <div className="screen-title">
          <h1 tabIndex={-1}>{title}</h1>
          <div className="actions">
            {actions}
            <CopyLink />
          </div>
        </div>
        {sentence ? <p className="answer">{sentence}</p> : null}
        {evidence}
      </header>
      {children}
    </article>
  );
}
