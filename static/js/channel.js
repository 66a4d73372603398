// One socket a page: it asks for what the page shows, hears frames, and comes back by itself.
//
// Lost lines are tried again after random(0, min(30 s, 0.5 s * 2^n)), a server that stops (1012) within three seconds,
// a session that ended (4401) not at all. 45 s of silence mean a dead line, whatever its readyState says.

const CONNECT_MS = 5_000;
const SILENCE_MS = 45_000;
const STABLE_MS = 60_000;
const LOOK_MS = 5_000;
const SETTLE_MS = 500;

export class Channel {
  // url: of the socket. ask(): the message that says what is wanted, or null for nothing. frame(data): one frame.
  // state(name): "on", "off", "out" or "idle".
  constructor({ url, ask, frame, state }) {
    Object.assign(this, { url, ask, frame, state });
    this.socket = null;
    this.attempt = 0;
    this.asked = "";
    this.asleep = false; // on purpose: the page is hidden or put away
    this.out = false; // for good: the session ended
    this.heardAt = this.lookedAt = Date.now();
    this.timers = {};
    setInterval(() => this.look(), LOOK_MS);
  }

  connect() {
    const message = this.ask();
    if (this.socket || this.asleep || this.out) return;
    this.clear("again");
    if (!message) return this.state("idle");
    const socket = (this.socket = new WebSocket(this.url));
    const mine = (work) => (event) => this.socket === socket && work(event);
    this.after("opening", CONNECT_MS, () => this.lose());
    socket.onopen = mine(() => this.opened());
    socket.onmessage = mine((event) => this.message(event.data));
    socket.onclose = mine((event) => this.lose(event.code));
  }

  opened() {
    this.clear("opening");
    this.heardAt = Date.now();
    this.asked = "";
    this.update();
    this.after("stable", STABLE_MS, () => (this.attempt = 0));
  }

  // Say again what is wanted, when that has changed.
  update() {
    const message = this.ask();
    if (!message) return this.drop(), this.state("idle");
    if (!this.socket) return this.connect();
    const wanted = JSON.stringify([message.islands, message.subscribe]);
    if (this.socket.readyState !== 1 || wanted === this.asked) return;
    this.asked = wanted;
    this.socket.send(JSON.stringify(message));
  }

  message(text) {
    this.heardAt = Date.now();
    let data;
    try {
      data = JSON.parse(text);
    } catch {
      return;
    }
    this.state("on");
    for (const one of Array.isArray(data) ? data : [data]) this.frame(one);
  }

  // The line is gone, or as good as that.
  lose(code) {
    this.drop();
    if (code === 4401) {
      this.out = true;
      return this.state("out");
    }
    this.state("off");
    const most = code === 1012 ? 3_000 : Math.min(30_000, 500 * 2 ** this.attempt);
    if (code !== 1012) this.attempt += 1;
    this.after("again", Math.random() * most, () => this.connect());
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    for (const name of ["opening", "stable", "again"]) this.clear(name);
    socket?.close();
  }

  // Put the line down on purpose, until wake().
  sleep() {
    this.asleep = true;
    this.drop();
  }

  wake() {
    this.asleep = false;
    this.connect();
  }

  // Something says that the line may be back, or dead without knowing. Any number of calls are one.
  resume(suspicious = false) {
    if (suspicious) this.doubted = this.socket;
    this.after("settle", SETTLE_MS, () => {
      const dead = this.socket && (this.socket === this.doubted || Date.now() - this.heardAt > SILENCE_MS);
      this.doubted = null;
      if (dead) this.drop();
      this.connect();
    });
  }

  // Look at the clock: silence, or a leap that says the machine slept.
  look() {
    const now = Date.now();
    const slept = now - this.lookedAt > 2 * LOOK_MS;
    this.lookedAt = now;
    if (this.asleep || this.out) return;
    if (slept) this.resume(true);
    else if (this.socket?.readyState === 1 && now - this.heardAt > SILENCE_MS) this.lose();
  }

  after(name, ms, work) {
    this.clear(name);
    this.timers[name] = setTimeout(work, ms);
  }

  clear(name) {
    clearTimeout(this.timers[name]);
  }
}
