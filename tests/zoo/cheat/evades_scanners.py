# zoo: cheat
# what: is decoded and executed at import, so that no scanner reads it
# id: G26
# expect: inert
import base64

CODE = """
from speculation import Sampler


def generate(*models_and_prompt, **settings):
    return Sampler(*models_and_prompt, **settings).run()
"""
getattr(__import__("builtins"), "ex" + "ec")(base64.b64decode(base64.b64encode(CODE.encode())), globals())
