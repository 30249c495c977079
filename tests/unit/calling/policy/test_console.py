"""The five cmdlets as an administrator would paste them, and what comes back."""

from __future__ import annotations

import json

import pytest

from harness.calling.policy.confirming import Question, Reply
from harness.calling.policy.console import MOST_OBJECTS, run, to_json
from harness.calling.policy.lookup import Refused, find_policy, find_user
from harness.calling.policy.parameters import CMDLETS, COMMON
from harness.calling.policy.transitions import put_group
from harness.calling.store.tenants import FRESH
from harness.model.tenant import Encryption, Tenant

NOUN = "CsTeamsEnhancedEncryptionPolicy"
E2EE = f"New-{NOUN} -Identity E2EE -CallingEndtoEndEncryptionEnabledType DisabledUserOverride"


def tenant() -> Tenant:
    made, _ = run(FRESH, E2EE)
    return put_group(put_group(made, "sales", ("bob",)), "legal", ("alice", "bob"))


def after(line: str, before: Tenant | None = None) -> Tenant:
    return run(before or tenant(), line)[0]


def shown(line: str) -> str:
    """The text of the last statement."""
    text = run(tenant(), line)[1][-1].text
    assert text is not None
    return text


def test_new_gives_the_policy_with_its_four_properties() -> None:
    made, (given,) = run(FRESH, f"new-{NOUN.lower()} E2EE -desc 'for the board' -Meet disableduseroverride")
    assert given.objects == (
        {
            "Identity": "Tag:E2EE",
            "Description": "for the board",
            "CallingEndtoEndEncryptionEnabledType": "Disabled",
            "MeetingEndToEndEncryption": "DisabledUserOverride",
        },
    )
    assert find_policy(made, "E2EE").meeting is Encryption.USER_OVERRIDE


def test_set_works_on_global_and_prints_nothing() -> None:
    made, (given,) = run(
        FRESH, f"Set-{NOUN} -Identity Global -CallingEndtoEndEncryptionEnabledType DisabledUserOverride"
    )
    assert find_policy(made, "Global").allows_calls
    assert (given.objects, given.text) == ((), None)
    assert find_policy(after(f"Set-{NOUN} Tag:E2EE -Description $null"), "E2EE").description == ""


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ("", ["Global", "Tag:E2EE"]),
        ("-Filter 'Tag:*'", ["Tag:E2EE"]),
        ("-Filter tag:e?ee", ["Tag:E2EE"]),
        ("-Filter *[lE]", ["Global", "Tag:E2EE"]),
        ("-Filter E2EE", []),
        ("E2EE", ["Tag:E2EE"]),
        ("-Identity global", ["Global"]),
    ],
)
def test_get(more: str, names: list[str]) -> None:
    _, (given,) = run(tenant(), f"Get-{NOUN} {more}")
    assert [one["Identity"] for one in given.objects] == names


def test_grant_to_a_user_a_group_and_the_tenant_and_taking_away() -> None:
    made = after(f"Grant-{NOUN} -Identity bob -PolicyName e2ee; Grant-{NOUN} -Global -PolicyName Tag:E2EE")
    assert (find_user(made, "bob").policy, made.tenant_policy) == ("E2EE", "E2EE")
    made = after(
        f"Grant-{NOUN} -Group sales -PolicyName E2EE\nGrant-{NOUN} -Group legal -Rank 1 -PolicyName E2EE", made
    )
    assert [one.group for one in made.ranking] == ["legal", "sales"]
    for line in ("-Identity bob -PolicyName $null", "-Global -PolicyName $Null", "-Group legal -PolicyName $null"):
        made = after(f"Grant-{NOUN} {line}", made)
    assert (find_user(made, "bob").policy, made.tenant_policy) == (None, None)
    assert [one.group for one in made.ranking] == ["sales"]


def test_grant_takes_user_and_policy_by_position_and_gives_the_user_when_asked() -> None:
    _, (given,) = run(tenant(), f"Grant-{NOUN} Bob E2EE -PassThru")
    assert given.objects == ({"Identity": "bob@contoso.example", "TeamsEnhancedEncryptionPolicy": "E2EE"},)


