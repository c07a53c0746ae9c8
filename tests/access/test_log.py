"""What the log is told of those who asked for what they may not."""

import logging

import pytest

from mailstead.people.errors import Forbidden, StepUpNeeded

from .stage import Stage


def test_who_asked_for_what_they_may_not_is_in_the_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(Forbidden):
        stage.as_("alice").hosts.all()
    with caplog.at_level(logging.WARNING), pytest.raises(Forbidden):
        stage.as_("charlie").people.page()
    with caplog.at_level(logging.WARNING), pytest.raises(StepUpNeeded):
        stage.as_("olga").tenants.purge("acme", confirm="acme")
    told = [record.getMessage() for record in caplog.records if record.name.startswith("mailstead.access")]
    assert told == [
        "forbidden: 'token:alice' at '192.0.2.1' asked for hosts:read",
        "forbidden: 'token:charlie' at '192.0.2.1' asked for people:read",
        "step-up-needed: 'token:olga' at '192.0.2.1' asked for tenants:purge",
    ]
