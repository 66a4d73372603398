"""The shop in FastAPI and SQLAlchemy: `uvicorn --workers 2`."""

import os
import time
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy import ForeignKey, create_engine, event, func, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

engine = create_engine(f"sqlite:///{os.environ['PEER_DATABASE']}", connect_args={"timeout": 30}, pool_size=40)
Sessions = sessionmaker(engine)
app = FastAPI()


@event.listens_for(engine, "connect")
def _set_up(connection, _):
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")


class Base(DeclarativeBase):
    """The tables of schema.sql."""


class Product(Base):
    """What is sold."""

    __tablename__ = "product"
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    name: Mapped[str]
    price_minor: Mapped[int]


class Order(Base):
    """A sale."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None]
    placed_ms: Mapped[int]
    total_minor: Mapped[int]
    lines: Mapped[list["OrderLine"]] = relationship()


class OrderLine(Base):
    """A line of a sale."""

    __tablename__ = "order_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int]
    quantity: Mapped[int]
    price_minor: Mapped[int]
    total_minor: Mapped[int]


class LineIn(BaseModel):
    """A line as it is sent."""

    product_id: str
    quantity: int = Field(ge=1, le=1_000_000)


class OrderIn(BaseModel):
    """An order as it is sent."""

    lines: list[LineIn] = Field(min_length=1, max_length=1_000)


def _session() -> Iterator[Session]:
    with Sessions() as session:
        yield session


Asked = Annotated[Session, Depends(_session)]


@app.post("/orders", status_code=201)
def create(body: OrderIn, session: Asked, idempotency_key: Annotated[str | None, Header()] = None):
    """One order, one transaction."""
    products = _products(session, {line.product_id for line in body.lines})
    lines = [OrderLine(**_line(products[line.product_id], line.quantity)) for line in body.lines]
    total = sum(line.total_minor for line in lines)
    order = Order(key=idempotency_key, placed_ms=time.time_ns() // 1_000_000, total_minor=total, lines=lines)
    session.add(order)
    session.flush()
    id_ = order.id
    session.commit()
    return {"id": id_, "total": total / 100, "lines": len(lines)}


async def _body(request: Request) -> bytes:
    return await request.body()


@app.post("/orders/batch")
def create_batch(body: Annotated[bytes, Depends(_body)], session: Asked):
    """Many orders, a line each, in one transaction by bulk inserts."""
    orders = [OrderIn.model_validate_json(line) for line in body.splitlines()]
    products = _products(session, {line.product_id for order in orders for line in order.lines})
    now_ms = time.time_ns() // 1_000_000
    made = [[_line(products[line.product_id], line.quantity) for line in order.lines] for order in orders]
    rows = [{"placed_ms": now_ms, "total_minor": sum(line["total_minor"] for line in lines)} for lines in made]
    ids = session.scalars(insert(Order).returning(Order.id, sort_by_parameter_order=True), rows).all()
    lines = [{**line, "order_id": id_} for id_, of in zip(ids, made, strict=True) for line in of]
    session.execute(insert(OrderLine), lines)
    session.commit()
    return {"accepted": len(ids)}


def _products(session: Session, skus: set[str]) -> dict[str, tuple[int, int]]:
    found = session.execute(select(Product.sku, Product.id, Product.price_minor).where(Product.sku.in_(skus)))
    products = {sku: (id_, price) for sku, id_, price in found}
    if missing := skus - products.keys():
        raise HTTPException(422, f"unknown products: {sorted(missing)}")
    return products


def _line(product: tuple[int, int], quantity: int) -> dict[str, int]:
    id_, price = product
    return {"product_id": id_, "quantity": quantity, "price_minor": price, "total_minor": price * quantity}


@app.get("/analytics")
def analytics(session: Asked):
    """All time, the best products, and the last minute beside the one before."""
    now_ms = time.time_ns() // 1_000_000
    orders, revenue = session.execute(select(func.count(), func.coalesce(func.sum(Order.total_minor), 0))).one()
    units = session.scalar(select(func.coalesce(func.sum(OrderLine.quantity), 0)))
    sold = func.sum(OrderLine.total_minor).label("sold")
    best = session.execute(
        select(Product.sku, Product.name, sold, func.sum(OrderLine.quantity))
        .join(OrderLine, OrderLine.product_id == Product.id).group_by(Product.id).order_by(sold.desc()).limit(10)
    )  # fmt: skip
    minutes = [
        session.scalar(
            select(func.coalesce(func.sum(Order.total_minor), 0))
            .where(Order.placed_ms > now_ms - 60_000 * (ago + 1), Order.placed_ms <= now_ms - 60_000 * ago)
        ) for ago in (0, 1)
    ]  # fmt: skip
    return {
        "orders": orders, "total_revenue": revenue / 100, "units": units,
        "top_products": [{"sku": sku, "name": name, "revenue": of / 100, "units": n} for sku, name, of, n in best],
        "last_minute": {"revenue": minutes[0] / 100, "previous_revenue": minutes[1] / 100},
    }  # fmt: skip
