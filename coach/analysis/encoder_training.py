"""Trains the sentence encoder; a part of `coach.analysis.training`, and the only user of PyTorch.

The base model stays as it is. Low-rank matrices beside each linear map, the biases and the layer
norms are trained on the labels of our sentences, with a few layers of attention over the sentences
of a message on top. PyTorch is needed for this alone: the `train` extra installs it.
"""

from __future__ import annotations

import math
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from coach.analysis.encoder import (
    LINEAR,
    LONGEST_SENTENCE,
    MESSAGE_HEADS,
    PLACES,
    BaseModel,
    EncoderWeights,
    Floats,
    Tokenizer,
)

#: Layers of the base model, rank of what is added to its maps and the weight of the addition.
LAYERS, RANK, SCALE = 6, 16, 2.0
#: Layers of attention over a message's sentences, and their size.
MESSAGE_LAYERS, MESSAGE_SIZE = 2, 192
#: Passes over the sentences, and the share of the steps that warm up.
EPOCHS, WARM = 4, 0.06
#: Learning rates: of the low-rank matrices (the second learns faster: LoRA+, arXiv 2402.12354), of
#: the biases and norms, of what is new.
RATES = {"A": 1e-3, "B": 3e-3, "norm": 2e-4, "new": 2e-3}
DROPOUT = 0.1
#: Pieces, padding included, of a step.
STEP = 1_500
#: Sentences of a message that are looked at together.
LONGEST_MESSAGE = 40


class _Adapted(nn.Module):
    """A linear map of the base model with a low-rank one beside it."""

    def __init__(self, weight: Floats, bias: Floats) -> None:
        super().__init__()
        outputs, inputs = weight.shape
        self.weight: Tensor
        self.register_buffer("weight", torch.tensor(weight))
        self.bias = nn.Parameter(torch.tensor(bias))
        self.A = nn.Parameter(torch.randn(RANK, inputs) / math.sqrt(inputs))
        self.B = nn.Parameter(torch.zeros(outputs, RANK))

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = F.linear(F.linear(x, self.A), self.B) * SCALE
        return F.linear(x, self.weight, self.bias) + added


class _Layer(nn.Module):
    """A layer of the base model, adapted."""

    def __init__(self, base: BaseModel, number: int) -> None:
        super().__init__()
        self.heads = base.heads
        for name in LINEAR:
            key = f"l{number}.{name}"
            columns = base.inner if name == "fo" else base.size
            linear = _Adapted(base.matrix(f"{key}.w", columns), base.vector(f"{key}.b").copy())
            self.add_module(name, linear)
        for name in ("aln", "oln"):
            self.add_module(name, _norm(base, f"l{number}.{name}"))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        part = self.get_submodule
        seen = _attention(part("q")(x), part("k")(x), part("v")(x), self.heads, mask)
        x = part("aln")(x + F.dropout(part("ao")(seen), DROPOUT, self.training))
        inner = F.gelu(part("fi")(x), approximate="tanh")
        normal: Tensor = part("oln")(x + F.dropout(part("fo")(inner), DROPOUT, self.training))
        return normal


class _MessageLayer(nn.Module):
    """Attention over the sentences of a message."""

    def __init__(self) -> None:
        super().__init__()
        size = MESSAGE_SIZE
        self.aln, self.oln = nn.LayerNorm(size), nn.LayerNorm(size)
        self.qkv, self.ao = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.fi, self.fo = nn.Linear(size, 2 * size), nn.Linear(2 * size, size)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        query, key, value = self.qkv(self.aln(x)).chunk(3, dim=-1)
        seen = self.ao(_attention(query, key, value, MESSAGE_HEADS, mask))
        x = x + F.dropout(seen, DROPOUT, self.training)
        inner = self.fo(F.gelu(self.fi(self.oln(x)), approximate="tanh"))
        return x + F.dropout(inner, DROPOUT, self.training)


