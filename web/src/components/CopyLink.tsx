import { useState, type ReactNode } from "react";
import { TEXT } from "@/strings";

const SHOWN_MS = 2000;

/** Put text on the clipboard, also where the browser offers no clipboard to a plain-HTTP page. */
export async function copy(text: string): Promise<void> {
  if (window.isSecureContext && navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function CopyButton({ text, label, done }: { text: () => string; label: string; done: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  const act = async (): Promise<void> => {
    await copy(text());
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <button type="button" className="quiet" onClick={() => void act()}>
      <span aria-live="polite">{copied ? done : label}</span>
    </button>
  );
}

export function CopyLink(): ReactNode {
  return <CopyButton text={() => window.location.href} label={TEXT.screen.copyLink} done={TEXT.screen.copied} />;
}
