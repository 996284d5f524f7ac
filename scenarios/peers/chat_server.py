# SPDX-License-Identifier: MIT
"""A chat server with the behaviour of the multiprocessing tutorial's: it listens on the loopback
interface with a backlog of five, accepts one connection after the other for ever, and gives each to
a process of its own, which answers every text of up to 1024 bytes in upper case until the client
has gone. Only the port is an argument here."""

import socket
import sys
from multiprocessing import Process

LONGEST_TEXT = 1024
BACKLOG = 5


def talk(connection):
    while True:
        try:
            text = connection.recv(LONGEST_TEXT).decode("utf-8")
            if not text:
                break
            connection.send(text.upper().encode("utf-8"))
        except Exception:
            break


def serve(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(BACKLOG)
    while True:
        connection, _ = listener.accept()
        Process(target=talk, args=(connection,)).start()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
