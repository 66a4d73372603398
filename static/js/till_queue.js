// Sales on their way to the ledger. Each lies in the browser's storage under its own key before anything is sent, and the
// same Idempotency-Key goes with every attempt: sent once or five times, it is booked once.

const PREFIX = "takings.sale.";
const TIME_LIMIT_MS = 10000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;

/** A key nobody else has; begins with the time so that keys sort as they were made. */
export function newKey(now = Date.now()) {
  const random = crypto.getRandomValues(new Uint32Array(3));
  return `till-${now.toString(36)}-${[...random].map((part) => part.toString(36)).join("")}`;
}

export class Queue {
  /** storage: localStorage or what is like it. changed(): called when something waits, is sent or refused. */
  constructor(storage, changed = () => {}) {
    this.storage = storage;
    this.changed = changed;
    this.failures = 0;
    this.timer = null;
    this.sending = null;
  }

  /** Everything kept, oldest first. */
  entries() {
    const found = [];
    for (let place = 0; place < this.storage.length; place++) {
      const name = this.storage.key(place);
      if (name.startsWith(PREFIX)) found.push(JSON.parse(this.storage.getItem(name)));
    }
    return found.sort((one, other) => one.made - other.made || (one.key < other.key ? -1 : 1));
  }

  waiting() {
    return this.entries().filter((entry) => !entry.refused);
  }

  refused() {
    return this.entries().filter((entry) => entry.refused);
  }

  get(key) {
    const text = this.storage.getItem(PREFIX + key);
    return text ? JSON.parse(text) : null;
  }

  keep(entry) {
    this.storage.setItem(PREFIX + entry.key, JSON.stringify(entry));
  }

  forget(key) {
    this.storage.removeItem(PREFIX + key);
    this.changed();
  }

  /** Keep an entry, then try to send; returns as soon as it is kept. entry: {key, made, kind, url, body, ...}. */
  put(entry) {
    this.keep({ tries: 0, refused: null, ...entry });
    this.changed();
    this.flush();
  }

  /** Send what waits, oldest first, one at a time and from one window at a time. */
  flush() {
    clearTimeout(this.timer);
    this.again = true;
    this.sending ??= this.alone(() => this.sendAll()).finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  alone(work) {
    return navigator.locks ? navigator.locks.request("takings.sale", work) : work();
  }

  async sendAll() {
    while (this.again) {
      this.again = false;
      for (const entry of this.waiting()) {
        const outcome = await this.send(entry);
        if (outcome === "later") {
          this.retryLater();
          return;
        }
        this.failures = 0;
      }
    }
  }

  async send(entry) {
    const now = this.get(entry.key);
    if (!now || now.refused) return "gone";
    now.tries += 1;
    this.keep(now);
    let answer;
    try {
      answer = await this.post(now);
    } catch {
      return "later";
    }
    if (answer.ok) {
      const order = await answer.json().catch(() => null);
      if (!order) return "later";
      this.done?.(this.get(now.key) ?? now, order); // what it puts into the queue must be kept before this is gone
      this.storage.removeItem(PREFIX + now.key);
      this.changed();
      return "sent";
    }
    if (answer.status >= 500 || [401, 403, 408, 425, 429].includes(answer.status)) return "later";
    const problem = await answer.json().catch(() => ({}));
    now.refused = problem.errors?.[0]?.detail || problem.detail || `The ledger answered ${answer.status}.`;
    this.keep(now);
    this.changed();
    return "refused";
  }

  post(entry) {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": entry.key };
    const limit = AbortSignal.timeout(TIME_LIMIT_MS);
    return fetch(entry.url, { method: "POST", headers, body: JSON.stringify(entry.body), signal: limit });
  }

  retryLater() {
    this.failures += 1;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.failures - 1));
    this.timer = setTimeout(() => this.flush(), longest / 2 + Math.random() * (longest / 2));
    this.changed();
  }
}
