"""The chat model behind one small protocol.

`open_model` gives what was configured: the embedded model, any OpenAI-compatible endpoint, or
nothing. Both speak through LangChain's `ChatOpenAI`. Whatever goes wrong on the way becomes
`ModelUnavailable` or `ModelFailure`; no text is logged, and no error quotes what the endpoint
answered, because that may repeat the person's text or key.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit

from coach.errors import ConfigurationError, ModelError, ModelFailure, ModelUnavailable
from coach.local_model import Endpoint, ModelServer, server
from coach.schemas import ChatMessage
from coach.settings import EMBEDDED, NO_MODEL, OPENAI_URL, Settings

if TYPE_CHECKING:
    import httpx2
    from langchain_core.messages import BaseMessage
    from langchain_openai import ChatOpenAI

#: Times a request to a configured endpoint is made again after a passing failure.
RETRIES = 2
#: Longest answer read from an endpoint, in bytes.
MAX_ANSWER = 4 << 20
#: Longest wait for the embedded model to load and read a fixed prefix, in seconds.
WARM_TIMEOUT = 180.0
#: Longest wait for an abandoned request to leave the embedded model, in seconds.
IDLE_TIMEOUT = 3.0

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
#: What an endpoint may refuse to be told (reasoning models refuse a temperature).
_OPTIONAL = {"temperature", "stop", "n"}


class ChatModel(Protocol):
    """A model that continues a conversation.

    Attributes:
        name: what the person is told.
        remote: whether texts leave this machine.
    """

    @property
    def name(self) -> str:
        """What the person is told."""

    @property
    def remote(self) -> bool:
        """Whether texts leave this machine."""

    def complete(
        self,
        messages: Sequence[ChatMessage],
        *,
        n: int = 1,
        max_tokens: int,
        temperature: float = 0.7,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        timeout: float = 30.0,
    ) -> list[str]:
        """Ask for candidates.

        Args:
            messages: the conversation; an assistant's message at the end is continued by the
                embedded model.
            n: how many candidates; fewer may come, never none.
            max_tokens: longest candidate, in the model's tokens.
            temperature: 0 is (nearly) deterministic.
            stop: texts at which a candidate ends; they are not part of it.
            grammar: GBNF grammar the candidates obey; only the embedded model knows it, others
                ignore it.
            timeout: longest wait in all, in seconds.

        Raises:
            ModelUnavailable: not installed, not started, not reachable, refused the key.
            ModelFailure: too slow, stopped midway, empty or garbage.
        """

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        temperature: float = 0.7,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        timeout: float = 60.0,
    ) -> Iterator[str]:
        """Yield one answer in pieces as they come; closing the iterator ends the request.

        Args:
            messages: as for `complete`.
            max_tokens: as for `complete`.
            temperature: as for `complete`.
            stop: as for `complete`.
            grammar: as for `complete`.
            timeout: longest wait for the whole answer, in seconds.

        Raises:
            ModelUnavailable: as for `complete`.
            ModelFailure: as for `complete`; also after some pieces, when the answer stops midway.
        """

    def warm(self, messages: Sequence[ChatMessage]) -> None:
        """Have the fixed beginning of a prompt read beforehand, where that saves time.

        Raises:
            ModelUnavailable: the embedded model is not installed or does not start.
            ModelFailure: it did not read it in time.
        """


def open_model(
    settings: Settings, progress: Callable[[str], None] | None = None
) -> ChatModel | None:
    """The configured model, or None for `COACH_MODEL=none`; starts nothing.

    Args:
        settings: what was configured.
        progress: told, in Italian, what is being waited for (the embedded model's start).

    Raises:
        ConfigurationError: the endpoint's address or key is missing or not usable.
        ModelUnavailable: the embedded model is configured and not installed.
    """
    if settings.model == NO_MODEL:
        return None
    if settings.model != EMBEDDED:
        return EndpointModel(settings.model, settings.base_url, settings.api_key)
    running = server(settings.models)
    running.require_installed()
    return EmbeddedModel(running, progress)


class EndpointModel:
    """A model at an OpenAI-compatible endpoint: OpenAI, Ollama, vLLM, llama.cpp.

    Args:
        name: the model's name at the endpoint.
        base_url: the endpoint's address, up to `/v1`.
        api_key: its key; an endpoint other than OpenAI's may need none.

    Raises:
        ConfigurationError: the address is not one, or the key is missing or not printable.
    """

    def __init__(self, name: str, base_url: str = OPENAI_URL, api_key: str = "") -> None:
        self.name = name
        try:
            parts = urlsplit(base_url)
            host = parts.hostname if parts.scheme in ("http", "https") else None
        except ValueError:
            host = None
        if not host:
            raise ConfigurationError(
                "OPENAI_BASE_URL non è un indirizzo valido.",
                "Deve essere come http://127.0.0.1:11434/v1. " + _WITHOUT,
            )
        official = host == urlsplit(OPENAI_URL).hostname
        if official and not api_key:
            raise ConfigurationError(
                f"Per usare {name} presso {host} manca la chiave OPENAI_API_KEY.", _WITHOUT
            )
        if not (api_key.isascii() and api_key.isprintable()):
            raise ConfigurationError(
                "OPENAI_API_KEY contiene caratteri che una chiave non può avere.", _WITHOUT
            )
        self.remote = host not in _LOOPBACK
        self._chat = _Chat(
            name,
            Endpoint(base_url, api_key or "none"),
            told=f"{name} ({host})",
            retries=RETRIES,
            # The official one refuses both names of the limit at once; others know the old one.
            old_limit=not official,
            through_proxy=self.remote,
        )

    def complete(
        self,
        messages: Sequence[ChatMessage],
        *,
        n: int = 1,
        max_tokens: int,
        temperature: float = 0.7,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        timeout: float = 30.0,
    ) -> list[str]:
        """See `ChatModel.complete`; asks again when the endpoint ignores `n`."""
        del grammar  # no field of the common interface carries one
        deadline = time.monotonic() + timeout
        options = _options(max_tokens, temperature, stop)
        texts = self._chat.complete(messages, {**options, "n": n}, deadline)
        while len(texts) < n:
            try:
                texts += self._chat.complete(messages, options, deadline)
            except ModelError:
                break
        return texts[:n]

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        temperature: float = 0.7,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        timeout: float = 60.0,
    ) -> Iterator[str]:
        """See `ChatModel.stream`."""
        del grammar  # as in `complete`
        options = _options(max_tokens, temperature, stop)
        return self._chat.stream(messages, options, time.monotonic() + timeout)

    def warm(self, messages: Sequence[ChatMessage]) -> None:
        """Do nothing: an endpoint is not sent texts that nobody asked about."""


class EmbeddedModel:
    """The embedded model; its server starts at the first request.

    One request at a time: see `ModelServer.turn`. The candidates of one request are decoded
    together, which took 0.8 of the processor time of as many requests in a row.

    Args:
        running: the server of this process.
        progress: told, in Italian, what is being waited for.
    """

    remote = False

    def __init__(self, running: ModelServer, progress: Callable[[str], None] | None = None) -> None:
        self._server = running
        self._progress = progress or (lambda text: None)
        self._chat: _Chat | None = None

    @property
    def name(self) -> str:
        """Name of the model's file."""
        return self._server.name

    def complete(
        self,
        messages: Sequence[ChatMessage],
        *,
        n: int = 1,
        max_tokens: int,
        temperature: float = 0.7,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        timeout: float = 30.0,
    ) -> list[str]:
        """See `ChatModel.complete`; `n` above the server's slots takes several requests."""
        deadline = time.monotonic() + timeout
        options = _options(max_tokens, temperature, stop, grammar)
        texts: list[str] = []
        with self._turn(deadline) as chat:
            while len(texts) < n:
                wanted = min(n - len(texts), self._server.slots)
                try:
                    texts += chat.complete(messages, {**options, "n": wanted}, deadline)
                except ModelError:
                    if not texts:
                        raise
                    break
        return texts

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        temperature: float = 0.7,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        timeout: float = 60.0,
    ) -> Iterator[str]:
        """See `ChatModel.stream`."""
        deadline = time.monotonic() + timeout
        options = _options(max_tokens, temperature, stop, grammar)
        with (
            self._turn(deadline) as chat,
            contextlib.closing(chat.stream(messages, options, deadline)) as pieces,
        ):
            yield from pieces

    def warm(self, messages: Sequence[ChatMessage]) -> None:
        """Start the server and have it read `messages` (some 75 tokens a second, once)."""
        self.complete(messages, max_tokens=1, temperature=0.0, timeout=WARM_TIMEOUT)

    @contextlib.contextmanager
    def _turn(self, deadline: float) -> Iterator[_Chat]:
        """Wait for the server and for the turn to speak to it."""
        if not self._server.ready:
            self._progress("Avvio il modello locale: qualche secondo…")
        endpoint = self._server.endpoint(_left(deadline))
        if not self._server.turn.acquire(timeout=_left(deadline)):
            raise ModelFailure("Il modello locale è occupato con un'altra richiesta.", _AGAIN)
        try:
            self._server.await_idle(min(_left(deadline), IDLE_TIMEOUT))
            if self._chat is None or self._chat.endpoint != endpoint:
                self._chat = _Chat(
                    self.name,
                    endpoint,
                    told="Il modello locale",
                    # Made again, a request that was too slow would only queue behind itself.
                    retries=0,
                    old_limit=True,
                    through_proxy=False,
                )
            yield self._chat
        finally:
            self._server.turn.release()


