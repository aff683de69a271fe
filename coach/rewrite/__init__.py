"""Rewriting a draft so that it offers before it asks: plan, compose, polish, verify.

`draft` and `fragments` read what is known, `plan` gathers it, `compose` words it without a model
(`wording`, `morphology`), `polish` lets a model word it anew, `verify` checks whatever was written,
and `rewriting` is the use case that joins them.
"""

from coach.rewrite.rewriting import RewriteEvent, rewrite

__all__ = ["RewriteEvent", "rewrite"]
