// A reader of NATS as far as one who reads looks at it: brings and tells what a test says.

import type { ConsumerMessages, JsMsg } from "../../src/nats/library.ts";

/** One reading. */
export class FakeConsumer {
  readonly #ended = Promise.withResolvers<Error | undefined>();
  readonly #news = Promise.withResolvers<string>();
  #take: (message: JsMsg) => void = () => {};
  isStopped = false;
  /** What is there when the reading begins. */
  pending = 0;

  bring(seq: number, pending = 0): void {
    this.#take({ seq, info: { pending } } as JsMsg);
  }

  tell(type: string): void {
    this.#news.resolve(type);
  }

  end(error?: Error): void {
    this.#news.resolve("end");
    this.#ended.resolve(error);
  }

  /** It as the client has it. */
  // deno-lint-ignore no-explicit-any -- a consumer has much more than is used
  get consumer(): any {
    return {
      info: () => Promise.resolve({ num_pending: this.pending }),
      consume: ({ callback }: { callback: (message: JsMsg) => void }) => {
        this.#take = callback;
        return Promise.resolve(this.#messages());
      },
      delete: () => Promise.resolve(true),
    };
  }

  #messages(): Partial<ConsumerMessages> {
    const news = this.#news.promise;
    return {
      closed: () => this.#ended.promise,
      stop: () => {
        this.isStopped = true;
        this.end();
      },
      status: async function* () {
        const type = await news;
        // deno-lint-ignore no-explicit-any -- a test may tell anything
        if (type !== "end") yield { type } as any;
      } as ConsumerMessages["status"],
    };
  }
}
