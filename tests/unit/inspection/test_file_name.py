"""Files have names that no report could be written with."""

from __future__ import annotations

import os
from pathlib import Path

from harness.inspection.file_name import file_name, printed


def test_a_name_is_the_last_part_and_a_path_is_whole() -> None:
    assert file_name(Path("folder/a call.pcapng")) == "a call.pcapng"
    assert printed(Path("folder/a call.pcapng")) == "folder/a call.pcapng"


def test_bytes_that_are_no_text_are_replaced() -> None:
    path = Path(os.fsdecode(b"folder/\xe9\xffcall\xc3\xa9"))
    assert file_name(path) == "\ufffd\ufffdcallé"
    assert printed(path).encode("utf-8").startswith(b"folder/")
