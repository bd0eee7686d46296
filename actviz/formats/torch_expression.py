"""A formula's tree as lines of Python that compute it with torch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from actviz.expression.functions import ADDITIVE, ATOM, MULTIPLICATIVE, POWER, UNARY
from actviz.expression.nodes import Binary, Call, Choose, Name, Negative, Node, depends, walk
from actviz.expression.numeric import evaluate
from actviz.param import refuse

FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "exp": "torch.exp(@)",
        "expm1": "torch.expm1(@)",
        "log": "torch.log(@)",
        "log1p": "torch.log1p(@)",
        "sqrt": "torch.sqrt(@)",
        "sin": "torch.sin(@)",
        "cos": "torch.cos(@)",
        "tan": "torch.tan(@)",
        "sinh": "torch.sinh(@)",
        "cosh": "torch.cosh(@)",
        "tanh": "torch.tanh(@)",
        "asinh": "torch.asinh(@)",
        "atan": "torch.atan(@)",
        "erf": "torch.erf(@)",
        "erfc": "torch.erfc(@)",
        "abs": "torch.abs(@)",
        "sign": "torch.sign(@)",
        # torch goes over to the input itself at 20, where float64 still sees a difference.
        "softplus": "functional.softplus(@, threshold=40.0)",
        "normal_cdf": "torch.special.ndtr(@)",
        "normal_pdf": "0.3989422804014327 * torch.exp(-0.5 * torch.square(@))",
        "sigmoid": "torch.sigmoid(@)",
        "log_sigmoid": "functional.logsigmoid(@)",
        "softsign": "functional.softsign(@)",
        "gelu": "functional.gelu(@)",
        "gelu_tanh": 'functional.gelu(@, approximate="tanh")',
        "mish": "functional.mish(@)",
    }
)
"""What torch calls the functions of one argument; @ stands for it."""

_BINDING = {"+": ADDITIVE, "-": ADDITIVE, "*": MULTIPLICATIVE, "/": MULTIPLICATIVE}
_LIMITS = {"min": ("max", "torch.minimum"), "max": ("min", "torch.maximum")}
_LONGEST, _WHERE, _SHORT = 36, 58, 14
"""Characters of a part that stands inside another one: then no line is longer than 100."""


def lines_of(tree: Node, values: Mapping[str, float], place: str) -> tuple[str, ...]:
    """Write a formula in x as statements, of which the last one returns its value.

    Names besides x have their `values` put in. ValueError where torch lacks a function.
    """
    writer = _Writer(tree, values, place)
    result = writer.whole(tree)
    return (*writer.lines, f"return {result}")


def number(value: float) -> str:
    """Write a number so that Python reads it back exactly."""
    return repr(value) if abs(value) < float("inf") else f'float("{value}")'


def _power(base: str, exponent: str) -> str:
    """Write a power with the blanks that formatters put there."""
    plain = all(re.fullmatch(r"-?[\w.+-]+", each) for each in (base, exponent))
    return f"{base}**{exponent}" if plain else f"{base} ** {exponent}"


class _Writer:
    """Writes parts of a tree; what is long or occurs often gets a line and a name."""

    def __init__(self, tree: Node, values: Mapping[str, float], place: str) -> None:
        self._values = values
        self._place = place
        self._often = Counter(id(part) for part in walk(tree))
        self._known: dict[int, str] = {}
        self.lines: list[str] = []

    def text(self, node: Node, binding: int = 0) -> str:
        """Write a part, in parentheses where it binds less tightly than what is around it."""
        if not depends(node, "x"):
            text = number(float(evaluate(node, self._values, 0)))
            return f"({text})" if text.startswith("-") and binding > ADDITIVE else text
        if isinstance(node, Name):
            return "x"
        if id(node) not in self._known:
            text, own = self._written(node)
            if len(text) <= _LONGEST and self._often[id(node)] == 1:
                return text if own >= binding else f"({text})"
            self._known[id(node)] = self._named(text)
        return self._known[id(node)]

    def whole(self, tree: Node) -> str:
        """Write the whole tree as a tensor of x's shape."""
        if not depends(tree, "x"):
            return f"torch.full_like(x, {self.text(tree)})"
        return "x" if isinstance(tree, Name) else self._written(tree)[0]

    def _named(self, text: str) -> str:
        name = f"part_{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name

    def _written(self, node: Node) -> tuple[str, int]:
        match node:
            case Negative(operand):
                return f"-{self.text(operand, UNARY)}", UNARY
            case Binary("**", left, right):
                return _power(self.text(left, ATOM), self.text(right, UNARY)), POWER
            case Binary(symbol, left, right):
                own = _BINDING[symbol]
                return f"{self.text(left, own)} {symbol} {self.text(right, own + 1)}", own
            case Choose():
                return self._choose(node), ATOM
            case Call(function, (left, right)) if function in _LIMITS:
                return self._limit(function, left, right), ATOM
            case Call(function, (argument,)) if function in FUNCTIONS:
                template = FUNCTIONS[function]
                own = MULTIPLICATIVE if " * torch" in template else ATOM
                return template.replace("@", self.text(argument)), own
        name = node.function if isinstance(node, Call) else node
        raise refuse(self._place, name, f"a function of torch: {', '.join(FUNCTIONS)}")

    def _short(self, text: str) -> str:
        return text if len(text) < _SHORT else self._named(text)

    def _limit(self, function: str, left: Node, right: Node) -> str:
        """Write min or max; an infinite bound stands for an absent one."""
        keyword, both = _LIMITS[function]
        if depends(left, "x") and depends(right, "x"):
            return f"{both}({self.text(left)}, {self.text(right)})"
        varying, bound = (left, right) if depends(left, "x") else (right, left)
        if abs(float(evaluate(bound, self._values, 0))) == float("inf"):
            return self.text(varying, ATOM)
        return f"torch.clamp({self.text(varying)}, {keyword}={self.text(bound)})"

    def _choose(self, node: Choose) -> str:
        """Write a conditional; where its condition compares with NaN it is NaN."""
        condition = node.condition
        if not (depends(condition.left, "x") or depends(condition.right, "x")):
            chosen = Choose(condition, node.then, node.otherwise)
            return self._decided(chosen)
        sides = [self.text(each, ADDITIVE) for each in (condition.left, condition.right)]
        branches = [self.text(node.then), self.text(node.otherwise)]
        if sum(map(len, (*sides, *branches))) > _WHERE:
            sides, branches = ([self._short(each) for each in pair] for pair in (sides, branches))
        if not (depends(node.then, "x") or depends(node.otherwise, "x")):
            branches[0] = f"torch.full_like(x, {branches[0]})"
        text = f"torch.where({f' {condition.symbol} '.join(sides)}, {', '.join(branches)})"
        for each in (condition.left, condition.right):
            if depends(each, "x") and not isinstance(each, Name):
                side = self.text(each)
                side = side if side.isidentifier() else self._named(side)
                text = f"torch.where({side} != {side}, {side}, {self._named(text)})"
        return text

    def _decided(self, node: Choose) -> str:
        """Write the branch that the values decide for, NaN where they are NaN."""
        marked = Choose(node.condition, Name("then"), Name("otherwise"))
        given = {**self._values, "then": 1.0, "otherwise": 0.0}
        decision = float(evaluate(marked, given, 0))
        if decision not in (0.0, 1.0):
            return 'torch.full_like(x, float("nan"))'
        branch = node.then if decision else node.otherwise
        text = self.text(branch, ATOM)
        return text if depends(branch, "x") else f"torch.full_like(x, {text})"
