import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import * as api from "@/api";
import type { Me } from "@/api";
import { Screen, Skeleton } from "@/components";
import { navigate } from "@/router/router";
import { FirstRun, SignIn } from "@/screens/AccountDoor";
import { Members, Tokens } from "@/screens/AccountParts";
import { useRole } from "@/state/role";
import { TEXT } from "@/strings";

const T = TEXT.account;

/** Who is signed in; the door where nobody is. */
export default function Account(): ReactNode {
  const me = api.useMe();
  if (!me.data) return <Skeleton lines={4} />;
  if (me.data.first_run) return <FirstRun />;
  if (me.data.auth !== "none" && !me.data.user) return <SignIn oidc={me.data.oidc} />;
  return <Own me={me.data} />;
}

function Own({ me }: { me: Me }): ReactNode {
  const client = useQueryClient();
  const { isAdmin } = useRole();
  const leave = useMutation({
    mutationFn: (everywhere: boolean) => api.logout(everywhere),
    onSuccess: () => {
      client.clear();
      navigate("/");
    },
  });
  const accounts = me.auth !== "none";
  return (
    <Screen
      title={T.title}
      sentence={accounts && me.user ? T.who(me.user.name, me.user.email) : T.local}
      actions={
        accounts ? (
          <>
            <button type="button" onClick={() => leave.mutate(false)}>
              {T.signOut}
            </button>
            <button type="button" className="quiet" onClick={() => leave.mutate(true)}>
              {T.everywhere}
            </button>
          </>
        ) : null
      }
    >
      <section className="panel">
        <h2>{T.workspaces}</h2>
        <ul className="items">
          {me.workspaces.map((w) => (
            <li key={w.workspace}>
              <h3>{w.name}</h3>
              <span className="hint">{T.roles[w.role]}</span>
            </li>
          ))}
        </ul>
      </section>
      {accounts ? (
        <>
          <Tokens workspaces={me.workspaces} />
          {isAdmin ? <Members /> : null}
        </>
      ) : (
        <p className="hint">{T.signInFirst}</p>
      )}
      <p className="hint">{T.version(me.version)}</p>
    </Screen>
  );
}
