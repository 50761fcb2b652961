import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import * as api from "@/api";
import { ErrorBox } from "@/components";
import { useRoute } from "@/router/router";
import { day } from "@/state/format";
import { TEXT } from "@/strings";

const T = TEXT.data;

/** Names that point to this version; a name moves only from where the reader saw it. */
export function NameVersion({ names }: { names: string[] }): ReactNode {
  const { workspace, digest } = useRoute();
  const client = useQueryClient();
  const id = useId();
  const [name, setName] = useState("");
  const all = useQuery({ queryKey: ["names", workspace], queryFn: () => api.names(workspace) });
  const known = all.data?.find((entry) => entry.name === name.trim());
  const give = useMutation({
    mutationFn: () => api.moveName(workspace, name.trim(), digest, known?.digest ?? null),
    onSuccess: () => setName(""),
    onSettled: async () => {
      for (const key of ["names", "networks", "network"]) await client.invalidateQueries({ queryKey: [key, workspace] });
    },
  });
  return (
    <section className="panel">
      <h2>{T.naming}</h2>
      <p className="hint">{T.namingText}</p>
      {names.length ? (
        <p>
          {names.map((one) => (
            <span key={one} className="tag good">
              {one}
            </span>
          ))}
        </p>
      ) : null}
      <form
        className="edit-form"
        onSubmit={(event) => {
          event.preventDefault();
          give.mutate();
        }}
      >
        <div className="field">
          <label htmlFor={id}>{T.versionName}</label>
          <input id={id} list={`${id}-known`} value={name} onChange={(event) => setName(event.target.value)} />
          <datalist id={`${id}-known`}>
            {(all.data ?? []).map((entry) => (
              <option key={entry.name} value={entry.name} />
            ))}
          </datalist>
        </div>
        <button type="submit" disabled={!name.trim() || !all.data || known?.digest === digest || give.isPending}>
          {known ? T.moveName : T.giveName}
        </button>
        {known?.history[0] ? <p className="hint">{T.lastMoved(day(known.history[0].at))}</p> : null}
      </form>
      <ErrorBox error={give.error ?? all.error} />
    </section>
  );
}
