"""A matrix varies what is tried, and every variant knows where its values were written."""

from __future__ import annotations

import pytest

from harness.matrix import MAX_VARIANTS, PATHS, expand
from harness.model.scenario import Scenario
from harness.strict_yaml import Mark, Refused, read


def labels(text: str) -> list[str]:
    return [variant.label for variant in expand(read(text.encode()))]


def refusal(text: str) -> tuple[Mark, str]:
    with pytest.raises(Refused) as caught:
        expand(read(text.encode()))
    (problem,) = caught.value.problems
    return problem.mark, problem.text


def test_without_a_matrix_there_is_one_variant_without_a_label() -> None:
    document = read(b"id: x")
    (variant,) = expand(document)
    assert (variant.label, variant.document) == ("", document)


def test_the_product_is_taken_in_the_order_written() -> None:
    assert labels("matrix: {adversary.field: [tag, header], call.seconds: [2, 1.5]}") == [
        "field=tag,seconds=2",
        "field=tag,seconds=1.5",
        "field=header,seconds=2",
        "field=header,seconds=1.5",
    ]


def test_lists_are_joined_and_capitals_made_small() -> None:
    assert labels("matrix: {adversary.swap: [[caller, callee], [caller]], endpoints.bob: [AIORTC]}") == [
        "swap=caller.callee,bob=aiortc",
        "swap=caller,bob=aiortc",
    ]


def test_a_variant_is_the_file_with_its_values_set_and_no_matrix() -> None:
    matrix = b"matrix:\n  adversary.field: [tag]\n  endpoints.bob: [clear]\n  network: [loopback]\n"
    (variant,) = expand(read(b"id: x\nadversary: {kind: k}\n" + matrix))
    assert variant.document.value == {
        "id": "x",
        "adversary": {"kind": "k", "field": "tag"},
        "endpoints": {"bob": "clear"},
        "network": "loopback",
    }


def test_a_varied_value_keeps_the_place_where_it_was_written() -> None:
    text = b"adversary: {kind: k}\nmatrix:\n  adversary.swap:\n    - [caller]\n    - [callee, caller]\n"
    _, second = expand(read(text))
    assert second.document.values[("adversary", "swap")] == Mark(5, 7)
    assert second.document.values[("adversary", "swap", 1)] == Mark(5, 16)


@pytest.mark.parametrize(
    ("matrix", "column", "says"),
    [
        ("{}", 9, "not an empty mapping"),
        ("[a]", 9, "not a list"),
        ("{call.second: [1]}", 10, "did you mean 'call.seconds'?"),
        ("{expect.outcome: [SECURE]}", 10, "cannot vary 'expect.outcome'"),
        ("{adversary.kind: [recorder]}", 10, "cannot vary 'adversary.kind'"),
        ("{id: [a]}", 10, "cannot vary 'id'"),
        ("{call.seconds: 1}", 24, "needs a list of values to try, not the whole number 1"),
        ("{call.seconds: []}", 24, "not an empty list"),
        ("{call.seconds: [1, {a: b}]}", 28, "a mapping cannot be part of an id"),
        ("{call.seconds: [null]}", 25, "null cannot be part of an id"),
        ("{call.media: [[[audio]]]}", 23, "a list cannot be part of an id"),
        ("{call.media: [[]]}", 23, "an empty list cannot be part of an id"),
        ("{endpoints.bob: ['a,b=c']}", 26, "the text 'a,b=c' cannot be part of an id"),
        ("{endpoints.bob: [clear, CLEAR]}", 33, "has the value 'clear' twice"),
    ],
)
def test_a_bad_matrix_is_refused_where_it_is_bad(matrix: str, column: int, says: str) -> None:
    mark, text = refusal(f"matrix: {matrix}")
    assert mark == Mark(1, column)
    assert says in text


def test_a_value_is_either_given_or_varied() -> None:
    mark, text = refusal("call: {seconds: 1}\nmatrix: {call.seconds: [2]}")
    assert (mark, text) == (Mark(2, 10), "call.seconds is varied by the matrix and given outside of it as well")
    assert "given outside" in refusal("network: loopback\nmatrix: {network: [loopback]}")[1]


def test_only_a_mapping_has_members_to_vary() -> None:
    assert (
        refusal("call: 3\nmatrix: {call.seconds: [2]}")[1]
        == "the matrix varies call.seconds, but call is not a mapping"
    )


def test_two_hundred_variants_are_allowed_and_one_more_is_not() -> None:
    half = ", ".join(map(str, range(20)))
    full = f"matrix: {{call.seconds: [{half}], adversary.every: [{', '.join(map(str, range(10)))}]}}"
    assert len(labels(full)) == MAX_VARIANTS == 200
    over = f"matrix: {{call.seconds: [{', '.join(map(str, range(201)))}]}}"
    assert refusal(over) == (Mark(1, 9), "this matrix has 201 variants; at most 200 are allowed")


def test_a_document_that_is_no_mapping_has_no_matrix() -> None:
    assert labels("- matrix") == [""]


def test_no_two_paths_have_the_same_name_in_an_id() -> None:
    names = [path.rpartition(".")[2] for path in PATHS]
    assert len(set(names)) == len(names)


def test_the_expectation_cannot_be_varied_by_any_path() -> None:
    fixed = {"schema_version", "id", "family", "title", "why", "references", "controls", "tenant", "expect", "twin"}
    fixed |= {"memory"}  # it says where one looks, and looking elsewhere does not make another call
    fixed |= {"processor"}  # whoever else opens the media is another system
    assert {path.partition(".")[0] for path in PATHS} == set(Scenario.model_fields) - fixed
