"""Several statements go to PostgreSQL in one way there and back, each prepared once: libpq's pipeline, with one sync at its end."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from psycopg import generators, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result

from webapp.db.putoff import Asked

MOST_NAMES = 300
_Key = tuple[str, tuple[int, ...]]
_BAD = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED)
_ROWS = pq.ExecStatus.TUPLES_OK


class Answer:
    """What one statement gave, as a cursor that has been read to its end; it can be read again."""

    __slots__ = ("rowcount", "rows")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self.rows = rows
        self.rowcount = rowcount

    def fetchall(self) -> list[Any]:
        """Every row."""
        return self.rows

    def fetchone(self) -> Any:
        """The first row, or None."""
        return self.rows[0] if self.rows else None

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)


class Together:
    """The prepared statements of one connection. make_row: what turns the names of columns into a class of rows."""

    def __init__(self, raw: Any, make_row: Callable[[tuple[str, ...]], Callable[[Any], Any]]) -> None:
        self._raw = raw
        self._make_row = make_row
        self._names: dict[_Key, bytes] = {}
        self._made = 0

    def send(self, asked: Sequence[Asked]) -> list[Answer]:
        """One answer a statement. Raises psycopg's error of the first that failed; those behind it were not run."""
        dumped = [self._dump(text, values) for text, values in asked]
        connection = self._raw.pgconn
        connection.enter_pipeline_mode()
        try:
            sent = [key for one in dumped for key in self._send(connection, *one)]
            connection.pipeline_sync()
            results = self._raw.wait(_exchange(connection, len(sent) + 1))
            connection.exit_pipeline_mode()
        except BaseException:
            self._raw.close()  # how far it went is not known
            raise
        return self._read(results[:-1], sent)

    def _dump(self, text: str, values: Sequence[Any] | None) -> tuple[Any, ...]:
        if not values:
            return text, (), None, None
        dumper = Transformer(self._raw)
        data = dumper.dump_sequence(values, [PyFormat.AUTO] * len(values))
        return text, tuple(dumper.types or ()), data, dumper.formats

    def _send(
        self, connection: Any, text: str, types: tuple[int, ...], data: Any, formats: Any
    ) -> Iterator[_Key | None]:
        """Hand a statement over; for each answer that the server will give, None, or what it says to be prepared."""
        key = (text, types)
        name = self._names.get(key)
        if name is None:
            if len(self._names) >= MOST_NAMES:
                connection.send_query_params(text.encode(), data, types or None, formats)
                yield None
                return
            self._made += 1
            name = self._names[key] = b"takings_%d" % self._made
            connection.send_prepare(name, text.encode(), types or None)
            yield key
        connection.send_query_prepared(name, data, formats)
        yield None

    def _read(self, results: list[Any], sent: list[_Key | None]) -> list[Answer]:
        answers = []
        for place, ((*_, result), key) in enumerate(zip(results, sent, strict=True)):
            if result.status in _BAD:
                for unknown in sent[place:]:  # nothing behind it was prepared
                    self._names.pop(unknown or ("", ()), None)
                raise error_from_result(result, encoding="utf-8")
            if key is None:
                answers.append(self._answer(result))
        return answers

    def _answer(self, result: Any) -> Answer:
        if result.status != _ROWS:
            return Answer([], result.command_tuples or 0)
        loader = Transformer(self._raw)
        loader.set_pgresult(result)
        names = tuple(result.fname(place).decode() for place in range(result.nfields))
        return Answer(loader.load_rows(0, result.ntuples, self._make_row(names)), result.ntuples)


def _exchange(connection: Any, count: int) -> Any:
    """Send what was handed over and wait for so many answers, the sync's among them."""
    yield from generators.send(connection)
    found = []
    for _ in range(count):
        found.append((yield from generators.fetch_many(connection)))
    return found
