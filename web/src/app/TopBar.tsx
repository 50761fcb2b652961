import type { ReactNode } from "react";
import { useMe, useNetwork, useNetworks } from "@/api/hooks";
import { Link, addressOf, navigate, useAddress, useRoute } from "@/router/router";
import { useProduct } from "@/state/product";
import { setTheme, useTheme } from "@/state/theme";
import { TEXT } from "@/strings";

/** Which workspace, network and product the screen is about; light or dark. */
export function TopBar(): ReactNode {
  const { workspace, digest } = useRoute();
  const me = useMe();
  const theme = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  const spaces = me.data?.workspaces ?? [];
  return (
    <header className="top">
      <Link className="brand" to={workspace ? addressOf({ workspace, digest: "", screen: "home" }) : "/"}>
        <span className="mark" aria-hidden="true" />
        {TEXT.brand}
      </Link>
      {spaces.length > 1 ? (
        <label className="pick">
          <span>{TEXT.nav.workspace}</span>
          <select
            value={workspace}
            onChange={(event) => navigate(addressOf({ workspace: event.target.value, digest: "", screen: "home" }))}
          >
            {spaces.map((space) => (
              <option key={space.workspace} value={space.workspace}>
                {space.name}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {digest ? <NetworkPick /> : null}
      {digest ? <ProductPick /> : null}
      <div className="spring" />
      <button type="button" className="quiet" onClick={() => setTheme(other)} aria-label={TEXT.themeTo(other)}>
        {other === "dark" ? TEXT.dark : TEXT.light}
      </button>
    </header>
  );
}

function NetworkPick(): ReactNode {
  const { digest } = useRoute();
  const network = useNetwork(digest);
  const all = useNetworks();
  const address = useAddress();
  const listed = all.data ?? [];
  const known = listed.some((n) => n.digest === digest);
  return (
    <label className="pick">
      <span>{TEXT.nav.network}</span>
      <select value={digest} onChange={(event) => navigate(address({ digest: event.target.value }, { product: null }))}>
        {known ? null : <option value={digest}>{network.data?.label ?? digest.slice(0, 8)}</option>}
        {listed.map((n) => (
          <option key={n.digest} value={n.digest}>
            {n.name && n.name !== n.label ? `${n.label} (${n.name})` : n.label} · {n.digest.slice(0, 6)}
          </option>
        ))}
      </select>
    </label>
  );
}

function ProductPick(): ReactNode {
  const [product, setProduct, products] = useProduct();
  if (products.length < 2) return null;
  return (
    <label className="pick">
      <span>{TEXT.nav.product}</span>
      <select value={product} onChange={(event) => setProduct(event.target.value)}>
        {products.map(({ part, name }) => (
          <option key={part} value={part}>
            {name || part}
          </option>
        ))}
      </select>
    </label>
  );
}
