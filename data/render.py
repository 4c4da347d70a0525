"""Markdown and HTML from templates: the data card, the report and the model card."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from model.labels import STANCES


def render(package: str, template: str, **values: Any) -> str:
    """Render a template of a package, with ``stances`` beside the given values; text in HTML is escaped.

    Raises:
        jinja2.UndefinedError: the template asks for a value that is not given.
    """
    templates = Environment(
        loader=PackageLoader(package),
        autoescape=template.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["three"] = "{:.3f}".format
    templates.filters["signed"] = "{:+.3f}".format
    templates.filters["cell"] = lambda text: str(text).replace("|", "\\|").replace("\n", " ")
    return templates.get_template(template).render(values, stances=[str(s) for s in STANCES])