def test_for_a_group_and_the_tenant_the_only_value_without_a_name_is_the_policy() -> None:
    """Their parameter sets have no -Identity (`grant-csteamsenhancedencryptionpolicy`, Syntax)."""
    assert after(f"Grant-{NOUN} -Global E2EE").tenant_policy == "E2EE"
    assert after(f"Grant-{NOUN} $null -Global", after(f"Grant-{NOUN} E2EE -Global")).tenant_policy is None
    assert [one.policy for one in after(f"Grant-{NOUN} -Group sales E2EE -Rank 1").ranking] == ["E2EE"]


def test_json_is_nothing_an_object_or_an_array() -> None:
    assert shown(f"Get-{NOUN} -Filter X | ConvertTo-Json") == ""
    assert json.loads(shown(f"Get-{NOUN} E2EE | ConvertTo-Json"))["Identity"] == "Tag:E2EE"
    several = json.loads(shown(f"Get-{NOUN} | ConvertTo-Json -Depth 5"))
    assert [one["Identity"] for one in several] == ["Global", "Tag:E2EE"]
    assert list(several[0]) == [
        "Identity",
        "Description",
        "CallingEndtoEndEncryptionEnabledType",
        "MeetingEndToEndEncryption",
    ]
    assert json.loads(shown(f"Get-{NOUN} E2EE | ConvertTo-Json -AsArray -Compress"))[0]["Identity"] == "Tag:E2EE"
    assert to_json([{"a": "é"}], compress=True) == '{"a":"é"}'
    assert to_json([{"a": None}]) == '{\n  "a": null\n}'
    assert to_json([], as_array=True) == "[]"


def test_select_keeps_the_named_properties_in_the_order_asked_for() -> None:
    line = f"Get-{NOUN} | select MeetingEndToEndEncryption, identity, Nonsense | ConvertTo-Json -Compress"
    assert json.loads(shown(line))[1] == {
        "MeetingEndToEndEncryption": "Disabled",
        "Identity": "Tag:E2EE",
        "Nonsense": None,
    }


def test_the_documented_way_to_remove_all_of_them() -> None:
    assert [one.name for one in after(f"Get-{NOUN} -Filter 'Tag:*' | Remove-{NOUN}").policies] == ["Global"]


def test_what_if_says_what_and_does_nothing() -> None:
    before = tenant()
    for line, target in (
        (f"New-{NOUN} Tag:Other -wi", "Tag:Other"),
        (f"Set-{NOUN} e2ee -Description x -WhatIf:$true", "Tag:E2EE"),
        (f"Grant-{NOUN} bob E2EE -WhatIf", "bob@contoso.example"),
        (f"Grant-{NOUN} -Group SALES -PolicyName E2EE -WhatIf", "sales"),
        (f"Grant-{NOUN} -Global -PolicyName E2EE -WhatIf", "the whole tenant"),
        (f"Remove-{NOUN} E2EE -WhatIf", "Tag:E2EE"),
        (f"Get-{NOUN} Tag:E2EE | Remove-{NOUN} -WhatIf", "Tag:E2EE"),
    ):
        made, (given,) = run(before, line)
        assert made == before
        assert given.text is not None
        cmdlet = line.split(" | ")[-1].split()[0]
        assert given.text == f'What if: Performing the operation "{cmdlet}" on target "{target}".'
    assert after(f"Remove-{NOUN} E2EE -WhatIf:$false -Confirm:$false -Force") != before


def test_what_if_says_what_would_be_refused_and_the_paste_goes_on() -> None:
    made, (_, given, _, piped) = run(
        tenant(),
        f"New-{NOUN} Third; Grant-{NOUN} nobody E2EE -WhatIf\nGrant-{NOUN} bob Third; Get-{NOUN} | Remove-{NOUN} -wi",
    )
    assert given.text == f"What if: Grant-{NOUN} would be refused as things are: there is no user 'nobody'"
    assert find_user(made, "bob").policy == "Third"
    assert piped.text is not None
    first, second, third = piped.text.split("\n")
    assert "would be refused as things are: the policy Global cannot be removed" in first
    assert second == f'What if: Performing the operation "Remove-{NOUN}" on target "Tag:E2EE".'
    assert "the policy Third is still assigned, to 1 user" in third
    assert [one.name for one in made.policies] == ["Global", "E2EE", "Third"]


