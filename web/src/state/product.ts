import { useNetwork } from "@/api/hooks";
import { useQueryValue, useRoute } from "@/router/router";

type Product = { part: string; name: string };

/** The product that the screens of a network are about: of the address, else the network's first. */
export function useProduct(): [string, (product: string) => void, Product[]] {
  const { digest } = useRoute();
  const network = useNetwork(digest);
  const [asked, setAsked] = useQueryValue("product");
  const products = network.data?.products ?? [];
  return [asked || (products[0]?.part ?? ""), setAsked, products];
}