class _Network(nn.Module):
    """What `SentenceEncoder` computes, as something that can be trained."""

    def __init__(self, base: BaseModel, acts: int, words: Tensor) -> None:
        super().__init__()
        size = base.size
        positions = base.vector("emb.pos").reshape(base.positions, -1)
        self.words = words
        self.positions = torch.tensor(positions + base.vector("emb.type")[:size])
        self.eln = _norm(base, "emb.ln")
        self.layers = nn.ModuleList(_Layer(base, number) for number in range(LAYERS))
        self.alone = nn.Linear(2 * size, acts)
        self.project = nn.Linear(2 * size, MESSAGE_SIZE)
        self.first = nn.Parameter(torch.randn(PLACES, MESSAGE_SIZE) * 0.02)
        self.last = nn.Parameter(torch.randn(PLACES, MESSAGE_SIZE) * 0.02)
        self.message = nn.ModuleList(_MessageLayer() for _ in range(MESSAGE_LAYERS))
        self.around = nn.Linear(MESSAGE_SIZE, acts)
        for head, bias in ((self.alone, -3.0), (self.around, 0.0)):  # most acts are rare
            nn.init.zeros_(head.weight)
            nn.init.constant_(head.bias, bias)

    def forward(self, pieces: Tensor, real: Tensor, messages: Sequence[int]) -> Tensor:
        """Logits of sentences.

        Args:
            pieces: rows of `words`, shape `(sentences, length)`.
            real: which of them are not padding, same shape.
            messages: how many of the sentences each message has, in order.
        """
        x = self.eln(self.words[pieces] + self.positions[: pieces.shape[1]])
        x = F.dropout(x, DROPOUT, self.training)
        for layer in self.layers:
            x = layer(x, real[:, None, None, :])
        x, kept = x.float(), real[..., None]
        mean = (x * kept).sum(1) / kept.sum(1)
        vectors = torch.cat([mean, x.masked_fill(~kept, -1e4).amax(1)], 1)
        vectors = F.dropout(vectors, DROPOUT, self.training)
        alone: Tensor = self.alone(vectors)
        return alone + self.around(self._among(self.project(vectors), messages)).float()

    def _among(self, projected: Tensor, messages: Sequence[int]) -> Tensor:
        longest = max(messages)
        place = torch.arange(longest)
        counts = torch.tensor(messages)[:, None]
        there = place < counts
        x = projected.new_zeros(len(messages), longest, MESSAGE_SIZE)
        x[there] = projected
        x = x + self.first[place.clamp(max=PLACES - 1)]
        x = x + self.last[(counts - 1 - place).clamp(0, PLACES - 1)]
        for layer in self.message:
            x = layer(x, there[:, None, None, :])
        return x[there]


def _attention(query: Tensor, key: Tensor, value: Tensor, heads: int, mask: Tensor) -> Tensor:
    parts = [x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (query, key, value)]
    seen = F.scaled_dot_product_attention(*parts, attn_mask=mask)
    return seen.transpose(1, 2).flatten(2)


