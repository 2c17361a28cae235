"""The limit of emails with the standard library: smtplib in threads, the messages written before."""

from __future__ import annotations

import smtplib
from concurrent.futures import ThreadPoolExecutor

from reminders.senders.mime import compose
from tests.bench.peers.order import MAIL_FROM, Order, Watch, read_order
from tests.bench.peers.worded import messages


def main() -> None:
    order = read_order()
    mails = [(message.to, compose(message, MAIL_FROM)) for message in messages(order)]
    shares = [mails[first :: order.concurrency] for first in range(order.concurrency)]
    watch = Watch(order)
    with ThreadPoolExecutor(order.concurrency) as threads:
        list(threads.map(lambda share: _send(order, share), shares))
    watch.end()


def _send(order: Order, mails: list[tuple[str, bytes]]) -> None:
    with smtplib.SMTP("127.0.0.1", order.port) as connection:
        for to, content in mails:
            connection.sendmail(MAIL_FROM, [to], content)


if __name__ == "__main__":
    main()
