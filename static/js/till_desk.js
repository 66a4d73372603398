// The desk of the till: the basket, the price list, what was sold last and what waits. A sale goes into the queue at once
// and to the ledger when it can.
import { Basket } from "./till_basket.js";
import { Pad } from "./till_pad.js";
import { Prices } from "./till_prices.js";
import { Queue, newKey } from "./till_queue.js";
import { View } from "./till_view.js";

const LAST = "takings.last";
const HELD = "takings.held";
const OPEN = "takings.basket";

export class Desk {
  constructor(root) {
    this.root = root;
    this.view = new View(root);
    this.basket = new Basket(JSON.parse(sessionStorage.getItem(OPEN) ?? "[]"));
    this.pad = new Pad((digits) => this.view.pad(digits));
    this.queue = new Queue(localStorage, () => this.showQueue());
    this.queue.done = (entry, order) => this.sent(entry, order);
    const { products, location } = this.root.dataset;
    this.prices = new Prices(products, location, localStorage, () => this.view.refreshTiles(this.prices.byId));
    this.tiles = this.root.querySelector("[data-goods]").cloneNode(true);
    this.search = this.root.querySelector("[data-till-search]");
  }

  start() {
    this.show();
    this.showQueue();
    this.view.last(this.lastSale(), { undo: () => this.undo() });
    this.showHeld();
    this.prices.keepFresh();
    this.queue.flush();
  }

  now() {
    return Date.now() + this.prices.ahead; // a till's own clock may be wrong
  }

  show() {
    this.view.basket(this.basket, this.prices.byId);
    sessionStorage.setItem(OPEN, JSON.stringify(this.basket.lines));
  }

  showQueue() {
    this.view.connection(this.queue.waiting().filter((entry) => entry.kind === "sale").length, navigator.onLine);
    this.view.refusal(this.queue.refused()[0]);
  }

  /** What is typed and in the basket now, and a function that puts it back: keys of a scan must leave nothing behind. */
  remember() {
    const [search, digits, lines] = [this.search.value, this.pad.digits, JSON.stringify(this.basket.lines)];
    return () => {
      this.pad.set(digits);
      if (JSON.stringify(this.basket.lines) !== lines) {
        this.basket = new Basket(JSON.parse(lines));
        this.show();
      }
      if (this.search.value !== search) {
        this.search.value = search;
        this.find(search);
      }
    };
  }

  // ---- Goods ----

  add(id, quantity = 1) {
    const product = this.prices.byId.get(id);
    if (!product) return this.view.say("The price list has not come yet. Try again in a moment.");
    const wanted = this.basket.quantityOf(id) + quantity;
    if (product.strict && product.stock !== null && wanted > product.stock) {
      return this.view.say(product.stock > 0 ? `Only ${product.stock} of ${product.name} left` : `${product.name} is sold out here`);
    }
    this.basket.add(product, quantity);
    this.view.say("");
    this.show();
  }

  scan(code) {
    const product = this.prices.find(code);
    if (product) this.add(product.id);
    else this.view.say(`No product has the code ${code}`);
  }

  setQuantity(id, quantity) {
    const more = quantity - this.basket.quantityOf(id);
    if (more > 0) return this.add(id, more);
    this.basket.setQuantity(id, quantity);
    this.show();
  }

  more() {
    if (this.basket.selected !== null) this.add(this.basket.selected);
  }

  less(id = this.basket.selected) {
    if (id !== null) this.setQuantity(id, this.basket.quantityOf(id) - 1);
  }

  clear() {
    this.basket.clear();
    this.pad.set("");
    this.show();
  }

  // ---- Keypad ----

  press(key) {
    if (/^\d+$/.test(key)) return this.pad.press(key);
    if (key === "clear") return this.pad.set("");
    const typed = this.pad.take();
    const id = this.basket.selected;
    if (id === null) return this.view.say("Choose a product first");
    if (typed === null) return this.view.say("Type the number first, then this key");
    this.apply(key, id, typed);
  }

  apply(key, id, typed) {
    this.view.say("");
    if (key === "quantity") return this.setQuantity(id, typed);
    const done = {
      percent: () => this.basket.setPercent(id, typed),
      off: () => this.basket.setOff(id, typed),
      price: () => this.basket.setPrice(id, typed),
    }[key]();
    if (!done) this.view.say(key === "percent" ? "A discount is at most 100%" : "That is more than the line costs");
    this.show();
  }

  // ---- Paying ----