# ------------------------------------------------------------------ the conversation over HTTP

_WITHOUT = (
    "Senza chiave funzionano COACH_MODEL=embedded (modello locale) e COACH_MODEL=none "
    "(critica e riscrittura senza modello)."
)
_OTHERS = "Intanto puoi usare COACH_MODEL=embedded o COACH_MODEL=none."
_AGAIN = "Riprova tra poco."

_Answer = TypeVar("_Answer")


class _Chat:
    """Requests to one endpoint, through `ChatOpenAI`."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        *,
        told: str,
        retries: int,
        old_limit: bool,
        through_proxy: bool,
    ) -> None:
        self.endpoint = endpoint
        self._name = name
        self._told = told
        self._retries = retries
        self._old_limit = old_limit
        self._through_proxy = through_proxy
        self._lock = threading.Lock()
        self._made: ChatOpenAI | None = None

    def complete(
        self, messages: Sequence[ChatMessage], options: Mapping[str, Any], deadline: float
    ) -> list[str]:
        """One request; the candidates that are not blank, at least one."""
        conversation = _to_langchain(messages)

        def ask(client: ChatOpenAI, given: dict[str, Any]) -> list[str]:
            result = client.generate([conversation], **given)
            return [each.text for each in result.generations[0] if each.text.strip()]

        texts = self._attempt(ask, options, deadline)
        if not texts:
            raise ModelFailure(f"{self._told} ha dato una risposta vuota.", _AGAIN)
        return texts

    def stream(
        self, messages: Sequence[ChatMessage], options: Mapping[str, Any], deadline: float
    ) -> Generator[str, None, None]:
        """One request; its pieces as they come."""
        conversation = _to_langchain(messages)

        def ask(client: ChatOpenAI, given: dict[str, Any]) -> tuple[Any, Any]:
            chunks = client.stream(conversation, **given)
            return next(chunks, None), chunks

        chunk, chunks = self._attempt(ask, options, deadline)
        said = finished = False
        with contextlib.closing(chunks):
            while chunk is not None:
                if chunk.text:
                    said = said or not chunk.text.isspace()
                    yield chunk.text
                finished = finished or bool(chunk.response_metadata.get("finish_reason"))
                try:
                    chunk = next(chunks, None)
                except _library_errors() as error:
                    raise self._explain(error) from None
        if not finished:
            raise ModelFailure(f"{self._told} si è interrotto a metà della risposta.", _AGAIN)
        if not said:
            raise ModelFailure(f"{self._told} ha dato una risposta vuota.", _AGAIN)

    def _attempt(
        self,
        ask: Callable[[ChatOpenAI, dict[str, Any]], _Answer],
        options: Mapping[str, Any],
        deadline: float,
    ) -> _Answer:
        """Ask, and ask again after a passing failure, until the deadline.

        `ChatOpenAI`'s own retries are off: each of them would wait the whole time again.
        """
        import openai

        options = dict(options)
        if self._old_limit:
            body = {"max_tokens": options["max_tokens"], **options.pop("extra_body", {})}
            options["extra_body"] = body
        client = self._client()
        failures = 0
        while True:
            try:
                return ask(client, {**options, "timeout": _left(deadline)})
            except _library_errors() as error:
                refused = getattr(error, "param", None)
                if isinstance(error, openai.BadRequestError) and refused in _OPTIONAL & {*options}:
                    del options[refused]
                    continue
                failures += 1
                pause = _pause(error, failures)
                if pause is None or failures > self._retries or _left(deadline) <= pause:
                    # `from None`: the library's error may quote the text or the key.
                    raise self._explain(error) from None
                time.sleep(pause)

    def _client(self) -> ChatOpenAI:
        """The client, made at first use: its import takes a second."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _make(self) -> ChatOpenAI:
        _silence_tracing()
        import openai
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        http = openai.DefaultHttpxClient(
            trust_env=self._through_proxy,
            event_hooks={"request": [_note_deadline], "response": [_guard]},
        )
        return ChatOpenAI(
            model=self._name,
            base_url=self.endpoint.base_url,
            api_key=SecretStr(self.endpoint.api_key),
            http_client=http,
            openai_proxy="",
            max_retries=0,
            cache=False,
            stream_usage=False,
            use_responses_api=False,
        )

    def _explain(self, error: BaseException) -> ModelError:
        """Turn what the libraries raise into what the person is told."""
        import httpx2
        import openai

        told = self._told
        match error:
            case openai.APITimeoutError() | httpx2.TimeoutException():
                return ModelFailure(f"{told} non ha risposto in tempo.", _AGAIN)
            case openai.APIConnectionError() | httpx2.HTTPError():
                return self._explain_transport(_transport_error(error))
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return ModelUnavailable(
                    f"{told} rifiuta la chiave.", "Controlla OPENAI_API_KEY. " + _OTHERS
                )
            case openai.NotFoundError():
                return ModelUnavailable(
                    f"{told} non esiste a quell'indirizzo.",
                    "Controlla COACH_MODEL e OPENAI_BASE_URL. " + _OTHERS,
                )
            case openai.RateLimitError():
                return ModelUnavailable(
                    f"{told} ha raggiunto il limite di richieste o di credito.", _AGAIN
                )
            case openai.APIStatusError() if error.status_code >= 500:
                return ModelFailure(f"{told} ha un guasto (HTTP {error.status_code}).", _AGAIN)
            case openai.APIStatusError():
                return ModelFailure(
                    f"{told} rifiuta la richiesta (HTTP {error.status_code}).",
                    "Forse il testo è troppo lungo per questo modello.",
                )
        return ModelFailure(f"{told} ha mandato una risposta incomprensibile.", _AGAIN)

    def _explain_transport(self, error: BaseException | None) -> ModelError:
        import httpx2

        match error:
            case httpx2.DecodingError():
                return ModelFailure(f"{self._told} ha mandato una risposta smisurata.", _AGAIN)
            case httpx2.RemoteProtocolError() | httpx2.ReadError():
                return ModelFailure(f"{self._told} si è interrotto a metà della risposta.", _AGAIN)
        return ModelUnavailable(
            f"{self._told} non è raggiungibile.", "Controlla che il server sia acceso. " + _OTHERS
        )


