// The bucket of names in NATS: a key-value bucket of JetStream, which other tools can read as one.

import type { Clock } from "../clock.ts";
import { NAME_KEPT_MS } from "../name_registry.ts";
import { BucketReading, isDeleted } from "./bucket_reading.ts";
import type { ClusterConnection } from "./connection.ts";
import { differencesOf } from "./differences.ts";
import type { JetStreamClient, JetStreamManager } from "./library.ts";
import type { NameBucket, NameBucketListener, Written } from "./name_bucket.ts";

/** The bucket, and the stream that NATS keeps it in. */
export const BUCKET = "PARLEY_names";
const STREAM = `KV_${BUCKET}`;
const SUBJECT = `$KV.${BUCKET}.`;

/** What any request may take; a claim makes several. */
const REQUEST_MS = 2_000;

/** Bytes of a value: a name of 128 code points, and what belongs to it. */
const MAX_VALUE_BYTES = 4096;

/** Between two tries to read the bucket. */
const RETRY_MS = 500;

/** What a bucket is made of. */
export interface NatsBucketOptions {
  readonly connection: ClusterConnection;
  /** Servers of NATS that hold a copy each, when the bucket is made here. */
  readonly replicas: number;
  readonly clock: Clock;
  readonly events: NatsBucketEvents;
}

/** What those who log are told. */
export interface NatsBucketEvents {
  /** The names cannot be read, told once a trouble; that is tried again until they can. */
  namesUnreadable(error: unknown): void;
  /** Their bucket was there already, and is used as it is; `what` names each limit that is another. */
  bucketDiffers(what: string): void;
}

/** A bucket whose every key is gone 15 minutes after it was written last. */
export class NatsBucket implements NameBucket {
  readonly #options: NatsBucketOptions;
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #encoder = new TextEncoder();
  readonly #stop = new AbortController();
  #unwatch = () => {};
  #wake = () => {};
  #reading: BucketReading | undefined;

  private constructor(options: NatsBucketOptions, manager: JetStreamManager) {
    this.#options = options;
    this.#manager = manager;
    this.#client = manager.jetstream();
  }

  /** @throws when there is no JetStream. */
  static async open(options: NatsBucketOptions): Promise<NatsBucket> {
    const { library, nats } = options.connection;
    const manager = await library.jetstream.jetstreamManager(nats, { timeout: REQUEST_MS });
    return new NatsBucket(options, manager);
  }

  get isUp(): boolean {
    return this.#options.connection.isUp;
  }

  /**
   * Makes the bucket when it is missing, and reports it: all that is there before it resolves, and what
   * comes from then on. After a loss it begins anew.
   *
   * @throws when the bucket can be neither made nor read.
   */
  async follow(listener: NameBucketListener): Promise<void> {
    this.#unwatch = this.#options.connection.watch((isUp) => {
      if (isUp) this.#wake();
      else this.#reading?.stop();
    });
    this.#reading = await this.#read(listener);
    await this.#compare();
    this.#goOn(listener);
  }

  async create(key: string, value: string): Promise<number | undefined> {
    const revision = await this.#put(key, value, { over: 0 });
    if (revision !== undefined) return revision;
    // What was removed left a mark, which may be written over.
    const left = await this.#manager.streams.getMessage(STREAM, { last_by_subj: SUBJECT + key });
    if (left === null || !isDeleted(left.header)) return undefined;
    return await this.#put(key, value, { over: left.seq });
  }

  update(key: string, value: string, revision: number): Promise<number | undefined> {
    return this.#put(key, value, { over: revision });
  }

  async delete(key: string, revision: number): Promise<boolean> {
    return await this.#put(key, "", { over: revision, operation: "DEL" }) !== undefined;
  }

  // Of the leader of the stream: any other may be behind.
  async read(key: string): Promise<Written | undefined> {
    const stored = await this.#manager.streams.getMessage(STREAM, { last_by_subj: SUBJECT + key });
    if (stored === null || isDeleted(stored.header)) return undefined;
    const ageMs = this.#ageOf(new Date(stored.timestamp));
    return { value: stored.string(), revision: stored.seq, ageMs };
  }

  /** Ends the reading. */
  close(): void {
    this.#stop.abort();
    this.#unwatch();
    this.#wake();
    this.#reading?.stop();
  }

  async #read(listener: NameBucketListener): Promise<BucketReading> {
    await this.#ensure();
    return await BucketReading.open({
      client: this.#client,
      library: this.#options.connection.library,
      stream: STREAM,
      subject: SUBJECT,
      ageOf: (time) => this.#ageOf(time),
      listener,
    });
  }

  async #goOn(listener: NameBucketListener): Promise<void> {
    let isTroubled = false;
    while (!this.#stop.signal.aborted) {
      try {
        this.#reading ??= await this.#read(listener);
        isTroubled = false;
        await this.#reading.ended;
      } catch (error) {
        if (this.isUp && !isTroubled && !this.#stop.signal.aborted) {
          this.#options.events.namesUnreadable(error);
        }
        isTroubled = this.isUp;
      }
      this.#reading?.stop();
      this.#reading = undefined;
      await this.#pause();
    }
  }

  // A moment, and as long as there is no connection.
  async #pause(): Promise<void> {
    const over = Promise.withResolvers<void>();
    this.#wake = over.resolve;
    if (this.#stop.signal.aborted) return;
    const cancel = this.isUp ? this.#options.clock.after(RETRY_MS, over.resolve) : () => {};
    await over.promise;
    cancel();
  }

  async #ensure(): Promise<void> {
    try {
      await this.#make();
    } catch {
      // The client looks and then adds: another node may have been faster, and then it is there by now.
      await this.#make();
    }
  }

  async #make(): Promise<void> {
    const { library } = this.#options.connection;
    const { StorageType } = library.jetstream;
    await new library.kv.Kvm(this.#client).create(BUCKET, {
      history: 1,
      ttl: NAME_KEPT_MS,
      maxValueSize: MAX_VALUE_BYTES,
      storage: StorageType.File,
      replicas: this.#options.replicas,
      allow_direct: false,
    });
  }

  async #compare(): Promise<void> {
    const { config } = await this.#manager.streams.info(STREAM);
    const wanted = {
      max_age: NAME_KEPT_MS * 1_000_000,
      num_replicas: this.#options.replicas,
      allow_direct: false,
    };
    const differences = differencesOf(config, wanted);
    if (differences !== "") this.#options.events.bucketDiffers(differences);
  }

  async #put(
    key: string,
    value: string,
    { over, operation }: { over: number; operation?: string },
  ): Promise<number | undefined> {
    const { core, jetstream } = this.#options.connection.library;
    const headers = core.headers();
    if (operation !== undefined) headers.set("KV-Operation", operation);
    try {
      const { seq } = await this.#client.publish(SUBJECT + key, this.#encoder.encode(value), {
        headers,
        timeout: REQUEST_MS,
        expect: { lastSubjectSequence: over },
      });
      return seq;
    } catch (error) {
      const { StreamWrongLastSequence, StreamWrongLastSequenceUnknown } =
        jetstream.JetStreamApiCodes;
      const isOther = error instanceof jetstream.JetStreamApiError &&
        (error.code === StreamWrongLastSequence || error.code === StreamWrongLastSequenceUnknown);
      if (isOther) return undefined;
      throw error;
    }
  }

  // By two clocks: wrong by as much as they differ, never more than it can be.
  #ageOf(time: Date): number {
    const age = this.#options.clock.date().getTime() - time.getTime();
    return Math.min(Math.max(age, 0), NAME_KEPT_MS);
  }
}
