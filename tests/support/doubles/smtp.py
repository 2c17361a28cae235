"""A mail server with its own ledger, on aiosmtpd: sign-in, TLS, and refusals by recipient.

Arguments: the ledger, the security (``starttls``, ``tls`` or ``none``), then certificate and key.
A recipient such as ``550-5.1.1@refuse.example`` is refused with just that at RCPT, and
``data-552-5.3.4@refuse.example`` after the final dot.
"""

from __future__ import annotations

import socket
import ssl
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.support.doubles.ledger import Ledger

USERNAME, PASSWORD = "mailer", "secret"


class Handler:
    """Refuses whom it is told to, and writes down what it takes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def handle_RCPT(  # noqa: N802
        self,
        _server: Any,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        local, _, domain = address.partition("@")
        if domain == "refuse.example" and not local.startswith("data-"):
            return _reply(local)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        local = envelope.rcpt_tos[0].partition("@")[0]
        if local.startswith("data-"):
            return _reply(local.removeprefix("data-"))
        content = envelope.content
        assert isinstance(content, bytes)
        self._ledger.write(
            "mail",
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            content=content.decode("ascii"),
            tls=server.transport.get_extra_info("ssl_object") is not None,
            signed_in=bool(session.authenticated),
        )
        return "250 2.0.0 taken"


def _reply(local: str) -> str:
    code, _, enhanced = local.partition("-")
    return f"{code} {enhanced} as you asked".replace("  ", " ")


def _sign_in(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
    right = LoginPassword(USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=given == right, handled=False)


def main() -> None:
    ledger, security = Ledger(Path(sys.argv[1])), sys.argv[2]
    context = None
    if security != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(
        Handler(ledger),
        hostname="127.0.0.1",
        port=port,
        ssl_context=context if security == "tls" else None,
        tls_context=context if security == "starttls" else None,
        require_starttls=security == "starttls",
        authenticator=_sign_in,
        auth_require_tls=security == "starttls",
        auth_required=security != "none",
    )
    controller.start()
    print(port, flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
