"""Isolation: what the tenant's own machine can reach, tried from inside it."""

from mailstead.monitoring.facts import Knocked, PathFacts
from mailstead.monitoring.model import Finding, failed, passed, skipped
from mailstead.monitoring.port import Outside
from mailstead.monitoring.target import Path, Target

HOW = {
    Knocked.REFUSED: "refused",
    Knocked.TIMEOUT: "dropped, no answer",
    Knocked.UNREACHABLE: "unreachable",
    Knocked.OPEN: "connected",
}
SLOW = {Knocked.TIMEOUT, Knocked.UNTRIED}
MORE_TRIES = 2


def check_forbidden(target: Target, outside: Outside, path: Path) -> Finding:
    return judge_forbidden(target, path, outside.try_path(path))


def check_allowed(target: Target, outside: Outside, path: Path) -> Finding:
    facts = outside.try_path(path)
    for _ in range(MORE_TRIES):  # one that is slow on a busy host is not closed
        if facts.outcome not in SLOW:
            break
        facts = outside.try_path(path)
    return judge_allowed(target, path, facts)


def judge_forbidden(target: Target, path: Path, facts: PathFacts) -> Finding:
    code = f"isolation.{path.label}"
    if facts.outcome is Knocked.UNTRIED:
        return _untried(target, path, facts)
    if facts.outcome is Knocked.OPEN:
        detail = f"{target.tenant}'s machine reaches {path}, which it must not"
        remedy = f"mailstead drift {target.tenant} shows the rule that is missing, {target.apply} restores it"
        return failed(code, str(path), detail, remedy)
    return passed(code, str(path), HOW[facts.outcome], [facts.said] if facts.said else ())


def judge_allowed(target: Target, path: Path, facts: PathFacts) -> Finding:
    code = f"isolation.{path.label}"
    if facts.outcome is Knocked.UNTRIED:
        return _untried(target, path, facts)
    if facts.outcome is Knocked.OPEN:
        return passed(code, str(path), "connected, as it must")
    detail = f"{target.tenant}'s machine cannot reach {path}, which it needs: {HOW[facts.outcome]}"
    remedy = f"{target.apply} restores rules and routes; then see that the far side runs"
    return failed(code, str(path), detail, remedy, [facts.said] if facts.said else ())


def _untried(target: Target, path: Path, facts: PathFacts) -> Finding:
    detail = f"could not be tried: {facts.said}"
    remedy = f"see that its machine runs and the guest agent answers: mailstead tenant show {target.tenant}"
    return skipped(f"isolation.{path.label}", str(path), detail, remedy)
