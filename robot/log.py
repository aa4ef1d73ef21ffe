"""The operator's log: structlog, JSON or console, to stderr, in UTC. Nothing personal gets through, by construction.

Deny by default: only the keys in :data:`ALLOWED` pass; of any other only its name is told. Eleven digits in a row are
masked wherever they stand (a fødselsnummer may hide in an id or an error). Line breaks and terminal escapes are encoded,
so that nobody can forge a line (reliability.md section 8).
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog

EventDict = MutableMapping[str, Any]

ALLOWED = frozenset(
    # What every line has.
    "event level timestamp logger exception stack"
    # Who and where: our own ids, codes and names from the configuration.
    " post post_id seq organisation orgnr source connection channel kind stage state outcome reason code rule rules effect"
    " key step role job slot daemon pid worker signal schema version revision port hash ruleset sha256 digest type archive"
    " saksmappe journalpost saksnummer error where inode uid uidvalidity capability mode language pipeline reader engine"
    # How much and how long.
    " count total pages ocr_pages parts documents size_bytes free_bytes reserve_bytes seconds after_s wait_s tries limit"
    " waiting oldest_s collected archived set_aside forwarded dismissed duplicates failed checked broken events faults"
    " jti kid scopes"
    " files ok status exit_code lag_s page part media_type cpu_s peak_mib before now next_try_at due at attempts pss_bytes".split(
        " "
    )
)
"""Keys that may stand in a log line. Their values are ids, codes and counts; a new one is added here on purpose."""

_NUMBER = re.compile(r"(?<!\d)(?:\d[ .\-]?){10}\d(?!\d)")
_MASKED = "***********"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_MAX_CHARS = 2000
# Digests may hold eleven digits in a row by chance, and are needed whole to be looked up.
_DIGESTS = frozenset({"sha256", "hash", "ruleset", "digest", "timestamp"})
_HEX = re.compile(r"[0-9a-f]{32,128}")


def setup_logging(*, form: Literal["json", "konsoll"], level: str = "info", stream: TextIO | None = None) -> None:
    """Sets up structlog and the standard library's logging (other libraries' lines pass through the same filter).

    Called once by a command that runs the journey; ``stream`` is stderr unless said.
    """
    out = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        exception_places,
        only_allowed,
        masked,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_foreign, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form)],
        )
    )
    # Below WARNING other libraries only chat; ours come as dictionaries.
    handler.addFilter(lambda record: isinstance(record.msg, dict) or record.levelno >= logging.WARNING)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Chatty libraries that put content into their messages are kept to what goes wrong.
    for name in (
        "httpx2",
        "httpcore2",
        "pdfminer",
        "exchangelib",
        "imapclient",
        "PIL",
        "fontTools",
        "weasyprint",
        "apscheduler",
    ):
        logging.getLogger(name).setLevel(logging.ERROR)


def only_allowed(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Keeps the keys in :data:`ALLOWED`; the names of others are listed under ``withheld``."""
    kept = {key: value for key, value in event.items() if key in ALLOWED or key.startswith("_")}
    withheld = sorted(set(event) - set(kept))
    return {**kept, "withheld": ",".join(withheld)} if withheld else kept


def masked(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Masks eleven-digit numbers and encodes control characters in every text, at any depth."""
    return {key: value if key.startswith("_") else _clean(value, key) for key, value in event.items()}


def exception_places(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Turns ``exc_info`` into kind and places (file, line, function): messages of exceptions may quote post."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    elif isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        event["exception"] = _places(info)
    return event


def _places(info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    frames = traceback.extract_tb(info[2])
    return " < ".join(
        [info[0].__name__, *(f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in frames[::-1])]
    )


def _foreign(_logger: Any, _method: str, event: EventDict) -> EventDict:
    # The text of another library's line may hold anything from the post; its logger and level tell enough.
    event["event"] = "library_message"
    return event


def _clean(value: Any, key: str) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return _MASKED if isinstance(value, int) and len(str(abs(value))) == 11 else value
    if isinstance(value, dict):
        return {str(k): _clean(v, str(k)) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item, key) for item in value]
    text = str(value)[:_MAX_CHARS]
    if not (key in _DIGESTS or _HEX.fullmatch(text)):
        text = _NUMBER.sub(_MASKED, text)
    return _CONTROL.sub(lambda c: c.group().encode("unicode_escape").decode("ascii"), text)


def _renderer(form: str) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True)
    return _console


def _console(_logger: Any, _method: str, event: EventDict) -> str:
    """One line: time, level, event, facts. Written by us: no colours to strip, and every text already encoded."""
    head = [str(event.pop(key, "")) for key in ("timestamp", "level", "event")]
    facts = [f"{key}={_quoted(value)}" for key, value in sorted(event.items())]
    return " ".join([head[0], f"{head[1]:<8}", head[2], *facts])


def _quoted(value: Any) -> str:
    text = str(value)
    return f'"{text}"' if " " in text else text
