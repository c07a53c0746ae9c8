"""Whether a tree is an answer file that Windows Setup takes; pure. It is also how the test suite reads ours back.

Held here: namespaces, passes in their order, components with their identity in passes that they are valid in, only
elements that the reference has, in the order that it demands, no empty value, and the form of each value.
Source: Microsoft, "Unattended Windows Setup Reference" (docs/formats/unattend.md names the pages).
"""

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias
from xml.etree.ElementTree import Element

from mailstead.windows.errors import BadAnswerFile

NAMESPACE = "urn:schemas-microsoft-com:unattend"
WCM = "http://schemas.microsoft.com/WMIConfig/2002/State"
ARCHITECTURE: Mapping[str, str] = {
    "processorArchitecture": "amd64",
    "publicKeyToken": "31bf3856ad364e35",
    "language": "neutral",
    "versionScope": "nonSxS",
}
PASSES = ("windowsPE", "offlineServicing", "generalize", "specialize", "auditSystem", "auditUser", "oobeSystem")

_TRUTH, _NUMBER, _BASE64, _LOCALE = "true|false", "[0-9]{1,5}", "[A-Za-z0-9+/]+={0,2}", "[A-Za-z-]{2,15}"
_IP, _NETWORK, _MAC = "[0-9a-f.:]{2,45}", "[0-9a-f.:]{2,45}/[0-9]{1,3}", "[0-9A-F]{2}(-[0-9A-F]{2}){5}"
Values: TypeAlias = Mapping[str, str]  # path of an element → what its text must match, in the order that is demanded

COMPONENTS: Mapping[tuple[str, str], Values] = {
    ("specialize", "Microsoft-Windows-Shell-Setup"): {
        "ComputerName": "[A-Z0-9-]{1,15}",
        "TimeZone": "[A-Za-z0-9 .()+-]{1,63}",
    },
    ("specialize", "Microsoft-Windows-TCPIP"): {
        "Interfaces/Interface/Ipv4Settings/DhcpEnabled": _TRUTH,
        "Interfaces/Interface/Ipv4Settings/RouterDiscoveryEnabled": _TRUTH,
        "Interfaces/Interface/Ipv6Settings/DhcpEnabled": _TRUTH,
        "Interfaces/Interface/Ipv6Settings/RouterDiscoveryEnabled": _TRUTH,
        "Interfaces/Interface/Identifier": _MAC,
        "Interfaces/Interface/UnicastIpAddresses/IpAddress": _NETWORK,
        "Interfaces/Interface/Routes/Route/Identifier": _NUMBER,
        "Interfaces/Interface/Routes/Route/Metric": _NUMBER,
        "Interfaces/Interface/Routes/Route/NextHopAddress": _IP,
        "Interfaces/Interface/Routes/Route/Prefix": _NETWORK,
    },
    ("specialize", "Microsoft-Windows-DNS-Client"): {
        "Interfaces/Interface/DNSServerSearchOrder/IpAddress": _IP,
        "Interfaces/Interface/Identifier": _MAC,
    },
    ("specialize", "Microsoft-Windows-UnattendedJoin"): {
        "Identification/Provisioning/AccountData": _BASE64,
    },
    ("specialize", "Microsoft-Windows-Deployment"): {
        "RunSynchronous/RunSynchronousCommand/Description": "[A-Za-z ']{1,259}",
        "RunSynchronous/RunSynchronousCommand/Order": "[1-9][0-9]{0,2}",
        "RunSynchronous/RunSynchronousCommand/Path": "[ -~]{1,259}",
    },
    ("oobeSystem", "Microsoft-Windows-International-Core"): {
        "InputLocale": _LOCALE,
        "SystemLocale": _LOCALE,
        "UserLocale": _LOCALE,
    },
    ("oobeSystem", "Microsoft-Windows-Shell-Setup"): {
        "OOBE/HideEULAPage": _TRUTH,
        "OOBE/ProtectYourPC": "[123]",
        "UserAccounts/AdministratorPassword/Value": _BASE64,
        "UserAccounts/AdministratorPassword/PlainText": "false",
        "UserAccounts/LocalAccounts/LocalAccount/Password/Value": _BASE64,
        "UserAccounts/LocalAccounts/LocalAccount/Password/PlainText": "false",
        "UserAccounts/LocalAccounts/LocalAccount/Description": "[ -~]{1,256}",
        "UserAccounts/LocalAccounts/LocalAccount/Group": "[A-Za-z ;]{1,256}",
        "UserAccounts/LocalAccounts/LocalAccount/Name": "[a-z]{1,20}",
    },
}
_LISTED = frozenset({"Interface", "IpAddress", "Route", "RunSynchronousCommand", "LocalAccount"})


