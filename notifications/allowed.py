"""What staff may write into a template: a list of what is allowed; all else is told with its line.

The list keeps a template readable and out of the program's insides. It is not what bounds time
and memory: `notifications/sandbox.py` does that, for whatever got past here.
"""

from collections.abc import Callable, Iterator, Mapping

from jinja2 import Environment, TemplateSyntaxError, nodes

FILTERS = ("batch", "countdown", "day", "format", "join", "length", "shortened", "weekday")
TESTS = ("defined", "none", "undefined")
METHODS = ("get", "items", "strftime")
PARTIALS = ("_footer.txt", "_layout.html", "_matters.txt", "_month.html", "_month.txt")
PARTS = "_parts.html"  # what pages are built from
LARGEST = 24_000  # characters of one template
DEEPEST = 3  # loops in loops
_PLAIN = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getitem),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Concat),
    *(nodes.Add, nodes.Sub, nodes.Neg, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.If),
    *(nodes.Assign, nodes.Block, nodes.Macro, nodes.CallBlock, nodes.Keyword),
)
_FORBIDDEN = {
    nodes.Pow: "乘方",
    nodes.Mul: "乘法",
    nodes.Div: "除法",
    nodes.FloorDiv: "除法",
    nodes.AssignBlock: "整段赋值",
    nodes.FilterBlock: "整段过滤",
    nodes.Slice: "截取",
}


def faults(source: str, known: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with a template that may use these names, each with its line."""
    if len(source) > LARGEST:
        yield f"太长了：{len(source)} 个字，最多 {LARGEST} 个"
        return
    try:
        tree = _GRAMMAR.parse(source)
    except TemplateSyntaxError as error:
        yield f"第 {error.lineno} 行：写法不对（{error.message}）"
        return
    except RecursionError:
        yield "套得太深了"
        return
    names = known | _given(tree)
    for node, depth in _walk(tree, 0):
        if why := _why_not(node, names, depth):
            yield f"第 {node.lineno} 行：{why}"


_GRAMMAR = Environment(autoescape=True)


def _given(tree: nodes.Template) -> frozenset[str]:
    """Return the names that the template makes itself."""
    made = {"loop", "caller"}
    made |= {each.name for each in tree.find_all(nodes.Name) if each.ctx in ("store", "param")}
    made |= {each.name for each in tree.find_all(nodes.Macro)}
    made |= {each.target for each in tree.find_all(nodes.Import)}
    return frozenset(made)


def _walk(node: nodes.Node, depth: int) -> Iterator[tuple[nodes.Node, int]]:
    depth += isinstance(node, nodes.For)
    yield node, depth
    for child in node.iter_child_nodes():
        yield from _walk(child, depth)


def _why_not(node: nodes.Node, names: frozenset[str], depth: int) -> str:
    """Return why a node is not allowed, or nothing."""
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in names:
        return f"没有“{node.name}”这个名字"
    if isinstance(node, nodes.For) and depth > DEEPEST:
        return f"循环里套循环，最多 {DEEPEST} 层"
    check = next((rule for kind, rule in _RULES.items() if isinstance(node, kind)), None)
    if check is not None:
        return check(node)
    if isinstance(node, _PLAIN):
        return ""
    return f"模板里不能用{_FORBIDDEN.get(type(node), type(node).__name__)}"


def _filter(node: nodes.Filter) -> str:
    if node.name not in FILTERS:
        return f"没有“{node.name}”这个过滤器，可用的有：{'、'.join(FILTERS)}"
    if node.name == "format" and not _is_plain_format(node.node):
        return "format 只能用写明的格式，里面只有 %s 和 %d"
    return ""


def _test(node: nodes.Test) -> str:
    return "" if node.name in TESTS else f"不能用“is {node.name}”，可用的有：{'、'.join(TESTS)}"


def _attribute(node: nodes.Getattr) -> str:
    return f"不能用以下划线开头的“{node.attr}”" if node.attr.startswith("_") else ""


def _call(node: nodes.Call) -> str:
    """Allow a macro of the template or of our parts, and a few methods."""
    called = node.node
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return "调用时不能展开参数"
    if isinstance(called, nodes.Name):
        return ""  # an unknown name is told by itself; what is known and can be called is a macro
    if isinstance(called, nodes.Getattr):
        of_parts = isinstance(called.node, nodes.Name) and called.node.name == "parts"
        return "" if of_parts or called.attr in METHODS else f"不能调用“{called.attr}”"
    return "不能这样调用"


def _modulo(node: nodes.Mod) -> str:
    return "" if _is_plain_format(node.left) else "% 只能接在写明的格式后面，里面只有 %s 和 %d"


def _is_plain_format(node: nodes.Node | None) -> bool:
    """Say whether it is a format as written, which pads nothing to a width."""
    if not isinstance(node, nodes.Const) or not isinstance(node.value, str):
        return False
    return "%" not in node.value.replace("%s", "").replace("%d", "").replace("%%", "")


def _loop(node: nodes.For) -> str:
    return "循环不能用 recursive" if node.recursive else ""


def _taken_in(node: nodes.Include | nodes.Extends) -> str:
    name = node.template
    if isinstance(name, nodes.Const) and name.value in PARTIALS:
        return ""
    return f"只能引用：{'、'.join(PARTIALS)}"


def _imported(node: nodes.Import) -> str:
    name = node.template
    ours = isinstance(name, nodes.Const) and name.value == PARTS and node.target == "parts"
    return "" if ours else f'只能写：{{% import "{PARTS}" as parts %}}'


_RULES: Mapping[type[nodes.Node], Callable[..., str]] = {
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Getattr: _attribute,
    nodes.Call: _call,
    nodes.Mod: _modulo,
    nodes.For: _loop,
    nodes.Include: _taken_in,
    nodes.Extends: _taken_in,
    nodes.Import: _imported,
}
