import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import * as api from "@/api";
import type { Me, Role } from "@/api";
import { CopyButton, ErrorBox, Skeleton } from "@/components";
import { useRoute } from "@/router/router";
import { day } from "@/state/format";
import { TEXT } from "@/strings";

const T = TEXT.account;
const ROLES: Role[] = ["viewer", "planner", "admin"];
const DAYS = 30;

function RolePick({ value, onChange }: { value: Role; onChange: (role: Role) => void }): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{T.role}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value as Role)}>
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {T.roles[role]}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Tokens by which programs act for a person; the secret is shown once. */
export function Tokens({ workspaces }: { workspaces: Me["workspaces"] }): ReactNode {
  const client = useQueryClient();
  const id = useId();
  const { workspace } = useRoute();
  const tokens = useQuery({ queryKey: ["tokens"], queryFn: api.tokens });
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState(String(DAYS));
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ["tokens"] });
  const make = useMutation({
    mutationFn: () =>
      api.makeToken({
        name,
        role,
        days: Number(days) || DAYS,
        workspace: workspace || (workspaces[0]?.workspace ?? ""),
      }),
    onSuccess: () => {
      setName("");
      return refresh();
    },
  });
  const drop = useMutation({ mutationFn: api.dropToken, onSuccess: refresh });
  const secret = make.data?.secret;
  return (
    <section className="panel">
      <h2>{T.tokens}</h2>
      <p className="hint">{T.tokensText}</p>
      <form
        className="edit-form"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <div className="field">
          <label htmlFor={`${id}-n`}>{T.tokenName}</label>
          <input id={`${id}-n`} value={name} onChange={(event) => setName(event.target.value)} />
        </div>
        <RolePick value={role} onChange={setRole} />
        <div className="field">
          <label htmlFor={`${id}-d`}>{T.days}</label>
          <input id={`${id}-d`} inputMode="numeric" value={days} onChange={(event) => setDays(event.target.value)} />
        </div>
        <button type="submit" disabled={!name.trim() || make.isPending}>
          {T.makeToken}
        </button>
      </form>
      {secret ? (
        <p role="status">
          {T.tokenOnce} <code>{secret}</code> <CopyButton text={() => secret} label={T.copyToken} done={TEXT.screen.copied} />
        </p>
      ) : null}
      <ErrorBox error={make.error ?? drop.error ?? tokens.error} />
      {tokens.data ? (
        <ul className="items">
          {tokens.data.map((t) => (
            <li key={t.token}>
              <div>
                <h3>{t.name}</h3>
                <p className="hint">
                  {t.workspace} · {T.roles[t.role]} · {T.expires(day(t.expires))}
                </p>
              </div>
              <button type="button" className="quiet danger" onClick={() => drop.mutate(t.token)}>
                {T.revoke}
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <Skeleton lines={2} />
      )}
    </section>
  );
}

/** Who may do what in this workspace, for its admins. */
export function Members(): ReactNode {
  const { workspace } = useRoute();
  const client = useQueryClient();
  const id = useId();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const members = useQuery({ queryKey: ["members", workspace], queryFn: () => api.members(workspace), enabled: workspace !== "" });
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ["members", workspace] });
  const set = useMutation({
    mutationFn: () => api.setMember(workspace, { email, role }),
    onSuccess: () => {
      setEmail("");
      return refresh();
    },
  });
  const drop = useMutation({ mutationFn: (user: string) => api.dropMember(workspace, user), onSuccess: refresh });
  if (!workspace) return null;
  return (
    <section className="panel">
      <h2>{T.members}</h2>
      <form
        className="edit-form"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate();
        }}
      >
        <div className="field">
          <label htmlFor={id}>{T.email}</label>
          <input id={id} type="email" autoComplete="off" value={email} onChange={(event) => setEmail(event.target.value)} />
        </div>
        <RolePick value={role} onChange={setRole} />
        <button type="submit" disabled={!email || set.isPending}>
          {T.addMember}
        </button>
      </form>
      <ErrorBox error={set.error ?? drop.error ?? members.error} />
      {members.data ? (
        <ul className="items">
          {members.data.map((m) => (
            <li key={m.user}>
              <div>
                <h3>{m.name}</h3>
                <p className="hint">
                  {m.email} · {T.roles[m.role]}
                </p>
              </div>
              <button type="button" className="quiet danger" onClick={() => drop.mutate(m.user)}>
                {T.revoke}
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <Skeleton lines={2} />
      )}
    </section>
  );
}
