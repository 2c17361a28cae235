"""Real HTTPS on this machine, with an authority of its own."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme


@contextmanager
def https_server(handler: type[BaseHTTPRequestHandler], trusted: ssl.SSLContext) -> Iterator[int]:
    """Serve until the context ends, believed by whoever uses ``trusted``; yield the port."""
    authority = trustme.CA()
    authority.configure_trust(trusted)
    web = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    web.daemon_threads = True
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    web.socket = context.wrap_socket(web.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield web.server_address[1]
    finally:
        web.shutdown()
        web.server_close()
