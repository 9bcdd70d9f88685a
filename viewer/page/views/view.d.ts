import type { Live } from "../data/live.js";
import type { Route } from "../data/route.js";

export interface View {
  readonly element: HTMLElement;
  /** After it is in the page. */
  opened?(): void;
  /** The address changed within the view; false wants a new view instead. */
  update(route: Route): boolean;
  close(): void;
}

export type ViewMaker = (route: Route, live: Live) => View;
