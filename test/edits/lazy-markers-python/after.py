import os
import sys


class Store:
    """Keeps values on disk."""

    def __init__(self, path):
        self.path = path
        self.values = {}

    def load(self):
        if not os.path.exists(self.path):
            return
        with open(self.path) as file:
            self.values = parse(file.read())

    def save(self):
        with open(self.path, "w") as file:
            file.write(format(self.values))


def parse(text):
    return dict(line.split("=", 1) for line in text.splitlines())


def format(values):
    return "\n".join(f"{key}={value}" for key, value in sorted(values.items()))
