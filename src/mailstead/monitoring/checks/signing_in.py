"""Sign-in: never in the clear, never with a wrong password (RFC 8314)."""

from mailstead.monitoring.facts import PlainFacts, SignInFacts
from mailstead.monitoring.model import Finding, failed, passed, warned
from mailstead.monitoring.port import Outside
from mailstead.monitoring.target import IPAddress, Service, Target

PLAIN, WRONG = "auth.plaintext", "auth.wrong-password"


def check_plain(target: Target, outside: Outside, address: IPAddress, service: Service) -> Finding:
    return judge_plain(target, outside.plain(address, service))


def judge_plain(target: Target, facts: PlainFacts) -> Finding:
    subject, remedy = target.at(facts.port), f"{target.apply} forbids sign-in without TLS"
    if facts.mechanisms:
        detail = f"passwords may travel in the clear: before TLS it offers {', '.join(facts.mechanisms)}"
        return failed(PLAIN, subject, detail, remedy)
    if facts.reply.code in {235, 334, 535}:
        detail = f"sign-in before TLS is not offered, yet tried when asked for: {facts.reply}"
        return failed(PLAIN, subject, detail, remedy)
    return passed(PLAIN, subject, f"no sign-in before TLS: {facts.reply}")


def check_wrong(target: Target, outside: Outside, address: IPAddress, service: Service) -> Finding:
    user = target.probe.address if target.probe else f"postmaster@{target.domains[0].domain}"
    return judge_wrong(target, user, outside.sign_in(address, service, target.mail_host, user))


def judge_wrong(target: Target, user: str, facts: SignInFacts) -> Finding:
    subject = target.at(facts.port)
    if facts.let_in:
        detail = f"{user} was let in with a made-up password"
        remedy = f"stop it now: mailstead tenant suspend {target.tenant}; then {target.apply} and check again"
        return failed(WRONG, subject, detail, remedy)
    if not facts.refused:
        detail = f"a wrong password is put off, which proves nothing: {facts.said}"
        return warned(WRONG, subject, detail, "check again when the server is well: see its mail log")
    return passed(WRONG, subject, f"a wrong password is refused: {facts.said}")