def _options(
    max_tokens: int, temperature: float, stop: Sequence[str], grammar: str | None = None
) -> dict[str, Any]:
    options: dict[str, Any] = {"max_tokens": max_tokens, "temperature": temperature}
    if stop:
        options["stop"] = list(stop)
    if grammar is not None:
        options["extra_body"] = {"grammar": grammar}
    return options


def _to_langchain(messages: Sequence[ChatMessage]) -> list[BaseMessage]:
    from langchain_core.messages import convert_to_messages

    return convert_to_messages([{"role": each.role, "content": each.content} for each in messages])


def _left(deadline: float) -> float:
    """Seconds until `deadline`, never none: a timeout of 0 means something else to a socket."""
    return max(deadline - time.monotonic(), 0.001)


def _transport_error(error: BaseException | None) -> BaseException | None:
    """The HTTP library's error under what OpenAI's and LangChain's libraries wrapped it in."""
    import httpx2

    while error is not None and not isinstance(error, httpx2.HTTPError):
        error = error.__cause__
    return error


def _pause(error: BaseException, failures: int) -> float | None:
    """Seconds to wait before asking again, or None when asking again is of no use."""
    import httpx2
    import openai

    match error:
        case openai.APITimeoutError():
            return None
        case openai.APIConnectionError() if isinstance(
            _transport_error(error), httpx2.DecodingError
        ):
            return None
        case openai.APIConnectionError():
            return 0.5 * failures
        case openai.APIStatusError() if error.status_code in (408, 409, 429) or (
            error.status_code >= 500
        ):
            with contextlib.suppress(ValueError):
                return max(0.0, float(error.response.headers.get("retry-after", "")))
            return 0.5 * failures
    return None


