"""An OpenAI-compatible endpoint on the loopback interface that misbehaves on demand."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = "Mi ha fatto piacere conoscerti a Milano."
STATUSES = {"400": 400, "401": 401, "404": 404, "429": 429, "500": 500}


class MisbehavingServer:
    """Serves `modes` in order, one a request; the last one goes on.

    Modes: `ok`, `ignores_n`, an HTTP status (`400`, `401`, `404`, `429`, `500`; its body quotes the
    request and the key, as real ones do), `refuses_temperature`, `garbage`, `html`, `wrong_shape`,
    `empty_choices`, `null_choices`, `blank`, `stops_midway`, `silent`, `drip`, `huge`.
    """

    def __init__(self, *modes: str) -> None:
        self.modes = list(modes)
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.gone = threading.Event()
        self.closing = threading.Event()
        owner = self

        class Handler(_Handler):
            server_owner = owner

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> MisbehavingServer:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server_owner: MisbehavingServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        owner = self.server_owner
        body = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"{}")
        owner.bodies.append(body)
        owner.headers.append({key.lower(): value for key, value in self.headers.items()})
        mode = owner.modes.pop(0) if len(owner.modes) > 1 else owner.modes[0]
        try:
            self._serve(mode, body)
        except OSError:
            owner.gone.set()

    def _serve(self, mode: str, body: dict[str, Any]) -> None:
        if mode in STATUSES:
            quoted = {"message": f"{self.headers['authorization']} {body}", "type": "x"}
            return self._json({"error": quoted}, STATUSES[mode])
        if mode == "refuses_temperature" and "temperature" in body:
            refusal = {"message": "unsupported", "type": "invalid_request_error"}
            return self._json({"error": {**refusal, "param": "temperature"}}, 400)
        match mode:
            case "garbage":
                return self._send(b'{"choices": [{"message"')
            case "html":
                return self._send(b"<html>login</html>", kind="text/html")
            case "wrong_shape":
                return self._json({"choices": "tante"})
            case "empty_choices":
                return self._json({"id": "1", "choices": []})
            case "null_choices":
                return self._json({"id": "1", "choices": None})
            case "silent":
                self.server_owner.closing.wait(30)
                return None
            case "drip":
                return self._drip()
            case "huge":
                return self._endless()
        text = " " if mode == "blank" else ANSWER
        if body.get("stream"):
            return self._stream(text, midway=mode == "stops_midway")
        n = 1 if mode == "ignores_n" else body.get("n", 1)
        answer = json.dumps(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [_choice(i, text) for i in range(n)],
            }
        ).encode()
        if mode == "stops_midway":
            return self._send(answer[:40], length=len(answer))
        return self._send(answer)

    def _json(self, answer: object, status: int = 200) -> None:
        self._send(json.dumps(answer).encode(), status=status)

    def _send(
        self,
        data: bytes,
        *,
        status: int = 200,
        kind: str = "application/json",
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data) if length is None else length))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def _stream(self, text: str, *, midway: bool) -> None:
        self._begin("text/event-stream")
        words = text.split(" ")
        for number, word in enumerate(words):
            delta = {"content": word if number == 0 else f" {word}"}
            self._event({"index": 0, "delta": delta, "finish_reason": None})
            if midway and number == 1:
                self.close_connection = True
                return
        self._event({"index": 0, "delta": {}, "finish_reason": "stop"})
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _event(self, choice: dict[str, Any]) -> None:
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
        }
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def _begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("connection", "close")
        self.end_headers()

    def _drip(self) -> None:
        """A byte every twentieth of a second: no single read ever times out."""
        self._begin("application/json")
        while not self.server_owner.closing.is_set():
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.05)

    def _endless(self) -> None:
        self._begin("application/json")
        while not self.server_owner.closing.is_set():
            self.wfile.write(b" " * 65536)


def _choice(index: int, text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {"index": index, "message": message, "finish_reason": "stop"}
