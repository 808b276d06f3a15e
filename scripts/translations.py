"""The catalogues of translations: rinnalla/locale/<language>/LC_MESSAGES/django.po.

    scripts/translations [NEW.json …]   rewrites them from the sources, with the new translations of the files
    scripts/translations --check        says what is missing, empty, unsure or left over; changes nothing
    scripts/translations --compile      writes the .mo files that the service reads

A file of translations is {"msgid": {"fi": "…", "sv": "…"}}; with a plural, {"msgid": {"plural": "…", "fi": ["one",
"many"], …}}; with a context, the key is "context\\u0004msgid". English is the language of the sources.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "rinnalla"
LOCALES = PACKAGE / "locale"
LANGUAGES = ("fi", "sv")
SOURCES = ("*.py", "*.html", "*.txt")

MAKEMESSAGES = ["--locale=fi", "--keep-pot", "--verbosity=0", "--extension=py,html,txt", "--no-wrap"]
# What would change in the file at every run, or says nothing.
HEADERS_LEFT_OUT = "POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To|Generated-By"

Key = tuple[str, str | None]  # msgid (its singular) and context

# %(name)s and %s of Python, {name} of str.format. A lone per cent sign before a space is text, not a placeholder.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


def catalogue_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def key_of(message: Message) -> Key:
    return (message.id if isinstance(message.id, str) else message.id[0], message.context)


def extract() -> Catalog:
    """Every string of the sources. Works on a copy, since makemessages writes beside the files it reads."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "rinnalla"
        for pattern in SOURCES:
            for source in PACKAGE.rglob(pattern):
                if not {"tests", "migrations", "locale"} & set(source.relative_to(PACKAGE).parts):
                    target = copy / source.relative_to(PACKAGE)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(source, target)
        (copy / "locale").mkdir()
        command = [sys.executable, "-W", "ignore", "-m", "django", "makemessages", *MAKEMESSAGES]
        # Without settings: Django then reads only the folder it stands in.
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        template = (copy / "locale" / "django.pot").read_text(encoding="utf-8")
        # The template leaves the rule for plurals open, which Babel does not read.
        template = template.replace("nplurals=INTEGER; plural=EXPRESSION;", "nplurals=2; plural=(n != 1);")
        return read_po(StringIO(template))


def read(language: str) -> Catalog:
    path = catalogue_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def strings_of(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def ids_of(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def placeholders_differ(message: Message) -> bool:
    """Whether a translation names a placeholder the source lacks, or drops one.

    A singular may say "one" in words, so each form of a plural needs only a form of the source that has the same ones.
    """
    allowed = [sorted(PLACEHOLDER.findall(text)) for text in ids_of(message)]
    return any(sorted(PLACEHOLDER.findall(text)) not in allowed for text in strings_of(message))


def faults_of(language: str, sources: Catalog) -> list[str]:
    """One sentence for each thing that is wrong with the catalogue of ``language``."""
    catalogue = read(language)
    found = {key_of(message): message for message in catalogue if message.id}
    wanted = {key_of(message): message for message in sources if message.id}
    faults = []
    for key, source in wanted.items():
        message = found.get(key)
        if message is None or len(ids_of(message)) != len(ids_of(source)):
            faults.append(f"missing: {key[0]!r}")
        elif message.fuzzy:
            faults.append(f"marked fuzzy: {key[0]!r}")
        elif not strings_of(message) or not all(text.strip() for text in strings_of(message)):
            faults.append(f"empty: {key[0]!r}")
        elif placeholders_differ(message):
            faults.append(f"other placeholders: {key[0]!r} -> {strings_of(message)}")
    left_over = [key for key in found if key not in wanted]
    left_over += [key_of(message) for message in catalogue.obsolete.values()]
    return faults + [f"no longer in the sources: {msgid!r}" for msgid, _ in left_over]


def check() -> int:
    sources = extract()
    faults = {language: faults_of(language, sources) for language in LANGUAGES}
    for language, sentences in faults.items():
        for sentence in sentences:
            print(f"{language}: {sentence}")
        path = catalogue_of(language).relative_to(ROOT)
        print(f"{language}: {len(sources)} strings in the sources, {len(sentences)} faults in {path}")
    return 1 if any(faults.values()) else 0


def update(files: list[str]) -> int:
    """Rewrites both catalogues: every string of the sources, with the text from ``files`` or else the one it had."""
    new: dict[str, Any] = {}
    for file in files:
        new |= json.loads(Path(file).read_text(encoding="utf-8"))
    sources = [message for message in extract() if message.id]
    for language in LANGUAGES:
        write(language, rebuilt(language, sources, new))
    known = {name_of(source) for source in sources}
    for name in sorted(set(new) - known):
        print(f"not in the sources, left out: {name!r}")
    return compile_all()


def name_of(message: Message) -> str:
    """The key of a message in a file of translations."""
    msgid, context = key_of(message)
    return f"{context}\x04{msgid}" if context else msgid


def rebuilt(language: str, sources: list[Message], new: dict[str, Any]) -> Catalog:
    old = {key_of(message): message for message in read(language) if message.id and not message.fuzzy}
    catalogue = Catalog(locale=language, fuzzy=False, project="Rinnalla", version="1", header_comment=f"# {language}")
    for source in sources:
        forms = 1 if isinstance(source.id, str) else catalogue.num_plurals
        texts = new.get(name_of(source), {}).get(language)
        if texts is None:
            texts = strings_of(old[key_of(source)]) if key_of(source) in old else []
        texts = [texts] if isinstance(texts, str) else list(texts)
        if len(texts) != forms:
            # One text serves all forms; any other count is a mistake, which --check will call empty.
            texts = texts * forms if len(texts) == 1 else [""] * forms
        catalogue.add(
            source.id,
            texts[0] if isinstance(source.id, str) else tuple(texts),
            locations=sorted({(place, 0) for place, _ in source.locations}),
            flags=source.flags - {"fuzzy"},
            auto_comments=source.auto_comments,
            context=source.context,
        )
    return catalogue


def write(language: str, catalogue: Catalog) -> None:
    out = BytesIO()
    write_po(out, catalogue, width=0, sort_output=True, include_lineno=False)
    text = re.sub(rf'^"({HEADERS_LEFT_OUT}): .*\n', "", out.getvalue().decode(), flags=re.MULTILINE)
    path = catalogue_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def compile_all() -> int:
    for path in LOCALES.glob("*/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.parent.name)
        with path.with_suffix(".mo").open("wb") as out:
            write_mo(out, catalogue, use_fuzzy=False)
    return 0


def main(arguments: list[str]) -> int:
    match arguments:
        case ["--check"]:
            return check()
        case ["--compile"]:
            return compile_all()
        case _ if any(argument.startswith("-") for argument in arguments):
            print(__doc__)
            return 2
    return update(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
