"""Small pages over HTTPS, from an address that is not looked up again."""

import http.client
import ssl
from dataclasses import dataclass

from mailstead.ground.errors import Unreachable
from mailstead.monitoring.facts import Page

from .dialer import Dialer

PAGE_MAX = 64 * 1024  # RFC 8461 section 3.3 suggests no less


@dataclass(frozen=True, slots=True)
class Pages:
    """Gets pages without following redirects: MTA-STS forbids it (RFC 8461 section 3.3)."""

    dialer: Dialer
    context: ssl.SSLContext

    def page(self, address: object, host: str, path: str) -> Page:
        """Get one page; a certificate that does not hold is a fact, silence raises Unreachable."""
        url = f"https://{host}{path}"
        client = _Client(self.dialer, self.context, address, host)
        try:
            client.request("GET", path)
            answer = client.getresponse()
            body = answer.read(PAGE_MAX).decode("utf-8", "replace")
            return Page(url, answer.status, answer.headers.get_content_type(), body)
        except ssl.SSLCertVerificationError as error:
            return Page(url, 0, trouble=f"certificate: {error.verify_message}")
        except http.client.HTTPException as error:
            return Page(url, 0, trouble=f"no HTTP answer: {error!r}")
        except OSError as error:
            raise Unreachable(f"{url} did not answer: {error}", field="url", value=url) from error
        finally:
            client.close()


class _Client(http.client.HTTPSConnection):
    def __init__(self, dialer: Dialer, context: ssl.SSLContext, address: object, host: str) -> None:
        super().__init__(host, 443)
        self._dialer = dialer
        self._trust = context
        self._address = address

    def connect(self) -> None:
        plain = self._dialer.dial(self._address, 443)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)
