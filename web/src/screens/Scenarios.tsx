import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import * as api from "@/api";
import type { Edit, ScenarioEntry } from "@/api";
import { Empty, ErrorBox, Screen, Skeleton } from "@/components";
import { Link, useAddress, useRoute } from "@/router/router";
import { EditList } from "@/screens/EditList";
import { EditForm, describeEdit } from "@/screens/ScenariosEdit";
import { day } from "@/state/format";
import { useRole } from "@/state/role";
import { TEXT } from "@/strings";

const T = TEXT.scenarios;

export const useScenarios = () => {
  const { workspace } = useRoute();
  return useQuery<ScenarioEntry[], api.ApiError>({
    queryKey: ["scenarios", workspace],
    queryFn: () => api.scenarios(workspace),
  });
};

interface Draft {
  scenario: string | null;
  name: string;
  edits: Edit[];
}
const BLANK: Draft = { scenario: null, name: "", edits: [] };

export default function Scenarios(): ReactNode {
  const { workspace, digest } = useRoute();
  const client = useQueryClient();
  const address = useAddress();
  const { mayWrite } = useRole();
  const list = useScenarios();
  const [draft, setDraft] = useState<Draft>(BLANK);
  const refresh = async (): Promise<void> => {
    setDraft(BLANK);
    await client.invalidateQueries({ queryKey: ["scenarios", workspace] });
    await client.invalidateQueries({ queryKey: ["networks", workspace] });
  };
  const save = useMutation({
    mutationFn: ({ scenario, name, edits }: Draft) => {
      const body = { name: name.trim(), digest, edits };
      return scenario ? api.changeScenario(workspace, scenario, body) : api.saveScenario(workspace, body);
    },
    onSuccess: refresh,
  });
  const copy = useMutation({
    mutationFn: (s: ScenarioEntry) =>
      api.saveScenario(workspace, { name: T.copyOf(s.name), digest: s.digest, edits: s.edits }),
    onSuccess: refresh,
  });
  const drop = useMutation({
    mutationFn: (s: ScenarioEntry) => api.dropScenario(workspace, s.scenario),
    onSuccess: refresh,
  });
  const compare = (
    <Link className="button" to={address({ screen: "compare" })}>
      {T.compare}
    </Link>
  );
  let body: ReactNode;
  if (list.error) body = <ErrorBox error={list.error} />;
  else if (!list.data) body = <Skeleton lines={4} />;
  else if (!list.data.length) body = <Empty title={T.none} text={T.noneText} />;
  else {
    body = (
      <section className="panel">
        <h2>{T.list}</h2>
        <ul className="items">
          {list.data.map((s) => (
            <li key={s.scenario}>
              <div>
                <h3>{s.name}</h3>
                <EditList edits={s.edits} />
                <p className="hint">
                  {day(s.created)}
                  {s.by ? ` · ${s.by}` : ""}
                  {s.digest === digest ? "" : ` · ${T.otherBase}`}
                </p>
              </div>
              <div className="actions">
                {s.made ? (
                  <Link className="button" to={address({ digest: s.made, screen: "map" })}>
                    {T.open}
                  </Link>
                ) : null}
                <Link className="button" to={address({ digest: s.digest, screen: "compare" }, { scenarios: s.scenario })}>
                  {T.compare}
                </Link>
                {mayWrite ? (
                  <>
                    {s.digest === digest ? (
                      <button
                        type="button"
                        className="quiet"
                        onClick={() => setDraft({ scenario: s.scenario, name: s.name, edits: s.edits })}
                      >
                        {T.edit}
                      </button>
                    ) : null}
                    <button type="button" className="quiet" disabled={copy.isPending} onClick={() => copy.mutate(s)}>
                      {T.duplicate}
                    </button>
                    <button type="button" className="quiet danger" disabled={drop.isPending} onClick={() => drop.mutate(s)}>
                      {TEXT.remove}
                    </button>
                  </>
                ) : null}
              </div>
            </li>
          ))}
        </ul>
        <ErrorBox error={copy.error ?? drop.error} />
      </section>
    );
  }
  return (
    <Screen title={T.title} sentence={T.sentence} actions={compare}>
      {mayWrite ? (
        <Editor
          key={draft.scenario ?? "new"}
          draft={draft}
          onDraft={setDraft}
          onSave={() => save.mutate(draft)}
          saving={save.isPending}
          error={save.error}
        />
      ) : null}
      {body}
    </Screen>
  );
}

interface EditorProps {
  draft: Draft;
  onDraft: (draft: Draft) => void;
  onSave: () => void;
  saving: boolean;
  error: unknown;
}

function Editor({ draft, onDraft, onSave, saving, error }: EditorProps): ReactNode {
  const { digest } = useRoute();
  const id = useId();
  const { name, edits } = draft;
  return (
    <section className="panel">
      <h2>{draft.scenario ? T.edit : T.create}</h2>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onSave();
        }}
      >
        <div className="field narrow">
          <label htmlFor={id}>{T.name}</label>
          <input
            id={id}
            value={name}
            placeholder={T.namePlaceholder}
            onChange={(event) => onDraft({ ...draft, name: event.target.value })}
          />
        </div>
        <EditForm digest={digest} onAdd={(edit) => onDraft({ ...draft, edits: [...edits, edit] })} />
        {edits.length ? (
          <ul className="edits">
            {edits.map((edit, at) => (
              <li key={at}>
                {describeEdit(edit)}
                <button
                  type="button"
                  className="quiet small danger"
                  aria-label={`${TEXT.remove}: ${describeEdit(edit)}`}
                  onClick={() => onDraft({ ...draft, edits: edits.filter((_, other) => other !== at) })}
                >
                  {TEXT.remove}
                </button>
              </li>
            ))}
          </ul>
        ) : (
          <p className="hint">{T.nothing}</p>
        )}
        <ErrorBox error={error} />
        <div className="actions">
          <button type="submit" className="primary" disabled={saving || !name.trim() || !edits.length}>
            {TEXT.save}
          </button>
          {draft.scenario ? (
            <button type="button" onClick={() => onDraft(BLANK)}>
              {TEXT.cancel}
            </button>
          ) : null}
        </div>
      </form>
    </section>
  );
}
