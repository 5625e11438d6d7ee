# id: K01, K02
# prio: P0
# what: shows markup of every kind: scripts, frames, drawings, widgets, data addresses that break out of theirs
# expect: inert
# defence: only text, PNG and JPEG made anew, and HTML for a frame without origin leave the reader of messages
import base64
import re

from sandbox.adapters.jupyter_wire import Message, output_of
from tests.attacks.run import PROJECT

BREAK = '"><script>parent.stolen=1</script>'
DATA = {
    "text/html": f"<script>{BREAK}</script>",
    "image/svg+xml": f"<svg onload='{BREAK}'/>",
    "application/javascript": "parent.stolen=1",
    "application/vnd.vega.v5+json": {"$schema": BREAK},
    "application/vnd.jupyter.widget-view+json": {"model_id": BREAK},
    "text/latex": "$\\href{javascript:stolen=1}{x}$",
    "text/markdown": "[x](javascript:stolen=1)",
    "application/pdf": base64.b64encode(b"%PDF").decode(),
}
IMAGES = (
    ("image/png", BREAK),
    ("image/png", base64.b64encode(b"<svg onload=stolen()>").decode()),
    ("image/jpeg", base64.b64encode(b"GIF89a" + BREAK.encode()).decode()),
    ("image/jpeg", "/9j/" + BREAK),
    (
        "image/png",
        base64.b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\x00\xc3\x50" * 2 + b"rest").decode(),
    ),
)
SAFE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+")
FRAME = re.compile(r"<iframe\b[^>]*\bsrcDoc=[^>]*>", re.DOTALL)


def shown(data):
    return output_of(Message(channel="iopub", kind="display_data", parent="p", content={"data": data}))


async def attack(world):
    for media, value in DATA.items():
        output = shown({media: value})
        if output is not None and media != "text/html":
            return f"{media} was shown: {output}"
        if output is not None and (output.text or output.image):
            return f"HTML was shown outside its frame: {output}"
    for media, value in IMAGES:
        output = shown({media: value})
        if output is not None and output.image:
            return f"{media} of {value[:30]!r} was shown"
    whole = shown({"image/jpeg": base64.b64encode(b"\xff\xd8\xff" + BREAK.encode()).decode()})
    if whole is not None and not SAFE.fullmatch(whole.image):
        return f"an image broke out of its address: {whole.image[:80]}"
    for path in sorted((PROJECT / "web" / "src").rglob("*.tsx")):
        text = path.read_text(encoding="utf-8")
        for frame in FRAME.findall(text):
            if 'sandbox=""' not in frame:
                return f"{path.name} has a frame with an origin or scripts: {frame[:80]}"
        if "innerHTML" in text.replace("dangerouslySetInnerHTML", "") or (
            "dangerouslySetInnerHTML" in text
            and path.name != "Prose.tsx"  # the author's own text, of a challenge
        ):
            return f"{path.name} puts markup into the page"
    return None
