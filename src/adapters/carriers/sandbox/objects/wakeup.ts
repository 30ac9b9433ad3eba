/** The longest in-memory timer: above it the alarm alone is enough, and an idle object may leave memory. */
const TIMER_MAX_MS = 10_000;
/** An alarm is only moved when it would ring later than this after it is needed: each move is a write. */
const ALARM_SLACK_MS = 250;

/**
 * Wakes the object for its next timer. A timer in memory gives the moment exactly; the alarm, which survives eviction and
 * restart, gives it at the latest a little after.
 */
export class Wakeup {
  readonly #storage: DurableObjectStorage;
  readonly #wake: () => void;
  #alarmAt = Number.POSITIVE_INFINITY;
  #timerAt = Number.POSITIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(storage: DurableObjectStorage, wake: () => void) {
    this.#storage = storage;
    this.#wake = wake;
  }

  set(wakeAt: number, alarmAtLatest: number): void {
    const alarmAt = Math.min(wakeAt + ALARM_SLACK_MS, alarmAtLatest);
    if (alarmAt < this.#alarmAt) {
      this.#alarmAt = alarmAt;
      void this.#storage.setAlarm(alarmAt);
    }
    if (wakeAt === this.#timerAt) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAt = wakeAt;
    const delayMs = Math.max(0, wakeAt - Date.now());
    if (delayMs > TIMER_MAX_MS) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#wake();
    }, delayMs);
  }

  alarmRang(): void {
    this.#alarmAt = Number.POSITIVE_INFINITY;
  }
}
