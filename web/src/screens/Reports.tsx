import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import * as api from "@/api";
import type { Job } from "@/api";
import { Busy, ErrorBox, Screen, Skeleton } from "@/components";
import { Choices } from "@/components/Choices";
import { useRoute } from "@/router/router";
import { useScenarios } from "@/screens/Scenarios";
import { day } from "@/state/format";
import { mark } from "@/state/marks";
import { TEXT } from "@/strings";

const T = TEXT.reports;
const USUAL = ["density", "visibility"];

/** Choose what goes into a report, have it made, open it. */
export default function Reports(): ReactNode {
  return (
    <Screen title={T.title} sentence={T.sentence}>
      <Make />
      <Made />
    </Screen>
  );
}

function Make(): ReactNode {
  const { workspace, digest } = useRoute();
  const client = useQueryClient();
  const id = useId();
  const all = api.useAnalyses();
  const list = useScenarios();
  const network = api.useNetwork(digest);
  const [title, setTitle] = useState("");
  const [analyses, setAnalyses] = useState<string[]>(USUAL);
  const [scenarios, setScenarios] = useState<string[]>([]);
  const [still, setStill] = useState(false);
  const [job, setJob] = useState<Job>();
  const make = useMutation({
    mutationFn: async () => {
      setJob(undefined);
      const body = { digest, analyses, scenarios, static: still, ...(title.trim() ? { title: title.trim() } : {}) };
      const { job: started } = await api.startReport(workspace, body);
      return api.watch(workspace, started, setJob);
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["reports", workspace] });
      mark("report");
    },
  });
  const options = (all.data ?? [])
    .filter((a) => a.takes.toLowerCase() === "network")
    .map((a) => ({ value: a.name, label: a.title, hint: a.question }));
  const own = (list.data ?? []).filter((s) => s.digest === digest).map((s) => ({ value: s.scenario, label: s.name }));
  return (
    <form
      className="panel stack"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <div className="field narrow">
        <label htmlFor={id}>{T.name}</label>
        <input id={id} value={title} placeholder={network.data?.label ?? ""} onChange={(event) => setTitle(event.target.value)} />
      </div>
      {all.data ? <Choices legend={T.analyses} options={options} chosen={analyses} onChange={setAnalyses} /> : <Skeleton lines={4} />}
      {own.length ? <Choices legend={T.scenarios} options={own} chosen={scenarios} onChange={setScenarios} /> : null}
      <label className="check">
        <input type="checkbox" checked={still} onChange={(event) => setStill(event.target.checked)} />
        {T.static}
      </label>
      <div className="actions">
        <button type="submit" className="primary" disabled={make.isPending || !analyses.length}>
          {T.make}
        </button>
        {make.isSuccess ? <span role="status">{T.ready}</span> : null}
      </div>
      {make.isPending ? <Busy job={job} /> : null}
      <ErrorBox error={make.error} />
    </form>
  );
}

function asked(report: api.ReportEntry): string[] {
  const names = report.asked["analyses"];
  return Array.isArray(names) ? names.map(String) : [];
}

function Made(): ReactNode {
  const { workspace } = useRoute();
  const reports = useQuery({ queryKey: ["reports", workspace], queryFn: () => api.reports(workspace) });
  let body: ReactNode;
  if (reports.error) body = <ErrorBox error={reports.error} />;
  else if (!reports.data) body = <Skeleton lines={2} />;
  else if (!reports.data.length) body = <p className="hint">{T.none}</p>;
  else {
    body = (
      <ul className="items">
        {reports.data.map((report) => {
          const href = api.reportPath(workspace, report.report);
          return (
            <li key={report.report}>
              <div>
                <h3>{report.title}</h3>
                <p className="hint">
                  {day(report.created)} · {asked(report).join(", ")}
                </p>
              </div>
              <div className="actions">
                {report.ready ? (
                  <>
                    <a className="button" href={href} target="_blank" rel="noreferrer">
                      {T.open}
                    </a>
                    <a className="button" href={href} download={`${report.title}.html`}>
                      {T.save}
                    </a>
                  </>
                ) : (
                  <span className="tag">{T.notReady}</span>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    );
  }
  return (
    <section className="panel">
      <h2>{T.list}</h2>
      {body}
    </section>
  );
}
