// A soft sound for new messages. Made here, because the page may load no media.

/** Louder startles. */
const VOLUME = 0.06;
const SECONDS = 0.35;
/** Two notes, a fifth apart, in hertz. */
const NOTES = [660, 990];
const SECONDS_BETWEEN = 0.09;

/** The sound. */
export class Chime {
  // Browsers only let a page sound after a gesture, so it begins with one.
  #audio: AudioContext | undefined;

  /** To be called from a gesture: allows later sounds. */
  allow(): void {
    this.#audio ??= new AudioContext();
    if (this.#audio.state === "suspended") {
      this.#audio.resume().catch(() => this.#audio = undefined);
    }
  }

  /** Sounds once, if a gesture has allowed it. */
  ring(): void {
    const audio = this.#audio;
    if (audio?.state !== "running") return;
    for (const [index, hertz] of NOTES.entries()) {
      const start = audio.currentTime + index * SECONDS_BETWEEN;
      const volume = new GainNode(audio, { gain: 0 });
      const note = new OscillatorNode(audio, { frequency: hertz });
      volume.gain.setValueAtTime(VOLUME, start);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + SECONDS);
      note.connect(volume).connect(audio.destination);
      note.start(start);
      note.stop(start + SECONDS);
    }
  }
}