def _norm(base: BaseModel, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(base.size, eps=base.epsilon)
    norm.weight.data = torch.tensor(base.vector(f"{name}.w").copy())
    norm.bias.data = torch.tensor(base.vector(f"{name}.b").copy())
    return norm


class EncoderTraining:
    """Trains encoders on parts of the same sentences.

    Args:
        texts: the sentences.
        labels: which acts each performs, shape `(sentences, acts)`.
        judged: which of the labels are known, same shape.
        messages: the sentences of each message, in order.
    """

    def __init__(
        self,
        texts: Sequence[str],
        labels: NDArray[np.bool_],
        judged: NDArray[np.bool_],
        messages: Sequence[Sequence[int]],
    ) -> None:
        self._messages = messages
        self._base = BaseModel()
        tokenize = Tokenizer(self._base)
        begin, end = self._base.begin, self._base.end
        cut = [[begin, *tokenize(text)[:LONGEST_SENTENCE], end] for text in texts]
        used = sorted({piece for pieces in cut for piece in pieces})
        row = {piece: i for i, piece in enumerate(used)}
        self._words = torch.tensor(self._base.words(used))
        self._pieces = [[row[piece] for piece in pieces] for pieces in cut]
        self._labels = torch.tensor(labels).float()
        self._judged = torch.tensor(judged).float()

    def fit(self, messages: Sequence[int], seed: int = 0) -> nn.Module:
        """Train on some of the messages."""
        torch.manual_seed(seed)
        chance = random.Random(seed)
        network = _Network(self._base, self._labels.shape[1], self._words)
        optimizer = torch.optim.AdamW(_rates(network), weight_decay=0.01)
        steps = EPOCHS * len(list(self._steps(messages, random.Random(seed))))
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min(1.0, step / (WARM * steps)) * max(0.02, 1 - step / steps)
        )
        network.train()
        begun = time.monotonic()
        for epoch in range(EPOCHS):
            total, count = 0.0, 0
            for step in self._steps(messages, chance):
                rows = [row for message in step for row in message]
                loss = F.binary_cross_entropy_with_logits(
                    self._run(network, step), self._labels[rows], reduction="none"
                )
                loss = (loss * self._judged[rows]).sum() / len(rows)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                total, count = total + loss.item(), count + 1
            seconds = time.monotonic() - begun
            print(f"  pass {epoch + 1}: loss {total / count:.3f}, {seconds:.0f} s", file=sys.stderr)
        return network.eval()

    def logits(self, network: nn.Module, messages: Sequence[int]) -> Floats:
        """Logits of the sentences of some messages, in that order."""
        found: list[Floats] = []
        with torch.no_grad():
            for message in messages:
                rows = self._messages[message]
                parts = [
                    self._run(network, [rows[i : i + LONGEST_MESSAGE]])
                    for i in range(0, len(rows), LONGEST_MESSAGE)
                ]
                found.extend(part.numpy() for part in parts)
        return np.concatenate(found).astype(np.float32)

    def weights(self, network: nn.Module) -> EncoderWeights:
        """What the product needs of a trained network."""
        tensors: dict[str, Floats] = {}
        for name, parameter in network.named_parameters():
            value = parameter.detach().numpy()
            tensors[_renamed(name)] = value * SCALE if name[-2:] == ".B" else value
        return EncoderWeights(LAYERS, MESSAGE_LAYERS, self._base.digest(LAYERS), tensors)

    def _run(self, network: nn.Module, step: Sequence[Sequence[int]]) -> Tensor:
        rows = [row for message in step for row in message]
        longest = max(len(self._pieces[row]) for row in rows)
        pieces = torch.zeros((len(rows), longest), dtype=torch.long)
        real = torch.zeros((len(rows), longest), dtype=torch.bool)
        for i, row in enumerate(rows):
            length = len(self._pieces[row])
            pieces[i, :length] = torch.tensor(self._pieces[row])
            real[i, :length] = True
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits: Tensor = network(pieces, real, [len(message) for message in step])
        return logits.float()

    def _steps(
        self, messages: Sequence[int], chance: random.Random
    ) -> Iterator[list[Sequence[int]]]:
        """Messages of like length together, in random order."""
        rows = [self._messages[message][:LONGEST_MESSAGE] for message in messages]
        chance.shuffle(rows)
        steps: list[list[Sequence[int]]] = []
        for start in range(0, len(rows), 400):
            widths = {
                i: max(len(self._pieces[row]) for row in rows[i])
                for i in range(start, min(start + 400, len(rows)))
            }
            step: list[Sequence[int]] = []
            for i in sorted(widths, key=widths.__getitem__):
                if step and (sum(map(len, step)) + len(rows[i])) * widths[i] > STEP:
                    steps.append(step)
                    step = []
                step.append(rows[i])
            steps.append(step)
        chance.shuffle(steps)
        return iter(steps)


def _rates(network: nn.Module) -> list[dict[str, object]]:
    """The parameters with their learning rates."""
    groups: dict[str, list[nn.Parameter]] = {kind: [] for kind in RATES}
    for name, parameter in network.named_parameters():
        kind = name.rpartition(".")[2]
        if not name.startswith(("layers.", "eln.")):
            kind = "new"
        groups[kind if kind in groups else "norm"].append(parameter)
    return [{"params": groups[kind], "lr": rate} for kind, rate in RATES.items()]


def _renamed(name: str) -> str:
    """A parameter's name in the product's weights."""
    name = re.sub(r"^(layers|message)\.", lambda match: match[1][0], name)
    name = re.sub(r"^(first|last)$", r"place.\1", name)
    return re.sub(r"\.(weight|bias)$", lambda match: match[0][:2], name)
