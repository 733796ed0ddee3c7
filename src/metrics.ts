// Every number that the server counts, in a Prometheus registry of its own. No label ever holds what a
// user chose, so the number of series is fixed.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { VERSION } from "./config.ts";
import { ERROR_CODES } from "./errors.ts";
import { CUT_REASONS } from "./shield/shield.ts";

/** What is read when it is asked for instead of being counted: these change. */
export interface Totals {
  /** Sockets that are not gone yet, closing ones too. */
  readonly sockets: number;
  readonly names: number;
  readonly residentBytes: number;
}

/** The metrics of one server. */
export class Metrics {
  readonly #registry = new Registry();

  readonly connections = this.#counter("chat_connections_total", "WebSocket connections opened");
  readonly messages = this.#counter("chat_messages_total", "Messages stored");
  readonly deliveries = this.#counter("chat_deliveries_total", "Messages handed to sockets");
  readonly frames = this.#counter(
    "chat_frames_sent_total",
    "Frames with messages handed to sockets",
  );
  readonly skipped = this.#counter(
    "chat_skipped_messages_total",
    "Messages that readers lost because they fell out of the window",
  );
  readonly commits = this.#counter(
    "chat_store_commits_total",
    "Writes of the store that succeeded",
  );
  readonly storeErrors = this.#counter(
    "chat_store_errors_total",
    "Writes of the store that failed",
  );
  readonly faults = this.#counter("chat_faults_total", "Mistakes of the server that were caught");
  readonly logDropped = this.#counter(
    "chat_log_dropped_total",
    "Lines of the log that were never written, because standard output was stuck or gone",
  );
  readonly refused = new Counter({
    name: "chat_refused_total",
    help: "Requests, frames and messages refused",
    labelNames: ["code"],
    registers: [this.#registry],
  });
  readonly cut = new Counter({
    name: "chat_cut_connections_total",
    help: "Connections that the shield ended",
    labelNames: ["reason"],
    registers: [this.#registry],
  });
  readonly requests = new Counter({
    name: "chat_http_requests_total",
    help: "HTTP requests answered",
    labelNames: ["route", "status"],
    registers: [this.#registry],
  });
  readonly commitSeconds = new Histogram({
    name: "chat_store_commit_seconds",
    help: "Time of one write of the store, until it is on the disk",
    // Fine where an fsync usually ends, so that a p99 can be read from them.
    buckets: [0.0005, 0.001, 0.002, 0.003, 0.004, 0.006, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers: [this.#registry],
  });
  readonly deliverySeconds = new Histogram({
    name: "chat_delivery_seconds",
    help: "Time from receiving a message to having handed it to every socket",
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers: [this.#registry],
  });

  constructor() {
    for (const code of ERROR_CODES) this.refused.inc({ code }, 0);
    for (const reason of CUT_REASONS) this.cut.inc({ reason }, 0);
    const startedAt = Date.now() / 1000;
    this.#gauge("process_start_time_seconds", "Start of the process, Unix time", () => startedAt);
    new Gauge({
      name: "chat_build_info",
      help: "The version, as a label",
      labelNames: ["version"],
      registers: [this.#registry],
    }).set({ version: VERSION }, 1);
  }

  /** Says where to read the gauges; to be called once. */
  readFrom(totals: Totals): void {
    this.#gauge(
      "chat_active_connections",
      "WebSocket connections that are not gone yet",
      () => totals.sockets,
    );
    this.#gauge("chat_online_names", "Names that are here", () => totals.names);
    this.#gauge(
      "process_resident_memory_bytes",
      "Resident memory",
      () => totals.residentBytes,
    );
  }

  /** The text a Prometheus server reads, and its media type. */
  async scrape(): Promise<{ body: string; type: string }> {
    return { body: await this.#registry.metrics(), type: this.#registry.contentType };
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}
