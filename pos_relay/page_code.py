"""Turns the page's template into straight Python: a page is made anew for every view.

Jinja asks at every dot whether a name is an attribute or an item, and at every call whether the
callee wants its context. Ours are plain values: attributes are attributes, calls are calls.
"""

import re
from collections.abc import Mapping

from jinja2 import Environment, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import escape

_PLACE = re.compile(r"\{\{ ([a-z_]+(?:\.[a-z_]+)?) \}\}")
# Controls that turn text around or hide it have no place in a bill.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_SPECIAL = re.compile(f"[&<>\"'{_BIDI.pattern[1:]}").search


class _Straight(CodeGenerator):
    """Writes dots and calls as Python has them. A name that is missing is still an error."""

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Call(  # noqa: N802 - Jinja's name
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        if node.kwargs or node.dyn_args or node.dyn_kwargs or forward_caller:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        """Most texts have nothing to escape; to find that out must not even cost a call."""
        self.write("(v if (v := ")

    def _output_child_post(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        self.write(").__class__ is str and special(v) is None else escape(v))")


class _PageEnvironment(Environment):
    code_generator_class = _Straight


_environment = _PageEnvironment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def compiled(source: str, words: Mapping[str, str]) -> Template:
    """A template whose ``{{ name }}`` of ``words`` are set in once, escaped, and not looked up for
    every view. What is put out later is escaped and freed of controls of direction."""

    def set_in(place: re.Match[str]) -> str:
        return escape(words[place[1]]) if place[1] in words else place[0]

    made = _environment.from_string(_PLACE.sub(set_in, source))
    # What the compiled template asks of every value that it puts out.
    made.root_render_func.__globals__.update(special=_SPECIAL, escape=_put_out, str=str)
    return made


def _put_out(value: object) -> str:
    return escape(_BIDI.sub("", value) if type(value) is str else value)
