// The conversation on the page: a window of rows onto the timeline, brought up to date at most once a
// frame however much happens, and without moving what the reader looks at.

import type { Timer } from "../client/platform.ts";
import type { Message } from "../message.ts";
import type { Words } from "../words/words.ts";
import { decodeLog } from "../client/frames.ts";
import { find } from "./dom.ts";
import type { Extras } from "./load_extras.ts";
import type { Comings } from "./comings.ts";
import type { ReadMarker } from "./read_marker.ts";
import { RowMaker } from "./row.ts";
import { Rows } from "./rows.ts";
import { Scroller } from "./scroller.ts";
import { type Entry, type Pending, type Said, Timeline } from "./timeline.ts";
import { Times } from "./times.ts";

/** A page out of sight draws no frames; there the rows follow this much later. */
const HIDDEN_FRAME_MS = 250;

/** What a {@linkcode Conversation} needs. */
export interface ConversationOptions {
  readonly words: Words;
  readonly timer: Timer;
  readonly extras: Promise<Extras>;
  /** Where the line "New" stands. */
  readonly marker: ReadMarker;
  /** The name the reader has at first. */
  readonly self: string | undefined;
}

/** Everything that was said and is being said. */
export class Conversation {
  readonly #timeline = new Timeline();
  readonly #marker: ReadMarker;
  readonly #timer: Timer;
  readonly #rows: Rows;
  readonly #scroller: Scroller;
  readonly #comings: Promise<Comings>;
  #self: string | undefined;
  #isScheduled = false;
  // Messages of others since the rows were last brought up to date.
  #incoming = 0;

  /** Takes over the rows that came with the page. */
  constructor(
    { words, timer, extras, marker, self }: ConversationOptions,
  ) {
    const list = find("messages", HTMLOListElement);
    const times = new Times(words, navigator.languages);
    this.#self = self;
    this.#timer = timer;
    this.#marker = marker;
    const maker = new RowMaker({
      words,
      times,
      isSelf: (name) => name === this.#self,
      discard: ({ id }) => {
        this.#timeline.discard(id);
        this.#render();
      },
      extras,
      load: (gap) =>
        void extras.then(({ loadMissed }) =>
          loadMissed(gap, {
            timeline: this.#timeline,
            decode: decodeLog,
            changed: () => this.#touch(gap),
          })
        ),
    });
    this.#rows = new Rows({ list, timeline: this.#timeline, maker, times });
    this.#scroller = new Scroller({
      toEnd: () => this.toEnd(),
      nearEdge: (edge) => this.#rows.extend(edge) && this.#render(),
      hasEnd: () => this.#rows.hasEnd,
    }, words);
    this.#comings = extras.then(({ aboutComings, atMidnight, Comings, copyRows, moveByKeys }) => {
      maker.aboutComings = (entry) => aboutComings(entry, words);
      atMidnight(timer, () => {
        this.#rows.forgetDays();
        this.#schedule();
      });
      copyRows(list);
      moveByKeys(find("scroller"), list);
      return new Comings({
        timeline: this.#timeline,
        timer,
        changed: (entry) => this.#touch(entry),
      });
    });
    const others = this.#rows.adopt().filter(({ name }) => name !== self);
    marker.open(list.dataset.log ?? "", others);
    this.#render();
  }

  /** Whose messages are shown as one's own; those under a name one had before stay as they are. */
  set self(name: string | undefined) {
    if (name === this.#self) return;
    this.#self = name;
    this.#rows.updateAll();
  }

  /** Shows a message that is on its way, or on its way again, at once and in sight. */
  addUnsent(said: Said): void {
    const entry = this.#timeline.addUnsent(said);
    if (entry === undefined) return;
    this.#rows.update(entry);
    this.#marker.answered();
    this.toEnd();
  }

  /**
   * Shows that a message is stored. Mostly it came among the new ones and this changes nothing; one
   * that was sent twice, because the first answer was lost, is old and only its sender hears of it.
   */
  confirm(message: Message): void {
    if (this.#timeline.unsent(message.id) === undefined) return;
    this.#touch(this.#timeline.store(message));
  }

  /** Says why a message is not stored, and what can be done about it. */
  pend(id: string, pending: Pending): void {
    const entry = this.#timeline.unsent(id);
    if (entry === undefined) return;
    entry.pending = pending;
    this.#touch(entry);
  }

  /** Shows stored messages after those that are there, and that `skipped` before them were missed. */
  addStored(messages: readonly Message[], skipped: number): void {
    const [first] = messages;
    if (skipped > 0 && first !== undefined) this.#timeline.addGap(first.seq, skipped);
    const others: Message[] = [];
    for (const message of messages) {
      if (this.#timeline.unsent(message.id) === undefined && message.name !== this.#self) {
        others.push(message);
      }
      this.#rows.update(this.#timeline.store(message));
    }
    this.#incoming += others.length;
    this.#marker.arrived(others);
    this.#schedule();
  }

  /** Shows `messages`, of `log`, in place of all that were stored. What is on its way stays. */
  reset(messages: readonly Message[], log: string): void {
    this.#timeline.clear();
    for (const message of messages) this.#rows.update(this.#timeline.store(message));
    this.#marker.open(log, messages.filter(({ name }) => name !== this.#self));
    this.#incoming = 0;
    this.toEnd();
  }

  /** Tells who came and who went. */
  tellComings({ joined, left }: { joined: readonly string[]; left: readonly string[] }): void {
    void this.#comings.then((comings) => {
      comings.joined(joined);
      comings.left(left);
    });
  }

  /** The reader looks at the page. */
  look(): void {
    this.#marker.look();
    this.#schedule();
  }

  /** Goes to the newest message at once. */
  toEnd(): void {
    this.#rows.toEnd();
    this.#scroller.showEnd();
    this.#render();
  }

  #touch(entry: Entry): void {
    this.#rows.update(entry);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const render = () => {
      if (this.#isScheduled) this.#render();
    };
    if (document.visibilityState === "visible") requestAnimationFrame(render);
    else this.#timer.after(HIDDEN_FRAME_MS, render);
  }

  #render(): void {
    this.#isScheduled = false;
    const incoming = this.#incoming;
    this.#incoming = 0;
    // Asked before anything is changed: afterwards the browser would have to lay everything out first.
    const { isAtEnd } = this.#scroller;
    const slots = this.#rows.plan({ newFrom: this.#marker.newFrom, followEnd: isAtEnd });
    if (isAtEnd) {
      // Within the tolerance the reader follows, too; the end stays the end while rows come.
      this.#scroller.showEnd();
      this.#rows.show(slots);
    } else {
      const planned = new Set<Element>(slots);
      this.#scroller.hold((row) => planned.has(row), () => this.#rows.show(slots));
      this.#scroller.missed(incoming);
    }
    this.#marker.save();
  }
}
