// The price list: fetched whole, kept in the browser, looked through by name, SKU and code without asking anybody.

const FRESH_MS = 30000;
const MOST_DRIFT_MS = 2000;

export class Prices {
  constructor(address, place, storage, changed) {
    this.address = address;
    this.name = `takings.prices.${place}`;
    this.storage = storage;
    this.changed = changed;
    this.ahead = 0; // how far the shop's clock is ahead of this machine's
    this.byId = new Map();
    this.byCode = new Map();
    this.take(JSON.parse(storage.getItem(this.name) ?? "null"));
  }

  take(list) {
    if (!list) return;
    this.byId = new Map(list.items.map((item) => [item.id, { ...item, price: item.price_minor }]));
    this.byCode = new Map();
    for (const item of this.byId.values()) {
      if (item.gtin) this.byCode.set(bare(item.gtin), item);
    }
    for (const item of this.byId.values()) this.byCode.set(item.sku, item);
  }

  /** Ask for the list again; what is known stays when nobody answers. */
  async refresh() {
    try {
      const answer = await fetch(this.address, { headers: { Accept: "application/json" }, cache: "no-cache" });
      if (!answer.ok) return;
      const ahead = Number(answer.headers.get("X-Now")) - Date.now();
      this.ahead = Math.abs(ahead) > MOST_DRIFT_MS ? ahead : 0;
      const text = await answer.text();
      this.take(JSON.parse(text));
      try {
        this.storage.setItem(this.name, text);
      } catch {
        // A list too long for the storage is known until the page is left.
      }
      this.changed();
    } catch {
      // Without the network the list of before is good enough to sell by.
    }
  }

  keepFresh() {
    this.refresh();
    document.addEventListener("takings:morphed", () => this.refresh()); // an accepted price has begun or ended
    setInterval(() => {
      if (!document.hidden) this.refresh();
    }, FRESH_MS);
  }

  /** The product with this SKU or GTIN, however many zeros a scanner puts before it. */
  find(code) {
    const text = code.trim();
    return this.byCode.get(text) ?? this.byCode.get(text.toUpperCase()) ?? (/^\d{6,14}$/.test(text) ? this.byCode.get(bare(text)) : undefined);
  }

  /** Products whose name, SKU or code holds every word. */
  search(text, limit) {
    const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const found = [];
    for (const item of this.byId.values()) {
      item.words ??= `${item.name} ${item.sku} ${item.gtin ?? ""}`.toLocaleLowerCase();
      if (words.every((word) => item.words.includes(word))) found.push(item);
      if (found.length === limit) break;
    }
    return found;
  }

  inCategory(path, limit) {
    const all = [...this.byId.values()].filter((item) => item.category === path || item.category.startsWith(`${path}/`));
    return all.sort((one, other) => one.name.localeCompare(other.name)).slice(0, limit);
  }

  /** Goods have left or come back: the stock shown follows at once, the list comes later. */
  move(lines, sign) {
    for (const line of lines) {
      const item = this.byId.get(line.id);
      if (item && item.stock !== null) item.stock += sign * line.quantity;
    }
  }
}

function bare(code) {
  return /^\d+$/.test(code) ? code.replace(/^0+/, "") : code;
}
