# id: K01, K02
# prio: P0
# what: in a browser, markup in the output's frame calls home, navigates the page, reads it and submits a form
# expect: inert
# defence: the frame has no origin, no scripts, no forms, and the page's content policy
# needs: browser
import re

from playwright.async_api import async_playwright

from sandbox.web.security import CONTENT_SECURITY_POLICY
from tests.attacks.run import PROJECT

FRAME = re.search(
    r'<iframe\s+className="shown"\s+sandbox="([^"]*)"',
    (PROJECT / "web/src/room/OutputPanel.tsx").read_text(),
)
SANDBOX = FRAME[1] if FRAME else "none"
"""As the page has it."""
POLICY = CONTENT_SECURITY_POLICY
HOME = "http://elsewhere.test"
MARKUP = f"""
<base href="{HOME}/"><meta http-equiv="refresh" content="0; url={HOME}/refresh">
<link rel="stylesheet" href="{HOME}/style"><link rel="prefetch" href="{HOME}/prefetch">
<img src="{HOME}/img"><video src="{HOME}/video" autoplay></video><object data="{HOME}/object"></object>
<iframe src="{HOME}/frame"></iframe><style>@import url({HOME}/import); body {{ background: url({HOME}/css) }}</style>
<script>fetch("{HOME}/fetch"); try {{ parent.document.title = "stolen" }} catch {{}}; top.location = "{HOME}/top"</script>
<form action="{HOME}/form" target="_top"><button id="b">Sign in</button></form><a id="a" href="{HOME}/link" target="_top">x</a>
"""


async def attack(world):
    called = []
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            page = await browser.new_page()
            head = f'<title>room</title><iframe id="f" sandbox="{SANDBOX}"></iframe>'
            head = head.replace(' sandbox="none"', "")
            body = {"body": head, "content_type": "text/html", "headers": {"content-security-policy": POLICY}}
            await page.route("http://room.test/**", lambda route: route.fulfill(**body))

            async def answer(route):  # what the browser's policy stops never comes here
                called.append(route.request.url)
                await route.fulfill(body="got it")

            await page.route(HOME + "/**", answer)
            await page.goto("http://room.test/")
            await page.evaluate("html => { document.getElementById('f').srcdoc = html }", MARKUP)
            await page.wait_for_timeout(300)
            frame = page.frames[1] if len(page.frames) > 1 else None
            for target in ("#b", "#a"):
                if frame is not None and not called:
                    try:
                        await frame.click(target, timeout=1_000)
                    except Exception:
                        continue
            await page.wait_for_timeout(300)
            title = await page.title() if page.url.startswith("http://room.test") else "navigated away"
        finally:
            await browser.close()
    if title != "room":
        return f"the page is now {title!r}"
    return f"called {called[0]}" if called else None
