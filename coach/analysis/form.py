"""The size of a message: its length against the channel's limit, and how easy it reads.

Gulpease is the readability index made for Italian: 89 + (300·sentences − 10·letters) / words
(Lucisano and Piemontese, 1988). It is unstable on very short texts.
"""

from __future__ import annotations

from coach.analysis.text import clean, sentences, words
from coach.schemas import CHANNEL_LIMITS, Channel, Length


def measure(text: str, channel: Channel) -> Length:
    """Measure a message.

    Args:
        text: the message as given; its characters are counted as they stand, edges trimmed, as the
            channels count them.
        channel: where it is sent; it sets the limit.

    Returns:
        Characters, limit, words, sentences and Gulpease (0 to 100, one decimal, None without
        words).
    """
    source = clean(text).text
    found = words(source)
    cut = sentences(source)
    letters = sum(1 for _, _, word in found for char in word if char.isalnum())
    gulpease = None
    if found:
        index = 89 + (300 * len(cut) - 10 * letters) / len(found)
        gulpease = round(min(100.0, max(0.0, index)), 1)
    return Length(
        chars=len(text.strip()),
        limit=CHANNEL_LIMITS[channel],
        words=len(found),
        sentences=len(cut),
        gulpease=gulpease,
    )
