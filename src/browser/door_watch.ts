// A page whose password has expired or was changed: its socket is refused, and a socket cannot tell why.
// So after each attempt that failed the page asks, and makes room for the one that asks for the password.

import type { ChatClient } from "../client/client.ts";
import type { Status } from "../client/link.ts";

/** What a {@linkcode DoorWatch} needs of a browser. */
export interface DoorWatchOptions {
  /** The status of an answer that needs the password; rejects when there is none. */
  readonly ask: () => Promise<number>;
  /** Loads the page anew. */
  readonly reload: () => void;
}

/** Sees that the door has closed. */
export class DoorWatch {
  readonly #options: DoorWatchOptions;
  #last: Status = "closed";
  #isAsking = false;

  constructor(options: DoorWatchOptions) {
    this.#options = options;
  }

  /** To be called with each status of the connection. */
  see(status: Status): void {
    const hasFailed = this.#last === "connecting" && status === "waiting";
    this.#last = status;
    if (!hasFailed || this.#isAsking) return;
    this.#isAsking = true;
    this.#options.ask().then(
      (answer) => {
        if (answer === 401) this.#options.reload();
      },
      // Nobody answers: that is what the client waits for anyway.
      () => undefined,
    ).finally(() => this.#isAsking = false);
  }
}

/** Watches the door for `client`, for good. */
export function watchDoor(client: ChatClient): void {
  const door = new DoorWatch({
    ask: async () => (await fetch("/messages.json", { method: "HEAD" })).status,
    // Not `reload`, which would send a form again that brought the page.
    reload: () => location.replace("/"),
  });
  client.listen((event) => {
    if (event.type === "status") door.see(event.status);
  });
}