def check(root: Element) -> None:
    """Raise BadAnswerFile, naming the place, for a tree that is no answer file of ours."""
    _need(root.tag == f"{{{NAMESPACE}}}unattend", "the root", "an element unattend in Microsoft's namespace")
    passes = [settings.get("pass", "") for settings in root]
    _need(all(each in PASSES for each in passes), "settings", f"passes among {', '.join(PASSES)}")
    _need(passes == sorted(set(passes), key=PASSES.index), "settings", "each pass once, in the order of Setup")
    for settings in root:
        _need(_tag(settings) == "settings" and len(settings), "settings", "components in each pass")
        names = [component.get("name", "") for component in settings]
        _need(len(names) == len(set(names)), settings.get("pass", ""), "each component once")
        for component in settings:
            _check_component(settings.get("pass", ""), component)


def _check_component(name_of_pass: str, component: Element) -> None:
    name = component.get("name", "")
    where = f"{name_of_pass}/{name}"
    _need(_tag(component) == "component", where, "components only")
    _need({k: v for k, v in component.attrib.items() if k != "name"} == ARCHITECTURE, where, "the component's identity")
    values = COMPONENTS.get((name_of_pass, name))
    _need(values, where, "a component that is valid in this pass")
    _check_children(component, "", values or {}, where)
    orders = [each.text for each in component.iter(f"{{{NAMESPACE}}}Order")]
    _need(orders == [str(number) for number, _ in enumerate(orders, 1)], where, "commands that are numbered from 1")


def _check_children(parent: Element, path: str, values: Values, where: str) -> None:
    """Each child must be known here and stand where the reference has it; only those of a list may be repeated."""
    known = list(dict.fromkeys(_steps(path, values)))
    seen = [_tag(child) for child in parent]
    _need(set(seen) <= set(known), f"{where}/{path}", f"of {', '.join(known)} only")
    _need(seen == sorted(seen, key=known.index), f"{where}/{path}", f"the order {', '.join(known)}")
    for child in parent:
        tag = _tag(child)
        _need(tag in _LISTED or seen.count(tag) == 1, f"{where}/{path}", f"{tag} once")
        _need(
            (child.get(f"{{{WCM}}}action") == "add") == (tag in _LISTED), f"{where}/{path}{tag}", "wcm:action in lists"
        )
        _check_one(child, f"{path}{tag}", values, where)


def _check_one(element: Element, path: str, values: Values, where: str) -> None:
    if path in values:
        _need(not len(element), f"{where}/{path}", "text only")
        _need(re.fullmatch(values[path], element.text or ""), f"{where}/{path}", f"a value like {values[path]}")
    else:
        _need(len(element), f"{where}/{path}", "something in it")
        _check_children(element, f"{path}/", values, where)


def _steps(path: str, values: Values) -> Iterator[str]:
    return (each.removeprefix(path).split("/")[0] for each in values if each.startswith(path))


def _tag(element: Element) -> str:
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def _need(good: object, where: str, what: str) -> None:
    """Never tell the value: it may be a secret."""
    if not good:
        remedy = "see docs/formats/unattend.md; if mailstead wrote the file, report this message"
        raise BadAnswerFile(f"answer file, {where}: needs {what}", field=where, remedy=remedy)
