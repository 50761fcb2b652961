import { useEffect, useState, type ReactNode } from "react";
import { useMe } from "@/api/hooks";
import { Link, useAddress, useRoute } from "@/router/router";
import { GROUPS, SCREENS } from "@/screens/screens";
import { TEXT } from "@/strings";

/** The screens, those of a network only where one is open. */
export function Navigation(): ReactNode {
  const { workspace, digest, screen } = useRoute();
  const me = useMe();
  const address = useAddress();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [screen, digest]);
  if (!workspace || !me.data?.workspaces.length) return <div className="nav" />;
  return (
    <nav className={open ? "nav open" : "nav"} aria-label={TEXT.nav.label}>
      <button type="button" className="nav-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true">☰</span> {TEXT.nav[screen as "data"] ?? TEXT.menu}
      </button>
      <div className="nav-groups">
        {GROUPS.map(({ title, names }) => {
          const shown = names.filter((name) => digest !== "" || SCREENS[name]?.of !== "network");
          if (!shown.length) return null;
          return (
            <div key={title || names[0]}>
              {title ? <h2>{title}</h2> : null}
              <ul>
                {shown.map((name) => (
                  <li key={name}>
                    <Link
                      to={address({ screen: name, digest: SCREENS[name]?.of === "server" ? "" : digest })}
                      aria-current={screen === name ? "page" : undefined}
                    >
                      {TEXT.nav[name as "data"]}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </div>
    </nav>
  );
}
