import { Suspense, lazy, useEffect, useRef, type ReactNode } from "react";
import { useMe } from "@/api/hooks";
import { Boundary } from "@/app/Boundary";
import { Navigation } from "@/app/Navigation";
import { TopBar } from "@/app/TopBar";
import { Empty, ErrorBox, Skeleton } from "@/components";
import { Link, addressOf, navigate, useRoute } from "@/router/router";
import { SCREENS } from "@/screens/screens";
import { mark } from "@/state/marks";
import { TEXT } from "@/strings";

const Account = lazy(() => import("@/screens/Account"));

export function App(): ReactNode {
  const { workspace, digest, screen } = useRoute();
  const me = useMe();
  const first = me.data?.workspaces[0]?.workspace;
  const signedOut = me.data !== undefined && me.data.auth !== "none" && me.data.user === null;

  useEffect(() => {
    if (!workspace && first && screen === "home") navigate(addressOf({ workspace: first, digest: "", screen: "home" }), { replace: true });
  }, [workspace, first, screen]);
  useFocusOnChange(`${digest}/${screen}`);

  let content: ReactNode;
  if (me.error) content = <ErrorBox error={me.error} retry={() => void me.refetch()} />;
  else if (!me.data) content = <Skeleton lines={6} />;
  else if (signedOut || me.data.first_run) content = <Account />;
  else if (!workspace && screen === "home" && first) content = <Skeleton lines={6} />;
  else {
    const entry = SCREENS[screen];
    const fits = entry !== undefined && (entry.of !== "network" || digest !== "");
    content = fits ? <entry.Page key={`${workspace}/${digest}/${screen}`} /> : <Lost first={workspace || (first ?? "")} />;
  }
  return (
    <>
      <a className="skip" href="#main">
        {TEXT.skip}
      </a>
      <TopBar />
      <div className="frame">
        <Navigation />
        <main id="main" tabIndex={-1}>
          <Boundary key={`${digest}/${screen}`}>
            <Suspense fallback={<Skeleton lines={6} />}>{content}</Suspense>
          </Boundary>
        </main>
      </div>
    </>
  );
}

/** A new screen starts at its top, with its heading read out; the first one leaves the focus alone. */
function useFocusOnChange(place: string): void {
  const before = useRef(place);
  useEffect(() => {
    mark("screen");
    if (before.current === place) return;
    before.current = place;
    window.scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [place]);
}

function Lost({ first }: { first: string }): ReactNode {
  return (
    <Empty
      title={TEXT.error.lost}
      text={TEXT.error.lostText}
      action={
        <Link className="button" to={first ? addressOf({ workspace: first, digest: "", screen: "home" }) : "/"}>
          {TEXT.error.toHome}
        </Link>
      }
    />
  );
}
