"""Text as files hold it, made fit to keep: no invisible characters, no HTML."""

from __future__ import annotations

import html
import re
import unicodedata

#: Only tags that LinkedIn's editor writes: `<3` and `<nome>` are what somebody typed.
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|ul|ol|h[1-6]|tr)\s*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|b|br|div|em|font|h[1-6]|i|img|li|ol|p|small|span|strong|table|tbody|td|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
#: With its semicolon: `?a=1&copy=2` is an address.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BLANK_LINES = re.compile(r"\n{3,}")


def one_line(text: str) -> str:
    """The text on one line, in NFC, with single spaces and nothing invisible in it."""
    return " ".join(_visible(text).split())


def paragraphs(text: str) -> str:
    """The text in NFC with its lines, at most one of them empty in a row, and nothing invisible."""
    text = text.strip()
    # So it is with most messages, and quickly told: no printable space but the plain one.
    if text.replace("\n", "").isprintable() and not _is_untidy(text):
        return unicodedata.normalize("NFC", text)
    text = _visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def from_html(text: str) -> str:
    """What a message says, whether it holds markup or not; entities are turned to characters."""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return text


def _is_untidy(text: str) -> bool:
    # A regular expression takes five times as long, and there are 100,000 messages.
    return "  " in text or " \n" in text or "\n " in text or "\n\n\n" in text


def _visible(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if text.isprintable():
        return text
    return "".join(char for char in text if char.isprintable() or _is_kept(char))


def _is_kept(char: str) -> bool:
    """Spaces, and what joins the parts of an emoji or the letters of Persian and Indian names."""
    return char.isspace() or char in "\u200c\u200d"
