"""Label Studio's JSON export: one task an article, one region a sentence.

A region carries the label ``stance`` and may carry text areas ``holder``, ``condition`` and ``flags`` (mixed,
contested). Every annotation of a task is one annotator: their stances become ``labels``, and the first one's
spans and stance are taken. Label Studio counts characters as JavaScript does, in UTF-16 units.
"""

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from data.formats.document import about, flags, from_document, to_document
from data.schema import AnnotatedArticle, AnnotatedSentence
from model.errors import CorpusError


class LabelStudio:
    """Tasks with annotations, as in Label Studio's export and import."""

    def read(self, path: Path) -> list[AnnotatedArticle]:
        """Read an export."""
        try:
            tasks = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise CorpusError(f"{path}: no valid JSON: {error.msg} in line {error.lineno}") from error
        if not isinstance(tasks, list):
            raise CorpusError(f"{path}: an export is a list of tasks, not {type(tasks).__name__}")
        return [_article(task, f"{path}: task {number}") for number, task in enumerate(tasks, 1)]

    def write(self, articles: Sequence[AnnotatedArticle], path: Path) -> None:
        """Write tasks with their annotations."""
        tasks = [_task(article) for article in articles]
        path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _units(text: str) -> list[int]:
    """Return the UTF-16 offset of every character, and of the end."""
    return [0, *accumulate(2 if ord(c) > 0xFFFF else 1 for c in text)]


def _task(article: AnnotatedArticle) -> dict[str, Any]:
    document = to_document(article)
    offsets = _units(document.text)
    annotators = max([1, *(len(unit.labels) for unit in article.units)])
    annotations = []
    for annotator in range(annotators):
        result = []
        for number, (unit, (start, end)) in enumerate(zip(article.units, document.spans, strict=True)):
            stance = unit.labels[annotator] if annotator < len(unit.labels) else unit.stance
            if annotator and annotator >= len(unit.labels):
                continue
            place = {"start": offsets[start], "end": offsets[end], "text": unit.text}
            result += _region(f"s{number}", place, str(stance), unit, with_spans=annotator == 0)
        annotations.append({"result": result})
    settled = {f"s{n}": str(u.stance) for n, u in enumerate(article.units) if u.labels and u.stance != u.labels[0]}
    return {"data": about(article) | {"text": document.text, "settled": settled}, "annotations": annotations}


def _region(
    name: str, place: Mapping[str, Any], stance: str, unit: AnnotatedSentence, *, with_spans: bool
) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [
        {"id": name, "from_name": "stance", "to_name": "text", "type": "labels", "value": {**place, "labels": [stance]}}
    ]
    raised = [flag for flag, up in flags(unit).items() if up] + (["labelled"] if unit.labels else [])
    areas = {"holder": unit.holder, "condition": unit.condition, "flags": " ".join(raised)} if with_spans else {}
    for field, value in areas.items():
        if value:
            area = {"id": name, "from_name": field, "to_name": "text", "type": "textarea"}
            parts.append({**area, "value": {**place, "text": [value]}})
    return parts


def _article(task: Any, where: str) -> AnnotatedArticle:
    try:
        info, annotations = dict(task["data"]), list(task["annotations"])
        text, settled = info.pop("text"), info.pop("settled", {})
        offsets = _units(text)
        regions = [_regions(annotation["result"]) for annotation in annotations]
        units = []
        for name, region in (regions[0] if regions else {}).items():
            raised = region.get("flags", "").split()
            stances = [annotator[name]["stance"] for annotator in regions if name in annotator]
            labels = stances if len(stances) > 1 or "labelled" in raised else []
            fields = {"stance": settled.get(name, region["stance"]), "labels": labels}
            fields |= {field: region.get(field) for field in ("holder", "condition")}
            fields |= {flag: flag in raised for flag in ("mixed", "contested")}
            units.append((bisect_left(offsets, region["start"]), bisect_left(offsets, region["end"]), fields))
        info.setdefault("id", f"ls{task.get('id', where.rpartition(' ')[2])}")
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise CorpusError(f"{where}: not a task with annotated sentences ({type(error).__name__}: {error})") from error
    return from_document(text, units, info, where)


def _regions(result: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Join the parts of each region: its place, its stance, its holder and condition."""
    joined: dict[str, dict[str, Any]] = {}
    for part in result:
        region, value = joined.setdefault(part["id"], {}), part["value"]
        region["start"], region["end"] = value["start"], value["end"]
        is_label = part["type"] == "labels"
        region[part["from_name"]] = value["labels"][0] if is_label else " ".join(value["text"])
    return joined
