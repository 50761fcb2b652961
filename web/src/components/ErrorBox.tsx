import type { ReactNode } from "react";
import { ApiError } from "@/api/http";
import { Findings } from "@/components/Findings";
import { useRoute } from "@/router/router";
import { TEXT } from "@/strings";

/** An error in words, with its findings and a way to each row. */
export function ErrorBox({ error, retry }: { error: unknown; retry?: () => void }): ReactNode {
  const { digest } = useRoute();
  if (!error) return null;
  const known = error instanceof ApiError ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  const [head = "", ...rest] = message.split("\n");
  return (
    <section className="error-box" role="alert">
      <h2>{TEXT.error.title}</h2>
      <p>{head}</p>
      {known?.findings.length ? (
        <Findings findings={known.findings} digest={digest || undefined} />
      ) : (
        rest.map((line, at) => <p key={at}>{line}</p>)
      )}
      {known?.id ? <p className="remedy">{TEXT.error.id(known.id)}</p> : null}
      {retry ? (
        <button type="button" onClick={retry}>
          {TEXT.error.retry}
        </button>
      ) : null}
    </section>
  );
}
