"""The story on memory drivers: no root, no machines, seconds."""

from mailstead.cli.demo.cast import ANNA, GUSTAV

from .stage import Stage


def test_the_trial_tells_the_whole_story_and_all_is_well() -> None:
    told = Stage().run("demo", "--trial")
    assert f"{ANNA.address} to {GUSTAV.address}" in told
    assert "spf=pass; dkim=pass; dmarc=pass" in told
    assert "Verified TLS connection" in told
    assert "dropped, no answer" in told
    assert " failed" not in told