  pay(payment) {
    if (this.basket.empty) return this.view.say("There is nothing to pay yet");
    const total = this.basket.total;
    const given = this.pad.take();
    const made = this.now();
    const { channel, location } = this.root.dataset;
    const body = { lines: this.basket.body(this.view.decimals), channel, location, payment, placed_at: new Date(made).toISOString() };
    const sale = { key: newKey(), made, kind: "sale", url: "/orders", body, total, payment, lines: this.basket.lines };
    try {
      this.queue.put(sale);
    } catch {
      return this.view.say("The browser could not keep this sale, so nothing was sold. Free some of its storage");
    }
    this.keepLast({ key: sale.key, made, total, payment, lines: sale.lines, id: null, undone: false });
    this.prices.move(sale.lines, -1);
    this.clear();
    this.view.refreshTiles(this.prices.byId);
    const change = payment === "cash" && given !== null && given > total ? `. Change: ${this.view.money(given - total)}` : "";
    this.view.say(`Sold for ${this.view.money(total)}${change}`);
    if (window.location.hash) window.location.hash = "main"; // on a phone: back from the basket to the products
  }

  sent(entry, order) {
    const last = this.lastSale();
    if (entry.kind === "sale") {
      if (entry.undo) this.correct(entry.key, order);
      if (last?.key === entry.key) this.keepLast({ ...last, id: order.id, order });
    }
    this.prices.refresh();
  }

  undo() {
    const last = this.lastSale();
    if (!last || last.undone) return;
    const waiting = this.queue.get(last.key);
    if (last.order) this.correct(last.key, last.order);
    else if (waiting && waiting.tries === 0) this.queue.forget(last.key);
    else if (waiting) this.queue.keep({ ...waiting, undo: true });
    this.keepLast({ ...last, undone: true });
    this.prices.move(last.lines, 1);
    this.view.refreshTiles(this.prices.byId);
    this.view.say("Undone");
    if (this.basket.empty) {
      this.basket = new Basket(structuredClone(last.lines));
      this.view.say("Undone. The lines are back in the basket");
    }
    this.show();
  }

  /** A wrong sale is put right by a return of everything in it. */
  correct(key, order) {
    const lines = order.lines.map((line) => ({ line_id: line.id, quantity: line.quantity }));
    const body = { lines, reason: "correction" };
    this.queue.put({ key: `${key}-undo`, made: this.now(), kind: "correction", url: `/orders/${order.id}/returns`, body, total: 0 });
  }

  lastSale() {
    return JSON.parse(localStorage.getItem(LAST) ?? "null");
  }

  keepLast(sale) {
    localStorage.setItem(LAST, JSON.stringify(sale));
    this.view.last(sale, { undo: () => this.undo() });
  }

  // ---- Held and refused ----

  heldBaskets() {
    return JSON.parse(localStorage.getItem(HELD) ?? "[]");
  }

  hold() {
    if (this.basket.empty) return;
    const held = { made: this.now(), total: this.basket.total, lines: this.basket.lines };
    localStorage.setItem(HELD, JSON.stringify([...this.heldBaskets(), held]));
    this.clear();
    this.showHeld();
  }

  takeBack(lines) {
    if (!this.basket.empty) this.hold();
    this.basket = new Basket(lines);
    this.show();
  }

  showHeld() {
    this.view.held(this.heldBaskets(), (held) => {
      localStorage.setItem(HELD, JSON.stringify(this.heldBaskets().filter((other) => other.made !== held.made)));
      this.takeBack(held.lines);
      this.showHeld();
    });
  }

  dropRefused(putBack) {
    const entry = this.queue.refused()[0];
    if (!entry) return;
    if (putBack && entry.lines) this.takeBack(entry.lines);
    this.queue.forget(entry.key);
    this.prices.refresh();
  }

  // ---- Finding ----

  find(text) {
    if (!text.trim()) return this.often();
    this.view.category(null);
    this.view.tiles(this.prices.search(text, Number(this.root.dataset.tileLimit)), this.basket);
  }

  often() {
    this.view.category("");
    this.root.querySelector("[data-goods]").replaceChildren(...this.tiles.cloneNode(true).children);
    this.root.querySelector("[data-nothing]").hidden = true;
    this.view.refreshTiles(this.prices.byId);
    this.view.badges(this.basket);
  }

  category(path) {
    this.search.value = "";
    if (!path) return this.often();
    this.view.category(path);
    this.view.tiles(this.prices.inCategory(path, Number(this.root.dataset.tileLimit)), this.basket);
  }

  /** Enter in the search: a whole code or SKU, or the only product found. */
  choose() {
    const text = this.search.value.trim();
    const found = this.prices.find(text) ?? (text && this.only(text));
    if (found) {
      this.search.value = "";
      this.often();
      this.add(found.id);
    } else if (text) this.view.say(`Nothing, or more than one thing, is called “${text}”`);
  }

  only(text) {
    const found = this.prices.search(text, 2);
    return found.length === 1 ? found[0] : null;
  }
}
