"""What is served over HTTPS: the MTA-STS policy (RFC 8461) and the settings that mail programs ask for."""

from mailstead.dns.model import MailNaming
from mailstead.monitoring.facts import Page
from mailstead.monitoring.model import Finding, failed, passed, skipped
from mailstead.monitoring.port import Outside
from mailstead.monitoring.target import IPAddress, Target

POLICY, AUTOCONFIG = "mta-sts.policy", "autoconfig.page"
POLICY_PATH, AUTOCONFIG_PATH = "/.well-known/mta-sts.txt", "/mail/config-v1.1.xml"
MAX_AGE_S = range(24 * 3600, 31557600 + 1)  # less than a day protects nobody; the limit above is section 3.2's


def check_policy(target: Target, outside: Outside, address: IPAddress, naming: MailNaming) -> Finding:
    if naming.mta_sts == "none":
        return skipped(POLICY, naming.domain, "MTA-STS is not wanted for this domain")
    return judge_policy(target, naming, outside.page(address, f"mta-sts.{naming.domain}", POLICY_PATH))


def judge_policy(target: Target, naming: MailNaming, page: Page) -> Finding:
    remedy = f"{target.apply} writes the policy and serves it"
    fault = _page_fault(page, "text/plain") or _policy_fault(target, naming, read_policy(page.body))
    if fault:
        return failed(POLICY, naming.domain, f"{page.url}: {fault}", remedy, page.body.splitlines()[:10])
    return passed(POLICY, naming.domain, f"mode {naming.mta_sts}", page.body.splitlines()[:10])


def check_autoconfig(target: Target, outside: Outside, address: IPAddress, naming: MailNaming) -> Finding:
    page = outside.page(address, f"autoconfig.{naming.domain}", AUTOCONFIG_PATH)
    return judge_autoconfig(target, naming, page)


def judge_autoconfig(target: Target, naming: MailNaming, page: Page) -> Finding:
    fault = _page_fault(page, "")
    if not fault and target.mail_host not in page.body:
        fault = f"{target.mail_host} is not named in it"
    if fault:
        return failed(AUTOCONFIG, naming.domain, f"{page.url}: {fault}", f"{target.apply} writes the page again")
    return passed(AUTOCONFIG, naming.domain, f"mail programs are told {target.mail_host}")


def read_policy(body: str) -> dict[str, list[str]]:
    """Return the keys of a policy file with all their values.

    >>> read_policy("version: STSv1\\r\\nmx: mail.acme.example\\r\\n")
    {'version': ['STSv1'], 'mx': ['mail.acme.example']}
    """
    found: dict[str, list[str]] = {}
    for line in body.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            found.setdefault(key.strip(), []).append(value.strip())
    return found


def _page_fault(page: Page, kind: str) -> str:
    if page.status != 200:
        return page.trouble or f"answers {page.status}"
    return f"is served as {page.kind}, not {kind}" if kind and page.kind != kind else ""


def _policy_fault(target: Target, naming: MailNaming, policy: dict[str, list[str]]) -> str:
    if policy.get("version") != ["STSv1"]:
        return "version: STSv1 is missing"
    if policy.get("mode") != [naming.mta_sts]:
        return f"mode is {policy.get('mode')}, not {naming.mta_sts}"
    if target.mail_host not in policy.get("mx", []):
        return f"mx does not name {target.mail_host}: senders would defer all mail"
    age = "".join(policy.get("max_age", []))
    if not age.isdigit() or int(age) not in MAX_AGE_S:
        return f"max_age {age or 'is missing'}: it should be between a day and a year"
    return ""
