// What other nodes must hear of the people of this one. A node that is the only one has nobody to tell.

/** Where other nodes are. */
export interface Outlet {
  /** `name` has a connection here. */
  held(name: string): void;
  /** `name` has none here any more. */
  released(name: string): void;
  /** Who of those here is writing; at most twice a second, and never nobody. */
  typing(names: readonly string[]): void;
}

/** For a node that is the only one. */
export const NOBODY_ELSE: Outlet = { held() {}, released() {}, typing() {} };
