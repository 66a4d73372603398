// What the till shows: the basket, the badges on the tiles, sums, what waits. It reads state and writes the page, no more.
import { discountOf, lineTotal } from "./till_basket.js";

const FEW = 10;

export class View {
  constructor(root) {
    this.root = root;
    const { locale, currency, decimals } = root.dataset;
    this.decimals = Number(decimals);
    this.amounts = new Intl.NumberFormat(locale, { style: "currency", currency });
    this.numbers = new Intl.NumberFormat(locale);
    this.clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone: root.dataset.zone });
    for (const part of root.querySelectorAll("[data-with-script]")) part.hidden = false;
    for (const hidden of root.querySelectorAll("input[name=line]")) hidden.remove();
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  money(minor) {
    return this.amounts.format(minor / 10 ** this.decimals).replace("-", "−");
  }

  copyOf(template) {
    return this.root.querySelector(`template[data-template=${template}]`).content.firstElementChild.cloneNode(true);
  }

  // ---- Basket ----

  basket(basket, products) {
    const list = this.part("lines");
    const kept = new Map([...list.children].map((row) => [Number(row.dataset.line), row]));
    for (const line of basket.lines) {
      const row = kept.get(line.id) ?? this.newLine(list, line, products.get(line.id));
      kept.delete(line.id);
      this.fillLine(row, line, line.id === basket.selected);
    }
    for (const row of kept.values()) row.remove();
    this.badges(basket);
    this.sums(basket);
  }

  newLine(list, line, product) {
    const row = this.copyOf("line");
    row.dataset.line = line.id;
    row.querySelector("[data-name]").textContent = product?.title ?? line.name;
    row.querySelector("[data-size]").textContent = product?.size ? `${product.size} · ` : "";
    row.querySelector("[role=group]").setAttribute("aria-label", `Quantity of ${line.name}`);
    list.append(row);
    return row;
  }

  fillLine(row, line, selected) {
    const discount = discountOf(line);
    row.classList.toggle("chosen", selected);
    row.querySelector("[data-select]").setAttribute("aria-pressed", String(selected));
    row.querySelector("[data-each]").textContent = this.money(line.price);
    row.querySelector("[data-count]").textContent = this.numbers.format(line.quantity);
    row.querySelector("[data-total]").textContent = this.money(lineTotal(line) + discount);
    row.querySelector(".deal").hidden = !discount;
    row.querySelector("[data-why]").textContent = line.percent ? `${line.percent}% off` : "Discount";
    row.querySelector("[data-discount]").textContent = this.money(-discount);
    if (selected) row.scrollIntoView?.({ block: "nearest" });
  }

  badges(basket) {
    for (const tile of this.root.querySelectorAll("[data-add]")) {
      const count = basket.quantityOf(Number(tile.dataset.add));
      tile.classList.toggle("on", count > 0);
      tile.querySelector(".in").hidden = !count;
      tile.querySelector("[data-count]").textContent = this.numbers.format(count);
    }
  }

  sums(basket) {
    const items = `${this.numbers.format(basket.count)} ${basket.count === 1 ? "item" : "items"}`;
    for (const output of this.root.querySelectorAll("[data-sum]")) output.textContent = this.money(basket.total);
    this.part("items").textContent = basket.empty ? "To pay" : `${items} to pay`;
    this.part("peek-words").textContent = basket.empty ? "Nothing yet" : items;
    this.part("empty").hidden = !basket.empty;
    this.part("clear").hidden = basket.empty;
    this.root.classList.toggle("selling", !basket.empty);
    for (const button of this.root.querySelectorAll("[data-pay], [data-hold]")) {
      button.setAttribute("aria-disabled", String(basket.empty));
    }
  }

  // ---- Tiles ----

  tiles(products, basket) {
    const list = this.part("goods");
    list.replaceChildren(...products.map((product) => this.tile(product)));
    this.part("nothing").hidden = products.length > 0;
    this.badges(basket);
  }

  tile(product) {
    const item = this.copyOf("tile");
    const button = item.firstElementChild;
    button.dataset.add = product.id;
    button.querySelector("[data-name]").textContent = product.title;
    button.querySelector("[data-size]").textContent = product.size;
    this.fillTile(button, product);
    return item;
  }

  fillTile(button, product) {
    const stock = button.querySelector("[data-stock]");
    const out = product.strict && product.stock !== null && product.stock <= 0;
    const low = !out && product.stock !== null && product.stock < FEW;
    button.querySelector("[data-price]").textContent = this.money(product.price);
    if (out) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    stock.className = `st${out ? " out" : low ? " low" : ""}`;
    const words = low ? "left" : "in stock";
    stock.textContent = out ? "sold out" : product.stock === null ? "" : `${this.numbers.format(product.stock)} ${words}`;
  }

  refreshTiles(products) {
    for (const button of this.root.querySelectorAll("[data-goods] [data-add]")) {
      const product = products.get(Number(button.dataset.add));
      if (product) this.fillTile(button, product);
    }
  }

  category(path) {
    for (const link of this.root.querySelectorAll("[data-category]")) {
      if (link.dataset.category === path) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  // ---- Words ----

  say(text) {
    this.part("said").textContent = text;
  }

  pad(text) {
    this.part("pad").textContent = text;
  }

  connection(waiting, online) {
    const line = this.part("connection");
    line.dataset.state = waiting ? (online ? "slow" : "off") : online ? "on" : "off";
    const many = waiting === 1 ? "1 sale waiting" : `${this.numbers.format(waiting)} sales waiting`;
    line.textContent = waiting ? many : online ? "Connected" : "No connection: sales are kept here";
  }

  refusal(entry) {
    const box = this.part("refused");
    box.hidden = !entry;
    if (entry) box.querySelector("[data-why]").textContent = `${this.clock.format(entry.made)} · ${this.money(entry.total)}: ${entry.refused}`;
  }

  last(sale, actions) {
    const foot = this.part("last");
    foot.replaceChildren();
    if (!sale) return;
    const words = document.createElement("span");
    const name = document.createElement("b");
    name.textContent = "Last sale";
    const sum = document.createElement("span");
    sum.className = "fig";
    sum.textContent = this.money(sale.total);
    words.append(name, ` ${this.clock.format(sale.made)} · `, sum, ` · ${sale.payment}`);
    foot.append(words);
    if (sale.undone) foot.append("Undone");
    else if (sale.id) foot.append(link(`/orders/${sale.id}/receipt`, "Receipt"));
    if (!sale.undone) foot.append(button("Undo", actions.undo));
  }

  held(baskets, take) {
    const list = this.part("held");
    list.hidden = !baskets.length;
    list.replaceChildren(...baskets.map((held) => {
      const item = document.createElement("li");
      item.append(button(`Held at ${this.clock.format(held.made)} · ${this.money(held.total)}`, () => take(held)));
      return item;
    }));
  }
}

function link(href, text) {
  const made = document.createElement("a");
  made.href = href;
  made.textContent = text;
  return made;
}

function button(text, pressed) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", pressed);
  return made;
}
