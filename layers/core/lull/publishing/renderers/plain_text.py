"""Texts of owners, written in Markdown, as text for those who read no HTML."""

from collections.abc import Iterable
from textwrap import indent

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def plain(markdown: str) -> str:
    """What it says, without the marks that only say how it looks; links with where they lead.

    >>> plain("**Down**, [details](https://example.com)")
    'Down, details (https://example.com)'
    """
    return _blocks(SyntaxTreeNode(_MARKDOWN.parse(markdown)).children).strip()


def _blocks(nodes: Iterable[SyntaxTreeNode], between: str = "\n\n") -> str:
    return between.join(filter(None, map(_block, nodes)))


def _block(node: SyntaxTreeNode) -> str:
    if node.type == "inline":
        return _line(node)
    if node.type in ("fence", "code_block"):
        return node.content.rstrip("\n")
    if node.type == "hr":
        return "---"
    if node.type == "blockquote":
        return indent(_blocks(node.children), "> ", lambda _: True)
    if node.type in ("bullet_list", "ordered_list"):
        return _list(node)
    return _blocks(node.children)


def _list(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    # Of a list that is written without empty lines, the paragraphs are hidden.
    tight = any(child.type == "paragraph" and child.hidden for item in node.children for child in item.children)
    items = []
    for number, item in enumerate(node.children):
        mark = "- " if first is None else f"{first + number}. "
        text = _blocks(item.children, "\n" if tight else "\n\n")
        items.append(mark + indent(text, " " * len(mark)).lstrip(" "))
    return ("\n" if tight else "\n\n").join(items)


def _line(node: SyntaxTreeNode) -> str:
    return "".join(map(_span, node.children))


def _span(node: SyntaxTreeNode) -> str:
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    if node.type == "link":
        text, href = _line(node), str(node.attrs.get("href", ""))
        return text if href.removeprefix("mailto:") == text else f"{text} ({href})".lstrip()
    return _line(node) if node.children else node.content
