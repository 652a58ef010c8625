"""HTTP/2 as the AWS SDK for JavaScript speaks it to a mock that is served: with prior knowledge, or by ALPN."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
from urllib.parse import urlsplit

import h2.connection
import h2.events
import hyperframe.frame
from wire import LIST, signed


class StreamBrokenError(Exception):
    """The server, or HTTP/2 itself, has ended a stream before its end."""


class Http2:
    """One connection; its requests may overlap.

    Attributes:
        received: Everything that has come, by stream, in order: the headers, parts of the body, None for the end.
    """

    def __init__(self, sock, host):
        self.received = {}
        self._socket = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = host
        self._connection = h2.connection.H2Connection()
        self._connection.initiate_connection()
        self._flush()

    def request(self, method="GET", target=LIST, headers=None, content=None):
        """Send a request; returns its stream."""
        stream = self._connection.get_next_available_stream_id()
        self.received[stream] = []
        body = b"" if content is None else json.dumps(content).encode()
        pseudo = {":method": method, ":path": target, ":authority": self._host, ":scheme": "http"}
        self._connection.send_headers(stream, [*(pseudo | (signed() if headers is None else headers)).items()])
        for start in range(0, len(body), 16_384):
            while self._connection.local_flow_control_window(stream) < 16_384:
                self.receive()
            self._connection.send_data(stream, body[start : start + 16_384])
            self._flush()
        self._connection.end_stream(stream)
        self._flush()
        return stream

    def response(self, stream):
        """Wait for the end of a response: its status, its headers, its body."""
        while None not in self.received[stream]:
            self.receive()
        headers, *body, _ = self.received[stream]
        return int(headers[":status"]), headers, b"".join(body)

    def exchange(self, *args, **kwargs):
        """One request and its response: the status, the headers, what the JSON of the body holds."""
        status, headers, body = self.response(self.request(*args, **kwargs))
        return status, headers, json.loads(body) if body else None

    def go_away(self):
        """Announce that there are no more requests, in more than one piece."""
        announcement = hyperframe.frame.GoAwayFrame(last_stream_id=0).serialize()
        for place in range(len(announcement)):
            self._socket.sendall(announcement[place : place + 1])

    def receive(self):
        """Wait for whatever comes next."""
        data = self._socket.recv(65_536)
        if not data:
            raise EOFError
        for event in self._connection.receive_data(data):
            if isinstance(event, h2.events.ResponseReceived):
                self.received[event.stream_id].append({name.decode(): value.decode() for name, value in event.headers})
            elif isinstance(event, h2.events.DataReceived):
                self._connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                self.received[event.stream_id].append(event.data)
            elif isinstance(event, h2.events.StreamEnded):
                self.received[event.stream_id].append(None)
            elif isinstance(event, h2.events.StreamReset):
                raise StreamBrokenError(event)
        self._flush()

    def _flush(self):
        self._socket.sendall(self._connection.data_to_send())


@contextlib.contextmanager
def http2(endpoint_url, authority=None):
    """A connection, over TLS with the file of a certificate authority."""
    parts = urlsplit(endpoint_url)
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.create_connection((parts.hostname, parts.port), timeout=30))
        if authority:
            context = ssl.create_default_context(cafile=authority)
            context.set_alpn_protocols(["h2", "http/1.1"])
            sock = stack.enter_context(context.wrap_socket(sock, server_hostname=parts.hostname))
            assert sock.selected_alpn_protocol() == "h2"
        yield Http2(sock, parts.netloc)