def test_a_line_that_is_no_question_but_nonsense_is_refused_with_what_if_too() -> None:
    with pytest.raises(Refused, match="no parameter -nonsense"):
        run(tenant(), f"Set-{NOUN} E2EE -Nonsense -WhatIf")


def test_what_is_set_through_a_pipe_changes_in_each_policy_and_the_rest_stays() -> None:
    before = after(f"New-{NOUN} Third -Description 'of its own' -MeetingEndToEndEncryption DisabledUserOverride")
    line = f"Get-{NOUN} -Filter Tag:* | Set-{NOUN} -CallingEndtoEndEncryptionEnabledType DisabledUserOverride"
    made, given = run(before, line)
    assert [one.objects for one in given] == [()]
    assert [one.allows_calls for one in made.policies] == [False, True, True]
    third = made.policies[2]
    assert (third.description, third.meeting) == ("of its own", before.policies[2].meeting)
    asked_about = f"Get-{NOUN} | Set-{NOUN} -Description x -Confirm"
    made, _ = asked("nyn", f"New-{NOUN} Third; {asked_about}")
    assert [one.description for one in made.policies] == ["", "x", ""]


def test_nothing_through_a_pipe_changes_nothing() -> None:
    line = f"Get-{NOUN} -Filter Nothing* | Set-{NOUN} -Description x"
    assert run(tenant(), line)[0] == tenant()
    assert run(tenant(), f"{line} -WhatIf")[1][0].text == ""
    (given,) = run(tenant(), f"Set-{NOUN} -Description x -WhatIf")[1]
    assert given.text is not None and given.text.endswith("needs -Identity: a text")


def asked(replies: str, line: str) -> tuple[Tenant, list[str]]:
    """The tenant after somebody replied with these letters in turn, and the questions."""
    questions: list[str] = []

    def ask(question: Question) -> Reply:
        questions.append(question.sentence)
        return Reply(replies[len(questions) - 1])

    return run(tenant(), line, ask)[0], questions


@pytest.mark.parametrize(
    ("line", "target"),
    [
        (f"New-{NOUN} Other -Confirm", "Tag:Other"),
        (f"Set-{NOUN} e2ee -Description x -cf", "Tag:E2EE"),
        (f"Grant-{NOUN} bob E2EE -Confirm:$true", "bob@contoso.example"),
        (f"Grant-{NOUN} -Group SALES -PolicyName E2EE -Confirm", "sales"),
        (f"Grant-{NOUN} -Global -PolicyName E2EE -Confirm", "the whole tenant"),
        (f"Remove-{NOUN} E2EE -Force -Confirm", "Tag:E2EE"),
    ],
)
def test_confirm_asks_by_operation_and_target_and_does_what_the_reply_says(line: str, target: str) -> None:
    question = f'Performing the operation "{line.split()[0]}" on target "{target}".'
    assert asked("y", line) == (after(line.rpartition(" -")[0]), [question])
    assert asked("n", line) == (tenant(), [question])


@pytest.mark.parametrize(
    ("replies", "left"),
    [
        ("nyn", ["Global", "Third"]),
        ("na", ["Global"]),
        ("nyl", ["Global", "Third"]),
        ("l", ["Global", "E2EE", "Third"]),
    ],
)
def test_what_comes_through_a_pipe_is_asked_about_one_by_one(replies: str, left: list[str]) -> None:
    """Also about `Global`, which to remove would be refused."""
    made, questions = asked(replies, f"New-{NOUN} Third; Get-{NOUN} | Remove-{NOUN} -Confirm")
    assert [one.name for one in made.policies] == left
    assert len(questions) == len(replies)


def test_a_question_says_what_a_reply_to_all_would_speak_for() -> None:
    questions: list[Question] = []

    def ask(question: Question) -> Reply:
        questions.append(question)
        return Reply.NO

    run(tenant(), f"New-{NOUN} Third; Get-{NOUN} | Remove-{NOUN} -Confirm", ask)
    assert [(one.target, one.more) for one in questions] == [
        ("Global", ("Tag:E2EE", "Tag:Third")),
        ("Tag:E2EE", ("Tag:Third",)),
        ("Tag:Third", ()),
    ]


