// What a screen on a wall needs that a desk does not: no cursor in the way, no sleep, and keys for who stands before it.

/** The cursor goes after this long without a move, ms. */
const CURSOR_MS = 5_000;

export class Kiosk {
  /** @param {(event: KeyboardEvent) => void} press */
  constructor(press) {
    this.press = press;
    /** When somebody last did something, ms of `performance.now`. */
    this.touchedAt = performance.now();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.hiding = undefined;
    /** @type {WakeLockSentinel | null} */
    this.awake = null;
    this.away = new AbortController();
  }

  enter() {
    const { signal } = this.away;
    const touch = () => this.#touch();
    for (const kind of ["pointermove", "pointerdown", "wheel", "keydown"]) document.addEventListener(kind, touch, { signal, passive: true });
    document.addEventListener("keydown", this.press, { signal });
    // The browser lets the lock go when the page is hidden.
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#stayAwake(); }, { signal });
    this.#stayAwake();
    this.#touch();
  }

  leave() {
    this.away.abort();
    clearTimeout(this.hiding);
    document.documentElement.classList.remove("no-cursor");
    this.awake?.release().catch(() => {});
    this.awake = null;
  }

  /** How long nobody has done anything, ms. */
  get idleMs() {
    return performance.now() - this.touchedAt;
  }

  #touch() {
    this.touchedAt = performance.now();
    document.documentElement.classList.remove("no-cursor");
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => document.documentElement.classList.add("no-cursor"), CURSOR_MS);
  }

  async #stayAwake() {
    try {
      const lock = (await navigator.wakeLock?.request("screen")) ?? null;
      if (this.away.signal.aborted) await lock?.release();
      else this.awake = lock;
    } catch {
      // Not every browser has it, and none gives it to a page without TLS; the screen's own settings then decide.
    }
  }
}