def _library_errors() -> tuple[type[BaseException], ...]:
    """What the libraries raise when an endpoint does not answer as it should.

    Besides their own errors, the built-in ones that LangChain raises, or lets through, on an answer
    that is JSON of another shape or no JSON at all.
    """
    import httpx2
    import openai

    shape = (ValueError, TypeError, KeyError, IndexError, AttributeError)
    return (openai.OpenAIError, httpx2.HTTPError, *shape)


def _note_deadline(request: httpx2.Request) -> None:
    """Turn the time given to each read into a deadline for the whole answer."""
    seconds = request.extensions.get("timeout", {}).get("read")
    if seconds is not None:
        request.extensions["deadline"] = time.monotonic() + seconds


def _guard(response: httpx2.Response) -> None:
    """Bound an answer in time and size: a server that drips a byte a second never times out."""
    import httpx2

    source = response.stream
    deadline = response.request.extensions.get("deadline", float("inf"))

    class Guarded(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for chunk in source:  # type: ignore[union-attr]
                size += len(chunk)
                if time.monotonic() > deadline:
                    raise httpx2.ReadTimeout("deadline passed", request=response.request)
                if size > MAX_ANSWER:
                    raise httpx2.DecodingError("answer too large", request=response.request)
                yield chunk

        def close(self) -> None:
            source.close()  # type: ignore[union-attr]

    response.stream = Guarded()


def _silence_tracing() -> None:
    """Keep LangChain from sending texts to a tracing service, whatever the environment says.

    A person may have the variables set for work of their own; what they write to their contacts
    must not go there.
    """
    import langsmith

    langsmith.configure(enabled=False)  # goes before LANGSMITH_TRACING and LANGCHAIN_TRACING_V2
    for variable in ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER"):
        os.environ.pop(variable, None)  # of the first version: LangChain raises where they are set
