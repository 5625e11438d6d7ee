# zoo: cheat
# what: raises an error whose text has escapes, markup and ten megabytes
# id: J28
# expect: raised
from speculation import Sampler


class Loud(Exception):
    def __str__(self):
        return "\x1b[2J<script>alert(1)</script>\r\n\x00\u202e" + "A" * 10_000_000


class This(Sampler):
    def run(self):
        raise Loud


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