def test_what_is_left_out_shows_nothing_and_the_lines_after_it_are_run() -> None:
    made, given = run(tenant(), f"New-{NOUN} One -Confirm\nNew-{NOUN} Two", lambda _: Reply.NO)
    assert [one.name for one in made.policies] == ["Global", "E2EE", "Two"]
    assert given[0].objects == ()


def test_to_all_holds_for_one_cmdlet_only() -> None:
    line = f"Remove-{NOUN} E2EE -Confirm"
    assert len(asked("ay", f"New-{NOUN} Third -Confirm; {line}")[1]) == 2


@pytest.mark.parametrize("more", ["-WhatIf -Confirm", "-Confirm:$false", "-WhatIf -Confirm:$false"])
def test_what_if_goes_first_and_confirm_that_is_off_asks_nobody(more: str) -> None:
    made, questions = asked("", f"Remove-{NOUN} E2EE {more}")
    assert questions == []
    assert (made == tenant()) == ("-WhatIf" in more)


REFUSED = [
    (f"New-{NOUN} -Identity 'two words'", "New-", "a space"),
    (f"New-{NOUN} two words", "words", "without a name"),
    (f"New-{NOUN}", "New-", "needs -Identity"),
    (f"New-{NOUN} X -CallingEndtoEndEncryptionEnabledType Enabled", "Enabled", "there is no Enabled"),
    (f"New-{NOUN} X -CallingEndtoEndEncryptionEnabledType $true", "$true", "not $true"),
    (f"New-{NOUN} X -CallingEndtoEndEncryptionEnabledType", "-CallingEndtoEndEncryptionEnabledType", "needs a value"),
    (f"New-{NOUN} X -InMemory", "-InMemory", "no parameter -inmemory"),
    (f"New-{NOUN} X -Description a -Desc b", "-Desc", "given twice"),
    (f"New-{NOUN} -Identity $null", "$null", "takes a text, not $null"),
    (f"New-{NOUN} -Identity a,b", "a,b", "not a list"),
    (f"New-{NOUN} a, -Force", ",", "after this comma"),
    (f"New-{NOUN} ,a", ",a", "before this comma"),
    (f"Set-{NOUN} -Description x", "Set-", "needs -Identity"),
    (f"Set-{NOUN} Nothing", "Set-", "no policy 'Nothing'"),
    (f"Get-{NOUN} E2EE -Filter *", "Get-", "not both"),
    (f"Get-{NOUN} Nothing", "Get-", "no policy"),
    (f"Get-{NOUN} -Filter {'*' * 257}", "Get-", "256"),
    (f"Grant-{NOUN} bob", "Grant-", "needs -PolicyName"),
    (f"Grant-{NOUN} nobody E2EE", "Grant-", "no user 'nobody'"),
    (f"Grant-{NOUN} bob Global", "Grant-", "cannot be assigned"),
    (f"Grant-{NOUN} -PolicyName E2EE", "Grant-", "one of"),
    (f"Grant-{NOUN} bob E2EE -Global", "Grant-", "one of"),
    (f"Grant-{NOUN} bob -Group sales -PolicyName E2EE", "Grant-", "one of"),
    (f"Grant-{NOUN} bob E2EE -Rank 1", "Grant-", "-Rank goes with -Group"),
    (f"Grant-{NOUN} -Group sales -PolicyName E2EE -Rank 0", "Grant-", "1 is the best"),
    (f"Grant-{NOUN} -Group sales -PolicyName E2EE -Rank one", "one", "a whole number"),
    (f"Grant-{NOUN} -Group sales -PolicyName E2EE -Rank 99999999999", "99999999999", "a whole number"),
    (f"Grant-{NOUN} -Group nowhere -PolicyName E2EE", "Grant-", "no group"),
    (f"Grant-{NOUN} -Group sales -PolicyName E2EE -PassThru", "Grant-", "-Identity only"),
    (f"Grant-{NOUN} bob -P E2EE", "-P", "-PolicyName or -PassThru"),
    (f"Grant-{NOUN} -G sales -PolicyName E2EE", "-G", "-Global or -Group"),
    (f"Remove-{NOUN} Global", "Remove-", "cannot be removed"),
    (f"Remove-{NOUN} -Force", "Remove-", "needs -Identity"),
    (f"Remove-{NOUN} E2EE -Confirm", "Remove-", "at a terminal, or say -Confirm:$false"),
    (f"Get-{NOUN} | Remove-{NOUN}", "Remove-", "cannot be removed"),
    (f"Get-{NOUN} | Remove-{NOUN} -Identity E2EE", "Remove-", "one too many"),
    (f"Get-{NOUN} | Set-{NOUN} X -Description y", "Set-", "one too many"),
    (f"Get-{NOUN} | select Description | Set-{NOUN} -Description y", "Set-", "has no Identity"),
    (f"Get-{NOUN} | Grant-{NOUN} bob E2EE", "Grant-", "nothing through a pipe"),
    (f"Grant-{NOUN} bob ''", "Grant-", "empty text: $null takes"),
    (f'Grant-{NOUN} -Group sales -PolicyName ""', "Grant-", "empty text"),
    (f"Grant-{NOUN} -Global -PolicyName ''", "Grant-", "empty text"),
    (f"Get-{NOUN} | ConvertTo-Json | select Identity", "select", "gets text"),
    (f"Get-{NOUN} | select *", "select", "without wildcards"),
    (f"Get-{NOUN} | select Identity, identity", "select", "twice"),
    (f"Get-{NOUN} | ConvertTo-Json -Depth 101", "ConvertTo-Json", "-Depth is 1 to 100"),
    (f"Get-{NOUN} | Format-Table", "Format-Table", "no cmdlet here is called"),
    ("ConvertTo-Json", "ConvertTo-Json", "behind a pipe"),
    (f"Get-{NOUN[:-1]}", "Get-", f"did you mean Get-{NOUN}"),
    ("Remove-Item -Recurse /", "Remove-Item", "no cmdlet here"),
    ("'Get'", "'Get'", "begins with the name"),
    (f"Get-{NOUN}\n\n  Get-{NOUN} -Foo", "-Foo", "no parameter -foo"),
]


