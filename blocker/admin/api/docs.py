"""`/api/docs`: openapi.json for people, as one page that needs nothing else.

Rule: no script at all. The page is made here of the same description, every text in it is escaped,
and its policy lets the browser load one style sheet from this server and nothing more.
"""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from aiohttp import web

CSP: Final = (
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
STYLE: Final = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 14px/1.4 ui-monospace, monospace; }
pre { background: color-mix(in srgb, currentColor 8%, transparent); padding: .6rem 1rem;
  overflow-x: auto; border-radius: .3rem; }
details { border: 1px solid color-mix(in srgb, currentColor 25%, transparent);
  border-radius: .3rem; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; }
summary b { display: inline-block; width: 4.5rem; }
.get { color: #0a7d4b; } .post { color: #1f6fd6; } .put { color: #b26a00; } .delete { color: #c33; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; }
summary, td { overflow-wrap: anywhere; }
"""


def page(spec: Mapping[str, Any]) -> str:
    """Tags are the sections, operations fold out."""
    return "".join(_page(spec))


async def style(request: web.Request) -> web.Response:
    return web.Response(text=STYLE, content_type="text/css")


def response(spec: Mapping[str, Any]) -> web.Response:
    headers = {"Content-Security-Policy": CSP}
    return web.Response(text=page(spec), content_type="text/html", headers=headers)


def in_words(schema: Mapping[str, Any]) -> str:
    """What a value may be: `integer; 1 to 500; 100 if left out`."""
    said = list(dict.fromkeys(_kinds(schema)))
    bounds = [str(schema[bound]) for bound in ("minimum", "maximum") if bound in schema]
    if len(bounds) > 1:
        said.append(" to ".join(bounds))
    if schema.get("default") not in (None, ""):
        said.append(f"{schema['default']} if left out".lower())
    return "; ".join(said)


def _kinds(schema: Mapping[str, Any]) -> Iterator[str]:
    for each in schema.get("anyOf", ()):
        yield from _kinds(each)
    if words := [str(each) for each in schema.get("enum", ()) if each != ""]:
        yield "one of " + ", ".join(words)
    elif (kind := schema.get("format", schema.get("type", "null"))) != "null":
        yield str(kind)


def _page(spec: Mapping[str, Any]) -> Iterator[str]:
    info = spec["info"]
    yield "<!doctype html><html lang=en><meta charset=utf-8>"
    yield "<meta name=viewport content='width=device-width'>"
    yield f"<title>{escape(info['title'])} API</title>"
    yield "<link rel=stylesheet href=/api/docs/style.css>"
    yield f"<h1>{escape(info['title'])} {escape(info['version'])}: admin API</h1>"
    yield f"<p>{_prose(info['description'])}</p>"
    yield "<p>The same for programs: <a href=/api/v1/openapi.json>openapi.json</a>"
    for tag in spec["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><p>{_prose(tag.get('description', ''))}</p>"
        for path, methods in spec["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield from _operation(spec, path, method, operation)
    yield "<h2>Models</h2>"
    for name, schema in sorted(spec["components"]["schemas"].items()):
        yield f"<details id='{escape(name)}'><summary>{escape(name)}</summary>"
        yield f"<pre>{_json(schema)}</pre></details>"


def _operation(
    spec: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> Iterator[str]:
    yield f"<details id='{escape(operation['operationId'])}'><summary>"
    yield f"<b class={method}>{method.upper()}</b><code>{escape(path)}</code> "
    yield f"{_prose(operation['summary'])}</summary><p>{_prose(operation['description'])}</p>"
    if parameters := operation.get("parameters"):
        yield "<table><tr><th>parameter<th>in<th>what"
        for each in parameters:
            must = "" if each["required"] else " (may be left out)"
            said = each.get("description") or each["schema"].get("description", "")
            yield f"<tr><td><code>{escape(each['name'])}</code><td>{each['in']}"
            yield f"<td>{_prose(said)}{must} {escape(in_words(each['schema']))}"
        yield "</table>"
    if body := operation.get("requestBody"):
        yield f"<h4>Body</h4>{_content(body['content'])}"
    yield "<table><tr><th>answer<th>what"
    for status, answer in operation["responses"].items():
        described = answer
        if "$ref" in answer:
            described = spec["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        yield f"<tr><td>{escape(status)}<td>{_prose(described['description'])} "
        yield _content(described.get("content", {}))
    yield "</table></details>"


def _content(content: Mapping[str, Any]) -> str:
    said = []
    for media, described in content.items():
        schema = described.get("schema", {})
        if "$ref" in schema:
            name = escape(schema["$ref"].rpartition("/")[2])
            said.append(f"<code>{escape(media)}</code> <a href='#{name}'>{name}</a>")
        else:
            said.append(f"<code>{escape(media)}</code><pre>{_json(schema)}</pre>")
    return " ".join(said)


def _prose(text: str) -> str:
    """Descriptions may be CommonMark (OpenAPI section 4.4); of that, ours have `code`."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _json(schema: Any) -> str:
    return escape(json.dumps(schema, indent=2, ensure_ascii=False))
