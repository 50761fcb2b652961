import { useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState, type DragEvent, type ReactNode } from "react";
import * as api from "@/api";
import { ErrorBox } from "@/components/ErrorBox";
import { addressOf, navigate, useRoute } from "@/router/router";
import { TEXT } from "@/strings";

interface Props {
  label?: string;
  /** Where a refusal is to be shown; under the button by default. */
  onRefused?: (error: unknown) => void;
}

/** Take files by a button or by dropping them; what the server refuses is listed with its findings. */
export function Upload({ label = TEXT.upload.choose, onRefused }: Props): ReactNode {
  const { workspace } = useRoute();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [working, setWorking] = useState("");
  const [own, setOwn] = useState<unknown>(null);
  const setError = onRefused ?? setOwn;
  const id = useId();
  const take = async (files: File[]): Promise<void> => {
    if (!files.length) return;
    setError(null);
    setWorking(files.map((file) => file.name).join(", "));
    try {
      const stored = await api.upload(workspace, files);
      await client.invalidateQueries({ queryKey: ["networks", workspace] });
      navigate(addressOf({ workspace, digest: stored.digest, screen: "data" }));
    } catch (refused) {
      setError(refused);
    } finally {
      setWorking("");
    }
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take([...event.dataTransfer.files]);
  };
  return (
    <div className="stack">
      <div
        className={over ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <input
          id={id}
          ref={input}
          className="hidden"
          type="file"
          multiple
          accept=".xlsx,.zip,.csv,.parquet"
          onChange={(event) => {
            void take([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        <label htmlFor={id} className="button primary">
          {label}
        </label>
        <p className="hint" role="status">
          {working ? TEXT.upload.working(working) : TEXT.upload.hint}
        </p>
      </div>
      <ErrorBox error={own} />
    </div>
  );
}
