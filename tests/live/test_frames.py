"""Frames against wsproto, which others wrote from the same RFC."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import Message, Ping, Pong, TextMessage
from wsproto.frame_protocol import FrameProtocol, Opcode, ParseFailed

from webapp.live import frames
from webapp.live.frames import CLOSE, CONTINUATION, PING, PONG, TEXT

texts = st.text(max_size=300) | st.text(min_size=120, max_size=140) | st.integers(0, 20_000).map(lambda n: "ü" * n)
said = st.lists(
    st.one_of(
        st.tuples(st.just("text"), texts),
        st.tuples(st.just("pieces"), st.lists(st.text(max_size=50), min_size=2, max_size=5)),
        st.tuples(st.just("ping"), st.binary(max_size=125)),
        st.tuples(st.just("pong"), st.binary(max_size=125)),
    ),
    max_size=8,
)
cuts = st.lists(st.integers(1, 400), max_size=40)


def sent(conversation):
    client = Connection(ConnectionType.CLIENT)
    data = b""
    for kind, content in conversation:
        if kind == "text":
            data += client.send(Message(data=content))
        elif kind == "pieces":
            for piece in content[:-1]:
                data += client.send(Message(data=piece, message_finished=False))
            data += client.send(Message(data=content[-1]))
        else:
            data += client.send(Ping(payload=content) if kind == "ping" else Pong(payload=content))
    return data


def read(data, sizes=()):
    """(arrivals, violation) of `data` handed in in pieces of these sizes, then the rest."""
    inlet, found, start = None, [], 0
    for size in [*sizes, len(data)]:
        arrivals, inlet, violation = frames.read(inlet, data[start : start + size])
        found += arrivals
        start += size
        if violation is not None:
            return found, violation
        if found and found[-1].kind == CLOSE:
            break
    return found, None


@given(said, cuts)
def test_what_a_client_sends_is_read_however_it_is_cut(conversation, sizes):
    found, violation = read(sent(conversation), sizes)

    expected = []
    for kind, content in conversation:
        if kind in ("text", "pieces"):
            expected.append((TEXT, "".join(content), b""))
        else:
            expected.append((PING if kind == "ping" else PONG, "", content))
    assert violation is None
    assert [(one.kind, one.text, one.data) for one in found if one.kind != CONTINUATION] == expected


def of_wsproto(data):
    protocol, found, partial = FrameProtocol(client=False, extensions=[]), [], ""
    protocol.receive_bytes(data)
    try:
        for frame in protocol.received_frames():
            if frame.opcode is Opcode.BINARY:
                return found, True
            if frame.opcode is Opcode.CLOSE:
                code = int(frame.payload[0])
                return [*found, (CLOSE, 1000 if code == 1005 else code)], False
            if frame.opcode in (Opcode.PING, Opcode.PONG):
                found.append((int(frame.opcode), bytes(frame.payload)))
                continue
            partial += frame.payload
            if frame.message_finished:
                found.append((TEXT, partial))
                partial = ""
    except ParseFailed:
        return found, True
    return found, False


def plain(arrival):
    return {TEXT: (TEXT, arrival.text), CLOSE: (CLOSE, arrival.code)}.get(arrival.kind, (arrival.kind, arrival.data))


heads = st.tuples(
    st.sampled_from([0x00, 0x01, 0x02, 0x03, 0x08, 0x09, 0x0A, 0x0B, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A, 0xC1, 0x91]),
    st.binary(max_size=130), st.sampled_from([True, True, True, True, False]),
    st.sampled_from(["fewest", "fewest", "two", "eight"]),
)  # fmt: skip


def raw(frame):
    first, payload, masked, width = frame
    flag = 0x80 if masked else 0
    if width == "eight":
        length = bytes((flag | 127,)) + len(payload).to_bytes(8, "big")
    elif width == "two" or len(payload) > 125:
        length = bytes((flag | 126,)) + len(payload).to_bytes(2, "big")
    else:
        length = bytes((flag | len(payload),))
    mask = b"\x01\x02\x03\x04" if masked else b""
    body = bytes(byte ^ (index % 4 + 1) for index, byte in enumerate(payload)) if masked else payload
    return bytes((first,)) + length + mask + body


@given(st.lists(heads, min_size=1, max_size=4))
def test_broken_frames_end_it_where_wsproto_ends_it(broken):
    data = b"".join(raw(frame) for frame in broken)

    found, violation = read(data)

    others, refused = of_wsproto(data)
    own = [plain(one) for one in found if one.kind != CONTINUATION]
    assert (violation is not None) == refused or not_utf8_yet(violation, refused, own, others)
    assert own[: len(others)] == others[: len(own)]


def not_utf8_yet(violation, refused, own, others):
    # wsproto looks at a fragment's UTF-8 when it comes, we at the whole message's; a control frame may come before that.
    return refused and violation is None and all(kind != TEXT for kind, _ in own[len(others) :])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (raw((0x82, b"binary", True, "fewest")), 1003),
        (raw((0x81, b"not masked", False, "fewest")), 1002),
        (raw((0x81, b"\xff\xfe", True, "fewest")), 1007),
        (raw((0x81, b"x", True, "eight")), 1002),
        (raw((0x80, b"no message was begun", True, "fewest")), 1002),
        (raw((0x89, b"p" * 126, True, "fewest")), 1002),
        (b"\x81\xff" + (64 * 1024 + 1).to_bytes(8, "big") + b"\1\2\3\4", 1009),
        (b"\x81\xff" + (1 << 62).to_bytes(8, "big"), 1009),
    ],
)
def test_each_violation_has_its_close_code(data, code):
    assert read(data)[1].code == code


def test_the_fragments_of_a_message_count_together():
    piece = b"x" * 1000

    found, violation = read(raw((0x01, piece, True, "fewest")) + raw((0x00, piece, True, "fewest")) * 65)

    assert (found, violation.code) == ([], 1009)


def test_a_message_of_64_kib_is_taken():
    found, violation = read(sent([("text", "x" * 65_536)]), [1000] * 20)

    assert violation is None
    assert found[0].text == "x" * 65_536


@given(texts, st.binary(max_size=125), st.sampled_from([1000, 1003, 1008, 1009, 1012, 1013]), st.text(max_size=80))
def test_a_client_understands_our_frames(text, payload, code, reason):
    client = Connection(ConnectionType.CLIENT)

    client.receive_data(frames.text(text) + frames.pong(payload) + frames.close(code, reason))

    events = list(client.events())
    assert "".join(event.data for event in events if isinstance(event, TextMessage)) == text
    assert [bytes(event.payload) for event in events if isinstance(event, Pong)] == [payload]
    assert (events[-1].code, reason.startswith(events[-1].reason or "")) == (code, True)


def test_an_idle_connection_keeps_no_object():
    _, inlet, _ = frames.read(None, sent([("text", "hello")]))

    assert inlet is None
