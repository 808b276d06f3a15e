"""The pictures of the README, made anew from a demo world: docs/screenshots/*.png.

    scripts/screenshots [FOLDER]

A demo world is built in a folder of its own and served on a free port; a help-seeker and a volunteer then meet in two
browsers. Everything in the pictures is made up.
"""

from __future__ import annotations

import base64
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
SIZES: Final = {390: 844, 1280: 800}
LARGEST: Final = 150_000  # bytes of one picture
READY_WITHIN: Final = 60  # seconds

TALK: Final = (
    ("seeker", "Hei. En ole ennen kirjoittanut tällaiseen."),
    ("volunteer", "Hei, hyvä että kirjoitit. Kerro ihan omin sanoin."),
    ("seeker", "Muutin syksyllä uudelle paikkakunnalle. Illat ovat hiljaisia, enkä oikein tunne täältä ketään."),
    ("volunteer", "Kuulostaa yksinäiseltä. Mitä sinun iltoihisi yleensä kuuluu?"),
    ("seeker", "Kävelen rannassa. Se vähän auttaa."),
)


@contextmanager
def demo() -> Iterator[str]:
    """A busy demo world, being served; the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="rinnalla-screenshots-") as folder:
        # Only what is named here: a shell may point at a real installation.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = kept | {"RINNALLA_ENV": "demo", "RINNALLA_DATA": folder}
        command = [str(ROOT / "bin" / "rinnalla"), "demo", "--world", "busy", "--port", str(port)]
        serving = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            address = f"http://localhost:{port}"
            wait_for(f"{address}/healthz", serving)
            yield address
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.wait(30)


def wait_for(url: str, serving: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and serving.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310  # our own address
            return
        time.sleep(0.2)
    sys.exit("screenshots: the demo did not start")


PIXELS: Final = """async (png) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const bytes = context.getImageData(0, 0, image.width, image.height).data;
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return [image.width, image.height, btoa(text)];
}"""
EVEN: Final = bytes(value & 0xFE for value in range(256))


def smaller(png: bytes, darkroom: Page) -> bytes:
    """The same picture in half the bytes: seven bits of each colour, packed as well as zlib can."""
    width, height, pixels = darkroom.evaluate(PIXELS, base64.b64encode(png).decode())
    raw = base64.b64decode(pixels).translate(EVEN)
    lines = bytearray()
    for start in range(0, len(raw), 4 * width):
        line = bytearray(3 * width)
        for colour in range(3):
            line[colour::3] = raw[start + colour : start + 4 * width : 4]
        lines += b"\0" + line
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits each of red, green and blue
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


class Camera:
    """One person's browser, and pictures of what it shows."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        self.context: BrowserContext = browser.new_context(
            locale="fi-FI", timezone_id="Europe/Helsinki", reduced_motion="reduce"
        )
        self.page: Page = self.context.new_page()
        self._darkroom = browser.new_page()
        self.address = address
        self._folder = folder

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def picture(self, name: str, *, dark: bool = False) -> None:
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        for width, height in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(300)  # the conversation scrolls to its newest line by itself
            file = self._folder / f"{name}{'-dark' if dark else ''}-{width}.png"
            file.write_bytes(smaller(self.page.screenshot(), self._darkroom))
            print(f"{file.relative_to(self._folder)} {file.stat().st_size // 1000} kB")
            if file.stat().st_size > LARGEST:
                sys.exit(f"screenshots: {file.name} is larger than {LARGEST // 1000} kB")
        self.page.emulate_media(color_scheme="light")

    def say(self, text: str) -> None:
        self.page.locator("#text").fill(text)
        self.page.locator("#composer button").first.click()
        expect(self.page.locator("#text")).to_have_value("")


def help_seeker_waits(seeker: Camera) -> None:
    for path, name in (("/calendar/", "calendar"), ("/", "front"), ("/line/solmussa/", "line")):
        seeker.go(path)
        seeker.picture(name)
    seeker.page.locator("form[action$='/join/'] button").first.click()
    expect(seeker.page.locator("#visit")).to_have_attribute("data-state", "waiting")
    expect(seeker.page.locator("#place")).to_have_text("3")
    seeker.picture("waiting")
    seeker.picture("waiting", dark=True)


def volunteer_comes(volunteer: Camera) -> None:
    """Takes duty, and first hears the two who have waited longer."""
    volunteer.go("/accounts/login/")
    volunteer.picture("sign-in")
    volunteer.go("/demo/")
    volunteer.page.get_by_role("button", name="Eetu").click()
    volunteer.page.locator("main").get_by_role("button", name="Solmussa").click()
    take_next = volunteer.page.locator("form[action*='next'] button")
    expect(take_next).to_be_enabled()
    volunteer.picture("duty")
    for before in range(3):
        volunteer.page.locator("form[action*='next'] button").click()
        expect(volunteer.page.locator("#composer")).to_be_visible()
        if before < 2:
            volunteer.page.locator("[data-opens='end-talk']").click()
            volunteer.page.locator("#end-talk form button").first.click()
            expect(volunteer.page.locator("#over")).to_be_visible()
            volunteer.go("/staff/duty/")


def they_talk(seeker: Camera, volunteer: Camera) -> None:
    expect(seeker.page.locator("#talk")).to_be_visible()
    for who, text in TALK:
        (seeker if who == "seeker" else volunteer).say(text)
        for side in (seeker, volunteer):
            expect(side.page.locator("#lines")).to_contain_text(text)
    seeker.picture("conversation-help-seeker")
    volunteer.picture("conversation-volunteer")
    volunteer.picture("conversation-volunteer", dark=True)
    volunteer.page.locator("[data-opens='end-talk']").click()
    volunteer.page.locator("#end-talk form button").first.click()
    expect(seeker.page.locator("#over")).to_be_visible()
    seeker.picture("ended")


def main(folder: Path) -> None:
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox does not start as root
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--disable-dev-shm-usage", *sandbox])
        seeker, volunteer, coordinator = (Camera(browser, address, folder) for _ in range(3))
        help_seeker_waits(seeker)
        volunteer_comes(volunteer)
        they_talk(seeker, volunteer)
        coordinator.go("/demo/")
        coordinator.page.get_by_role("button", name="Kerttu").click()
        coordinator.go("/staff/people/")
        coordinator.picture("people")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs" / "screenshots")
