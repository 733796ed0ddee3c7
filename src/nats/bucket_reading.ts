// One reading of a key-value bucket: all that is in it, and from then on what changes, until the bucket or
// the connection is lost.

import type { ConsumerMessages, JetStreamClient, JsMsg, NatsLibrary } from "./library.ts";
import type { NameBucketListener, Written } from "./name_bucket.ts";
import { endOf, READING, unlessEnded } from "./reading.ts";

/** What to read, and who is told. */
export interface BucketReadingOptions {
  readonly client: JetStreamClient;
  readonly library: NatsLibrary;
  readonly stream: string;
  /** What all keys have before them. */
  readonly subject: string;
  /** How long ago something was written at that time. */
  readonly ageOf: (time: Date) => number;
  readonly listener: NameBucketListener;
}

/** Whether a value was removed, as its headers say. */
export function isDeleted(headers: { get(name: string): string } | undefined): boolean {
  return /^(DEL|PURGE)$/.test(headers?.get("KV-Operation") ?? "");
}

/** A reading that has read everything once. */
export class BucketReading {
  /** Resolves when it has ended, whoever ended it, or when nothing comes any more. */
  readonly ended: Promise<unknown>;
  readonly #messages: ConsumerMessages;

  private constructor(messages: ConsumerMessages) {
    this.#messages = messages;
    this.ended = endOf(messages);
  }

  /**
   * Reports what is in the bucket as `loaded`, and what changes from then on.
   *
   * @throws when the bucket or the connection is lost on the way.
   */
  static async open(options: BucketReadingOptions): Promise<BucketReading> {
    const { client, library, stream, subject } = options;
    const consumer = await client.consumers.get(stream, {
      filter_subjects: `${subject}>`,
      deliver_policy: library.jetstream.DeliverPolicy.LastPerSubject,
    });
    const { num_pending } = await consumer.info(true);
    const all = new Map<string, Written>();
    const read = Promise.withResolvers<void>();
    let left = num_pending;
    if (left === 0) read.resolve();
    let isLoaded = false;
    const messages = await consumer.consume({
      ...READING,
      callback(message) {
        const { key, written } = toWritten(options, message);
        if (isLoaded) return report(options.listener, { key, written, revision: message.seq });
        if (written === undefined) all.delete(key);
        else all.set(key, written);
        if (--left <= 0 || message.info.pending === 0) read.resolve();
      },
    });
    const reading = new BucketReading(messages);
    await unlessEnded(reading, read.promise);
    isLoaded = true;
    options.listener.loaded(all);
    return reading;
  }

  /** Ends it; nothing is reported any more. */
  stop(): void {
    this.#messages.stop();
  }
}

interface Change {
  readonly key: string;
  readonly written: Written | undefined;
  readonly revision: number;
}

function report(listener: NameBucketListener, { key, written, revision }: Change): void {
  if (written === undefined) listener.deleted(key, revision);
  // What is new has no age; clocks that differ would give it one.
  else listener.written(key, { ...written, ageMs: 0 });
}

function toWritten(
  { subject, ageOf }: BucketReadingOptions,
  message: JsMsg,
): { key: string; written: Written | undefined } {
  const key = message.subject.slice(subject.length);
  if (isDeleted(message.headers)) return { key, written: undefined };
  const time = new Date(Number(message.timestampNanos / 1_000_000n));
  return { key, written: { value: message.string(), revision: message.seq, ageMs: ageOf(time) } };
}
