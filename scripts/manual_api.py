"""The page of the interface for programs, printed from its schema."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from console.api.app import PREFIX, make_api
from console.house import House
from scripts.markdown import table

Schema = Mapping[str, Any]
_HEAD = f"""\
# The interface

{{about}}

The schema (OpenAPI {{openapi}}) is at `{PREFIX}/openapi.json`, without a token. This page is
printed from it by `make manual`.

## First steps

```console
$ peiyu token add 数据大屏 --login zhangsan --days 90 --read-only
$ curl -H "Authorization: Bearer peiyu_…" http://127.0.0.1:8631{PREFIX}/cases?waiting=true
```

- The token is shown once. It ends with its day, with `peiyu token revoke`, with the account, and
  when its owner takes it back in the console.
- A list has `next`: give it back as `next` until it is null.
- To decide, read the case, then send its `ETag` as `If-Match` (or its `version` in the body):

```console
$ curl -X POST -H "Authorization: Bearer peiyu_…" -H 'If-Match: "3"' \\
    -H "Idempotency-Key: 8f14e45f" -H "Content-Type: application/json" \\
    -d '{{{{"verb": "approve", "reason": "材料齐全"}}}}' \\
    http://127.0.0.1:8631{PREFIX}/cases/12/decisions
```

- 409 means that somebody was first: `by`, `at` and `version` say who, when and what to look at now.
- The same `Idempotency-Key` with the same request is done once and answered the same for a day;
  with another request it is refused. Whoever got no answer asks again with the same key.

## Problems

Every answer that is not 2xx is a problem (RFC 9457, `application/problem+json`): `detail` is a
sentence in Chinese for whoever must mend it.

"""


def interface() -> str:
    """Return the page."""
    schema = make_api(House(Path("nowhere"))).openapi()
    about = " ".join(schema["info"]["description"].split())
    head = _HEAD.format(about=about, openapi=schema["openapi"])
    lines = [*_problems(schema), *_operations(schema), *_shapes(schema)]
    return head + "\n".join(lines) + "\n"


def _problems(schema: Schema) -> Iterator[str]:
    found = {
        status: answer["description"]
        for path in schema["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        if status >= "400"
    }
    yield from table(("status", "title"), sorted(found.items()))


def _operations(schema: Schema) -> Iterator[str]:
    found = [
        (f"{method.upper()} {PREFIX}{path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    for tag in ("reads", "acts"):
        yield from ("", f"## {tag.capitalize()}")
        for name, operation in found:
            if tag in operation["tags"]:
                yield from _operation(name, operation)


def _operation(name: str, operation: Schema) -> Iterator[str]:
    yield from ("", f"### `{name}`", "", operation["description"], "")
    asked = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if asked:
        yield from (f"Body: {_type(asked['schema'])}.", "")
    answer = operation["responses"]["200"]["content"]["application/json"]
    yield f"Answer: {_type(answer['schema'])}."
    given = operation.get("parameters", ())
    if given:
        yield ""
        yield from table(("parameter", "in", "type", "what it is"), map(_parameter, given))


def _parameter(given: Schema) -> tuple[str, ...]:
    needed = ", required" if given.get("required") else ""
    name = f"`{given['name']}`"
    return name, given["in"], _type(given["schema"]) + needed, given.get("description", "")


def _shapes(schema: Schema) -> Iterator[str]:
    yield from ("", "## Forms")
    for name, shape in sorted(schema["components"]["schemas"].items()):
        yield from ("", f"### {name}", "", shape.get("description", ""))
        if "enum" in shape:
            yield from ("", "One of " + ", ".join(f"`{word}`" for word in shape["enum"]) + ".")
        rows = [
            (f"`{key}`", _type(each), each.get("description", ""))
            for key, each in shape.get("properties", {}).items()
        ]
        if rows:
            yield ""
            yield from table(("key", "type", "what it is"), rows)


def _type(schema: Schema) -> str:
    """Return the type of a value in few words, with a link where it is a form of ours."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type", "any"))
