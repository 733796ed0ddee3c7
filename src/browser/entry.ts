// The form and its two uses with a script: giving a name, then writing. What was refused stands above
// it in words.

/** What an {@linkcode Entry} works on. */
export interface EntryElements {
  readonly form: HTMLFormElement;
  readonly name: HTMLInputElement;
  readonly connect: HTMLButtonElement;
  readonly error: HTMLElement;
  /** Shown while writing: the name, and the way to another. */
  readonly you: HTMLElement;
  readonly youName: HTMLElement;
  readonly rename: HTMLButtonElement;
}

/** What an {@linkcode Entry} causes. */
export interface EntryActions {
  /** A name was given. */
  join(name: string): void;
  /** The form was sent while writing. */
  submit(): void;
  /** Another name was wanted and is not any more. */
  keepName(): void;
}

/** The form at the foot of the page. */
export class Entry {
  readonly #elements: EntryElements;

  constructor(elements: EntryElements, actions: EntryActions) {
    this.#elements = elements;
    const { form, name, rename } = elements;
    // The script has better words than the browser, and fields that are not shown cannot be filled in.
    form.noValidate = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.isJoining) actions.join(name.value);
      else actions.submit();
    });
    rename.addEventListener("click", () => {
      this.askName();
      this.focus();
      name.select();
    });
    name.addEventListener("keydown", (event) => {
      if (event.key === "Escape") actions.keepName();
    });
  }

  /** Whether a name is asked for. */
  get isJoining(): boolean {
    return this.#elements.form.dataset.mode === "join";
  }

  /** Asks for a name. */
  askName(): void {
    this.#setMode("join");
    this.setWaiting(false);
  }

  /** Puts the cursor into the name. */
  focus(): void {
    this.#elements.name.focus({ preventScroll: true });
  }

  /** Lets `name` write. */
  welcome(name: string): void {
    this.setWaiting(false);
    this.#elements.name.value = name;
    this.#elements.youName.textContent = name;
    this.#setMode("chat");
  }

  /** Whether an answer is awaited. */
  setWaiting(isWaiting: boolean): void {
    const { connect } = this.#elements;
    connect.disabled = isWaiting;
    connect.textContent = isWaiting ? "Connecting…" : "Connect";
  }

  /** Says what was refused, or nothing any more. */
  showError(reason?: string): void {
    const { error } = this.#elements;
    error.textContent = reason ?? "";
    error.hidden = reason === undefined;
  }

  #setMode(mode: "join" | "chat"): void {
    this.#elements.form.dataset.mode = mode;
    this.#elements.you.hidden = mode !== "chat";
  }
}
