import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type HTMLInputAutoCompleteAttribute, type ReactNode } from "react";
import * as api from "@/api";
import { ErrorBox, Screen } from "@/components";
import { TEXT } from "@/strings";

const T = TEXT.account;

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: string;
  autoComplete?: HTMLInputAutoCompleteAttribute;
  hint?: string;
}

function TextField({ label, value, onChange, type = "text", autoComplete = "off", hint }: FieldProps): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        value={value}
        autoComplete={autoComplete}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint ? (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

/** After entering, everything that was asked as nobody is asked anew. */
function useEntered(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await client.resetQueries();
  };
}

export function SignIn({ oidc }: { oidc: boolean }): ReactNode {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const entered = useEntered();
  const enter = useMutation({ mutationFn: () => api.login({ email, password }), onSuccess: entered });
  return (
    <Screen title={T.signIn}>
      <form
        className="panel door-form"
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <TextField label={T.email} value={email} onChange={setEmail} type="email" autoComplete="username" />
        <TextField label={T.password} value={password} onChange={setPassword} type="password" autoComplete="current-password" />
        <ErrorBox error={enter.error} />
        <div className="actions">
          <button type="submit" className="primary" disabled={enter.isPending || !email || !password}>
            {T.signIn}
          </button>
          {oidc ? (
            <a className="button" href="/api/oidc/start">
              {T.signInWith}
            </a>
          ) : null}
        </div>
      </form>
    </Screen>
  );
}

export function FirstRun(): ReactNode {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [token, setToken] = useState("");
  const entered = useEntered();
  const make = useMutation({ mutationFn: () => api.firstRun({ name, email, password, token }), onSuccess: entered });
  return (
    <Screen title={T.firstRun} sentence={T.firstRunText}>
      <form
        className="panel door-form"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <TextField label={T.name} value={name} onChange={setName} autoComplete="name" />
        <TextField label={T.email} value={email} onChange={setEmail} type="email" autoComplete="username" />
        <TextField
          label={T.password}
          value={password}
          onChange={setPassword}
          type="password"
          autoComplete="new-password"
          hint={T.passwordHint}
        />
        <TextField label={T.setupToken} value={token} onChange={setToken} hint={T.setupTokenHint} />
        <ErrorBox error={make.error} />
        <button type="submit" className="primary" disabled={make.isPending || !name || !email || !password}>
          {T.create}
        </button>
      </form>
    </Screen>
  );
}
