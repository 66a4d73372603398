// What is being sold: lines, quantities, discounts, the sum. Amounts are whole minor units; nothing here touches the page.

const MOST = 1000000;

/** The part of an amount that a percentage takes, rounded half up. */
export function percentOf(amount, percent) {
  return Math.floor((amount * percent + 50) / 100);
}

/** An amount of minor units as the ledger reads it: 1250 with two decimals is "12.50". */
export function plainMoney(minor, decimals) {
  const digits = String(minor).padStart(decimals + 1, "0");
  return decimals ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
}

export class Basket {
  constructor(lines = []) {
    this.lines = lines;
    this.selected = lines.length ? lines[lines.length - 1].id : null;
  }

  find(id) {
    return this.lines.find((line) => line.id === id);
  }

  quantityOf(id) {
    return this.find(id)?.quantity ?? 0;
  }

  /** One more of a product; it becomes the line that the keypad means. */
  add(product, quantity = 1) {
    const line = this.find(product.id);
    this.selected = product.id;
    if (line) this.setQuantity(line.id, line.quantity + quantity);
    else this.lines.push({ id: product.id, name: product.name, price: product.price, quantity, percent: 0, off: 0 });
  }

  setQuantity(id, quantity) {
    const line = this.find(id);
    if (!line) return;
    this.selected = id;
    line.quantity = Math.min(quantity, MOST);
    if (line.quantity < 1) this.remove(id);
  }

  remove(id) {
    this.lines = this.lines.filter((line) => line.id !== id);
    if (this.selected === id) this.selected = this.lines.length ? this.lines[this.lines.length - 1].id : null;
  }

  setPercent(id, percent) {
    const line = this.find(id);
    if (!line || percent > 100) return false;
    line.percent = percent;
    line.off = 0;
    return true;
  }

  setOff(id, amount) {
    const line = this.find(id);
    if (!line || amount > line.quantity * line.price) return false;
    line.off = amount;
    line.percent = 0;
    return true;
  }

  setPrice(id, price) {
    const line = this.find(id);
    if (!line) return false;
    line.price = price;
    return true;
  }

  clear() {
    this.lines = [];
    this.selected = null;
  }

  get empty() {
    return this.lines.length === 0;
  }

  get count() {
    return this.lines.reduce((sum, line) => sum + line.quantity, 0);
  }

  get total() {
    return this.lines.reduce((sum, line) => sum + lineTotal(line), 0);
  }

  /** The body of POST /orders. */
  body(decimals) {
    return this.lines.map((line) => ({
      product_id: line.id,
      quantity: line.quantity,
      price: plainMoney(line.price, decimals),
      discount: plainMoney(discountOf(line), decimals),
    }));
  }
}

export function discountOf(line) {
  const gross = line.quantity * line.price;
  return line.percent ? percentOf(gross, line.percent) : Math.min(line.off, gross);
}

export function lineTotal(line) {
  return line.quantity * line.price - discountOf(line);
}
