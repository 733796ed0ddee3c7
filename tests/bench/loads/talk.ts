// Clients that all talk at once, and the count of what has reached whom.

import { textFrames } from "../../helpers/wire_frame.ts";
import { type ChatSocket, openAll } from "../chat_socket.ts";
import { DIALECTS } from "../dialects.ts";
import { socketOptions, type Target } from "./target.ts";

/** A room of clients. */
export class Talk {
  readonly #target: Target;
  #sockets: readonly ChatSocket[] = [];
  #said = 0;
  #missing = 0;
  #whenAllIsThere = Promise.withResolvers<void>();

  private constructor(target: Target) {
    this.#target = target;
  }

  /** Connects `clients` that all have a name. */
  static async open(target: Target, clients: number): Promise<Talk> {
    const talk = new Talk(target);
    const onMessage = () => {
      if (--talk.#missing === 0) talk.#whenAllIsThere.resolve();
    };
    const options = socketOptions(target, { onMessage, bufferBytes: 64 * 1024 });
    talk.#sockets = await openAll(clients, options);
    await Promise.all(
      talk.#sockets.map((socket, n) => socket.join(options.dialect, `Client ${n}`)),
    );
    return talk;
  }

  /** Messages said so far. */
  get said(): number {
    return this.#said;
  }

  /**
   * Makes ready `messages` of each client, so that what they cost to encode is not measured. The result
   * sends them, `together` of a client in one write, all clients in turn; it resolves with the number of
   * deliveries when everyone has them all.
   */
  prepare({ messages, together }: { messages: number; together: number }): () => Promise<number> {
    const say = DIALECTS[this.#target.dialect].say;
    const turns = Array.from(
      { length: messages / together },
      () =>
        this.#sockets.map((socket, n) => {
          const texts = Array.from({ length: together }, () => say(++this.#said, `Client ${n}`));
          return { socket, frames: textFrames(texts) };
        }),
    );
    return async () => {
      const deliveries = this.#sockets.length ** 2 * messages;
      this.#missing = deliveries;
      this.#whenAllIsThere = Promise.withResolvers();
      for (const turn of turns) {
        await Promise.all(turn.map(({ socket, frames }) => socket.write(frames)));
      }
      await this.#whenAllIsThere.promise;
      return deliveries;
    };
  }
}
