"""Tables as people have them, and what a load says of them."""

from __future__ import annotations

import tierscape as ts


def put(folder, **files):
    """Write tables as CSV text or bytes."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def findings_of(source):
    """Load and give what was found, whether or not it stopped the load."""
    try:
        return ts.load(source).findings
    except ts.DataError as error:
        return error.findings


def rules_of(source):
    return [f.rule for f in findings_of(source)]


def only(source, rule):
    (found,) = (f for f in findings_of(source) if f.rule == rule)
    return found
