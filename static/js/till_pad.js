// The keypad: digits first, then what they mean. They are never taken for anything without a second key.

const MOST_DIGITS = 13;

export class Pad {
  constructor(shown) {
    this.digits = "";
    this.shown = shown;
  }

  press(digits) {
    this.set((this.digits + digits).slice(0, MOST_DIGITS));
  }

  back() {
    this.set(this.digits.slice(0, -1));
  }

  set(digits) {
    this.digits = digits;
    this.shown(digits);
  }

  /** The number that was typed, which is then used up; null where there is none. */
  take() {
    const typed = this.digits;
    this.set("");
    return typed ? Number(typed) : null;
  }
}
