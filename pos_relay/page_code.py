"""Turns the page's template into straight Python: a page is made anew for every view.

Jinja asks at every dot whether a name is an attribute or an item, and at every call whether the
callee wants its context. Ours are plain values: attributes are attributes, calls are calls.
"""

import re
from collections.abc import Mapping

from jinja2 import Environment, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from markupsafe import escape

_PLACE = re.compile(r"\{\{ ([a-z_]+(?:\.[a-z_]+)?) \}\}")
# Controls that turn text around or hide it have no place in a bill.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_SPECIAL = re.compile(f"[&<>\"'{_BIDI.pattern[1:]}").search
# The same in the bytes of a JSON document.
_SIGNS = b"&<>'\\"
_BIDI_BYTES = re.compile(rb"\xe2(?:\x80[\x8e\x8f\xaa-\xae]|\x81[\xa6-\xa9])").search


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


class _Bare(_Straight):
    """Puts out texts of which it is known that nothing in them is to be escaped."""

    def _output_child_post(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        self.write(").__class__ is str else escape(v))")


class _PageEnvironment(Environment):
    code_generator_class = _Straight


class _BareEnvironment(Environment):
    code_generator_class = _Bare


_environment, _bare = (
    kind(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    for kind in (_PageEnvironment, _BareEnvironment)
)


class Page:
    """A compiled template. Jinja's own call of it takes as long again to put its globals together,
    of which ours use none."""

    __slots__ = ("_template",)

    def __init__(self, template: Template) -> None:
        self._template = template

    def render(self, **values: object) -> str:
        """The text with these values."""
        made = self._template
        context = Context(made.environment, values, made.name, {})
        return "".join(made.root_render_func(context))


def harmless(text: str) -> bool:
    """Whether nothing of ``text`` is to be escaped or left out."""
    return _SPECIAL(text) is None


def harmless_json(sealed: bytes) -> bool:
    """Whether nothing of any text in a JSON document (UTF-8) is to be escaped or left out.

    Without a backslash every text stands there as it is, and no text has a quotation mark.
    """
    return len(sealed.translate(None, _SIGNS)) == len(sealed) and _BIDI_BYTES(sealed) is None


def compiled(source: str, words: Mapping[str, str], *, bare: bool = False) -> Page:
    """A template whose ``{{ name }}`` of ``words`` are set in once, escaped, and not looked up for
    every view. What is put out later is escaped and freed of controls of direction; ``bare`` ones
    are for texts of which all are ``harmless``."""

    def set_in(place: re.Match[str]) -> str:
        return escape(words[place[1]]) if place[1] in words else place[0]

    made = (_bare if bare else _environment).from_string(_PLACE.sub(set_in, source))
    # What the compiled template asks of every value that it puts out.
    made.root_render_func.__globals__.update(special=_SPECIAL, escape=_put_out, str=str)
    return Page(made)


def _put_out(value: object) -> str:
    return escape(_BIDI.sub("", value) if type(value) is str else value)
