"""Compiles the translations without gettext's own tools: `python -m config.translations`."""

from pathlib import Path

import polib

FOLDER = Path(__file__).resolve().parent / "locale"


def compile_all(folder: Path = FOLDER) -> int:
    """Compile each .po file that is newer than its .mo file; returns how many."""
    done = 0
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_suffix(".mo.new")
        polib.pofile(str(source), check_for_duplicates=True).save_as_mofile(str(fresh))
        fresh.replace(target)
        done += 1
    return done


if __name__ == "__main__":
    compile_all()
