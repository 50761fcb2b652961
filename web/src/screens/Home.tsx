import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import * as api from "@/api";
import { ErrorBox, Screen, Skeleton } from "@/components";
import { Upload } from "@/components/Upload";
import { Link, addressOf, navigate, useRoute } from "@/router/router";
import { day, figure } from "@/state/format";
import { TEXT } from "@/strings";

/** Three doors, and what is already here. */
export default function Home(): ReactNode {
  const [refused, setRefused] = useState<unknown>(null);
  return (
    <Screen title={TEXT.home.title} sentence={TEXT.home.sentence}>
      <div className="doors">
        <section className="panel">
          <h2>{TEXT.home.example}</h2>
          <p className="hint">{TEXT.home.exampleText}</p>
          <Examples />
        </section>
        <section className="panel">
          <h2>{TEXT.home.bring}</h2>
          <Upload onRefused={setRefused} />
        </section>
        <section className="panel">
          <h2>{TEXT.home.template}</h2>
          <p className="hint">{TEXT.home.templateText}</p>
          <div className="actions">
            <a className="button" href={api.TEMPLATES.xlsx} download>
              {TEXT.home.workbook}
            </a>
            <a className="button" href={api.TEMPLATES.zip} download>
              {TEXT.home.archive}
            </a>
          </div>
        </section>
      </div>
      <ErrorBox error={refused} />
      <Networks />
    </Screen>
  );
}

function Examples(): ReactNode {
  const { workspace } = useRoute();
  const client = useQueryClient();
  const examples = useQuery({ queryKey: ["examples"], queryFn: api.examples, staleTime: Infinity });
  const open = useMutation({
    mutationFn: (name: string) => api.openExample(workspace, name),
    onSuccess: async (stored) => {
      await client.invalidateQueries({ queryKey: ["networks", workspace] });
      navigate(addressOf({ workspace, digest: stored.digest, screen: "map" }));
    },
  });
  if (examples.error) return <ErrorBox error={examples.error} />;
  if (!examples.data) return <Skeleton lines={2} />;
  return (
    <>
      <ul className="stack tight">
        {examples.data.map(({ name, title }) => (
          <li key={name}>
            <button type="button" className="wide" disabled={open.isPending} onClick={() => open.mutate(name)}>
              {title}
            </button>
          </li>
        ))}
      </ul>
      <ErrorBox error={open.error} />
    </>
  );
}

function Networks(): ReactNode {
  const { workspace } = useRoute();
  const networks = api.useNetworks();
  const { columns } = TEXT.home;
  let body: ReactNode;
  if (networks.error) body = <ErrorBox error={networks.error} />;
  else if (!networks.data) body = <Skeleton lines={3} />;
  else if (!networks.data.length) body = <p className="hint">{TEXT.home.none}</p>;
  else {
    body = (
      <div className="scroll-x" tabIndex={0} role="region" aria-label={TEXT.home.networks}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{columns.label}</th>
              <th scope="col">{columns.name}</th>
              <th scope="col" className="n">
                {columns.rows}
              </th>
              <th scope="col">{columns.created}</th>
              <th scope="col">
                <span className="hidden">{columns.open}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {networks.data.map((n) => (
              <tr key={n.digest}>
                <td>
                  <Link to={addressOf({ workspace, digest: n.digest, screen: "data" })}>{n.label || n.digest.slice(0, 12)}</Link>
                  <span className="unit">{n.digest.slice(0, 12)}</span>
                </td>
                <td>{n.name ?? ""}</td>
                <td className="n">{figure(n.rows, 9)}</td>
                <td>{day(n.created)}</td>
                <td>
                  <Link to={addressOf({ workspace, digest: n.digest, screen: "map" })}>{TEXT.home.map}</Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    );
  }
  return (
    <section className="panel">
      <h2>{TEXT.home.networks}</h2>
      {body}
    </section>
  );
}
