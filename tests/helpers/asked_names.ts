// Names as on a cluster: whoever wants one waits for the answer, which comes when a test gives it.

import type { ChatError } from "../../src/errors.ts";
import type { Claim, ClaimOptions, NameRegistry } from "../../src/name_registry.ts";
import type { Names } from "../../src/names.ts";

/** A registry that answers late, with what `names` says at that moment. */
export class AskedNames implements NameRegistry {
  readonly names: Names;
  readonly #questions: ((error?: ChatError) => void)[] = [];

  constructor(names: Names) {
    this.names = names;
  }

  /** How many wait for an answer. */
  get asked(): number {
    return this.#questions.length;
  }

  /** Answers the oldest question, with a refusal when `error` is given. */
  answer(error?: ChatError): void {
    this.#questions.shift()?.(error);
  }

  claim(name: string, key?: string, options?: ClaimOptions): Promise<Claim> {
    return this.#ask(() => this.names.claim(name, key, options));
  }

  borrow(name: string): Promise<string> {
    return this.#ask(() => this.names.borrow(name));
  }

  hold(name: string): void {
    this.names.hold(name);
  }

  release(name: string): void {
    this.names.release(name);
  }

  forget(name: string): void {
    this.names.forget(name);
  }

  assertMayUse(name: string, key?: string): void {
    this.names.assertMayUse(name, key);
  }

  owns(name: string, key: string): boolean {
    return this.names.owns(name, key);
  }

  #ask<T>(ask: () => T): Promise<T> {
    const answered = Promise.withResolvers<void>();
    this.#questions.push((error) =>
      error === undefined ? answered.resolve() : answered.reject(error)
    );
    return answered.promise.then(ask);
  }
}
