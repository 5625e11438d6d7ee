# zoo: cheat
# id: J28
# what: raises exceptions whose text, code, class and traceback raise others when they are looked at
# expect: raised

import sys

from attack import pick


class Mute(BaseException):
    def __str__(self):
        raise self

    __repr__ = __str__


class WithoutTraceback(Mute):
    @property
    def __traceback__(self):
        raise Mute


class WrongSyntax(SyntaxError):
    @property
    def lineno(self):
        raise Mute


def exits():
    sys.exit(Mute())


def is_mute():
    raise Mute


def has_no_traceback():
    raise WithoutTraceback


def has_no_line():
    raise WrongSyntax


def is_deep():
    error = ValueError()
    for _ in range(3_000):
        error = ExceptionGroup("", [error])
    raise error


def has_notes():
    error = ValueError("short")
    error.__notes__ = Mute()
    raise error


def generate(target, draft, input_ids, **settings):
    pick((exits, is_mute, has_no_traceback, has_no_line, is_deep, has_notes), input_ids)()