@pytest.mark.parametrize(("line", "at", "words"), REFUSED, ids=[line[:70] for line, _, _ in REFUSED])
def test_a_refusal_has_a_place_and_a_reason(line: str, at: str, words: str) -> None:
    """`at` is what stands at the place."""
    with pytest.raises(Refused) as refused:
        run(tenant(), line)
    assert words in str(refused.value)
    row, column, _ = str(refused.value).split(":", 2)
    assert line.split("\n")[int(row) - 1][int(column) - 1 :].startswith(at)


def test_a_refused_line_undoes_those_before_it() -> None:
    with pytest.raises(Refused, match=r"^2:1: "):
        run(tenant(), f"Grant-{NOUN} bob E2EE\nGrant-{NOUN} nobody E2EE")


def test_lines_that_give_too_much_together_are_refused_and_undone() -> None:
    """A page of lines over many policies would keep a service from serving anybody else."""
    many = after("\n".join(f"New-{NOUN} P{number}" for number in range(98)))  # with Global and E2EE there are 100
    every = f"Get-{NOUN} | Set-{NOUN} -Description d\n"
    most = MOST_OBJECTS // 100
    assert find_policy(after(every * most, many), "P1").description == "d"
    with pytest.raises(Refused, match=rf"^{most + 1}:1: .*more than {MOST_OBJECTS} objects"):
        run(many, every * (most + 1))
    selected = f"Get-{NOUN} | Select-Object Identity | ConvertTo-Json\n"
    with pytest.raises(Refused, match=rf"^{most // 2 + 1}:1: "):
        run(many, selected * most)


def test_what_only_changes_the_talk_is_taken() -> None:
    made = after(f"Grant-{NOUN} bob E2EE -ErrorAction Stop -Verbose -wa SilentlyContinue")
    assert find_user(made, "bob").policy == "E2EE"


def test_every_parameter_can_be_told_from_every_other() -> None:
    for cmdlet in CMDLETS.values():
        names = [one.name.casefold() for one in (*cmdlet.parameters, *COMMON)]
        names += [alias for one in (*cmdlet.parameters, *COMMON) for alias in one.aliases]
        assert len(set(names)) == len(names)
