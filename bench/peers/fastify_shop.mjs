// The shop in fastify and better-sqlite3, with `ws` for screens. PEER_WORKERS over one: a cluster.
// Each order goes to every screen as a frame; PEER_TICK_MS over zero: as one frame a tick.
import cluster from "node:cluster";
import { createRequire } from "node:module";

const fromPeers = createRequire(process.env.PEER_MODULES + "/");
const Database = fromPeers("better-sqlite3");
const fastify = fromPeers("fastify");
const { WebSocketServer, WebSocket } = fromPeers("ws");

const port = Number(process.env.PEER_PORT);
const workers = Number(process.env.PEER_WORKERS ?? 1);
const tick = Number(process.env.PEER_TICK_MS ?? 0);

if (workers > 1 && cluster.isPrimary) {
  for (let n = 0; n < workers; n++) cluster.fork();
} else {
  serve();
}

function serve() {
  const db = new Database(process.env.PEER_DATABASE, { timeout: 30_000 });
  db.pragma("journal_mode = wal");
  db.pragma("synchronous = full");
  const product = db.prepare("select id, price_minor from product where sku = ?");
  const order = db.prepare("insert into orders (key, placed_ms, total_minor) values (?, ?, ?)");
  const line = db.prepare(
    "insert into order_line (order_id, product_id, quantity, price_minor, total_minor) values (?, ?, ?, ?, ?)",
  );

  const keep = db.transaction((key, asked) => {
    const lines = asked.map(({ product_id, quantity }) => {
      const found = product.get(product_id);
      if (!found) throw Object.assign(new Error(`unknown product ${product_id}`), { statusCode: 422 });
      return [found.id, quantity, found.price_minor, found.price_minor * quantity];
    });
    const total = lines.reduce((sum, one) => sum + one[3], 0);
    const { lastInsertRowid: id } = order.run(key, Date.now(), total);
    for (const one of lines) line.run(id, ...one);
    return { id, total: total / 100, lines: lines.length };
  }).immediate;

  const app = fastify({ keepAliveTimeout: 600_000 });
  const screens = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: true });
  let waiting = [];

  const tell = (text) => {
    for (const screen of screens.clients) if (screen.readyState === WebSocket.OPEN) screen.send(text);
  };
  if (tick) {
    setInterval(() => {
      if (waiting.length) tell(JSON.stringify(waiting));
      waiting = [];
    }, tick);
  }

  const schema = {
    body: {
      type: "object",
      required: ["lines"],
      properties: {
        note: { type: "string" },
        lines: {
          type: "array",
          minItems: 1,
          items: {
            type: "object",
            required: ["product_id", "quantity"],
            properties: { product_id: { type: "string" }, quantity: { type: "integer", minimum: 1 } },
          },
        },
      },
    },
    response: {
      201: {
        type: "object",
        properties: { id: { type: "integer" }, total: { type: "number" }, lines: { type: "integer" } },
      },
    },
  };

  app.post("/orders", { schema }, (request, reply) => {
    const kept = keep(request.headers["idempotency-key"] ?? null, request.body.lines);
    const told = { ...kept, note: request.body.note };
    if (tick) waiting.push(told);
    else if (screens.clients.size) tell(JSON.stringify(told));
    reply.code(201).send(kept);
  });

  const sums = {
    orders: db.prepare("select count(*) as orders, coalesce(sum(total_minor), 0) as revenue from orders"),
    units: db.prepare("select coalesce(sum(quantity), 0) as units from order_line"),
    best: db.prepare(
      "select sku, name, sum(total_minor) as sold, sum(quantity) as units from order_line" +
        " join product on product.id = product_id group by product_id order by sold desc limit 10",
    ),
    minute: db.prepare("select coalesce(sum(total_minor), 0) as sold from orders where placed_ms > ? and placed_ms <= ?"),
  };

  app.get("/analytics", () => {
    const { orders, revenue } = sums.orders.get();
    const now = Date.now();
    const [last, before] = [0, 1].map((ago) => sums.minute.get(now - 60_000 * (ago + 1), now - 60_000 * ago).sold);
    return {
      orders,
      total_revenue: revenue / 100,
      units: sums.units.get().units,
      top_products: sums.best.all().map(({ sold, ...one }) => ({ ...one, revenue: sold / 100 })),
      last_minute: { revenue: last / 100, previous_revenue: before / 100 },
    };
  });

  app.server.on("upgrade", (request, socket, head) => {
    screens.handleUpgrade(request, socket, head, (screen) => screen.on("error", () => screen.terminate()));
  });
  app.listen({ port, host: "127.0.0.1", backlog: 4096 });
}
