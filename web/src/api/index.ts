export * from "@/api/calls";
export * from "@/api/hooks";
export { ApiError, ask, get, query, send } from "@/api/http";
export type * from "@/api/types";
export { compare, watch } from "@/api/watch";
